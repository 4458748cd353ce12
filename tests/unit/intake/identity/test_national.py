"""National documents: read where the layout fits as a whole, else named as not readable."""

from datetime import date

import pytest

from edge_agent.api.age import AgeReason, DocumentClass, Verdict
from edge_agent.api.sensitive import Sensitive
from edge_agent.api.values import Scan
from edge_agent.intake.identity.document import IdentityDocument
from edge_agent.intake.identity.judgement import AgeRule, ExpiredPolicy, judge
from edge_agent.intake.interpret import interpret
from edge_agent.intake.rules import ScanRules
from edge_agent.intake.scan_result import DocumentScan
from simulator.documents.aamva import Card
from simulator.documents.holder import holder_born
from simulator.documents.mrz import Zone

ON = date(2026, 11, 26)
ARGENTINA = "00123456789@PEREZ@JUAN CARLOS@M@30123456@A@15/03/1985@10/01/2015@203"
ARGENTINA_OLD = (
    "@30123456    @A@1@PEREZ@JUAN CARLOS@ARGENTINA@15/03/1985@M@10/01/2020@00123456789@7777 "
    "@10/01/2035@123@0@ILR:2.20 C:110927.01@UNIDAD #02 || S/N: 0040>2008>>0006"
)
SOUTH_AFRICA = (
    "DLAMINI|THABO JOHN|M|RSA|8001015009087|01 Jan 1980|RSA|CITIZEN|12 Mar 2019|23370|123456789|"
    + "1234567890" * 10
)
COLOMBIA = (
    "0347811" + "\x00" * 17 + "PubDSK_1" + "\x00" * 8 + "164340540051907053GONZALEZ"
    + "\x00" * 15 + "MARIN" + "\x00" * 18 + "MARIA" + "\x00" * 18 + "GABRIELA" + "\x00" * 15
    + "0F19670128150010O+" + "\x00" * 300
)  # fmt: skip

LICENCE = Card(8).payload(holder_born(date(1985, 6, 6), ON)).decode()


def scanned(text: str) -> IdentityDocument | None:
    data = text.encode("latin-1")
    meaning = interpret(Scan(data=Sensitive(data)), ScanRules(), ON)
    return meaning.document.reveal() if isinstance(meaning, DocumentScan) else None


def read(text: str) -> IdentityDocument:
    document = scanned(text)
    assert document is not None
    return document


@pytest.mark.parametrize(
    ("text", "jurisdiction", "birth"),
    [
        (ARGENTINA, "ARG", date(1985, 3, 15)),
        (ARGENTINA.replace("@", '"').replace("/", "-"), "ARG", date(1985, 3, 15)),
        (ARGENTINA.removesuffix("@203") + "\r\n", "ARG", date(1985, 3, 15)),
        (ARGENTINA_OLD, "ARG", date(1985, 3, 15)),
        (SOUTH_AFRICA, "ZAF", date(1980, 1, 1)),
        (SOUTH_AFRICA.upper(), "ZAF", date(1980, 1, 1)),
        (COLOMBIA, "COL", date(1967, 1, 28)),
        (COLOMBIA.replace("\x00", " "), "COL", date(1967, 1, 28)),
    ],
)
def test_layout_that_is_read(text: str, jurisdiction: str, birth: date) -> None:
    document = read(text)
    assert (document.jurisdiction, document.doubts) == (jurisdiction, ())
    assert document.birth is not None
    assert document.birth.earliest == document.birth.latest == birth
    assert document.document_class is DocumentClass.IDENTITY_CARD
    assert judge(document, AgeRule(18, ExpiredPolicy.ACCEPT), ON).verdict is Verdict.PASS


def test_validity_of_each() -> None:
    """The newer Argentine card does not say it; the others do."""
    verdicts = [
        judge(read(text), AgeRule(18), ON).verdict
        for text in (ARGENTINA, ARGENTINA_OLD, SOUTH_AFRICA, COLOMBIA)
    ]
    assert verdicts == [Verdict.UNDETERMINED, Verdict.PASS, Verdict.PASS, Verdict.PASS]


@pytest.mark.parametrize(
    "text",
    [
        ARGENTINA.replace("1985", "2010"),
        ARGENTINA_OLD.replace("1985", "2010"),
        SOUTH_AFRICA.replace("8001015009087", "1001015009084").replace("1980", "2010"),
        COLOMBIA.replace("19670128", "20100128"),
    ],
)
def test_minor_fails(text: str) -> None:
    assert judge(read(text), AgeRule(18, ExpiredPolicy.ACCEPT), ON).verdict is Verdict.FAIL


