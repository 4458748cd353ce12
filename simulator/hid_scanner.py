"""A barcode scanner in the mode USB HID POS."""

import errno

from simulator.pty_device import Unplugged
from simulator.usb_bus import INTERRUPT, UsbDevice, UsbError, UsbIdentity

_DATA_BYTES = 56
_REPORT_ID, _TRIGGER_ID = 2, 4
# The layout of Honeywell's and many others' scanners (Hand Held Products, USB Interfaces User's
# Guide). Scanned data report: byte count, three bytes of symbology identifier, 56 of data, two of
# the maker's, a byte of flags that more follows. Trigger report: bit 6 good-read, 5 error beep.
DESCRIPTOR = bytes.fromhex(
    "05 8C 09 02 A1 01"
    "09 12 A1 02 85 02 15 00 26 FF 00"
    "75 08 95 01 05 01 09 3B 81 02"
    "95 03 05 8C 09 FB 09 FC 09 FD 81 02"
    "95 38 09 FE 82 02 01"
    "06 66 FF 95 02 09 04 09 00 81 02"
    "05 8C 25 01 75 01 95 08 09 FF 81 02 C0"
    "09 14 A1 02 85 04 15 00 25 01 75 01 95 08"
    "09 00 09 5F 09 60 09 00 09 00 09 85 09 86 91 86 C0"
    "C0"
)


class SimulatedHidScanner(UsbDevice):
    """Sends codes of any length, 56 bytes a report; ``sounds`` are the beeps it was told."""

    def __init__(self, serial: str = "SIM0001") -> None:
        super().__init__(
            UsbIdentity(
                vendor=0x0C2E,
                product=0x0B6B,
                serial=serial,
                manufacturer="Simulated",
                name="HID POS scanner",
                interface_class=3,
                interface_subclass=0,
                interface_protocol=0,
                transfer=INTERRUPT,
            )
        )
        self.sounds: list[bool] = []

    def scan(self, code: str | bytes, aim: str = "]C0") -> None:
        """Reads one code; raises ``Unplugged``."""
        if not self.plugged:
            raise Unplugged("its cable is pulled")
        for report in reports(code.encode("latin-1") if isinstance(code, str) else code, aim):
            self.to_host(report)

    async def from_host(self, data: bytes) -> int:
        """It takes no reports."""
        raise UsbError(errno.EPIPE)

    def control(self, request_type: int, request: int, value: int, data: bytes) -> bytes:
        if (request_type, request, value >> 8) == (0x81, 0x06, 0x22):
            return DESCRIPTOR
        if (request_type, request, value) == (0x21, 0x09, 0x0200 | _TRIGGER_ID):
            self.sounds += [good for bit, good in ((0x40, True), (0x20, False)) if data[1] & bit]
            return b""
        return super().control(request_type, request, value, data)


def reports(data: bytes, aim: str) -> list[bytes]:
    """The reports of one code."""
    pieces = [data[start : start + _DATA_BYTES] for start in range(0, len(data), _DATA_BYTES)]
    return [
        bytes((_REPORT_ID, len(piece)))
        + aim.encode().ljust(3, b"\0")
        + piece.ljust(_DATA_BYTES, b"\0")
        + b"s1"
        + bytes((number < len(pieces),))
        for number, piece in enumerate(pieces, 1)
    ]
