"""An identity document as it was read: its dates and the doubts about them, nothing else.

Name, number, address and picture are never parsed: what is not read cannot leak.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from edge_agent.api.age import AgeReason, DocumentClass


class Standard(StrEnum):
    """Whose rules a document follows."""

    AAMVA = "aamva"
    ICAO_9303 = "icao_9303"
    NATIONAL = "national"


@dataclass(frozen=True, slots=True, repr=False)
class BirthDate:
    """The days a person may be born on; one day unless the document leaves parts out."""

    earliest: date
    latest: date


@dataclass(frozen=True, slots=True, repr=False)
class Expiry:
    """The last day of validity; None for a document that says that it does not expire."""

    last_day: date | None


@dataclass(frozen=True, slots=True, repr=False)
class IdentityDocument:
    """One document as read. Held only inside ``Sensitive``, for the step that judges it.

    Attributes:
        version: AAMVA version number (1 to 11; None: unreadable), or the ICAO format, as ``TD1``.
        jurisdiction: the issuer, in the words of the document's standard: two letters for AAMVA
            (``VA``, ``ON``), up to three for ICAO 9303-3 section 5 (``D``, ``FRA``).
        birth: None where no birth date could be read.
        expiry: None where no date of expiry could be read.
        issued: None where no date of issue could be read, or the standard has none.
        doubts: why the document must not be believed, whatever its dates say.
    """

    standard: Standard
    version: int | str | None
    jurisdiction: str | None
    document_class: DocumentClass
    birth: BirthDate | None
    expiry: Expiry | None
    issued: date | None
    doubts: tuple[AgeReason, ...]
