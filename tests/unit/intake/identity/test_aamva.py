"""AAMVA bar codes and stripes beside the corpus: what single quirks must lead to."""

from datetime import date

import pytest

from edge_agent.api.age import AgeReason, DocumentClass
from edge_agent.intake.identity.aamva import read_aamva
from edge_agent.intake.identity.aamva_stripe import read_aamva_stripe
from edge_agent.intake.identity.document import Expiry, IdentityDocument

BIRTH = date(1986, 6, 6)
HEAD = "@\n\x1e\rANSI 636000100101DL00310200DL"


def read(body: str, head: str = HEAD) -> IdentityDocument:
    document = read_aamva(head + body)
    assert document is not None
    return document


def born(document: IdentityDocument) -> date | None:
    return document.birth.earliest if document.birth is not None else None


@pytest.mark.parametrize(
    ("header", "version", "jurisdiction"),
    [
        ("@\n\x1e\rANSI 6360100102DL00390200ZF", 1, "FL"),
        ("@\n\x1c\rAAMVA6360350201DL00290191", 2, "IL"),
        ("@\nAAMVA36004001DL00280195", 1, None),
        ("AMVA 6360060101DL", 1, "CT"),
        ("@\n6MANSI 636042080102DL", 8, "SD"),
        ("@\nANSI 990876030001DLabac", 3, None),
        ("@\nansi 604428100001dl", 10, "QC"),
    ],
)
def test_headers_as_they_arrive(header: str, version: int, jurisdiction: str | None) -> None:
    document = read("DLDAQ1\nDBB06061986\nDBA06062030\n", header)
    assert (document.version, document.jurisdiction) == (version, jurisdiction)
    assert (born(document), document.doubts) == (BIRTH, ())


@pytest.mark.parametrize(
    "value",
    ["06061986", "19860606", "06-06-1986", "1986-06-06", "06/06/1986", "  06061986", "06061986  "],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "|", "%0A", "~0a", "M", "DBA", ";", " ", ""])
def test_a_birth_date_is_found_however_it_is_written_and_ended(value: str, end: str) -> None:
    assert born(read(f"DAQ1\nDBB{value}{end}DDK1\n")) == BIRTH


@pytest.mark.parametrize(
    ("element", "reason"),
    [
        ("DBB", AgeReason.BIRTH_DATE_MISSING),
        ("DBBNONE", AgeReason.BIRTH_DATE_MISSING),
        ("DBBunavl", AgeReason.BIRTH_DATE_MISSING),
        ("DBB00000000", AgeReason.BIRTH_DATE_MISSING),
        ("DBBMMDDCCYY", AgeReason.BIRTH_DATE_MISSING),
        ("DBBO6O61986", AgeReason.BIRTH_DATE_UNREADABLE),
        ("DBB06061986\r8", AgeReason.BIRTH_DATE_UNREADABLE),
        ("DBB0606198", AgeReason.BIRTH_DATE_UNREADABLE),
        ("DBB060619866", AgeReason.BIRTH_DATE_UNREADABLE),
        ("DBB02302000", AgeReason.BIRTH_DATE_UNREADABLE),
        ("DBB19502110", AgeReason.BIRTH_DATE_UNREADABLE),
        ("DBB1A012000", AgeReason.BIRTH_DATE_UNREADABLE),
        ("DBB99999999", AgeReason.BIRTH_DATE_UNREADABLE),
        ("DBB060686", AgeReason.BIRTH_DATE_UNREADABLE),
        ("DBB02302000\nDBB06061986", AgeReason.BIRTH_DATE_UNREADABLE),
        ("DBB06061986\nDBB06061987", AgeReason.DATES_DISAGREE),
    ],
)
def test_a_birth_date_that_is_not_certain_is_none(element: str, reason: AgeReason) -> None:
    document = read(f"DAQ1\n{element}\nDBA06062030\n")
    assert (born(document), document.doubts) == (None, (reason,))


