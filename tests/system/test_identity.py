"""Identity documents at a running lane: what they decide, and that nothing of them stays."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from random import Random
from typing import Any

import httpx
import pytest

from edge_agent.api.age import DocumentClass, NoScanReason, Verdict
from edge_agent.api.commands import CheckAge, EnterBirthDate, EnterCode, VoidBasket
from edge_agent.api.errors import ControlError
from simulator.broker import read_topic
from simulator.documents.aamva import VERSIONS, Card
from simulator.documents.damage import READABLE, UNREADABLE
from simulator.documents.holder import Holder, holder_born, turning
from simulator.documents.mrz import FORMATS, Zone
from simulator.virtual_lane import VirtualLane
from simulator.world import CASHIER, LEAD, by_name
from tests.kafka.broker import create_topic
from tui.app import LaneApp

TODAY = datetime.now(UTC).date()
ADULT, MINOR = holder_born(turning(40, TODAY), TODAY), holder_born(turning(15, TODAY), TODAY)
SCANS = 100
DAMAGES = len(READABLE) + len(UNREADABLE)
# With its first bytes damaged, a document is cut at its line ends like any scan.
CUT_IN_PIECES = ("rubbish around", "a byte lost", "a run of bytes lost", "a block moved")


async def ask_for_age(lane: VirtualLane) -> None:
    """Begins a sale that needs 18 years."""
    assert await lane.scanner.scan(by_name(lane.assortment, "Pilsner").gtin)


async def holds(lane: VirtualLane) -> int:
    basket = (await lane.client.lane()).state.basket
    return len(basket.holds) if basket is not None else 0


async def prompts(lane: VirtualLane) -> str:
    return "\n".join(prompt.message for prompt in (await lane.client.lane()).state.prompts)


async def last(lane: VirtualLane, kind: str) -> dict[str, Any]:
    """The newest event of a type."""
    newest = (await lane.client.outbox()).newest_position
    found: dict[str, Any] = {}
    async for event in lane.client.events(after=0):
        if event.type == kind:
            found = event.data
        if event.position == newest:
            return found
    raise AssertionError("the stream ended")


@asynccontextmanager
async def lane_with(**identity: Any) -> AsyncIterator[VirtualLane]:
    async with VirtualLane(tables={"identity": identity}) as lane:
        await lane.start_agent()
        await lane.send_master_data()
        await lane.cashier.sign_on(CASHIER)
        yield lane


@pytest.mark.parametrize(
    ("payload", "document"),
    [(Card(10).payload(ADULT), "driving_licence"),
     (Card(1, kind="ID").payload(ADULT), "identity_card"),
     (Zone("TD3").payload(ADULT), "passport"), (Zone("TD1").payload(ADULT, "\r"), "identity_card")],
    ids=["licence", "version 1", "passport", "identity card"],
)  # fmt: skip
async def test_a_document_of_an_adult_lifts_the_hold(
    lane: VirtualLane, payload: bytes, document: str
) -> None:
    await ask_for_age(lane)
    assert await holds(lane) == 1
    assert await lane.scanner.scan(payload)
    assert await holds(lane) == 0
    checked = await last(lane, "pos.age.checked")
    assert (checked["verdict"], checked["method"]) == ("pass", "document_scan")
    assert (checked["document_class"], checked["expired"]) == (document, False)
    assert checked["rule"] == "18+, expired: refuse, leap day: march_1"


async def test_a_document_of_a_minor_beeps_an_error_and_says_so(lane: VirtualLane) -> None:
    await ask_for_age(lane)
    assert not await lane.scanner.scan(Card(10).payload(MINOR))
    assert await holds(lane) == 1
    assert "the customer is under 18" in await prompts(lane)
    assert (await last(lane, "pos.age.checked"))["reasons"] == ["under_age"]


async def test_an_expired_document_proves_nothing_and_a_look_helps(lane: VirtualLane) -> None:
    expired = Holder(birth=ADULT.birth, issued=date(2005, 1, 1), expires=date(2015, 1, 1))
    await ask_for_age(lane)
    assert not await lane.scanner.scan(Card(9).payload(expired))
    assert "it has expired" in await prompts(lane)
    await lane.client.command(
        CheckAge(minimum_age=18, verdict=Verdict.PASS, reason=NoScanReason.CODE_UNREADABLE)
    )
    assert await holds(lane) == 0


async def test_without_a_restricted_item_a_document_is_not_looked_at(lane: VirtualLane) -> None:
    assert not await lane.scanner.scan(Card(10).payload(ADULT))
    assert "Nothing of the document was kept" in await prompts(lane)
    assert await last(lane, "pos.age.checked") == {}


async def test_a_keyed_in_birth_date_is_judged_and_forgotten(lane: VirtualLane) -> None:
    await ask_for_age(lane)
    given = EnterBirthDate(
        birth_date=MINOR.birth,
        reason=NoScanReason.NO_CODE,
        document_class=DocumentClass.PASSPORT,
        expired=False,
    )
    await lane.client.command(given.model_copy(update={"birth_date": ADULT.birth}))
    assert await holds(lane) == 0
    checked = await last(lane, "pos.age.checked")
    assert (checked["method"], checked["no_scan_reason"]) == ("birth_date_entered", "no_code")
    assert ADULT.birth.isoformat() not in str(checked)


async def test_second_document_after_a_fail(lane: VirtualLane) -> None:
    """A friend's licence beeps an error and lifts nothing; a lead's badge does."""
    await ask_for_age(lane)
    assert not await lane.scanner.scan(Card(9).payload(MINOR))
    assert not await lane.scanner.scan(Card(9).payload(ADULT))
    assert await holds(lane) == 1
    assert "has failed before" in await prompts(lane)
    checked = await last(lane, "pos.age.checked")
    assert (checked["verdict"], checked["failed_before"]) == ("pass", True)
    assert await lane.scanner.scan(LEAD.badge)
    assert await holds(lane) == 0


async def test_a_wrong_birth_date_is_refused_without_repeating_it(lane: VirtualLane) -> None:
    transport = httpx.AsyncHTTPTransport(uds=str(lane.socket))
    async with httpx.AsyncClient(transport=transport, base_url="http://lane") as http:
        answer = await http.post(
            "/lane/birth-date",
            json={"birth_date": "1987-13-04", "reason": "no_code", "document_class": "passport",
                  "expired": False},
        )  # fmt: skip
    assert answer.status_code == 422
    assert "1987" not in answer.text


async def test_where_scanning_is_forbidden_a_document_is_refused() -> None:
    async with lane_with(scan_in={"VA": "forbidden"}) as lane:
        await ask_for_age(lane)
        assert not await lane.scanner.scan(Card(10, "VA").payload(ADULT))
        assert "must not be scanned here" in await prompts(lane)
        assert "VA" not in str(await last(lane, "pos.scan.refused"))
        assert await lane.scanner.scan(Card(10, "TX").payload(ADULT))


async def test_where_scanning_is_required_a_mere_look_is_refused() -> None:
    async with lane_with(jurisdiction="UT", scan_in={"UT": "required"}) as lane:
        await ask_for_age(lane)
        look = CheckAge(minimum_age=18, verdict=Verdict.PASS, reason=NoScanReason.CLEARLY_OF_AGE)
        with pytest.raises(ControlError, match="must be scanned"):
            await lane.client.command(look)
        no_code = look.model_copy(update={"reason": NoScanReason.NO_CODE})
        await lane.client.command(no_code)
        assert await holds(lane) == 0


@pytest.mark.kafka
@pytest.mark.timeout(300)
async def test_planted_identity_data_is_nowhere_after_a_hundred_scans(
    kafka: str, topic: str
) -> None:
    birth = date(1987, 4, 13)
    planted = Holder(
        birth=birth,
        issued=date(TODAY.year - 2, 5, 19),
        expires=date(TODAY.year + 5, 5, 17),
        family_name="QUETZALCOATLUS",
        given_name="XANTHIPPE",
        middle_name="WOLFSBANE",
        number="Z90817263",
        street="7391 PLANTED AVENUE",
        city="NOWHEREVILLE",
    )
    secrets = [
        *("QUETZALCOATLUS", "XANTHIPPE", "WOLFSBANE", "Z90817263", "7391 PLAN", "NOWHEREVILLE"),
        *(birth.strftime(form) for form in ("%m%d%Y", "%Y%m%d", "%Y-%m-%d", "%m-%d-%Y")),
        "4111111111111111",
    ]
    await asyncio.to_thread(create_topic, kafka, topic)
    async with VirtualLane(kafka=kafka, topic=topic) as lane:
        await lane.start_agent()
        await lane.send_master_data()
        await lane.cashier.sign_on(CASHIER)
        random = Random(7)
        for number in range(SCANS):
            if number % 3 == 0:
                await ask_for_age(lane)
            damage, document = _document(planted, number, random)
            await lane.scanner.scan(document)
            if damage in CUT_IN_PIECES:
                # Each piece is answered; the last one when the line has been silent.
                await asyncio.sleep(0.5)
            if number % 3 == 1:
                with pytest.raises(ControlError):
                    await lane.client.command(EnterCode(code="4111111111111111"))
            if number % 3 == 2:
                await lane.client.command(VoidBasket())
        seen = await _seen_by_people(lane)
        assert await lane.wait_delivered(60) == 0
        records = await asyncio.to_thread(read_topic, kafka, topic)
        files = {
            str(path.relative_to(lane.directory)): path.read_bytes()
            for path in lane.directory.rglob("*")
            if path.is_file()
        }
        await lane.kill_agent()
    assert any(name.endswith("-wal") and content for name, content in files.items())
    assert any(b"document_scan" in record.value for record in records)
    stream = b"".join(record.value + str(record.headers).encode() for record in records)
    for where, content in {**files, "topic": stream, "seen": seen.encode()}.items():
        found = [secret for secret in secrets if secret.encode() in content]
        assert not found, where


def _document(holder: Holder, number: int, random: Random) -> tuple[str, bytes]:
    """Another document, or another damage to it, each time."""
    if number % 4 == 3:
        zone = Zone(FORMATS[number % len(FORMATS)])
        return "none", zone.payload(holder, random.choice(("\r", "\r\n")))
    damage, inflict = list({**READABLE, **UNREADABLE}.items())[number % DAMAGES]
    card = Card(VERSIONS[number % len(VERSIONS)], under_age_until=number % 2 == 0)
    return damage, inflict(card.payload(holder), random)


async def _seen_by_people(lane: VirtualLane) -> str:
    """Everything that the control socket and the terminal UI show."""
    transport = httpx.AsyncHTTPTransport(uds=str(lane.socket))
    paths = ["/lane", "/plugins/", "/devices", "/outbox", "/jobs", "/health"]
    plugins = await lane.client.plugins()
    paths += [f"/plugins/{plugin.id}/records" for plugin in plugins]
    async with httpx.AsyncClient(transport=transport, base_url="http://lane") as http:
        shown = [(await http.get(path)).text for path in paths]
    newest = (await lane.client.outbox()).newest_position
    async for event in lane.client.events(after=0):
        shown.append(event.model_dump_json())
        if event.position >= newest:
            break
    app = LaneApp(lane.socket)
    async with app.run_test(size=(140, 50)) as pilot:
        for tab in ("f2", "f3", "f4", "f1"):
            await pilot.press(tab)
            await pilot.pause(0.2)
            shown.append(app.export_screenshot())
    return "\n".join(shown)
