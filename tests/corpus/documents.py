"""The corpus of identity documents: every version, every kind of damage, every side of a birthday.

Built from the standards by ``simulator.documents``, which shares no code with intake. Run as a
program it decodes all of them and prints the counts (``make corpus``).
"""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from random import Random
from typing import Any

from edge_agent.decode import Question, decode
from edge_agent.intake.policy import IntakePolicy
from simulator.documents.aamva import ISSUERS, VERSIONS, Card, WriteDate, dashed, month_first
from simulator.documents.aamva import year_first as year_first_date
from simulator.documents.damage import READABLE, UNREADABLE
from simulator.documents.holder import Holder, holder_born, turning
from simulator.documents.mrz import FORMATS, Zone

ON = date(2026, 11, 21)
MINIMUM_AGES = (16, 18, 21)

BIRTHS: Mapping[str, date] = {
    "40": date(1986, 6, 6),
    "101": date(1925, 12, 24),
    "21 today": turning(21, ON),
    "21 tomorrow": turning(21, ON) + timedelta(days=1),
    "18 today": turning(18, ON),
    "18 tomorrow": turning(18, ON) + timedelta(days=1),
    "17": date(2009, 3, 31),
    "leap day": date(2008, 2, 29),
    "16 tomorrow": turning(16, ON) + timedelta(days=1),
    "10": date(2016, 10, 10),
}
_STYLES: tuple[WriteDate | None, ...] = (None, month_first, year_first_date, dashed)


class Expect(StrEnum):
    """What must hold of a case, beside that no minor passes."""

    DATES = "both dates read right"
    BIRTH = "birth date read right"
    YOUNGER = "read as a person a century younger"
    NEVER_WRONG = "birth date right, or not believed"
    DOUBT = "undetermined"


@dataclass(frozen=True, slots=True)
class Case:
    """One document as it arrives."""

    document: str
    damage: str
    holder: Holder
    payload: bytes
    expect: Expect


def cases() -> Iterator[Case]:
    """All of the corpus, the same every time."""
    yield from _aamva_cases()
    yield from _contradictions()
    yield from _mrz_cases()


def is_minor(holder: Holder, minimum_age: int) -> bool:
    """Whether the holder is under age; counted in days lived, not as intake counts."""
    years = ON.year - holder.birth.year
    return (years, (ON.month, ON.day)) < (minimum_age, (holder.birth.month, holder.birth.day))


def _aamva_cases() -> Iterator[Case]:
    for version in VERSIONS:
        for place, jurisdiction in enumerate(ISSUERS):
            for number, birth in enumerate(BIRTHS.values()):
                holder = holder_born(birth, ON)
                undamaged = Card(version, jurisdiction, kind="ID" if number % 4 == 3 else "DL")
                yield _case(undamaged, holder, "none", Expect.DATES)
                odd = replace(
                    undamaged,
                    write_date=_STYLES[(version + place + number) % len(_STYLES)],
                    under_age_until=number % 2 == 0,
                    file_type=("ANSI ", "AAMVA", "AMVA ")[(version + number) % 3],
                    more_subfiles=(("ZV", (("ZVA", "01"), ("ZVB", "19450101"))),),
                )
                yield _case(odd, holder, "odd dates, file type, subfiles", Expect.DATES)
                for damage in READABLE:
                    if damage != "none":
                        yield _case(odd, holder, damage, Expect.BIRTH)
                for damage in UNREADABLE:
                    yield _case(odd, holder, damage, Expect.NEVER_WRONG)


def _case(card: Card, holder: Holder, damage: str, expect: Expect) -> Case:
    payload = card.payload(holder)
    inflict = {**READABLE, **UNREADABLE}.get(damage)
    if inflict is not None:
        seed = f"{card.version} {card.jurisdiction} {holder.birth} {damage}"
        payload = inflict(payload, Random(seed))
    return Case(f"AAMVA {card.version:02d}", damage, holder, payload, expect)


