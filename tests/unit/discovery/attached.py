"""What is attached, by path."""

from pathlib import Path

from edge_agent.api.device import Attached
from edge_agent.discovery.sysfs import read_attached


def found(root: Path) -> dict[str, Attached]:
    return {device.path: device for device in read_attached(root)}
