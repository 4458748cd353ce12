"""Devices and delivery."""

from collections.abc import Mapping

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from edge_agent.api.text import visible
from edge_agent.control.messages import DeviceMessage
from tui.tables import RowTable
from tui.view_models import NoticeLine, device_lines, device_rows


class DevicesPane(Vertical):
    """Every device, and all that is known of the selected one."""

    _devices: Mapping[str, DeviceMessage] = {}

    def compose(self) -> ComposeResult:
        yield RowTable("Device", "Class", "State", "Look at", id="device-table")
        yield Static("", id="device-detail")

    def show(self, devices: list[DeviceMessage]) -> None:
        """Shows the devices."""
        self._devices = {device.name: device for device in devices}
        self.query_one("#device-table", RowTable).show(device_rows(devices))
        self._show_selected()

    @on(RowTable.RowHighlighted)
    def _show_selected(self) -> None:
        device = self._devices.get(self.query_one("#device-table", RowTable).selected or "")
        lines = device_lines(device) if device is not None else ()
        self.query_one("#device-detail", Static).update(
            Text("\n\n".join(visible(line) for line in lines))
        )


class SyncPane(Vertical):
    """Progress of the delivery to head office."""

    def compose(self) -> ComposeResult:
        yield Static("", id="delivery")

    def show(self, lines: tuple[NoticeLine, ...]) -> None:
        """Shows the state of delivery."""
        text = Text("\n\n").join(Text(visible(line.text), line.style) for line in lines)
        self.query_one("#delivery", Static).update(text)
