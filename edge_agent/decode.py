"""``edge-agent decode``: says what the lane makes of a payload, one JSON object for each."""

import base64
import binascii
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from edge_agent.api.age import AgeReason
from edge_agent.api.sensitive import Sensitive
from edge_agent.api.values import Scan
from edge_agent.intake.aim import split_aim
from edge_agent.intake.identity.document import IdentityDocument
from edge_agent.intake.identity.judgement import judge
from edge_agent.intake.interpret import interpret
from edge_agent.intake.policy import IntakePolicy
from edge_agent.intake.scan_result import (
    BadgeCode,
    CouponCode,
    CustomerCode,
    DocumentScan,
    FunctionCode,
    GiftCardCode,
    ItemCode,
    PaymentCardScan,
    UnknownScan,
)
from edge_agent.intake.unknown import CASHIER_MESSAGES

_VARIABLE_MEASURE_PREFIXES = ("02", "2")
_VARIABLE_MEASURE_INDICATOR = "9"


@dataclass(frozen=True, slots=True)
class Question:
    """Questions that are asked of documents.

    Attributes:
        minimum_age: None asks for no verdict.
        on: the day for which everything is decided.
        reveal: adds birth date and expiry, for specimen cards.
    """

    policy: IntakePolicy
    on: date
    minimum_age: int | None = None
    reveal: bool = False


def is_identifier_or_empty(text: str) -> bool:
    """True where the text may stand where an AIM identifier is asked for."""
    return text == "" or split_aim(text) == (text, "")


class BadLine(Exception):
    """A line of input is not what ``--jsonl`` asks for; the message says what it should be."""


def decode(data: bytes, symbology: str, question: Question) -> dict[str, Any]:
    """Says what one payload is.

    Args:
        symbology: its AIM identifier, where the scanner told it beside the data; may be empty.
    """
    if symbology and split_aim(data[:3].decode("latin-1"))[0] is None:
        data = symbology.encode() + data
    meaning = interpret(Scan(data=Sensitive(data)), question.policy.rules, question.on)
    match meaning:
        case ItemCode():
            return _item(meaning)
        case BadgeCode(badge=badge):
            return {"kind": "employee", "badge": badge}
        case CustomerCode(customer_id=customer_id):
            return {"kind": "customer", "customer_id": customer_id}
        case CouponCode(gtin=gtin, elements=elements):
            return {"kind": "coupon", "gtin": gtin, "elements": dict(elements)}
        case GiftCardCode():
            return {"kind": "gift_card"}
        case FunctionCode(function=function):
            return {"kind": "function", "function": function}
        case PaymentCardScan():
            return {"kind": "payment_card"}
        case DocumentScan(document=document):
            return _document(document.reveal(), question)
        case UnknownScan(reason=reason):
            return {"kind": "unknown", "reason": reason, "message": CASHIER_MESSAGES[reason]}


def decode_lines(lines: Iterable[bytes], question: Question) -> Iterator[Mapping[str, Any]]:
    """Decodes lines of ``{"data_base64": "...", "symbology": "]L2"}``, in order.

    A line that is none becomes an ``unknown`` with reason ``bad_line``, so that every line of
    input, but for blank ones, has one of output.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            data, symbology = _read_line(line)
        except BadLine as problem:
            yield {"kind": "unknown", "reason": "bad_line", "message": f"line {number}: {problem}"}
        else:
            yield decode(data, symbology, question)


def _read_line(line: bytes) -> tuple[bytes, str]:
    try:
        given = json.loads(line)
    # A ValueError that is no JSONDecodeError: a number of too many digits.
    except (ValueError, RecursionError):
        raise BadLine("is not JSON") from None
    if not isinstance(given, dict) or not isinstance(given.get("data_base64"), str):
        raise BadLine('is not an object with "data_base64"')
    symbology = given.get("symbology") or ""
    if not isinstance(symbology, str) or not is_identifier_or_empty(symbology):
        raise BadLine('"symbology" is no AIM identifier such as "]L2"')
    try:
        return base64.b64decode(given["data_base64"], validate=True), symbology
    except (binascii.Error, ValueError):
        raise BadLine('"data_base64" is not base64') from None


def _item(code: ItemCode) -> dict[str, Any]:
    number = code.gtin.removeprefix("0")
    measured = (
        code.price is not None
        or code.weight is not None
        or code.gtin.startswith(_VARIABLE_MEASURE_INDICATOR)
        or (len(number) == 13 and number.startswith(_VARIABLE_MEASURE_PREFIXES))
    )
    return {
        "kind": "variable_measure_item" if measured else "item",
        "gtin": code.gtin,
        "read_as": code.read_as,
        "alternatives": [
            {"gtin": reading.gtin, "read_as": reading.read_as} for reading in code.readings[1:]
        ],
        "elements": dict(code.elements),
        "price": _plain(code.price),
        "currency": code.currency,
        "weight": _plain(code.weight.value) if code.weight is not None else None,
        "weight_unit": code.weight.unit if code.weight is not None else None,
        "count": code.count,
        "batch": code.batch,
        "expires": code.expires.isoformat() if code.expires is not None else None,
    }


def _plain(value: Decimal | None) -> str | None:
    return format(value, "f") if value is not None else None


def _document(document: IdentityDocument, question: Question) -> dict[str, Any]:
    """Birth and expiry only where they were asked for, and only where they are certain."""
    told: dict[str, Any] = {
        "kind": "identity_document",
        "standard": document.standard,
        "version": document.version,
        "jurisdiction": document.jurisdiction,
        "document_class": document.document_class,
        "verdict": None,
        "reasons": [reason for reason in AgeReason if reason in document.doubts],
        "expired": None,
    }
    if question.minimum_age is not None:
        judged = judge(document, question.policy.identity.rule(question.minimum_age), question.on)
        told |= {
            "verdict": judged.verdict,
            "reasons": list(judged.reasons),
            "expired": judged.expired,
        }
    if question.reveal:
        birth, expiry = document.birth, document.expiry
        exact = birth.earliest if birth is not None and birth.earliest == birth.latest else None
        last_day = expiry.last_day if expiry is not None else None
        told |= {
            "date_of_birth": exact.isoformat() if exact is not None else None,
            "expiry_date": last_day.isoformat() if last_day is not None else None,
        }
    return told
