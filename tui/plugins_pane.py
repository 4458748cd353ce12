"""Plugins on the left, the selected one's settings on the right."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Button, DataTable, Label

from edge_agent.api.text import visible
from edge_agent.control.messages import PluginMessage
from tui.settings_form import SettingsForm
from tui.tables import RowTable
from tui.view_models import plugin_rows


class PluginsPane(Horizontal):
    """Toggles and settings take effect on the very next event."""

    class Saved(Message):
        """The form's values are to become the plugin's settings."""

        def __init__(self, plugin_id: str, values: dict[str, object]) -> None:
            super().__init__()
            self.plugin_id = plugin_id
            self.values = values

    def __init__(self) -> None:
        super().__init__()
        self._plugins: dict[str, PluginMessage] = {}
        self._shown: str | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="plugin-list"):
            yield RowTable("", "Plugin", "Status", id="plugin-table", gives_way="Plugin")
        with VerticalScroll(id="plugin-detail", can_focus=False):
            yield Label("", id="plugin-summary", markup=False)
            yield Vertical(id="plugin-form")
            yield Button("Save settings", id="save", variant="primary")

    async def show(self, plugins: list[PluginMessage]) -> None:
        """Shows the list; an open form is left alone while somebody edits it."""
        self._plugins = {plugin.id: plugin for plugin in plugins}
        self.query_one("#plugin-table", RowTable).show(plugin_rows(plugins))
        if self._shown is None and plugins:
            await self._open(plugins[0].id)
        self._summarize()

    @property
    def selected(self) -> PluginMessage | None:
        """The plugin under the cursor."""
        key = self.query_one("#plugin-table", RowTable).selected
        return self._plugins.get(key) if key is not None else None

    async def saved(self, plugin: PluginMessage) -> None:
        """Shows the settings as the agent took them."""
        self._plugins[plugin.id] = plugin
        await self._open(plugin.id)

    def refused(self, fields: dict[str, str]) -> None:
        """Shows beside each field why it was refused."""
        for form in self.query(SettingsForm):
            form.complain(fields)

    @on(DataTable.RowHighlighted, "#plugin-table")
    async def _highlighted(self, event: DataTable.RowHighlighted) -> None:
        key = event.row_key.value
        if key is not None and key in self._plugins and key != self._shown:
            await self._open(key)

    @on(Button.Pressed, "#save")
    def _save(self) -> None:
        for form in self.query(SettingsForm):
            values = form.values()
            if values is not None and self._shown is not None:
                self.post_message(self.Saved(self._shown, values))

    async def _open(self, plugin_id: str) -> None:
        self._shown = plugin_id
        plugin = self._plugins[plugin_id]
        holder = self.query_one("#plugin-form", Vertical)
        await holder.remove_children()
        await holder.mount(SettingsForm(plugin.settings_schema, plugin.settings))
        self._summarize()

    def _summarize(self) -> None:
        plugin = self._plugins.get(self._shown or "")
        if plugin is not None:
            state = f"{plugin.status}. {plugin.detail}".rstrip()
            self.query_one("#plugin-summary", Label).update(
                visible(f"{plugin.title}\n{plugin.summary}\nNow {state}")
            )
