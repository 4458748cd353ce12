"""The configuration: one TOML file; an error names the file, the key and what was expected."""

import re
import tomllib
from pathlib import Path
from re import Pattern
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from edge_agent.api.errors import ConfigError
from edge_agent.api.validation import explain
from edge_agent.intake.gtin import EightDigits
from edge_agent.intake.identity.judgement import ExpiredPolicy, LeapDayPolicy
from edge_agent.intake.identity.policy import IdentityPolicy, ScanPolicy
from edge_agent.intake.policy import DoubtfulGoods, IntakePolicy
from edge_agent.intake.rules import ScanRules
from edge_agent.intake.scan_result import LaneFunction
from edge_agent.intake.variable_measure import NATIONAL_LAYOUTS, MeasureLayout
from edge_agent.lane.receipt_template import ReceiptContext, ReceiptTemplate

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LaneSection(_Section):
    """``[lane]``: which lane this is."""

    store: Annotated[str, Field(pattern=_NAME)]
    lane: Annotated[str, Field(pattern=_NAME)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    time_zone: str = "UTC"
    prices_include_tax: bool = True
    no_sale: Literal["lead", "cashier"] = "lead"
    drawer_left_open_after_s: Annotated[float, Field(gt=0, le=3600)] = 60.0

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


class AgentSection(_Section):
    """``[agent]``: where the agent keeps its data and answers."""

    data_dir: Path = Path("/var/lib/edge-agent")
    socket: Path = Path("/run/edge-agent/control.sock")
    log_format: Literal["text", "json"] = "text"
    retention_days: Annotated[float, Field(ge=0, le=3650)] = 14.0
    signing_key_file: Path | None = None
    plugin_budget_ms: Annotated[int, Field(ge=1, le=500)] = 50


class MeasureSection(_Section):
    """``[[scans.measures]]``: a restricted circulation number that carries a measure."""

    layout: str
    decimals: Annotated[int, Field(ge=0, le=6)]

    @model_validator(mode="after")
    def _is_a_layout(self) -> Self:
        MeasureLayout.parse(self.layout, self.decimals)
        return self


class ScansSection(_Section):
    """``[scans]``: the shop's own codes, and what is done with doubtful goods.

    The one group of a badge's and a customer card's pattern is the id. ``country`` brings its
    published layouts; ``measures`` come before them.
    """

    employee_badge: str = ScanRules().employee_badge.pattern
    customer_card: str = ScanRules().customer_card.pattern
    coupon: str | None = None
    gift_card: str | None = None
    functions: dict[str, LaneFunction] = Field(default_factory=lambda: dict(ScanRules().functions))
    eight_digits: EightDigits = EightDigits.BY_LEADING_ZERO
    country: str | None = None
    measures: tuple[MeasureSection, ...] = ()
    group_separators: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=1)], ...], Field(min_length=1)
    ] = ScanRules().separators
    past_expiry: DoubtfulGoods = DoubtfulGoods.REFUSE
    recalled: DoubtfulGoods = DoubtfulGoods.REFUSE

    @field_validator("employee_badge", "customer_card")
    @classmethod
    def _one_group(cls, text: str) -> str:
        if _compiled(text).groups != 1:
            raise ValueError("must have exactly one (group), the id")
        return text

    @field_validator("coupon", "gift_card")
    @classmethod
    def _a_pattern(cls, text: str | None) -> str | None:
        if text is not None:
            _compiled(text)
        return text

    @field_validator("country")
    @classmethod
    def _known_country(cls, country: str | None) -> str | None:
        if country is not None and country not in NATIONAL_LAYOUTS:
            known = ", ".join(sorted(NATIONAL_LAYOUTS))
            raise ValueError(
                f"{country!r} has no known layouts; give them as measures. Known: {known}"
            )
        return country

    @property
    def rules(self) -> ScanRules:
        """As intake takes them."""
        own = tuple(
            MeasureLayout.parse(measure.layout, measure.decimals) for measure in self.measures
        )
        taken = {layout.prefix for layout in own}
        national = NATIONAL_LAYOUTS[self.country] if self.country is not None else ()
        return ScanRules(
            employee_badge=_compiled(self.employee_badge),
            customer_card=_compiled(self.customer_card),
            coupon=_compiled(self.coupon) if self.coupon is not None else None,
            gift_card=_compiled(self.gift_card) if self.gift_card is not None else None,
            functions=self.functions,
            eight_digits=self.eight_digits,
            layouts=(*own, *(layout for layout in national if layout.prefix not in taken)),
            separators=self.group_separators,
        )


