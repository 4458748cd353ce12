"""Barcode scanner on USB in the mode HID POS (usage page 0x8C)."""

from drivers.wire.hid_reader import HidReader
from edge_agent.api.device import DeviceClass


class HidPosScanner(HidReader):
    """Every scan comes with its AIM symbology identifier, where the scanner tells it."""

    device_classes = frozenset({DeviceClass.SCANNER})
