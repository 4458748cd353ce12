"""Options of every receipt printer."""

from typing import Annotated, Literal, TypeVar

from escpos.capabilities import CAPABILITIES
from pydantic import BaseModel, ConfigDict, Field, field_validator

from edge_agent.api.device import UNKNOWN

Confirmation = Literal["process-id", "paper-sensor", "none"]


class Drawer(BaseModel):
    """A cash drawer on the printer's connector.

    ``open_level`` is the sensor pin's level when the drawer is open, ``none`` where the drawer has
    no sensor; ``on_ms`` and ``off_ms`` are the pulse and the pause after it (``ESC p``, 2 to 510).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    pin: Literal[2, 5] = 2
    open_level: Literal["high", "low", "none"] = "high"
    on_ms: Annotated[int, Field(ge=2, le=510)] = 100
    off_ms: Annotated[int, Field(ge=2, le=510)] = 100
    moves_within_s: Annotated[float, Field(gt=0, le=5)] = 1.0

    @property
    def pulse(self) -> bytes:
        """``ESC p m t1 t2``, times in units of 2 ms."""
        return bytes((0x1B, 0x70, 0 if self.pin == 2 else 1, self.on_ms // 2, self.off_ms // 2))

    def state(self, pin: str) -> str:
        """``open``, ``closed`` or ``unknown`` by the level of the pin."""
        if self.open_level == "none" or pin == UNKNOWN:
            return UNKNOWN
        return "open" if pin == self.open_level else "closed"


class PrinterConfig(BaseModel):
    """Options of every receipt printer.

    ``profile``: a python-escpos capability profile. ``columns``: characters of font A in a line,
    where the profile has it wrong (48 or 42 on 80 mm paper, 32 on 58 mm). ``confirmation``: how the
    printer tells that a receipt is printed; ``auto`` asks the printer, ``none`` is for one that
    cannot send, whose receipts are taken for printed when they are sent.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    profile: str = "default"
    columns: Annotated[int, Field(ge=24, le=72)] | None = None
    confirmation: Literal["auto", "process-id", "paper-sensor", "none"] = "auto"
    drawer: Drawer | None = None
    print_timeout_s: Annotated[float, Field(gt=0, le=120)] = 15.0
    poll_every_s: Annotated[float, Field(gt=0, le=60)] = 2.0
    reply_timeout_s: Annotated[float, Field(gt=0, le=10)] = 1.0

    @field_validator("profile")
    @classmethod
    def _known_profile(cls, profile: str) -> str:
        known = CAPABILITIES["profiles"]
        if profile not in known:
            raise ValueError(f"{profile!r} is no profile of python-escpos: {', '.join(known)}")
        return profile


PrinterConfigT = TypeVar("PrinterConfigT", bound=PrinterConfig)
