"""The driver contract, in UnifiedPOS terms.

A driver is one class with four methods. The device host calls ``parse_config`` once, then for as
long as the agent lives: ``claim``, ``run`` until it raises, ``release``, a pause, and again.
A driver of an output device has a fifth, ``output``.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Generic, Protocol, TypeVar, cast

from pydantic import BaseModel, ConfigDict, field_validator

from edge_agent.api.generic import type_argument
from edge_agent.api.receipt import Receipt
from edge_agent.api.values import Frozen, Scan

ConfigT = TypeVar("ConfigT", bound=BaseModel)


class DeviceClass(StrEnum):
    """UnifiedPOS device classes, and IDScanner, which the standard lacks."""

    SCANNER = "Scanner"
    ID_SCANNER = "IDScanner"
    POS_PRINTER = "POSPrinter"
    CASH_DRAWER = "CashDrawer"


class Bus(StrEnum):
    """Connection between a device and the computer."""

    USB = "usb"
    SERIAL = "serial"
    INPUT = "input"


class Attached(Frozen):
    """Something that is attached to the computer, as the kernel shows it.

    ``path`` is its device file now, ``stable_paths`` the links that survive replugging. ``vendor``
    and ``product`` are four hex digits each, empty where there is no USB. Of a USB device:
    ``interfaces`` are the classes of its interfaces and ``hid_pages`` the usage pages of those that
    are HID (``008c``), four hex digits. Of an input device: ``types`` where it has the keys of a
    keyboard.
    """

    bus: Bus
    path: str
    stable_paths: tuple[str, ...] = ()
    vendor: str = ""
    product: str = ""
    serial: str = ""
    name: str = ""
    phys: str = ""
    interfaces: tuple[str, ...] = ()
    hid_pages: tuple[str, ...] = ()
    kernel_drivers: tuple[str, ...] = ()
    types: bool = False

    @property
    def best_path(self) -> str:
        """The path to put into a configuration."""
        return self.stable_paths[0] if self.stable_paths else self.path

    @property
    def usb_options(self) -> dict[str, str]:
        """Vendor, product and, where it has one, serial number."""
        options = {"vendor": self.vendor, "product": self.product}
        return {**options, "serial": self.serial} if self.serial else options


class ErrorLocus(StrEnum):
    """Place of an error in the conversation with a device."""

    INPUT = "input"
    OUTPUT = "output"


class DeviceState(StrEnum):
    """State of a device, as its host knows it."""

    CLOSED = "closed"
    READY = "ready"
    LOST = "lost"
    BROKEN = "broken"


class DataEvent(Frozen):
    """A good read."""

    scan: Scan


class DriverOptions(BaseModel):
    """Options of a driver in its ``[[devices]]`` table; an unknown option is refused.

    The docstring under each option is what ``edge-agent devices drivers NAME`` shows to IT.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


UNKNOWN = "unknown"
FACTS: Mapping[str, tuple[str, ...]] = {
    "paper": ("ok", "near_end", "end", UNKNOWN),
    "cover": ("closed", "open", UNKNOWN),
    "online": ("yes", "no", UNKNOWN),
    "error": ("no", "yes", UNKNOWN),
    "drawer": ("closed", "open", UNKNOWN),
}
"""Standard facts of devices and their values; a driver may add facts of its own."""


class StatusUpdateEvent(Frozen):
    """Facts that a device tells of itself, by name: ``{"paper": "near_end"}``.

    A fact the device does not tell is reported as ``unknown``, never as ``ok``.
    """

    facts: Mapping[str, str]

    @field_validator("facts")
    @classmethod
    def _in_words_that_are_known(cls, facts: Mapping[str, str]) -> Mapping[str, str]:
        for fact, word in facts.items():
            if word not in FACTS.get(fact, (word,)):
                raise ValueError(f"{fact} is one of {', '.join(FACTS[fact])}, not {word!r}")
        return facts


