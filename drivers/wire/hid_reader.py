"""Base of scanners and ID scanners that speak HID POS over USB."""

from collections.abc import Mapping
from typing import Any

from drivers.wire.hid_descriptor import NotADescriptor
from drivers.wire.hid_pos import HidPosCutter
from drivers.wire.scan_options import ScanLimits
from drivers.wire.scan_reader import ScanReader, nothing
from drivers.wire.usb_device import UsbInterface, UsbOptions
from edge_agent.api.device import Attached, Driver, Host
from edge_agent.api.errors import ClaimError, DeviceLost

_HID_CLASS = 3
_SCANNER_PAGE = "008c"
# Standard request GET_DESCRIPTOR to an interface, for a report descriptor (USB HID 1.11, 7.1.1).
_TO_INTERFACE, _GET_DESCRIPTOR, _REPORT_DESCRIPTOR = 0x81, 0x06, 0x2200
_LONGEST_DESCRIPTOR = 4096
# Class request SET_REPORT to an interface, for an output report (USB HID 1.11, 7.2.2).
_FROM_HOST, _SET_REPORT, _OUTPUT_REPORT = 0x21, 0x09, 0x0200


class HidReaderOptions(UsbOptions, ScanLimits):
    """Options of a scanner in the mode "USB HID POS" (not "HID keyboard", not "USB COM")."""

    beeps: bool = False
    """Let the scanner beep when the lane has committed or refused a scan; for a
    scanner that is set not to beep by itself and has the usages 85 and 86."""


class HidReader(Driver[HidReaderOptions]):
    """Reads scans as the device's own report descriptor lays them out."""

    def __init__(self, name: str, config: HidReaderOptions, host: Host) -> None:
        super().__init__(name, config, host)
        self._interface: UsbInterface | None = None
        self._cutter: HidPosCutter | None = None

    @classmethod
    def suggest(cls, attached: Attached) -> Mapping[str, Any] | None:
        return attached.usb_options if _SCANNER_PAGE in attached.hid_pages else None

    async def claim(self) -> None:
        if self._interface is not None:
            raise ClaimError(f"{self.name}: {self.config.where} is already claimed.")
        interface = await UsbInterface.open(self.name, self.config, _HID_CLASS)
        try:
            descriptor = await interface.control_in(
                _TO_INTERFACE, _GET_DESCRIPTOR, _REPORT_DESCRIPTOR, _LONGEST_DESCRIPTOR
            )
            self._cutter = HidPosCutter(descriptor, self.config.longest_scan)
            interface.read_size = max(interface.read_size, self._cutter.longest_report)
        except NotADescriptor as error:
            await interface.close()
            raise ClaimError(
                f"{self.name}: {self.config.where} is not in the mode USB HID POS: {error}. "
                "Scan the mode's barcode in the scanner's manual."
            ) from error
        except DeviceLost as error:
            await interface.close()
            raise ClaimError(str(error)) from error
        except BaseException:
            await interface.close()
            raise
        self._interface = interface

    async def run(self) -> None:
        if self._interface is None or self._cutter is None:
            raise DeviceLost(f"{self.name}: {self.config.where} is not claimed")
        interface, cutter = self._interface, self._cutter

        async def beep(good: bool) -> None:
            report = cutter.beep_report(good)
            if report is not None:
                number = report[0] if cutter.numbered else 0
                await interface.control_out(
                    _FROM_HOST, _SET_REPORT, _OUTPUT_REPORT | number, report
                )

        reader = ScanReader(
            self.host,
            cutter,
            self.config.unfinished_after_s,
            beep if self.config.beeps else nothing,
        )
        await reader.run(interface)

    async def release(self) -> None:
        interface, self._interface = self._interface, None
        if interface is not None:
            await interface.close()
