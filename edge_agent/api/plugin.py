"""The plugin contract.

A plugin decides, the host does. ``decide`` is pure: it may read the event, its own settings and
state and the lane, and returns a new state and actions. Time is ``event.occurred_at``; waiting is
:class:`StartTimer`; the world is reached by :class:`CallHttp`. It runs on the thread that owns
the database, so it answers in milliseconds or is quarantined.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from edge_agent.api.age import HIGHEST_AGE
from edge_agent.api.commands import LaneCommand
from edge_agent.api.events import PLUGIN_EVENTS, Event, Notice
from edge_agent.api.generic import type_argument
from edge_agent.api.lane import LaneState
from edge_agent.api.text import Text
from edge_agent.api.values import Frozen, Severity


class Settings(BaseModel):
    """Base of a plugin's settings: the source of its form, its validation and its help.

    Give every field a ``title`` and a ``description``; the terminal UI shows both.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")


class State(Frozen):
    """Base of what a plugin remembers of one key; its fields have defaults, which a new key has.

    Stored in the transaction of the event that changed it.
    """


LONGEST_URL = 2048
LONGEST_KEY = 200
LONGEST_TIMER_S = 10 * 366 * 86_400.0
MOST_KEYS = 10_000
Key = Annotated[str, Field(max_length=LONGEST_KEY)]
SettingsT = TypeVar("SettingsT", bound=Settings)
StateT = TypeVar("StateT", bound=State)


class Action(Frozen):
    """Base of what ``decide`` may ask the host to do."""


class Publish(Action):
    """Appends an event of the catalogue to the journal; other plugins see it too."""

    event: Event


class PlaceHold(Action):
    """Stops tender on the open basket. ``key`` is the plugin's own name for the hold.

    ``minimum_age`` tells that an age check of so many years would lift it.
    """

    key: Key
    message: Text
    minimum_age: Annotated[int, Field(ge=1, le=HIGHEST_AGE)] | None = None


class LiftHold(Action):
    """Releases this plugin's hold of that key; nothing happens where there is none."""

    key: Key
    reason: Text


class Say(Action):
    """Shows the cashier a sentence."""

    message: Text
    severity: Severity = Severity.INFO


class CallHttp(Action):
    """Calls a remote system after the commit; the answer comes back as ``HttpAnswered``.

    Retried with back-off until ``give_up_after_s`` has passed, also over a restart.
    """

    key: Key
    url: str = Field(max_length=LONGEST_URL)
    method: str = Field(default="GET", max_length=16)
    headers: dict[str, str] = Field(default_factory=dict)
    timeout_s: float = Field(default=5.0, gt=0, le=60)
    give_up_after_s: float = Field(default=86_400.0, gt=0)


class Record(Action):
    """Writes one row of the plugin's own table, replacing the row of the same key."""

    key: Key
    values: dict[str, Any]


class StartTimer(Action):
    """Fires ``TimerFired`` after that many seconds; replaces a timer of the same key."""

    key: Key
    seconds: float = Field(gt=0, le=LONGEST_TIMER_S)


class Request(Action):
    """Asks the lane for something a person might ask for; the lane may refuse."""

    command: LaneCommand


class Log(Action):
    """Writes a line to the agent's log. Never put identity data in it."""

    message: Text


class Guard(Frozen):
    """Events that must not pass unanswered: the plugin fails closed on them.

    Where the plugin is on but faulty, an ``event`` whose field ``when_set`` is not None holds the
    basket for a shift lead, with ``message``.
    """

    event: type[Event]
    when_set: str
    message: str

    @model_validator(mode="after")
    def _names_a_field(self) -> Self:
        if self.when_set not in self.event.model_fields:
            raise ValueError(f"{self.event.__name__} has no field {self.when_set!r}")
        return self


class Decision(Generic[StateT]):
    """The outcome of ``decide``: the new state (None: unchanged) and the actions, in order."""

    __slots__ = ("actions", "state")

    def __init__(self, state: StateT | None = None, actions: Sequence[Action] = ()) -> None:
        self.state = state
        self.actions = tuple(actions)


class Plugin(ABC, Generic[SettingsT, StateT]):
    """Base of every plugin. One instance lives as long as one version of its settings.

    ``class Greeter(Plugin[GreeterSettings, GreeterState])``: the type arguments are the models of
    its settings and of its state.

    Class attributes:
        name: unique, lower case with hyphens; the entry point has the same name.
        title, summary: for people.
        handles: the events and notices that ``decide`` is called with.
        publishes: the events that it may publish, of ``PLUGIN_EVENTS``.
        guards: where it fails closed.
        enabled_at_first: whether it is on when a lane sees it for the first time.
        state_version: raised when ``State`` gets another shape; see ``upgrade_states``.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    handles: ClassVar[tuple[type[Event] | type[Notice], ...]]
    publishes: ClassVar[tuple[type[Event], ...]] = ()
    guards: ClassVar[tuple[Guard, ...]] = ()
    enabled_at_first: ClassVar[bool] = False
    state_version: ClassVar[int] = 1
    settings_type: ClassVar[type[Settings]]
    state_type: ClassVar[type[State]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        settings_type = type_argument(cls, 0, Settings)
        state_type = type_argument(cls, 1, State)
        if settings_type is not None and state_type is not None:
            cls.settings_type = settings_type
            cls.state_type = state_type
        _check_tuple(cls, "handles", lambda one: _is_type_of(one, (Event, Notice)))
        _check_tuple(cls, "publishes", lambda one: one in PLUGIN_EVENTS)
        _check_tuple(cls, "guards", lambda one: isinstance(one, Guard))

    def __init__(self, settings: SettingsT) -> None:
        self.settings = settings

    @abstractmethod
    def decide(self, event: Event | Notice, state: StateT, lane: LaneState) -> Decision[StateT]:
        """Answer one event.

        Args:
            state: what was kept of the event's key.
            lane: the lane as the event left it.
        """

    def key_of(self, event: Event | Notice, lane: LaneState) -> str:
        """The key whose state the event needs: a customer, a cashier, an item.

        By default there is one state for all events. Only the state of the key is read and
        written, so a plugin may remember thousands of customers. At most ``LONGEST_KEY``
        characters. The key is stored: no name, no address, nothing of a document.
        """
        del event, lane
        return ""

    def most_keys(self) -> int:
        """The most keys that are kept; those written longest ago are forgotten, within a minute."""
        return MOST_KEYS

    @classmethod
    def upgrade_states(
        cls, version: int, states: Mapping[str, dict[str, Any]]
    ) -> Mapping[str, dict[str, Any]]:
        """All states of an older ``state_version`` in the shape of this one.

        Called once, when a lane first runs this version of the plugin.

        Args:
            states: key -> state, as the older version kept them.
        """
        del version
        return states


def _check_tuple(plugin: type, attribute: str, fits: Callable[[object], bool]) -> None:
    """A wrong declaration is told to its author when the class is made, not to a lane in a sale."""
    given = getattr(plugin, attribute, ())
    if not (isinstance(given, tuple) and all(fits(one) for one in given)):
        raise TypeError(f"{plugin.__name__}.{attribute} must be a tuple of what Plugin documents")


def _is_type_of(one: object, bases: tuple[type, ...]) -> bool:
    return isinstance(one, type) and issubclass(one, bases)