class IdentitySection(_Section):
    """``[identity]``: how documents are judged, and where they may be scanned.

    Jurisdictions are two letters of an AAMVA member (``VA``) or an ICAO 9303 state (``FRA``).
    """

    expired: ExpiredPolicy = ExpiredPolicy.REFUSE
    leap_day: LeapDayPolicy = LeapDayPolicy.MARCH_1
    jurisdiction: Annotated[str, Field(pattern=r"^[A-Z]{1,3}$")] | None = None
    scan: ScanPolicy = ScanPolicy.ALLOWED
    scan_in: dict[Annotated[str, Field(pattern=r"^[A-Z]{1,3}$")], ScanPolicy] = {}

    @property
    def policy(self) -> IdentityPolicy:
        """As intake takes it."""
        return IdentityPolicy(
            expired=self.expired,
            leap_day=self.leap_day,
            jurisdiction=self.jurisdiction,
            default_scan=self.scan,
            scans=self.scan_in,
        )


class DeviceSection(BaseModel):
    """``[[devices]]``: a device; every other key is an option of its driver."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: Annotated[str, Field(pattern=_NAME)]
    driver: Annotated[str, Field(min_length=1)]

    @property
    def options(self) -> dict[str, Any]:
        """The driver's own options."""
        return dict(self.model_extra or {})


class ReceiptSection(ReceiptTemplate):
    """``[receipt]``: what is printed. ``logo`` is the path of a PNG."""

    logo: Path | None = None

    def receipt_context(self, zone: ZoneInfo) -> ReceiptContext:
        """As receipts are laid out; raises ``ConfigError`` where the logo is no readable PNG."""
        try:
            logo = self.logo.read_bytes() if self.logo is not None else None
        except OSError as error:
            raise ConfigError(f"receipt.logo: {self.logo}: {error.strerror}.") from error
        if logo is not None and not logo.startswith(_PNG_SIGNATURE):
            raise ConfigError(f"receipt.logo: {self.logo} is not a PNG picture.")
        return ReceiptContext(template=self, zone=zone, logo=logo)


class PluginSection(_Section):
    """``[plugins.NAME]``: how a plugin starts out; from then on shift leads decide."""

    enabled: bool | None = None
    settings: dict[str, Any] = {}


_NOT_FOR_SHOPS = {"acks", "enable_idempotence", "transactional_id", "bootstrap_servers"}


class KafkaSection(_Section):
    """``[kafka]``: where events go; without it they wait in the outbox."""

    bootstrap_servers: Annotated[str, Field(min_length=1)]
    topic: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,249}$")] = "pos.lane-events"
    batch_size: Annotated[int, Field(ge=1, le=10_000)] = 500
    delivery_timeout_s: Annotated[float, Field(gt=0, le=600)] = 30.0
    longest_pause_s: Annotated[float, Field(gt=0, le=3600)] = 30.0
    client: dict[str, str | int | bool] = {}
    """Further options of aiokafka's producer, such as ``security_protocol``."""
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None

    @field_validator("client")
    @classmethod
    def _keeps_the_promises(
        cls, client: dict[str, str | int | bool]
    ) -> dict[str, str | int | bool]:
        """Delivery is acknowledged by all brokers in sync, and no lane is reordered."""
        if fixed := sorted(client.keys() & _NOT_FOR_SHOPS):
            raise ValueError(f"{', '.join(fixed)} cannot be set; events would be lost or reordered")
        return client

    @model_validator(mode="after")
    def _encrypts_where_it_is_told_to(self) -> Self:
        files = ("ca_file", "certificate_file", "key_file")
        given = [name for name in files if getattr(self, name) is not None]
        if given and not str(self.client.get("security_protocol", "")).endswith("SSL"):
            raise ValueError(
                f"{', '.join(given)}: not used without client.security_protocol = "
                '"SSL" or "SASL_SSL"'
            )
        return self


class Config(_Section):
    """The whole file."""

    lane: LaneSection
    agent: AgentSection = AgentSection()
    scans: ScansSection = ScansSection()
    identity: IdentitySection = IdentitySection()
    devices: tuple[DeviceSection, ...] = ()
    receipt: ReceiptSection = ReceiptSection()
    plugins: dict[str, PluginSection] = {}
    kafka: KafkaSection | None = None

    @property
    def intake(self) -> IntakePolicy:
        """The shop's policy for scans."""
        return IntakePolicy(
            rules=self.scans.rules,
            identity=self.identity.policy,
            past_expiry=self.scans.past_expiry,
            recalled=self.scans.recalled,
            zone=ZoneInfo(self.lane.time_zone),
        )

    @model_validator(mode="after")
    def _distinct_devices(self) -> Self:
        names = [device.name for device in self.devices]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"devices: the name {', '.join(sorted(twice))} is there twice")
        return self


def _compiled(text: str) -> Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None


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
        raise ConfigError("\n".join(f"{path}: {line}." for line in explain(error))) from None
