"""Commands about attached devices and the drivers that could serve them."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edge_agent.api.errors import DeviceError
from edge_agent.cli.options import DEFAULT_CONFIG, ConfigOption

if TYPE_CHECKING:
    from edge_agent.discovery.survey import Finding

_WIDTH = 80

app = typer.Typer(help="What is attached to this computer.", invoke_without_command=True)


@app.callback()
def list_devices(
    context: typer.Context,
    config: ConfigOption = DEFAULT_CONFIG,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="One JSON object a device.")] = False,
) -> None:
    """List what is attached, what has it, which driver fits and which permission is missing."""
    if context.invoked_subcommand is not None:
        return
    from dataclasses import asdict

    # Before there is a configuration, what is attached is what IT wants to know.
    unconfigured = config == DEFAULT_CONFIG and not config.exists()
    findings = _survey(None if unconfigured else config)
    for finding in findings:
        if jsonl:
            told = {**asdict(finding), "attached": finding.attached.model_dump()}
            print(json.dumps(told, default=dict))
            continue
        device = finding.attached
        identity = f" {device.vendor}:{device.product}" if device.vendor else ""
        print(f"{device.best_path}  {device.bus}{identity}  {device.name}")
        if finding.configured_as is not None:
            print(f"    configured as {finding.configured_as}")
        elif finding.matches:
            fits = ", ".join(match.driver for match in finding.matches)
            print(f"    would match: {fits}")
        for holder in (*finding.held_by, *(f"the kernel's {d}" for d in device.kernel_drivers)):
            print(f"    in use by {holder}")
        for fault in finding.faults:
            print(f"    could not be asked whether it fits: {fault}")
        if finding.rule:
            print(f"    not permitted; put this into /etc/udev/rules.d: {finding.rule}")
    if not findings:
        print("Nothing is attached that a driver could use. Network printers are not listed.")


@app.command("drivers")
def list_drivers(
    name: Annotated[str | None, typer.Argument(help="Show this one's options.")] = None,
) -> None:
    """List the installed drivers, or the options of one."""
    import inspect

    from edge_agent.runtime.registry import Registry

    registry = Registry()
    if name is None:
        for driver in sorted(registry.drivers):
            print(driver)
        return
    options = registry.load_driver(name).config_type
    print((inspect.getdoc(options) or "").replace("``", ""))
    schema = options.model_json_schema(mode="serialization")
    _explain(schema, schema.get("$defs", {}), "  ")


def _explain(schema: dict[str, Any], shapes: dict[str, Any], indent: str) -> None:
    """Prints the options of a JSON Schema, and those of its inner tables."""
    import textwrap

    for option, shape in schema["properties"].items():
        kinds = [shape, *shape.get("anyOf", ())]
        if option in schema.get("required", ()):
            given = "must be given"
        elif shape.get("default") is None:
            given = "may be given"
        else:
            given = f"default {json.dumps(shape['default'])}"
        named = [kind["const"] for kind in kinds if "const" in kind]
        named += [choice for kind in kinds for choice in kind.get("enum", ())]
        choices = [json.dumps(choice) for choice in named]
        print(f"{indent}{option}: {given}" + (f"; one of {', '.join(choices)}" if choices else ""))
        meaning = shape.get("description", "").replace("``", "")
        for line in textwrap.wrap(meaning, _WIDTH):
            print(f"{indent}    {line}")
        for kind in kinds:
            if "$ref" in kind:
                _explain(shapes[kind["$ref"].rpartition("/")[2]], shapes, indent + "    ")


@app.command("add")
def add_device(
    path: Annotated[str, typer.Argument(help="A path from the list, stable or not.")],
    name: Annotated[str, typer.Option(help="Its name on this lane.")],
    driver: Annotated[str | None, typer.Option(help="Where more than one driver fits.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Add an attached device to the configuration; effective when the agent is started again."""
    from edge_agent.discovery.add import add_device as write

    found = [
        finding
        for finding in _survey(config)
        if path in (finding.attached.path, *finding.attached.stable_paths)
    ]
    if not found:
        raise DeviceError(f"{path} is not attached. `edge-agent devices` lists what is.")
    if found[0].configured_as is not None:
        raise DeviceError(f"{path} is configured already, as {found[0].configured_as}.")
    matches = {match.driver: match for match in found[0].matches}
    if driver is None and len(matches) != 1:
        fits = ", ".join(matches) or "none"
        raise DeviceError(f"Say which driver {path} is for with --driver. It fits: {fits}.")
    chosen = matches.get(driver or next(iter(matches)))
    if chosen is None:
        raise DeviceError(f"{driver} does not serve {path}. It fits: {', '.join(matches)}.")
    print(write(config, name, chosen.driver, chosen.options))
    if found[0].rule:
        print(f"Put this into /etc/udev/rules.d as well: {found[0].rule}")
    print("Start the agent again to use it.")


def _survey(config: Path | None) -> "list[Finding]":
    from edge_agent.config import load_config
    from edge_agent.discovery.survey import survey
    from edge_agent.discovery.sysfs import read_attached
    from edge_agent.runtime.devices.status import DeviceSetup
    from edge_agent.runtime.registry import Registry

    setups = [
        DeviceSetup(device.name, device.driver, device.options)
        for device in (load_config(config).devices if config is not None else ())
    ]
    return survey(read_attached(), Registry(), setups)
