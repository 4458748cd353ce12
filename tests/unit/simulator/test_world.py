"""The simulated shop is one the agent would accept."""

from decimal import Decimal

from edge_agent.api.values import Weight
from edge_agent.intake.gtin import canonical_gtin
from edge_agent.intake.variable_measure import MeasureLayout
from edge_agent.runtime.csv_files import read_people, read_price_book
from simulator import world
from simulator.scenario import banknotes_for, plan_sales


def test_more_than_200_items_with_valid_and_distinct_gtins() -> None:
    items = world.items()
    assert len(items) > 200
    assert len({item.gtin for item in items}) == len(items)
    assert all(canonical_gtin(item.gtin) for item in items)


def test_the_scales_label_carries_the_grams() -> None:
    ham = world.by_name(world.items(), "Cooked ham")
    layout = MeasureLayout.parse(world.SCALE_LAYOUT, 3)
    measure = layout.read(world.code_of(ham, 455))
    assert measure is not None
    assert measure.gtin == ham.gtin.zfill(14)
    assert measure.weight == Weight(value=Decimal("0.455"), unit="kg")


def test_the_files_import() -> None:
    book = read_price_book(world.price_book_csv(world.items()), "EUR", canonical_gtin)
    assert len(book) == len(world.items())
    assert {person.name for person in read_people(world.people_csv())} >= {"Anna", "Maria"}


def test_the_same_seed_plays_the_same_sales() -> None:
    items = world.items()
    assert plan_sales(items, 20, 7) == plan_sales(items, 20, 7)
    assert plan_sales(items, 20, 7) != plan_sales(items, 20, 8)


def test_customers_hand_over_enough() -> None:
    assert [banknotes_for(total) for total in (1, 500, 501, 60_001)] == [500, 500, 1000, 70_000]
