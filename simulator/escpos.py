"""Reads an ESC/POS byte stream as a printer does: text, pictures, codes, cuts, pulses, requests.

Written from the Epson ESC/POS command reference alone.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from simulator.code_tables import EPSON
from simulator.escpos_items import (
    AutomaticStatus,
    Barcode,
    Cut,
    InformationRequest,
    Item,
    Line,
    ProcessIdRequest,
    Pulse,
    QrCode,
    Raster,
    Run,
    StatusRequest,
    Style,
    UnknownCommand,
)

# Parameter bytes of the commands that have a fixed number of them.
_FIXED = {
    b"\x1b@": 0,
    b"\x1b2": 0,
    **dict.fromkeys((b"\x1bt", b"\x1b!", b"\x1bE", b"\x1ba", b"\x1bM", b"\x1bd", b"\x1b-"), 1),
    **dict.fromkeys((b"\x1b{", b"\x1b3", b"\x1b ", b"\x1bG", b"\x1bR", b"\x1bJ", b"\x1bV"), 1),
    b"\x1bp": 3,
    **dict.fromkeys((b"\x1d!", b"\x1dB", b"\x1dr", b"\x1da", b"\x1dI", b"\x1db"), 1),
    **dict.fromkeys((b"\x1dL", b"\x1dW"), 2),
    **dict.fromkeys((b"\x1dh", b"\x1dw", b"\x1dH", b"\x1df"), 1),
    b"\x10\x04": 1,
    b"\x10\x05": 1,
    b"\x1b\x1d": 2,
}
_CLEAR = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
_CUTS_WITH_FEED = (65, 66, 97, 98, 103, 104)


def _barcode_length(data: bytes) -> int:
    """Of system A, up to its NUL; of system B, as it says."""
    if data[2] >= 65:
        return 4 + data[3]
    return data.find(b"\0", 3) + 1 or len(data) + 1


# For the others: how many bytes tell the length, and which it is.
_VARIABLE: Mapping[bytes, tuple[int, Callable[[bytes], int]]] = {
    b"\x1dV": (3, lambda data: 4 if data[2] in _CUTS_WITH_FEED else 3),
    b"\x1d(": (5, lambda data: 5 + _word(data, 3)),
    b"\x1dv": (8, lambda data: 8 + _word(data, 4) * _word(data, 6)),
    b"\x1b*": (5, lambda data: 5 + _word(data, 3) * (3 if data[2] in (32, 33) else 1)),
    b"\x1dk": (4, _barcode_length),
    b"\x10\x14": (3, lambda data: len(_CLEAR) if data[2] == 8 else 5),
}


def _word(data: bytes, place: int) -> int:
    return data[place] + 256 * data[place + 1]


def _command_length(data: bytes) -> int | None:
    """Length of the command at the front; None where more bytes are needed."""
    if len(data) < 2:
        return None
    head = data[:2]
    if head not in _VARIABLE:
        length = 2 + _FIXED.get(head, 0)
    else:
        needed, length_of = _VARIABLE[head]
        if len(data) < needed:
            return None
        length = length_of(data)
    return length if len(data) >= length else None


@dataclass(frozen=True, slots=True)
class _BarcodeStyle:
    """Style of the next bar code: dots high, dots a module, text below or not."""

    height: int = 162
    module: int = 3
    text_below: bool = False


_STYLES: Mapping[bytes, Callable[[Style, int], Style]] = {
    b"\x1bt": lambda style, n: replace(style, code_page=n),
    b"\x1b!": lambda style, n: replace(
        style,
        bold=bool(n & 8),
        height=2 if n & 16 else 1,
        width=2 if n & 32 else 1,
        underline=bool(n & 128),
        font=n & 1,
    ),
    b"\x1bM": lambda style, n: replace(style, font=n % 48),
    b"\x1d!": lambda style, n: replace(style, width=1 + (n >> 4 & 7), height=1 + (n & 7)),
    b"\x1bE": lambda style, n: replace(style, bold=bool(n & 1)),
    b"\x1bG": lambda style, n: replace(style, bold=bool(n & 1)),
    b"\x1b-": lambda style, n: replace(style, underline=n in (1, 2, 49, 50)),
    b"\x1ba": lambda style, n: replace(style, align=n % 48),
}
_BARCODE_STYLES: Mapping[bytes, Callable[[_BarcodeStyle, int], _BarcodeStyle]] = {
    b"\x1dh": lambda style, n: replace(style, height=n),
    b"\x1dw": lambda style, n: replace(style, module=n),
    b"\x1dH": lambda style, n: replace(style, text_below=n % 48 in (2, 3)),
}


_REQUESTS: Mapping[bytes, Callable[[bytes], Item]] = {
    b"\x1bp": lambda n: Pulse(connector=n[0] % 48, on_ms=n[1] * 2),
    b"\x1dI": lambda n: InformationRequest(n[0]),
    b"\x1da": lambda n: AutomaticStatus(n[0]),
    b"\x10\x04": lambda n: StatusRequest(n[0], real_time=True),
    b"\x1dr": lambda n: StatusRequest(n[0] % 48, real_time=False),
}


class EscPosReader:
    """Takes bytes in pieces of any size; keeps an unfinished command for the next piece."""

    def __init__(self, code_tables: Mapping[int, str] = EPSON) -> None:
        """
        Args:
            code_tables: the number of ``ESC t`` to Python's name of the code page.
        """
        self._code_tables = code_tables
        self._style = Style()
        self._barcode = _BarcodeStyle()
        self._qr: tuple[int, str] = (3, "")
        self._pending = bytearray()
        self._runs: list[Run] = []

    def feed(self, data: bytes) -> Iterator[Item]:
        """Parse bytes into the items that the printer carries out, in order."""
        self._pending += data
        while self._pending:
            first = self._pending[0]
            if first in (0x1B, 0x1D, 0x10):
                length = _command_length(bytes(self._pending))
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

    def _obey(self, command: bytes) -> Iterator[Item]:
        head, parameters = command[:2], command[2:]
        first = parameters[0] if parameters else 0
        if head in _STYLES:
            self._style = _STYLES[head](self._style, first)
        elif head in _BARCODE_STYLES:
            self._barcode = _BARCODE_STYLES[head](self._barcode, first)
        elif head in _REQUESTS:
            yield _REQUESTS[head](parameters)
        elif head in _FIXED or head in _VARIABLE:
            yield from self._act(command)
        else:
            yield UnknownCommand(command)

    def _act(self, command: bytes) -> Iterator[Item]:
        """Carries out what is neither a style nor a request; what is not here leaves no mark."""
        head, parameters = command[:2], command[2:]
        match head:
            case b"\x1b@":
                self._style = Style()
                self._runs.clear()
                yield AutomaticStatus(0)
            case b"\x1b\x1d" if parameters[:1] == b"t":
                self._style = replace(self._style, code_page=parameters[1])
            case b"\x1b\x1d":
                yield UnknownCommand(command)
            case b"\x1bd":
                lines = parameters[0]
                if self._runs:
                    yield self._end_line()
                    lines -= 1
                for _ in range(lines):
                    yield Line((), self._style.align)
            case b"\x1dV":
                if self._runs:
                    yield self._end_line()
                yield Cut()
            case b"\x1dk":
                yield self._barcode_of(parameters[0], parameters)
            case b"\x1dv":
                yield self._raster(parameters)
            case b"\x1b*":
                yield self._column_raster(parameters[0], parameters[3:])
            case b"\x1d(":
                yield from self._function(command)

    def _function(self, command: bytes) -> Iterator[Item]:
        """``GS ( H`` and ``GS ( k``; other functions are unknown."""
        kind, body = command[2:3], command[5:]
        if kind == b"H" and body[:2] == b"00":
            yield ProcessIdRequest(body[2:6])
        elif kind == b"k" and body[:1] == b"1":
            match body[1]:
                case 67:
                    self._qr = (body[2], self._qr[1])
                case 80:
                    self._qr = (self._qr[0], body[3:].decode("latin-1"))
                case 81:
                    yield QrCode(self._qr[1], self._qr[0], self._style.align)
        else:
            yield UnknownCommand(command)

    def _barcode_of(self, system: int, parameters: bytes) -> Barcode:
        data = parameters[2:] if system >= 65 else parameters[1:-1]
        look, text = self._barcode, data.decode("latin-1")
        return Barcode(system, text, look.height, look.module, look.text_below, self._style.align)

    def _raster(self, parameters: bytes) -> Raster:
        width = parameters[2] + 256 * parameters[3]
        dots = parameters[6:]
        rows = tuple(dots[start : start + width] for start in range(0, len(dots), width or 1))
        return Raster(width * 8, rows, self._style.align)

    def _column_raster(self, mode: int, columns: bytes) -> Raster:
        """``ESC *``: columns of 8 or 24 dots, the highest bit on top."""
        deep = 3 if mode in (32, 33) else 1
        width = len(columns) // deep
        rows = []
        for row in range(deep * 8):
            bits = [
                columns[x * deep + row // 8] >> (7 - row % 8) & 1 if x < width else 0
                for x in range((width + 7) // 8 * 8)
            ]
            packed = int("".join(map(str, bits)) or "0", 2)
            rows.append(packed.to_bytes((width + 7) // 8, "big"))
        return Raster((width + 7) // 8 * 8, tuple(rows), self._style.align)

    def _print(self, byte: int) -> None:
        code_page = self._code_tables.get(self._style.code_page)
        character = bytes((byte,)).decode(code_page, "replace") if code_page else "\ufffd"
        if self._runs and self._runs[-1].style == self._style:
            self._runs[-1] = Run(self._runs[-1].text + character, self._style)
        else:
            self._runs.append(Run(character, self._style))

    def _end_line(self) -> Line:
        line = Line(tuple(self._runs), self._style.align)
        self._runs.clear()
        return line
