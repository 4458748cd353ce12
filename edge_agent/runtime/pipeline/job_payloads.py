"""Payloads of the lane's jobs."""

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError, model_validator

from edge_agent.api.values import Frozen
from edge_agent.lane.outcome import PaidSale
from edge_agent.lane.receipt import Edition
from edge_agent.store.chain import EventRecord, short_code
from edge_agent.store.jobs import Job, JobKind


class ReceiptPayload(Frozen):
    """A sale to be printed, with the short code of its payment event's hash."""

    sale: PaidSale
    chain_code: str
    edition: Edition = Edition.ORIGINAL

    @model_validator(mode="before")
    @classmethod
    def _of_an_older_agent(cls, values: Any) -> Any:
        """A receipt that waited while the agent was updated still says ``is_copy``."""
        if isinstance(values, dict) and "is_copy" in values:
            is_copy = values.pop("is_copy")
            values["edition"] = Edition.COPY if is_copy else Edition.ORIGINAL
        return values

    def as_edition(self, edition: Edition) -> "ReceiptPayload":
        """The same sale, as a copy or a gift receipt."""
        return self.model_copy(update={"edition": edition})


def receipt_of(job: Job) -> ReceiptPayload | None:
    """The payload of a receipt's job; None where another version of the agent left it."""
    try:
        return ReceiptPayload.model_validate_json(job.body)
    except ValidationError:
        return None


def sale_number(job: Job) -> int | None:
    """The number of the sale whose receipt a job prints; None for any other job."""
    body = receipt_of(job) if job.kind is JobKind.RECEIPT else None
    return None if body is None else body.sale.basket.sale_number


def receipt_payload(sale: PaidSale, records: Sequence[EventRecord]) -> ReceiptPayload:
    """The receipt of a sale, from the records that were appended with its payment."""
    payment = next(record for record in records if record.type == "pos.payment.completed")
    return ReceiptPayload(sale=sale, chain_code=short_code(payment.hash))


class DrawerPayload(Frozen):
    """The sale whose cash goes into the drawer; None: it is opened without a sale."""

    basket_id: str | None
