"""The configuration: one TOML file; an error names the file, the key and what was expected."""

import re
import tomllib
from pathlib import Path
from re import Pattern
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from edge_agent.api.errors import ConfigError
from edge_agent.intake.interpret import ScanRules

_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LaneTable(_Table):
    """``[lane]``: which lane this is."""

    store: Annotated[str, Field(pattern=_NAME)]
    lane: Annotated[str, Field(pattern=_NAME)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    time_zone: str = "UTC"
    prices_include_tax: bool = True
    receipt_header: Annotated[tuple[str, ...], Field(min_length=1)] = ("Our store",)

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"{name!r} is no IANA time zone such as Europe/Berlin") from None
        return name

    @property
    def source(self) -> str:
        """The lane's name in the world: CloudEvents source and Kafka key."""
        return f"/stores/{self.store}/lanes/{self.lane}"


class AgentTable(_Table):
    """``[agent]``: where the agent keeps its data and answers."""

    data_dir: Path = Path("/var/lib/edge-agent")
    socket: Path = Path("/run/edge-agent/control.sock")
    log_format: Literal["text", "json"] = "text"
    retention_days: Annotated[float, Field(ge=0, le=3650)] = 14.0
    plugin_budget_ms: Annotated[int, Field(ge=1, le=10_000)] = 50


class ScansTable(_Table):
    """``[scans]``: the shop's own codes; each pattern's one group is the id."""

    employee_badge: str = ScanRules().employee_badge.pattern
    customer_card: str = ScanRules().customer_card.pattern

    @field_validator("employee_badge", "customer_card")
    @classmethod
    def _one_group(cls, text: str) -> str:
        try:
            pattern: Pattern[str] = re.compile(text)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        if pattern.groups != 1:
            raise ValueError("must have exactly one (group), the id")
        return text

    @property
    def rules(self) -> ScanRules:
        """As intake takes them."""
        return ScanRules(
            employee_badge=re.compile(self.employee_badge),
            customer_card=re.compile(self.customer_card),
        )


class DeviceTable(BaseModel):
    """``[[devices]]``: a device; every other key is an option of its driver."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: Annotated[str, Field(pattern=_NAME)]
    driver: Annotated[str, Field(min_length=1)]

    @property
    def options(self) -> dict[str, Any]:
        """What the driver reads."""
        return dict(self.model_extra or {})


class PluginTable(_Table):
    """``[plugins.NAME]``: how a plugin starts out; from then on shift leads decide."""

    enabled: bool | None = None
    settings: dict[str, Any] = {}


class KafkaTable(_Table):
    """``[kafka]``: where events go; without it they wait in the outbox."""

    bootstrap_servers: Annotated[str, Field(min_length=1)]
    topic: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,249}$")] = "pos.lane-events"
    batch_size: Annotated[int, Field(ge=1, le=10_000)] = 500
    delivery_timeout_s: Annotated[float, Field(gt=0, le=600)] = 30.0
    longest_pause_s: Annotated[float, Field(gt=0, le=3600)] = 30.0
    client: dict[str, str | int | bool] = {}
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None


class Config(_Table):
    """The whole file."""

    lane: LaneTable
    agent: AgentTable = AgentTable()
    scans: ScansTable = ScansTable()
    devices: tuple[DeviceTable, ...] = ()
    plugins: dict[str, PluginTable] = {}
    kafka: KafkaTable | None = None

    @model_validator(mode="after")
    def _distinct_devices(self) -> "Config":
        names = [device.name for device in self.devices]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"devices: the name {', '.join(sorted(twice))} is there twice")
        return self


def load_config(path: Path) -> Config:
    """Reads the file; raises ``ConfigError`` that names the file, the key and what is wrong."""
    try:
        with path.open("rb") as file:
            values = tomllib.load(file)
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: there is no such file. Copy deploy/config.example.toml there and edit it, "
            "or name another with --config."
        ) from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}.") from error
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        raise ConfigError(
            "\n".join(_explain(path, problem) for problem in error.errors())
        ) from None


def _explain(path: Path, problem: Any) -> str:
    key = ".".join(str(part) for part in problem["loc"])
    where = f"{path}: {key}" if key else f"{path}"
    match problem["type"]:
        case "missing":
            return f"{where}: this key is missing."
        case "extra_forbidden":
            return f"{where}: there is no such key."
    # A whole table may hold a password: only a single value is shown again.
    single = isinstance(problem["input"], str | int | float)
    return f"{where}: {problem['msg']}" + (f" (got {problem['input']!r})." if single else ".")
