"""From a scan or a command to what the lane is asked: everything looked up that it needs."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Protocol

from edge_agent.api import commands
from edge_agent.api.lane import LaneState
from edge_agent.api.sensitive import Sensitive
from edge_agent.api.values import (
    Employee,
    ItemFlag,
    Money,
    PriceBookItem,
    Refused,
    Scan,
)
from edge_agent.intake.interpret import interpret
from edge_agent.intake.payment_card import looks_like_payment_card
from edge_agent.intake.policy import DoubtfulGoods, IntakePolicy
from edge_agent.intake.scan_result import (
    BadgeCode,
    CouponCode,
    CustomerCode,
    DocumentScan,
    FunctionCode,
    GiftCardCode,
    ItemCode,
    LaneFunction,
    PaymentCardScan,
    ScanResult,
    UnknownScan,
)
from edge_agent.intake.unknown import CASHIER_MESSAGES
from edge_agent.lane import inputs
from edge_agent.lane.basket import NO_SALE
from edge_agent.runtime.pipeline.resolve_age import by_birth_date, by_document, by_eye

_PAYMENT_CARD = Refused(
    code="payment_card",
    message="This looks like a payment card's number, so nothing of it was kept. Cards are read "
    "by the payment terminal only. If it was an item, it was misread: scan it again.",
)
_COUPON = Refused(
    code="coupon",
    message="This is a coupon. This lane does not take coupons off by itself; ask a shift lead.",
)
_GIFT_CARD = Refused(
    code="gift_card",
    message="This is a gift card. Nothing of it was kept. This lane neither sells nor takes them.",
)
_NOT_BY_KEY = Refused(
    code="scan_document",
    message="A document is scanned, not keyed in. Scan it, or confirm the age by key.",
)


class Lookup(Protocol):
    """Lookup of prices, people and recalls."""

    def item(self, gtin: str) -> PriceBookItem | None: ...

    def employee(self, badge: str) -> Employee | None: ...

    def recalls(self, gtin: str) -> Mapping[str, str]:
        """Recalled batch -> reason; the batch ``""`` stands for all of them."""
        ...


class Resolver:
    """Resolve the inputs of one unit of work."""

    def __init__(self, policy: IntakePolicy, lookup: Lookup) -> None:
        self._policy = policy
        self._lookup = lookup

    def scan(self, scan: Scan, lane: LaneState, now: datetime) -> inputs.LaneInput | Refused:
        """Resolve a scan to an input of the lane, or a refusal."""
        meaning = interpret(scan, self._policy.rules, self._policy.today(now))
        return self._meaning(meaning, lane, now, quantity=1)

    def command(  # noqa: PLR0912 - a table of commands
        self, command: commands.LaneCommand, lane: LaneState, now: datetime
    ) -> inputs.LaneInput | Refused:
        """Resolve a command to an input of the lane, or a refusal."""
        today = self._policy.today(now)
        match command:
            case commands.EnterCode():
                return self._entered(command, lane, now)
            case commands.SignOn(badge=badge):
                return inputs.SignOn(employee=self._lookup.employee(badge))
            case commands.SignOff(reason=reason):
                return inputs.SignOff(reason=reason)
            case commands.StartBasket():
                return inputs.StartBasket()
            case commands.IdentifyCustomer(customer_id=customer_id):
                card = looks_like_payment_card(customer_id)
                return _PAYMENT_CARD if card else inputs.IdentifyCustomer(customer_id=customer_id)
            case commands.VoidLine(line_id=line_id):
                return inputs.VoidLine(line_id=line_id)
            case commands.VoidBasket():
                return inputs.VoidBasket()
            case commands.FinalizeSubtotal():
                return inputs.FinalizeSubtotal()
            case commands.Pay(tender=tender, tendered=tendered):
                return inputs.Pay(tender=tender, tendered=tendered)
            case commands.CheckAge():
                return by_eye(command, self._policy.identity)
            case commands.EnterBirthDate():
                return by_birth_date(command, self._policy.identity, lane, today)
            case commands.ReleaseHold():
                return self._released(command)
            case commands.NoSale():
                return self._no_sale(command)
        return Refused(
            code="unknown_command", message=f"The lane does not know the command {command.name}."
        )

    def _released(self, command: commands.ReleaseHold) -> inputs.LaneInput | Refused:
        if looks_like_payment_card(command.reason):
            return _PAYMENT_CARD
        return inputs.ReleaseHold(
            hold_id=command.hold_id,
            approver=self._lookup.employee(command.badge),
            reason=command.reason,
        )

    def _no_sale(self, command: commands.NoSale) -> inputs.LaneInput | Refused:
        if looks_like_payment_card(command.reason):
            return _PAYMENT_CARD
        return inputs.NoSale(
            reason=command.reason,
            approver=self._lookup.employee(command.badge) if command.badge else None,
        )

    def _entered(
        self, command: commands.EnterCode, lane: LaneState, now: datetime
    ) -> inputs.LaneInput | Refused:
        scan = Scan(data=Sensitive(command.code.encode()))
        meaning = interpret(scan, self._policy.rules, self._policy.today(now))
        if isinstance(meaning, DocumentScan):
            return _NOT_BY_KEY
        return self._meaning(meaning, lane, now, command.quantity)

    def _meaning(
        self, meaning: ScanResult, lane: LaneState, now: datetime, quantity: int
    ) -> inputs.LaneInput | Refused:
        match meaning:
            case ItemCode():
                return self._item(meaning, lane, now, quantity)
            case BadgeCode(badge=badge):
                return inputs.SignOn(employee=self._lookup.employee(badge))
            case CustomerCode(customer_id=customer_id):
                return inputs.IdentifyCustomer(customer_id=customer_id)
            case FunctionCode(function=function):
                return _function(function, lane)
            case DocumentScan(document=document):
                return by_document(document, self._policy.identity, lane, self._policy.today(now))
            case CouponCode():
                return _COUPON
            case GiftCardCode():
                return _GIFT_CARD
            case PaymentCardScan():
                return _PAYMENT_CARD
            case UnknownScan(reason=reason):
                return Refused(code=reason, message=CASHIER_MESSAGES[reason])

    def _item(
        self, code: ItemCode, lane: LaneState, now: datetime, quantity: int
    ) -> inputs.LaneInput | Refused:
        known = [
            (reading, item)
            for reading in code.readings
            if (item := self._lookup.item(reading.gtin)) is not None
        ]
        reading, item = known[0] if known else (code.readings[0], None)
        if item is None and code.may_be_card:
            return _PAYMENT_CARD
        flags: list[ItemFlag] = []
        warnings: list[str] = []
        for flag, policy, warning in self._doubts(code, reading.gtin, self._policy.today(now)):
            if policy is DoubtfulGoods.REFUSE:
                name = item.description if item is not None else reading.gtin
                return Refused(code=flag, message=f"{name}: {warning}", gtin=reading.gtin)
            if policy is DoubtfulGoods.FLAG:
                flags.append(flag)
                warnings.append(warning)
        return inputs.AddItem(
            gtin=reading.gtin,
            item=item,
            quantity=quantity * code.count,
            weight=code.weight,
            label_price=_money(code, lane.currency),
            flags=tuple(flags),
            warning=" ".join(warnings) or None,
            read_as=reading.read_as if len(code.readings) > 1 else None,
        )

    def _doubts(
        self, code: ItemCode, gtin: str, today: date
    ) -> list[tuple[ItemFlag, DoubtfulGoods, str]]:
        doubts: list[tuple[ItemFlag, DoubtfulGoods, str]] = []
        recalls = self._lookup.recalls(gtin)
        if code.expires is not None and code.expires < today:
            warning = f"it expired on {code.expires}. Put it aside."
            doubts.append((ItemFlag.PAST_EXPIRY, self._policy.past_expiry, warning))
        recalled = recalls.get("") or (recalls.get(code.batch) if code.batch else None)
        if recalled is not None:
            warning = f"it is recalled: {recalled}. Put it aside."
            doubts.append((ItemFlag.RECALLED, self._policy.recalled, warning))
        elif recalls and code.batch is None and self._policy.recalled is not DoubtfulGoods.IGNORE:
            # The code does not tell the batch: the pack does.
            warning = f"look at its batch: {', '.join(sorted(recalls))} must not be sold."
            doubts.append((ItemFlag.BATCHES_RECALLED, DoubtfulGoods.FLAG, warning))
        return doubts


def _function(function: LaneFunction, lane: LaneState) -> inputs.LaneInput | Refused:
    match function:
        case LaneFunction.SUBTOTAL:
            return inputs.FinalizeSubtotal()
        case LaneFunction.VOID_BASKET:
            return inputs.VoidBasket()
        case LaneFunction.SIGN_OFF:
            return inputs.SignOff(reason="requested")
        case LaneFunction.VOID_LAST_LINE:
            lines = lane.basket.active_lines if lane.basket is not None else ()
            return inputs.VoidLine(line_id=lines[-1].line_id) if lines else NO_SALE


def _money(code: ItemCode, currency: str) -> Money | None:
    """The label's price in minor units, rounded half up where the label has more decimals."""
    if code.price is None:
        return None
    return Money.nearest(code.price, code.currency or currency)
