"""An event as a Kafka record: CloudEvents 1.0, Kafka protocol binding 1.0.2, binary content mode.

The value is the event's JSON, byte for byte as it was hashed; everything else is in headers:

========================  =====================================================================
``ce_specversion``        ``1.0``
``ce_id``                 event id, UUIDv7
``ce_source``             ``/stores/{store}/lanes/{lane}``
``ce_type``, ``ce_time``  event type; when it occurred, RFC 3339 UTC
``ce_dataversion``        version of the event type
``ce_epoch``              life of the lane's database; a larger number is a later life
``ce_sequence``           1, 2, 3, ... within the epoch, without gaps
``ce_previoushash``       SHA-256 of the event before, hex
``ce_hash``               SHA-256 of this event, hex
``ce_setaside``           only where the content is missing: ``refused`` or ``corrupt``
``content-type``          ``application/json``
========================  =====================================================================
"""

from dataclasses import dataclass

from edge_agent.store.chain import EventRecord


@dataclass(frozen=True, slots=True)
class Message:
    """One Kafka record. The key keeps a lane's events on one partition, in order."""

    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


def envelope(record: EventRecord) -> Message:
    """Wrap one committed event."""
    return _message(record, _headers(record), record.body.encode())


def place_holder(record: EventRecord, reason: str) -> Message:
    """A record without content in the place of an event that cannot be in the stream.

    Its hash is stated, so that the chain goes on; it cannot be recomputed.
    """
    return _message(record, {**_headers(record), "ce_setaside": reason}, b"")


def _message(record: EventRecord, headers: dict[str, str], value: bytes) -> Message:
    return Message(
        key=record.source.encode(),
        value=value,
        headers=tuple((name, text.encode(errors="replace")) for name, text in headers.items()),
    )


def _headers(record: EventRecord) -> dict[str, str]:
    return {
        "ce_specversion": "1.0",
        "ce_id": record.event_id,
        "ce_source": record.source,
        "ce_type": record.type,
        "ce_time": record.occurred_at,
        "ce_dataversion": str(record.version),
        "ce_epoch": str(record.epoch),
        "ce_sequence": str(record.sequence),
        "ce_previoushash": record.previous_hash.hex(),
        "ce_hash": record.hash.hex(),
        "content-type": "application/json",
    }
