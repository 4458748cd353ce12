"""The meanings a scan can have."""

from edge_agent.api.values import Frozen, Gtin14


class ItemCode(Frozen):
    """A trade item, as canonical 14-digit GTIN."""

    gtin: Gtin14


class BadgeCode(Frozen):
    """An employee's badge."""

    badge: str


class CustomerCode(Frozen):
    """A customer's card."""

    customer_id: str


class Unusable(Frozen):
    """Not for this lane. ``code`` is for programs, ``message`` for the cashier.

    Neither carries anything of the scan's content.
    """

    code: str
    message: str


Meaning = ItemCode | BadgeCode | CustomerCode | Unusable
