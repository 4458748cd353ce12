"""ID scanner on USB in the mode HID POS: a document is a scan of many reports."""

from drivers.wire.hid_reader import HidReader
from edge_agent.api.device import DeviceClass


class HidPosIdScanner(HidReader):
    """Everything it reads is ``Sensitive`` from the first byte, like every scan."""

    device_classes = frozenset({DeviceClass.ID_SCANNER})
