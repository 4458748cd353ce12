"""Reads an ESC/POS byte stream as a printer does: text, styles, cuts, pulses and status requests.

Written from the Epson ESC/POS command reference alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

_CODE_PAGES = {
    0: "cp437",
    2: "cp850",
    3: "cp860",
    4: "cp863",
    5: "cp865",
    13: "cp857",
    14: "cp737",
    15: "iso8859_7",
    16: "cp1252",
    17: "cp866",
    18: "cp852",
    19: "cp858",
    33: "cp775",
    34: "cp855",
    36: "cp862",
    39: "iso8859_2",
    40: "iso8859_15",
    45: "cp1250",
    46: "cp1251",
    47: "cp1253",
    48: "cp1254",
}
# Parameter bytes of the commands that have a fixed number of them.
_FIXED = {
    b"\x1b@": 0,
    b"\x1b2": 0,
    **dict.fromkeys((b"\x1bt", b"\x1b!", b"\x1bE", b"\x1ba", b"\x1bM", b"\x1bd", b"\x1b-"), 1),
    **dict.fromkeys((b"\x1b{", b"\x1b3", b"\x1b ", b"\x1bG", b"\x1bR", b"\x1bJ", b"\x1bV"), 1),
    b"\x1bp": 3,
    **dict.fromkeys((b"\x1d!", b"\x1dB", b"\x1dr", b"\x1da", b"\x1dI", b"\x1db"), 1),
    **dict.fromkeys((b"\x1dL", b"\x1dW"), 2),
    b"\x10\x04": 1,
}
_CUTS_WITH_FEED = (65, 66, 97, 98, 103, 104)


@dataclass(frozen=True, slots=True)
class Style:
    """How text looks from here on."""

    bold: bool = False
    width: int = 1
    height: int = 1
    underline: bool = False
    align: int = 0
    code_page: int = 0


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
class Unknown:
    """A command this printer does not have."""

    data: bytes


Item = Line | Cut | Pulse | StatusRequest | Unknown


@dataclass
class EscPosReader:
    """Takes bytes in pieces of any size; keeps an unfinished command for the next piece."""

    style: Style = field(default_factory=Style)
    _pending: bytearray = field(default_factory=bytearray)
    _runs: list[Run] = field(default_factory=list)

    def feed(self, data: bytes) -> Iterator[Item]:
        """What the bytes make the printer do, in order."""
        self._pending += data
        while self._pending:
            first = self._pending[0]
            if first in (0x1B, 0x1D, 0x10):
                length = self._command_length()
                if length is None:
                    return
                command = bytes(self._pending[:length])
                del self._pending[:length]
                yield from self._obey(command)
            else:
                del self._pending[0]
                if first == 0x0A:
                    yield self._end_line()
                elif first >= 0x20:
                    self._print(first)

    def _command_length(self) -> int | None:
        """Length of the command at the front; None where more bytes are needed."""
        data = bytes(self._pending)
        if len(data) < 2:
            return None
        head = data[:2]
        if head in _FIXED:
            length = 2 + _FIXED[head]
        elif head == b"\x1dV":
            if len(data) < 3:
                return None
            length = 4 if data[2] in _CUTS_WITH_FEED else 3
        elif head == b"\x1d(":
            if len(data) < 5:
                return None
            length = 5 + data[3] + 256 * data[4]
        else:
            length = 2
        return length if len(data) >= length else None

    def _obey(self, command: bytes) -> Iterator[Item]:  # noqa: PLR0912 - a table of commands
        head, parameters = command[:2], command[2:]
        first = parameters[0] if parameters else 0
        match head:
            case b"\x1b@":
                self.style = Style()
            case b"\x1bt":
                self.style = replace(self.style, code_page=first)
            case b"\x1b!":
                self.style = replace(
                    self.style,
                    bold=bool(first & 8),
                    height=2 if first & 16 else 1,
                    width=2 if first & 32 else 1,
                    underline=bool(first & 128),
                )
            case b"\x1d!":
                self.style = replace(self.style, width=1 + (first >> 4 & 7), height=1 + (first & 7))
            case b"\x1bE" | b"\x1bG":
                self.style = replace(self.style, bold=bool(first & 1))
            case b"\x1b-":
                self.style = replace(self.style, underline=first in (1, 2, 49, 50))
            case b"\x1ba":
                self.style = replace(self.style, align=first % 48)
            case b"\x1bd":
                if self._runs:
                    yield self._end_line()
                    first -= 1
                for _ in range(first):
                    yield Line((), self.style.align)
            case b"\x1bp":
                yield Pulse(connector=first % 48, on_ms=parameters[1] * 2)
            case b"\x1dV":
                if self._runs:
                    yield self._end_line()
                yield Cut()
            case b"\x10\x04":
                yield StatusRequest(first, real_time=True)
            case b"\x1dr":
                yield StatusRequest(first % 48, real_time=False)
            case _ if head not in _FIXED:
                yield Unknown(command)

    def _print(self, byte: int) -> None:
        code_page = _CODE_PAGES.get(self.style.code_page)
        character = bytes((byte,)).decode(code_page, "replace") if code_page else "\ufffd"
        if self._runs and self._runs[-1].style == self.style:
            self._runs[-1] = Run(self._runs[-1].text + character, self.style)
        else:
            self._runs.append(Run(character, self.style))

    def _end_line(self) -> Line:
        line = Line(tuple(self._runs), self.style.align)
        self._runs.clear()
        return line
