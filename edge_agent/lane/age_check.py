"""Recording an age check: what is kept of it, what it lifts, and what the cashier is told."""

from collections.abc import Mapping

from edge_agent.api.age import AgeReason, Verdict
from edge_agent.api.events import AgeChecked, Event
from edge_agent.api.lane import Basket, LaneState
from edge_agent.api.values import Prompt, Refused, Role, Severity
from edge_agent.lane import holds
from edge_agent.lane.basket import NO_SALE
from edge_agent.lane.inputs import RecordAgeCheck
from edge_agent.lane.outcome import Context, Step
from edge_agent.lane.session import NOBODY

_WHY: Mapping[AgeReason, str] = {
    AgeReason.BIRTH_DATE_MISSING: "it gives no birth date",
    AgeReason.BIRTH_DATE_UNREADABLE: "its birth date cannot be read",
    AgeReason.BIRTH_DATE_INCOMPLETE: "its birth date leaves the age open",
    AgeReason.BIRTH_DATE_IMPLAUSIBLE: "its birth date cannot be right",
    AgeReason.DATES_DISAGREE: "it contradicts itself, or two were scanned as one",
    AgeReason.DATE_UNREADABLE: "one of its dates cannot be read",
    AgeReason.CHECK_DIGIT: "it was misread, or its check digits are wrong",
    AgeReason.FROM_THE_FUTURE: "it was issued in the future, or this lane's clock is wrong",
    AgeReason.EXPIRED: "it has expired",
    AgeReason.EXPIRY_UNKNOWN: "it does not say until when it is valid",
    AgeReason.INCOMPLETE: "a part of it is missing",
    AgeReason.HEADER_UNREADABLE: "only a part of it was read",
    AgeReason.UNKNOWN_VERSION: "it is of a kind that this lane does not know",
    AgeReason.NOT_READ_HERE: "this kind of document cannot be read here; check it by eye",
}


_AFTER_A_FAIL = Prompt(
    message="An age check of this sale has failed before. A second document or a look does not "
    "undo that: void the restricted items, or call a shift lead.",
    severity=Severity.REFUSED,
)


def required_age(state: LaneState) -> int | None:
    """The highest age that a hold on the open sale asks for; None where none does."""
    held = state.basket.holds if state.basket is not None else ()
    ages = [hold.minimum_age for hold in held if hold.minimum_age is not None]
    return max(ages, default=None)


def record(state: LaneState, given: RecordAgeCheck, context: Context) -> Step | Refused:
    """Record a decision; a pass lifts every hold that asks for no more than that age.

    After a fail in the same sale a pass lifts nothing, unless a lead is signed on: else a second
    person's document would undo the first one's.
    """
    if state.operator is None:
        return NOBODY
    if state.basket is None:
        return NO_SALE
    basket, operator = state.basket, state.operator
    failed_before = basket.age_failed is not None and given.minimum_age >= basket.age_failed
    checked = AgeChecked(
        occurred_at=context.now,
        basket_id=basket.basket_id,
        minimum_age=given.minimum_age,
        verdict=given.verdict,
        method=given.method,
        employee_id=operator.employee_id,
        rule=given.rule,
        reasons=given.reasons,
        no_scan_reason=given.no_scan_reason,
        document_class=given.document_class,
        expired=given.expired,
        failed_before=failed_before,
        by_lead=operator.role is Role.LEAD,
    )
    events: list[Event] = [checked]
    held = basket.holds
    state = _with_basket(state, _remembering(basket, checked))
    state = state.saying(
        _AFTER_A_FAIL if failed_before and not checked.proves_age else _prompt(given)
    )
    for hold in held if checked.proves_age else ():
        if hold.minimum_age is not None and hold.minimum_age <= checked.minimum_age:
            reason = f"{given.minimum_age}+ checked"
            state, released = holds.release(state, hold, checked.employee_id, reason, context)
            events += released
    return Step(state, tuple(events))


def _remembering(basket: Basket, checked: AgeChecked) -> Basket:
    """The sale's memory of a check: the highest age proved, the lowest age failed."""
    if checked.proves_age:
        years = max(checked.minimum_age, basket.age_checked or 0)
        return basket.model_copy(update={"age_checked": years})
    if checked.verdict is Verdict.FAIL:
        years = min(checked.minimum_age, basket.age_failed or checked.minimum_age)
        return basket.model_copy(update={"age_failed": years, "age_checked": None})
    return basket


def _with_basket(state: LaneState, basket: Basket) -> LaneState:
    return state.model_copy(update={"basket": basket})


def _prompt(given: RecordAgeCheck) -> Prompt:
    age = given.minimum_age
    match given.verdict:
        case Verdict.PASS:
            return Prompt(message=f"Age check: {age} or older.")
        case Verdict.FAIL:
            message = f"Age check: the customer is under {age}. Void the restricted items."
        case Verdict.UNDETERMINED:
            why = "; ".join(_WHY[reason] for reason in given.reasons if reason in _WHY)
            message = (
                f"The document does not prove {age} years{': ' + why if why else ''}. "
                "Look at it and confirm the age by key, or void the restricted items."
            )
    return Prompt(message=message, severity=Severity.REFUSED)
