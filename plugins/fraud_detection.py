"""Watches for patterns that a loss-prevention team wants to know of."""

from datetime import datetime, timedelta

from pydantic import AwareDatetime, Field

from edge_agent.api.events import (
    BasketVoided,
    EmployeeLoggedIn,
    Event,
    FraudAlerted,
    ItemVoided,
    Notice,
    PaymentCompleted,
    ScanRefused,
    Tender,
)
from edge_agent.api.lane import LaneState
from edge_agent.api.plugin import (
    Action,
    Decision,
    PlaceHold,
    Plugin,
    Publish,
    Say,
    Settings,
    State,
)
from edge_agent.api.values import Severity


class FraudSettings(Settings):
    """The limits; 0 turns a rule off. Amounts in minor units (cents)."""

    voids_in_window: int = Field(
        default=3,
        ge=0,
        title="Voided lines",
        description="Alert when this many lines were voided within the window.",
    )
    refused_scans_in_window: int = Field(
        default=8,
        ge=0,
        title="Refused scans",
        description="Alert when this many scans were refused within the window.",
    )
    window_minutes: int = Field(
        default=15, ge=1, le=1440, title="Window", description="Length of the window in minutes."
    )
    void_after_subtotal: bool = Field(
        default=True,
        title="Void after subtotal",
        description="Alert when a line is voided after the customer was told the total.",
    )
    voided_sale_amount: int = Field(
        default=5000,
        ge=0,
        title="Voided sale",
        description="Alert when a whole sale of at least this amount is voided.",
    )
    cash_amount: int = Field(
        default=100_000,
        ge=0,
        title="Cash handed over",
        description="Alert when a customer hands over at least this much cash.",
    )
    hold_for_lead: bool = Field(
        default=False,
        title="Hold for a lead",
        description="An alert during a sale also holds the payment until a lead lifts the hold.",
    )


class FraudState(State):
    """When what was seen, for the operator's session."""

    voids: tuple[AwareDatetime, ...] = ()
    refused_scans: tuple[AwareDatetime, ...] = ()


class FraudDetection(Plugin[FraudSettings, FraudState]):
    """Configured rules over the events of one operator's session; each match is one alert."""

    name = "fraud-detection"
    title = "Fraud detection"
    summary = "Alerts head office on many voids, voided sales, refused scans and large cash."
    enabled_at_first = True
    handles = (EmployeeLoggedIn, ItemVoided, BasketVoided, PaymentCompleted, ScanRefused)
    publishes = (FraudAlerted,)

    def decide(
        self, event: Event | Notice, state: FraudState, lane: LaneState
    ) -> Decision[FraudState]:
        match event:
            case EmployeeLoggedIn():
                return Decision(FraudState())
            case ItemVoided():
                return self._voided(event, state, lane)
            case ScanRefused():
                return self._refused(event, state, lane)
            case BasketVoided(total=total):
                limit = self.settings.voided_sale_amount
                if 0 < limit <= total.minor:
                    message = f"A sale of {total} was voided."
                    return Decision(
                        None, self._alert("voided-sale", event, lane, total.minor, limit, message)
                    )
            case PaymentCompleted(tendered=tendered, tender=Tender.CASH):
                limit = self.settings.cash_amount
                if 0 < limit <= tendered.minor:
                    message = f"{tendered} were handed over in cash."
                    return Decision(
                        None, self._alert("large-cash", event, lane, tendered.minor, limit, message)
                    )
        return Decision()

    def _voided(
        self, event: ItemVoided, state: FraudState, lane: LaneState
    ) -> Decision[FraudState]:
        actions: tuple[Action, ...] = ()
        if event.after_subtotal and self.settings.void_after_subtotal:
            message = f"A line of {event.amount} was voided after the subtotal."
            actions += self._alert("void-after-subtotal", event, lane, 1, 1, message)
        voids = self._within_window(state.voids, event.occurred_at)
        limit = self.settings.voids_in_window
        if 0 < limit <= len(voids):
            message = f"{len(voids)} lines voided within {self.settings.window_minutes} minutes."
            actions += self._alert("many-voids", event, lane, len(voids), limit, message)
            voids = ()
        return Decision(state.model_copy(update={"voids": voids}), actions)

    def _refused(
        self, event: ScanRefused, state: FraudState, lane: LaneState
    ) -> Decision[FraudState]:
        actions: tuple[Action, ...] = ()
        refused = self._within_window(state.refused_scans, event.occurred_at)
        limit = self.settings.refused_scans_in_window
        if 0 < limit <= len(refused):
            message = f"{len(refused)} scans refused within {self.settings.window_minutes} minutes."
            actions = self._alert("many-refused-scans", event, lane, len(refused), limit, message)
            refused = ()
        return Decision(state.model_copy(update={"refused_scans": refused}), actions)

    def _within_window(self, seen: tuple[datetime, ...], now: datetime) -> tuple[datetime, ...]:
        since = now - timedelta(minutes=self.settings.window_minutes)
        return (*(moment for moment in seen if moment > since), now)

    def _alert(
        self, rule: str, event: Event, lane: LaneState, observed: int, limit: int, message: str
    ) -> tuple[Action, ...]:
        if lane.operator is None:
            return ()
        alert = FraudAlerted(
            occurred_at=event.occurred_at,
            rule=rule,
            employee_id=lane.operator.employee_id,
            basket_id=lane.basket.basket_id if lane.basket is not None else None,
            observed=observed,
            limit=limit,
            message=message,
        )
        if not self.settings.hold_for_lead or lane.basket is None:
            return (Publish(event=alert),)
        asked = f"{message} A shift lead must look at this sale."
        return (
            Publish(event=alert),
            PlaceHold(key=rule, message=asked),
            Say(message=asked, severity=Severity.ATTENTION),
        )
