"""Unit of work: the lane takes one input, the plugins answer its events, nothing is written yet.

It is pure apart from its stopwatch: it folds events into the lane's state in their order, and
collects them, the plugins' states and the effects wanted. The pipeline then writes all of it in one
transaction.
"""

import json
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from pydantic import ValidationError

from edge_agent.api.commands import LaneCommand
from edge_agent.api.events import (
    PLUGIN_EVENTS,
    Event,
    Notice,
    PluginFaulted,
    parse_event,
)
from edge_agent.api.lane import LaneState
from edge_agent.api.plugin import (
    LONGEST_KEY,
    Action,
    CallHttp,
    LiftHold,
    Log,
    PlaceHold,
    Plugin,
    Publish,
    Record,
    Request,
    Say,
    StartTimer,
    State,
)
from edge_agent.api.text import described, fit
from edge_agent.api.values import Prompt, Refused, Scan
from edge_agent.lane import holds
from edge_agent.lane.decide import decide
from edge_agent.lane.evolve import evolve
from edge_agent.lane.inputs import LaneInput
from edge_agent.lane.outcome import Context, LaneJob
from edge_agent.lane.prompts import answers_input, bounded
from edge_agent.runtime.pipeline.resolve import Resolver
from edge_agent.runtime.plugins.slot import PluginSlot, PluginStatus
from edge_agent.runtime.plugins.watchdog import PluginTimeout
from edge_agent.store.outbox import LARGEST_BODY, Entry, bounded_body, journal_entry

T = TypeVar("T")
MOST_CONSEQUENCES = 200
QUARANTINE_AFTER = 3
FAULT_HOLD = "fault"


@dataclass(frozen=True, slots=True)
class PipelineState:
    """The lane and its plugins between two inputs.

    Attributes:
        hints: what plugins told the cashier, until the next input; not journaled.
        snapshot_at: the journal's position of the newest stored snapshot.
        announced: the journal says that this agent has started.
    """

    lane: LaneState
    plugins: Mapping[str, PluginSlot]
    hints: tuple[Prompt, ...] = ()
    snapshot_at: int = 0
    announced: bool = False

    @property
    def shown(self) -> LaneState:
        """The lane with all that the cashier is told."""
        if not self.hints:
            return self.lane
        prompts = bounded((*self.lane.prompts, *self.hints))
        return self.lane.model_copy(update={"prompts": prompts})


@dataclass(frozen=True, slots=True)
class Budget:
    """The seconds that one ``decide`` may take, and the clock that tells.

    The clock is that of the thread's own work (``time.thread_time``): a busy machine is no fault
    of the plugin. ``watch`` runs each ``decide`` and may raise ``PluginTimeout`` in it.
    """

    seconds: float
    clock: Callable[[], float]
    watch: Callable[[Callable[[], Any]], Any] = lambda work: work()


@dataclass(frozen=True, slots=True)
class _Decided:
    """A plugin's answer: actions, its state, and that as JSON where it changed."""

    actions: Sequence[Action]
    state: State
    changed: str | None = None


