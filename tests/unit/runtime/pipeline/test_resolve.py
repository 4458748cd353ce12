"""From scans and commands to what the lane is asked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from edge_agent.api.age import AgeReason, DocumentClass, NoScanReason, Verdict
from edge_agent.api.commands import (
    CheckAge,
    EnterBirthDate,
    EnterCode,
    IdentifyCustomer,
    ReleaseHold,
)
from edge_agent.api.lane import Basket, BasketLine, Hold, LaneState
from edge_agent.api.sensitive import Sensitive
from edge_agent.api.values import (
    Employee,
    ItemFlag,
    Money,
    PriceBookItem,
    Refused,
    Scan,
    Symbology,
    Weight,
)
from edge_agent.intake.identity.policy import IdentityPolicy, ScanPolicy
from edge_agent.intake.policy import DoubtfulGoods, IntakePolicy
from edge_agent.intake.rules import ScanRules
from edge_agent.intake.variable_measure import NATIONAL_LAYOUTS
from edge_agent.lane import inputs
from edge_agent.lane.totals import totals_of
from edge_agent.runtime.pipeline.resolve import Resolver
from simulator.documents.aamva import Card
from simulator.documents.holder import Holder, holder_born, turning
from simulator.documents.mrz import Zone

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TODAY = NOW.date()
PEN, TIN = "04006381333931", "09521234543213"
FRESH = LaneState(store="1", lane="1", currency="EUR")


@dataclass
class Books:
    """The tables that are looked up in."""

    items: tuple[str, ...] = (PEN, TIN)
    recalled: Mapping[str, str] = field(default_factory=dict)

    def item(self, gtin: str) -> PriceBookItem | None:
        if gtin not in self.items:
            return None
        return PriceBookItem(
            gtin=gtin,
            description="Thing",
            unit_price=Money(minor=100, currency="EUR"),
            tax_rate=Decimal(19),
        )

    def employee(self, badge: str) -> Employee | None:
        return None

    def recalls(self, gtin: str) -> Mapping[str, str]:
        return self.recalled


def held(minimum_age: int | None = 18, *, lines: int = 1) -> LaneState:
    line = BasketLine(
        line_id=1,
        gtin=PEN,
        description="Beer",
        quantity=1,
        unit_price=Money(minor=100, currency="EUR"),
        tax_rate=Decimal(19),
    )
    many = tuple(line.model_copy(update={"line_id": number + 1}) for number in range(lines))
    hold = Hold(hold_id="h", source="age", key="age", message="Check", minimum_age=minimum_age)
    basket = Basket(
        basket_id="b",
        sale_number=1,
        started_at=NOW,
        lines=many,
        holds=(hold,),
        totals=totals_of(many, "EUR", True),
    )
    return FRESH.model_copy(update={"basket": basket})


def scanned(
    data: str | bytes,
    policy: IntakePolicy | None = None,
    books: Books | None = None,
    lane: LaneState = FRESH,
    now: datetime = NOW,
) -> inputs.LaneInput | Refused:
    raw = data if isinstance(data, bytes) else data.encode()
    resolver = Resolver(policy or IntakePolicy(), books or Books())
    return resolver.scan(Scan(data=Sensitive(raw)), lane, now)


def refusal(given: inputs.LaneInput | Refused) -> Refused:
    assert isinstance(given, Refused), given
    return given


class TestGoods:
    FRESH_BATCH = f"]d201{TIN}10B7\x1d17261121"
    OLD = f"]d201{TIN}10B7\x1d17261120"

    def test_on_its_last_day_an_item_is_sold(self) -> None:
        assert scanned(self.FRESH_BATCH) == inputs.AddItem(gtin=TIN, item=Books().item(TIN))

    def test_past_its_expiry_it_is_refused_with_the_date(self) -> None:
        refused = refusal(scanned(self.OLD))
        assert (refused.code, refused.gtin) == ("past_expiry", TIN)
        assert refused.message == "Thing: it expired on 2026-11-20. Put it aside."

    def test_or_flagged_or_taken_by_policy(self) -> None:
        flagged = scanned(self.OLD, IntakePolicy(past_expiry=DoubtfulGoods.FLAG))
        assert isinstance(flagged, inputs.AddItem)
        assert flagged.flags == (ItemFlag.PAST_EXPIRY,)
        assert flagged.warning == "it expired on 2026-11-20. Put it aside."
        ignored = scanned(self.OLD, IntakePolicy(past_expiry=DoubtfulGoods.IGNORE))
        assert ignored == inputs.AddItem(gtin=TIN, item=Books().item(TIN))

    def test_a_day_ends_when_it_ends_in_the_shop(self) -> None:
        late = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
        berlin = IntakePolicy(zone=ZoneInfo("Europe/Berlin"))
        assert isinstance(scanned(self.FRESH_BATCH, now=late), inputs.AddItem)
        assert refusal(scanned(self.FRESH_BATCH, berlin, now=late)).code == "past_expiry"

    @pytest.mark.parametrize(
        "recalled", [{"B7": "glass"}, {"": "glass"}, {"B7": "glass", "X": "x"}]
    )
    def test_a_recalled_batch_is_refused(self, recalled: Mapping[str, str]) -> None:
        refused = refusal(scanned(self.FRESH_BATCH, books=Books(recalled=recalled)))
        assert refused.code == "recalled"
        assert "glass" in refused.message

    def test_another_batch_is_sold(self) -> None:
        sold = scanned(self.FRESH_BATCH, books=Books(recalled={"B8": "glass"}))
        assert isinstance(sold, inputs.AddItem)
        assert sold.flags == ()

    def test_a_code_without_a_batch_is_sold_with_the_batches_to_look_for(self) -> None:
        sold = scanned(PEN, books=Books(recalled={"B8": "glass", "B7": "glass"}))
        assert isinstance(sold, inputs.AddItem)
        assert sold.flags == (ItemFlag.BATCHES_RECALLED,)
        assert sold.warning == "look at its batch: B7, B8 must not be sold."

    def test_an_item_recalled_as_a_whole_is_refused_without_a_batch_too(self) -> None:
        assert refusal(scanned(PEN, books=Books(recalled={"": "fire"}))).code == "recalled"

    def test_the_price_book_settles_what_eight_digits_are(self) -> None:
        upce, ean8 = "00012345000065", "00000001234565"
        for known, read_as in ((upce, Symbology.UPCE), (ean8, Symbology.EAN8)):
            added = scanned("01234565", books=Books(items=(known,)))
            assert isinstance(added, inputs.AddItem)
            assert (added.gtin, added.read_as) == (known, read_as)

    def test_an_embedded_price_or_weight_reaches_the_lane(self) -> None:
        sweden = IntakePolicy(rules=ScanRules(layouts=NATIONAL_LAYOUTS["SE"]))
        books = Books(items=("02088060100005", "02388060100006"))
        priced = scanned("2088060112343", sweden, books)
        weighed = scanned("2388060112344", sweden, books)
        assert isinstance(priced, inputs.AddItem)
        assert isinstance(weighed, inputs.AddItem)
        assert priced.label_price == Money(minor=1234, currency="EUR")
        assert weighed.weight == Weight(value=Decimal("1.234"), unit="kg")

    def test_a_price_in_another_currency_keeps_it(self) -> None:
        added = scanned(f"]e001{TIN}393284001999")
        assert isinstance(added, inputs.AddItem)
        assert added.label_price == Money(minor=1999, currency="USD")

    def test_pieces_multiply_the_quantity(self) -> None:
        resolver = Resolver(IntakePolicy(), Books())
        added = resolver.command(EnterCode(code=f"(01){TIN}(30)6", quantity=2), FRESH, NOW)
        assert isinstance(added, inputs.AddItem)
        assert added.quantity == 12


class TestCards:
    def test_a_payment_card_is_refused_without_its_number(self) -> None:
        refused = refusal(scanned("4111111111111111"))
        assert refused.code == "payment_card"
        assert "4111" not in refused.model_dump_json()

    def test_a_number_that_may_be_a_card_is_an_item_only_where_the_price_book_has_it(self) -> None:
        both = "36000000000081"
        assert refusal(scanned(both)).code == "payment_card"
        assert isinstance(scanned(both, books=Books(items=(both,))), inputs.AddItem)

    def test_a_card_keyed_in_as_a_customer_is_refused(self) -> None:
        resolver = Resolver(IntakePolicy(), Books())
        given = resolver.command(IdentifyCustomer(customer_id="5555555555554444"), FRESH, NOW)
        assert refusal(given).code == "payment_card"
        taken = resolver.command(IdentifyCustomer(customer_id="5001"), FRESH, NOW)
        assert taken == inputs.IdentifyCustomer(customer_id="5001")

    @pytest.mark.parametrize(
        "written", ["4111111111111111=2512", " 4111 1111 1111 1111", "card 4111111111111111"]
    )
    def test_a_card_number_is_found_wherever_text_is_kept(self, written: str) -> None:
        resolver = Resolver(IntakePolicy(), Books())
        for command in (
            IdentifyCustomer(customer_id=written),
            ReleaseHold(hold_id="h", badge="EMP9", reason=written),
        ):
            assert refusal(resolver.command(command, held(), NOW)).code == "payment_card"

    def test_gift_cards_and_coupons_are_named(self) -> None:
        policy = IntakePolicy(rules=ScanRules(gift_card=re.compile("GIFT[0-9]+")))
        assert refusal(scanned("GIFT123", policy)).code == "gift_card"
        assert refusal(scanned("9912345678909")).code == "coupon"


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        ("FN-SUBTOTAL", inputs.FinalizeSubtotal()),
        ("FN-VOID-BASKET", inputs.VoidBasket()),
        ("FN-SIGN-OFF", inputs.SignOff(reason="requested")),
        ("FN-VOID-LAST-LINE", inputs.VoidLine(line_id=3)),
    ],
)
def test_function_codes_work_the_keys(code: str, asked: inputs.LaneInput) -> None:
    assert scanned(code, lane=held(lines=3)) == asked


def test_voiding_the_last_line_needs_one() -> None:
    assert refusal(scanned("FN-VOID-LAST-LINE")).code == "no_sale"


class TestDocuments:
    ADULT, MINOR = holder_born(turning(30, TODAY), TODAY), holder_born(turning(17, TODAY), TODAY)

    def test_a_document_is_judged_by_the_highest_age_that_is_asked_for(self) -> None:
        given = scanned(Card(10).payload(self.MINOR), lane=held(16))
        assert isinstance(given, inputs.CheckAge)
        assert (given.minimum_age, given.verdict) == (16, Verdict.PASS)
        given = scanned(Card(10).payload(self.MINOR), lane=held(18))
        assert isinstance(given, inputs.CheckAge)
        assert (given.verdict, given.reasons) == (Verdict.FAIL, (AgeReason.UNDER_AGE,))

    def test_only_the_decision_leaves(self) -> None:
        given = scanned(Zone("TD3").payload(self.ADULT), lane=held())
        assert isinstance(given, inputs.CheckAge)
        assert given.model_dump(mode="json") == {
            "minimum_age": 18,
            "verdict": "pass",
            "method": "document_scan",
            "rule": "18+, expired: refuse, leap day: march_1",
            "reasons": [],
            "no_scan_reason": None,
            "document_class": "passport",
            "expired": False,
        }

    @pytest.mark.parametrize("lane", [FRESH, held(None)])
    def test_nothing_is_judged_where_nothing_asks(self, lane: LaneState) -> None:
        assert refusal(scanned(Card(10).payload(self.ADULT), lane=lane)).code == "no_age_check"

    def test_the_birthday_begins_at_midnight_in_the_shop(self) -> None:
        payload = Card(10).payload(holder_born(turning(18, TODAY), TODAY))
        tokyo = IntakePolicy(zone=ZoneInfo("Asia/Tokyo"))
        eve = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
        for now, verdict in (
            (eve, Verdict.PASS),
            (eve.replace(hour=14, minute=59), Verdict.FAIL),
        ):
            given = scanned(payload, tokyo, lane=held(), now=now)
            assert isinstance(given, inputs.CheckAge)
            assert given.verdict is verdict

    @pytest.mark.parametrize(
        ("policy", "forbidden"),
        [
            (IdentityPolicy(), False),
            (IdentityPolicy(default_scan=ScanPolicy.FORBIDDEN), True),
            (IdentityPolicy(scans={"VA": ScanPolicy.FORBIDDEN}), True),
            (IdentityPolicy(jurisdiction="NH", scans={"NH": ScanPolicy.FORBIDDEN}), True),
            (IdentityPolicy(jurisdiction="TX", scans={"NH": ScanPolicy.FORBIDDEN}), False),
            (IdentityPolicy(jurisdiction="VA", scans={"VA": ScanPolicy.REQUIRED}), False),
        ],
    )
    def test_scanning_is_forbidden_by_the_law_of_the_place_or_the_issuer(
        self, policy: IdentityPolicy, forbidden: bool
    ) -> None:
        given = scanned(
            Card(10, "VA").payload(self.ADULT), IntakePolicy(identity=policy), lane=held()
        )
        assert isinstance(given, Refused) is forbidden
        if forbidden:
            assert refusal(given).code == "scan_forbidden"

    @pytest.mark.parametrize("reason", list(NoScanReason))
    def test_where_scanning_is_required_a_look_needs_a_reason_that_prevented_it(
        self, reason: NoScanReason
    ) -> None:
        policy = IdentityPolicy(jurisdiction="UT", scans={"UT": ScanPolicy.REQUIRED})
        resolver = Resolver(IntakePolicy(identity=policy), Books())
        look = CheckAge(minimum_age=18, verdict=Verdict.PASS, reason=reason)
        typed = EnterBirthDate(
            birth_date=self.ADULT.birth,
            reason=reason,
            document_class=DocumentClass.OTHER,
            expired=False,
        )
        possible = reason in (NoScanReason.CLEARLY_OF_AGE, NoScanReason.SCAN_DECLINED)
        for command in (look, typed):
            given = resolver.command(command, held(), NOW)
            assert isinstance(given, Refused) is possible

    def test_a_birth_date_is_judged_and_leaves_no_trace(self) -> None:
        resolver = Resolver(IntakePolicy(), Books())
        given = EnterBirthDate(
            birth_date=self.MINOR.birth,
            reason=NoScanReason.NO_CODE,
            document_class=DocumentClass.PASSPORT,
            expired=False,
        )
        assert self.MINOR.birth.isoformat() not in repr(given)
        asked = resolver.command(given, held(), NOW)
        assert isinstance(asked, inputs.CheckAge)
        assert asked.verdict is Verdict.FAIL
        assert self.MINOR.birth.isoformat() not in asked.model_dump_json()
        assert refusal(resolver.command(given, FRESH, NOW)).code == "no_age_check"

    def test_a_document_is_not_keyed_in(self) -> None:
        zone = "".join(Zone("TD3").lines(self.ADULT))
        resolver = Resolver(IntakePolicy(), Books())
        refused = refusal(resolver.command(EnterCode(code=zone), held(), NOW))
        assert refused.code == "scan_document"

    def test_an_expired_document_is_told(self) -> None:
        old = Holder(
            birth=self.ADULT.birth,
            issued=self.ADULT.birth.replace(year=2016),
            expires=self.ADULT.birth.replace(year=2020),
        )
        given = scanned(Card(10).payload(old), lane=held())
        assert isinstance(given, inputs.CheckAge)
        assert (given.verdict, given.expired) == (Verdict.UNDETERMINED, True)
