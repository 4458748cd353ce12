"""The table of GS1 vectors, each with the rule it comes from, AIM identifiers on and off.

Rules are sections of the GS1 General Specifications (GenSpecs) and of the Digital Link standard,
and the published tests of GS1's own syntax engine. "composed here" marks a number made for a rule.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from edge_agent.decode import Question, decode
from edge_agent.intake.policy import IntakePolicy
from edge_agent.intake.rules import ScanRules
from edge_agent.intake.variable_measure import NATIONAL_LAYOUTS

VECTORS: list[dict[str, Any]] = [
    json.loads(line)
    for line in Path(__file__).with_name("gs1_vectors.jsonl").read_text("utf-8").splitlines()
]
ITEMS = ("item", "variable_measure_item")
ON = date(2026, 11, 21)


def told_by(vector: dict[str, Any], aim: str) -> dict[str, Any]:
    layouts = NATIONAL_LAYOUTS[vector["country"]] if "country" in vector else ()
    question = Question(IntakePolicy(rules=ScanRules(layouts=layouts)), ON)
    return decode((aim + vector["data"]).encode(), "", question)


def is_told_apart_without_aim(vector: dict[str, Any]) -> bool:
    """Whether the data says by itself what it is."""
    data: str = vector["data"]
    return (
        vector["kind"] in ITEMS
        and vector["aim"] != ""
        and (data.startswith(("01", "https://", "http://")) or len(data) in (12, 13, 14))
        and vector["aim"] != "]E3"
    )


def check(vector: dict[str, Any], aim: str) -> None:
    told = told_by(vector, aim)
    assert told["kind"] == vector["kind"]
    for key in ("gtin", "elements", "price", "weight", "reason"):
        if key in vector:
            assert told[key] == vector[key]


def test_there_are_enough_of_every_kind() -> None:
    kinds = [vector["kind"] for vector in VECTORS]
    assert len(VECTORS) >= 150
    for kind, least in {
        "item": 80,
        "variable_measure_item": 40,
        "coupon": 15,
        "unknown": 100,
    }.items():
        assert kinds.count(kind) >= least


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['aim']}{vector['data']}")
def test_as_the_scanner_sends_it(vector: dict[str, Any]) -> None:
    check(vector, vector["aim"])


@pytest.mark.parametrize(
    "vector",
    [vector for vector in VECTORS if is_told_apart_without_aim(vector)],
    ids=lambda vector: str(vector["data"]),
)
def test_without_aim_identifier(vector: dict[str, Any]) -> None:
    check(vector, "")
