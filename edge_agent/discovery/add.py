"""Adds a device to the configuration file, in TOML that a person goes on editing."""

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edge_agent.api.errors import ConfigError
from edge_agent.config import load_config


def as_toml(name: str, driver: str, options: Mapping[str, Any]) -> str:
    """A ``[[devices]]`` table."""
    pairs = {"name": name, "driver": driver, **options}
    lines = [f"{key} = {_value(value)}" for key, value in pairs.items()]
    return "\n".join(["[[devices]]", *lines]) + "\n"


def _value(value: Any) -> str:
    match value:
        case Mapping():
            return "{ " + ", ".join(f"{key} = {_value(part)}" for key, part in value.items()) + " }"
        case list() | tuple():
            return "[" + ", ".join(map(_value, value)) + "]"
    # JSON's strings, numbers and booleans are TOML's.
    return json.dumps(value, ensure_ascii=False)


def add_device(config: Path, name: str, driver: str, options: Mapping[str, Any]) -> str:
    """Appends the table; the file is replaced as a whole, and only by one that loads.

    Raises:
        ConfigError: the file cannot be written, or would be wrong: the name is taken, for instance.
    """
    # A link stays one: what it leads to is replaced.
    config = config.resolve()
    load_config(config)
    table = as_toml(name, driver, options)
    text = config.read_text().rstrip("\n") + "\n\n" + table
    try:
        descriptor, made = tempfile.mkstemp(dir=config.parent, prefix=config.name)
        temporary = Path(made)
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            try:
                load_config(temporary)
            except ConfigError as error:
                raise ConfigError(str(error).replace(str(temporary), str(config))) from None
            status = config.stat()
            temporary.chmod(status.st_mode & 0o7777)
            if os.geteuid() == 0:
                os.chown(temporary, status.st_uid, status.st_gid)
            temporary.replace(config)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ConfigError(f"{config}: cannot be written: {error.strerror}.") from error
    return table
