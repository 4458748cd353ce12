"""Holds the tender of restricted items until somebody has checked the customer's age."""

from typing import Annotated

from pydantic import Field

from edge_agent.api.age import HIGHEST_AGE, Verdict
from edge_agent.api.events import (
    AgeChecked,
    AgeCheckRequired,
    Event,
    HoldReleased,
    ItemAdded,
    ItemVoided,
    Notice,
    PluginChanged,
    SubtotalFinalized,
)
from edge_agent.api.lane import LaneState
from edge_agent.api.plugin import (
    Action,
    Decision,
    Guard,
    LiftHold,
    PlaceHold,
    Plugin,
    Publish,
    Say,
    Settings,
    State,
)
from edge_agent.api.values import Severity

_HOLD = "age"


class AgeSettings(Settings):
    """Minimum ages of the price book's restriction categories."""

    minimum_ages: dict[str, Annotated[int, Field(ge=1, le=HIGHEST_AGE)]] = Field(
        default={"alcohol": 18, "spirits": 18, "tobacco": 18, "knives": 18, "games": 16},
        title="Minimum ages",
        description="Restriction category of the price book and the age it needs, in years.",
    )
    age_for_unknown_category: int = Field(
        default=21,
        ge=1,
        le=HIGHEST_AGE,
        title="Age for other categories",
        description="Needed for a restriction category that is not listed above.",
    )


class AgeState(State):
    """The oldest age that was proved in a basket."""

    basket_id: str = ""
    proved_age: int = 0


class AgeVerification(Plugin[AgeSettings, AgeState]):
    """Fails closed: where it cannot answer, restricted items stay held for a shift lead."""

    name = "age-verification"
    title = "Age verification"
    summary = "Holds payment of restricted items until the customer's age has been checked."
    enabled_at_first = True
    handles = (
        ItemAdded,
        ItemVoided,
        AgeChecked,
        SubtotalFinalized,
        HoldReleased,
        PluginChanged,
    )
    publishes = (AgeCheckRequired,)
    guards = (
        Guard(
            event=ItemAdded,
            when_set="restriction",
            message="The age check is not working. A shift lead must check this customer's age.",
        ),
    )

    def decide(self, event: Event | Notice, state: AgeState, lane: LaneState) -> Decision[AgeState]:
        match event:
            case ItemAdded(restriction=str()):
                return self._restricted(event, _of_basket(state, event.basket_id), lane)
            case AgeChecked():
                return self._checked(event, _of_basket(state, event.basket_id), lane)
            case ItemVoided():
                state = _of_basket(state, event.basket_id)
                return self._look(state, lane, "restricted items voided")
            case SubtotalFinalized():
                # The last look before tender also finds what was scanned while this plugin was
                # off, or before its ages were changed.
                return self._look(_of_basket(state, event.basket_id), lane, "age proved")
            case PluginChanged(plugin=self.name) if lane.basket is not None:
                return self._look(_of_basket(state, lane.basket.basket_id), lane, "ages changed")
            case HoldReleased(source=self.name) if event.released_by != self.name:
                # A lead's word stands for what is in the basket now.
                state = _of_basket(state, event.basket_id)
                return Decision(_proved(state, max(state.proved_age, self._needed(lane))))
        return Decision()

    def _restricted(self, event: ItemAdded, state: AgeState, lane: LaneState) -> Decision[AgeState]:
        category = event.restriction or ""
        needed = self._needed(lane)
        if needed <= state.proved_age:
            return Decision(state)
        required = AgeCheckRequired(
            occurred_at=event.occurred_at,
            basket_id=event.basket_id,
            line_id=event.line_id,
            category=category,
            minimum_age=self._age_of(category),
        )
        return Decision(state, (Publish(event=required), *_ask_for(needed)))

    def _checked(self, event: AgeChecked, state: AgeState, lane: LaneState) -> Decision[AgeState]:
        if event.proves_age:
            proved = max(state.proved_age, event.minimum_age)
            return self._look(_proved(state, proved), lane, f"{event.minimum_age}+ checked")
        if event.verdict is Verdict.PASS:
            # After a fail somebody else's document proves nothing: the lane says so.
            return Decision(state)
        # The newest look counts: what was believed before is no proof any more.
        doubted = _proved(state, min(state.proved_age, event.minimum_age - 1))
        return self._look(doubted, lane, "nothing restricted")

    def _look(self, state: AgeState, lane: LaneState, reason: str) -> Decision[AgeState]:
        """Holds the sale or frees it, by what is in the basket and what was proved."""
        needed = self._needed(lane)
        if needed <= state.proved_age:
            return Decision(state, (LiftHold(key=_HOLD, reason=reason),))
        return Decision(state, _ask_for(needed))

    def _needed(self, lane: LaneState) -> int:
        """The highest age that any line still in the basket needs; 0 where none does."""
        lines = lane.basket.active_lines if lane.basket is not None else ()
        return max(
            (self._age_of(line.restriction) for line in lines if line.restriction), default=0
        )

    def _age_of(self, category: str) -> int:
        return self.settings.minimum_ages.get(category, self.settings.age_for_unknown_category)


def _of_basket(state: AgeState, basket_id: str) -> AgeState:
    return state if state.basket_id == basket_id else AgeState(basket_id=basket_id)


def _proved(state: AgeState, age: int) -> AgeState:
    return state.model_copy(update={"proved_age": age})


def _ask_for(age: int) -> tuple[Action, ...]:
    message = f"Check ID: the customer must be {age} or older."
    return (
        PlaceHold(key=_HOLD, message=message, minimum_age=age),
        Say(message=message, severity=Severity.ATTENTION),
    )
