"""HID POS reports, by the descriptor of the device."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.wire.framing import BROKE_OFF, TOO_LONG, Dropped, Frame
from drivers.wire.hid_descriptor import NotADescriptor, parse_descriptor
from drivers.wire.hid_pos import CUT_SHORT, HidPosCutter
from simulator.hid_scanner import DESCRIPTOR, reports

# No report ids, no byte count, no symbology: data padded with NUL.
PLAIN = bytes.fromhex("05 8C 09 02 A1 01 09 12 A1 02 75 08 95 20 09 FE 82 02 01 C0 C0")
# Sixteen bits a character.
WIDE = bytes.fromhex("05 8C 09 02 A1 01 09 12 A1 02 75 10 95 10 09 FE 82 02 01 C0 C0")
KEYBOARD = bytes.fromhex("05 01 09 06 A1 01 05 07 19 E0 29 E7 15 00 25 01 75 01 95 08 81 02 C0")


def cutter(longest: int = 4096) -> HidPosCutter:
    return HidPosCutter(DESCRIPTOR, longest)


@given(st.binary(min_size=1, max_size=400).filter(lambda data: not data.startswith(b"]")))
def test_a_code_of_any_length_comes_out_with_its_aim_identifier(code: bytes) -> None:
    hid = cutter()
    items = [item for report in reports(code, "]d2") for item in hid.feed(report)]
    assert items == [Frame(b"]d2" + code)]
    assert not hid.unfinished


def test_a_code_that_brings_its_own_identifier_gets_no_second_one() -> None:
    assert cutter().feed(reports(b"]E04006381333931", "]E0")[0]) == [Frame(b"]E04006381333931")]


def test_a_report_cut_short_drops_the_scan_and_says_so() -> None:
    hid = cutter()
    first, second = reports(b"x" * 80, "]C0")
    assert hid.feed(first) == []
    assert hid.feed(second[:20]) == []
    assert hid.expire() == [Dropped(56 + 3 + 19, CUT_SHORT)]
    assert hid.feed(reports(b"123", "]C0")[0]) == [Frame(b"]C0123")]


def test_the_rest_of_a_code_whose_first_report_was_cut_short_is_no_scan() -> None:
    hid = cutter()
    first, *others = reports(b"x" * 150, "]C0")
    items = [item for report in (first[:20], *others) for item in hid.feed(report)]
    assert items == [Dropped(19 + 150 - 56, CUT_SHORT)]


def test_a_code_of_another_kind_is_not_the_rest_of_one_that_broke_off() -> None:
    hid = cutter()
    hid.feed(reports(b"x" * 80, "]C0")[0])
    assert hid.feed(reports(b"123", "]E0")[0]) == [Dropped(59, BROKE_OFF), Frame(b"]E0123")]


def test_a_code_whose_later_reports_do_not_repeat_its_kind_is_whole() -> None:
    hid = cutter()
    first, second = (bytearray(report) for report in reports(b"x" * 80, "]C1"))
    kind = first.index(b"]C1")
    second[kind : kind + 3] = bytes(3)
    assert hid.feed(bytes(first)) == []
    assert hid.feed(bytes(second)) == [Frame(b"]C1" + b"x" * 80)]


def test_a_report_that_claims_more_bytes_than_it_has_is_no_report() -> None:
    report = bytearray(reports(b"123", "]C0")[0])
    report[1] = 200
    hid = cutter()
    assert hid.feed(bytes(report)) == []
    assert hid.expire() == [Dropped(63, CUT_SHORT)]


def test_a_code_whose_rest_does_not_come_is_dropped_with_silence() -> None:
    hid = cutter()
    assert hid.feed(reports(b"x" * 80, "]C0")[0]) == []
    assert hid.unfinished
    assert hid.expire() == [Dropped(59, BROKE_OFF)]


def test_a_code_longer_than_any_is_dropped() -> None:
    hid = cutter(longest=64)
    items = [item for report in reports(b"x" * 200, "]C0") for item in hid.feed(report)]
    assert items == [Dropped(203, TOO_LONG)]


def test_other_reports_of_the_device_are_no_scans() -> None:
    assert cutter().feed(b"\x05\x01\x02") == []


def test_without_byte_count_and_report_ids_the_padding_is_left_out() -> None:
    hid = HidPosCutter(PLAIN, 4096)
    assert hid.feed(b"4006381333931".ljust(32, b"\0")) == [Frame(b"4006381333931")]


def test_a_scanner_in_keyboard_mode_is_told_apart() -> None:
    with pytest.raises(NotADescriptor, match="usage page 8C"):
        HidPosCutter(KEYBOARD, 4096)
    with pytest.raises(NotADescriptor, match="more than eight bits"):
        HidPosCutter(WIDE, 4096)


@given(st.binary(max_size=200))
def test_no_descriptor_is_too_strange(data: bytes) -> None:
    try:
        layout = parse_descriptor(data)
    except NotADescriptor:
        return
    assert sum(len(fields) for fields in layout.fields.values()) <= 4096 * 8 * 256


@pytest.mark.parametrize("count", [0x3FFFFF, 0xFFFFFFFF])
def test_a_report_longer_than_any_is_refused_not_laid_out(count: int) -> None:
    two_usages = b"\x05\x8c\x09\xfe\x09\xff\x75\x08"
    with pytest.raises(NotADescriptor, match="longer than any"):
        parse_descriptor(two_usages + b"\x97" + count.to_bytes(4, "little") + b"\x81\x02")


# Captures of a Honeywell and of a Zebra scanner, published with the tool Itp.HidBarcodeScanner.
HONEYWELL = bytes.fromhex("02 0C 5D 45 30 333036303330323039323233" + "00" * 44 + "63 41 00")
ZEBRA = bytes.fromhex("02 0C 00 5D 58 67 333036303330323039323233" + "00" * 44 + "63 00")
# Its report as that capture shows it: a byte more behind the count, one less of the maker's.
ZEBRA_DESCRIPTOR = bytes.fromhex(
    "05 8C 09 02 A1 01 09 12 A1 02 85 02 15 00 26 FF 00 75 08 95 01 05 01 09 3B 81 02"
    "95 01 81 03 95 03 05 8C 09 FB 09 FC 09 FD 81 02 95 38 09 FE 82 02 01"
    "06 66 FF 95 01 09 04 81 02 05 8C 25 01 75 01 95 08 09 FF 81 02 C0 C0"
)


@pytest.mark.parametrize(
    ("descriptor", "report", "scan"),
    [
        (DESCRIPTOR, HONEYWELL, b"]E0306030209223"),
        (ZEBRA_DESCRIPTOR, ZEBRA, b"]Xg306030209223"),
    ],
)
def test_captured_reports_are_read(descriptor: bytes, report: bytes, scan: bytes) -> None:
    assert HidPosCutter(descriptor, 4096).feed(report) == [Frame(scan)]


def test_the_beep_is_sent_where_the_device_says_it_takes_it() -> None:
    assert cutter().beep_report(True) == b"\x04\x40"
    assert cutter().beep_report(False) == b"\x04\x20"
    assert HidPosCutter(PLAIN, 4096).beep_report(True) is None
