"""What several drivers need: connections, framing, and how a scan gets from them to the lane."""
