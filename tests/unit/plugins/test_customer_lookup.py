"""Customer lookup: remote, cached, deferred."""

import json
from typing import Any

import pytest

from edge_agent.api.commands import IdentifyCustomer, SignOn, VoidBasket
from edge_agent.api.events import CustomerFound, CustomerNotFound, Event
from edge_agent.testing import PluginScenario
from plugins.customer_lookup import CustomerLookup, KnownCustomer

GOLD = json.dumps({"tier": "gold", "points": 7, "name": "Erika Muster"})


def lane(**settings: Any) -> PluginScenario:
    settings = {"url": "http://crm/c/{customer_id}?x=1", **settings}
    scenario = PluginScenario(CustomerLookup, **settings)
    scenario.do(SignOn(badge="EMP1001"))
    return scenario


def identify(scenario: PluginScenario, customer_id: str = "5001") -> list[Event]:
    return scenario.do(IdentifyCustomer(customer_id=customer_id))


def test_the_remote_system_is_asked_and_its_answer_published_without_the_name() -> None:
    scenario = lane()
    identify(scenario)
    assert scenario.calls[0].url == "http://crm/c/5001?x=1"
    (found,) = scenario.answer(scenario.calls[0], 200, GOLD)
    assert isinstance(found, CustomerFound)
    assert (found.tier, found.points, found.source) == ("gold", 7, "remote")
    assert "Erika" not in found.model_dump_json()
    assert scenario.prompts[-1] == "gold customer, 7 points."


def test_an_id_is_quoted_into_the_address() -> None:
    scenario = lane()
    identify(scenario, "a/b?c")
    assert scenario.calls[0].url == "http://crm/c/a%2Fb%3Fc?x=1"


def test_a_known_customer_is_answered_from_the_cache_at_once() -> None:
    scenario = lane()
    identify(scenario)
    scenario.answer(scenario.calls[0], 200, GOLD)
    scenario.do(VoidBasket())
    found = identify(scenario)[-1]
    assert isinstance(found, CustomerFound)
    assert found.source == "cache"
    assert scenario.answer(scenario.calls[1], 200, GOLD) == []


def test_fresh_news_replace_the_cache() -> None:
    scenario = lane()
    identify(scenario)
    scenario.answer(scenario.calls[0], 200, GOLD)
    scenario.do(VoidBasket())
    identify(scenario)
    (found,) = scenario.answer(scenario.calls[1], 200, GOLD.replace("7", "9"))
    assert isinstance(found, CustomerFound)
    assert found.points == 9


def test_an_answer_after_the_sale_is_published_but_not_shown() -> None:
    scenario = lane()
    identify(scenario)
    scenario.do(VoidBasket())
    (found,) = scenario.answer(scenario.calls[0], 200, GOLD)
    assert isinstance(found, CustomerFound)
    assert not any("gold" in prompt for prompt in scenario.prompts)


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (404, "", "does not know"),
        (None, "", "gave no answer"),
        (401, "", "gave no answer"),
        (200, "<html>", "no tier and points"),
        (200, "[]", "no tier and points"),
        (200, '{"tier": "gold"}', "no tier and points"),
        (200, '{"tier": "gold", "points": "many"}', "no tier and points"),
    ],
)
def test_no_usable_answer_is_published_with_its_reason(
    status: int | None, body: str, reason: str
) -> None:
    scenario = lane()
    identify(scenario)
    (missing,) = scenario.answer(scenario.calls[0], status, body)
    assert isinstance(missing, CustomerNotFound)
    assert reason in missing.reason


def test_each_customer_has_a_state() -> None:
    """One customer's answer changes that customer's row and no other."""
    scenario = lane(cached_customers=2)
    for customer in ("1", "2"):
        identify(scenario, customer)
        scenario.answer(scenario.calls[-1], 200, GOLD)
        scenario.do(VoidBasket())
    assert scenario.keys == ["1", "2"]
    assert scenario.state("1").known == KnownCustomer(tier="gold", points=7)
    assert scenario.slot.most_keys == 2


def test_cache_of_an_older_version() -> None:
    """One state for all customers becomes one for each."""
    older = {"": {"cache": {"1": {"tier": "gold", "points": 7}}}}
    upgraded = CustomerLookup.upgrade_states(1, older)
    assert upgraded == {"1": {"known": {"tier": "gold", "points": 7}}}
    assert CustomerLookup.upgrade_states(1, {}) == {}
