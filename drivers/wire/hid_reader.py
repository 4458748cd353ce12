"""What scanners and ID scanners that speak HID POS over USB have in common."""

import asyncio
from typing import Annotated

from pydantic import Field

from drivers.wire.hid_descriptor import NotADescriptor
from drivers.wire.hid_pos import HidPosCutter
from drivers.wire.scan_reader import ScanReader
from drivers.wire.usb_device import UsbConfig, UsbInterface
from edge_agent.api.device import Driver, Host
from edge_agent.api.errors import ClaimError, DeviceLost

_HID_CLASS = 3
# Standard request GET_DESCRIPTOR to an interface, for a report descriptor (USB HID 1.11, 7.1.1).
_TO_INTERFACE, _GET_DESCRIPTOR, _REPORT_DESCRIPTOR = 0x81, 0x06, 0x2200
_LONGEST_DESCRIPTOR = 4096


class HidReaderConfig(UsbConfig):
    """Options of a scanner in the mode "USB HID POS" (not "HID keyboard", not "USB COM")."""

    unfinished_after_s: Annotated[float, Field(gt=0, le=10)] = 0.5
    longest_scan: Annotated[int, Field(ge=16, le=8192)] = 4096


class HidReader(Driver[HidReaderConfig]):
    """Reads scans as the device's own report descriptor lays them out."""

    def __init__(self, name: str, config: HidReaderConfig, host: Host) -> None:
        super().__init__(name, config, host)
        self._interface: UsbInterface | None = None
        self._cutter: HidPosCutter | None = None

    async def claim(self) -> None:
        if self._interface is not None:
            raise ClaimError(f"{self.name}: {self.config.where} is already claimed.")
        interface = await asyncio.to_thread(UsbInterface, self.name, self.config, _HID_CLASS)
        try:
            descriptor = await interface.control_in(
                _TO_INTERFACE, _GET_DESCRIPTOR, _REPORT_DESCRIPTOR, _LONGEST_DESCRIPTOR
            )
            self._cutter = HidPosCutter(descriptor, self.config.longest_scan)
        except NotADescriptor as error:
            await interface.close()
            raise ClaimError(
                f"{self.name}: {self.config.where} is not in the mode USB HID POS: {error}. "
                "Scan the mode's barcode in the scanner's manual."
            ) from error
        except DeviceLost as error:
            await interface.close()
            raise ClaimError(str(error)) from error
        self._interface = interface

    async def run(self) -> None:
        if self._interface is None or self._cutter is None:
            raise DeviceLost(f"{self.name}: {self.config.where} is not claimed")
        reader = ScanReader(self.host, self._cutter, self.config.unfinished_after_s)
        await reader.run(self._interface)

    async def release(self) -> None:
        interface, self._interface = self._interface, None
        if interface is not None:
            await interface.close()
