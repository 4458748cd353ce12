"""The plugins that come with the agent, one file each."""
