"""The corpus: what must be read is read, and nobody under age ever passes."""

from collections import Counter
from datetime import date

import pytest

from simulator.documents.aamva import VERSIONS
from simulator.documents.mrz import FORMATS
from tests.corpus.documents import MINIMUM_AGES, Case, Expect, cases, decoded, is_minor

CORPUS = tuple(cases())
WITHOUT_EXPIRY = "IDFRA"


@pytest.mark.parametrize("minimum_age", MINIMUM_AGES)
def test_nobody_under_age_passes(minimum_age: int) -> None:
    passed = [
        (case.document, case.damage)
        for case in CORPUS
        if is_minor(case.holder, minimum_age) and decoded(case, minimum_age)["verdict"] == "pass"
    ]
    assert passed == []


@pytest.mark.parametrize("expect", list(Expect))
def test_the_dates_are_what_the_case_asks_for(expect: Expect) -> None:
    chosen = [case for case in CORPUS if case.expect is expect]
    failed = [
        (case.document, case.damage, case.holder.birth) for case in chosen if not _holds(case)
    ]
    assert chosen
    assert failed == []


def test_undamaged_cards_of_every_version_get_the_right_verdict() -> None:
    seen = Counter[str]()
    for case in CORPUS:
        if case.expect is Expect.DATES:
            told = decoded(case, 18)
            assert told["verdict"] == ("fail" if is_minor(case.holder, 18) else "pass"), case
            assert told["expired"] is False
            seen[str(told["version"])] += 1
    assert set(seen) == {
        *(str(version) for version in VERSIONS),
        *(name for name in FORMATS if name != WITHOUT_EXPIRY),
    }


def _holds(case: Case) -> bool:
    told = decoded(case, 21)
    born, expires = told.get("date_of_birth"), told.get("expiry_date")
    right = born == case.holder.birth.isoformat()
    match case.expect:
        case Expect.DATES:
            known = case.holder.expires
            return right and expires == (known.isoformat() if known is not None else None)
        case Expect.BIRTH:
            return right
        case Expect.YOUNGER:
            younger = date(case.holder.birth.year + 100, *case.holder.birth.timetuple()[1:3])
            return born == younger.isoformat() and told["verdict"] == "fail"
        case Expect.NEVER_WRONG:
            return right or born is None or told["verdict"] == "undetermined"
        case Expect.DOUBT:
            return told.get("verdict") == "undetermined"
