"""What the jobs of the lane carry until they are done."""

from edge_agent.api.values import Frozen
from edge_agent.lane.outcome import PaidSale


class ReceiptBody(Frozen):
    """A sale to be printed, with the short code of its payment event's hash."""

    sale: PaidSale
    chain_code: str
    is_copy: bool = False

    def as_copy(self) -> "ReceiptBody":
        """The same receipt, marked COPY."""
        return self.model_copy(update={"is_copy": True})


class DrawerBody(Frozen):
    """The sale whose cash goes into the drawer."""

    basket_id: str
