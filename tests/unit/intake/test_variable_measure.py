"""Numbers that carry a price, a weight or a count."""

import re
from decimal import Decimal

import pytest

from edge_agent.api.values import Weight
from edge_agent.intake.rules import ScanRules
from edge_agent.intake.scan_result import UnknownScan
from edge_agent.intake.unknown import UnknownReason
from edge_agent.intake.variable_measure import NATIONAL_LAYOUTS, MeasureLayout
from tests.unit.intake.scans import item, meaning


class TestVariableMeasure:
    def test_price_and_weight_are_read_by_the_countrys_layouts(self) -> None:
        sweden = ScanRules(layouts=NATIONAL_LAYOUTS["SE"])
        priced, weighed = item("2088060112343", sweden), item("2388060112344", sweden)
        assert (priced.gtin, priced.price) == ("02088060100005", Decimal("12.34"))
        assert weighed.weight == Weight(value=Decimal("1.234"), unit="kg")

    def test_the_verifier_digit_guards_the_price(self) -> None:
        britain = ScanRules(layouts=NATIONAL_LAYOUTS["GB"])
        assert item("2012345928756", britain).price == Decimal("28.75")
        assert meaning("2012345828759", britain) == UnknownScan(UnknownReason.MEASURE_VERIFIER)

    def test_pieces(self) -> None:
        germany = ScanRules(layouts=NATIONAL_LAYOUTS["DE"])
        assert item("2511119000129", germany).count == 12

    def test_a_companys_own_layout_and_the_longest_prefix(self) -> None:
        rules = ScanRules(
            layouts=(
                MeasureLayout.parse("2IIIIIIPPPPPC", 2),
                MeasureLayout.parse("21IIIIIWWWWWC", 3),
            )
        )
        assert item("2512345012344", rules).price == Decimal("12.34")
        assert item("2112345012346", rules).weight == Weight(value=Decimal("1.234"), unit="kg")

    def test_without_a_layout_it_is_an_item_as_it_stands(self) -> None:
        assert item("2112345678900").gtin == "02112345678900"

    @pytest.mark.parametrize(
        "pattern",
        ["", "2IIIIIIPPPPP", "2IIIIIIPPPPPP", "40IIIIIPPPPPC", "2PPPPPPPPPPPC", "2IIIIPPPWWWWC",
         "2IIIVVPPPPPPC", "2IIIIVPPPPPPC", "2IIIIIIIIIIIC", "2IIIPPIIIPPPC"],
    )  # fmt: skip
    def test_a_layout_that_cannot_be_right_is_refused(self, pattern: str) -> None:
        with pytest.raises(ValueError, match=re.escape(repr(pattern))):
            MeasureLayout.parse(pattern, 2)

    def test_decimals_must_fit_the_measure(self) -> None:
        with pytest.raises(ValueError, match="decimals"):
            MeasureLayout.parse("20IIIIIVPPPPC", 5)
