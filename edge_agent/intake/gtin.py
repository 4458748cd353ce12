"""GTINs of any printed length to one canonical form (GS1 General Specifications, section 7.9)."""

from biip import ParseError
from biip.gtin import Gtin


def canonical_gtin(digits: str) -> str | None:
    """8, 12, 13 or 14 digits with a right check digit as GTIN-14; None for anything else."""
    if not (digits.isascii() and digits.isdigit() and len(digits) in (8, 12, 13, 14)):
        return None
    try:
        return Gtin.parse(digits).as_gtin_14()
    except ParseError:
        return None


def has_gtin_length(digits: str) -> bool:
    """Whether the text could be a GTIN but for its check digit."""
    return digits.isascii() and digits.isdigit() and len(digits) in (8, 12, 13, 14)
