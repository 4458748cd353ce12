"""What devices say of themselves, for the journal and for the cashier."""

from typing import Literal

from edge_agent.api.events import DeviceChanged, DrawerLeftOpen, DrawerMoved
from edge_agent.runtime.commits import Change
from edge_agent.runtime.pipeline import Pipeline
from edge_agent.runtime.turn import Turn, machine_prompt
from edge_agent.store.jobs import JobKind
from edge_agent.store.transaction import Transaction


class DeviceDesk:
    """Each word of a device is a turn of its own."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def device_changed(self, device: str, state: str, detail: str, trouble: str) -> None:
        """A device changed its state or said something of itself.

        Args:
            trouble: what the cashier should know and do, empty where all is well.
        """

        def note(tx: Transaction, turn: Turn) -> None:
            turn.publish(
                DeviceChanged(occurred_at=turn.now, device=device, state=state, detail=detail)
            )
            turn.retract(device)
            if trouble:
                turn.say(machine_prompt(trouble, device))
            else:
                # A receipt may have waited for just this device.
                tx.jobs.hurry(JobKind.RECEIPT)

        await self._pipeline.turn(note, Change.JOBS)

    async def drawer_moved(self, device: str, position: Literal["open", "closed"]) -> None:
        """A drawer was seen to open or to close."""

        def note(_: Transaction, turn: Turn) -> None:
            turn.publish(
                DrawerMoved(
                    occurred_at=turn.now,
                    device=device,
                    position=position,
                    employee_id=turn.employee_id,
                )
            )
            if position == "closed":
                turn.retract(_drawer_source(device))

        await self._pipeline.turn(note)

    async def drawer_is_closed(self, device: str) -> None:
        """A drawer is seen closed for the first time; nobody saw it move."""
        await self._pipeline.turn(lambda _, turn: turn.retract(_drawer_source(device)))

    async def drawer_left_open(self, device: str, seconds: float) -> None:
        """A drawer has been open for too long."""

        def note(_: Transaction, turn: Turn) -> None:
            turn.say(machine_prompt("The cash drawer is open. Close it.", _drawer_source(device)))
            turn.publish(
                DrawerLeftOpen(
                    occurred_at=turn.now,
                    device=device,
                    seconds=seconds,
                    employee_id=turn.employee_id,
                )
            )

        await self._pipeline.turn(note)


def _drawer_source(device: str) -> str:
    """Under which name the cashier is told of an open drawer, until it is closed."""
    return f"{device} drawer"
