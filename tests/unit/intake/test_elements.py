"""GS1 element strings and Digital Links."""

from datetime import date
from decimal import Decimal

import pytest

from edge_agent.api.values import Symbology, Weight
from edge_agent.intake.aim import symbology_of
from edge_agent.intake.rules import ScanRules
from edge_agent.intake.scan_result import CouponCode, UnknownScan
from edge_agent.intake.unknown import UnknownReason
from tests.unit.intake.scans import item, meaning

KILOGRAMS = Weight(value=Decimal("1.250"), unit="kg")


class TestElementStrings:
    FULL = "0109521234543213\x1d10BATCH1\x1d17260930\x1d21SER/1"

    def test_till_elements_are_understood(self) -> None:
        found = item("]d2" + self.FULL)
        assert found.gtin == "09521234543213"
        assert found.batch == "BATCH1"
        assert found.expires == date(2026, 9, 30)
        assert found.elements["21"] == "SER/1"

    @pytest.mark.parametrize("aim", ["]C1", "]e0", "]d2", "]Q3", "]J1", "]Q1", "]d1", "]J0", ""])
    def test_every_carrier_and_none_say_the_same(self, aim: str) -> None:
        found, expected = item(aim + self.FULL), item("]d2" + self.FULL)
        assert found.gtin == expected.gtin
        assert found.elements == expected.elements
        assert found.read_as is (symbology_of(aim) if aim else Symbology.UNKNOWN)

    def test_leading_function_characters_are_dropped(self) -> None:
        assert item("]C1\x1d" + self.FULL) == item("]C1" + self.FULL)

    def test_human_readable_form(self) -> None:
        assert item("(01)09521234543213(10)BATCH1(17)260930(21)SER/1") == item(self.FULL)

    def test_other_characters_may_stand_for_the_separator(self) -> None:
        typed = ScanRules(separators=("\x1d", "|"))
        assert item(self.FULL.replace("\x1d", "|"), typed) == item(self.FULL)

    def test_a_code_128_without_fnc1_is_no_element_string(self) -> None:
        assert meaning("]C00109521234543213") == UnknownScan(UnknownReason.UNKNOWN_CODE)

    @pytest.mark.parametrize(
        ("elements", "price", "currency", "weight", "count"),
        [
            ("3103001250", None, None, KILOGRAMS, 1),
            ("3201000350", None, None, Weight(value=Decimal("35.0"), unit="lb"), 1),
            ("3922299", Decimal("2.99"), None, None, 1),
            ("39329780299", Decimal("2.99"), "EUR", None, 1),
            ("39059", None, None, None, 1),
            ("39259", Decimal("0.00009"), None, None, 1),
            ("3012", None, None, None, 12),
            (
                "310300125039210299",
                Decimal("29.9"),
                None,
                Weight(value=Decimal("1.250"), unit="kg"),
                1,
            ),
        ],
    )
    def test_measures_and_prices(
        self,
        elements: str,
        price: Decimal | None,
        currency: str | None,
        weight: Weight | None,
        count: int,
    ) -> None:
        found = item("]e00199521234543216" + elements)
        assert (found.price, found.currency, found.weight, found.count) == (
            price,
            currency,
            weight,
            count,
        )

    @pytest.mark.parametrize(
        ("yymmdd", "day"),
        [
            ("261100", date(2026, 11, 30)),
            ("760101", date(2076, 1, 1)),
            ("770101", date(1977, 1, 1)),
            ("280200", date(2028, 2, 29)),
        ],
    )
    def test_dates_have_a_century_and_day_zero_is_the_months_last(
        self, yymmdd: str, day: date
    ) -> None:
        assert item(f"]C1010952123454321317{yymmdd}").expires == day

    def test_the_earlier_of_two_expiry_dates_counts(self) -> None:
        assert item("]d201095212345432131726123170032609011200").expires == date(2026, 9, 1)

    @pytest.mark.parametrize("ai", ["8110", "8112"])
    @pytest.mark.parametrize("aim", ["]e0", "]C1", ""])
    def test_coupons(self, aim: str, ai: str) -> None:
        coupon = meaning(f"{aim}{ai}106141416543213500110000310123196000")
        assert isinstance(coupon, CouponCode)
        assert list(coupon.elements) == [ai]


class TestDigitalLink:
    @pytest.mark.parametrize("aim", ["", "]Q1", "]d1", "]J0", "]Q2", "]Q3"])
    @pytest.mark.parametrize(
        "link",
        [
            "https://id.gs1.org/01/09521234543213/10/BATCH1?17=260930",
            "HTTPS://shop.example/p/12/01/09521234543213/10/BATCH1?17=260930&utm_source=x",
            "http://a:8080/gtin/9521234543213/lot/BATCH1?exp=260930",
            "https://a/01/9521234543213/10/BATCH1/?17=260930#top",
            "https://a/01/09521234543213/10/BATCH1?x=1;17=260930",
        ],
    )
    def test_any_domain_stem_and_spelling(self, aim: str, link: str) -> None:
        found = item(aim + link)
        assert found.gtin == "09521234543213"
        assert found.batch == "BATCH1"
        assert found.expires == date(2026, 9, 30)

    @pytest.mark.parametrize(
        "link",
        ["https://[::1/01/09521234543213", "https://a/01/095212345432", "https:///01/09521234543213",
         "https://a/01/09521234543213/99/x", "https://a/01/0952123454321%00"],
    )  # fmt: skip
    def test_what_is_no_link_of_an_item_is_not_one(self, link: str) -> None:
        assert isinstance(meaning(link), UnknownScan)
