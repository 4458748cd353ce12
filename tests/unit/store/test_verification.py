"""Each way to forge a journal is found by ``journal verify``."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from edge_agent.api.events import JournalSigned, KeyAnnounced
from edge_agent.store.chain import GENESIS, chain_hash
from edge_agent.store.head_file import FILE_NAME as HEAD
from edge_agent.store.outbox import Cursor
from edge_agent.store.signing import Signer, make_key
from edge_agent.store.transaction import Transaction
from edge_agent.store.writer import Writer
from edge_agent.testing import NOON
from tests.conftest import SOURCE, seeded_bytes
from tests.unit.lane.sales import FRESH
from tests.unit.store.journals import append, change, read_events, verify, write_events

FORGERIES: dict[str, tuple[str, str]] = {
    "a type column": ("UPDATE outbox SET type = 'pos.x' WHERE position = 4", "column type"),
    "a time column": ("UPDATE outbox SET occurred_at = 'x' WHERE position = 4", "occurred_at"),
    "a version column": ("UPDATE outbox SET version = 9 WHERE position = 4", "column version"),
    "a body": (
        "UPDATE outbox SET body = replace(body, '2026', '2025') WHERE position = 4",
        "sequence 4: the event was changed",
    ),
    "a previous hash": (
        "UPDATE outbox SET previous_hash = zeroblob(32) WHERE position = 4",
        "sequence 4: the event was changed",
    ),
    "one in the middle": ("DELETE FROM outbox WHERE position = 4", "events are missing"),
    "the beginning": ("DELETE FROM outbox WHERE position < 4", "must begin at position 1"),
    "the tail": ("DELETE FROM outbox WHERE position > 7", "the journal ends before"),
    "all but five": ("DELETE FROM outbox WHERE position <= 5", "events are missing"),
    "everything": ("DELETE FROM outbox", "the journal ends before"),
    "the epoch's row": ("DELETE FROM epoch", "its row is missing"),
    "the cursor": ("INSERT INTO cursor (name, position) VALUES ('kafka', 99)", "beyond the newest"),
    "what was not delivered": (
        "INSERT INTO pruned SELECT 1, position, epoch, sequence, hash FROM outbox "
        "WHERE position = 5",
        "delivered up to 0 only",
    ),
    "a type that does not fit": (
        "UPDATE outbox SET sequence = 'x' WHERE position = 4",
        "it cannot be read",
    ),
    "a key that is none": (
        "UPDATE outbox SET type = 'lane.key.announced' WHERE position = 4",
        "column type",
    ),
    "bytes that are no text": (
        "UPDATE outbox SET body = CAST(x'ff7b7d' AS TEXT) WHERE position = 4",
        "the event was changed",
    ),
    "positions": ("UPDATE outbox SET position = position + 5 WHERE position > 6", "position"),
}


def test_whole_journal(tmp_path: Path) -> None:
    write_events(tmp_path, 10)
    found = verify(tmp_path)
    assert (found.problems, found.checked, found.stored, found.signed) == ((), 10, 10, 0)


@pytest.mark.parametrize("name", FORGERIES)
def test_forgery_is_found(tmp_path: Path, name: str) -> None:
    write_events(tmp_path, 10)
    sql, told = FORGERIES[name]
    change(tmp_path, sql)
    problems = verify(tmp_path).problems
    assert any(told in problem for problem in problems), problems


def test_beginning_after_pruning(tmp_path: Path) -> None:
    """What was pruned is known, and no more than that may be missing."""
    writer = Writer(tmp_path, SOURCE, seeded_bytes)
    writer.start(NOON)
    for _ in range(10):
        writer.submit(append).result(5)
    writer.submit(lambda tx: tx.outbox.move_cursor("kafka", Cursor(4))).result(5)
    writer.submit(lambda tx: tx.retention.mark(1.0, 0.0)).result(5)
    writer.submit(lambda tx: tx.snapshots.save(4, FRESH)).result(5)
    assert writer.submit(lambda tx: tx.retention.prune(4, 1.0, 100, 1)).result(5) == 4
    writer.close()
    assert verify(tmp_path).problems == ()
    change(tmp_path, "DELETE FROM outbox WHERE position = 5")
    assert "must begin at position 5" in verify(tmp_path).problems[0]


def test_rewritten_link_of_an_epoch(tmp_path: Path) -> None:
    write_events(tmp_path, 3)
    (tmp_path / "lane.db").unlink()
    write_events(tmp_path, 3)
    assert verify(tmp_path).problems == ()
    change(tmp_path, "UPDATE epoch SET predecessor_sequence = 2")
    assert "must be the opening of an epoch behind" in verify(tmp_path).problems[0]


def two_epochs(data_dir: Path) -> None:
    """A journal that a restore has split; its first epoch is in the database too."""
    write_events(data_dir, 5)
    copy = data_dir / "copy.db"
    shutil.copy(data_dir / "lane.db", copy)
    write_events(data_dir, 2)
    shutil.copy(copy, data_dir / "lane.db")
    write_events(data_dir, 3)


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("UPDATE epoch SET predecessor_hash = NULL", "does not say which event it follows"),
        ("UPDATE epoch SET predecessor_sequence = 6", "must be the opening of an epoch behind"),
    ],
)
def test_unlinked_epoch(tmp_path: Path, sql: str, told: str) -> None:
    two_epochs(tmp_path)
    assert verify(tmp_path).problems == ()
    change(tmp_path, sql)
    assert told in verify(tmp_path).problems[0]


def test_first_epoch_written_anew(tmp_path: Path) -> None:
    """With hashes that fit each other: the opening of the next epoch tells."""
    two_epochs(tmp_path)
    previous = GENESIS
    for record in read_events(tmp_path)[:5]:
        body = record.body.replace("2026", "2025")
        digest = chain_hash(previous, SOURCE, record.epoch, record.sequence, record.event_id, body)
        change(
            tmp_path,
            "UPDATE outbox SET body = :body, occurred_at = replace(occurred_at, '2026', '2025'), "
            "previous_hash = :previous, hash = :hash WHERE position = :position",
            body=body, previous=previous, hash=digest, position=record.position,
        )  # fmt: skip
        previous = digest
    assert verify(tmp_path).problems == (
        f"epoch {read_events(tmp_path)[5].epoch} sequence 1: its epoch does not follow from the "
        "event before it",
    )


def test_inserted_epoch_row(tmp_path: Path) -> None:
    """The agent does not go on in an epoch that nobody opened."""
    write_events(tmp_path, 3)
    change(
        tmp_path, "INSERT INTO epoch (epoch, source, by_hand) VALUES (9999999999, :s, 0)", s=SOURCE
    )
    after = write_events(tmp_path, 1)
    assert after[3].type == "lane.epoch.opened"
    assert after[3].epoch > 9999999999
    assert verify(tmp_path).problems == ()


def signed_journal(data_dir: Path, signer: Signer) -> None:
    """Two events, the key, and two signed heads with an event between them."""
    writer = Writer(data_dir, SOURCE, seeded_bytes)
    writer.start(NOON)

    def sign(tx: Transaction) -> None:
        head = tx.head.place
        signature = signer.sign(SOURCE, head)
        tx.append(
            JournalSigned(occurred_at=NOON, key_id=signer.key_id, head=head, signature=signature)
        )

    def announce(tx: Transaction) -> None:
        tx.append(
            KeyAnnounced(occurred_at=NOON, key_id=signer.key_id, public_key=signer.public_key)
        )

    steps: list[Callable[[Transaction], object]] = [append, announce, append, sign, append, sign]
    for step in steps:
        writer.submit(step).result(5)
    writer.close()


def test_signed_heads_cover_the_past(tmp_path: Path) -> None:
    signer = make_key(tmp_path / "key.pem")
    signed_journal(tmp_path, signer)
    assert (tmp_path / "key.pem").stat().st_mode & 0o077 == 0
    assert Signer.load(tmp_path / "key.pem").public_key == signer.public_key
    found = verify(tmp_path, signer.public_key)
    assert (found.problems, found.checked, found.signed) == ((), 6, 5)


def test_journal_written_anew_without_the_key(tmp_path: Path) -> None:
    """A chain that fits in itself, signed with another key, is not this lane's."""
    known = make_key(tmp_path / "known.pem").public_key
    forged = tmp_path / "forged"
    forged.mkdir()
    signed_journal(forged, make_key(tmp_path / "other.pem"))
    problems = verify(forged, known).problems
    assert [problem.split(": ")[1] for problem in problems] == [
        "announces another key than the lane's",
        "the signature is wrong",
        "the signature is wrong",
    ]


def test_signature_of_another_head(tmp_path: Path) -> None:
    """A signature taken from elsewhere does not fit behind another event."""
    signer = make_key(tmp_path / "key.pem")
    writer = Writer(tmp_path, SOURCE, seeded_bytes)
    writer.start(NOON)
    first = writer.submit(append).result(5)
    writer.submit(append).result(5)
    signature = signer.sign(SOURCE, first.place)
    moved = JournalSigned(
        occurred_at=NOON, key_id=signer.key_id, head=first.place, signature=signature
    )
    writer.submit(lambda tx: tx.append(moved)).result(5)
    writer.close()
    (problem,) = verify(tmp_path, signer.public_key).problems
    assert "signs another head" in problem


def test_older_head_file_is_no_problem(tmp_path: Path) -> None:
    write_events(tmp_path, 3)
    head = (tmp_path / HEAD).read_bytes()
    write_events(tmp_path, 3)
    (tmp_path / HEAD).write_bytes(head)
    assert verify(tmp_path).problems == ()