def _contradictions() -> Iterator[Case]:
    adult = date(1986, 6, 6)
    for version in VERSIONS:
        for birth in BIRTHS.values():
            holder = holder_born(birth, ON)
            if birth == adult:
                continue
            older = month_first(adult)
            # Two cards held before the scanner at once: only one of them is the customer's.
            merged = Card(version).payload(holder_born(adult, ON)) + Card(version).payload(holder)
            yield Case(f"AAMVA {version:02d}", "two cards as one", holder, merged, Expect.DOUBT)
            contradicting: Mapping[str, Card] = {
                "another birth date in a second subfile": Card(
                    version, more_subfiles=(("ID", (("DAQ", "1"), ("DBB", older))),)
                ),
                "under 21 until another day": Card(
                    version, more_subfiles=(("ID", (("DDJ", "01012007"),)),)
                ),
                "issued in the future": Card(version, replaced={"DBD": "01012030"}),
                "issued before birth": Card(version, replaced={"DBD": "01011919"}),
                "impossible birth date": Card(version, replaced={"DBB": "13131990"}),
                "birth date in the future": Card(version, replaced={"DBB": "01012031"}),
                "birth date of 1900": Card(version, replaced={"DBB": "01011900"}),
                "birth date with two-digit year": Card(version, replaced={"DBB": "060686"}),
                "birth date with a letter": Card(version, replaced={"DBB": "0606I986"}),
                "unknown version": replace(Card(version), version=87),
            }
            for damage, card in contradicting.items():
                payload = card.payload(holder)
                yield Case(f"AAMVA {version:02d}", damage, holder, payload, Expect.DOUBT)


def _mrz_cases() -> Iterator[Case]:
    for format_ in FORMATS:
        for birth in BIRTHS.values():
            holder = holder_born(birth, ON)
            numbers = {"D23145890": "none"}
            if format_ in ("TD1", "TD2"):
                numbers["XY1234567890"[: 15 if format_ == "TD1" else 14]] = "long document number"
            for number, name in numbers.items():
                zone = Zone(format_, number=number)
                told_by_two_digits = birth.year > ON.year - 100
                exact = Expect.DATES if format_ != "IDFRA" else Expect.BIRTH
                for line_end, ends in (("\r\n", name), ("", "lines run together"), ("\r", "CR")):
                    payload = zone.payload(holder, line_end)
                    expect = exact if told_by_two_digits else Expect.YOUNGER
                    yield Case(format_, ends, holder, payload, expect)
                yield from _misread_zones(format_, zone, holder)
            if format_ != "IDFRA":
                for unknown, name in ((1, "day of birth unknown"), (2, "month of birth unknown")):
                    payload = Zone(format_, unknown=unknown).payload(holder)
                    yield Case(format_, name, holder, payload, Expect.NEVER_WRONG)
                payload = Zone(format_, unknown=3).payload(holder)
                yield Case(format_, "year of birth unknown", holder, payload, Expect.DOUBT)


def _misread_zones(format_: str, zone: Zone, holder: Holder) -> Iterator[Case]:
    """One digit of the birth date misread, in every place."""
    whole = zone.payload(holder).decode()
    start = whole.index(f"{holder.birth:%y%m%d}")
    for place in range(start, start + 6):
        for digit in "0123456789":
            if digit != whole[place]:
                payload = (whole[:place] + digit + whole[place + 1 :]).encode()
                yield Case(format_, "a digit of the birth misread", holder, payload, Expect.DOUBT)
    broken = whole[: len(whole) - 5].encode()
    yield Case(format_, "broken off", holder, broken, Expect.NEVER_WRONG)


def decoded(case: Case, minimum_age: int) -> dict[str, Any]:
    """What ``edge-agent decode --reveal`` says of a case."""
    return decode(case.payload, "", Question(IntakePolicy(), ON, minimum_age, reveal=True))


def main() -> None:
    """Prints how many cases there are, how many were read, and the verdicts."""
    counts: Counter[tuple[str, str]] = Counter()
    wrong = passed = documents = 0
    for case in cases():
        documents += 1
        for age in MINIMUM_AGES:
            told = decoded(case, age)
            under_age = is_minor(case.holder, age)
            verdict = told.get("verdict") or told["kind"]
            counts[case.expect, f"{'under' if under_age else 'of'} age: {verdict}"] += 1
            passed += under_age and verdict == "pass"
        born = told.get("date_of_birth")
        trusted = case.expect is not Expect.YOUNGER and told.get("verdict") != "undetermined"
        wrong += trusted and born not in (None, case.holder.birth.isoformat())
    lines = [f"{documents} documents, each judged for {', '.join(map(str, MINIMUM_AGES))} years"]
    for (expect, verdict), count in sorted(counts.items()):
        lines.append(f"  {expect:36} {verdict:24} {count:7}")
    lines.append(f"birth dates read wrong and believed: {wrong}")
    lines.append(f"people under age who passed: {passed}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
