"""A plugin on a lane, without a database: commands in, events and actions out."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from edge_agent.api.commands import LaneCommand
from edge_agent.api.events import Event, HttpAnswered, TimerFired
from edge_agent.api.lane import LaneState
from edge_agent.api.plugin import CallHttp, Plugin, Record, StartTimer, State
from edge_agent.api.values import Employee, Money, PriceBookItem, Refused, Role
from edge_agent.intake.policy import IntakePolicy
from edge_agent.lane.outcome import Context, LaneJob
from edge_agent.runtime.pipeline.resolve import Resolver
from edge_agent.runtime.pipeline.unit_of_work import Budget, PipelineState, UnitOfWork
from edge_agent.runtime.plugins.slot import PluginSlot
from edge_agent.testing.clock import NOON


class PluginScenario:
    """One plugin on a lane with a signed-on cashier: commands in, events and actions out.

    Nothing is stored and time stands still but for :meth:`advance`.
    """

    cashier = Employee(badge="EMP1001", employee_id="1001", name="Anna")
    lead = Employee(badge="EMP9001", employee_id="9001", name="Maria", role=Role.LEAD)

    def __init__(
        self,
        plugin: type[Plugin[Any, Any]],
        *,
        enabled: bool = True,
        prices: Mapping[str, PriceBookItem] | None = None,
        **settings: Any,
    ) -> None:
        """
        Args:
            prices: GTIN-14 -> item; by default what :meth:`price` has added.
            settings: the plugin's settings that differ from their defaults.
        """
        self.now = NOON
        self.prices = dict(prices or {})
        self.events: list[Event] = []
        self.calls: list[CallHttp] = []
        self.timers: list[StartTimer] = []
        self.records: list[Record] = []
        self.jobs: list[LaneJob] = []
        self.last: list[Event] = []
        self._ids = count(1)
        made = plugin(plugin.settings_type(**settings))
        slot = PluginSlot(
            name=plugin.name,
            registered=True,
            enabled=enabled,
            settings=made.settings.model_dump(mode="json"),
            plugin_type=plugin,
            plugin=made,
            most_keys=made.most_keys(),
        )
        self._state = PipelineState(
            LaneState(store="1", lane="1", currency="EUR"), {plugin.name: slot}
        )
        self._plugin = plugin.name
        self._states: dict[str, str] = {}

    @property
    def lane(self) -> LaneState:
        """The lane as of now."""
        return self._state.lane

    @property
    def slot(self) -> PluginSlot:
        """The plugin as of now."""
        return self._state.plugins[self._plugin]

    def state(self, key: str = "") -> Any:
        """The plugin's state for a key, as it was stored."""
        state_type = type(self.slot.plugin).state_type if self.slot.plugin else State
        stored = self._states.get(key)
        return state_type() if stored is None else state_type.model_validate_json(stored)

    @property
    def keys(self) -> list[str]:
        """The keys of which the plugin remembers something."""
        return list(self._states)

    @property
    def holds(self) -> list[str]:
        """Messages of the holds on the open sale."""
        return [hold.message for hold in self.lane.basket.holds] if self.lane.basket else []

    @property
    def prompts(self) -> list[str]:
        """The messages that the cashier sees."""
        return [prompt.message for prompt in self._state.shown.prompts]

    def price(
        self, gtin: str, cents: int = 100, restriction: str | None = None, name: str = "Thing"
    ) -> str:
        """Puts an item into the price book and returns its GTIN."""
        self.prices[gtin] = PriceBookItem(
            gtin=gtin,
            description=name,
            unit_price=Money(minor=cents, currency="EUR"),
            tax_rate=Decimal(19),
            restriction=restriction,
        )
        return gtin

    def advance(self, seconds: float) -> None:
        """Lets time pass."""
        self.now += timedelta(seconds=seconds)

    def do(self, command: LaneCommand) -> list[Event]:
        """Gives the lane a command; the events that followed. Fails where it is refused."""
        refused = self.try_to(command)
        assert refused is None, refused
        return self.last

    def try_to(self, command: LaneCommand) -> Refused | None:
        """Gives the lane a command; why it was refused, if it was."""
        unit = self._unit()
        refused = unit.handle(command)
        if refused is None:
            self._keep(unit)
        return refused

    def publish(self, *events: Event) -> list[Event]:
        """Lets something other than the lane publish events."""
        unit = self._unit()
        unit.publish(*events)
        return self._keep(unit)

    def answer(self, call: CallHttp, status: int | None, body: str = "") -> list[Event]:
        """Answers one of the plugin's calls."""
        return self._notify(
            HttpAnswered(
                occurred_at=self.now, key=call.key, status=status, body=body, detail=f"{status}"
            )
        )

    def fire(self, timer: StartTimer) -> list[Event]:
        """Fires one of the plugin's timers."""
        return self._notify(TimerFired(occurred_at=self.now, key=timer.key))

    def item(self, gtin: str) -> PriceBookItem | None:
        """The price book."""
        return self.prices.get(gtin)

    def recalls(self, gtin: str) -> Mapping[str, str]:
        """Nothing is recalled."""
        return {}

    def employee(self, badge: str) -> Employee | None:
        """The people."""
        return {person.badge: person for person in (self.cashier, self.lead)}.get(badge)

    def _notify(self, notice: HttpAnswered | TimerFired) -> list[Event]:
        unit = self._unit()
        unit.notify(self._plugin, notice)
        return self._keep(unit)

    def _unit(self) -> UnitOfWork:
        context = Context(now=self.now, new_id=lambda: f"id-{next(self._ids)}")
        resolver = Resolver(IntakePolicy(), self)
        return UnitOfWork(
            self._state, context, resolver, Budget(10.0, lambda: 0.0), self._stored_state
        )

    def _stored_state(self, plugin: str, key: str) -> str | None:
        return self._states.get(key) if plugin == self._plugin else None

    def _keep(self, unit: UnitOfWork) -> list[Event]:
        self._states.update(unit.states.get(self._plugin, {}))
        self._state = unit.state
        self.last = unit.events
        self.events += unit.events
        self.calls += [call for _, call in unit.calls]
        self.timers += [timer for _, timer in unit.timers]
        self.records += [record for _, record in unit.records]
        self.jobs += unit.jobs
        return unit.events
