"""An effect is committed as begun before it happens, so that a crash leaves it to a person."""

import asyncio
from datetime import datetime
from pathlib import Path

from edge_agent.api.commands import FinalizeSubtotal, Pay
from edge_agent.api.device import DeviceClass, Output, OutputCompleteEvent, OutputOutcome
from edge_agent.api.events import Tender
from edge_agent.lane.receipt_template import ReceiptContext
from edge_agent.runtime.devices.manager import DeviceManager
from edge_agent.runtime.jobs.outputs import Outputs
from edge_agent.runtime.jobs.queue import JobQueue
from edge_agent.runtime.jobs.service import JobService
from edge_agent.runtime.pipeline.changes import Signal
from edge_agent.store.jobs import JobStatus
from edge_agent.store.reader import Reader
from edge_agent.testing import NOON
from tests.unit.runtime.pipelines import PEN, Lane, scan
from tests.waiting import until


class Watching(DeviceManager):
    """Looks, at the moment of the effect, at what is committed."""

    def __init__(self, reader: Reader) -> None:
        super().__init__([])
        self._reader = reader
        self.seen: list[tuple[DeviceClass, JobStatus]] = []

    async def output(
        self, device_class: DeviceClass, request: Output, not_after: datetime | None
    ) -> OutputCompleteEvent:
        job = self._reader.read_now(lambda database: database.jobs.get(request.output_id))
        assert job is not None
        self.seen.append((device_class, job.status))
        return OutputCompleteEvent(output_id=request.output_id, outcome=OutputOutcome.DONE)


async def test_effect_is_begun_before_it_happens(tmp_path: Path) -> None:
    lane = Lane(tmp_path)
    pipeline = await lane.start()
    await lane.stock()
    for code in ("EMP1001", PEN):
        await pipeline.scan(scan(code))
    await pipeline.command(FinalizeSubtotal())
    await pipeline.command(Pay(tender=Tender.CASH))
    reader = Reader(tmp_path)
    devices, jobs = Watching(reader), JobService(pipeline)
    queue = JobQueue(reader, Signal(), lambda: NOON)
    outputs = Outputs(jobs, queue, devices, ReceiptContext(), lambda: NOON)
    drawer = asyncio.create_task(outputs.open_drawers())
    await until(lambda: len(devices.seen) == 1)
    printer = asyncio.create_task(outputs.print_receipts())
    await until(lambda: len(devices.seen) == 2)
    for task in (drawer, printer):
        task.cancel()
    await asyncio.gather(drawer, printer, return_exceptions=True)
    assert devices.seen == [
        (DeviceClass.CASH_DRAWER, JobStatus.RUNNING),
        (DeviceClass.POS_PRINTER, JobStatus.RUNNING),
    ]
