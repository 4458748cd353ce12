"""Patterns of the shop's own codes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from re import Pattern

from edge_agent.intake.gtin import EightDigits
from edge_agent.intake.scan_result import (
    BadgeCode,
    CouponCode,
    CustomerCode,
    FunctionCode,
    GiftCardCode,
    LaneFunction,
    ScanResult,
)
from edge_agent.intake.variable_measure import MeasureLayout

_LONGEST_SHOP_CODE = 128
_OWN_ISSUER = re.compile(r"(?:^|\()[0-9]{6}")


@dataclass(frozen=True, slots=True)
class ScanRules:
    """The shop's codes: whole-match patterns; a badge's and a card's one group is the id.

    Attributes:
        functions: the codes on the counter that work a key.
        eight_digits: what eight bare digits are where the price book does not settle it.
        layouts: the restricted circulation numbers that carry a measure.
        separators: characters that may stand for FNC1 in element strings.
    """

    employee_badge: Pattern[str] = re.compile(r"(EMP[0-9]{4,12})")
    customer_card: Pattern[str] = re.compile(r"LOY([0-9]{4,12})")
    coupon: Pattern[str] | None = None
    gift_card: Pattern[str] | None = None
    functions: Mapping[str, LaneFunction] = field(
        default_factory=lambda: {f"FN-{function.upper()}": function for function in LaneFunction}
    )
    eight_digits: EightDigits = EightDigits.BY_LEADING_ZERO
    layouts: tuple[MeasureLayout, ...] = ()
    separators: tuple[str, ...] = ("\x1d",)

    def own_code(self, text: str, *, card_number: bool) -> ScanResult | None:
        """The result for one of the shop's own codes; None where the text is none of them.

        Args:
            card_number: a payment card's number stands in the text. Then only a pattern that
                names an issuer's six digits may claim it.
        """
        if len(text) > _LONGEST_SHOP_CODE:
            return None
        if function := self.functions.get(text):
            return FunctionCode(function)
        if match := _match(self.employee_badge, text, card_number):
            return BadgeCode(match.group(1))
        if match := _match(self.customer_card, text, card_number):
            return CustomerCode(match.group(1))
        if _match(self.gift_card, text, card_number):
            return GiftCardCode()
        if _match(self.coupon, text, card_number):
            return CouponCode()
        return None


def _match(pattern: Pattern[str] | None, text: str, card_number: bool) -> re.Match[str] | None:
    if pattern is None or (card_number and not _OWN_ISSUER.search(pattern.pattern)):
        return None
    return pattern.fullmatch(text)
