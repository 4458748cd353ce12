"""Replies of an ESC/POS printer, sorted out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.printer.status import (
    Facts,
    Information,
    PaperSensor,
    ProcessId,
    RealTime,
    RealTimeReply,
    StatusDecoder,
    Unexpected,
)


def replies(*data: int) -> list[object]:
    return list(StatusDecoder().feed(bytes(data)))


@pytest.mark.parametrize(
    ("request_", "byte", "facts"),
    [
        (RealTime.PRINTER, 0x12, {"online": "yes", "drawer_pin": "low"}),
        (RealTime.PRINTER, 0x1E, {"online": "no", "drawer_pin": "high"}),
        (RealTime.OFFLINE, 0x12, {"cover": "closed", "error": "no"}),
        (RealTime.OFFLINE, 0x56, {"cover": "open", "error": "yes"}),
        (RealTime.PAPER, 0x12, {"paper": "ok"}),
        (RealTime.PAPER, 0x1E, {"paper": "near_end"}),
        (RealTime.PAPER, 0x7E, {"paper": "end"}),
    ],
)
def test_real_time_replies(request_: RealTime, byte: int, facts: dict[str, str]) -> None:
    (reply,) = replies(byte)
    assert isinstance(reply, RealTimeReply)
    assert reply.facts(request_) == facts
    assert set(facts) == set(request_.facts)


def test_the_paper_sensor_reply_confirms_printing() -> None:
    assert replies(0x00) == [PaperSensor("ok")]
    assert replies(0x0C) == [PaperSensor("end")]


def test_automatic_status_is_four_bytes() -> None:
    (facts,) = replies(0x3C, 0x00, 0x0C, 0x0F)
    assert facts == Facts(
        {"online": "no", "drawer_pin": "high", "cover": "open", "error": "no", "paper": "end"}
    )


def test_flow_control_is_no_status() -> None:
    assert replies(0x11, 0x12, 0x13) == [RealTimeReply(0x12)]


@given(st.binary(max_size=200))
def test_garbage_is_no_more_replies_than_it_has_bytes(data: bytes) -> None:
    assert len(StatusDecoder().feed(data)) <= len(data)


def test_a_process_id_comes_back_whole_or_not_at_all() -> None:
    answer = b"\x37\x220042\x00"
    assert replies(*answer) == [ProcessId("0042")]
    for lost in range(len(answer)):
        rest = answer[:lost] + answer[lost + 1 :]
        assert not any(isinstance(item, ProcessId) for item in replies(*rest, *rest))


def test_printer_information_is_text_up_to_nul() -> None:
    assert replies(*b"\x5fEPSON\0") == [Information("EPSON")]


def test_a_real_time_reply_in_the_middle_of_another_is_told_apart() -> None:
    items = replies(*b"\x37\x2200", 0x12, *b"42\0")
    assert items == [RealTimeReply(0x12), ProcessId("0042")]
    items = replies(0x3C, 0x00, 0x12, 0x0C, 0x0F)
    assert [type(item) for item in items] == [RealTimeReply, Facts]


def test_an_automatic_status_that_lost_its_end_is_not_made_up_from_what_follows() -> None:
    items = replies(0x3C, 0x00, *b"\x37\x220042\x00")
    assert items == [Unexpected(0x3C), Unexpected(0x00), ProcessId("0042")]


def test_what_does_not_end_is_no_block() -> None:
    items = replies(0x5F, *b"A" * 200)
    assert not any(isinstance(item, Information | ProcessId) for item in items)


@given(st.binary(max_size=100), st.integers(1, 7))
def test_pieces_are_the_same_as_whole(data: bytes, size: int) -> None:
    whole, cut = StatusDecoder(), StatusDecoder()
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    assert [item for piece in pieces for item in cut.feed(piece)] == whole.feed(data)
