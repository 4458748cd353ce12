"""Device recorder: reports of devices, for the journal and for the cashier."""

from typing import Literal

from edge_agent.api.events import DeviceChanged, DrawerLeftOpen, DrawerMoved
from edge_agent.lane.prompts import drawer_source
from edge_agent.runtime.pipeline.changes import Change
from edge_agent.runtime.pipeline.pipeline import Pipeline
from edge_agent.runtime.pipeline.unit_of_work import UnitOfWork
from edge_agent.store.jobs import JobKind
from edge_agent.store.transaction import Transaction


class DeviceRecorder:
    """Each report of a device is a unit of work of its own."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def device_changed(self, device: str, state: str, detail: str, advice: str) -> None:
        """A device changed its state or said something of itself.

        Args:
            advice: what the cashier should know and do, empty where all is well.
        """

        def note(tx: Transaction, unit: UnitOfWork) -> None:
            unit.publish(
                DeviceChanged(
                    occurred_at=unit.now, device=device, state=state, detail=detail, advice=advice
                )
            )
            if not advice:
                # A receipt may have waited for just this device.
                tx.jobs.make_due(JobKind.RECEIPT)

        await self._pipeline.execute(note, Change.JOBS)

    async def drawer_moved(self, device: str, position: Literal["open", "closed"]) -> None:
        """A drawer was seen to open or to close."""

        def note(_: Transaction, unit: UnitOfWork) -> None:
            unit.publish(
                DrawerMoved(
                    occurred_at=unit.now,
                    device=device,
                    position=position,
                    employee_id=unit.employee_id,
                )
            )

        await self._pipeline.execute(note)

    async def drawer_is_closed(self, device: str) -> None:
        """A drawer is seen closed for the first time; it moved unseen if it had been left open."""

        def note(_: Transaction, unit: UnitOfWork) -> None:
            if any(prompt.source == drawer_source(device) for prompt in unit.lane.prompts):
                unit.publish(
                    DrawerMoved(
                        occurred_at=unit.now, device=device, position="closed", employee_id=None
                    )
                )

        await self._pipeline.execute(note)

    async def drawer_left_open(self, device: str, seconds: float) -> None:
        """A drawer has been open for too long."""

        def note(_: Transaction, unit: UnitOfWork) -> None:
            unit.publish(
                DrawerLeftOpen(
                    occurred_at=unit.now,
                    device=device,
                    seconds=seconds,
                    employee_id=unit.employee_id,
                )
            )

        await self._pipeline.execute(note)
