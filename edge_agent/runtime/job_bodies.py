"""What the jobs of the lane carry until they are done."""

from collections.abc import Sequence

from edge_agent.api.values import Frozen
from edge_agent.lane.outcome import PaidSale
from edge_agent.store.chain import EventRecord, short_code


class ReceiptBody(Frozen):
    """A sale to be printed, with the short code of its payment event's hash."""

    sale: PaidSale
    chain_code: str
    is_copy: bool = False

    def as_copy(self) -> "ReceiptBody":
        """The same receipt, marked COPY."""
        return self.model_copy(update={"is_copy": True})


def receipt_body(sale: PaidSale, records: Sequence[EventRecord]) -> ReceiptBody:
    """The receipt of a sale, from the records that were appended with its payment."""
    payment = next(record for record in records if record.type == "pos.payment.completed")
    return ReceiptBody(sale=sale, chain_code=short_code(payment.hash))


class DrawerBody(Frozen):
    """The sale whose cash goes into the drawer; None: it is opened without a sale."""

    basket_id: str | None
