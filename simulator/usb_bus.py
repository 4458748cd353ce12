"""A USB bus of simulated devices, served to other processes over a Unix socket.

The other end is :mod:`simulator.usb_backend`, which pyusb loads in the agent's process. One request
is one line of JSON, and so is its answer: ``{"value": ...}`` or ``{"errno": ...}``.
"""

import asyncio
import base64
import contextlib
import errno
import json
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

OUT_ENDPOINT, IN_ENDPOINT = 0x01, 0x82
BULK, INTERRUPT = 2, 3


class UsbError(Exception):
    """The device's answer instead, as an errno."""

    def __init__(self, number: int) -> None:
        super().__init__(errno.errorcode.get(number, str(number)))
        self.number = number


@dataclass(frozen=True)
class UsbIdentity:
    """Descriptors of a device at enumeration."""

    vendor: int
    product: int
    serial: str
    manufacturer: str
    name: str
    interface_class: int
    interface_subclass: int
    interface_protocol: int
    transfer: int = BULK
    packet_size: int = 64

    @property
    def strings(self) -> Mapping[int, str]:
        """String descriptors by index."""
        return {1: self.manufacturer, 2: self.name, 3: self.serial}


class UsbDevice(ABC):
    """One device with one interface."""

    def __init__(self, identity: UsbIdentity) -> None:
        self.identity = identity
        self.plugged = False
        self.kernel_has_it = False
        self.claimed_by: object | None = None
        self._incoming: asyncio.Queue[bytes] = asyncio.Queue()

    def plug(self) -> None:
        """Makes the device appear; the kernel's driver takes it."""
        if not self.plugged:
            self.plugged, self.kernel_has_it, self.claimed_by = True, True, None

    def unplug(self) -> None:
        """Pulls the cable."""
        self.plugged, self.kernel_has_it, self.claimed_by = False, False, None
        self._incoming = asyncio.Queue()

    def to_host(self, data: bytes) -> None:
        """Puts one transfer on the way to the host."""
        for start in range(0, len(data), self.identity.packet_size):
            self._incoming.put_nowait(data[start : start + self.identity.packet_size])

    @abstractmethod
    async def from_host(self, data: bytes) -> int:
        """Takes a transfer from the host: how many bytes of it."""

    def control(self, request_type: int, request: int, value: int, data: bytes) -> bytes:
        """Answers a control transfer; raises ``UsbError``."""
        raise UsbError(errno.EPIPE)

    async def read(self, timeout_s: float) -> bytes:
        """The next transfer to the host; raises ``UsbError``."""
        try:
            async with asyncio.timeout(timeout_s):
                return await self._incoming.get()
        except TimeoutError:
            raise UsbError(errno.ETIMEDOUT if self.plugged else errno.ENODEV) from None


class UsbBus:
    """Serves its devices at ``socket``."""

    def __init__(self, socket: Path) -> None:
        self.socket = socket
        self.devices: list[UsbDevice] = []
        self._server: asyncio.Server | None = None
        self._connections: Counter[str] = Counter()
        self._serving: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listens."""
        self.socket.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, self.socket)

    async def stop(self) -> None:
        """Stops listening."""
        if self._server is not None:
            self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        claimant = ""
        try:
            while line := await reader.readline():
                request = json.loads(line)
                if not claimant:
                    claimant = request["claimant"]
                    self._connections[claimant] += 1
                try:
                    answer: dict[str, Any] = {"value": await self._obey(request, claimant)}
                except UsbError as error:
                    answer = {"errno": error.number}
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, asyncio.CancelledError):
            # The host's process is gone, or the bus is.
            return
        finally:
            self._serving.discard(task)
            self._gone(claimant)
            with contextlib.suppress(ConnectionError):
                writer.close()

    def _gone(self, claimant: str) -> None:
        """As the kernel does it: what a program had claimed is free when it is gone."""
        self._connections[claimant] -= 1
        if self._connections[claimant] <= 0:
            del self._connections[claimant]
            for device in self.devices:
                if device.claimed_by == claimant:
                    device.claimed_by = None

    async def _obey(self, request: Mapping[str, Any], claimant: str) -> Any:
        operation = request["operation"]
        if operation == "enumerate":
            return [index for index, device in enumerate(self.devices) if device.plugged]
        device = self.devices[request["device"]]
        if not device.plugged:
            raise UsbError(errno.ENODEV)
        if operation in ("read", "write"):
            self._must_be_claimed(device, claimant)
            return await self._transfer(device, request)
        match operation:
            case "describe":
                return asdict(device.identity)
            case "string":
                return device.identity.strings.get(request["index"], "")
            case "kernel_driver_active":
                return device.kernel_has_it
            case "detach" | "attach":
                device.kernel_has_it = operation == "attach"
            case "claim":
                self._claim(device, claimant)
            case "release":
                device.claimed_by = None
            case "control":
                sent = base64.b64decode(request["data"])
                answer = device.control(request["type"], request["request"], request["value"], sent)
                return _text(answer[: request["length"]])
        return None

    async def _transfer(self, device: UsbDevice, request: Mapping[str, Any]) -> str | int:
        timeout_s = request["timeout"] / 1000
        if request["operation"] == "read":
            return _text(await device.read(timeout_s))
        try:
            async with asyncio.timeout(timeout_s):
                return await device.from_host(base64.b64decode(request["data"]))
        except TimeoutError:
            raise UsbError(errno.ETIMEDOUT) from None

    def _claim(self, device: UsbDevice, claimant: str) -> None:
        if device.kernel_has_it or device.claimed_by not in (None, claimant):
            raise UsbError(errno.EBUSY)
        device.claimed_by = claimant

    def _must_be_claimed(self, device: UsbDevice, claimant: str) -> None:
        if device.claimed_by != claimant:
            raise UsbError(errno.ENODEV if device.claimed_by is None else errno.EBUSY)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
