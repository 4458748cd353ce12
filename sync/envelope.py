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
    """Wraps one committed event."""
    headers = {
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
    return Message(
        key=record.source.encode(),
        value=record.body.encode(),
        headers=tuple((name, text.encode()) for name, text in headers.items()),
    )
