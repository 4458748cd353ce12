"""Cash drawers that are not wired to a printer."""
