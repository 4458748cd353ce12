"""Devices: claimed, watched, recorded, and the one that an output goes to."""
