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
    StatusDecoder,
    Unexpected,
)


def reply(request: RealTime | None, *data: int) -> list[object]:
    decoder = StatusDecoder()
    decoder.expect(request)
    return list(decoder.feed(bytes(data)))


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
    assert reply(request_, byte) == [Facts(facts, request_)]
    assert set(facts) == set(request_.facts)


def test_a_reply_nobody_asked_for_is_not_believed() -> None:
    assert reply(None, 0x7E) == [Unexpected(0x7E)]
    assert reply(RealTime.PAPER, 0x12, 0x7E)[1] == Unexpected(0x7E)


def test_the_paper_sensor_reply_confirms_printing() -> None:
    assert reply(None, 0x00) == [Facts({"paper": "ok"}), PaperSensor("ok")]
    assert reply(None, 0x0C) == [Facts({"paper": "end"}), PaperSensor("end")]


def test_automatic_status_is_four_bytes() -> None:
    (facts,) = reply(None, 0x3C, 0x00, 0x0C, 0x0F)
    assert facts == Facts(
        {"online": "no", "drawer_pin": "high", "cover": "open", "error": "no", "paper": "end"}
    )


def test_flow_control_is_no_status() -> None:
    assert reply(RealTime.PAPER, 0x11, 0x12, 0x13) == [Facts({"paper": "ok"}, RealTime.PAPER)]


@given(st.binary(max_size=200))
def test_no_garbage_raises(data: bytes) -> None:
    decoder = StatusDecoder()
    decoder.expect(RealTime.PAPER)
    decoder.feed(data)


def test_a_process_id_comes_back_whole_or_not_at_all() -> None:
    answer = b"\x37\x220042\x00"
    assert reply(None, *answer) == [ProcessId("0042")]
    for lost in range(len(answer)):
        rest = answer[:lost] + answer[lost + 1 :]
        assert not any(isinstance(item, ProcessId) for item in reply(None, *rest, *rest))


def test_printer_information_is_text_up_to_nul() -> None:
    assert reply(None, *b"\x5fEPSON\0") == [Information("EPSON")]


def test_a_real_time_reply_in_the_middle_of_another_is_told_apart() -> None:
    items = reply(RealTime.PAPER, *b"\x37\x2200", 0x12, *b"42\0")
    assert items == [Facts({"paper": "ok"}, RealTime.PAPER), ProcessId("0042")]
    items = reply(RealTime.PAPER, 0x3C, 0x00, 0x12, 0x0C, 0x0F)
    assert [type(item) for item in items] == [Facts, Facts]


def test_an_automatic_status_that_lost_its_end_is_not_made_up_from_what_follows() -> None:
    items = reply(None, 0x3C, 0x00, *b"\x37\x220042\x00")
    assert items == [Unexpected(0x3C), Unexpected(0x00), ProcessId("0042")]


def test_what_does_not_end_is_no_block() -> None:
    items = reply(None, 0x5F, *b"A" * 200)
    assert not any(isinstance(item, Information | ProcessId) for item in items)


@given(st.binary(max_size=100), st.integers(1, 7))
def test_pieces_are_the_same_as_whole(data: bytes, size: int) -> None:
    whole, cut = StatusDecoder(), StatusDecoder()
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    assert [item for piece in pieces for item in cut.feed(piece)] == whole.feed(data)
