"""ID scanner on a serial line: documents of several lines, ended by ETX or by silence."""

from drivers.wire.control_text import ControlText
from drivers.wire.serial_reader import SerialReader, SerialReaderOptions
from edge_agent.api.device import DeviceClass


class SerialIdScannerOptions(SerialReaderOptions):
    """As a serial scanner, but a document ends with silence where the reader sends no suffix."""

    suffix: ControlText = b""
    """Comes after each document; empty where silence ends it."""


class SerialIdScanner(SerialReader):
    """Everything it reads is ``Sensitive`` from the first byte, like every scan."""

    config_type = SerialIdScannerOptions
    device_classes = frozenset({DeviceClass.ID_SCANNER})
