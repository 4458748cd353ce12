"""The lane edge agent: the daemon that runs on every lane PC of a shop."""

__version__ = "0.1.0"
