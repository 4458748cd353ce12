"""Records how long employees were signed on, and signs off who forgot to."""

from collections.abc import Mapping
from typing import Any

from pydantic import AwareDatetime, Field

from edge_agent.api.commands import SignOff
from edge_agent.api.events import (
    EmployeeLoggedIn,
    EmployeeLoggedOut,
    EmployeeTimeRecorded,
    Event,
    ItemAdded,
    Notice,
    PaymentCompleted,
    TimerFired,
)
from edge_agent.api.lane import LaneState
from edge_agent.api.plugin import (
    Decision,
    Plugin,
    Publish,
    Record,
    Request,
    Settings,
    StartTimer,
    State,
)

_IDLE = "idle"
_RETRY_S = 60.0


class TimeSettings(Settings):
    """When to sign off by itself."""

    sign_off_after_idle_minutes: int = Field(
        default=30,
        ge=0,
        le=1440,
        title="Automatic sign-off",
        description="Minutes without an item or a payment before the lane signs off; 0: never.",
    )


class OpenSession(State):
    """A session that has not ended; ``active_at`` is the last sign of its employee.

    ``watched``: the idle timer runs.
    """

    session_id: str
    employee_id: str
    started_at: AwareDatetime
    active_at: AwareDatetime
    watched: bool


class TimeState(State):
    """An employee's open session, and the seconds of all that ended."""

    session: OpenSession | None = None
    total_seconds: int = 0


class EmployeeTime(Plugin[TimeSettings, TimeState]):
    """One row per session in its table, one event per ended session."""

    name = "employee-time"
    title = "Employee time"
    summary = "Records time per session and in total; signs off idle lanes."
    enabled_at_first = True
    handles = (EmployeeLoggedIn, EmployeeLoggedOut, ItemAdded, PaymentCompleted, TimerFired)
    publishes = (EmployeeTimeRecorded,)
    state_version = 2

    def key_of(self, event: Event | Notice, lane: LaneState) -> str:
        if isinstance(event, EmployeeLoggedIn | EmployeeLoggedOut):
            return event.employee_id
        return lane.operator.employee_id if lane.operator is not None else ""

    @classmethod
    def upgrade_states(
        cls, version: int, states: Mapping[str, dict[str, Any]]
    ) -> Mapping[str, dict[str, Any]]:
        """Version 1 kept all employees in one state."""
        del version
        kept = states.get("", {})
        totals, session = kept.get("total_seconds", {}), kept.get("session")
        upgraded = {employee: {"total_seconds": seconds} for employee, seconds in totals.items()}
        if session is not None:
            upgraded.setdefault(session["employee_id"], {})["session"] = session
        return upgraded

    def decide(
        self, event: Event | Notice, state: TimeState, lane: LaneState
    ) -> Decision[TimeState]:
        match event:
            case EmployeeLoggedIn():
                return self._signed_on(event, state)
            case EmployeeLoggedOut():
                return self._signed_off(event, state)
            case ItemAdded() | PaymentCompleted() if state.session is not None:
                active = state.session.model_copy(update={"active_at": event.occurred_at})
                return self._watch(active, state)
            case TimerFired(key=key) if key == _IDLE and state.session is not None:
                return self._look(event, state.session, state)
        return Decision()

    def _signed_on(self, event: EmployeeLoggedIn, state: TimeState) -> Decision[TimeState]:
        session = OpenSession(
            session_id=event.session_id,
            employee_id=event.employee_id,
            started_at=event.occurred_at,
            active_at=event.occurred_at,
            watched=False,
        )
        return self._watch(session, state)

    def _watch(self, session: OpenSession, state: TimeState) -> Decision[TimeState]:
        """Remembers the session and sees to it that the idle timer runs while it is wanted."""
        idle = self.settings.sign_off_after_idle_minutes
        timers: tuple[StartTimer, ...] = ()
        if idle and not session.watched:
            session = session.model_copy(update={"watched": True})
            timers = (StartTimer(key=_IDLE, seconds=idle * 60.0),)
        return Decision(state.model_copy(update={"session": session}), timers)

    def _signed_off(self, event: EmployeeLoggedOut, state: TimeState) -> Decision[TimeState]:
        session = state.session
        if session is None or session.session_id != event.session_id:
            return Decision()
        seconds = round((event.occurred_at - session.started_at).total_seconds())
        total = state.total_seconds + seconds
        recorded = EmployeeTimeRecorded(
            occurred_at=event.occurred_at,
            session_id=session.session_id,
            employee_id=session.employee_id,
            started_at=session.started_at,
            ended_at=event.occurred_at,
            seconds=seconds,
            total_seconds=total,
        )
        row = recorded.model_dump(mode="json", exclude={"type", "version", "occurred_at"})
        return Decision(
            TimeState(total_seconds=total),
            (Publish(event=recorded), Record(key=session.session_id, values=row)),
        )

    def _look(
        self, event: TimerFired, session: OpenSession, state: TimeState
    ) -> Decision[TimeState]:
        """Signs off when idle for long enough, else looks again when that would be."""
        limit = self.settings.sign_off_after_idle_minutes * 60.0
        if not limit:
            unwatched = session.model_copy(update={"watched": False})
            return Decision(state.model_copy(update={"session": unwatched}))
        remaining = limit - (event.occurred_at - session.active_at).total_seconds()
        if remaining > 0:
            return Decision(None, (StartTimer(key=_IDLE, seconds=remaining),))
        # With a sale open the lane refuses to sign off, so look again in a while.
        return Decision(
            None,
            (
                Request(command=SignOff(reason="automatic")),
                StartTimer(key=_IDLE, seconds=_RETRY_S),
            ),
        )
