"""Items of an ESC/POS stream: marks on paper, cuts, pulses, requests."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Style:
    """Style of the text from here on."""

    bold: bool = False
    width: int = 1
    height: int = 1
    underline: bool = False
    align: int = 0
    code_page: int = 0
    font: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """Some text in one style."""

    text: str
    style: Style


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line; ``align`` is 0 left, 1 centre, 2 right."""

    runs: tuple[Run, ...]
    align: int

    @property
    def text(self) -> str:
        """Without styles."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class Raster:
    """A picture: rows of ``width`` dots, eight to a byte, the first dot the highest bit."""

    width: int
    rows: tuple[bytes, ...]
    align: int


@dataclass(frozen=True, slots=True)
class Barcode:
    """A barcode of system ``GS k m``; ``height`` and ``module`` are in dots."""

    system: int
    data: str
    height: int
    module: int
    text_below: bool
    align: int


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code; ``module`` in dots."""

    data: str
    module: int
    align: int


Mark = Line | Raster | Barcode | QrCode
"""Items that leave something on paper."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The paper was cut."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """The drawer on pin 2 (0) or 5 (1) was pulsed for ``on_ms``."""

    connector: int
    on_ms: int


@dataclass(frozen=True, slots=True)
class StatusRequest:
    """``DLE EOT n`` (``real_time``) or ``GS r n``."""

    number: int
    real_time: bool


@dataclass(frozen=True, slots=True)
class ProcessIdRequest:
    """``GS ( H`` function 48."""

    process_id: bytes


@dataclass(frozen=True, slots=True)
class InformationRequest:
    """``GS I n``."""

    number: int


@dataclass(frozen=True, slots=True)
class AutomaticStatus:
    """``GS a n``: what the printer shall tell by itself."""

    wanted: int


@dataclass(frozen=True, slots=True)
class UnknownCommand:
    """A command this printer does not have."""

    data: bytes


Item = (
    Mark
    | Cut
    | Pulse
    | StatusRequest
    | ProcessIdRequest
    | InformationRequest
    | AutomaticStatus
    | UnknownCommand
)
