"""The state of a lane as plugins, the control socket and the terminal UI see it."""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from edge_agent.api.text import Text
from edge_agent.api.values import (
    Frozen,
    Gtin14,
    ItemFlag,
    Money,
    Prompt,
    Role,
    TaxLine,
    Weight,
)


class Phase(StrEnum):
    """Phase of a sale."""

    SIGNED_OFF = "signed_off"
    READY = "ready"
    SELLING = "selling"
    SUBTOTALED = "subtotaled"


class Operator(Frozen):
    """The person signed on, and since when."""

    session_id: str
    employee_id: str
    name: str
    role: Role
    since: datetime


class BasketLine(Frozen):
    """One line of the sale. A voided line stays, so that line numbers never shift."""

    line_id: int
    gtin: Gtin14
    description: str
    quantity: int
    unit_price: Money
    tax_rate: Decimal
    restriction: str | None = None
    weight: Weight | None = None
    label_price: Money | None = None
    flags: tuple[ItemFlag, ...] = ()
    voided: bool = False

    @property
    def amount(self) -> Money:
        """Quantity times what one costs: by its label, by its weight (rounded half up), or each."""
        if self.label_price is not None:
            return self.label_price * self.quantity
        if self.weight is not None:
            exact = self.unit_price.minor * self.weight.value
            minor = int(exact.quantize(Decimal(1), ROUND_HALF_UP))
            return Money(minor=minor, currency=self.unit_price.currency) * self.quantity
        return self.unit_price * self.quantity


class Totals(Frozen):
    """Sums over the lines that are not voided; ``total`` is what the customer pays."""

    item_count: int
    net: Money
    tax: Money
    total: Money
    taxes: tuple[TaxLine, ...] = ()


class Hold(Frozen):
    """A reason why no tender is taken. ``source`` is the plugin that placed it.

    ``minimum_age``: an age check of at least so many years would lift it; None: a person must.
    """

    hold_id: str
    source: str
    key: str
    message: Text
    minimum_age: int | None = None


class Basket(Frozen):
    """A sale in progress.

    ``age_checked``: the years that the customer was found to have. ``age_failed``: the lowest age
    that a check found the customer not to have; from then on only a lead lets a check pass.
    """

    basket_id: str
    sale_number: int
    started_at: datetime
    lines: tuple[BasketLine, ...] = ()
    customer_id: str | None = None
    holds: tuple[Hold, ...] = ()
    totals: Totals
    subtotaled: bool = False
    age_checked: int | None = None
    age_failed: int | None = None

    @property
    def active_lines(self) -> tuple[BasketLine, ...]:
        """The lines that are not voided."""
        return tuple(line for line in self.lines if not line.voided)


class LaneState(Frozen):
    """Everything a lane remembers between two inputs: the fold of its journal.

    ``running``: an agent has started on this lane and has not stopped in order; None: none ever
    has.
    """

    store: str
    lane: str
    currency: str
    prices_include_tax: bool = True
    running: bool | None = None
    operator: Operator | None = None
    basket: Basket | None = None
    last_sale_number: int = 0
    prompts: tuple[Prompt, ...] = ()

    @property
    def phase(self) -> Phase:
        """Derived: what the lane is ready for."""
        if self.operator is None:
            return Phase.SIGNED_OFF
        if self.basket is None:
            return Phase.READY
        return Phase.SUBTOTALED if self.basket.subtotaled else Phase.SELLING
