"""The tables of the lane's database."""

from typing import ClassVar

from sqlalchemy import Index, Table
from sqlmodel import Field, SQLModel


def core(model: type[SQLModel]) -> Table:
    """The Core table of a model: the hot path skips the ORM, which costs three times as much."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


class EpochRow(SQLModel, table=True):
    """A life of this database, and the newest event known of the life before it.

    The first epoch of a database that was never lost has no predecessor, nor has one that was
    begun ``by_hand`` with an older agent.
    """

    __tablename__: ClassVar[str] = "epoch"
    epoch: int = Field(primary_key=True)
    source: str
    predecessor_epoch: int | None
    predecessor_sequence: int | None
    predecessor_hash: bytes | None
    by_hand: bool


class OutboxRow(SQLModel, table=True):
    """One committed event. ``position`` orders the rows over all epochs."""

    __tablename__: ClassVar[str] = "outbox"
    position: int = Field(primary_key=True)
    epoch: int
    sequence: int
    event_id: str
    type: str
    version: int
    occurred_at: str
    body: str
    previous_hash: bytes
    hash: bytes


class PrunedRow(SQLModel, table=True):
    """The newest event that was pruned (one row): the journal begins behind it."""

    __tablename__: ClassVar[str] = "pruned"
    id: int = Field(primary_key=True)
    position: int
    epoch: int
    sequence: int
    hash: bytes


class RetentionMarkRow(SQLModel, table=True):
    """Newest event and job after so many seconds of running, over all restarts."""

    __tablename__: ClassVar[str] = "retention_mark"
    running_s: float = Field(primary_key=True)
    position: int
    job_id: int


class SetAsideRow(SQLModel, table=True):
    """An event whose place in the stream is held by a record without content."""

    __tablename__: ClassVar[str] = "set_aside"
    position: int = Field(primary_key=True)
    event_id: str
    reason: str


class CommitTokenRow(SQLModel, table=True):
    """A random token of the newest commit that appended no event, so that it leaves a trace.

    Row 1 is the commit's, row 2 belongs to those that settle a doubtful one.
    """

    __tablename__: ClassVar[str] = "commit_token"
    id: int = Field(primary_key=True)
    token: bytes


class CursorRow(SQLModel, table=True):
    """Up to which outbox position a reader has got, and where that event is in Kafka."""

    __tablename__: ClassVar[str] = "cursor"
    name: str = Field(primary_key=True)
    position: int
    partition: int | None
    offset: int | None


class LaneSnapshotRow(SQLModel, table=True):
    """The lane's state, as JSON, as the event at that position left it."""

    __tablename__: ClassVar[str] = "lane_snapshot"
    position: int = Field(primary_key=True)
    state: str


class PluginRow(SQLModel, table=True):
    """Decisions of people about a plugin, and the version of its states."""

    __tablename__: ClassVar[str] = "plugin"
    name: str = Field(primary_key=True)
    registered: bool
    enabled: bool
    settings: str
    state_version: int


class PluginStateRow(SQLModel, table=True):
    """State of a plugin for one key, as JSON; written with the event at that position."""

    __tablename__: ClassVar[str] = "plugin_state"
    __table_args__ = (Index("ix_plugin_state_position", "plugin", "position"),)
    plugin: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    body: str
    position: int


class PluginRecordRow(SQLModel, table=True):
    """A row of a plugin's own table."""

    __tablename__: ClassVar[str] = "plugin_record"
    plugin: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    body: str


class TimerRow(SQLModel, table=True):
    """A timer a plugin started; ``due_at`` in Unix seconds."""

    __tablename__: ClassVar[str] = "timer"
    plugin: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    due_at: float


class JobRow(SQLModel, table=True):
    """An effect to be carried out after the commit; times in Unix seconds."""

    __tablename__: ClassVar[str] = "job"
    id: int = Field(primary_key=True)
    kind: str
    owner: str
    body: str
    status: str = Field(index=True)
    attempts: int
    created_at: float
    not_before: float
    detail: str


class PriceRow(SQLModel, table=True):
    """A row of the price book; the tax rate in percent, as decimal text."""

    __tablename__: ClassVar[str] = "price"
    gtin: str = Field(primary_key=True)
    description: str
    unit_price: int
    currency: str
    tax_rate: str
    restriction: str | None
    sold_by: str


class RecallRow(SQLModel, table=True):
    """Goods that must not be sold; the batch ``""`` stands for all of them."""

    __tablename__: ClassVar[str] = "recall"
    gtin: str = Field(primary_key=True)
    batch: str = Field(primary_key=True)
    reason: str


class EmployeeRow(SQLModel, table=True):
    """A person who may sign on."""

    __tablename__: ClassVar[str] = "employee"
    badge: str = Field(primary_key=True)
    employee_id: str
    name: str
    role: str
