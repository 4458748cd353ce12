"""A pyusb backend whose bus is simulated by another process (:mod:`simulator.usb_bus`).

The bus's socket is named by the environment variable ``LANE_SIMULATOR_USB``. A driver uses it by
``backend = "simulator.usb_backend"`` in its table of the configuration.
"""

import array
import base64
import errno
import json
import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from usb.backend import IBackend
from usb.core import USBError, USBTimeoutError

from simulator.usb_bus import BULK, IN_ENDPOINT, OUT_ENDPOINT

SOCKET_VARIABLE = "LANE_SIMULATOR_USB"
_LANGUAGES = bytes((4, 3, 0x09, 0x04))


@dataclass(frozen=True)
class _Handle:
    device: int


def get_backend() -> IBackend | None:
    """The backend, or None where no bus is named."""
    path = os.environ.get(SOCKET_VARIABLE)
    return SimulatedBackend(path) if path else None


class SimulatedBackend(IBackend):  # type: ignore[misc]
    """One connection a thread, so that a waiting read does not hold up a write."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._streams: dict[int, Any] = {}
        self._claimant = uuid4().hex

    def enumerate_devices(self) -> Iterator[_Handle]:
        """The devices that are plugged in."""
        return iter([_Handle(index) for index in self._ask("enumerate")])

    def get_device_descriptor(self, device: _Handle) -> Any:
        """Standard device descriptor."""
        identity = self._ask("describe", device.device)
        return SimpleNamespace(
            bLength=18,
            bDescriptorType=1,
            bcdUSB=0x0200,
            bDeviceClass=0,
            bDeviceSubClass=0,
            bDeviceProtocol=0,
            bMaxPacketSize0=64,
            idVendor=identity["vendor"],
            idProduct=identity["product"],
            bcdDevice=0x0100,
            iManufacturer=1,
            iProduct=2,
            iSerialNumber=3,
            bNumConfigurations=1,
            bus=1,
            address=device.device + 2,
            port_number=device.device + 1,
            port_numbers=(device.device + 1,),
            speed=3,
        )

    def get_configuration_descriptor(self, device: _Handle, config: int) -> Any:
        """The one configuration."""
        return SimpleNamespace(
            bLength=9,
            bDescriptorType=2,
            wTotalLength=32,
            bNumInterfaces=1,
            bConfigurationValue=1,
            iConfiguration=0,
            bmAttributes=0x80,
            bMaxPower=50,
            extra_descriptors=[],
        )

    def get_interface_descriptor(self, device: _Handle, intf: int, alt: int, config: int) -> Any:
        """The one interface."""
        if (intf, alt) != (0, 0):
            raise IndexError("there is one interface")
        identity = self._ask("describe", device.device)
        return SimpleNamespace(
            bLength=9,
            bDescriptorType=4,
            bInterfaceNumber=0,
            bAlternateSetting=0,
            bNumEndpoints=2,
            bInterfaceClass=identity["interface_class"],
            bInterfaceSubClass=identity["interface_subclass"],
            bInterfaceProtocol=identity["interface_protocol"],
            iInterface=0,
            extra_descriptors=[],
        )

    def get_endpoint_descriptor(
        self, device: _Handle, ep: int, intf: int, alt: int, config: int
    ) -> Any:
        """One endpoint each way."""
        identity = self._ask("describe", device.device)
        return SimpleNamespace(
            bLength=7,
            bDescriptorType=5,
            bEndpointAddress=(OUT_ENDPOINT, IN_ENDPOINT)[ep],
            bmAttributes=identity["transfer"],
            wMaxPacketSize=identity["packet_size"],
            bInterval=0 if identity["transfer"] == BULK else 4,
            bRefresh=0,
            bSynchAddress=0,
            extra_descriptors=[],
        )

    def open_device(self, device: _Handle) -> _Handle:
        """Opens it."""
        self._ask("describe", device.device)
        return device

    def close_device(self, handle: _Handle) -> None:
        """Hangs up; whoever asks again connects again."""
        while self._streams:
            _, stream = self._streams.popitem()
            stream.close()

    def get_configuration(self, handle: _Handle) -> int:
        """It is always configured, as the kernel does it."""
        self._ask("describe", handle.device)
        return 1

    def claim_interface(self, handle: _Handle, intf: int) -> None:
        """Exclusively."""
        self._ask("claim", handle.device)

    def release_interface(self, handle: _Handle, intf: int) -> None:
        """Gives it back."""
        self._ask("release", handle.device)

    def is_kernel_driver_active(self, handle: _Handle, intf: int) -> bool:
        """True where usblp or usbhid has it."""
        return bool(self._ask("kernel_driver_active", handle.device))

    def detach_kernel_driver(self, handle: _Handle, intf: int) -> None:
        """Takes it from the kernel's driver."""
        self._ask("detach", handle.device)

    def attach_kernel_driver(self, handle: _Handle, intf: int) -> None:
        """Gives it back to the kernel's driver."""
        self._ask("attach", handle.device)

    def bulk_write(self, handle: _Handle, ep: int, intf: int, data: Any, timeout: int) -> int:
        """The number of bytes that the device took."""
        sent = base64.b64encode(bytes(data)).decode()
        return int(self._ask("write", handle.device, data=sent, timeout=timeout))

    def bulk_read(self, handle: _Handle, ep: int, intf: int, buff: Any, timeout: int) -> int:
        """The number of bytes that came."""
        data = base64.b64decode(self._ask("read", handle.device, timeout=timeout))
        buff[: len(data)] = array.array("B", data)
        return len(data)

    intr_write = bulk_write
    intr_read = bulk_read

    def ctrl_transfer(
        self,
        handle: _Handle,
        bmRequestType: int,  # noqa: N803 - pyusb's names
        bRequest: int,  # noqa: N803
        wValue: int,  # noqa: N803
        wIndex: int,  # noqa: N803
        data: Any,
        timeout: int,
    ) -> int:
        """Strings are answered here, everything else by the device."""
        if (bmRequestType, bRequest, wValue >> 8) == (0x80, 0x06, 0x03):
            answer = self._string(handle.device, wValue & 0xFF)
        elif not bmRequestType & 0x80:
            sent = base64.b64encode(bytes(data)).decode()
            fields = {"type": bmRequestType, "request": bRequest, "value": wValue, "data": sent}
            self._ask("control", handle.device, **fields, length=0)
            return len(data)
        else:
            fields = {"type": bmRequestType, "request": bRequest, "value": wValue, "data": ""}
            answer = base64.b64decode(
                self._ask("control", handle.device, **fields, length=len(data))
            )
        answer = answer[: len(data)]
        data[: len(answer)] = array.array("B", answer)
        return len(answer)

    def _string(self, device: int, index: int) -> bytes:
        if index == 0:
            return _LANGUAGES
        text = str(self._ask("string", device, index=index)).encode("utf-16-le")
        return bytes((len(text) + 2, 3)) + text

    def _ask(self, operation: str, device: int | None = None, **fields: Any) -> Any:
        request = {"operation": operation, "device": device, "claimant": self._claimant, **fields}
        try:
            stream = self._stream()
            stream.write(json.dumps(request).encode() + b"\n")
            stream.flush()
            line = stream.readline()
        except (OSError, ValueError) as error:
            raise USBError("the simulated bus is gone", errno=errno.ENODEV) from error
        if not line:
            raise USBError("the simulated bus is gone", errno=errno.ENODEV)
        answer = json.loads(line)
        if "errno" in answer:
            number = answer["errno"]
            kind = USBTimeoutError if number == errno.ETIMEDOUT else USBError
            raise kind(os.strerror(number), errno=number)
        return answer["value"]

    def _stream(self) -> Any:
        thread = threading.get_ident()
        if thread not in self._streams:
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(self._path)
            self._streams[thread] = connection.makefile("rwb")
            connection.close()
        return self._streams[thread]
