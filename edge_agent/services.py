"""The agent as its control socket shows it: the rooms' values turned into messages."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Literal

from edge_agent import __version__
from edge_agent.api.commands import LaneCommand
from edge_agent.api.device import DeviceState
from edge_agent.api.errors import NotFound
from edge_agent.api.values import Refused
from edge_agent.control.messages import (
    DeviceMessage,
    EventMessage,
    HealthMessage,
    ImportMessage,
    JobMessage,
    LaneMessage,
    OutboxMessage,
    PluginChange,
    PluginMessage,
    ServiceMessage,
)
from edge_agent.lane.prompts import job_source
from edge_agent.lane.receipt import Edition
from edge_agent.runtime.devices.manager import DeviceManager
from edge_agent.runtime.imports import (
    MasterDataImport,
    PeopleImport,
    PriceBookImport,
    RecallImport,
)
from edge_agent.runtime.jobs.service import JobService
from edge_agent.runtime.pipeline.changes import ChangeSignals
from edge_agent.runtime.pipeline.job_payloads import sale_number
from edge_agent.runtime.pipeline.pipeline import Pipeline
from edge_agent.runtime.plugin_admin import PluginAdmin
from edge_agent.runtime.plugins.slot import PluginSlot, PluginStatus
from edge_agent.runtime.supervisor import ServiceState, Supervisor
from edge_agent.store.chain import EventRecord
from edge_agent.store.database import Database
from edge_agent.store.jobs import Job, JobKind, JobStatus
from edge_agent.store.reader import Reader
from sync.forwarder import CURSOR, ForwarderStatus

_MOST_JOBS = 50
_EVENTS_AT_ONCE = 200
_UNENDED = {
    JobStatus.PENDING: "that wait for the printer",
    JobStatus.FAILED: "that were not printed",
    JobStatus.UNCERTAIN: "that may be on paper, to be decided about at the lane",
}


class AgentServices:
    """Serves the control socket; see :class:`edge_agent.control.services.Services`."""

    def __init__(
        self,
        pipeline: Pipeline,
        jobs: JobService,
        reader: Reader,
        changes: ChangeSignals,
        devices: DeviceManager,
        supervisor: Supervisor,
        forwarder_status: Callable[[], ForwarderStatus] | None,
        lines_lost: Callable[[], int],
    ) -> None:
        """
        Args:
            forwarder_status: None where no broker is configured.
            lines_lost: how many log lines could not be written.
        """
        self._lines_lost = lines_lost
        self._pipeline = pipeline
        self._jobs = jobs
        self._plugin_admin = PluginAdmin(pipeline)
        self._reader = reader
        self._changes = changes
        self._devices = devices
        self._supervisor = supervisor
        self._forwarder_status = forwarder_status

    async def lane(self) -> LaneMessage:
        state = self._pipeline.state.shown
        return LaneMessage(phase=state.phase, state=state, jobs=tuple(await self.jobs()))

    async def command(self, command: LaneCommand) -> LaneMessage | Refused:
        outcome = await self._pipeline.command(command)
        if isinstance(outcome, Refused):
            return outcome
        return LaneMessage(phase=outcome.phase, state=outcome, jobs=tuple(await self.jobs()))

    def plugins(self) -> list[PluginMessage]:
        slots = self._pipeline.state.plugins
        return [_plugin_message(slots[name]) for name in sorted(slots)]

    def plugin(self, plugin_id: str) -> PluginMessage:
        slot = self._pipeline.state.plugins.get(plugin_id)
        if slot is None:
            raise NotFound(f"There is no plugin {plugin_id!r} on this lane.")
        return _plugin_message(slot)

    async def change_plugin(self, plugin_id: str, change: PluginChange) -> PluginMessage:
        slot = await self._plugin_admin.change(
            plugin_id, enabled=change.enabled, settings=change.settings
        )
        return _plugin_message(slot)

    async def register_plugin(self, plugin_id: str, change: PluginChange) -> PluginMessage:
        slot = await self._plugin_admin.change(
            plugin_id, registered=True, enabled=change.enabled, settings=change.settings
        )
        return _plugin_message(slot)

    async def unregister_plugin(self, plugin_id: str) -> PluginMessage:
        slot = await self._plugin_admin.change(plugin_id, registered=False)
        return _plugin_message(slot)

    async def plugin_records(self, plugin_id: str) -> dict[str, dict[str, Any]]:
        known = self.plugin(plugin_id).id
        return await self._reader.read(lambda database: database.plugins.records(known))

    def devices(self) -> list[DeviceMessage]:
        return [
            DeviceMessage(
                name=status.name,
                driver=status.driver,
                classes=status.classes,
                state=status.state,
                detail=status.detail,
                facts=dict(status.facts),
            )
            for status in self._devices.statuses()
        ]

    async def outbox(self) -> OutboxMessage:
        def query(database: Database) -> tuple[int, int, str | None]:
            delivered = database.outbox.cursor(CURSOR).position
            return (
                delivered,
                database.outbox.newest_position(),
                database.outbox.oldest_waiting(delivered),
            )

        delivered, newest, oldest = await self._reader.read(query)
        status = self._forwarder_status() if self._forwarder_status is not None else None
        return OutboxMessage(
            forwarding=status is not None,
            newest_position=newest,
            delivered_position=delivered,
            pending=newest - delivered,
            oldest_pending_at=oldest,
            failures_in_a_row=status.failures_in_a_row if status is not None else 0,
            error=status.error if status is not None else "no broker is configured",
        )

    async def jobs(self) -> list[JobMessage]:
        jobs = await self._reader.read(lambda database: database.jobs.open_or_failed(_MOST_JOBS))
        return [_job_message(job) for job in jobs]

    async def resolve_job(self, job_id: int, decision: Literal["repeat", "dismiss"]) -> None:
        await self._jobs.resolve(job_id, decision)

    async def print_again(self, edition: Literal["copy", "gift"]) -> None:
        await self._jobs.print_again(Edition(edition))

    def service(self, service_id: str) -> ServiceMessage:
        service = self._supervisor.statuses().get(service_id)
        if service is not None:
            return ServiceMessage(
                id=service_id,
                kind="task",
                status=service.state,
                detail=service.detail,
                restarts=service.restarts,
            )
        for device in self._devices.statuses():
            if device.name == service_id:
                return ServiceMessage(
                    id=service_id, kind="device", status=device.state, detail=device.detail
                )
        slot = self._pipeline.state.plugins.get(service_id)
        if slot is not None:
            return ServiceMessage(
                id=service_id, kind="plugin", status=slot.status, detail=slot.detail
            )
        known = sorted(
            [
                *self._supervisor.statuses(),
                *(device.name for device in self._devices.statuses()),
                *self._pipeline.state.plugins,
            ]
        )
        raise NotFound(f"There is no service {service_id!r}. Known: {', '.join(known)}.")

    async def health(self) -> HealthMessage:
        problems = [
            f"device {device.name} is {device.state}: {device.detail}"
            for device in self._devices.statuses()
            if device.state is not DeviceState.READY
        ]
        problems += [
            f"device {device.name} {' and '.join(device.obstacles)}"
            for device in self._devices.statuses()
            if device.obstacles
        ]
        if self._pipeline.alarm:
            problems.append(self._pipeline.alarm)
        if set_aside := await self._reader.read(lambda database: database.outbox.count_set_aside()):
            problems.append(
                f"{set_aside} events are not in the stream, but only a record in their place: see "
                "lane.event.set_aside in the journal"
            )
        if self._pipeline.trouble:
            problems.append(self._pipeline.trouble)
        problems += _about_receipts(await self.jobs())
        problems += [
            f"plugin {slot.name} is {slot.status}: {slot.detail}"
            for slot in self._pipeline.state.plugins.values()
            if slot.status in (PluginStatus.QUARANTINED, PluginStatus.UNAVAILABLE)
        ]
        problems += [
            f"service {service.name} is {service.state}: {service.detail}"
            for service in self._supervisor.statuses().values()
            if service.state is ServiceState.RESTARTING
            or (service.state is ServiceState.ENDED and not service.may_end)
        ]
        if lost := self._lines_lost():
            problems.append(
                f"{lost} log lines could not be written; look at standard error's reader and disk"
            )
        outbox = await self.outbox()
        if outbox.forwarding and outbox.error:
            problems.append(f"{outbox.pending} events wait for the broker: {outbox.error}")
        lane = self._pipeline.state.lane
        return HealthMessage(
            status="degraded" if problems else "ok",
            version=__version__,
            lane=f"{lane.store}/{lane.lane}",
            problems=tuple(problems),
        )

    async def position_behind(self, after: int | None) -> int:
        newest = await self._reader.read(lambda database: database.outbox.newest_position())
        # Beyond the newest are positions of a database that was replaced: all of this one is new.
        return newest if after is None else after if after <= newest else 0

    async def events(self, after: int) -> AsyncIterator[EventMessage]:
        position = after
        while True:
            seen = self._changes.events.count
            records = await self._events_after(position)
            for record in records:
                yield _event_message(record)
                position = record.position
            if not records:
                await self._changes.events.wait_past(seen)

    async def _events_after(self, position: int) -> list[EventRecord]:
        return await self._reader.read(
            lambda database: database.outbox.after(position, _EVENTS_AT_ONCE)
        )

    async def import_price_book(self, text: str) -> ImportMessage:
        currency = self._pipeline.state.lane.currency
        return await self._import(await asyncio.to_thread(PriceBookImport.read, text, currency))

    async def import_people(self, text: str) -> ImportMessage:
        return await self._import(await asyncio.to_thread(PeopleImport.read, text))

    async def import_recalls(self, text: str) -> ImportMessage:
        return await self._import(await asyncio.to_thread(RecallImport.read, text))

    async def _import(self, given: MasterDataImport) -> ImportMessage:
        await self._pipeline.execute(
            lambda tx, unit: unit.publish(given.apply(tx.master_data, unit.now))
        )
        return ImportMessage(rows=given.rows)


def _plugin_message(slot: PluginSlot) -> PluginMessage:
    plugin = slot.plugin
    schema: Mapping[str, Any] = plugin.settings_type.model_json_schema() if plugin else {}
    return PluginMessage(
        id=slot.name,
        title=plugin.title if plugin else slot.name,
        summary=plugin.summary if plugin else "",
        status=slot.status,
        registered=slot.registered,
        enabled=slot.enabled,
        settings=dict(slot.settings),
        settings_schema=dict(schema),
        handles=tuple(_name_of(kind) for kind in plugin.handles) if plugin else (),
        publishes=tuple(_name_of(kind) for kind in plugin.publishes) if plugin else (),
        faults=slot.faults,
        detail=slot.detail,
    )


def _name_of(kind: type[Any]) -> str:
    field = kind.model_fields.get("type")
    return str(field.default) if field is not None else kind.__name__


def _job_message(job: Job) -> JobMessage:
    return JobMessage(
        id=job.id,
        kind=job.kind,
        status=job.status,
        attempts=job.attempts,
        detail=job.detail,
        sale_number=sale_number(job),
        source=job_source(job.id),
    )


def _about_receipts(jobs: list[JobMessage]) -> list[str]:
    """One sentence for each way in which receipts have not come to their end."""
    told = []
    for status, words in _UNENDED.items():
        receipts = [job for job in jobs if job.kind == JobKind.RECEIPT and job.status == status]
        # One that was never put off is about to be printed.
        stuck = [job for job in receipts if job.detail]
        if stuck:
            oldest = min(stuck, key=lambda job: job.id)
            told.append(
                f"receipts {words}: {len(stuck)}, the oldest of sale {oldest.sale_number}"
                f" ({oldest.detail})"
            )
    return told


def _event_message(record: EventRecord) -> EventMessage:
    return EventMessage(
        position=record.position,
        epoch=record.epoch,
        sequence=record.sequence,
        event_id=record.event_id,
        type=record.type,
        occurred_at=record.occurred_at,
        previous_hash=record.previous_hash.hex(),
        hash=record.hash.hex(),
        data=json.loads(record.body),
    )
