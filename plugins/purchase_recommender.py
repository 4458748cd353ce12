"""Suggests what goes with an item: pairs from the settings, and pairs learned on this lane."""

from itertools import combinations

from pydantic import Field, field_validator

from edge_agent.api.events import (
    BasketStarted,
    Event,
    ItemAdded,
    Notice,
    PaymentCompleted,
    RecommendationOffered,
    SubtotalFinalized,
)
from edge_agent.api.lane import LaneState
from edge_agent.api.plugin import Decision, Plugin, Publish, Say, Settings, State

_MOST_ITEMS_LEARNED_FROM = 30
# GTIN and name of what is offered, confidence in percent, whether it was learned.
_Offer = tuple[str, str, int, bool]


class RecommenderSettings(Settings):
    """Configured pairs, and limits for learned ones."""

    pairs: dict[str, str] = Field(
        default_factory=dict,
        title="Pairs",
        description="GTIN-14 of an item = GTIN-14 and name of what to suggest with it.",
    )
    learn: bool = Field(
        default=True, title="Learn", description="Learn pairs from the sales of this lane."
    )
    minimum_sales: int = Field(
        default=5,
        ge=2,
        title="Sales needed",
        description="How many sales must have had both items before the pair is suggested.",
    )
    minimum_confidence: int = Field(
        default=40,
        ge=1,
        le=100,
        title="Confidence",
        description="Percent of the sales with the first item that also had the second.",
    )
    offers_per_sale: int = Field(
        default=2, ge=0, le=10, title="Offers", description="Most suggestions in one sale."
    )
    remembered_pairs: int = Field(
        default=1000,
        ge=10,
        le=20_000,
        title="Memory",
        description="How many pairs are remembered; the rarest are forgotten.",
    )

    @field_validator("pairs")
    @classmethod
    def _gtins(cls, pairs: dict[str, str]) -> dict[str, str]:
        for text in (*pairs, *pairs.values()):
            gtin = text.partition(" ")[0]
            if not (len(gtin) == 14 and gtin.isascii() and gtin.isdigit()):
                raise ValueError(f"{text!r} does not begin with a GTIN of 14 digits")
        return pairs


class RecommenderState(State):
    """Counts of paid sales, and what was offered in the open one.

    ``items`` are the finalized lines of the open sale, GTIN -> description; ``names`` those of the
    items in a remembered pair; a pair's key is its two GTINs in order, joined by ``+``.
    """

    basket_id: str = ""
    items: dict[str, str] = Field(default_factory=dict)
    offered: tuple[str, ...] = ()
    names: dict[str, str] = Field(default_factory=dict)
    item_sales: dict[str, int] = Field(default_factory=dict)
    pair_sales: dict[str, int] = Field(default_factory=dict)


class PurchaseRecommender(Plugin[RecommenderSettings, RecommenderState]):
    """Offers one suggestion per added item, never for what is in the basket already."""

    name = "purchase-recommender"
    title = "Purchase recommender"
    summary = "Suggests what goes with an item, from a list and from this lane's own sales."
    enabled_at_first = True
    handles = (BasketStarted, ItemAdded, SubtotalFinalized, PaymentCompleted)
    publishes = (RecommendationOffered,)

    def decide(
        self, event: Event | Notice, state: RecommenderState, lane: LaneState
    ) -> Decision[RecommenderState]:
        match event:
            case BasketStarted(basket_id=basket_id):
                return Decision(_fresh(state, basket_id))
            case ItemAdded():
                return self._offer(event, _of_basket(state, event.basket_id), lane)
            case SubtotalFinalized():
                lines = lane.basket.active_lines if lane.basket is not None else ()
                items = {line.gtin: line.description for line in lines}
                state = _of_basket(state, event.basket_id)
                return Decision(state.model_copy(update={"items": items}))
            case PaymentCompleted(basket_id=basket_id):
                if self.settings.learn and state.basket_id == basket_id:
                    return Decision(self._learn(state))
        return Decision()

    def _offer(
        self, event: ItemAdded, state: RecommenderState, lane: LaneState
    ) -> Decision[RecommenderState]:
        in_basket = {line.gtin for line in lane.basket.active_lines} if lane.basket else set()
        taken = in_basket | set(state.offered)
        offer = self._configured(event.gtin, taken) or self._learned(event.gtin, taken, state)
        if offer is None or len(state.offered) >= self.settings.offers_per_sale:
            return Decision(state)
        gtin, name, confidence, learned = offer
        offered = RecommendationOffered(
            occurred_at=event.occurred_at,
            basket_id=event.basket_id,
            because_gtin=event.gtin,
            gtin=gtin,
            source="learned" if learned else "configured",
            confidence_percent=confidence,
        )
        message = f"Goes well with {event.description}: {name}."
        return Decision(
            state.model_copy(update={"offered": (*state.offered, gtin)}),
            (Publish(event=offered), Say(message=message)),
        )

    def _configured(self, gtin: str, taken: set[str]) -> _Offer | None:
        other, _, name = self.settings.pairs.get(gtin, "").partition(" ")
        return (
            (other, name or f"item {other}", 100, False) if other and other not in taken else None
        )

    def _learned(self, gtin: str, taken: set[str], state: RecommenderState) -> _Offer | None:
        if not self.settings.learn:
            return None
        sales = state.item_sales.get(gtin, 0)
        best: tuple[int, str] | None = None
        for pair, count in state.pair_sales.items():
            first, second = pair.split("+")
            if gtin not in (first, second) or count < self.settings.minimum_sales:
                continue
            other = second if gtin == first else first
            confidence = 100 * count // max(sales, count)
            if other not in taken and confidence >= self.settings.minimum_confidence:
                best = max(best or (0, ""), (confidence, other))
        if best is None:
            return None
        confidence, other = best
        return other, state.names.get(other, f"item {other}"), confidence, True

    def _learn(self, state: RecommenderState) -> RecommenderState:
        items = sorted(state.items)[:_MOST_ITEMS_LEARNED_FROM]
        pair_sales = dict(state.pair_sales)
        for first, second in combinations(items, 2):
            pair = f"{first}+{second}"
            pair_sales[pair] = pair_sales.get(pair, 0) + 1
        if len(pair_sales) > self.settings.remembered_pairs:
            frequent = sorted(pair_sales.items(), key=lambda entry: -entry[1])
            pair_sales = dict(frequent[: self.settings.remembered_pairs])
        remembered = {gtin for pair in pair_sales for gtin in pair.split("+")}
        item_sales = dict(state.item_sales)
        for gtin in items:
            item_sales[gtin] = item_sales.get(gtin, 0) + 1
        names = {**state.names, **state.items}
        return state.model_copy(
            update={
                "pair_sales": pair_sales,
                "item_sales": {g: n for g, n in item_sales.items() if g in remembered},
                "names": {g: name for g, name in names.items() if g in remembered},
            }
        )


def _fresh(state: RecommenderState, basket_id: str) -> RecommenderState:
    return state.model_copy(update={"basket_id": basket_id, "items": {}, "offered": ()})


def _of_basket(state: RecommenderState, basket_id: str) -> RecommenderState:
    return state if state.basket_id == basket_id else _fresh(state, basket_id)
