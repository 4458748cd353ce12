"""Sales to be played: who buys what, and what goes wrong. Pure, from a seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from simulator.world import Item, by_name, customers

_BANKNOTES = (500, 1000, 2000, 5000, 10_000, 20_000, 50_000)


@dataclass(frozen=True, slots=True)
class SalePlan:
    """One sale. ``regretted`` are positions in ``items`` that the customer does not want after all.

    ``customer_card`` is scanned before the items; ``misread`` adds a scan with a wrong check digit;
    ``grams`` is how much is taken of what is sold by weight.
    """

    items: tuple[Item, ...]
    customer_card: str | None
    regretted: tuple[int, ...]
    misread: bool
    pays_cash: bool
    opened_by_hand: bool
    grams: int


def plan_sales(assortment: Sequence[Item], count: int, seed: int) -> list[SalePlan]:
    """``count`` sales; the first one has something for every plugin, the others are drawn."""
    random = Random(seed)
    return [
        _showcase(assortment, random) if number == 0 else _drawn(assortment, random)
        for number in range(count)
    ]


def banknotes_for(total: int) -> int:
    """The cash that a customer hands over for a total, in cents: the next note or hundred."""
    return next((note for note in _BANKNOTES if note >= total), -(-total // 10_000) * 10_000)


def _showcase(assortment: Sequence[Item], random: Random) -> SalePlan:
    named = (
        "Spaghetti",
        "Pilsner",
        "Whole milk",
        "Coffee beans",
        "Gummy bears",
        "Soap",
        "Cooked ham",
    )
    chosen = [by_name(assortment, name) for name in named]
    chosen += random.sample(list(assortment[:100]), 2)
    return SalePlan(
        items=tuple(chosen),
        customer_card=f"LOY{random.choice(sorted(customers()))}",
        regretted=(3, 4, 5),
        misread=True,
        pays_cash=True,
        opened_by_hand=True,
        grams=455,
    )


def _drawn(assortment: Sequence[Item], random: Random) -> SalePlan:
    chosen = tuple(random.choices(assortment, k=random.randint(1, 9)))
    regretted = (0,) if len(chosen) > 2 and random.random() < 0.15 else ()
    return SalePlan(
        items=chosen,
        customer_card=(
            f"LOY{random.choice(sorted(customers()))}" if random.random() < 0.5 else None
        ),
        regretted=regretted,
        misread=random.random() < 0.1,
        pays_cash=random.random() < 0.6,
        opened_by_hand=random.random() < 0.2,
        grams=random.randint(80, 900),
    )
