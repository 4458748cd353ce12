"""A record alone is enough to know the event and to check the chain."""

from pathlib import Path

from edge_agent.api.events import AgentStopped, parse_event
from edge_agent.store.reader import Reader
from edge_agent.store.writer import Writer
from edge_agent.testing import NOON
from simulator.broker import Delivered
from simulator.stream import check_stream
from sync.envelope import envelope
from tests.conftest import SOURCE


def delivered(writer: Writer, data_dir: Path, events: int) -> list[Delivered]:
    for _ in range(events):
        writer.submit(lambda tx: tx.append(AgentStopped(occurred_at=NOON))).result(5)
    records = Reader(data_dir).read_now(lambda db: db.outbox.after(0, events))
    messages = [envelope(record) for record in records]
    return [
        Delivered(0, place, m.key, m.value, {name: value.decode() for name, value in m.headers})
        for place, m in enumerate(messages)
    ]


def test_binary_mode_headers(writer: Writer, tmp_path: Path) -> None:
    (record,) = delivered(writer, tmp_path, 1)
    assert record.key == SOURCE.encode()
    assert parse_event(record.value) == AgentStopped(occurred_at=NOON)
    known = {name: value for name, value in record.headers.items() if "hash" not in name}
    assert known == {
        "ce_specversion": "1.0",
        "ce_id": record.headers["ce_id"],
        "ce_source": SOURCE,
        "ce_type": "lane.agent.stopped",
        "ce_time": "2026-03-01T12:00:00Z",
        "ce_dataversion": "1",
        "ce_epoch": str(int(NOON.timestamp())),
        "ce_sequence": "1",
        "content-type": "application/json",
    }


def test_an_independent_consumer_verifies_the_chain(writer: Writer, tmp_path: Path) -> None:
    records = delivered(writer, tmp_path, 5)
    assert check_stream(records).faults == ()
    assert check_stream([*records[:3], *records[1:]]).duplicates == 2
    assert check_stream([*records[:2], *records[3:]]).faults
    records[2].headers["ce_id"] = "forged"
    assert "hash does not fit" in check_stream(records).faults[0]
