"""Price book, recalls and people: what head office owns and the lane reads locally."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlalchemy import Connection, bindparam, delete, insert, select

from edge_agent.api.values import Employee, Money, PriceBookItem, Recall, Role
from edge_agent.store.tables import EmployeeRow, PriceRow, RecallRow, core

_PRICE, _EMPLOYEE, _RECALL = core(PriceRow), core(EmployeeRow), core(RecallRow)
_ITEM = select(_PRICE).where(_PRICE.c.gtin == bindparam("gtin"))
_RECALLS = select(_RECALL).where(_RECALL.c.gtin == bindparam("gtin"))


class MasterData:
    """The price, recall and employee tables; an import replaces a table as a whole."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def item(self, gtin: str) -> PriceBookItem | None:
        """The price book's row of a GTIN-14."""
        row = self._connection.execute(_ITEM, {"gtin": gtin}).one_or_none()
        if row is None:
            return None
        return PriceBookItem(
            gtin=row.gtin,
            description=row.description,
            unit_price=Money(minor=row.unit_price, currency=row.currency),
            tax_rate=Decimal(row.tax_rate),
            restriction=row.restriction,
            sold_by=row.sold_by,
        )

    def employee(self, badge: str) -> Employee | None:
        """The person with that badge."""
        row = self._connection.execute(
            select(_EMPLOYEE).where(_EMPLOYEE.c.badge == badge)
        ).one_or_none()
        if row is None:
            return None
        return Employee(
            badge=row.badge, employee_id=row.employee_id, name=row.name, role=Role(row.role)
        )

    def recalls(self, gtin: str) -> Mapping[str, str]:
        """Recalled batches of a GTIN-14 and why; the batch ``""`` stands for all of them."""
        rows = self._connection.execute(_RECALLS, {"gtin": gtin})
        return {row.batch: row.reason for row in rows}

    def replace_recalls(self, recalls: Sequence[Recall]) -> None:
        """Makes ``recalls`` the goods that must not be sold."""
        self._connection.execute(delete(_RECALL))
        if recalls:
            self._connection.execute(
                insert(_RECALL), [recall.model_dump(mode="json") for recall in recalls]
            )

    def replace_prices(self, items: Sequence[PriceBookItem]) -> None:
        """Makes ``items`` the price book."""
        self._connection.execute(delete(_PRICE))
        if items:
            self._connection.execute(
                insert(_PRICE),
                [
                    {
                        "gtin": item.gtin,
                        "description": item.description,
                        "unit_price": item.unit_price.minor,
                        "currency": item.unit_price.currency,
                        "tax_rate": str(item.tax_rate),
                        "restriction": item.restriction,
                        "sold_by": item.sold_by,
                    }
                    for item in items
                ],
            )

    def replace_people(self, people: Sequence[Employee]) -> None:
        """Makes ``people`` those who may sign on."""
        self._connection.execute(delete(_EMPLOYEE))
        if people:
            self._connection.execute(
                insert(_EMPLOYEE), [person.model_dump(mode="json") for person in people]
            )
