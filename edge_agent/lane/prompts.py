"""Prompts: the sentences that a cashier sees, derived from events.

All words of the lane to the cashier that outlive one answer are here, so that another language is
another page like this one.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

from edge_agent.api.age import AgeReason, Verdict
from edge_agent.api.events import (
    AgeChecked,
    AgentStarted,
    BasketStarted,
    BasketVoided,
    CustomerIdentified,
    DeviceChanged,
    DrawerCompleted,
    DrawerDecided,
    DrawerLeftOpen,
    DrawerMoved,
    EmployeeLoggedIn,
    EmployeeLoggedOut,
    Event,
    HoldReleased,
    ItemAdded,
    ItemVoided,
    JournalDamaged,
    NoSaleOpened,
    PaymentCompleted,
    PluginFaulted,
    ReceiptCompleted,
    ReceiptDecided,
    ReceiptDelayed,
    ReceiptUnreadable,
    ScanRefused,
    SubtotalFinalized,
)
from edge_agent.api.lane import LaneState
from edge_agent.api.values import Prompt, Severity

MOST_PROMPTS: Mapping[str, int] = {"input": 6, "sale": 20, "retracted": 20}
"""``Prompt.lasts`` -> the most prompts of that kind that are shown."""
ENDS_SALE = (BasketVoided, PaymentCompleted)
_ANSWERS_INPUT = (
    *ENDS_SALE,
    EmployeeLoggedIn,
    EmployeeLoggedOut,
    BasketStarted,
    CustomerIdentified,
    ItemAdded,
    ItemVoided,
    SubtotalFinalized,
    AgeChecked,
    NoSaleOpened,
    ScanRefused,
)
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
_AFTER_A_FAIL = (
    "An age check of this sale has failed before. A second document or a look does not undo that: "
    "void the restricted items, or call a shift lead."
)


def prompts_after(state: LaneState, event: Event) -> tuple[Prompt, ...]:
    """The prompts after an event.

    Args:
        state: the lane before the event.
    """
    over = _over(event)
    retracted = _retracted_source(event)
    said = _said(state, event)
    if not over and retracted is None and not said and not isinstance(event, AgentStarted):
        return state.prompts
    kept = tuple(
        prompt
        for prompt in state.prompts
        if prompt.lasts not in over
        and prompt.source != retracted
        and prompt not in said
        and not (isinstance(event, AgentStarted) and _told_anew(prompt))
    )
    return bounded((*kept, *said))


def answers_input(event: Event) -> bool:
    """True where what was said until the next input is over."""
    return isinstance(event, _ANSWERS_INPUT) or _is_by_lead(event)


def drawer_source(device: str) -> str:
    """The source of prompts about an open drawer, which end when it is closed."""
    return f"{device} drawer"


def job_source(job_id: int) -> str:
    """The source of prompts about a job, which end with it."""
    return f"job {job_id}"


def job_of(source: str) -> int | None:
    """The job that the prompts of a source are about; None where they are about something else."""
    word, _, number = source.partition(" ")
    return int(number) if word == "job" and number.isdecimal() else None


def bounded(prompts: Iterable[Prompt]) -> tuple[Prompt, ...]:
    """The newest prompts of each kind: no number of words about items hides one about a printer."""
    room = dict(MOST_PROMPTS)
    kept: list[Prompt] = []
    for prompt in reversed(tuple(prompts)):
        if room[prompt.lasts] > 0:
            room[prompt.lasts] -= 1
            kept.append(prompt)
    return tuple(reversed(kept))


def _told_anew(prompt: Prompt) -> bool:
    """True for what devices said: they say it again after a start, if it is still so."""
    return prompt.lasts == "retracted" and job_of(prompt.source) is None


def _over(event: Event) -> tuple[str, ...]:
    if isinstance(event, ENDS_SALE):
        return ("input", "sale")
    return ("input",) if answers_input(event) else ()


def _is_by_lead(event: Event) -> bool:
    return isinstance(event, HoldReleased) and event.means == "lead"


def _retracted_source(event: Event) -> str | None:
    """The source whose earlier prompts are no longer so."""
    match event:
        case DeviceChanged(device=device):
            return device
        case DrawerMoved(device=device, position="closed"):
            return drawer_source(device)
        case (
            ReceiptDelayed(job_id=job_id)
            | ReceiptCompleted(job_id=job_id)
            | ReceiptDecided(job_id=job_id)
            | DrawerDecided(job_id=job_id)
        ):
            return job_source(job_id)
    return None


def _said(state: LaneState, event: Event) -> tuple[Prompt, ...]:
    """The prompts that an event adds."""
    match event:
        case ItemAdded():
            return _about_item(event)
        case AgeChecked():
            return (_about_age(event),)
        case ScanRefused(message=message):
            return (Prompt(message=message, severity=Severity.REFUSED),)
        case DeviceChanged() | DrawerLeftOpen() | PluginFaulted() | JournalDamaged():
            return _about_machine(event)
        case ReceiptDelayed() | ReceiptCompleted() | ReceiptUnreadable() | DrawerCompleted():
            return _about_output(event)
    message = _about_sale(state, event)
    return (Prompt(message=message),) if message else ()


def _about_sale(state: LaneState, event: Event) -> str:
    match event:
        case EmployeeLoggedIn(name=name):
            return f"Hello {name}. Scan the first item."
        case EmployeeLoggedOut():
            return "Signed off. Goodbye."
        case CustomerIdentified():
            return "Customer card read."
        case ItemVoided(line_id=line_id):
            lines = state.basket.lines if state.basket is not None else ()
            found = next((line.description for line in lines if line.line_id == line_id), "")
            return f"Voided: {found}."
        case BasketVoided():
            return f"Sale {state.last_sale_number} is void."
        case SubtotalFinalized(total=total):
            return f"To pay: {total}."
        case PaymentCompleted(change=change):
            return f"Paid. Change: {change}." if change.minor else "Paid. No change."
        case NoSaleOpened(reason=reason):
            return f"The drawer is opened without a sale: {reason}."
        case HoldReleased() if _is_by_lead(event):
            return "Hold lifted by a shift lead."
    return ""


def _about_item(event: ItemAdded) -> tuple[Prompt, ...]:
    prompts: list[Prompt] = []
    if event.read_as is not None:
        read_as = event.read_as.upper()
        prompts.append(Prompt(message=f"{event.description}: the code was read as {read_as}."))
    if event.warning is not None:
        message = f"{event.description}: {event.warning}"
        prompts.append(Prompt(message=message, severity=Severity.ATTENTION, lasts="sale"))
    return tuple(prompts)


def _about_age(event: AgeChecked) -> Prompt:
    age = event.minimum_age
    if event.failed_before and not event.proves_age:
        return Prompt(message=_AFTER_A_FAIL, severity=Severity.REFUSED)
    match event.verdict:
        case Verdict.PASS:
            return Prompt(message=f"Age check: {age} or older.")
        case Verdict.FAIL:
            message = f"Age check: the customer is under {age}. Void the restricted items."
        case Verdict.UNDETERMINED:
            why = "; ".join(_WHY[reason] for reason in event.reasons if reason in _WHY)
            message = (
                f"The document does not prove {age} years{': ' + why if why else ''}. "
                "Look at it and confirm the age by key, or void the restricted items."
            )
    return Prompt(message=message, severity=Severity.REFUSED)


def _about_machine(
    event: DeviceChanged | DrawerLeftOpen | PluginFaulted | JournalDamaged,
) -> tuple[Prompt, ...]:
    match event:
        case JournalDamaged(detail=detail):
            return (_machine(detail, "journal", "sale"),)
        case DeviceChanged(device=device, advice=advice):
            return (_machine(advice, device),) if advice else ()
        case DrawerLeftOpen(device=device):
            return (_machine("The cash drawer is open. Close it.", drawer_source(device)),)
        case PluginFaulted(plugin=plugin, detail=detail, quarantined=True):
            message = f"{plugin} is quarantined: {detail}. Tell a shift lead."
            return (_machine(message, plugin, "sale"),)
    return ()


def _about_output(
    event: ReceiptDelayed | ReceiptCompleted | ReceiptUnreadable | DrawerCompleted,
) -> tuple[Prompt, ...]:
    source, detail = job_source(event.job_id), event.detail
    match event:
        case ReceiptDelayed(sale_number=number):
            return (_machine(f"The receipt of sale {number} waits: {detail}.", source),)
        case ReceiptCompleted(outcome="uncertain"):
            message = f"{_receipt(event)} may be on paper ({detail}). Look, then decide."
            return (_machine(message, source),)
        case ReceiptCompleted(outcome="failed"):
            return (_machine(f"{_receipt(event)} was not printed: {detail}.", source),)
        case ReceiptUnreadable():
            return (_machine(f"A receipt was not printed: {detail}. Tell IT.", source),)
        case DrawerCompleted(outcome="not_opened"):
            message = f"The drawer did not open: {detail}. Open it with the key."
            return (_machine(message, source, "sale"),)
        case DrawerCompleted(interrupted=True):
            message = "The drawer may have been opened: the agent stopped meanwhile. Look at it."
            return (_machine(message, source, "sale"),)
    return ()


def _receipt(event: ReceiptCompleted) -> str:
    number = event.sale_number
    return "A receipt" if number is None else f"The receipt of sale {number}"


def _machine(
    message: str, source: str, lasts: Literal["sale", "retracted"] = "retracted"
) -> Prompt:
    """A word about the machine, which must not be wiped away by the next scan."""
    return Prompt(message=message, severity=Severity.ATTENTION, source=source, lasts=lasts)