@pytest.mark.parametrize(
    ("element", "expiry"),
    [
        ("DBA06062030", Expiry(date(2030, 6, 6))),
        ("DBA12319999", Expiry(None)),
        ("DBA99999999", Expiry(None)),
        ("DBAINDEF", Expiry(None)),
        ("DBANONE", None),
        ("DBAEXPDATE", None),
        ("DBA09312035", None),
        ("", None),
    ],
)
def test_expiry_is_a_day_or_never_or_not_known(element: str, expiry: Expiry | None) -> None:
    assert read(f"DAQ1\nDBB06061986\n{element}\n").expiry == expiry


@pytest.mark.parametrize(
    ("elements", "doubts"),
    [
        ("DDH06062004\nDDI06062005\nDDJ06062007", ()),
        ("DDH\nDDINONE\nDDJ00000000", ()),
        ("DDJ06072007", (AgeReason.DATES_DISAGREE,)),
        ("DDH0606", (AgeReason.DATE_UNREADABLE,)),
        ("DBD06061980", (AgeReason.DATES_DISAGREE,)),
        ("DBA06062031", (AgeReason.DATES_DISAGREE,)),
        ("DBD06062020\nDBD06062021", (AgeReason.DATES_DISAGREE,)),
        ("DAJVA", ()),
        ("DAJMD", (AgeReason.DATES_DISAGREE,)),
        ("DBDXX\nDBD0101", (AgeReason.DATE_UNREADABLE,)),
        ("DBA13132030", (AgeReason.DATE_UNREADABLE,)),
        ("DDK1\nDDL1\nDDKMMDDCCYY", ()),
        ("DDK06062020", ()),
    ],
)
def test_other_elements_confirm_or_cast_doubt(elements: str, doubts: tuple[AgeReason, ...]) -> None:
    assert read(f"DBB06061986\nDBA06062030\nDBC1\n{elements}\n").doubts == doubts


def test_under_18_until_fits_a_leap_day_either_way() -> None:
    for until in ("02282026", "03012026"):
        assert read(f"DBB02292008\nDBA06062030\nDDH{until}\n").doubts == ()


@pytest.mark.parametrize(
    ("designator", "kind"),
    [
        ("DL00310200DL", DocumentClass.DRIVING_LICENCE),
        ("ID00310200ID", DocumentClass.IDENTITY_CARD),
        ("EN00310200EN", DocumentClass.DRIVING_LICENCE),
        ("DL", DocumentClass.DRIVING_LICENCE),
        ("", DocumentClass.OTHER),
    ],
)
def test_the_subfile_says_what_kind_of_document_it_is(designator: str, kind: DocumentClass) -> None:
    document = read("DAQ1\nDBB06061986\n", f"@\n\x1e\rANSI 636000100101{designator}")
    assert document.document_class is kind


@pytest.mark.parametrize(
    "text",
    ["DAQ1\nDBB06061986\nDBA06062030\nDAJVA", "@\n\x1e", "@ANSI;DBB19860606;DCSX",
     "ANSI 6360\nDBB06061986"],
)  # fmt: skip
def test_a_document_without_its_header_is_doubted(text: str) -> None:
    document = read_aamva(text)
    assert document is not None
    assert AgeReason.HEADER_UNREADABLE in document.doubts


@pytest.mark.parametrize(
    "text", ["", "@", "@home", "ANSI 150 DN25", "4006381333931", "DBB06061986", "ANSI"]
)
def test_what_is_no_document_is_none(text: str) -> None:
    assert read_aamva(text) is None


STRIPE = "%BCVICTORIA^SAMPLE,$ALEX Q^123 NOWHERE ST^?;6360282222222={}=?_%0AV8W3Y8?"


