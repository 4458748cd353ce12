"""Tools for testing drivers and plugins, ours and third parties' alike."""

from edge_agent.testing.clock import NOON
from edge_agent.testing.driver_conformance import (
    DriverConformance,
    OutputConformance,
    ScannerConformance,
)
from edge_agent.testing.fake_host import FakeHost, serving
from edge_agent.testing.plugin_scenario import PluginScenario

__all__ = [
    "NOON",
    "DriverConformance",
    "FakeHost",
    "OutputConformance",
    "PluginScenario",
    "ScannerConformance",
    "serving",
]
