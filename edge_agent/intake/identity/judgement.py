"""The decision about an age: all that leaves of an identity document."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from edge_agent.api.age import AgeReason, DocumentClass, Verdict
from edge_agent.intake.identity.document import BirthDate, IdentityDocument

OLDEST_AGE = 115
"""Years; a document of an older person is misread rather than theirs."""


class ExpiredPolicy(StrEnum):
    """Policy for expired documents and those of unknown validity."""

    REFUSE = "refuse"
    ACCEPT = "accept"


class LeapDayPolicy(StrEnum):
    """When somebody born on 29 February comes of age in a year that has none."""

    MARCH_1 = "march_1"
    FEBRUARY_28 = "february_28"


@dataclass(frozen=True, slots=True)
class AgeRule:
    """By what an age is judged; ``minimum_age`` in years."""

    minimum_age: int
    expired: ExpiredPolicy = ExpiredPolicy.REFUSE
    leap_day: LeapDayPolicy = LeapDayPolicy.MARCH_1

    def __str__(self) -> str:
        return f"{self.minimum_age}+, expired: {self.expired}, leap day: {self.leap_day}"


@dataclass(frozen=True, slots=True)
class Judgement:
    """Verdict and reasons. ``expired`` is None where the document does not tell."""

    verdict: Verdict
    reasons: tuple[AgeReason, ...]
    document_class: DocumentClass | None
    expired: bool | None


def judge(document: IdentityDocument, rule: AgeRule, on: date) -> Judgement:
    """True where the holder is of age ``on`` that day. Doubt of any kind never passes.

    A person comes of age at the beginning of their birthday.
    """
    expired = _is_expired(document, on)
    doubts = set(document.doubts)
    if document.issued is not None and document.issued > on:
        doubts.add(AgeReason.FROM_THE_FUTURE)
    verdict = Verdict.UNDETERMINED
    if document.birth is None:
        # The parser has said what is wrong with it; silence here must not become a pass.
        doubts = doubts or {AgeReason.BIRTH_DATE_MISSING}
    else:
        verdict, reason = _judge_birth(document.birth, rule, on)
        if reason is not None and not (doubts and reason is AgeReason.UNDER_AGE):
            doubts.add(reason)
    if verdict is Verdict.PASS and rule.expired is ExpiredPolicy.REFUSE:
        if expired is None:
            doubts.add(AgeReason.EXPIRY_UNKNOWN)
        elif expired:
            doubts.add(AgeReason.EXPIRED)
    if doubts and doubts != {AgeReason.UNDER_AGE}:
        verdict = Verdict.UNDETERMINED
    return Judgement(verdict, _ordered(doubts), document.document_class, expired)


def judge_birth_date(
    birth: date, rule: AgeRule, on: date, document_class: DocumentClass, *, expired: bool
) -> Judgement:
    """Judges a birth date that a person read from a document and keyed in."""
    verdict, reason = _judge_birth(BirthDate(birth, birth), rule, on)
    if verdict is Verdict.PASS and expired and rule.expired is ExpiredPolicy.REFUSE:
        verdict, reason = Verdict.UNDETERMINED, AgeReason.EXPIRED
    return Judgement(verdict, () if reason is None else (reason,), document_class, expired)


def comes_of_age(birth: date, years: int, leap_day: LeapDayPolicy) -> date:
    """The day on which somebody born on ``birth`` becomes ``years`` old."""
    try:
        return birth.replace(year=birth.year + years)
    except ValueError:
        if leap_day is LeapDayPolicy.MARCH_1:
            return date(birth.year + years, 3, 1)
        return date(birth.year + years, 2, 28)


def _judge_birth(birth: BirthDate, rule: AgeRule, on: date) -> tuple[Verdict, AgeReason | None]:
    # A birth date from the future, or of somebody too old, is a misread one.
    if birth.earliest > on or on.year - birth.latest.year > OLDEST_AGE:
        return Verdict.UNDETERMINED, AgeReason.BIRTH_DATE_IMPLAUSIBLE
    if comes_of_age(birth.latest, rule.minimum_age, rule.leap_day) <= on:
        return Verdict.PASS, None
    if comes_of_age(birth.earliest, rule.minimum_age, rule.leap_day) > on:
        return Verdict.FAIL, AgeReason.UNDER_AGE
    return Verdict.UNDETERMINED, AgeReason.BIRTH_DATE_INCOMPLETE


def _is_expired(document: IdentityDocument, on: date) -> bool | None:
    if document.expiry is None:
        return None
    return document.expiry.last_day is not None and document.expiry.last_day < on


def _ordered(reasons: Iterable[AgeReason]) -> tuple[AgeReason, ...]:
    present = set(reasons)
    return tuple(reason for reason in AgeReason if reason in present)
