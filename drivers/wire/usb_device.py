"""One interface of a USB device through pyusb: exclusive, with finite time-outs, given back."""

import asyncio
import contextlib
import errno
import importlib
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Annotated, Any

import usb.core
import usb.util
from pydantic import Field

from edge_agent.api.device import DriverOptions
from edge_agent.api.errors import ClaimError, DeviceLost

_LOOK_MS = 200
_WRITE_MS = 1000
_NOT_PERMITTED = (
    "the agent may not use it. `edge-agent devices` prints the udev rule that allows it"
)
_HexId = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{4}$")]


class UsbOptions(DriverOptions):
    """Selection of a USB device."""

    vendor: _HexId
    """Four hexadecimal digits, as ``lsusb`` shows them before the colon."""
    product: _HexId
    """Those behind the colon."""
    serial: str | None = None
    """The serial number, to tell two of one model apart."""
    backend: str = "usb.backend.libusb1"
    """A pyusb backend module; another one than libusb's is for simulated devices."""

    @property
    def where(self) -> str:
        """The device in words."""
        number = f" with serial number {self.serial}" if self.serial else ""
        return f"USB device {self.vendor}:{self.product}{number}"


class UsbInterface:
    """A claimed interface with its bulk or interrupt endpoints.

    ``read_size`` is the most one transfer brings: a packet, unless the reader sets it.
    """

    @classmethod
    async def open(cls, name: str, config: UsbOptions, interface_class: int) -> "UsbInterface":
        """Finds and claims it.

        The kernel's driver (``usblp``, ``usbhid``) is detached, and given the device back by
        :meth:`close`.

        Raises:
            ClaimError: it is absent, taken, not permitted, or libusb is not installed.
        """
        threads = ThreadPoolExecutor(2, thread_name_prefix=f"usb-{name}")
        opening = threads.submit(cls, name, config, interface_class, threads)
        try:
            return await asyncio.shield(asyncio.wrap_future(opening))
        except asyncio.CancelledError:
            # Nobody waits for it any more; the device is free again as soon as it is open.
            opening.add_done_callback(partial(_let_go, threads))
            raise
        except BaseException:
            threads.shutdown(wait=False)
            raise

    def __init__(
        self, name: str, config: UsbOptions, interface_class: int, threads: ThreadPoolExecutor
    ) -> None:
        """Blocks for as long as the bus takes; raises ``ClaimError``."""
        self._name = name
        self._where = config.where
        self._kernel_had_it = False
        self._closed = False
        self._interface: Any = None
        self._number = 0
        try:
            self._device = _find(name, config)
        except usb.core.USBError as error:
            raise ClaimError(f"{name}: {self._where}: {_explain(error)}") from error
        try:
            self._claim(interface_class)
            self._reads = self._endpoint(usb.util.ENDPOINT_IN)
            self._writes = self._endpoint(usb.util.ENDPOINT_OUT)
        # A device that is unplugged meanwhile refuses at any step.
        except (usb.core.USBError, ValueError) as error:
            self.give_back()
            raise ClaimError(f"{name}: {self._where}: {_explain(error)}") from error
        except BaseException:
            self.give_back()
            raise
        self._threads = threads
        self._transfer: asyncio.Future[bytes] | None = None
        self._written: asyncio.Future[int] | None = None
        self.read_size: int = self._reads.wMaxPacketSize if self._reads is not None else 0

    @property
    def number(self) -> int:
        """bInterfaceNumber."""
        return self._number

    async def read(self) -> bytes:
        """Waits for one transfer; raises ``DeviceLost``.

        A transfer goes on when the wait for it is cancelled, and the next call has its data.
        """
        loop = asyncio.get_running_loop()
        while True:
            if self._transfer is None:
                self._transfer = loop.run_in_executor(self._threads, self._read)
            await asyncio.wait([self._transfer])
            if data := self.read_now():
                return data

    def read_now(self) -> bytes:
        """Bytes that have come already, perhaps none; raises ``DeviceLost``."""
        if self._transfer is None or not self._transfer.done():
            return b""
        transfer, self._transfer = self._transfer, None
        return transfer.result()

    async def write(self, data: bytes) -> None:
        """Writes all of it, in pieces of finite time; raises ``DeviceLost``.

        A device that takes nothing for a while is no error: the caller has a deadline.
        """
        loop = asyncio.get_running_loop()
        rest = data
        while rest:
            self._written = loop.run_in_executor(self._threads, self._write, rest)
            # A transfer that nobody waits for any more goes on, and close() waits for it.
            taken = await asyncio.shield(self._written)
            rest = rest[taken:]

    async def control_in(self, request_type: int, request: int, value: int, length: int) -> bytes:
        """A control transfer to the interface; raises ``DeviceLost``."""
        loop = asyncio.get_running_loop()

        def transfer() -> bytes:
            try:
                answer = self._device.ctrl_transfer(
                    request_type, request, value, self.number, length, _WRITE_MS
                )
            except usb.core.USBError as error:
                raise self._lost(error) from error
            return bytes(answer)

        return await loop.run_in_executor(self._threads, transfer)

    async def control_out(self, request_type: int, request: int, value: int, data: bytes) -> None:
        """A control transfer with data to the interface; raises ``DeviceLost``."""

        def transfer() -> None:
            try:
                self._device.ctrl_transfer(
                    request_type, request, value, self.number, data, _WRITE_MS
                )
            except usb.core.USBError as error:
                raise self._lost(error) from error

        await asyncio.get_running_loop().run_in_executor(self._threads, transfer)

    async def close(self) -> None:
        """Gives the interface back to the kernel. Waits for the transfer under way."""
        self._closed = True
        for transfer in (self._transfer, self._written):
            if transfer is not None:
                await asyncio.wait([transfer])
                transfer.exception()
        await asyncio.get_running_loop().run_in_executor(self._threads, self.give_back)
        self._threads.shutdown(wait=False)

    def drop_output(self) -> None:
        """Nothing to do: a transfer that has not ended is cancelled with the interface."""

    def give_back(self) -> None:
        """Gives the kernel its device back; blocks for as long as the bus takes."""
        # Each step is tried: a device that was unplugged refuses them all.
        if self._interface is not None:
            with contextlib.suppress(usb.core.USBError):
                usb.util.release_interface(self._device, self._interface)
        if self._kernel_had_it:
            with contextlib.suppress(usb.core.USBError, NotImplementedError):
                self._device.attach_kernel_driver(self.number)
        with contextlib.suppress(usb.core.USBError):
            usb.util.dispose_resources(self._device)

    def _claim(self, interface_class: int) -> None:
        try:
            configuration = self._device.get_active_configuration()
        except usb.core.USBError as error:
            if error.errno not in (errno.ENOENT, None):
                raise
            # Only a device that nobody has configured yet: configuring again would reset it.
            self._device.set_configuration()
            configuration = self._device.get_active_configuration()
        interface = usb.util.find_descriptor(configuration, bInterfaceClass=interface_class)
        if interface is None:
            raise ClaimError(
                f"{self._name}: {self._where} has no interface of class {interface_class}."
            )
        self._number = int(interface.bInterfaceNumber)
        with contextlib.suppress(NotImplementedError):
            if self._device.is_kernel_driver_active(self._number):
                self._device.detach_kernel_driver(self._number)
                self._kernel_had_it = True
        usb.util.claim_interface(self._device, interface)
        self._interface = interface

    def _endpoint(self, direction: int) -> Any:
        def matches(endpoint: Any) -> bool:
            return bool(
                usb.util.endpoint_direction(endpoint.bEndpointAddress) == direction
                and usb.util.endpoint_type(endpoint.bmAttributes)
                in (usb.util.ENDPOINT_TYPE_BULK, usb.util.ENDPOINT_TYPE_INTR)
            )

        return usb.util.find_descriptor(self._interface, custom_match=matches)

    def _read(self) -> bytes:
        if self._closed or self._reads is None:
            raise DeviceLost(f"{self._name}: {self._where} cannot be read")
        try:
            return bytes(self._reads.read(self.read_size, _LOOK_MS))
        except usb.core.USBTimeoutError:
            return b""
        # pyusb looks endpoints up in descriptors that an unplugged device does not have.
        except (usb.core.USBError, ValueError) as error:
            raise self._lost(error) from error

    def _write(self, data: bytes) -> int:
        if self._closed or self._writes is None:
            raise DeviceLost(f"{self._name}: {self._where} cannot be written")
        try:
            return int(self._writes.write(data[:4096], _WRITE_MS))
        except usb.core.USBTimeoutError:
            return 0
        except (usb.core.USBError, ValueError) as error:
            raise self._lost(error) from error

    def _lost(self, error: Exception) -> DeviceLost:
        return DeviceLost(f"{self._name}: {self._where} is gone: {_explain(error)}")


