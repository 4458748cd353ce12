"""A pipeline over a real database, for the tests of what stands on it."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from edge_agent.api.lane import LaneState
from edge_agent.api.sensitive import Sensitive
from edge_agent.api.values import Scan
from edge_agent.intake.policy import IntakePolicy
from edge_agent.runtime.imports import PeopleImport, PriceBookImport
from edge_agent.runtime.pipeline.changes import Change
from edge_agent.runtime.pipeline.pipeline import Pipeline, Policy
from edge_agent.runtime.pipeline.restore import restore
from edge_agent.runtime.pipeline.unit_of_work import Budget
from edge_agent.runtime.plugins.slot import PluginSlot, load_slot
from edge_agent.runtime.registry import Registry
from edge_agent.store.reader import Reader
from edge_agent.store.transaction import Transaction
from edge_agent.store.writer import Writer
from edge_agent.testing import NOON
from tests.conftest import SOURCE, seeded_bytes

PEN = "04006381333931"
PRICES = f"gtin,description,unit_price,tax_rate,restriction\n{PEN},Pen,1.29,19,\n"
PEOPLE = "badge,employee_id,name,role\nEMP1001,1001,Anna,cashier\n"
FRESH = LaneState(store="1", lane="1", currency="EUR")


def slots(tx: Transaction) -> Mapping[str, PluginSlot]:
    registry = Registry()
    stored = {plugin.name: plugin for plugin in tx.plugins.load()}
    names = ("employee-time", "fraud-detection")
    states = tx.plugin_states.of_plugin
    return {name: load_slot(name, registry, stored.get(name), None, states) for name in names}


class Lane:
    """A pipeline that can be dropped without a word, as by ``kill -9``, and built again."""

    def __init__(self, data_dir: Path) -> None:
        self.changes: list[set[Change]] = []
        self.pipeline = Pipeline(
            Policy(IntakePolicy(), Budget(10.0, lambda: 0.0)),
            lambda: NOON,
            seeded_bytes,
            lambda committed, rolled_back: Writer(
                data_dir, SOURCE, seeded_bytes, on_commit=committed, on_rollback=rolled_back
            ),
            self.note,
        )

    def note(self, changes: Iterable[Change]) -> None:
        self.changes.append(set(changes))

    async def start(self, fresh: LaneState = FRESH) -> Pipeline:
        await self.pipeline.start(fresh, slots, "1.0")
        return self.pipeline

    async def stock(self) -> None:
        prices = PriceBookImport.read(PRICES, "EUR")
        people = PeopleImport.read(PEOPLE)
        for given in (prices, people):
            await self.pipeline.execute(
                lambda tx, unit, given=given: unit.publish(given.apply(tx.master_data, unit.now))  # type: ignore[misc]
            )

    def crash(self) -> None:
        self.pipeline._writer.close()


def stored_lane(data_dir: Path) -> LaneState:
    """The lane as its journal says it is."""
    return Reader(data_dir).read_now(lambda db: restore(db, FRESH)).state


def scan(code: str) -> Scan:
    return Scan(data=Sensitive(code.encode()))


def event_types(data_dir: Path) -> list[str]:
    return [r.type for r in Reader(data_dir).read_now(lambda db: db.outbox.after(0, 1000))]
