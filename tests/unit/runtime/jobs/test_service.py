"""Decisions of people about receipts, and the end of jobs that nobody can carry out."""

import json
from pathlib import Path

import pytest

from edge_agent.api.commands import FinalizeSubtotal, Pay
from edge_agent.api.device import OutputOutcome
from edge_agent.api.errors import Conflict
from edge_agent.api.events import HttpAnswered, Tender
from edge_agent.lane.receipt import Edition
from edge_agent.runtime.jobs.service import JobService
from edge_agent.runtime.pipeline.job_payloads import ReceiptPayload, sale_number
from edge_agent.runtime.pipeline.pipeline import Pipeline
from edge_agent.runtime.plugin_admin import PluginAdmin
from edge_agent.store.jobs import Job, JobKind, JobStatus
from edge_agent.store.reader import Reader
from edge_agent.testing import NOON
from tests.unit.runtime.pipelines import PEN, Lane, event_types, scan


async def selling(tmp_path: Path, sales: int) -> tuple[Pipeline, JobService]:
    """A lane after some sales whose receipts wait."""
    lane = Lane(tmp_path)
    pipeline = await lane.start()
    await lane.stock()
    await pipeline.scan(scan("EMP1001"))
    for _ in range(sales):
        await pipeline.scan(scan(PEN))
        await pipeline.command(FinalizeSubtotal())
        await pipeline.command(Pay(tender=Tender.CARD))
    return pipeline, JobService(pipeline)


def receipts(data_dir: Path) -> list[Job]:
    """All of them, the oldest first."""
    newest = Reader(data_dir).read_now(lambda db: db.jobs.newest(JobKind.RECEIPT, 100))
    return newest[::-1]


def edition(job: Job) -> Edition:
    return ReceiptPayload.model_validate_json(job.body).edition


async def test_the_last_receipt_is_that_of_the_last_sale(tmp_path: Path) -> None:
    _, jobs = await selling(tmp_path, sales=2)
    first, second = receipts(tmp_path)
    await jobs.output_completed(first, OutputOutcome.UNCERTAIN, "the cable was pulled")
    await jobs.output_completed(second, OutputOutcome.DONE, "")
    await jobs.resolve(first.id, "repeat")
    await jobs.print_again(Edition.GIFT)
    assert [(sale_number(job), edition(job)) for job in receipts(tmp_path)[2:]] == [
        (1, Edition.COPY),
        (2, Edition.GIFT),
    ]


async def test_a_receipt_is_decided_about_once_and_a_gift_stays_a_gift(tmp_path: Path) -> None:
    _, jobs = await selling(tmp_path, sales=1)
    (original,) = receipts(tmp_path)
    with pytest.raises(Conflict, match="is pending; there is nothing to decide"):
        await jobs.resolve(original.id, "repeat")
    await jobs.output_completed(original, OutputOutcome.DONE, "")
    with pytest.raises(Conflict, match="is done"):
        await jobs.resolve(original.id, "repeat")
    await jobs.print_again(Edition.GIFT)
    gift = receipts(tmp_path)[-1]
    await jobs.output_completed(gift, OutputOutcome.UNCERTAIN, "")
    await jobs.resolve(gift.id, "repeat")
    with pytest.raises(Conflict, match="is dismissed"):
        await jobs.resolve(gift.id, "repeat")
    assert [edition(job) for job in receipts(tmp_path)] == [
        Edition.ORIGINAL,
        Edition.GIFT,
        Edition.GIFT,
    ]
    told = Reader(tmp_path).read_now(lambda db: db.outbox.after(0, 1000))[-1]
    assert told.type == "lane.receipt.decided"
    decided = json.loads(told.body)
    assert (decided["decision"], decided["employee_id"]) == ("print_again", "1001")


async def test_printer_that_is_away_is_told_once(tmp_path: Path) -> None:
    """However often the receipt is tried, until the reason changes."""
    pipeline, jobs = await selling(tmp_path, sales=1)
    for detail in ("no paper", "no paper", "no paper", "cover open"):
        (job,) = receipts(tmp_path)
        await jobs.postpone(job, detail, 0.0)
    assert event_types(tmp_path).count("lane.receipt.delayed") == 2
    assert [prompt.message for prompt in pipeline.state.lane.prompts][-1] == (
        "The receipt of sale 1 waits: cover open."
    )


