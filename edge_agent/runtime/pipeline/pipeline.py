"""The pipeline: each input is one unit of work, one transaction and one answer after the commit."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Protocol, TypeVar

import structlog

from edge_agent.api.commands import LaneCommand, SignOff
from edge_agent.api.device import Reply
from edge_agent.api.errors import StoreError
from edge_agent.api.events import (
    AgeChecked,
    AgentStarted,
    AgentStopped,
    ClockJumped,
    EmployeeLoggedOut,
    Event,
    JournalDamaged,
    JournalSigned,
    KeyAnnounced,
    ScanRefused,
    TimerFired,
)
from edge_agent.api.lane import LaneState
from edge_agent.api.uuid7 import uuid7
from edge_agent.api.values import JournalPlace, Refused, Scan
from edge_agent.intake.policy import IntakePolicy
from edge_agent.lane.outcome import Context, DrawerJob, ReceiptJob
from edge_agent.lane.prompts import ENDS_SALE
from edge_agent.runtime.pipeline.changes import Change
from edge_agent.runtime.pipeline.job_payloads import DrawerPayload, receipt_payload
from edge_agent.runtime.pipeline.resolve import Resolver
from edge_agent.runtime.pipeline.restore import restore
from edge_agent.runtime.pipeline.unit_of_work import Budget, PipelineState, UnitOfWork
from edge_agent.runtime.plugins.slot import PluginSlot, PluginStatus
from edge_agent.store.jobs import JobKind
from edge_agent.store.outbox import Randomness
from edge_agent.store.plugin_table import Timer
from edge_agent.store.transaction import Transaction, Work
from edge_agent.store.verification import why_corrupt
from edge_agent.store.writer import Writer

T = TypeVar("T")
log = structlog.get_logger()
OWNER_IS_OFF_RETRY_S = 60.0
ANNOUNCE_AGAIN_S = 5.0
SIGNED_AFTER: tuple[type[Event], ...] = (
    *ENDS_SALE,
    ClockJumped,
    EmployeeLoggedOut,
    AgentStopped,
)
"""The ends of sales and sessions: behind them the head of the journal is signed."""
EVENTS_A_SNAPSHOT = 64
"""So many events, about, are folded at the start at most."""
_DAMAGED = (
    "The journal is damaged at position {positions}, so the lane may not be as it was left. "
    "Compare the open sale with the goods, then let a shift lead lift this. Tell IT."
)
_CUT_OFF = (
    "This lane's storage went back in time, so its newest events are missing. Compare the open "
    "sale with the goods, then let a shift lead lift this. Tell IT."
)


class HeadSigner(Protocol):
    """Signs heads of the journal with the lane's key."""

    @property
    def public_key(self) -> str:
        """Base64."""
        ...

    @property
    def key_id(self) -> str: ...

    def sign(self, source: str, head: JournalPlace) -> str:
        """The signature, base64."""
        ...


@dataclass(frozen=True, slots=True)
class Policy:
    """The shop's policy for its lanes."""

    intake: IntakePolicy
    budget: Budget
    no_sale_needs_lead: bool = True
    queue_capacity: int = 256


