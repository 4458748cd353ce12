"""Recognises payment card numbers (ISO/IEC 7812-1), so that they can be dropped unread.

A number is taken for a card where its issuer range, its length and its Luhn digit all say so.
"""

import re
from unicodedata import normalize

# A run of digits as people and magnetic tracks (ISO/IEC 7813) write it, with or without gaps.
_RUN = re.compile(r"(?<![0-9])[0-9](?:[ .-]?[0-9]){12,18}(?![0-9])")
_GAPS = re.compile(r"[ .-]")

# First and last issuer prefix, and the lengths that its numbers have.
_RANGES: tuple[tuple[str, str, range], ...] = (
    ("1", "1", range(15, 16)),  # UATP
    ("2200", "2204", range(16, 20)),  # Mir
    ("2221", "2720", range(16, 17)),  # Mastercard
    ("300", "305", range(14, 20)),  # Diners Club
    ("3095", "3095", range(14, 20)),
    ("34", "34", range(15, 16)),  # American Express
    ("3528", "3589", range(16, 20)),  # JCB
    ("36", "36", range(14, 20)),  # Diners Club
    ("37", "37", range(15, 16)),  # American Express
    ("38", "39", range(14, 20)),  # Diners Club
    ("4", "4", range(13, 20)),  # Visa
    ("50", "50", range(13, 20)),  # Maestro, Verve, RuPay, Dankort
    ("51", "55", range(16, 17)),  # Mastercard
    ("56", "69", range(13, 20)),  # Maestro, Discover, UnionPay, RuPay, girocard
    ("81", "82", range(16, 20)),  # UnionPay, RuPay
    ("9792", "9792", range(16, 17)),  # Troy
)


def looks_like_payment_card(text: str) -> bool:
    """True where a payment card's number stands anywhere in the text, in any script's digits."""
    plain = normalize("NFKC", text)
    return any(is_card_number(_GAPS.sub("", run)) for run in _RUN.findall(plain))


def is_card_number(digits: str) -> bool:
    """True where issuer range, length and Luhn digit fit."""
    if not (12 < len(digits) < 20 and digits.isascii() and digits.isdigit()):
        return False
    known = any(
        first <= digits[: len(first)] <= last and len(digits) in lengths
        for first, last, lengths in _RANGES
    )
    return known and _luhn(digits)


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B: every second digit from the right is doubled."""
    doubled = (2 * int(digit) for digit in digits[-2::-2])
    return (sum(map(int, digits[::-2])) + sum(n - 9 * (n > 9) for n in doubled)) % 10 == 0
