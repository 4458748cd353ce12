"""Every input's way: resolved, decided, folded, committed; and who is told of it."""
