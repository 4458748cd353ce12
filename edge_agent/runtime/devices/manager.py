"""All devices of the lane, and which one does what is to be done."""

from datetime import datetime

from edge_agent.api.device import (
    DeviceClass,
    DeviceState,
    Output,
    OutputCompleteEvent,
    OutputOutcome,
)
from edge_agent.runtime.devices.host import DeviceHost, not_done
from edge_agent.runtime.devices.status import DeviceStatus

_WORDS = {
    DeviceClass.SCANNER: "scanner",
    DeviceClass.ID_SCANNER: "ID scanner",
    DeviceClass.POS_PRINTER: "receipt printer",
    DeviceClass.CASH_DRAWER: "cash drawer",
}


class DeviceManager:
    """All devices of the lane."""

    def __init__(self, hosts: list[DeviceHost]) -> None:
        self.hosts = hosts

    def look_now(self) -> None:
        """Something was plugged in."""
        for host in self.hosts:
            host.look_now()

    def statuses(self) -> list[DeviceStatus]:
        """Every device, in the order of the configuration file."""
        return [host.status() for host in self.hosts]

    async def output(
        self, device_class: DeviceClass, request: Output, not_after: datetime | None
    ) -> OutputCompleteEvent:
        """Has it done by the device that is to do such things; see :meth:`DeviceHost.output`."""
        host = self._first(device_class)
        if host is not None:
            return await host.output(request, not_after)
        if broken := self._broken():
            return not_done(request, OutputOutcome.FAILED, broken)
        return not_done(
            request, OutputOutcome.IMPOSSIBLE, f"this lane has no {_WORDS[device_class]}"
        )

    def _first(self, device_class: DeviceClass) -> DeviceHost | None:
        """The first ready device of a class that nothing keeps, else the first ready one of it,
        else the first one of it, else None."""
        of_class = [host for host in self.hosts if device_class in host.status().classes]
        ready = [host for host in of_class if host.status().state is DeviceState.READY]
        free = [host for host in ready if not host.status().obstacles]
        return next(iter(free or ready or of_class), None)

    def _broken(self) -> str:
        """Devices of which nobody can say what they are, and why; empty where there are none."""
        found = [status for status in self.statuses() if status.state is DeviceState.BROKEN]
        return "; ".join(f"{status.name} is set up wrongly: {status.detail}" for status in found)
