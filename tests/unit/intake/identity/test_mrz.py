"""Machine readable zones: the standard's own specimens, and quirks beside the corpus."""

from datetime import date

import pytest

from edge_agent.api.age import AgeReason, DocumentClass
from edge_agent.intake.identity.document import Expiry
from edge_agent.intake.identity.mrz import check_digit, read_mrz

TODAY = date(2012, 1, 1)
TD1 = (
    "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
)
TD2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"
TD3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
MRV_A = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<"
MRV_B = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C4XXX4009078F9612109<<<<<<<<"


@pytest.mark.parametrize(
    ("zone", "version", "birth", "expiry", "kind"),
    [
        (TD1, "TD1", date(1974, 8, 12), date(2012, 4, 15), DocumentClass.IDENTITY_CARD),
        (TD2, "TD2", date(1974, 8, 12), date(2012, 4, 15), DocumentClass.IDENTITY_CARD),
        (TD3, "TD3", date(1974, 8, 12), date(2012, 4, 15), DocumentClass.PASSPORT),
        (MRV_A, "MRV-A", date(1940, 9, 7), date(1996, 12, 10), DocumentClass.VISA),
        (MRV_B, "MRV-B", date(1940, 9, 7), date(1996, 12, 10), DocumentClass.VISA),
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r", "\r\n", "", " ", "\x1e"])
def test_specimens_of_doc_9303(
    zone: str, version: str, birth: date, expiry: date, kind: DocumentClass, ends: str
) -> None:
    document = read_mrz(zone.replace("\n", ends), TODAY)
    assert document is not None
    assert document.doubts == ()
    assert (document.version, document.jurisdiction) == (version, "UTO")
    assert document.birth is not None
    assert (document.birth.earliest, document.birth.latest) == (birth, birth)
    assert document.expiry == Expiry(expiry)
    assert document.document_class is kind


def test_the_check_digit_of_the_standards_example() -> None:
    assert check_digit("520727") == "3"
    assert check_digit("AB2134<<<") == "5"


@pytest.mark.parametrize(
    "zone",
    [
        "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\n"
        "STEVENSON<<PETER<JOHN<<<<<<<<<",
        "I<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<\nD23145890<UTO3407127M95071227349<<<8",
    ],
    ids=["TD1", "TD2"],
)
def test_a_long_number_goes_on_in_the_optional_data(zone: str) -> None:
    document = read_mrz(zone, TODAY)
    assert document is not None
    assert document.doubts == ()
    assert document.birth is not None
    assert document.birth.earliest == date(1934, 7, 12)
    misread = read_mrz(zone.replace("7349", "7359"), TODAY)
    assert misread is not None
    assert misread.doubts == (AgeReason.CHECK_DIGIT,)


@pytest.mark.parametrize("zone", [TD1, TD2, TD3], ids=["TD1", "TD2", "TD3"])
def test_composite_check_digit(zone: str) -> None:
    """It guards what has no check digit of its own, and is checked by itself."""
    at = {TD1: 60, TD2: len(TD2) - 1, TD3: len(TD3) - 1}[zone]
    for wrong in set("0123456789") - {zone[at]}:
        document = read_mrz(zone[:at] + wrong + zone[at + 1 :], TODAY)
        assert document is not None
        assert document.doubts == (AgeReason.CHECK_DIGIT,)


@pytest.mark.parametrize("place", range(len(TD3)))
def test_any_misread_digit_or_letter_of_the_second_line_is_doubted(place: int) -> None:
    if place < TD3.index("\n") + 1 or TD3[place] == "F":
        return
    for other in "0123456789":
        # 0, A, K and U weigh alike: the standard cannot tell them apart.
        if int(TD3[place], 36) % 10 != int(other) if TD3[place] != "<" else other != "0":
            document = read_mrz(TD3[:place] + other + TD3[place + 1 :], TODAY)
            assert document is not None
            assert document.doubts, (place, other)


@pytest.mark.parametrize(
    "zone",
    [
        "IDBEL000590240<6013<<<<<<<<<<<",
        "IDBEL592211692<1741<<<<<<<<<<<",
        "I<UTOD23145890<7349<<<<<<<<<<<",
        "I<UTO<<<<<<<<<<<<<<<<<<<<<<<<<",
    ],
    ids=["Belgian", "Belgian too", "of the standard", "no number"],
)
def test_long_numbers_of_both_ways_and_none_are_right(zone: str) -> None:
    dates, country = "7408122F1204159", zone[2:5]
    composite = zone[5:30] + dates[:7] + dates[8:15] + "<" * 11
    second = f"{dates}{country}{'<' * 11}{check_digit(composite)}"
    document = read_mrz(f"{zone}\n{second}\nSAMPLE<<ALEX<<<<<<<<<<<<<<<<<<", TODAY)
    assert document is not None
    assert document.doubts == ()


def test_an_emergency_passport_has_the_size_of_an_identity_card() -> None:
    document = read_mrz(TD2.replace("I<UTO", "PUUTO"), TODAY)
    assert document is not None
    assert (document.document_class, document.doubts) == (DocumentClass.PASSPORT, ())


def test_blanks_inside_lines_are_nothing() -> None:
    spaced = TD3.replace("ERIKSSON", "ERIKS SON").replace("UTO7408122", "UTO 7408122")
    document = read_mrz(spaced, TODAY)
    assert document is not None
    assert document.doubts == ()


def test_german_issuers_are_one_letter() -> None:
    document = read_mrz(TD2.replace("I<UTOERIKSSON<", "I<D<<ERIKSSON<"), TODAY)
    assert document is not None
    assert document.jurisdiction == "D"


def test_no_expiry_is_filler() -> None:
    zone = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F<<<<<<0<<<<<<<"
    digits = zone.split("\n")[1]
    composite = check_digit(digits[0:10] + digits[13:20] + digits[21:35])
    document = read_mrz(zone + composite, TODAY)
    assert document is not None
    assert (document.expiry, document.doubts) == (Expiry(None), ())


@pytest.mark.parametrize("zone", [TD3[:-3], TD1 + "<<", TD3 + TD3[-4:], TD1.replace("\n", "<")])
def test_a_zone_of_the_wrong_length_is_a_document_that_proves_nothing(zone: str) -> None:
    document = read_mrz(zone, TODAY)
    assert document is not None
    assert (document.birth, document.doubts) == (None, (AgeReason.HEADER_UNREADABLE,))


@pytest.mark.parametrize(
    "text", ["", "P<UTO", "4006381333931", "PROMO<<2026", "I LOVE THIS SHOP", "x" * 500, TD3 * 3]
)
def test_other_codes_are_no_zone(text: str) -> None:
    assert read_mrz(text, TODAY) is None


@pytest.mark.parametrize(
    "zone",
    [
        TD3.replace("7408122F1204159", "7408122F<<<<<<0"),
        MRV_A.replace("9612109", "<<<<<<0"),
        "V<UTOSAMPLE<<ALEX<JORDAN<<<<<<<<<<<<<<UTO1202292X3211212<<<<<<<<<<<<<<<<",
        MRV_B.replace("4009078F", "40090781"),
    ],
    ids=["passport without expiry", "visa without expiry", "visa that lost 18 bytes", "sex"],
)
def test_a_zone_that_cannot_be_right_proves_nothing(zone: str) -> None:
    document = read_mrz(zone, TODAY)
    assert document is not None
    assert document.doubts or document.expiry is None


def test_lines_of_another_length_than_their_format_has_are_doubted() -> None:
    moved = TD3[:40] + "\n" + TD3[40:].replace("\n", "")
    document = read_mrz(moved, TODAY)
    assert document is not None
    assert document.doubts == (AgeReason.HEADER_UNREADABLE,)


def zone(first: str, second: str, third: str = "SPECIMEN<<TEST<<<<<<<<<<<<<<<<") -> str:
    """A TD1 zone with its check digits put in."""
    number = first[:14] + check_digit(first[5:14]) + first[15:]
    dates = second[:6] + check_digit(second[:6]) + second[7:14] + check_digit(second[8:14])
    line = (dates + second[15:])[:29]
    composite = number[5:30] + line[0:7] + line[8:15] + line[18:29]
    return f"{number}\n{line}{check_digit(composite)}\n{third}"


@pytest.mark.parametrize("code", ["C1USA", "C2USA", "B1USA", "B2USA", "I9UTO"])
def test_second_letter_of_the_code_may_be_a_digit(code: str) -> None:
    """Doc 9303-5 section 4.2.2 leaves it to the issuer, as the United States do."""
    text = zone(f"{code}012345678<SRC1234567890<<", "800101<M330505<UTO<<<<<<<<<<<<")
    document = read_mrz(text, date(2026, 11, 26))
    assert document is not None
    assert document.doubts == ()
    assert document.birth is not None
    assert document.birth.earliest == date(1980, 1, 1)


@pytest.mark.parametrize(("issuer", "believed"), [("MEX", True), ("UTO", False)])
def test_men_of_mexico(issuer: str, believed: bool) -> None:
    """H is hombre on the voter card of Mexico, and a misread letter elsewhere."""
    text = zone(f"ID{issuer}123456789<<<1234567890123", f"850101<H331231<{issuer}<02<<12345<<")
    document = read_mrz(text, date(2026, 11, 26))
    assert document is not None
    assert (document.doubts == ()) is believed


@pytest.mark.parametrize(
    ("second", "last_day"),
    [
        ("1235678909RUS9503157M<<<<<<<4160402150620<", date(2040, 3, 15)),
        ("1235678909RUS9503157M<<<<<<<4100402150620<", date(2015, 3, 15)),
        ("1235678909RUS6003155M<<<<<<<4160402150620<", None),
    ],
)
@pytest.mark.parametrize("filler", ["<", "0"])
def test_internal_passport_of_russia(second: str, last_day: date | None, filler: str) -> None:
    """It has no date of expiry: it is renewed at 20 and at 45, by the date of issue."""
    birth = second[13:19]
    line = second[:19] + check_digit(birth) + second[20:27] + filler + second[28:42]
    line += check_digit(second[28:42])
    composite = line[0:10] + line[13:20] + line[21:43]
    text = f"PNRUSIVANOV<<IVAN<IVANOVICH<<<<<<<<<<<<<<<<<\n{line}{check_digit(composite)}"
    document = read_mrz(text, date(2026, 11, 26))
    assert document is not None
    assert document.doubts == ()
    assert document.expiry == Expiry(last_day)
