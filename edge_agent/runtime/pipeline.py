"""Every input of the lane passes here: one turn, one transaction, one answer after the commit."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, TypeVar

import structlog

from edge_agent.api.commands import LaneCommand
from edge_agent.api.device import OutputOutcome, Reply
from edge_agent.api.errors import NotKnown, NotNow, StoreError
from edge_agent.api.events import (
    AgentStarted,
    AgentStopped,
    DeviceChanged,
    HttpAnswered,
    PeopleImported,
    PluginChanged,
    PriceBookImported,
    ScanRefused,
    TimerFired,
)
from edge_agent.api.lane import LaneState
from edge_agent.api.uuid7 import uuid7
from edge_agent.api.values import Employee, PriceBookItem, Prompt, Refused, Scan, Severity
from edge_agent.intake.interpret import ScanRules, interpret
from edge_agent.intake.meaning import ItemCode
from edge_agent.lane.outcome import Context, DrawerJob, PaidSale, ReceiptJob
from edge_agent.runtime.commits import Change
from edge_agent.runtime.job_bodies import DrawerBody, ReceiptBody
from edge_agent.runtime.plugin_slot import PluginSlot, PluginStatus
from edge_agent.runtime.resolve import resolve_command, resolve_meaning
from edge_agent.runtime.settlement import job_source, settle_after_crash, settle_output
from edge_agent.runtime.turn import Budget, Turn, World, machine_prompt
from edge_agent.store.chain import EventRecord, short_code
from edge_agent.store.jobs import Job, JobKind, JobStatus
from edge_agent.store.outbox import Randomness
from edge_agent.store.plugin_table import Timer
from edge_agent.store.writer import Transaction, Work, Writer

T = TypeVar("T")
log = structlog.get_logger()
LATER_S = 60.0


@dataclass(frozen=True, slots=True)
class Policy:
    """What the shop decided about its lanes."""

    prices_include_tax: bool
    rules: ScanRules
    budget: Budget
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
    ) -> None:
        """
        Args:
            writer: builds the writer, given its ``on_commit`` and ``on_rollback``.
            announce: told on the writer's thread, after each commit, what it changed.
        """
        self._policy = policy
        self._clock = clock
        self._randomness = randomness
        self._announce = announce
        self._changes: set[Change] = set()
        self._writer = writer(self._committed, self._rolled_back)
        self._room = asyncio.Semaphore(policy.queue_capacity)
        self._working: World | None = None
        self._durable: World | None = None

    @property
    def world(self) -> World:
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
        """Opens the journal and puts the lane back as the last commit left it.

        Args:
            fresh: the lane of a new database.
            slots: reads the plugins' slots.
        """
        self._writer.start(self._clock())

        def work(tx: Transaction) -> None:
            lane = tx.lane.load() or fresh
            running = tx.lane.was_running()
            self._working = World(lane, slots(tx))
            previous: Literal["none", "orderly", "crash"] = (
                "none" if running is None else "crash" if running else "orderly"
            )
            turn, now = self._turn(tx)
            turn.publish(
                AgentStarted(occurred_at=now, agent_version=version, previous_stop=previous)
            )
            self._write(tx, turn)
            tx.lane.save(turn.lane)
            tx.lane.set_running(True)
            for slot in turn.plugins.values():
                # One that is seen for the first time and does not load has decided nothing yet.
                if slot.plugin is not None:
                    tx.plugins.save(slot.stored())

        await self._submit(work)

    async def stop(self) -> None:
        """Says that the agent stopped in order, and closes the journal."""

        def work(tx: Transaction) -> None:
            turn, now = self._turn(tx)
            turn.publish(AgentStopped(occurred_at=now))
            self._write(tx, turn)
            tx.lane.set_running(False)

        if self._durable is not None:
            await self._submit(work)
        await asyncio.to_thread(self._writer.close)

    async def scan(self, scan: Scan) -> Reply:
        """One good read of a device."""

        def work(tx: Transaction) -> Reply:
            turn, now = self._turn(tx)
            meaning = interpret(scan, self._policy.rules)
            given = resolve_meaning(meaning, tx.master_data)
            refused = given if isinstance(given, Refused) else turn.apply(given)
            if refused is not None:
                gtin = meaning.gtin if isinstance(meaning, ItemCode) else None
                prompt = Prompt(message=refused.message, severity=Severity.REFUSED)
                turn.lane = turn.lane.saying(prompt)
                turn.publish(
                    ScanRefused(
                        occurred_at=now, code=refused.code, message=refused.message, gtin=gtin
                    )
                )
            self._write(tx, turn)
            return Reply(
                accepted=refused is None, message="" if refused is None else refused.message
            )

        return await self._submit(work)

    async def command(self, command: LaneCommand) -> Refused | LaneState:
        """One command; the lane after it, or why it was refused."""

        def work(tx: Transaction) -> Refused | LaneState:
            turn, _ = self._turn(tx)
            given = resolve_command(command, tx.master_data, self._policy.rules)
            refused = given if isinstance(given, Refused) else turn.apply(given)
            if refused is not None:
                return refused
            self._write(tx, turn)
            return turn.lane

        return await self._submit(work)

    async def device_changed(self, device: str, state: str, detail: str, trouble: str) -> None:
        """A device changed its state or said something of itself.

        Args:
            trouble: what the cashier should know and do, empty where all is well.
        """

        def work(tx: Transaction) -> None:
            turn, now = self._turn(tx)
            turn.publish(DeviceChanged(occurred_at=now, device=device, state=state, detail=detail))
            turn.retract(device)
            if trouble:
                turn.say(machine_prompt(trouble, device))
            self._write(tx, turn)
            # A job may have waited for just this device.
            self._changes.add(Change.JOBS)

        await self._submit(work)

    def is_active(self, plugin: str) -> bool:
        """Whether the plugin sees events now."""
        slot = self.world.plugins.get(plugin)
        return slot is not None and slot.status is PluginStatus.ACTIVE

    async def timer_due(self, timer: Timer) -> None:
        """A plugin's timer; ignored where it was moved meanwhile."""

        def work(tx: Transaction) -> None:
            if not tx.plugins.take_timer(timer):
                return
            turn, now = self._turn(tx)
            if self.is_active(timer.plugin):
                turn.notify(timer.plugin, TimerFired(occurred_at=now, key=timer.key))
                self._write(tx, turn)
            else:
                # It may be turned on again, and is then still owed its timer.
                tx.plugins.start_timer(replace(timer, due_at=now.timestamp() + LATER_S))

        await self._submit(work)

    async def settle_interrupted(self, kind: JobKind) -> None:
        """Jobs of a kind that were begun by somebody who is gone: they may have happened."""

        def work(tx: Transaction) -> None:
            turn, now = self._turn(tx)
            for job in tx.jobs.with_status(kind, [JobStatus.RUNNING]):
                settle_after_crash(tx, job, turn, now)
            self._write(tx, turn)

        await self._submit(work)

    async def start_job(self, job: Job) -> None:
        """Commits that an effect is about to happen."""
        await self._submit(lambda tx: tx.jobs.start(job))

    async def postpone_job(
        self, job: Job, detail: str, seconds: float, prompt: Prompt | None
    ) -> None:
        """The effect certainly did not happen; it will be tried again."""

        def work(tx: Transaction) -> None:
            turn, now = self._turn(tx)
            tx.jobs.settle(job.id, JobStatus.PENDING, detail, now.timestamp() + seconds)
            self._changes.add(Change.JOBS)
            if prompt is not None:
                turn.say(prompt)
            self._write(tx, turn)

        await self._submit(work)

    async def output_settled(self, job: Job, outcome: OutputOutcome, detail: str) -> None:
        """A receipt or a drawer pulse ended."""

        def work(tx: Transaction) -> None:
            turn, now = self._turn(tx)
            settle_output(tx, job, outcome, detail, turn, now)
            self._write(tx, turn)

        await self._submit(work)

    async def call_settled(self, job: Job, answer: HttpAnswered) -> None:
        """A remote system answered a plugin, or the call was given up."""

        def work(tx: Transaction) -> None:
            status = JobStatus.FAILED if answer.status is None else JobStatus.DONE
            tx.jobs.settle(job.id, status, answer.detail, 0)
            turn, _ = self._turn(tx)
            turn.notify(job.owner, answer)
            self._write(tx, turn)

        await self._submit(work)

    async def resolve_job(self, job_id: int, decision: Literal["repeat", "dismiss"]) -> None:
        """A person decides about an output that failed or may have happened.

        ``repeat`` prints a receipt again as a copy; ``dismiss`` lets the output be.
        """

        def work(tx: Transaction) -> None:
            job = tx.jobs.get(job_id)
            if job is None:
                raise NotKnown(f"There is no job {job_id}.")
            turn, _ = self._turn(tx)
            turn.retract(job_source(job))
            if decision == "repeat" and job.kind is not JobKind.RECEIPT:
                raise NotNow(f"Job {job_id} is not a receipt; only receipts are repeated.")
            if job.status in (JobStatus.PENDING, JobStatus.RUNNING):
                raise NotNow(f"Job {job_id} is still {job.status}; wait until it has ended.")
            now = self._clock().timestamp()
            if decision == "repeat":
                copy = ReceiptBody.model_validate_json(job.body).as_copy()
                tx.jobs.add(JobKind.RECEIPT, job.owner, copy.model_dump_json(), now)
                self._changes.add(Change.JOBS)
            if job.status is not JobStatus.DONE:
                detail = "printed again as a copy" if decision == "repeat" else "let be"
                tx.jobs.settle(job.id, JobStatus.DISMISSED, detail, 0)
            self._write(tx, turn)

        await self._submit(work)

    async def change_plugin(
        self,
        name: str,
        *,
        registered: bool | None = None,
        enabled: bool | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> PluginSlot:
        """Changes what is given, from the next event on; raises ``InvalidSettings``."""

        def work(tx: Transaction) -> PluginSlot:
            turn, now = self._turn(tx)
            slot = turn.plugins.get(name)
            if slot is None:
                raise NotKnown(f"There is no plugin {name!r} on this lane.")
            changes: list[Literal["registered", "unregistered", "enabled", "disabled", "settings"]]
            changes = []
            if registered is not None and registered != slot.registered:
                slot = replace(slot, registered=registered)
                changes.append("registered" if registered else "unregistered")
            if settings is not None:
                slot = slot.with_settings(settings)
                changes.append("settings")
            if enabled is not None:
                if not slot.registered:
                    raise NotNow(f"Register {name} before you turn it on or off.")
                if enabled != slot.enabled:
                    changes.append("enabled" if enabled else "disabled")
                slot = replace(slot, enabled=enabled, faults=0, quarantined=False)
            turn.plugins[name] = slot
            turn.publish(
                *(PluginChanged(occurred_at=now, plugin=name, change=change) for change in changes)
            )
            self._write(tx, turn)
            tx.plugins.save(turn.plugins[name].stored())
            return slot

        return await self._submit(work)

    async def import_prices(self, items: Sequence[PriceBookItem], sha256: str) -> None:
        """Replaces the price book."""

        def work(tx: Transaction) -> None:
            tx.master_data.replace_prices(items)
            turn, now = self._turn(tx)
            turn.publish(PriceBookImported(occurred_at=now, items=len(items), sha256=sha256))
            self._write(tx, turn)

        await self._submit(work)

    async def import_people(self, people: Sequence[Employee], sha256: str) -> None:
        """Replaces the people who may sign on."""

        def work(tx: Transaction) -> None:
            tx.master_data.replace_people(people)
            turn, now = self._turn(tx)
            turn.publish(PeopleImported(occurred_at=now, people=len(people), sha256=sha256))
            self._write(tx, turn)

        await self._submit(work)

    async def delivered(self, cursor: str, position: int) -> None:
        """The broker has acknowledged everything up to ``position``."""
        await self._submit(lambda tx: tx.outbox.move_cursor(cursor, position))

    async def forget(self, cursor: str, before: datetime, most: int) -> int:
        """Deletes what is delivered or ended and older than ``before``, at most so many rows."""

        def work(tx: Transaction) -> int:
            events = tx.outbox.prune(tx.outbox.cursor(cursor), before, most)
            return events + tx.jobs.prune(before.timestamp(), most)

        return await self._submit(work)

    async def _submit(self, work: Work[T]) -> T:
        async with self._room:
            return await asyncio.wrap_future(self._writer.submit(work))

    def _turn(self, tx: Transaction) -> tuple[Turn, datetime]:
        assert self._working is not None
        now = self._clock()
        context = Context(
            now=now,
            new_id=lambda: str(uuid7(now, self._randomness(10))),
            prices_include_tax=self._policy.prices_include_tax,
        )
        turn = Turn(self._working, context, tx.master_data, self._policy.rules, self._policy.budget)
        return turn, now

    def _write(self, tx: Transaction, turn: Turn) -> None:
        assert self._working is not None
        records = tx.append(*turn.events)
        self._changed(Change.EVENTS, records)
        self._changed(Change.JOBS, (*turn.jobs, *turn.calls))
        self._changed(Change.TIMERS, turn.timers)
        if turn.lane is not self._working.lane:
            tx.lane.save(turn.lane)
        for name, slot in turn.plugins.items():
            if slot.state is not self._working.plugins[name].state:
                tx.plugins.save(slot.stored())
        now = self._clock().timestamp()
        for job in turn.jobs:
            match job:
                case ReceiptJob(sale=sale):
                    body = _receipt_body(sale, records)
                    tx.jobs.add(JobKind.RECEIPT, "lane", body.model_dump_json(), now)
                case DrawerJob(basket_id=basket_id):
                    drawer = DrawerBody(basket_id=basket_id).model_dump_json()
                    tx.jobs.add(JobKind.DRAWER, "lane", drawer, now)
        for plugin, call in turn.calls:
            tx.jobs.add(JobKind.HTTP, plugin, call.model_dump_json(), now)
        for plugin, timer in turn.timers:
            tx.plugins.start_timer(Timer(plugin, timer.key, now + timer.seconds))
        for plugin, record in turn.records:
            tx.plugins.record(plugin, record.key, record.values)
        for plugin, message in turn.log:
            log.info("plugin says", plugin=plugin, message=message)
        self._working = turn.world

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


def _receipt_body(sale: PaidSale, records: Sequence[EventRecord]) -> ReceiptBody:
    payment = next(record for record in records if record.type == "pos.payment.completed")
    return ReceiptBody(sale=sale, chain_code=short_code(payment.hash))
