"""Price book, people and recalls, an import each: what it replaces, and the event for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from edge_agent.api.events import Event, PeopleImported, PriceBookImported, RecallsImported
from edge_agent.api.values import Employee, PriceBookItem, Recall
from edge_agent.intake.gtin import canonical_gtin
from edge_agent.runtime.csv_files import read_people, read_price_book, read_recalls
from edge_agent.store.master_data import MasterData


@dataclass(frozen=True, slots=True)
class PriceBookImport:
    """A price book that was read without fault."""

    items: Sequence[PriceBookItem]
    digest: str

    @classmethod
    def read(cls, text: str, currency: str) -> "PriceBookImport":
        """Reads the CSV; raises ``ImportRefused``."""
        return cls(read_price_book(text, currency, canonical_gtin), _digest(text))

    @property
    def rows(self) -> int:
        """The number of items."""
        return len(self.items)

    def apply(self, master_data: MasterData, now: datetime) -> Event:
        """Replaces the price book; the event to be journaled with it."""
        master_data.replace_prices(self.items)
        return PriceBookImported(occurred_at=now, items=self.rows, sha256=self.digest)


@dataclass(frozen=True, slots=True)
class PeopleImport:
    """A list of people that was read without fault."""

    people: Sequence[Employee]
    digest: str

    @classmethod
    def read(cls, text: str) -> "PeopleImport":
        """Reads the CSV; raises ``ImportRefused``."""
        return cls(read_people(text), _digest(text))

    @property
    def rows(self) -> int:
        """The number of people."""
        return len(self.people)

    def apply(self, master_data: MasterData, now: datetime) -> Event:
        """Replaces the people; the event to be journaled with it."""
        master_data.replace_people(self.people)
        return PeopleImported(occurred_at=now, people=self.rows, sha256=self.digest)


@dataclass(frozen=True, slots=True)
class RecallImport:
    """A list of recalled goods that was read without fault."""

    recalls: Sequence[Recall]
    digest: str

    @classmethod
    def read(cls, text: str) -> "RecallImport":
        """Reads the CSV; raises ``ImportRefused``."""
        return cls(read_recalls(text, canonical_gtin), _digest(text))

    @property
    def rows(self) -> int:
        """The number of recalls."""
        return len(self.recalls)

    def apply(self, master_data: MasterData, now: datetime) -> Event:
        """Replaces the recalls; the event to be journaled with it."""
        master_data.replace_recalls(self.recalls)
        return RecallsImported(occurred_at=now, recalls=self.rows, sha256=self.digest)


MasterDataImport = PriceBookImport | PeopleImport | RecallImport


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
