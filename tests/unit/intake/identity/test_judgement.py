"""The decision about an age."""

from datetime import date

import pytest

from edge_agent.api.age import AgeReason, DocumentClass, Verdict
from edge_agent.intake.identity.document import (
    BirthDate,
    Expiry,
    IdentityDocument,
    Standard,
)
from edge_agent.intake.identity.judgement import (
    AgeRule,
    ExpiredPolicy,
    Judgement,
    LeapDayPolicy,
    judge,
    judge_birth_date,
)

ON = date(2026, 11, 21)
RULE = AgeRule(18)


def document(
    birth: date | BirthDate | None = date(1990, 1, 1),
    expiry: Expiry | None = Expiry(date(2030, 1, 1)),  # noqa: B008 - frozen
    issued: date | None = None,
    doubts: tuple[AgeReason, ...] = (),
) -> IdentityDocument:
    return IdentityDocument(
        standard=Standard.AAMVA,
        version=10,
        jurisdiction="VA",
        document_class=DocumentClass.DRIVING_LICENCE,
        birth=BirthDate(birth, birth) if isinstance(birth, date) else birth,
        expiry=expiry,
        issued=issued,
        doubts=doubts,
    )


def judged(verdict: Verdict, *reasons: AgeReason, expired: bool | None = False) -> Judgement:
    return Judgement(verdict, reasons, DocumentClass.DRIVING_LICENCE, expired)


@pytest.mark.parametrize(
    ("birth", "verdict"),
    [
        (date(2008, 11, 21), Verdict.PASS),
        (date(2008, 11, 22), Verdict.FAIL),
        (date(2008, 11, 20), Verdict.PASS),
        (date(1911, 1, 1), Verdict.PASS),
    ],
)
def test_a_person_is_of_age_on_their_birthday(birth: date, verdict: Verdict) -> None:
    assert judge(document(birth), RULE, ON).verdict is verdict


@pytest.mark.parametrize(
    ("policy", "on", "verdict"),
    [
        (LeapDayPolicy.MARCH_1, date(2026, 2, 28), Verdict.FAIL),
        (LeapDayPolicy.MARCH_1, date(2026, 3, 1), Verdict.PASS),
        (LeapDayPolicy.FEBRUARY_28, date(2026, 2, 27), Verdict.FAIL),
        (LeapDayPolicy.FEBRUARY_28, date(2026, 2, 28), Verdict.PASS),
    ],
)
def test_somebody_born_on_a_leap_day_comes_of_age_by_policy(
    policy: LeapDayPolicy, on: date, verdict: Verdict
) -> None:
    rule = AgeRule(18, leap_day=policy)
    assert judge(document(date(2008, 2, 29)), rule, on).verdict is verdict


def test_in_a_leap_year_the_leap_day_itself_counts() -> None:
    rule = AgeRule(20)
    assert judge(document(date(2008, 2, 29)), rule, date(2028, 2, 28)).verdict is Verdict.FAIL
    assert judge(document(date(2008, 2, 29)), rule, date(2028, 2, 29)).verdict is Verdict.PASS


def test_a_document_is_valid_through_its_last_day() -> None:
    assert judge(document(expiry=Expiry(ON)), RULE, ON) == judged(Verdict.PASS)


def test_an_expired_document_proves_nothing_unless_policy_takes_it() -> None:
    expired = document(expiry=Expiry(date(2026, 11, 20)))
    assert judge(expired, RULE, ON) == judged(Verdict.UNDETERMINED, AgeReason.EXPIRED, expired=True)
    lenient = AgeRule(18, ExpiredPolicy.ACCEPT)
    assert judge(expired, lenient, ON) == judged(Verdict.PASS, expired=True)


def test_a_document_that_never_expires_is_not_expired() -> None:
    assert judge(document(expiry=Expiry(None)), RULE, ON) == judged(Verdict.PASS)


def test_a_document_of_unknown_validity_is_treated_as_an_expired_one() -> None:
    unknown = document(expiry=None)
    assert judge(unknown, RULE, ON) == judged(
        Verdict.UNDETERMINED, AgeReason.EXPIRY_UNKNOWN, expired=None
    )
    assert judge(unknown, AgeRule(18, ExpiredPolicy.ACCEPT), ON).verdict is Verdict.PASS


def test_an_expired_document_still_shows_that_somebody_is_under_age() -> None:
    minor = document(date(2015, 1, 1), expiry=Expiry(date(2020, 1, 1)))
    assert judge(minor, RULE, ON) == judged(Verdict.FAIL, AgeReason.UNDER_AGE, expired=True)


def test_a_document_from_the_future_proves_nothing() -> None:
    future = document(issued=date(2026, 11, 22))
    assert judge(future, RULE, ON) == judged(Verdict.UNDETERMINED, AgeReason.FROM_THE_FUTURE)


@pytest.mark.parametrize("birth", [date(2026, 11, 22), date(1910, 12, 31), date(1850, 1, 1)])
def test_an_implausible_birth_date_proves_nothing(birth: date) -> None:
    assert judge(document(birth), RULE, ON) == judged(
        Verdict.UNDETERMINED, AgeReason.BIRTH_DATE_IMPLAUSIBLE
    )


def test_any_doubt_keeps_an_adult_from_passing_and_is_told() -> None:
    doubted = document(doubts=(AgeReason.CHECK_DIGIT,))
    assert judge(doubted, RULE, ON) == judged(Verdict.UNDETERMINED, AgeReason.CHECK_DIGIT)


def test_doubt_comes_before_under_age() -> None:
    doubted = document(date(2015, 1, 1), doubts=(AgeReason.DATES_DISAGREE,))
    assert judge(doubted, RULE, ON) == judged(Verdict.UNDETERMINED, AgeReason.DATES_DISAGREE)


def test_a_missing_birth_date_is_a_reason_even_where_the_parser_gave_none() -> None:
    assert judge(document(None), RULE, ON) == judged(
        Verdict.UNDETERMINED, AgeReason.BIRTH_DATE_MISSING
    )


@pytest.mark.parametrize(
    ("earliest", "latest", "verdict"),
    [
        (date(2007, 1, 1), date(2007, 12, 31), Verdict.PASS),
        (date(2008, 1, 1), date(2008, 12, 31), Verdict.UNDETERMINED),
        (date(2009, 1, 1), date(2009, 12, 31), Verdict.FAIL),
    ],
)
def test_a_birth_date_with_unknown_parts_is_judged_by_all_it_may_be(
    earliest: date, latest: date, verdict: Verdict
) -> None:
    assert judge(document(BirthDate(earliest, latest)), RULE, ON).verdict is verdict


@pytest.mark.parametrize(
    ("birth", "expired", "verdict"),
    [
        (date(2008, 11, 21), False, Verdict.PASS),
        (date(2008, 11, 21), True, Verdict.UNDETERMINED),
        (date(2008, 11, 22), True, Verdict.FAIL),
        (date(2027, 1, 1), False, Verdict.UNDETERMINED),
        (date(1, 1, 1), False, Verdict.UNDETERMINED),
    ],
)
def test_a_keyed_in_birth_date_is_judged_by_the_same_rule(
    birth: date, expired: bool, verdict: Verdict
) -> None:
    judged = judge_birth_date(birth, RULE, ON, DocumentClass.PASSPORT, expired=expired)
    assert judged.verdict is verdict


def test_the_rule_says_in_words_by_what_was_judged() -> None:
    assert str(RULE) == "18+, expired: refuse, leap day: march_1"
