"""Log lines: nothing that only tells stops what works."""

import io
import json
import logging
import os
import sys
from collections.abc import Iterator

import pytest
import structlog

from edge_agent.logs import MOST_A_MINUTE, MOST_WAITING, LogStream, RepeatFilter, configure_logs


class Broken(io.StringIO):
    """A stream whose reader is gone."""

    def write(self, _: str) -> int:
        raise BrokenPipeError

    def flush(self) -> None:
        raise OSError(28, os.strerror(28))


class Unshowable:
    def __repr__(self) -> str:
        raise RuntimeError("no words")


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    yield
    structlog.reset_defaults()
    logging.basicConfig(handlers=[logging.NullHandler()], force=True)


def test_lost_reader_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Broken())
    stream = configure_logs("json")
    structlog.get_logger().error("device lost", device="scanner")
    stream.close()
    assert stream.lost == 1


def test_no_stream_at_all_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As under a supervisor that closes standard error."""
    monkeypatch.setattr(sys, "stderr", None)
    stream = configure_logs("text")
    structlog.get_logger().error("device lost", device="scanner")
    stream.close()
    assert stream.lost == 1


def test_reader_that_does_not_read_holds_up_nothing() -> None:
    """A pipe that is full: what does not fit any more is lost, and counted."""
    reader, writer = os.pipe()
    stream = LogStream(os.fdopen(writer, "w"))
    for _ in range(MOST_WAITING + 200):
        stream.write("x" * 4000)
    stream.close(timeout_s=0.01)
    assert stream.lost > 0
    os.close(reader)


def test_lines_of_libraries_are_counted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    stream = configure_logs("json")
    for number in range(1000):
        logging.getLogger("uvicorn.error").warning("Invalid HTTP request %s", number)
    stream.close()
    assert written.getvalue().count("Invalid HTTP request") == MOST_A_MINUTE


def test_closed_stream_stops_nothing() -> None:
    closed = io.StringIO()
    closed.close()
    stream = LogStream(closed)
    stream.write("x")
    stream.close()
    assert stream.lost == 1


@pytest.mark.parametrize("style", ["json", "text"])
def test_value_that_cannot_be_shown(monkeypatch: pytest.MonkeyPatch, style: str) -> None:
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    stream = configure_logs(style)  # type: ignore[arg-type]
    structlog.get_logger().error("driver fault", value=Unshowable())
    stream.close()
    assert "driver fault" in written.getvalue()


def test_long_values_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    stream = configure_logs("json")
    structlog.get_logger().error("driver fault", reason="x" * 3_000_000)
    stream.close()
    line = json.loads(written.getvalue())
    assert line["reason"].endswith("[cut]")
    assert len(written.getvalue()) < 5000


def test_repeated_line_is_counted() -> None:
    """A few of a minute are written; the next minute's first says how many were not."""
    now = [0.0]
    repeats = RepeatFilter(lambda: now[0])

    def passes(event: str, **fields: object) -> dict[str, object] | None:
        try:
            return dict(repeats(None, "error", {"event": event, **fields}))
        except structlog.DropEvent:
            return None

    given = [passes("accept failed") for _ in range(1000)]
    assert sum(line is not None for line in given) == MOST_A_MINUTE
    assert passes("other") is not None
    assert passes("accept failed", device="printer") is not None
    now[0] = 61.0
    following = passes("accept failed")
    assert following is not None
    assert following["repeated"] == 1000 - MOST_A_MINUTE


def test_kinds_of_lines_are_bounded() -> None:
    repeats = RepeatFilter(lambda: 0.0)
    for number in range(5000):
        repeats(None, "error", {"event": f"kind {number}"})
    assert len(repeats.kinds) <= 500
