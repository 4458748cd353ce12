"""Asks the company's customer system who a customer card belongs to."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from pydantic import Field

from edge_agent.api.events import (
    CustomerFound,
    CustomerIdentified,
    CustomerNotFound,
    Event,
    HttpAnswered,
    Notice,
)
from edge_agent.api.lane import LaneState
from edge_agent.api.plugin import Action, CallHttp, Decision, Plugin, Publish, Say, Settings, State
from edge_agent.api.values import Frozen


class LookupSettings(Settings):
    """Address and patience for the customer system."""

    url: str = Field(
        default="http://127.0.0.1:8099/customers/{customer_id}",
        pattern=r"^https?://.*\{customer_id\}.*$",
        title="Address",
        description="URL of the customer system; {customer_id} is replaced by the card's id.",
    )
    timeout_s: float = Field(
        default=2.0, gt=0, le=30, title="Time-out", description="Seconds to wait for one answer."
    )
    defer_hours: int = Field(
        default=24,
        ge=1,
        le=168,
        title="Keep trying",
        description="Hours to keep asking while the customer system is away.",
    )
    cached_customers: int = Field(
        default=500,
        ge=0,
        le=100_000,
        title="Cache",
        description="How many customers to remember for when the system is away.",
    )


class KnownCustomer(Frozen):
    """A customer as the cache keeps it."""

    tier: str
    points: int


class LookupState(State):
    """The cached customer; None: nothing is known yet."""

    known: KnownCustomer | None = None


class CustomerLookup(Plugin[LookupSettings, LookupState]):
    """Answers from the cache at once, and from the remote system when it can be reached.

    The remote answer is asked for even where the cache has one, so that the cache stays fresh; it
    is published when it is news. Without network the call waits as a durable job.
    """

    name = "customer-lookup"
    title = "Customer lookup"
    summary = "Fetches a customer's tier and points; works from its cache while offline."
    handles = (CustomerIdentified, HttpAnswered)
    publishes = (CustomerFound, CustomerNotFound)
    state_version = 2

    def key_of(self, event: Event | Notice, lane: LaneState) -> str:
        del lane
        match event:
            case CustomerIdentified(customer_id=customer_id):
                return customer_id
            case HttpAnswered(key=key):
                customer_id = json.loads(key)[1]
                return str(customer_id)
        return ""

    def most_keys(self) -> int:
        return self.settings.cached_customers

    @classmethod
    def upgrade_states(
        cls, version: int, states: Mapping[str, dict[str, Any]]
    ) -> Mapping[str, dict[str, Any]]:
        """Version 1 kept all customers in one state."""
        del version
        cache = states.get("", {}).get("cache", {})
        return {customer_id: {"known": known} for customer_id, known in cache.items()}

    def decide(
        self, event: Event | Notice, state: LookupState, lane: LaneState
    ) -> Decision[LookupState]:
        match event:
            case CustomerIdentified():
                return Decision(None, self._ask(event, state))
            case HttpAnswered():
                return self._answered(event, state, lane)
        return Decision()

    def _ask(self, event: CustomerIdentified, state: LookupState) -> tuple[Action, ...]:
        call = CallHttp(
            key=json.dumps([event.basket_id, event.customer_id]),
            url=self.settings.url.replace("{customer_id}", quote(event.customer_id, safe="")),
            timeout_s=self.settings.timeout_s,
            give_up_after_s=self.settings.defer_hours * 3600.0,
        )
        known = state.known
        if known is None:
            return (call,)
        found = CustomerFound(
            occurred_at=event.occurred_at,
            basket_id=event.basket_id,
            customer_id=event.customer_id,
            tier=known.tier,
            points=known.points,
            source="cache",
        )
        return (Publish(event=found), Say(message=_greeting(known)), call)

    def _answered(
        self, event: HttpAnswered, state: LookupState, lane: LaneState
    ) -> Decision[LookupState]:
        basket_id, customer_id = json.loads(event.key)
        customer = _read(event)
        if isinstance(customer, str):
            missing = CustomerNotFound(
                occurred_at=event.occurred_at,
                basket_id=basket_id,
                customer_id=customer_id,
                reason=customer,
            )
            return Decision(None, (Publish(event=missing),))
        if state.known == customer:
            return Decision()
        found = CustomerFound(
            occurred_at=event.occurred_at,
            basket_id=basket_id,
            customer_id=customer_id,
            tier=customer.tier,
            points=customer.points,
            source="remote",
        )
        actions: list[Action] = [Publish(event=found)]
        if lane.basket is not None and lane.basket.basket_id == basket_id:
            actions.append(Say(message=_greeting(customer)))
        return Decision(LookupState(known=customer), actions)


def _read(answer: HttpAnswered) -> KnownCustomer | str:
    """The customer, or why there is none."""
    if answer.status == 404:
        return "the customer system does not know this card"
    if answer.status != 200:
        return f"the customer system gave no answer: {answer.detail}"
    try:
        body = json.loads(answer.body)
        return KnownCustomer(tier=str(body["tier"]), points=int(body["points"]))
    except (ValueError, KeyError, TypeError):
        return "the customer system's answer has no tier and points"


def _greeting(customer: KnownCustomer) -> str:
    return f"{customer.tier} customer, {customer.points} points."