@pytest.mark.parametrize(
    ("expiry_and_birth", "expiry"),
    [
        ("290619860606", Expiry(date(2029, 6, 30))),
        ("297719860606", Expiry(None)),
        ("298819860606", Expiry(date(2029, 6, 30))),
        ("299919860606", Expiry(date(2029, 6, 6))),
        ("291319860606", None),
    ],
)
def test_a_magnetic_stripe_has_the_birth_date_on_track_2(
    expiry_and_birth: str, expiry: Expiry | None
) -> None:
    document = read_aamva_stripe(STRIPE.format(expiry_and_birth))
    assert document is not None
    assert (document.jurisdiction, born(document), document.expiry) == ("BC", BIRTH, expiry)


def test_a_stripe_with_an_impossible_birth_date_is_doubted() -> None:
    document = read_aamva_stripe(STRIPE.format("290619861306"))
    assert document is not None
    assert document.doubts == (AgeReason.BIRTH_DATE_UNREADABLE,)


@pytest.mark.parametrize(
    "text",
    [";4111111111111111=29061986060601?", ";9999992222222=290619860606=?", "", "x" * 1000],
)
def test_another_stripe_is_none(text: str) -> None:
    assert read_aamva_stripe(text) is None


def test_two_swipes_in_one_are_doubted() -> None:
    document = read_aamva_stripe(STRIPE.format("290619500606") + STRIPE.format("290620100606"))
    assert document is not None
    assert AgeReason.DATES_DISAGREE in document.doubts


@pytest.mark.parametrize("dates", ["28092000101010", "28092000101", "2809200901010"])
def test_a_stripe_with_more_or_fewer_digits_than_two_dates_is_doubted(dates: str) -> None:
    document = read_aamva_stripe(f";636014000000000={dates}?")
    assert document is not None
    assert AgeReason.INCOMPLETE in document.doubts


def test_a_stripe_whose_number_may_go_on_behind_the_dates_is_doubted() -> None:
    document = read_aamva_stripe(";6360140000000000000=290619860606?")
    assert document is not None
    assert document.doubts == (AgeReason.INCOMPLETE,)


ADULT = HEAD + "DAQ1\nDBB06061986\nDBA06062030\n"
MINOR = HEAD + "DAQ2\nDBB{}\nDBA06062030\n"


@pytest.mark.parametrize("birth", ["06062010", "", "NONE", "O6062O1O"])
@pytest.mark.parametrize("adult_first", [True, False])
def test_two_cards_scanned_as_one_are_doubted(birth: str, adult_first: bool) -> None:
    minor = MINOR.format(birth)
    document = read_aamva(ADULT + minor if adult_first else minor + ADULT)
    assert document is not None
    assert document.doubts


def test_what_stands_before_the_header_counts() -> None:
    document = read_aamva("DBB06062010\nDBA06062031\n" + ADULT)
    assert document is not None
    assert AgeReason.DATES_DISAGREE in document.doubts


def test_a_card_that_lost_a_run_of_bytes_is_doubted() -> None:
    whole = "DAQ1\nDCSX\nDBD06062020\nDBA06062030\nDBB06062010\nDBC1\nDAYBRO\nDAU601\n"
    assert read(whole).doubts == ()
    torn = whole.replace("10\nDBC1\nDAYBRO\nDAU60", "0")
    assert "DBB06062001\n" in torn
    assert read(torn).doubts == (AgeReason.INCOMPLETE,)


def test_stripe_of_florida() -> None:
    """The last digit of its number always stands behind the birth date."""
    text = "%FLMIAMI^DOE$JOHN$^1 MAIN ST^           ?;6360100462172082009=2901198701010=?"
    document = read_aamva_stripe(text)
    assert document is not None
    assert (born(document), document.doubts) == (date(1987, 1, 1), ())
    for lost in (text.replace("0462172082009", "046217208200"), text.replace("01010=?", "0101=?")):
        shorter = read_aamva_stripe(lost)
        assert shorter is not None
        assert shorter.doubts == (AgeReason.INCOMPLETE,)
