"""The sale. Pure: state and input in; new state, events and jobs, or a refusal, out."""
