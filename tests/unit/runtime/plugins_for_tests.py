"""Small plugins that behave, and some that do not."""

from edge_agent.api.events import Event, ItemAdded, Notice, PluginReported
from edge_agent.api.lane import LaneState
from edge_agent.api.plugin import Decision, Guard, Plugin, Publish, Say, Settings, State


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
