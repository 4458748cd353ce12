"""Price book and people: what head office owns and the lane reads locally."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import Connection, bindparam, delete, insert, select

from edge_agent.api.values import Employee, Money, PriceBookItem, Role
from edge_agent.store.tables import EmployeeRow, PriceRow, core

_PRICE, _EMPLOYEE = core(PriceRow), core(EmployeeRow)
_ITEM = select(_PRICE).where(_PRICE.c.gtin == bindparam("gtin"))


class MasterData:
    """The price and employee tables; an import replaces a table as a whole."""

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
