"""Employee time: per session, in total, and nobody stays signed on by accident."""

from typing import Any

from edge_agent.api.commands import EnterCode, SignOff, SignOn, VoidBasket
from edge_agent.api.events import EmployeeLoggedOut, EmployeeTimeRecorded
from edge_agent.testing import PluginScenario
from plugins.employee_time import EmployeeTime

PEN = "04006381333931"


def lane(**settings: Any) -> PluginScenario:
    scenario = PluginScenario(EmployeeTime, **settings)
    scenario.price(PEN)
    scenario.do(SignOn(badge="EMP1001"))
    return scenario


def test_a_session_is_timed_recorded_and_added_up() -> None:
    scenario = lane()
    scenario.advance(3600)
    scenario.do(SignOff())
    scenario.do(SignOn(badge="EMP1001"))
    scenario.advance(60)
    recorded = scenario.do(SignOff())[-1]
    assert isinstance(recorded, EmployeeTimeRecorded)
    assert (recorded.seconds, recorded.total_seconds) == (60, 3660)
    assert scenario.records[0].values["seconds"] == 3600


def test_employees_are_added_up_apart() -> None:
    scenario = lane()
    scenario.advance(100)
    scenario.do(SignOff())
    scenario.do(SignOn(badge="EMP9001"))
    scenario.advance(5)
    recorded = scenario.do(SignOff())[-1]
    assert isinstance(recorded, EmployeeTimeRecorded)
    assert recorded.total_seconds == 5


def test_an_idle_lane_signs_off_by_itself() -> None:
    scenario = lane(sign_off_after_idle_minutes=10)
    assert scenario.timers[0].seconds == 600
    scenario.advance(600)
    logged_out, recorded = scenario.fire(scenario.timers[0])
    assert isinstance(logged_out, EmployeeLoggedOut)
    assert logged_out.reason == "automatic"
    assert isinstance(recorded, EmployeeTimeRecorded)
    assert scenario.lane.operator is None


def test_activity_puts_the_sign_off_back() -> None:
    scenario = lane(sign_off_after_idle_minutes=10)
    scenario.advance(400)
    scenario.do(EnterCode(code=PEN))
    scenario.do(VoidBasket())
    scenario.advance(200)
    assert scenario.fire(scenario.timers[0]) == []
    assert scenario.timers[-1].seconds == 400


def test_an_open_sale_is_not_signed_off_but_looked_at_again() -> None:
    scenario = lane(sign_off_after_idle_minutes=10)
    scenario.do(EnterCode(code=PEN))
    scenario.advance(600)
    assert scenario.fire(scenario.timers[0]) == []
    assert scenario.lane.operator is not None
    assert scenario.timers[-1].seconds == 60


def test_zero_never_signs_off() -> None:
    scenario = lane(sign_off_after_idle_minutes=0)
    assert scenario.timers == []


def test_a_late_timer_after_sign_off_does_nothing() -> None:
    scenario = lane()
    scenario.do(SignOff())
    assert scenario.fire(scenario.timers[0]) == []


def test_totals_of_an_older_version() -> None:
    """One state for all employees becomes one for each, the open session included."""
    session = {
        "session_id": "s",
        "employee_id": "1001",
        "started_at": "2026-03-01T12:00:00Z",
        "active_at": "2026-03-01T12:00:00Z",
        "watched": True,
    }
    older = {"": {"session": session, "total_seconds": {"1001": 60, "9001": 5}}}
    assert EmployeeTime.upgrade_states(1, older) == {
        "1001": {"session": session, "total_seconds": 60},
        "9001": {"total_seconds": 5},
    }
    assert EmployeeTime.upgrade_states(1, {}) == {}