@pytest.mark.parametrize("text", [ARGENTINA, ARGENTINA_OLD, SOUTH_AFRICA, COLOMBIA])
def test_no_damage_passes_a_minor(text: str) -> None:
    """Each character lost, doubled or replaced in a minor's document; only digits may mislead."""
    young = (
        text.replace("1985", "2010").replace("19670128", "20100128")
        .replace("8001015009087", "1001015009084").replace("1980", "2010")
    )  # fmt: skip
    for place in range(len(young)):
        for damaged in (
            young[:place] + young[place + 1 :],
            young[:place] + young[place] + young[place:],
            young[:place] + "#" + young[place + 1 :],
        ):
            document = scanned(damaged)
            if document is not None:
                judged = judge(document, AgeRule(18, ExpiredPolicy.ACCEPT), ON)
                assert judged.verdict is not Verdict.PASS, (place, damaged[:120])


@pytest.mark.parametrize(
    "text",
    [
        SOUTH_AFRICA.replace("01 Jan 1980", "02 Jan 1980"),
        SOUTH_AFRICA.replace("8001015009087", "8001015009086"),
        COLOMBIA + COLOMBIA.replace("19670128", "19870128"),
        COLOMBIA.replace("0F19670128", "0F1967012"),
        ARGENTINA.replace("15/03/1985", "15/03/85"),
        ARGENTINA.replace("15/03/1985", "31/02/1985"),
    ],
)
def test_contradiction_is_undetermined(text: str) -> None:
    judged = judge(read(text), AgeRule(18, ExpiredPolicy.ACCEPT), ON)
    assert judged.verdict is Verdict.UNDETERMINED


@pytest.mark.parametrize("adult", [ARGENTINA, ARGENTINA_OLD, SOUTH_AFRICA, COLOMBIA, LICENCE])
@pytest.mark.parametrize(
    "minor",
    [
        ARGENTINA.replace("1985", "2010"),
        ARGENTINA_OLD.replace("1985", "2010"),
        SOUTH_AFRICA.replace("8001015009087", "1001015009084").replace("1980", "2010"),
        COLOMBIA.replace("19670128", "20100128"),
        Card(8).payload(holder_born(date(2010, 6, 6), ON)).decode(),
        Zone("TD1").payload(holder_born(date(2010, 6, 6), ON), "\n").decode(),
    ],
)
def test_two_documents_in_one_scan_prove_nothing(adult: str, minor: str) -> None:
    for text in (adult + minor, minor + adult, f"{adult}\r\n{minor}"):
        document = scanned(text)
        if document is not None:
            judged = judge(document, AgeRule(18, ExpiredPolicy.ACCEPT), ON)
            assert judged.verdict is not Verdict.PASS


@pytest.mark.parametrize(
    "text",
    [
        "mdoc:owBjMS4wAYIB2BhYS6QBAiABIVgglyWXuAyJ6iRNc8OlYXenvkJt23rJPdtIhlawXqr",
        "https://portal.sidiv.registrocivil.cl/docstatus?RUN=12345678-5&type=CEDULA&serial=512345678"
        "&mrz=512345678990011583101159",
        '<?xml version="1.0"?> <PrintLetterBarcodeData uid="123456789012" yob="1994"/>',
        "70" + "1234567890" * 200,
        "\x01\x9b\x09\x45\x00\x00" + "x" * 714,
        "AAA001D<<\nFACHE305142128097<<800126<<<<<\nMARCHAND<<FABIENNE<<<<<<<<<<<<",
        "D1NLD15094962111659VW87Z78NB84",
        "D1FRA13AA000026181231MARTIN<<9",
    ],
)  # fmt: skip
def test_document_that_is_not_read(text: str) -> None:
    """It is named as one, and asks for a look; never for the item's barcode."""
    judged = judge(read(text), AgeRule(18), ON)
    assert (judged.verdict, judged.reasons) == (
        Verdict.UNDETERMINED,
        (AgeReason.NOT_READ_HERE,),
    )


@pytest.mark.parametrize(
    "text", ["4006381333931", "LOY001234", "a|b|c|d", "name@example.com", "D1NLD", "https://x.cl/1"]
)
def test_other_codes_are_no_documents(text: str) -> None:
    assert scanned(text) is None
