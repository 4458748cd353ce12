"""The plugins of a running agent."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edge_agent.cli.asking import ask
from edge_agent.cli.options import DEFAULT_SOCKET, SocketOption

if TYPE_CHECKING:
    from edge_agent.control.client import ControlClient
    from edge_agent.control.messages import PluginMessage

app = typer.Typer(help="The plugins of a running agent.", no_args_is_help=True)


@app.command("list")
def list_plugins(socket: SocketOption = DEFAULT_SOCKET) -> None:
    """List the plugins and how they are doing."""
    for plugin in ask(socket, lambda client: client.plugins()):
        switch = "on" if plugin.enabled else "off"
        said = plugin.detail or plugin.summary
        print(f"{plugin.id:24} {switch:4} {plugin.status:12} {said}")


@app.command("show")
def show_plugin(plugin_id: str, socket: SocketOption = DEFAULT_SOCKET) -> None:
    """Print a plugin with its settings as JSON."""
    print(ask(socket, lambda client: client.plugin(plugin_id)).model_dump_json(indent=2))


@app.command("enable")
def enable_plugin(plugin_id: str, socket: SocketOption = DEFAULT_SOCKET) -> None:
    """Turn a plugin on, from the next event on."""
    _switch(plugin_id, socket, enabled=True)


@app.command("disable")
def disable_plugin(plugin_id: str, socket: SocketOption = DEFAULT_SOCKET) -> None:
    """Turn a plugin off, from the next event on."""
    _switch(plugin_id, socket, enabled=False)


@app.command("register")
def register_plugin(plugin_id: str, socket: SocketOption = DEFAULT_SOCKET) -> None:
    """Register a plugin that was unregistered."""
    print(ask(socket, lambda client: client.register_plugin(plugin_id)).status)


@app.command("unregister")
def unregister_plugin(plugin_id: str, socket: SocketOption = DEFAULT_SOCKET) -> None:
    """Unregister a plugin; its settings and state are kept."""
    print(ask(socket, lambda client: client.unregister_plugin(plugin_id)).status)


@app.command("set")
def set_plugin(
    plugin_id: str,
    assignments: Annotated[list[str], typer.Argument(help="name=JSON value, one or more")],
    socket: SocketOption = DEFAULT_SOCKET,
) -> None:
    """Change settings of a plugin: edge-agent plugins set fraud-detection voids_in_window=5."""
    from edge_agent.control.messages import PluginChange

    changes: dict[str, Any] = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals:
            raise typer.BadParameter(f"{assignment!r} is not name=value")
        try:
            changes[name] = json.loads(value)
        except json.JSONDecodeError:
            changes[name] = value

    async def change(client: "ControlClient") -> "PluginMessage":
        present = await client.plugin(plugin_id)
        wanted = PluginChange(settings={**present.settings, **changes})
        return await client.change_plugin(plugin_id, wanted)

    print(json.dumps(ask(socket, change).settings, indent=2))


def _switch(plugin_id: str, socket: Path, *, enabled: bool) -> None:
    from edge_agent.control.messages import PluginChange

    change = PluginChange(enabled=enabled)
    print(ask(socket, lambda client: client.change_plugin(plugin_id, change)).status)