class UnitOfWork:
    """Collects what one input changes."""

    def __init__(
        self,
        state: PipelineState,
        context: Context,
        resolver: Resolver,
        budget: Budget,
        stored_state: Callable[[str, str], str | None],
    ) -> None:
        """
        Args:
            stored_state: plugin and key -> the state that was kept, as JSON; None: a new key.
        """
        self.lane = state.lane
        self.plugins = dict(state.plugins)
        self.hints = state.hints
        self.before = state
        self.entries: list[Entry] = []
        self.jobs: list[LaneJob] = []
        self.calls: list[tuple[str, CallHttp]] = []
        self.timers: list[tuple[str, StartTimer]] = []
        self.records: list[tuple[str, Record]] = []
        self.log: list[tuple[str, str]] = []
        self.states: dict[str, dict[str, str]] = {}
        """Plugin -> key -> the state to be kept, as JSON."""
        self._stored_state = stored_state
        self._context = context
        self._resolver = resolver
        self._budget = budget
        self._queue: deque[Event] = deque()
        self._requests: deque[tuple[str, Request]] = deque()
        self._consequences: Counter[str] = Counter()

    @property
    def events(self) -> list[Event]:
        """The events so far, in the order of the journal."""
        return [entry.event for entry in self.entries]

    @property
    def now(self) -> datetime:
        """The moment of the input, UTC."""
        return self._context.now

    @property
    def employee_id(self) -> str | None:
        """The employee who is signed on; None where nobody is."""
        return self.lane.operator.employee_id if self.lane.operator is not None else None

    @property
    def state(self) -> PipelineState:
        """The lane and its plugins after the work."""
        return replace(self.before, lane=self.lane, plugins=self.plugins, hints=self.hints)

    def scan(self, scan: Scan) -> Refused | None:
        """Let the lane take a scan; return why it was refused, if it was."""
        given = self._resolver.scan(scan, self.lane, self.now)
        return given if isinstance(given, Refused) else self.apply(given)

    def handle(self, command: LaneCommand) -> Refused | None:
        """Lets the lane take a command."""
        given = self._resolver.command(command, self.lane, self.now)
        return given if isinstance(given, Refused) else self.apply(given)

    def apply(self, given: LaneInput) -> Refused | None:
        """Lets the lane take an input, and the plugins answer what follows from it."""
        refused = self._step(given)
        self._offer_all()
        return refused

    def publish(self, *events: Event) -> None:
        """Take events into the journal and let the plugins answer them, in order."""
        self._take(*events)
        self._offer_all()

    def hold(self, source: str, key: str, message: str) -> None:
        """Hold the open sale, if there is one, until a shift lead lifts it."""
        self.publish(*holds.place(self.lane, source, key, message, self._context))

    def _step(self, given: LaneInput) -> Refused | None:
        outcome = decide(self.lane, given, self._context)
        if isinstance(outcome, Refused):
            return outcome
        self.jobs += outcome.jobs
        self._take(*outcome.events)
        return None

    def _take(self, *events: Event) -> None:
        """Fold events into the lane in the order in which they will be journaled."""
        for event in events:
            entry = journal_entry(event)
            taken = entry.event
            self.lane = evolve(self.lane, taken)
            if answers_input(taken):
                self.hints = ()
            self.entries.append(entry)
            # A fault is not offered to plugins: it must not breed faults.
            if not isinstance(taken, PluginFaulted):
                self._queue.append(taken)

    def _offer_all(self) -> None:
        while self._queue or self._requests:
            if self._queue:
                event = self._queue.popleft()
                for name in sorted(self.plugins):
                    self._offer(name, event)
            else:
                self._request(*self._requests.popleft())

    def hears(self, plugin: str) -> bool:
        """True where the plugin sees events as of now."""
        return plugin in self.plugins and self.plugins[plugin].status is PluginStatus.ACTIVE

    def notify(self, plugin: str, notice: Notice) -> None:
        """Hands one plugin the answer to something it asked for."""
        if plugin in self.plugins:
            self._offer(plugin, notice)
            self._offer_all()

    def _offer(self, name: str, event: Event | Notice) -> None:
        slot = self.plugins[name]
        if slot.status in (PluginStatus.QUARANTINED, PluginStatus.UNAVAILABLE):
            self._hold_if_guarded(slot, event)
            return
        plugin = slot.plugin
        if (
            plugin is None
            or slot.status is not PluginStatus.ACTIVE
            or not isinstance(event, plugin.handles)
        ):
            return
        began = self._budget.clock()
        one_key = type(plugin).key_of is Plugin.key_of
        key = "" if one_key else self._guarded(slot, event, partial(self._key, plugin, event))
        if key is None:
            return
        # Not guarded: a disk that fails here fails the transaction, not the plugin.
        stored = None if key in slot.states else self._stored(name, key)
        decide = partial(self._decide, slot, plugin, event, key, stored)
        decided = self._guarded(slot, event, decide)
        if decided is None:
            return
        slot = slot.with_state(key, decided.state)
        if decided.changed is not None and slot.keeps(key):
            self.states.setdefault(name, {})[key] = decided.changed
        took = self._budget.clock() - began
        if took > self._budget.seconds:
            self._fault(slot, event, f"took {took * 1000:.0f} ms")
        else:
            self.plugins[name] = replace(slot, faults=0) if slot.faults else slot
        for action in decided.actions:
            self._do(name, action)

    def _guarded(self, slot: PluginSlot, event: Event | Notice, work: Callable[[], T]) -> T | None:
        """Run plugin code; None where it is at fault, which is recorded."""
        try:
            answer: T = self._budget.watch(work)
        # It may raise anything, even SystemExit: the sale goes on without it.
        except BaseException as error:
            late = isinstance(error, PluginTimeout)
            self._fault(slot, event, "did not answer" if late else described(error), at_once=late)
            self._hold_if_guarded(slot, event)
            return None
        return answer

    def _key(self, plugin: Plugin[Any, Any], event: Event | Notice) -> str:
        key = plugin.key_of(event, self.lane)
        if not isinstance(key, str) or len(key) > LONGEST_KEY:
            raise TypeError(f"its key is no text of at most {LONGEST_KEY} characters")
        return fit(key)

    def _stored(self, plugin: str, key: str) -> str | None:
        """The state of a key as JSON, as of now; None: a new key."""
        changed = self.states.get(plugin, {}).get(key)
        return changed if changed is not None else self._stored_state(plugin, key)

    def _decide(
        self,
        slot: PluginSlot,
        plugin: Plugin[Any, Any],
        event: Event | Notice,
        key: str,
        stored: str | None,
    ) -> _Decided:
        """All that runs a stranger's code: the rule, and the models of what it answers."""
        before = slot.states[key] if key in slot.states else _read(plugin, stored)
        decision = plugin.decide(event, before, self.lane)
        actions = tuple(self._checked(slot.name, plugin, action) for action in decision.actions)
        after = before if decision.state is None else decision.state
        if after is before or after == before:
            return _Decided(actions, before)
        if not isinstance(after, plugin.state_type):
            raise TypeError(f"{type(after).__name__} is not its state")
        return _Decided(actions, after, after.model_dump_json())

    def _checked(self, name: str, plugin: Plugin[Any, Any], action: Action) -> Action:
        """The action, read anew; raises for what could not be carried out or stored.

        That is done while the plugin can be blamed: what was made without validation is validated.
        """
        match action:
            # Of the class: what a stranger's instance says of itself declares nothing.
            case Publish(event=event) if not (
                isinstance(event, type(plugin).publishes) and isinstance(event, PLUGIN_EVENTS)
            ):
                raise TypeError(f"publishes {event.type} without declaring it")
            case Publish(event=event):
                body = event.model_dump_json()
                if len(body.encode()) > LARGEST_BODY:
                    raise ValueError(f"publishes an event of more than {LARGEST_BODY} bytes")
                if (read := parse_event(body)) != event:
                    raise ValueError(f"publishes {event.type} that does not read back as it was")
                bounded_body(read)
                action = Publish(event=read)
            case PlaceHold() | LiftHold() | Request() | Say() | CallHttp() | StartTimer() | Log():
                action = type(action).model_validate(dict(action))
            case Record():
                action = Record.model_validate(dict(action))
                if len(json.dumps(action.values)) > LARGEST_BODY:
                    raise ValueError(f"records a row of more than {LARGEST_BODY} characters")
            case _:
                raise TypeError(f"{type(action).__name__} is no action")
        action.model_dump_json()
        if isinstance(action, Publish | PlaceHold | LiftHold | Request):
            self._consequences[name] += 1
            if self._consequences[name] > MOST_CONSEQUENCES:
                raise RuntimeError(f"more than {MOST_CONSEQUENCES} things follow from one input")
        return action

    def _do(self, name: str, action: Action) -> None:
        match action:
            case Publish(event=event):
                self._take(event)
            case PlaceHold(key=key, message=message, minimum_age=age):
                self._take(*holds.place(self.lane, name, key, message, self._context, age))
            case LiftHold(key=key, reason=reason):
                self._take(*holds.lift(self.lane, name, key, reason, self._context))
            case Say(message=message, severity=severity):
                self._hint(Prompt(message=message, severity=severity, source=name))
            case CallHttp():
                self.calls.append((name, action))
            case StartTimer():
                self.timers.append((name, action))
            case Record():
                self.records.append((name, action))
            case Request():
                self._requests.append((name, action))
            case Log(message=message):
                self.log.append((name, message))

    def _hint(self, prompt: Prompt) -> None:
        kept = tuple(hint for hint in self.hints if hint != prompt)
        self.hints = bounded((*kept, prompt))

    def _request(self, name: str, request: Request) -> None:
        given = self._resolver.command(request.command, self.lane, self.now)
        refused = given if isinstance(given, Refused) else self._step(given)
        if refused is not None:
            self.log.append((name, f"{request.command.name} was refused: {refused.message}"))

    def _fault(
        self, slot: PluginSlot, event: Event | Notice, detail: str, *, at_once: bool = False
    ) -> None:
        faults = slot.faults + 1
        quarantined = at_once or faults >= QUARANTINE_AFTER
        self.plugins[slot.name] = replace(
            slot, faults=faults, quarantined=quarantined, detail=detail
        )
        self._take(
            PluginFaulted(
                occurred_at=self._context.now,
                plugin=slot.name,
                event_type=event.type if isinstance(event, Event) else type(event).__name__,
                detail=detail,
                quarantined=quarantined,
            )
        )

    def _hold_if_guarded(self, slot: PluginSlot, event: Event | Notice) -> None:
        for guard in slot.guards:
            if isinstance(event, guard.event) and getattr(event, guard.when_set) is not None:
                self._take(
                    *holds.place(self.lane, slot.name, FAULT_HOLD, guard.message, self._context)
                )


def _read(plugin: Plugin[Any, Any], stored: str | None) -> State:
    if stored is None:
        return plugin.state_type()
    try:
        return plugin.state_type.model_validate_json(stored)
    except ValidationError:
        # What was stored is not repeated: it may name people.
        raise ValueError("it does not understand the state that it stored") from None
