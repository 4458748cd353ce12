"""Brings the rooms to life: registry, pipeline, plugin host, device host, effects, supervisor."""
