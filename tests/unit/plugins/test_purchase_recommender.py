"""Recommender: configured pairs first, learned pairs when they are good enough."""

from typing import Any

from edge_agent.api.commands import EnterCode, FinalizeSubtotal, Pay, SignOn
from edge_agent.api.events import RecommendationOffered, Tender
from edge_agent.testing import PluginScenario
from plugins.purchase_recommender import PurchaseRecommender

PASTA, SAUCE, SOAP = "04006381333931", "00000096385074", "00036000291452"


def lane(**settings: Any) -> PluginScenario:
    scenario = PluginScenario(PurchaseRecommender, **settings)
    for gtin, name in ((PASTA, "Pasta"), (SAUCE, "Sauce"), (SOAP, "Soap")):
        scenario.price(gtin, name=name)
    scenario.do(SignOn(badge="EMP1001"))
    return scenario


def sell(scenario: PluginScenario, *gtins: str) -> list[tuple[str, str, int]]:
    """Sells the items; what was offered meanwhile."""
    before = len(scenario.events)
    for gtin in gtins:
        scenario.do(EnterCode(code=gtin))
    scenario.do(FinalizeSubtotal())
    scenario.do(Pay(tender=Tender.CARD))
    return [
        (event.gtin, event.source, event.confidence_percent)
        for event in scenario.events[before:]
        if isinstance(event, RecommendationOffered)
    ]


def test_a_configured_pair_is_offered() -> None:
    assert sell(lane(pairs={PASTA: SAUCE}), PASTA) == [(SAUCE, "configured", 100)]


def test_what_is_in_the_basket_is_not_offered() -> None:
    assert sell(lane(pairs={PASTA: SAUCE}), SAUCE, PASTA) == []


def test_a_pair_is_offered_once_per_sale_and_again_in_the_next() -> None:
    scenario = lane(pairs={PASTA: SAUCE})
    assert len(sell(scenario, PASTA, PASTA)) == 1
    assert len(sell(scenario, PASTA)) == 1


def test_a_learned_pair_needs_enough_sales_and_confidence() -> None:
    scenario = lane(minimum_sales=3, minimum_confidence=60)
    for _ in range(3):
        assert sell(scenario, PASTA, SAUCE) == []
    assert sell(scenario, PASTA) == [(SAUCE, "learned", 100)]
    assert sell(scenario, PASTA) == [(SAUCE, "learned", 75)]
    sell(scenario, PASTA)
    assert sell(scenario, PASTA) == []


def test_a_learned_offer_names_the_item() -> None:
    scenario = lane(minimum_sales=2)
    for _ in range(2):
        sell(scenario, PASTA, SAUCE)
    scenario.do(EnterCode(code=PASTA))
    assert scenario.prompts == ["Goes well with Pasta: Sauce."]


def test_a_configured_offer_has_the_name_that_was_configured() -> None:
    scenario = lane(pairs={PASTA: f"{SAUCE} our best sauce"})
    scenario.do(EnterCode(code=PASTA))
    assert scenario.prompts == ["Goes well with Pasta: our best sauce."]


def test_learning_can_be_turned_off() -> None:
    scenario = lane(learn=False, minimum_sales=2)
    for _ in range(5):
        sell(scenario, PASTA, SAUCE)
    assert scenario.state().pair_sales == {}


def test_offers_per_sale_are_limited() -> None:
    assert sell(lane(pairs={PASTA: SAUCE, SOAP: PASTA}, offers_per_sale=0), PASTA, SOAP) == []


def test_memory_is_bounded_to_the_frequent_pairs() -> None:
    scenario = lane(remembered_pairs=10)
    codes = [scenario.price(f"{952000000000 + n:013d}".zfill(14)) for n in range(8)]
    state = scenario.state().model_copy(update={"items": dict.fromkeys(codes, "x")})
    assert scenario.slot.plugin is not None
    learned = scenario.slot.plugin._learn(state)  # type: ignore[attr-defined]
    assert len(learned.pair_sales) == 10
    assert set(learned.item_sales) == {g for pair in learned.pair_sales for g in pair.split("+")}
