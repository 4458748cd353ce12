"""Barcode scanner on a serial line: RS-232, USB CDC, or a pseudo-terminal."""

from drivers.wire.serial_reader import SerialReader
from edge_agent.api.device import DeviceClass


class SerialScanner(SerialReader):
    """Scans end with a carriage return unless the configuration says otherwise."""

    device_classes = frozenset({DeviceClass.SCANNER})
