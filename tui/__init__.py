"""The terminal UI of a lane: a process of its own that talks to the agent's control socket."""
