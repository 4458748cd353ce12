"""What the screens say, and settings forms there and back."""

from datetime import timedelta

import pytest
from pydantic import BaseModel

from edge_agent.api.commands import EnterCode, SignOn, VoidLine
from edge_agent.control.messages import JobMessage, LaneMessage, OutboxMessage
from edge_agent.testing import NOON, PluginScenario
from plugins.age_verification import AgeSettings, AgeVerification
from plugins.customer_lookup import LookupSettings
from plugins.employee_time import TimeSettings
from plugins.fraud_detection import FraudSettings
from plugins.purchase_recommender import RecommenderSettings
from tui.form import FieldKind, FormField, fields_of
from tui.view_models import lane_view, sync_lines, undecided_receipts

BEER = "00000096385074"


def message(scenario: PluginScenario, *jobs: JobMessage) -> LaneMessage:
    return LaneMessage(phase=scenario.lane.phase, state=scenario.lane, jobs=jobs)


def test_a_held_sale_says_so_once_and_first() -> None:
    scenario = PluginScenario(AgeVerification)
    scenario.price(BEER, 99, restriction="alcohol", name="Beer")
    scenario.do(SignOn(badge="EMP1001"))
    scenario.do(EnterCode(code=BEER))
    view = lane_view(message(scenario))
    assert view.title == "Store 1  Lane 1  Anna  Sale 1"
    assert view.rows[0].cells == ("1", "Beer", "1", "0.99", "0.99", "alcohol")
    assert [notice.text for notice in view.notices] == [
        "HELD  Check ID: the customer must be 18 or older."
    ]
    assert view.total == "0.99"


def test_a_void_line_is_dim_and_says_void() -> None:
    scenario = PluginScenario(AgeVerification)
    scenario.price(BEER, name="Beer")
    scenario.do(SignOn(badge="EMP1001"))
    scenario.do(EnterCode(code=BEER))
    scenario.do(VoidLine(line_id=1))
    (row,) = lane_view(message(scenario)).rows
    assert (row.dim, row.cells[1]) == (True, "VOID Beer")


def test_receipts_that_may_be_on_paper_are_decided_about_oldest_first() -> None:
    scenario = PluginScenario(AgeVerification)
    jobs = [
        JobMessage(
            id=number,
            kind="receipt",
            status="uncertain",
            attempts=1,
            detail="power cut",
            sale_number=100 + number,
        )
        for number in (5, 3, 4)
    ]
    lane = message(scenario, *jobs)
    assert [job.id for job in undecided_receipts(lane)] == [3, 4, 5]
    told = [notice.text for notice in lane_view(lane).notices]
    assert told == ["The receipt of sale 103 may be on paper, and 2 more. Press R."]
    assert (
        lane_view(message(scenario, jobs[0]))
        .notices[0]
        .text.startswith("The receipt of sale 105 may")
    )


def outbox(**changes: object) -> OutboxMessage:
    values = {
        "forwarding": True,
        "newest_position": 10,
        "delivered_position": 10,
        "pending": 0,
        "oldest_pending_at": None,
        "failures_in_a_row": 0,
        "error": "",
        **changes,
    }
    return OutboxMessage.model_validate(values)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, "Head office has everything."),
        ({"forwarding": False}, "No broker is configured"),
        (
            {"pending": 4, "oldest_pending_at": (NOON - timedelta(hours=3)).isoformat()},
            "4 events wait for the broker, the oldest for 3.0 h. The lane sells on.",
        ),
        ({"pending": 1, "error": "no route"}, "Last error: no route"),
    ],
)
def test_delivery_in_sentences(changes: dict[str, object], says: str) -> None:
    assert any(says in line.text for line in sync_lines(outbox(**changes), NOON))


@pytest.mark.parametrize(
    "model", [AgeSettings, FraudSettings, LookupSettings, RecommenderSettings, TimeSettings]
)
def test_every_setting_of_ours_goes_through_the_form_and_back(model: type[BaseModel]) -> None:
    settings = model().model_dump(mode="json")
    fields = fields_of(model.model_json_schema(), settings)
    assert [field.name for field in fields] == list(settings)
    for field in fields:
        assert field.title
        assert field.help
        if field.kind is not FieldKind.SWITCH:
            assert field.parse(field.text) == field.value


def field(kind: FieldKind, value_kind: FieldKind = FieldKind.INTEGER) -> FormField:
    return FormField("f", "F", "", kind, value_kind, None)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (field(FieldKind.INTEGER), "ten"),
        (field(FieldKind.NUMBER), ""),
        (field(FieldKind.MAPPING), "alcohol 18"),
        (field(FieldKind.MAPPING), "alcohol = old"),
        (field(FieldKind.LIST), "x"),
        (field(FieldKind.JSON), "{"),
    ],
)
def test_what_cannot_be_read_is_a_value_error(given: FormField, text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        given.parse(text)