class ErrorEvent(Frozen):
    """Something went wrong that the driver survives: a dropped scan, a garbled reply."""

    locus: ErrorLocus
    message: str


DeviceEvent = DataEvent | StatusUpdateEvent | ErrorEvent


class Reply(Frozen):
    """The answer to a fired event, once that is committed.

    ``accepted`` is what a scanner's good-read beep may say; ``message`` says why not.
    """

    accepted: bool
    message: str = ""


class Host(Protocol):
    """The device host, as a driver sees it."""

    async def fire(self, event: DeviceEvent) -> Reply:
        """Hands the event to the lane. Waits while the queue is full and until the commit."""
        ...

    def now(self) -> datetime:
        """UTC."""
        ...


class PrintReceipt(Frozen):
    """Print and cut."""

    output_id: int
    receipt: Receipt


class OpenDrawer(Frozen):
    """Pulse the drawer."""

    output_id: int


Output = PrintReceipt | OpenDrawer


class OutputOutcome(StrEnum):
    """Outcome of an output.

    DONE: the device confirmed it. FAILED: it certainly did not happen, repeating is safe.
    UNCERTAIN: it may have happened; only a person can tell. IMPOSSIBLE: it did not happen, and this
    device can never do it (UnifiedPOS ``E_ILLEGAL``).
    """

    DONE = "done"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    IMPOSSIBLE = "impossible"


class OutputCompleteEvent(Frozen):
    """The end of one output."""

    output_id: int
    outcome: OutputOutcome
    detail: str = ""


class Driver(ABC, Generic[ConfigT]):
    """One device, from claim to release.

    ``class LabelPrinter(Driver[LabelPrinterOptions])``: the type argument is the pydantic model of
    the device's table in the configuration file; a subclass may name another as ``config_type``.
    """

    config_type: ClassVar[type[BaseModel]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        declared = vars(cls).get("device_classes")
        if declared is not None and not isinstance(declared, property):
            checked_classes(declared)
        if "config_type" in vars(cls):
            return
        config_type = type_argument(cls, 0, BaseModel)
        if config_type is not None:
            cls.config_type = config_type

    def __init__(self, name: str, config: ConfigT, host: Host) -> None:
        self.name = name
        self.config = config
        self.host = host

    @classmethod
    def parse_config(cls, options: Mapping[str, Any]) -> ConfigT:
        """Reads the device's table of the configuration; raises ``pydantic.ValidationError``."""
        return cast(ConfigT, cls.config_type.model_validate(dict(options)))

    @classmethod
    def suggest(cls, attached: Attached) -> Mapping[str, Any] | None:  # noqa: ARG003
        """The options by which this driver would find an attached device; None: not its kind."""
        return None

    @property
    @abstractmethod
    def device_classes(self) -> frozenset[DeviceClass]:
        """The device classes under this configuration."""

    @abstractmethod
    async def claim(self) -> None:
        """Opens the device for exclusive use; raises ``ClaimError``."""

    @abstractmethod
    async def run(self) -> None:
        """Serves the claimed device until it raises ``DeviceLost`` or is cancelled."""

    @abstractmethod
    async def release(self) -> None:
        """Gives the device back. May be called in any state, more than once; never raises."""


def checked_classes(declared: object) -> frozenset[DeviceClass]:
    """A driver's device classes; raises ``TypeError`` for anything but a set with some in it."""
    if (
        isinstance(declared, frozenset)
        and declared
        and all(isinstance(one, DeviceClass) for one in declared)
    ):
        return declared
    known = ", ".join(f"DeviceClass.{one.name}" for one in DeviceClass)
    raise TypeError(f"device_classes must be a frozenset of {known}; it is {declared!r}")


class OutputDriver(Driver[ConfigT]):
    """A driver whose device prints, opens or shows something."""

    @abstractmethod
    async def output(self, request: Output) -> OutputCompleteEvent:
        """Does it and tells how it ended. Called one at a time; never raises for the device."""
