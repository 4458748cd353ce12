"""Framing: never two scans in one, never one in two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.wire.framing import BROKE_OFF, STRAY, TOO_LONG, Dropped, Frame, Framing

codes = st.lists(
    st.binary(min_size=1, max_size=40).filter(
        lambda b: not set(b) & {10, 13} and b[0] not in b"@\x1c\x1e"
    )
)
LICENCE = b"@\n\x1e\rANSI 636000100102DL00410278ZV03190008DLDAQT64235789\nDBB06061986\rZVZVA01\r"
PASSPORT = (
    b"P<UTOSAMPLE<<ALEX<JORDAN<<<<<<<<<<<<<<<<<<<<\rD231458907UTO7408122X3204159<<<<<<<<<<<<<<06\r"
)


def whole(data: bytes, suffix: bytes = b"\r", longest: int = 64) -> list[Frame | Dropped]:
    return Framing(b"", suffix, longest).feed(data)


@given(codes, st.sampled_from([b"\r", b"\n", b"\r\n"]))
def test_scans_come_out_as_they_went_in(scans: list[bytes], suffix: bytes) -> None:
    stream = b"".join(scan + suffix for scan in scans)
    assert whole(stream, suffix) == [Frame(scan) for scan in scans]


@given(codes)
def test_byte_by_byte_is_the_same_as_whole(scans: list[bytes]) -> None:
    stream = b"".join(scan + b"\r" for scan in scans)
    framing = Framing(b"", b"\r", 64)
    pieces = [item for byte in stream for item in framing.feed(bytes((byte,)))]
    assert pieces == whole(stream)


def test_cr_lf_on_a_line_set_to_cr_is_tolerated() -> None:
    assert whole(b"123\r\n456\r\n") == [Frame(b"123"), Frame(b"456")]


@pytest.mark.parametrize("step", [1, 7, 500])
def test_what_is_too_long_is_dropped_up_to_its_suffix_and_counted(step: int) -> None:
    stream = b"x" * 300 + b"\r" + b"ok\r"
    framing = Framing(b"", b"\r", 64)
    items = [
        item
        for start in range(0, len(stream), step)
        for item in framing.feed(stream[start : start + step])
    ]
    assert items == [Dropped(300, TOO_LONG), Frame(b"ok")]


@given(st.lists(st.binary(max_size=500), max_size=20))
def test_the_buffer_is_bounded(pieces: list[bytes]) -> None:
    framing = Framing(b"", b"\r", 64)
    for piece in pieces:
        framing.feed(piece)
        assert len(framing._buffer) <= 64 + 1


@pytest.mark.parametrize("suffix", [b"\r", b"\n", b"\r\n", b"\t"])
@pytest.mark.parametrize("document", [LICENCE, b"]L2" + LICENCE, LICENCE[4:], PASSPORT])
def test_line_ends_inside_a_document_do_not_end_it(document: bytes, suffix: bytes) -> None:
    framing = Framing(b"", suffix, 4096)
    assert framing.feed(b"123" + suffix + document + suffix) == [Frame(b"123")]
    assert framing.expire() == [Frame(document.strip(b"\r\n" + suffix))]
    assert framing.feed(b"456" + suffix) == [Frame(b"456")]


@pytest.mark.parametrize("suffix", [b"\r", b"\r\n"])
def test_an_item_scanned_right_after_a_document_is_not_swallowed(suffix: bytes) -> None:
    framing = Framing(b"", suffix, 4096)
    items = (b"4006381333931", b"]E404252614")
    assert framing.feed(LICENCE + suffix + suffix.join(items) + suffix) == []
    document, *others = framing.expire()
    assert document == Frame(LICENCE.strip(b"\r\n"))
    assert others == [Frame(item) for item in items]


@pytest.mark.parametrize("label", [b"SI123456", b"NS0001", b"AN1234", b"ANSI1234", b"DL-12345"])
def test_a_label_is_not_taken_for_a_document(label: bytes) -> None:
    framing = Framing(b"", b"\r", 4096)
    assert framing.feed(label + b"\r4006381333931\r") == [Frame(label), Frame(b"4006381333931")]


def test_line_ends_before_a_document_belong_to_nothing() -> None:
    framing = Framing(b"", b"\r", 4096)
    assert framing.feed(b"\n\r\n" + LICENCE) == []
    assert framing.expire() == [Frame(LICENCE.strip(b"\r\n"))]


def test_a_document_longer_than_any_is_dropped() -> None:
    framing = Framing(b"", b"\r", 64)
    assert framing.feed(LICENCE) == []
    assert framing.expire() == [Dropped(len(LICENCE) - 1, BROKE_OFF)]


def test_a_scan_that_broke_off_never_meets_the_next() -> None:
    framing = Framing(b"", b"\r", 64)
    framing.feed(b"400638")
    assert framing.expire() == [Dropped(6, BROKE_OFF)]
    assert framing.feed(b"123\r") == [Frame(b"123")]
    assert framing.expire() == []


stx_codes = st.lists(
    st.binary(min_size=1, max_size=40).filter(lambda b: not set(b) & {2, 3, 10, 13})
)


@given(stx_codes, st.integers(1, 9))
def test_scans_between_stx_and_etx_come_out_as_they_went_in(scans: list[bytes], step: int) -> None:
    stream = b"".join(b"\x02" + scan + b"\x03\r\n" for scan in scans)
    framing = Framing(b"\x02", b"\x03", 64)
    pieces = (stream[start : start + step] for start in range(0, len(stream), step))
    assert [item for piece in pieces for item in framing.feed(piece)] == [Frame(s) for s in scans]
    assert framing.expire() == []


def test_a_lost_etx_drops_that_scan_alone() -> None:
    framing = Framing(b"\x02", b"\x03", 64)
    assert framing.feed(b"\x02400638\x02123\x03") == [Dropped(6, BROKE_OFF), Frame(b"123")]


def test_a_lost_stx_drops_that_scan_alone_and_says_so_with_the_next() -> None:
    framing = Framing(b"\x02", b"\x03", 64)
    assert framing.feed(b"400638\x03") == []
    assert framing.feed(b"\x02123\x03") == [Dropped(7, STRAY), Frame(b"123")]


def test_the_rest_of_a_scan_that_paused_too_long_is_no_scan_where_there_is_a_prefix() -> None:
    framing = Framing(b"\x02", b"\x03", 64)
    framing.feed(b"\x02400638")
    assert framing.expire() == [Dropped(6, BROKE_OFF)]
    framing.feed(b"1333931\x03")
    assert framing.expire() == [Dropped(8, STRAY)]


def test_line_ends_between_stx_and_etx_belong_to_the_document() -> None:
    framing = Framing(b"\x02", b"\x03", 4096)
    assert framing.feed(b"\x02" + LICENCE + b"\x03") == [Frame(LICENCE.strip(b"\r\n"))]


def test_a_prefix_alone_ends_the_scan_before_it() -> None:
    framing = Framing(b"~", b"", 64)
    assert framing.feed(b"~123~456") == [Frame(b"123")]
    assert framing.expire() == [Frame(b"456")]


def test_without_a_suffix_silence_ends_a_scan() -> None:
    framing = Framing(b"", b"", 64)
    assert framing.feed(b"123") == []
    assert framing.unfinished
    assert framing.expire() == [Frame(b"123")]
    assert not framing.unfinished


@pytest.mark.parametrize("rest", [b"", b"400638", b"\r400638"])
def test_what_is_spoilt_is_dropped_up_to_its_end(rest: bytes) -> None:
    framing = Framing(b"", b"\r", 64)
    framing.feed(b"123")
    framing.spoil("keys were lost")
    items = framing.feed(rest.removeprefix(b"\r") + b"\r" + b"456\r")
    assert items == [Dropped(3 + len(rest.strip()), "keys were lost"), Frame(b"456")]


def test_what_is_spoilt_and_has_no_end_goes_with_silence() -> None:
    framing = Framing(b"", b"\r", 64)
    framing.spoil("keys were lost")
    assert framing.unfinished
    assert framing.expire() == [Dropped(0, "keys were lost")]
    assert framing.feed(b"456\r") == [Frame(b"456")]


def test_a_frame_does_not_show_what_it_holds() -> None:
    assert "ANSI" not in repr(Frame(LICENCE))
