"""From a document, a birth date or a look at the customer to the age check to be recorded."""

from datetime import date

from edge_agent.api.age import AgeCheckMethod
from edge_agent.api.commands import CheckAge, EnterBirthDate
from edge_agent.api.lane import LaneState
from edge_agent.api.sensitive import Sensitive
from edge_agent.api.values import Refused
from edge_agent.intake.identity.document import IdentityDocument
from edge_agent.intake.identity.judgement import AgeRule, Judgement, judge, judge_birth_date
from edge_agent.intake.identity.policy import IdentityPolicy
from edge_agent.lane import inputs
from edge_agent.lane.age_check import required_age

_NO_AGE_CHECK = Refused(
    code="no_age_check",
    message="Nothing on this sale needs an age check. Nothing of the document was kept. "
    "Scan the restricted item first.",
)
_SCAN_FORBIDDEN = Refused(
    code="scan_forbidden",
    message="This document must not be scanned here. Nothing of it was kept. "
    "Look at it and confirm the age by key.",
)
_SCAN_REQUIRED = Refused(
    code="scan_required",
    message="Here the document must be scanned. Scan it, or give the reason why it cannot be.",
)


def by_document(
    scanned: Sensitive[IdentityDocument], policy: IdentityPolicy, lane: LaneState, today: date
) -> inputs.CheckAge | Refused:
    """Judges a scanned document by the highest age that the sale asks for."""
    document = scanned.reveal()
    if not policy.may_scan(document.jurisdiction):
        return _SCAN_FORBIDDEN
    minimum_age = required_age(lane)
    if minimum_age is None:
        return _NO_AGE_CHECK
    rule = policy.rule(minimum_age)
    return _check(judge(document, rule, today), AgeCheckMethod.DOCUMENT_SCAN, rule)


def by_birth_date(
    given: EnterBirthDate, policy: IdentityPolicy, lane: LaneState, today: date
) -> inputs.CheckAge | Refused:
    """Judges a birth date that somebody read from a document."""
    if not policy.accepts(given.reason):
        return _SCAN_REQUIRED
    minimum_age = required_age(lane)
    if minimum_age is None:
        return _NO_AGE_CHECK
    rule = policy.rule(minimum_age)
    judged = judge_birth_date(
        given.birth_date, rule, today, given.document_class, expired=given.expired
    )
    checked = _check(judged, AgeCheckMethod.BIRTH_DATE_ENTERED, rule)
    return checked.model_copy(update={"no_scan_reason": given.reason})


def by_eye(given: CheckAge, policy: IdentityPolicy) -> inputs.CheckAge | Refused:
    """Takes somebody's word, where the law of the place lets it stand."""
    if not policy.accepts(given.reason):
        return _SCAN_REQUIRED
    return inputs.CheckAge(
        minimum_age=given.minimum_age,
        verdict=given.verdict,
        method=AgeCheckMethod.VISUAL,
        rule=str(policy.rule(given.minimum_age)),
        no_scan_reason=given.reason,
        document_class=given.document_class,
    )


def _check(judged: Judgement, method: AgeCheckMethod, rule: AgeRule) -> inputs.CheckAge:
    return inputs.CheckAge(
        minimum_age=rule.minimum_age,
        verdict=judged.verdict,
        method=method,
        rule=str(rule),
        reasons=judged.reasons,
        document_class=judged.document_class,
        expired=judged.expired,
    )
