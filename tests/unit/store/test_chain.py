"""The hash chain finds what is missing, changed or moved."""

from dataclasses import replace

import pytest

from edge_agent.store.chain import GENESIS, EventRecord, chain_hash, short_code
from edge_agent.store.verification import find_breaks

BODY = '{"type":"t","version":1,"occurred_at":"then"}'


def chain(length: int, epoch: int = 1) -> list[EventRecord]:
    records: list[EventRecord] = []
    previous = GENESIS
    for sequence in range(1, length + 1):
        name = f"id{sequence}"
        digest = chain_hash(previous, "/s", epoch, sequence, name, BODY)
        records.append(
            EventRecord(
                sequence, "/s", epoch, sequence, name, "t", 1, "then", BODY, previous, digest
            )
        )
        previous = digest
    return records


def test_an_unbroken_chain_has_no_breaks() -> None:
    assert list(find_breaks(chain(20))) == []


def test_a_chain_may_begin_anywhere() -> None:
    assert list(find_breaks(chain(20)[7:])) == []


def test_a_new_epoch_begins_at_one() -> None:
    assert list(find_breaks([*chain(3), *chain(3, epoch=2)])) == []
    assert "must begin" in next(find_breaks([*chain(3), *chain(3, epoch=2)[1:]]))


@pytest.mark.parametrize("lost", range(1, 9))
def test_a_missing_event_is_found(lost: int) -> None:
    records = chain(10)
    assert f"sequence {lost + 2}: follows sequence {lost}" in next(
        find_breaks([*records[:lost], *records[lost + 1 :]])
    )


@pytest.mark.parametrize(
    "change", [{"body": "{ }"}, {"event_id": "x"}, {"source": "/t"}, {"hash": bytes(32)}]
)
def test_a_changed_event_is_found(change: dict[str, str]) -> None:
    records = chain(10)
    records[4] = replace(records[4], **change)  # type: ignore[arg-type]
    assert "sequence 5: the event was changed" in next(find_breaks(records))


def test_swapped_events_are_found() -> None:
    records = chain(4)
    records[1], records[2] = records[2], records[1]
    assert (
        next(find_breaks(records)) == "epoch 1 sequence 3: follows sequence 1, events are missing"
    )


def test_short_code_is_the_hashs_beginning() -> None:
    assert short_code(bytes.fromhex("3fa901bc") + bytes(28)) == "3FA9-01BC"


def test_event_that_fits_in_itself_only() -> None:
    """Changed with its own hash made anew: the next one shows it."""
    records = chain(10)
    forged = replace(records[4], body=BODY.replace("then", "late"), occurred_at="late")
    digest = chain_hash(
        forged.previous_hash, "/s", forged.epoch, forged.sequence, forged.event_id, forged.body
    )
    records[4] = replace(forged, hash=digest)
    assert list(find_breaks(records)) == [
        "epoch 1 sequence 6: does not follow from the event before it"
    ]
