"""Devices and delivery."""

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from edge_agent.control.messages import DeviceMessage
from tui.tables import RowTable
from tui.view_models import Notice, device_rows


class DevicesPane(Vertical):
    """Every device and what is known of it."""

    def compose(self) -> ComposeResult:
        yield RowTable("Device", "Class", "State", "Facts", "Detail", id="device-table")

    def show(self, devices: list[DeviceMessage]) -> None:
        """Shows the devices."""
        self.query_one("#device-table", RowTable).show(device_rows(devices))


class SyncPane(Vertical):
    """How far head office has the lane's events."""

    def compose(self) -> ComposeResult:
        yield Static("", id="delivery")

    def show(self, lines: tuple[Notice, ...]) -> None:
        """Shows the state of delivery."""
        text = Text("\n\n").join(Text(line.text, line.style) for line in lines)
        self.query_one("#delivery", Static).update(text)