async def test_drawer_that_may_have_opened_is_let_be(tmp_path: Path) -> None:
    """The event names who looked, and the words about it end."""
    pipeline, jobs = await selling(tmp_path, sales=0)
    await pipeline.transact(
        lambda tx: tx.jobs.add(JobKind.DRAWER, "lane", '{"basket_id": null}', 0.0)
    )
    await pipeline.transact(lambda tx: tx.jobs.start(tx.jobs.pending(JobKind.DRAWER, 1)[0]))
    await jobs.complete_interrupted(JobKind.DRAWER)
    assert "may have been opened" in pipeline.state.lane.prompts[-1].message
    await jobs.resolve(1, "dismiss")
    assert not any("drawer" in prompt.message for prompt in pipeline.state.lane.prompts)
    told = Reader(tmp_path).read_now(lambda db: db.outbox.newest())
    assert told is not None
    assert (told.type, json.loads(told.body)["employee_id"]) == ("lane.drawer.decided", "1001")


async def test_prompt_ends_with_its_job(tmp_path: Path) -> None:
    """A receipt that nobody decided about is forgotten with its job, and no longer asked for."""
    pipeline, jobs = await selling(tmp_path, sales=2)
    job, newest = receipts(tmp_path)
    await jobs.output_completed(job, OutputOutcome.IMPOSSIBLE, "its template does not fit")
    await jobs.forget("kafka", 0.0, 60.0, 100, 100)
    assert [prompt.source for prompt in pipeline.state.lane.prompts][-1] == f"job {job.id}"
    await pipeline.transact(lambda tx: tx.retention.mark(100.0, 0.0))
    await jobs.forget("kafka", 500.0, 60.0, 100, 100)
    assert receipts(tmp_path) == [newest]
    assert f"job {job.id}" not in [prompt.source for prompt in pipeline.state.lane.prompts]


@pytest.mark.parametrize("status", [JobStatus.PENDING, JobStatus.RUNNING])
async def test_a_receipt_that_cannot_be_read_ends_and_is_said(
    tmp_path: Path, status: JobStatus
) -> None:
    pipeline, jobs = await selling(tmp_path, sales=0)
    strange = '{"sale": {"of": "the future"}, "chain_code": "X"}'
    job_id = await pipeline.transact(lambda tx: tx.jobs.add(JobKind.RECEIPT, "lane", strange, 0.0))
    (job,) = receipts(tmp_path)
    assert sale_number(job) is None
    if status is JobStatus.RUNNING:
        await jobs.start(job)
        await jobs.complete_interrupted(JobKind.RECEIPT)
    else:
        await jobs.unreadable(job)
    (job,) = receipts(tmp_path)
    assert job.status is JobStatus.FAILED
    assert "Tell IT" in pipeline.state.lane.prompts[-1].message
    with pytest.raises(Conflict, match="cannot be printed: another version"):
        await jobs.resolve(job_id, "repeat")
    with pytest.raises(Conflict, match="No receipt has been printed"):
        await jobs.print_again(Edition.COPY)
    await jobs.resolve(job_id, "dismiss")
    assert [prompt.source for prompt in pipeline.state.lane.prompts] == ["lane"]


async def test_an_answer_for_a_plugin_that_was_turned_off_waits_for_it(tmp_path: Path) -> None:
    pipeline, jobs = await selling(tmp_path, sales=0)
    await PluginAdmin(pipeline).change("fraud-detection", enabled=False)
    job_id = await pipeline.transact(
        lambda tx: tx.jobs.add(JobKind.HTTP, "fraud-detection", "{}", 0.0)
    )

    def stored() -> Job:
        job = Reader(tmp_path).read_now(lambda db: db.jobs.get(job_id))
        assert job is not None
        return job

    await jobs.start(stored())
    answer = HttpAnswered(occurred_at=NOON, key="k", status=200, body="{}", detail="HTTP 200")
    await jobs.call_completed(stored(), answer)
    assert (stored().status, stored().detail) == (JobStatus.PENDING, "fraud-detection is off")
    given_up = answer.model_copy(update={"status": None})
    await jobs.call_completed(stored(), given_up)
    assert stored().status is JobStatus.FAILED
