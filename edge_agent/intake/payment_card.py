"""Recognises payment card numbers (ISO/IEC 7812-1), so that they can be dropped unread.

A number is taken for a card where its issuer range, its length and its Luhn digit all say so.
"""

import re

_SEPARATED = re.compile(r"[0-9]{3,8}(?:[ -][0-9]{2,8}){1,5}")
# ISO/IEC 7813: track 1 begins with "%B", track 2 with ";"; both hold the number first.
_TRACK = re.compile(r"(?:%B|;)([0-9]{12,19})[\^=]")

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
    """Whether the text is, or begins as a magnetic track with, a payment card number."""
    if track := _TRACK.match(text):
        return True if is_card_number(track.group(1)) else text.startswith("%B")
    digits = re.sub(r"[ -]", "", text) if _SEPARATED.fullmatch(text) else text
    return is_card_number(digits)


def is_card_number(digits: str) -> bool:
    """Whether issuer range, length and Luhn digit fit."""
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
