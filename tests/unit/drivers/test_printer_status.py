"""Replies of an ESC/POS printer, sorted out; the encoder's bytes read back by another reader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.printer.encoder import ReceiptEncoder, columns
from drivers.printer.status import Facts, PrintedUpTo, RealTime, StatusDecoder, Unexpected
from edge_agent.api.receipt import Align, Columns, Feed, Receipt, Rule, Text
from simulator.escpos import Cut, EscPosReader, Item, Line, Pulse


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
    assert reply(None, 0x00) == [PrintedUpTo(), Facts({"paper": "ok"})]
    assert reply(None, 0x0C) == [PrintedUpTo(), Facts({"paper": "end"})]


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


def printed(receipt: Receipt, profile: str = "default") -> list[Item]:
    data = ReceiptEncoder(profile, 32).receipt(receipt)
    return list(EscPosReader().feed(data))


def test_a_receipt_is_read_back_with_its_styles() -> None:
    items = printed(
        Receipt(
            elements=(
                Text(text="Shop", align=Align.CENTER, bold=True, large=True),
                Columns(left="Milk", right="1.07"),
                Rule(),
                Feed(lines=2),
                Text(text="Bye", align=Align.RIGHT),
            )
        )
    )
    lines = [item for item in items if isinstance(item, Line)]
    assert (lines[0].text, lines[0].align) == ("Shop", 1)
    style = lines[0].runs[0].style
    assert (style.bold, style.width, style.height) == (True, 2, 2)
    assert lines[1].text == "Milk" + " " * 24 + "1.07"
    assert lines[2].text == "-" * 32
    assert [line.text for line in lines[3:5]] == ["", ""]
    assert (lines[5].text, lines[5].align, lines[5].runs[0].style.bold) == ("Bye", 2, False)
    assert isinstance(items[-1], Cut)


@pytest.mark.parametrize("text", ["Märkte 5 €", "Straße", "Łódź zł", "Ωμέγα ω", "Crème brûlée"])
def test_names_and_the_euro_come_out(text: str) -> None:
    lines = [
        item for item in printed(Receipt(elements=(Text(text=text),))) if isinstance(item, Line)
    ]
    assert lines[0].text == text


def test_the_drawer_pulse_names_its_pin() -> None:
    encoder = ReceiptEncoder("default", 48)
    (pin2,) = EscPosReader().feed(encoder.drawer_pulse(2))
    (pin5,) = EscPosReader().feed(encoder.drawer_pulse(5))
    assert isinstance(pin2, Pulse)
    assert isinstance(pin5, Pulse)
    assert (pin2.connector, pin5.connector) == (0, 1)
    assert pin2.on_ms > 0


@given(st.text("ab c", max_size=80), st.integers(0, 99_999), st.integers(24, 64))
def test_columns_never_exceed_the_width(left: str, right: int, width: int) -> None:
    shown = columns(left, str(right), width).split("\n")
    assert all(len(line) <= width for line in shown)
    assert shown[-1].endswith(str(right))
    assert len(shown[-1]) == width
