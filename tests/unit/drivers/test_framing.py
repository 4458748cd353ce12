"""Framing: never two scans in one, never one in two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.scanner.framing import Dropped, Frame, TerminatorFraming

codes = st.lists(
    st.binary(min_size=1, max_size=40).filter(lambda b: not set(b) & {10, 13} and b[0] != ord("@"))
)
LICENCE = b"@\n\x1e\rANSI 636000100102DL00410278ZV03190008DLDAQT64235789\nDBB06061986\rZVZVA01\r"
PASSPORT = (
    b"P<UTOSAMPLE<<ALEX<JORDAN<<<<<<<<<<<<<<<<<<<<\rD231458907UTO7408122X3204159<<<<<<<<<<<<<<06\r"
)


def whole(data: bytes, terminator: bytes = b"\r", longest: int = 64) -> list[Frame | Dropped]:
    return TerminatorFraming(terminator, longest).feed(data)


@given(codes, st.sampled_from([b"\r", b"\n", b"\r\n"]))
def test_scans_come_out_as_they_went_in(scans: list[bytes], terminator: bytes) -> None:
    stream = b"".join(scan + terminator for scan in scans)
    assert whole(stream, terminator) == [Frame(scan) for scan in scans]


@given(codes)
def test_byte_by_byte_is_the_same_as_whole(scans: list[bytes]) -> None:
    stream = b"".join(scan + b"\r" for scan in scans)
    framing = TerminatorFraming(b"\r", 64)
    pieces = [item for byte in stream for item in framing.feed(bytes((byte,)))]
    assert pieces == whole(stream)


def test_cr_lf_on_a_line_set_to_cr_is_tolerated() -> None:
    assert whole(b"123\r\n456\r\n") == [Frame(b"123"), Frame(b"456")]


@pytest.mark.parametrize("step", [1, 7, 500])
def test_what_is_too_long_is_dropped_up_to_its_terminator_and_counted(step: int) -> None:
    stream = b"x" * 300 + b"\r" + b"ok\r"
    framing = TerminatorFraming(b"\r", 64)
    items = [
        item
        for start in range(0, len(stream), step)
        for item in framing.feed(stream[start : start + step])
    ]
    assert items == [Dropped(300, "longer than any scan"), Frame(b"ok")]


@given(st.lists(st.binary(max_size=500), max_size=20))
def test_the_buffer_is_bounded(pieces: list[bytes]) -> None:
    framing = TerminatorFraming(b"\r", 64)
    for piece in pieces:
        framing.feed(piece)
        assert len(framing._buffer) <= 64 + 1


@pytest.mark.parametrize("terminator", [b"\r", b"\n", b"\r\n", b"\t"])
@pytest.mark.parametrize("document", [LICENCE, b"]L2" + LICENCE, LICENCE[4:], PASSPORT])
def test_line_ends_inside_a_document_do_not_end_it(document: bytes, terminator: bytes) -> None:
    framing = TerminatorFraming(terminator, 4096)
    assert framing.feed(b"123" + terminator + document + terminator) == [Frame(b"123")]
    assert framing.expire() == [Frame(document.strip(b"\r\n" + terminator))]
    assert framing.feed(b"456" + terminator) == [Frame(b"456")]


@pytest.mark.parametrize("terminator", [b"\r", b"\r\n"])
def test_an_item_scanned_right_after_a_document_is_not_swallowed(terminator: bytes) -> None:
    framing = TerminatorFraming(terminator, 4096)
    items = (b"4006381333931", b"]E404252614")
    assert framing.feed(LICENCE + terminator + terminator.join(items) + terminator) == []
    document, *others = framing.expire()
    assert document == Frame(LICENCE.strip(b"\r\n"))
    assert others == [Frame(item) for item in items]


def test_line_ends_before_a_document_belong_to_nothing() -> None:
    framing = TerminatorFraming(b"\r", 4096)
    assert framing.feed(b"\n\r\n" + LICENCE) == []
    assert framing.expire() == [Frame(LICENCE.strip(b"\r\n"))]


def test_a_document_longer_than_any_is_dropped() -> None:
    framing = TerminatorFraming(b"\r", 64)
    assert framing.feed(LICENCE) == []
    assert framing.expire() == [Dropped(len(LICENCE) - 1, "the scan broke off")]


def test_a_scan_that_broke_off_never_meets_the_next() -> None:
    framing = TerminatorFraming(b"\r", 64)
    framing.feed(b"400638")
    assert framing.expire() == [Dropped(6, "the scan broke off")]
    assert framing.feed(b"123\r") == [Frame(b"123")]
    assert framing.expire() == []
