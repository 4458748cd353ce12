"""Retail numbers of any printed length to one canonical GTIN-14 (GenSpecs sections 2.1 and 7.9)."""

from dataclasses import dataclass
from enum import StrEnum

from biip import ParseError
from biip.checksums import gs1_standard_check_digit
from biip.upc import Upc

from edge_agent.api.values import Symbology

_LENGTHS = (8, 12, 13, 14)


class EightDigits(StrEnum):
    """Reading of eight bare digits where the price book does not settle it.

    ``BY_LEADING_ZERO``: a leading 0 is the number system of a UPC-E, because no GTIN-8 that may
    leave its shop begins so.
    """

    BY_LEADING_ZERO = "by-leading-zero"
    EAN8 = "ean-8"
    UPCE = "upc-e"


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a number: what it was taken for, and the GTIN-14 that this makes it."""

    gtin: str
    read_as: Symbology


def canonical_gtin(digits: str) -> str | None:
    """8, 12, 13 or 14 digits with a right check digit as GTIN-14; None for anything else."""
    if not has_gtin_length(digits) or not digits.strip("0"):
        return None
    if gs1_standard_check_digit(digits[:-1]) != int(digits[-1]):
        return None
    return digits.zfill(14)


def has_gtin_length(digits: str) -> bool:
    """True where the text could be a GTIN but for its check digit."""
    return len(digits) in _LENGTHS and digits.isascii() and digits.isdigit()


def readings(digits: str, symbology: Symbology, preferred: EightDigits) -> tuple[Reading, ...]:
    """All ways to read the digits of a retail symbol, the preferred one first.

    A scanner that does not say what it read leaves eight digits open: EAN-8 (an RCN-8 where they
    begin with 0 or 2, section 2.1.11), or a UPC-E sent without zero expansion (section 5.2.2.4).
    Only readings with a right check digit count; there may be none.
    """
    if not (digits.isascii() and digits.isdigit()):
        return ()
    if len(digits) != 8:
        read_as = _READ_AS.get(len(digits))
        gtin = canonical_gtin(digits)
        return (Reading(gtin, read_as),) if read_as is not None and gtin is not None else ()
    ean8, upce = canonical_gtin(digits), expand_upce(digits)
    as_ean8 = (Reading(ean8, Symbology.EAN8),) if ean8 else ()
    as_upce = (Reading(upce, Symbology.UPCE),) if upce else ()
    match symbology:
        case Symbology.EAN8:
            return as_ean8
        # ]E0 stands for all of EAN-13, UPC-A and UPC-E; eight digits behind it are the last.
        case Symbology.UPCE | Symbology.EAN13:
            return as_upce
    if preferred is EightDigits.BY_LEADING_ZERO:
        preferred = EightDigits.UPCE if digits[0] == "0" else EightDigits.EAN8
    return as_upce + as_ean8 if preferred is EightDigits.UPCE else as_ean8 + as_upce


def expand_upce(digits: str) -> str | None:
    """Number system, six digits and check digit of a UPC-E as GTIN-14; None for anything else."""
    if len(digits) != 8 or not (digits.isascii() and digits.isdigit()):
        return None
    try:
        return canonical_gtin(Upc.parse(digits).as_upc_a())
    except ParseError:
        return None


_READ_AS = {12: Symbology.UPCA, 13: Symbology.EAN13, 14: Symbology.ITF14}
