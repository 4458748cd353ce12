"""Plugins on this lane: their slots, and what ends one that does not answer."""
