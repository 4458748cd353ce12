"""Small plugins that behave, and some that do not."""

import sys
from typing import Any

from edge_agent.api.commands import StartBasket, VoidBasket
from edge_agent.api.events import (
    BasketStarted,
    BasketVoided,
    Event,
    HoldPlaced,
    HoldReleased,
    ItemAdded,
    Notice,
    PluginReported,
)
from edge_agent.api.lane import LaneState
from edge_agent.api.plugin import (
    Decision,
    Guard,
    LiftHold,
    PlaceHold,
    Plugin,
    Publish,
    Record,
    Request,
    Say,
    Settings,
    State,
)
from edge_agent.runtime.pipeline.unit_of_work import MOST_CONSEQUENCES
from edge_agent.testing import NOON


class CountSettings(Settings):
    step: int = 1


class CountState(State):
    count: int = 0


class Counter(Plugin[CountSettings, CountState]):
    name = "counter"
    title = "Counter"
    summary = "Counts items."
    handles = (ItemAdded,)
    publishes = (PluginReported,)

    def decide(
        self, event: Event | Notice, state: CountState, lane: LaneState
    ) -> Decision[CountState]:
        count = state.count + self.settings.step
        report = PluginReported(
            occurred_at=event.occurred_at, plugin=self.name, topic="count", values={"n": count}
        )
        return Decision(CountState(count=count), (Publish(event=report), Say(message=f"{count}")))


class Broken(Plugin[CountSettings, CountState]):
    name = "broken"
    title = "Broken"
    summary = "Always raises."
    handles = (ItemAdded,)
    guards = (Guard(event=ItemAdded, when_set="restriction", message="A lead must look."),)

    def decide(
        self, event: Event | Notice, state: CountState, lane: LaneState
    ) -> Decision[CountState]:
        raise RuntimeError("it is broken")


class Undeclared(Plugin[CountSettings, CountState]):
    name = "undeclared"
    title = "Undeclared"
    summary = "Publishes what it did not declare."
    handles = (ItemAdded,)

    def decide(
        self, event: Event | Notice, state: CountState, lane: LaneState
    ) -> Decision[CountState]:
        return Decision(None, (Publish(event=event),) if isinstance(event, Event) else ())


class Endless(Plugin[CountSettings, CountState]):
    name = "endless"
    title = "Endless"
    summary = "Answers itself for ever."
    handles = (ItemAdded, PluginReported)
    publishes = (PluginReported,)

    def decide(
        self, event: Event | Notice, state: CountState, lane: LaneState
    ) -> Decision[CountState]:
        report = PluginReported(
            occurred_at=event.occurred_at, plugin=self.name, topic="again", values={}
        )
        return Decision(None, (Publish(event=report),))


class Misbehaving(Plugin[CountSettings, CountState]):
    """Does with each item what its class attribute ``how`` says."""

    name = "misbehaving"
    title = "Misbehaving"
    summary = "Finds every way to be a nuisance."
    handles = (ItemAdded, HoldPlaced, HoldReleased, BasketVoided, BasketStarted)
    publishes = (PluginReported,)
    how = "exit"
    given: Any = None

    def decide(
        self, event: Event | Notice, state: CountState, lane: LaneState
    ) -> Decision[CountState]:
        anything: Any
        match self.how:
            case "exit":
                sys.exit(3)
            case "unserialisable record":
                return Decision(None, (Record(key="k", values={"at": NOON}),))
            case "wrong state":
                anything = CountSettings()
                return Decision(anything)
            case "no action":
                anything = "please"
                return Decision(None, (anything,))
            case "no decision":
                anything = None
                return anything  # type: ignore[no-any-return]
            case "hold ping-pong":
                if isinstance(event, HoldPlaced):
                    return Decision(None, (LiftHold(key="k", reason="r"),))
                return Decision(None, (PlaceHold(key="k", message="m"),))
            case "request ping-pong":
                if isinstance(event, BasketVoided):
                    return Decision(None, (Request(command=StartBasket()),))
                return Decision(None, (Request(command=VoidBasket()),))
            case "chatty":
                if not isinstance(event, ItemAdded):
                    return Decision(None)
                said = PluginReported(
                    occurred_at=event.occurred_at, plugin=self.name, topic="t", values={}
                )
                return Decision(None, (Publish(event=said),) * MOST_CONSEQUENCES)
            case "huge event":
                huge = PluginReported(
                    occurred_at=event.occurred_at,
                    plugin=self.name,
                    topic="t",
                    values={"v": "x" * 100_000},
                )
                return Decision(None, (Publish(event=huge),))
            case "given":
                if not isinstance(event, ItemAdded):
                    return Decision(None)
                if isinstance(self.given, Exception):
                    raise self.given
                return Decision(None, (self.given,))
            case "forged event":
                forged = PluginReported.model_construct(
                    type="pos.payment.completed",  # type: ignore[arg-type]
                    version=1,
                    occurred_at=event.occurred_at,
                    plugin=self.name,
                    topic="t",
                    values={},
                )
                return Decision(None, (Publish.model_construct(event=forged),))
            case "long words":
                raise RuntimeError("x" * 3_000_000)
            case "long hold":
                words = "x" * 3_000_000
                return Decision(None, (PlaceHold(key="k", message=words), Say(message=words)))
            case "never answers":
                while True:
                    pass
        raise AssertionError(self.how)
