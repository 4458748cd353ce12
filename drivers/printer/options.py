"""Options of every receipt printer."""

from typing import Annotated, Literal, TypeVar

from escpos.capabilities import CAPABILITIES
from pydantic import Field, field_validator

from edge_agent.api.device import UNKNOWN, DriverOptions

Confirmation = Literal["process-id", "paper-sensor", "none"]


class Drawer(DriverOptions):
    """A cash drawer on the printer's connector."""

    pin: Literal[2, 5] = 2
    """The pin of the connector that opens it; 5 is a second drawer's."""
    open_level: Literal["high", "low", "none"] = "high"
    """The sensor pin's level when the drawer is open; ``none`` where it has no sensor."""
    on_ms: Annotated[int, Field(ge=2, le=510)] = 100
    """The pulse, in milliseconds (``ESC p``)."""
    off_ms: Annotated[int, Field(ge=2, le=510)] = 100
    """The pause after it, in milliseconds."""
    moves_within_s: Annotated[float, Field(gt=0, le=5)] = 1.0
    """A drawer that is not open after so many seconds did not open."""

    @property
    def pulse(self) -> bytes:
        """``ESC p m t1 t2``, times in units of 2 ms."""
        return bytes((0x1B, 0x70, 0 if self.pin == 2 else 1, self.on_ms // 2, self.off_ms // 2))

    def state(self, pin: str) -> str:
        """``open``, ``closed`` or ``unknown`` by the level of the pin."""
        if self.open_level == "none" or pin == UNKNOWN:
            return UNKNOWN
        return "open" if pin == self.open_level else "closed"


class PrinterOptions(DriverOptions):
    """Options of every receipt printer."""

    profile: str = "default"
    """A capability profile of python-escpos, such as ``TM-T88V``: code pages, width, cutter."""
    columns: Annotated[int, Field(ge=24, le=72)] | None = None
    """Characters of font A in a line, where the profile has it wrong: 48 or 42 on 80 mm paper, 32
    on 58 mm."""
    confirmation: Literal["auto"] | Confirmation = "auto"
    """Confirmation of a printed receipt. ``auto`` asks the printer; ``none`` is for
    one that cannot send: its receipts are taken for printed when they are sent."""
    drawer: Drawer | None = None
    """The cash drawer that is wired to it, such as ``{ pin = 2 }``."""
    print_timeout_s: Annotated[float, Field(gt=0, le=120)] = 15.0
    """Seconds that a printer without an obstacle may be silent in a receipt."""
    poll_every_s: Annotated[float, Field(gt=0, le=60)] = 2.0
    """Seconds between two status requests."""
    reply_timeout_s: Annotated[float, Field(gt=0, le=10)] = 1.0
    """Seconds that an answer may take."""

    @field_validator("profile")
    @classmethod
    def _known_profile(cls, profile: str) -> str:
        known = CAPABILITIES["profiles"]
        if profile not in known:
            raise ValueError(f"{profile!r} is no profile of python-escpos: {', '.join(known)}")
        return profile


PrinterOptionsT = TypeVar("PrinterOptionsT", bound=PrinterOptions)
