"""A device as it was configured, and as it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edge_agent.api.device import DeviceClass, DeviceState

_OBSTACLES = {
    ("paper", "end"): "is out of paper",
    ("cover", "open"): "has its cover open",
    ("error", "yes"): "reports an error",
}
_WARNINGS = {("paper", "near_end"): "will soon be out of paper"}


@dataclass(frozen=True, slots=True)
class DeviceSetup:
    """One device of the configuration file: its name, its driver and the driver's options."""

    name: str
    driver: str
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """The known state of a device; a fact that is not listed is unknown."""

    name: str
    driver: str
    classes: tuple[DeviceClass, ...]
    state: DeviceState
    detail: str
    facts: Mapping[str, str]

    @property
    def obstacles(self) -> tuple[str, ...]:
        """Obstacles that keep a ready device from working until a person removes them."""
        return self._told(_OBSTACLES)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Conditions that will soon keep it from working."""
        return self._told(_WARNINGS)

    def _told(self, words: Mapping[tuple[str, str], str]) -> tuple[str, ...]:
        return tuple(told for (fact, value), told in words.items() if self.facts.get(fact) == value)
