"""Names, streets and numbers in which the identifiers of the dates stand are no damaged dates."""

import base64
from datetime import date
from random import Random

import pytest

from edge_agent.api.age import AgeReason
from edge_agent.intake.identity.aamva import read_aamva
from simulator.documents.aamva import Card
from simulator.documents.holder import holder_born

ON = date(2026, 11, 26)
BIRTH = date(1986, 6, 6)
NAMES = [
    "ADDISON", "EDDIE", "FREDDIE", "ADDIE", "MADDIE", "REDDING", "RIDDICK", "GADDIS", "SIDDIQUI",
    "SIDDHARTH", "WADDINGTON", "BUDDHA", "GOODBAR", "TIDBALL", "GOLDBACH", "NIEDBALA", "SANDBERG",
    "STANDBBY", "BIRDBDAY", "FRODDJAR", "DAQUINO", "DAQUILA", "CARRIZOZO", "DBB", "DDH",
]  # fmt: skip


def doubts(text: str) -> tuple[AgeReason, ...]:
    document = read_aamva(text)
    assert document is not None
    assert document.birth is not None
    assert document.birth.earliest == BIRTH
    return document.doubts


def card(replaced: dict[str, str], *, under_age_until: bool = True, state: str = "VA") -> str:
    given = Card(8, state, under_age_until=under_age_until, replaced=replaced)
    return given.payload(holder_born(BIRTH, ON)).decode()


@pytest.mark.parametrize("element", ["DCS", "DAC", "DAD", "DAG", "DAI"])
@pytest.mark.parametrize("name", NAMES)
def test_name_casts_no_doubt(name: str, element: str) -> None:
    """As first, middle and last name, in a street and as a city."""
    assert doubts(card({element: f"12 {name} STREET" if element == "DAG" else name})) == ()


@pytest.mark.parametrize("name", ["ADDISON", "EDDIE", "GOODBAR", "SIDDIQUI", "GOLDBACH"])
def test_name_without_separators(name: str) -> None:
    """A wedge has eaten every control character."""
    text = card({"DCS": name})
    head, _, rest = text.partition("DL" + "DAQ")
    stripped = head + "DLDAQ" + "".join(rest.split("\n"))
    assert doubts("".join(character for character in stripped if character >= " ")) == ()


def test_number_with_letters() -> None:
    """New Hampshire's numbers begin with the month, letters of the name, and the year."""
    assert doubts(card({"DAQ": "06DDI86061", "DCF": "DBA12DDJ"})) == ()


@pytest.mark.parametrize("seed", range(200))
def test_own_data_of_a_state_are_base64(seed: int) -> None:
    """As New York's ZNA is."""
    value = base64.b64encode(Random(seed).randbytes(80)).decode()
    given = Card(
        8, "VA", under_age_until=True, more_subfiles=(("ZN", (("ZNA", value), ("ZNB", "@"))),)
    )
    assert doubts(given.payload(holder_born(BIRTH, ON)).decode()) == ()


@pytest.mark.parametrize("own", ["DDISMITH", "DBA", "xDBBx", "DAQUINO DDH"])
def test_own_data_with_identifiers(own: str) -> None:
    given = Card(8, under_age_until=True, more_subfiles=(("ZV", (("ZVA", own), ("ZVB", "1"))),))
    assert doubts(given.payload(holder_born(BIRTH, ON)).decode()) == ()


@pytest.mark.parametrize(
    "remains", ["DDH0606", "DDI06O62005", "DDJX6062007", "DBA0606I986", "DBD1", "DBBO6061986"]
)
def test_remains_of_a_date_cast_doubt(remains: str) -> None:
    """Where separators are gone, a damaged date stands in the middle of other text."""
    document = read_aamva(card({"DCS": f"SMITH{remains}"}, under_age_until=False))
    assert document is not None
    assert document.doubts != ()


@pytest.mark.parametrize("element", ["DBB", "DDH", "DDI", "DDJ", "DBA", "DBD"])
def test_damage_where_an_element_begins_casts_doubt(element: str) -> None:
    text = card({}).replace(f"\n{element}", f"\n{element}X", 1)
    document = read_aamva(text)
    assert document is not None
    assert document.doubts != ()


def test_second_holders_number_is_seen_in_a_name() -> None:
    """Two cards torn into one: the number of another holder in the middle of other text."""
    assert AgeReason.DATES_DISAGREE in doubts(card({"DCS": "SMITHDAQX99235780"}))


@pytest.mark.parametrize(("address", "doubtful"), [("VA", False), ("CA", True), ("XX", False)])
def test_address_in_another_state(address: str, doubtful: bool) -> None:
    """A card of one state with an address in another one may be two that were torn."""
    found = doubts(card({"DAJ": address}))
    assert (AgeReason.DATES_DISAGREE in found) is doubtful
