"""Tools for testing drivers and plugins, ours and third parties' alike."""

from edge_agent.testing.drivers import NOON, DriverConformance, FakeHost
from edge_agent.testing.plugins import PluginScenario

__all__ = ["NOON", "DriverConformance", "FakeHost", "PluginScenario"]