class Pipeline:
    """Serialises all inputs onto the writer's thread; the only place that changes the lane."""

    def __init__(
        self,
        policy: Policy,
        clock: Callable[[], datetime],
        randomness: Randomness,
        writer: Callable[[Callable[[], None], Callable[[], None]], Writer],
        announce: Callable[[Iterable[Change]], None],
        signer: HeadSigner | None = None,
    ) -> None:
        """
        Args:
            writer: builds the writer, given its ``on_commit`` and ``on_rollback``.
            announce: told on the writer's thread, after each commit, what it changed.
            signer: signs the journal's head at the end of each sale and session; None: nobody.
        """
        self._policy = policy
        self._clock = clock
        self._randomness = randomness
        self._announce = announce
        self._signer = signer
        self._started: AgentStarted | None = None
        self._clock_behind_s = 0.0
        self._damaged = ""
        self._journal_end = 0
        self._changes: set[Change] = set()
        self._writer = writer(self._committed, self._rolled_back)
        self._capacity = asyncio.Semaphore(policy.queue_capacity)
        self._working: PipelineState | None = None
        self._durable: PipelineState | None = None
        self.trouble = ""
        """The reason why the last transaction was not committed; empty where it was."""

    @property
    def state(self) -> PipelineState:
        """The lane and its plugins as of the last commit."""
        if self._durable is None:
            raise StoreError("The agent has not started yet.")
        return self._durable

    async def start(
        self,
        fresh: LaneState,
        slots: Callable[[Transaction], Mapping[str, PluginSlot]],
        version: str,
    ) -> None:
        """Open the journal and put the lane back as the last commit left it.

        Where the start itself cannot be written, as on a full disk, ``trouble`` says so, and
        ``announce`` goes on trying.

        Args:
            fresh: the lane of a new database.
            slots: reads the plugins' slots.
        """
        self._writer.start(self._clock())

        def load(tx: Transaction) -> None:
            restored = restore(tx, fresh)
            lane = restored.state
            _check_currency(lane, fresh)
            self._working = PipelineState(lane, slots(tx), snapshot_at=restored.snapshot_at)
            previous: Literal["none", "orderly", "crash"] = (
                "none" if lane.running is None else "crash" if lane.running else "orderly"
            )
            now = self._clock()
            self._started = AgentStarted(
                occurred_at=now,
                agent_version=version,
                previous_stop=previous,
                currency=fresh.currency,
                prices_include_tax=fresh.prices_include_tax,
            )
            self._journal_end = tx.head.position
            epoch_begun = self._writer.committer.alarm
            if restored.damaged:
                self._damaged = _DAMAGED.format(positions=", ".join(map(str, restored.damaged)))
                self.raise_alarm(" ".join(filter(None, (self.alarm, self._damaged))))
            elif epoch_begun:
                self._damaged = _CUT_OFF
            newest = tx.outbox.newest()
            # A damaged row dates nothing; verification and the forwarder say that it is damaged.
            if newest is not None and not why_corrupt(newest):
                behind = now - datetime.fromisoformat(newest.occurred_at)
                self._clock_behind_s = min(behind.total_seconds(), 0.0)

        await self.transact(load)
        with contextlib.suppress(StoreError):
            await self._say_started()

    async def announce(self) -> None:
        """Write what could not be written at the start, as soon as there is room."""
        while not self.state.announced:
            await asyncio.sleep(ANNOUNCE_AGAIN_S)
            with contextlib.suppress(StoreError):
                await self._say_started()

    async def _say_started(self) -> None:
        await self.execute(lambda _, __: None)

    def _wake_up(self, tx: Transaction, unit: UnitOfWork) -> None:
        """Journal the start, with the first unit of work that can be written."""
        assert self._started is not None
        for slot in tuple(unit.plugins.values()):
            # One that is seen for the first time and does not load has decided nothing yet.
            if slot.plugin is None:
                continue
            tx.plugins.save(slot.stored())
            if slot.upgraded is not None:
                tx.plugin_states.replace(slot.name, slot.upgraded, tx.head.position)
                unit.plugins[slot.name] = replace(slot, upgraded=None)
        if self._signer is not None:
            unit.publish(
                KeyAnnounced(
                    occurred_at=unit.now,
                    key_id=self._signer.key_id,
                    public_key=self._signer.public_key,
                )
            )
        if self._clock_behind_s:
            unit.publish(ClockJumped(occurred_at=unit.now, seconds=self._clock_behind_s))
        unit.publish(self._started)
        if self._damaged:
            tx.snapshots.forget_behind(self._journal_end)
            unit.publish(JournalDamaged(occurred_at=unit.now, detail=self._damaged))
            unit.hold("journal", "damaged", self._damaged)
            # Who is signed on may have signed off; a sale that is open keeps its cashier.
            unit.handle(SignOff(reason="automatic"))

    async def stop(self) -> None:
        """Say that the agent stopped in order, and close the journal."""

        def say_so(_: Transaction, unit: UnitOfWork) -> None:
            unit.publish(AgentStopped(occurred_at=unit.now))

        try:
            if self._durable is not None:
                await self.execute(say_so)
        finally:
            await asyncio.to_thread(self._writer.close)

    async def transact(self, work: Work[T], *touches: Change) -> T:
        """Runs work in a transaction that no plugin hears of; waits for the commit.

        Args:
            touches: what it changes, for those who wait for such changes.
        """

        def run(tx: Transaction) -> T:
            result = work(tx)
            self._changes.update(touches)
            return result

        async with self._capacity:
            try:
                result = await asyncio.wrap_future(self._writer.submit(run))
            except StoreError as error:
                if not self.trouble:
                    log.error("not written", reason=str(error))  # noqa: TRY400 - it says all
                self.trouble = str(error)
                raise
        self.trouble = ""
        return result

    async def execute(self, work: Callable[[Transaction, UnitOfWork], T], *touches: Change) -> T:
        """Run work as one unit; all that the unit collected is committed with it."""

        def run(tx: Transaction) -> T:
            unit = self._unit(tx)
            if not unit.state.announced:
                self._wake_up(tx, unit)
            result = work(tx, unit)
            self._write(tx, unit)
            return result

        return await self.transact(run, *touches)

    async def scan(self, scan: Scan) -> Reply:
        """One good read of a device."""

        def take(_: Transaction, unit: UnitOfWork) -> Reply:
            refused = unit.scan(scan)
            if refused is None:
                checks = [event for event in unit.events if isinstance(event, AgeChecked)]
                if any(not checked.proves_age for checked in checks):
                    # Recorded, but no proof of age: the scanner's error beep says so.
                    return Reply(accepted=False, message=f"age check: {checks[0].verdict}")
                return Reply(accepted=True)
            unit.publish(
                ScanRefused(
                    occurred_at=unit.now,
                    code=refused.code,
                    message=refused.message,
                    gtin=refused.gtin,
                )
            )
            return Reply(accepted=False, message=refused.message)

        return await self.execute(take)

    async def command(self, command: LaneCommand) -> Refused | LaneState:
        """One command; the lane after it, or why it was refused."""

        def handle(_: Transaction, unit: UnitOfWork) -> Refused | LaneState:
            return unit.handle(command) or unit.state.shown

        return await self.execute(handle)

    async def timer_due(self, timer: Timer) -> None:
        """A plugin's timer; ignored where it was moved meanwhile."""

        def fire(tx: Transaction, unit: UnitOfWork) -> None:
            if not tx.plugins.take_timer(timer):
                return
            if unit.hears(timer.plugin):
                unit.notify(timer.plugin, TimerFired(occurred_at=unit.now, key=timer.key))
            else:
                # It may be turned on again, and is then still owed its timer.
                tx.plugins.start_timer(
                    replace(timer, due_at=unit.now.timestamp() + OWNER_IS_OFF_RETRY_S)
                )

        await self.execute(fire)

    def is_active(self, plugin: str) -> bool:
        """True where the plugin sees events now."""
        slot = self.state.plugins.get(plugin)
        return slot is not None and slot.status is PluginStatus.ACTIVE

    def raise_alarm(self, words: str) -> None:
        """Tell IT of something that is wrong with the journal, until the next start."""
        self._writer.committer.alarm = words

    @property
    def alarm(self) -> str:
        """The fault of the journal or its files; empty where there is none."""
        return self._writer.committer.trouble

    def _unit(self, tx: Transaction) -> UnitOfWork:
        assert self._working is not None
        now = self._clock()
        context = Context(
            now=now,
            new_id=lambda: str(uuid7(now, self._randomness(10))),
            no_sale_needs_lead=self._policy.no_sale_needs_lead,
        )
        resolver = Resolver(self._policy.intake, tx.master_data)
        return UnitOfWork(
            self._working, context, resolver, self._policy.budget, tx.plugin_states.get
        )

    def _write(self, tx: Transaction, unit: UnitOfWork) -> None:
        assert self._working is not None
        records = tx.append_entries(unit.entries)
        if self._signer is not None and any(
            isinstance(event, SIGNED_AFTER) for event in unit.events
        ):
            self._sign(tx, self._signer, unit.now)
        self._changed(Change.EVENTS, records)
        self._changed(Change.JOBS, (*unit.jobs, *unit.calls))
        self._changed(Change.TIMERS, unit.timers)
        for name, slot in unit.plugins.items():
            if slot.differs_in_store(self._working.plugins[name]):
                tx.plugins.save(slot.stored())
        for name, states in unit.states.items():
            tx.plugin_states.save(name, states, tx.head.position)
        now = unit.now.timestamp()
        for job in unit.jobs:
            match job:
                case ReceiptJob(sale=sale):
                    body = receipt_payload(sale, records)
                    tx.jobs.add(JobKind.RECEIPT, "lane", body.model_dump_json(), now)
                case DrawerJob(basket_id=basket_id):
                    drawer = DrawerPayload(basket_id=basket_id).model_dump_json()
                    tx.jobs.add(JobKind.DRAWER, "lane", drawer, now)
        for plugin, call in unit.calls:
            tx.jobs.add(JobKind.HTTP, plugin, call.model_dump_json(), now)
        for plugin, timer in unit.timers:
            tx.plugins.start_timer(Timer(plugin, timer.key, now + timer.seconds))
        for plugin, record in unit.records:
            tx.plugins.record(plugin, record.key, record.values)
        for plugin, message in unit.log:
            log.info("plugin says", plugin=plugin, message=message)
        snapshot_at = self._keep_snapshot(tx, unit)
        self._working = replace(unit.state, snapshot_at=snapshot_at, announced=True)

    def _keep_snapshot(self, tx: Transaction, unit: UnitOfWork) -> int:
        """Save the lane where a sale has ended, or the fold would get long; where the newest is."""
        newest, position = unit.state.snapshot_at, tx.head.position
        ended = any(isinstance(event, ENDS_SALE) for event in unit.events)
        if not ended and position - newest < EVENTS_A_SNAPSHOT:
            return newest
        tx.snapshots.save(position, unit.lane)
        return position

    def _sign(self, tx: Transaction, signer: HeadSigner, now: datetime) -> None:
        head = tx.head.place
        tx.append(
            JournalSigned(
                occurred_at=now,
                key_id=signer.key_id,
                head=head,
                signature=signer.sign(tx.head.source, head),
            )
        )

    def _changed(self, change: Change, by: Sequence[object]) -> None:
        if by:
            self._changes.add(change)

    def _committed(self) -> None:
        self._durable = self._working
        self._announce(self._changes)
        self._changes.clear()

    def _rolled_back(self) -> None:
        self._working = self._durable
        self._changes.clear()


def _check_currency(stored: LaneState, fresh: LaneState) -> None:
    """The configured currency may change between two sales only."""
    if stored.currency != fresh.currency and stored.basket is not None:
        raise StoreError(
            f"A sale in {stored.currency} is open, but the configuration says {fresh.currency}. "
            f"Set currency back to {stored.currency}, end the sale, then change it."
        )
