"""Effects after the commit: queued, carried out once, completed, forgotten."""
