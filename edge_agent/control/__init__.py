"""The agent's control socket: HTTP over a Unix socket, for POS applications and the terminal UI."""