def _find(name: str, config: UsbOptions) -> Any:
    try:
        backend = importlib.import_module(config.backend).get_backend()
    except ImportError as error:
        raise ClaimError(f"{name}: there is no pyusb backend {config.backend}: {error}") from error
    if backend is None:
        raise ClaimError(
            f"{name}: libusb is missing, or may not be used here. Install the package libusb-1.0-0."
        )
    problem = ""
    for device in usb.core.find(
        find_all=True,
        backend=backend,
        idVendor=int(config.vendor, 16),
        idProduct=int(config.product, 16),
    ):
        if config.serial is None:
            return device
        try:
            if usb.util.get_string(device, device.iSerialNumber) == config.serial:
                return device
        except usb.core.USBError as error:
            problem = f" (one of this kind cannot be asked: {_explain(error)})"
        except ValueError:
            # pyusb says "no langid" where it may not read a device's strings.
            problem = f" (one of this kind cannot be asked: {_NOT_PERMITTED})"
        usb.util.dispose_resources(device)
    raise ClaimError(f"{name}: {config.where} is not attached{problem}.")


def _explain(error: Exception) -> str:
    number = getattr(error, "errno", None)
    if number == errno.EACCES:
        return _NOT_PERMITTED
    if number == errno.EBUSY:
        return "another program uses it"
    return str(getattr(error, "strerror", None) or error)


def _let_go(threads: ThreadPoolExecutor, opening: "Future[UsbInterface]") -> None:
    """Gives back what was opened for nobody."""
    if not opening.cancelled() and opening.exception() is None:
        opening.result().give_back()
    threads.shutdown(wait=False)
