"""The one catalogue of events: what publishers may publish and subscribers may name.

``pos.*`` is what happened in the sale, ``lane.*`` what happened to the machine. Every event type
carries a version, raised when a field changes its meaning. The envelope around an event (lane,
epoch, sequence, hash) belongs to the journal, not to the event.

Over 400 lines because a catalogue that is split is not one.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, Union

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from edge_agent.api.age import (
    AgeCheckMethod,
    AgeReason,
    DocumentClass,
    NoScanReason,
    Verdict,
)
from edge_agent.api.event_versions import raised
from edge_agent.api.text import Text
from edge_agent.api.values import (
    CurrencyCode,
    Frozen,
    Gtin14,
    ItemFlag,
    JournalPlace,
    Money,
    Role,
    Symbology,
    TaxLine,
    Weight,
)


class Event(Frozen):
    """Base of every event. ``occurred_at`` is UTC: the moment the lane took the input."""

    type: str
    version: int
    occurred_at: AwareDatetime


class Tender(StrEnum):
    """Means of payment. A card payment is recorded, not made, by the lane."""

    CASH = "cash"
    CARD = "card"


class EmployeeLoggedIn(Event):
    """An employee signed on at the lane; opens a session. Version 2 added the name."""

    type: Literal["pos.employee.logged_in"] = "pos.employee.logged_in"
    version: Literal[2] = 2
    session_id: str
    employee_id: str
    name: str
    role: Role


class EmployeeLoggedOut(Event):
    """The session ended, on request or because a plugin asked for it."""

    type: Literal["pos.employee.logged_out"] = "pos.employee.logged_out"
    version: Literal[1] = 1
    session_id: str
    employee_id: str
    reason: Literal["requested", "automatic"]


class BasketStarted(Event):
    """A sale began."""

    type: Literal["pos.basket.started"] = "pos.basket.started"
    version: Literal[1] = 1
    basket_id: str
    sale_number: int
    employee_id: str


class BasketVoided(Event):
    """A sale was given up; nothing was paid."""

    type: Literal["pos.basket.voided"] = "pos.basket.voided"
    version: Literal[1] = 1
    basket_id: str
    employee_id: str
    item_count: int
    total: Money


class CustomerIdentified(Event):
    """A loyalty card or another customer identifier was read."""

    type: Literal["pos.customer.identified"] = "pos.customer.identified"
    version: Literal[1] = 1
    basket_id: str
    customer_id: str


class ItemAdded(Event):
    """A line was added; the tax rate is in percent.

    ``amount`` is ``quantity`` times: ``label_price`` where the label says what is to be paid, else
    ``unit_price`` times ``weight`` where the item is sold by weight, else ``unit_price``.
    ``flags`` say why somebody should look at the item; ``read_as`` is set only where the scanner
    left open what the digits were. ``warning`` is what the cashier was told about the item.
    Version 2 added weight, label price, flags and ``read_as``; version 3 the warning.
    """

    type: Literal["pos.item.added"] = "pos.item.added"
    version: Literal[3] = 3
    basket_id: str
    line_id: int
    gtin: Gtin14
    description: str
    quantity: int
    unit_price: Money
    amount: Money
    tax_rate: Decimal
    restriction: str | None = None
    weight: Weight | None = None
    label_price: Money | None = None
    flags: tuple[ItemFlag, ...] = ()
    read_as: Symbology | None = None
    warning: Text | None = None


class ItemVoided(Event):
    """A line was taken back."""

    type: Literal["pos.item.voided"] = "pos.item.voided"
    version: Literal[1] = 1
    basket_id: str
    line_id: int
    gtin: Gtin14
    amount: Money
    employee_id: str
    after_subtotal: bool


class ScanRefused(Event):
    """A scan was not taken. Carries the GTIN where the scan had one, never any other content."""

    type: Literal["pos.scan.refused"] = "pos.scan.refused"
    version: Literal[1] = 1
    code: str
    message: Text
    gtin: Gtin14 | None = None


class SubtotalFinalized(Event):
    """The totals of the sale, ready for tender."""

    type: Literal["pos.subtotal.finalized"] = "pos.subtotal.finalized"
    version: Literal[1] = 1
    basket_id: str
    item_count: int
    net: Money
    tax: Money
    total: Money
    taxes: tuple[TaxLine, ...]


class PaymentCompleted(Event):
    """The sale was paid in full. ``change`` is what the customer got back."""

    type: Literal["pos.payment.completed"] = "pos.payment.completed"
    version: Literal[1] = 1
    basket_id: str
    sale_number: int
    employee_id: str
    customer_id: str | None = None
    tender: Tender
    total: Money
    tendered: Money
    change: Money


class AgeChecked(Event):
    """Only the decision of an age check: the person is, or is not, of ``minimum_age`` years.

    ``rule`` says by what it was judged, ``reasons`` why it is no pass, ``no_scan_reason`` why no
    document was scanned. ``expired`` is None where nobody and nothing told. ``failed_before``: an
    earlier check of this sale was a fail, so that this one lifts no hold unless ``by_lead``.
    Version 2 added the rule, the reasons and the document's class; version 3 the last two.
    """

    type: Literal["pos.age.checked"] = "pos.age.checked"
    version: Literal[3] = 3
    basket_id: str
    minimum_age: int
    verdict: Verdict
    method: AgeCheckMethod
    employee_id: str
    rule: str = ""
    reasons: tuple[AgeReason, ...] = ()
    no_scan_reason: NoScanReason | None = None
    document_class: DocumentClass | None = None
    expired: bool | None = None
    failed_before: bool = False
    by_lead: bool = False

    @property
    def proves_age(self) -> bool:
        """True where the sale may go on by this check: a pass, and by a lead after a fail."""
        return self.verdict is Verdict.PASS and (self.by_lead or not self.failed_before)


class HoldPlaced(Event):
    """No tender is taken until this hold is released.

    A second event with the same ``hold_id`` renews the hold's message and age. ``key`` tells the
    holds of one source apart; ``minimum_age``: an age check of so many years releases the hold.
    Version 2 added the last two.
    """

    type: Literal["pos.hold.placed"] = "pos.hold.placed"
    version: Literal[2] = 2
    basket_id: str
    hold_id: str
    source: str
    key: Text
    message: Text
    minimum_age: int | None = None


class HoldReleased(Event):
    """The hold is gone; ``released_by`` is a plugin's name or a person's employee id.

    ``means``: its own plugin released it, an age check did, or a lead. Version 2 added it.
    """

    type: Literal["pos.hold.released"] = "pos.hold.released"
    version: Literal[2] = 2
    basket_id: str
    hold_id: str
    source: str
    released_by: str
    means: Literal["plugin", "age_check", "lead"]
    reason: Text


class AgeCheckRequired(Event):
    """age-verification: a restricted line needs proof of age."""

    type: Literal["pos.age.check_required"] = "pos.age.check_required"
    version: Literal[1] = 1
    basket_id: str
    line_id: int
    category: str
    minimum_age: int


class NoSaleOpened(Event):
    """The drawer was opened without a sale: by whom, with whose approval, and why."""

    type: Literal["pos.drawer.no_sale"] = "pos.drawer.no_sale"
    version: Literal[1] = 1
    employee_id: str
    approved_by: str | None
    reason: Text


class FraudAlerted(Event):
    """fraud-detection: a configured rule matched; ``observed`` reached ``limit``."""

    type: Literal["pos.fraud.alerted"] = "pos.fraud.alerted"
    version: Literal[1] = 1
    rule: str
    employee_id: str
    basket_id: str | None
    observed: int
    limit: int
    message: Text


class CustomerFound(Event):
    """customer-lookup: what the remote system knows of a customer, without name or address."""

    type: Literal["pos.customer.found"] = "pos.customer.found"
    version: Literal[1] = 1
    basket_id: str
    customer_id: str
    tier: str
    points: int
    source: Literal["remote", "cache"]


class CustomerNotFound(Event):
    """customer-lookup: the remote system does not know the customer, or gave no usable answer."""

    type: Literal["pos.customer.not_found"] = "pos.customer.not_found"
    version: Literal[1] = 1
    basket_id: str
    customer_id: str
    reason: Text


class RecommendationOffered(Event):
    """purchase-recommender: ``gtin`` was suggested because ``because_gtin`` is in the basket."""

    type: Literal["pos.recommendation.offered"] = "pos.recommendation.offered"
    version: Literal[1] = 1
    basket_id: str
    because_gtin: Gtin14
    gtin: Gtin14
    source: Literal["configured", "learned"]
    confidence_percent: int = Field(ge=0, le=100)


class EmployeeTimeRecorded(Event):
    """employee-time: seconds of the session that ended, and of all sessions at this lane."""

    type: Literal["pos.employee.time_recorded"] = "pos.employee.time_recorded"
    version: Literal[1] = 1
    session_id: str
    employee_id: str
    started_at: AwareDatetime
    ended_at: AwareDatetime
    seconds: int
    total_seconds: int


class AgentStarted(Event):
    """The daemon is up; ``previous_stop`` tells how it ended the last time.

    ``currency`` and ``prices_include_tax`` are the lane's configuration, in force from here on;
    None where an older agent did not say. Version 2 added them.
    """

    type: Literal["lane.agent.started"] = "lane.agent.started"
    version: Literal[2] = 2
    agent_version: str
    previous_stop: Literal["none", "orderly", "crash"]
    currency: CurrencyCode | None = None
    prices_include_tax: bool | None = None


class AgentStopped(Event):
    """The daemon shut down in order."""

    type: Literal["lane.agent.stopped"] = "lane.agent.stopped"
    version: Literal[1] = 1


class EpochOpened(Event):
    """A new epoch of the journal began, because the storage had gone back in time or was lost.

    ``predecessor`` is the newest event that the lane is known to have written before;
    ``journal_head`` is where this database ended. Events between the two are in the stream, if
    they were delivered, and nowhere else. ``noticed_by``: what gave it away.
    """

    type: Literal["lane.epoch.opened"] = "lane.epoch.opened"
    version: Literal[1] = 1
    noticed_by: Literal["head_file", "stream", "epoch_table"]
    predecessor: JournalPlace
    journal_head: JournalPlace | None


class KeyAnnounced(Event):
    """The public half of the key with which this lane signs: Ed25519 (RFC 8032), base64."""

    type: Literal["lane.key.announced"] = "lane.key.announced"
    version: Literal[1] = 1
    key_id: str
    public_key: str


class JournalSigned(Event):
    """The lane signed the head of its journal, and with it all that came before.

    ``signature`` is Ed25519 over ``"{source}\\n{epoch}\\n{sequence}\\n{hash}"``, in base64.
    """

    type: Literal["lane.journal.signed"] = "lane.journal.signed"
    version: Literal[1] = 1
    key_id: str
    head: JournalPlace
    signature: str


class JournalDamaged(Event):
    """At its start the agent found that the journal is not whole; the lane may not be as it was.

    An open sale is held for a lead, and without one who was signed on is signed off.
    """

    type: Literal["lane.journal.damaged"] = "lane.journal.damaged"
    version: Literal[1] = 1
    detail: Text


class EventSetAside(Event):
    """An event is not in the stream, but a record without content holds its place there.

    ``refused``: the broker will never take it. ``corrupt``: what is stored does not fit its hash.
    """

    type: Literal["lane.event.set_aside"] = "lane.event.set_aside"
    version: Literal[1] = 1
    event_id: str
    event_type: str
    place: JournalPlace
    reason: Literal["refused", "corrupt"]
    detail: Text


class ClockJumped(Event):
    """The clock of the lane PC was set; ``seconds`` is how far, negative where it went back."""

    type: Literal["lane.clock.jumped"] = "lane.clock.jumped"
    version: Literal[1] = 1
    seconds: float


class ServiceFailed(Event):
    """A service of the agent ended and is started again, ``restarts`` times since the start."""

    type: Literal["lane.service.failed"] = "lane.service.failed"
    version: Literal[1] = 1
    service: str
    detail: Text
    restarts: int


class DeviceChanged(Event):
    """A device was claimed, became ready, was lost, or said something of its own state.

    ``advice`` is what the cashier should know and do; empty where all is well. Version 2 added it.
    """

    type: Literal["lane.device.changed"] = "lane.device.changed"
    version: Literal[2] = 2
    device: str
    state: str
    detail: Text
    advice: Text = ""


class PluginChanged(Event):
    """Somebody changed a plugin; effective from the next event on."""

    type: Literal["lane.plugin.changed"] = "lane.plugin.changed"
    version: Literal[1] = 1
    plugin: str
    change: Literal["registered", "unregistered", "enabled", "disabled", "settings"]


class PluginFaulted(Event):
    """A plugin raised, broke its contract or took too long; after repeats it is quarantined."""

    type: Literal["lane.plugin.faulted"] = "lane.plugin.faulted"
    version: Literal[1] = 1
    plugin: str
    event_type: str
    detail: Text
    quarantined: bool


class PluginReported(Event):
    """A finding of a plugin for which the catalogue has no type of its own."""

    type: Literal["lane.plugin.reported"] = "lane.plugin.reported"
    version: Literal[1] = 1
    plugin: str
    topic: str
    values: Mapping[str, str | int | bool]


class ReceiptCompleted(Event):
    """A print job ended. ``uncertain``: it may be on paper; the operator decides.

    Version 2 added the edition, version 3 the number of the sale.
    """

    type: Literal["lane.receipt.completed"] = "lane.receipt.completed"
    version: Literal[3] = 3
    job_id: int
    basket_id: str
    sale_number: int | None = None
    outcome: Literal["printed", "failed", "uncertain"]
    copy_of_original: bool
    edition: Literal["original", "copy", "gift"] | None = None
    detail: Text


class ReceiptDelayed(Event):
    """A receipt is certainly not printed yet, and why; the agent tries again."""

    type: Literal["lane.receipt.delayed"] = "lane.receipt.delayed"
    version: Literal[1] = 1
    job_id: int
    basket_id: str
    sale_number: int
    detail: Text


class ReceiptUnreadable(Event):
    """A print job that another version of the agent left cannot be read; it is not printed."""

    type: Literal["lane.receipt.unreadable"] = "lane.receipt.unreadable"
    version: Literal[1] = 1
    job_id: int
    detail: Text


class ReceiptDecided(Event):
    """A person's decision about a receipt that was not known to be printed.

    ``let_be``: nothing more is printed; ``print_again``: a copy is, which is a job of its own.
    ``employee_id`` is who was signed on at the lane. ``basket_id`` is None where the job cannot be
    read (version 2).
    """

    type: Literal["lane.receipt.decided"] = "lane.receipt.decided"
    version: Literal[2] = 2
    job_id: int
    basket_id: str | None
    decision: Literal["let_be", "print_again"]
    employee_id: str | None


class DrawerCompleted(Event):
    """A drawer pulse ended. ``unknown``: the pulse was sent and no pin confirmed it.

    ``basket_id`` is None where the drawer was opened without a sale (version 2). ``interrupted``:
    the agent stopped meanwhile (version 3).
    """

    type: Literal["lane.drawer.completed"] = "lane.drawer.completed"
    version: Literal[3] = 3
    job_id: int
    basket_id: str | None
    outcome: Literal["opened", "not_opened", "unknown"]
    interrupted: bool = False
    detail: Text


class DrawerDecided(Event):
    """A person looked at a drawer that was not known to have opened, and let it be.

    ``employee_id`` is who was signed on at the lane.
    """

    type: Literal["lane.drawer.decided"] = "lane.drawer.decided"
    version: Literal[1] = 1
    job_id: int
    employee_id: str | None


class DrawerMoved(Event):
    """The drawer was seen to open or to close, by a pulse, a key or a hand.

    ``employee_id`` is who was signed on, None where nobody was.
    """

    type: Literal["lane.drawer.moved"] = "lane.drawer.moved"
    version: Literal[1] = 1
    device: str
    position: Literal["open", "closed"]
    employee_id: str | None


class DrawerLeftOpen(Event):
    """The drawer has been open for ``seconds`` and nobody has closed it."""

    type: Literal["lane.drawer.left_open"] = "lane.drawer.left_open"
    version: Literal[1] = 1
    device: str
    seconds: float
    employee_id: str | None


class PriceBookImported(Event):
    """The price book was replaced as a whole."""

    type: Literal["lane.price_book.imported"] = "lane.price_book.imported"
    version: Literal[1] = 1
    items: int
    sha256: str


class PeopleImported(Event):
    """The list of people who may sign on was replaced as a whole."""

    type: Literal["lane.people.imported"] = "lane.people.imported"
    version: Literal[1] = 1
    people: int
    sha256: str


class RecallsImported(Event):
    """The list of recalled goods was replaced as a whole."""

    type: Literal["lane.recalls.imported"] = "lane.recalls.imported"
    version: Literal[1] = 1
    recalls: int
    sha256: str


CatalogueEvent = Annotated[
    Union[  # noqa: UP007 - a discriminated union of this size reads better as a list
        EmployeeLoggedIn,
        BasketStarted,
        CustomerIdentified,
        ItemAdded,
        SubtotalFinalized,
        PaymentCompleted,
        EmployeeLoggedOut,
        ItemVoided,
        BasketVoided,
        ScanRefused,
        AgeCheckRequired,
        AgeChecked,
        HoldPlaced,
        HoldReleased,
        NoSaleOpened,
        FraudAlerted,
        CustomerFound,
        CustomerNotFound,
        RecommendationOffered,
        EmployeeTimeRecorded,
        AgentStarted,
        AgentStopped,
        EpochOpened,
        KeyAnnounced,
        JournalSigned,
        JournalDamaged,
        EventSetAside,
        ClockJumped,
        ServiceFailed,
        DeviceChanged,
        PluginChanged,
        PluginFaulted,
        PluginReported,
        ReceiptCompleted,
        ReceiptDelayed,
        ReceiptUnreadable,
        ReceiptDecided,
        DrawerCompleted,
        DrawerDecided,
        DrawerMoved,
        DrawerLeftOpen,
        PriceBookImported,
        PeopleImported,
        RecallsImported,
    ],
    Field(discriminator="type"),
]

_ADAPTER: TypeAdapter[Event] = TypeAdapter(CatalogueEvent)
_MEMBERS: tuple[type[Event], ...] = CatalogueEvent.__origin__.__args__  # type: ignore[attr-defined]

CATALOGUE: Mapping[str, type[Event]] = {
    member.model_fields["type"].default: member for member in _MEMBERS
}
"""Event type -> its class, in the order of the sale."""


PLUGIN_EVENTS: tuple[type[Event], ...] = (
    AgeCheckRequired,
    FraudAlerted,
    CustomerFound,
    CustomerNotFound,
    RecommendationOffered,
    EmployeeTimeRecorded,
    PluginReported,
)
"""Events that plugins may publish: none changes the lane by itself."""


def parse_event(text: str | bytes) -> Event:
    """Read one event from its JSON, of any version; the event is of the newest.

    Raises:
        pydantic.ValidationError: it is no event of the catalogue, or of a newer agent's.
    """
    try:
        return _ADAPTER.validate_json(text)
    except ValidationError:
        body = _object(text)
        newest = CATALOGUE.get(str(body.get("type")))
        version = body.get("version")
        if newest is None or type(version) is not int or not 0 < version < _version_of(newest):
            raise
        try:
            newer = raised(body, _version_of(newest))
        except (KeyError, AttributeError):
            # A field that the older version had is missing, or is of another type.
            newer = body
        return _ADAPTER.validate_python(newer)


def _version_of(event: type[Event]) -> int:
    version: int = event.model_fields["version"].default
    return version


def _object(text: str | bytes) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def catalogue_json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of any event of the catalogue."""
    return _ADAPTER.json_schema()


class Notice(Frozen):
    """Base of what only one plugin hears: the answer to something it asked for."""

    occurred_at: datetime


class HttpAnswered(Notice):
    """The answer to a ``CallHttp``. ``status`` is None where the call was given up."""

    key: str
    status: int | None
    body: str
    detail: Text


class TimerFired(Notice):
    """A ``StartTimer`` is due."""

    key: str
