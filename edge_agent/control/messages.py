"""Messages of the control socket."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from edge_agent.api.device import DeviceClass
from edge_agent.api.lane import LaneState, Phase


class ApiModel(BaseModel):
    """Base of all messages; immutable."""

    model_config = ConfigDict(frozen=True)


class Problem(ApiModel):
    """A problem: why a request was refused (RFC 9457, ``application/problem+json``).

    ``code`` is stable and for programs, ``detail`` for people; ``fields`` names wrong settings.
    """

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    fields: dict[str, str] = {}


class JobMessage(ApiModel):
    """An output that waits, failed, or may have happened.

    ``sale_number``: of a receipt. ``source``: that of the prompts which tell the cashier of it.
    """

    id: int
    kind: str
    status: str
    attempts: int
    detail: str
    sale_number: int | None = None
    source: str = ""


class LaneMessage(ApiModel):
    """The lane, and the outputs that a person should know of."""

    phase: Phase
    state: LaneState
    jobs: tuple[JobMessage, ...]


class PluginMessage(ApiModel):
    """A plugin, its settings and the JSON Schema they are validated with."""

    id: str
    title: str
    summary: str
    status: str
    registered: bool
    enabled: bool
    settings: dict[str, Any]
    settings_schema: dict[str, Any]
    handles: tuple[str, ...]
    publishes: tuple[str, ...]
    faults: int
    detail: str


class PluginChange(ApiModel):
    """Changes to a plugin; what is left out stays. Effective from the next event on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool | None = None
    settings: dict[str, Any] | None = None


class DeviceMessage(ApiModel):
    """A device; a fact that is not listed, or is ``unknown``, is not known."""

    name: str
    driver: str
    classes: tuple[DeviceClass, ...]
    state: str
    detail: str
    facts: dict[str, str]


class OutboxMessage(ApiModel):
    """Progress of the delivery to Kafka; ``error`` is empty while the broker answers."""

    forwarding: bool
    newest_position: int
    delivered_position: int
    pending: int
    oldest_pending_at: str | None
    failures_in_a_row: int
    error: str


class ServiceMessage(ApiModel):
    """One service of the agent: a task, a device, a plugin."""

    id: str
    kind: str
    status: str
    detail: str
    restarts: int = 0


class HealthMessage(ApiModel):
    """``ok``, or ``degraded`` with what is wrong."""

    status: str
    version: str
    lane: str
    problems: tuple[str, ...]


class EventMessage(ApiModel):
    """One committed event; hashes in hex."""

    position: int
    epoch: int
    sequence: int
    event_id: str
    type: str
    occurred_at: str
    previous_hash: str
    hash: str
    data: dict[str, Any]


class ImportMessage(ApiModel):
    """Number of rows that an import took."""

    rows: int
