"""Bar code scanners on USB that speak HID POS: reports become scans, driven by the descriptor.

USB-IF, HID Usage Tables, page 0x8C (Bar Code Scanner), and the HID Point of Sale Usage Tables 1.02:
a scanned data report carries up to three bytes of symbology identifier, some data, and a flag that
says whether the next report goes on with the same code.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from drivers.wire.framing import BROKE_OFF, TOO_LONG, Dropped, Frame, Item
from drivers.wire.hid_descriptor import Field, NotADescriptor, ReportLayout, parse_descriptor

_SCANNER = 0x8C << 16
_AIM = (_SCANNER | 0xFB, _SCANNER | 0xFC, _SCANNER | 0xFD)
_DATA = _SCANNER | 0xFE
_CONTINUED = _SCANNER | 0xFF
_BYTE_COUNT = 0x01 << 16 | 0x3B
_ERROR_BEEP, _GOOD_READ_BEEP = _SCANNER | 0x85, _SCANNER | 0x86
CUT_SHORT = "a report was cut short"


@dataclass(frozen=True, slots=True)
class _Report:
    """Layout of one kind of scanned data report."""

    data: tuple[Field, ...]
    aim: tuple[Field, ...]
    length: Field | None
    continued: Field | None
    bytes_needed: int

    def read(self, report: bytes) -> tuple[bytes, bytes, bool] | None:
        """AIM identifier, data, whether more follows; None where the report is not whole."""
        if len(report) < self.bytes_needed:
            return None
        data = bytes(value for field in self.data for value in field.values(report))
        if self.length is not None:
            length = self.length.values(report)[0]
            if length > len(data):
                return None
            data = data[:length]
        else:
            data = data.rstrip(b"\0")
        aim = bytes(value for field in self.aim for value in field.values(report))
        # Some devices declare all eight bits of the flag's byte as the flag.
        more = self.continued is not None and any(self.continued.values(report))
        return aim.strip(b"\0"), data, more


class HidPosCutter:
    """Puts the reports of one scanner together; bounded."""

    def __init__(self, descriptor: bytes, longest: int) -> None:
        """
        Raises:
            NotADescriptor: the descriptor has no scanned data report.
        """
        self._layout = parse_descriptor(descriptor)
        self._reports = _scan_reports(self._layout)
        if not self._reports:
            raise NotADescriptor("no report carries scanned data (usage page 8C)")
        self._longest = longest
        self._buffer = bytearray()
        self._open = False
        self._count = 0
        self._aim: bytes | None = None
        self._spoilt = ""

    @property
    def longest_report(self) -> int:
        """Bytes of the largest scanned data report, with its id."""
        return max(report.bytes_needed for report in self._reports.values()) + self.numbered

    @property
    def numbered(self) -> bool:
        """True where reports begin with their id."""
        return self._layout.numbered

    @property
    def unfinished(self) -> bool:
        """True where a report said that more follows."""
        return self._open

    def feed(self, data: bytes) -> list[Item]:
        """Takes one report as the device sent it."""
        number, body = self._layout.split(data)
        report = self._reports.get(number)
        if report is None:
            # Another kind of report, such as the trigger's.
            return []
        read = report.read(body)
        if read is None:
            # Whether more of this code comes, the lost part would have told: wait for the silence.
            self._count += len(body)
            self._spoilt, self._open, self._aim = self._spoilt or CUT_SHORT, True, None
            return []
        aim, piece, more = read
        if self._open and aim and self._aim not in (None, aim):
            # Another code's: the rest of the one before did not come.
            return [*self.expire(), *self.feed(data)]
        self._aim = aim or self._aim
        if not self._open and aim.startswith(b"]") and not piece.startswith(b"]"):
            piece = aim + piece
        self._count += len(piece)
        if self._count > self._longest:
            self._spoilt = self._spoilt or TOO_LONG
        if self._spoilt:
            self._buffer.clear()
        else:
            self._buffer += piece
        self._open = more
        return [] if more else self._end()

    def beep_report(self, good: bool) -> bytes | None:
        """The output report that sounds a beep, report id first; None where there is none.

        Its other bits are zero: "prevent read" and "initiate read" stay as they should be.
        """
        wanted = _GOOD_READ_BEEP if good else _ERROR_BEEP
        for number, fields in self._layout.outputs.items():
            for field in fields:
                if field.usage == wanted:
                    bits = 1 << field.offset
                    size = max(other.offset + other.size * other.count for other in fields)
                    body = bits.to_bytes((size + 7) // 8, "little")
                    return bytes((number,)) + body if self._layout.numbered else body
        return None

    def spoil(self, reason: str) -> None:
        """Mark the scan under way as incomplete."""
        self._spoilt = reason

    def expire(self) -> list[Item]:
        """The rest of a code did not come."""
        self._spoilt = self._spoilt or BROKE_OFF
        return self._end()

    def _end(self) -> list[Item]:
        content, count, spoilt = bytes(self._buffer), self._count, self._spoilt
        self._buffer.clear()
        self._open, self._count, self._spoilt, self._aim = False, 0, "", None
        if spoilt:
            return [Dropped(count, spoilt)]
        return [Frame(content)] if content else []


def _scan_reports(layout: ReportLayout) -> Mapping[int, _Report]:
    reports = {}
    for number, fields in layout.fields.items():
        data = tuple(field for field in fields if field.usage == _DATA)
        if not data:
            continue
        aim = tuple(field for field in fields if field.usage in _AIM)
        if any(field.size > 8 for field in (*data, *aim)):
            raise NotADescriptor("a character of a code has more than eight bits")
        known = [f for f in fields if f.usage in (_DATA, _CONTINUED, _BYTE_COUNT, *_AIM)]
        reports[number] = _Report(
            data=data,
            aim=aim,
            length=next((f for f in fields if f.usage == _BYTE_COUNT and f.count), None),
            continued=next((field for field in fields if field.usage == _CONTINUED), None),
            bytes_needed=max((f.offset + f.size * f.count + 7) // 8 for f in known),
        )
    return reports
