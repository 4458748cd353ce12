"""From the bytes of one scan to its meaning."""

import re
from re import Pattern

from edge_agent.api.values import Frozen, Scan
from edge_agent.intake.aim import split_aim
from edge_agent.intake.gtin import canonical_gtin, has_gtin_length
from edge_agent.intake.meaning import BadgeCode, CustomerCode, ItemCode, Meaning, Unusable

_LONGEST_CODE = 128
# AAMVA DL/ID D.12.3: every document begins with the compliance indicator "@".
_DOCUMENT_START = re.compile(r"@|.{0,8}(ANSI |AAMVA|AMVA)", re.DOTALL)


class ScanRules(Frozen):
    """What the shop's own codes look like: whole-match patterns with one group, the id."""

    employee_badge: Pattern[str] = re.compile(r"(EMP[0-9]{4,12})")
    customer_card: Pattern[str] = re.compile(r"LOY([0-9]{4,16})")


def interpret(scan: Scan, rules: ScanRules) -> Meaning:
    """Says what a scan is. Total: returns :class:`Unusable` where nothing else fits."""
    data = scan.data.reveal()
    if len(data) > _LONGEST_CODE or _DOCUMENT_START.match(data.decode("latin-1")):
        return Unusable(
            code="identity_document",
            message="This looks like an identity document. Nothing of it was kept. "
            "Check it by eye and confirm the age.",
        )
    try:
        _, text = split_aim(data.decode("ascii").strip())
    except UnicodeDecodeError:
        return _unknown()
    if match := rules.employee_badge.fullmatch(text):
        return BadgeCode(badge=match.group(1))
    if match := rules.customer_card.fullmatch(text):
        return CustomerCode(customer_id=match.group(1))
    if gtin := canonical_gtin(text):
        return ItemCode(gtin=gtin)
    if has_gtin_length(text):
        return Unusable(
            code="check_digit",
            message="The code was misread: its check digit is wrong. Scan again or key it in.",
        )
    return _unknown()


def _unknown() -> Unusable:
    return Unusable(
        code="unknown_code",
        message="This code is not an item, a badge or a customer card. Scan the item's barcode.",
    )
