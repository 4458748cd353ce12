"""Numbers that carry a price, a weight or a count: restricted circulation numbers with a layout.

GS1 leaves the structure behind prefixes 02 and 20 to 29 to its member organisations, and 04 to
each company (GenSpecs sections 2.1.11 and 2.1.12.2). A layout says it in 13 characters::

    20IIIIIVPPPPC

digits stand for themselves, ``I`` is the item reference, ``P`` the price, ``W`` the weight, ``N``
the number of pieces, ``V`` the verifier digit of the measure (sections 7.9.2 to 7.9.4), ``X`` is
not looked at, ``C`` is the check digit.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Self

from biip.checksums import gs1_price_weight_check_digit, gs1_standard_check_digit

from edge_agent.api.values import Weight

_SHAPE = re.compile(r"[0-9]{1,7}[IPWNVX]+C")
_MEASURES = "PWN"
_PREFIXES = ("02", "04", "2")
_VERIFIABLE = (4, 5)


@dataclass(frozen=True, slots=True)
class MeasureLayout:
    """One layout; ``decimals`` is where the point stands in the price (major units) or weight (kg).

    Build it with :meth:`parse`.
    """

    pattern: str
    decimals: int

    @classmethod
    def parse(cls, pattern: str, decimals: int) -> Self:
        """Checks a layout; raises ``ValueError`` that says what is wrong with it."""
        if len(pattern) != 13 or not _SHAPE.fullmatch(pattern):
            raise ValueError(
                f"{pattern!r} is no layout: 13 characters, a prefix in digits, then I, P, W, N, V "
                "or X, and C for the check digit at the end"
            )
        groups = [letter for letter, _ in groupby(pattern) if letter in _MEASURES]
        if len(groups) != 1:
            raise ValueError(f"{pattern!r} must have one run of P (price), W (weight) or N (count)")
        if "I" not in pattern:
            raise ValueError(f"{pattern!r} has no item reference (I)")
        if not pattern.startswith(_PREFIXES):
            raise ValueError(f"{pattern!r} must begin with 02, 04 or 20 to 29")
        if "V" in pattern and (
            pattern.count("V") > 1 or pattern.count(groups[0]) not in _VERIFIABLE
        ):
            raise ValueError(f"{pattern!r}: one verifier (V) checks a measure of 4 or 5 digits")
        if not 0 <= decimals <= pattern.count(groups[0]):
            raise ValueError(f"{pattern!r} cannot have {decimals} decimals")
        return cls(pattern, decimals)

    @property
    def prefix(self) -> str:
        """The digits that a number of this layout begins with."""
        return self.pattern.rstrip("IPWNVXC")

    def read(self, number: str) -> "VariableMeasure | None":
        """Reads 13 digits that begin with the prefix; None where the verifier digit is wrong."""
        kind = next(letter for letter in self.pattern if letter in _MEASURES)
        measure = self._digits(number, kind)
        verifier = self._digits(number, "V")
        if verifier and int(verifier) != gs1_price_weight_check_digit(measure):
            return None
        kept = "".join(
            digit if letter == "I" or letter.isdigit() else "0"
            for letter, digit in zip(self.pattern[:-1], number, strict=False)
        )
        value = Decimal(measure).scaleb(-self.decimals)
        return VariableMeasure(
            gtin=f"0{kept}{gs1_standard_check_digit(kept)}",
            price=value if kind == "P" else None,
            weight=Weight(value=value, unit="kg") if kind == "W" else None,
            count=int(measure) if kind == "N" else None,
        )

    def _digits(self, number: str, letter: str) -> str:
        return "".join(
            digit for place, digit in zip(self.pattern, number, strict=True) if place == letter
        )


@dataclass(frozen=True, slots=True)
class VariableMeasure:
    """Measure that a layout found; one of the three is set.

    Attributes:
        gtin: the number with its measure and verifier set to zero, as the price book has it.
        price: in major units of the local currency.
        count: pieces.
    """

    gtin: str
    price: Decimal | None = None
    weight: Weight | None = None
    count: int | None = None


def layout_of(number: str, layouts: Sequence[MeasureLayout]) -> MeasureLayout | None:
    """The layout for 13 digits: the one with the longest prefix that they begin with."""
    matching = [layout for layout in layouts if number.startswith(layout.prefix)]
    return max(matching, key=lambda layout: len(layout.prefix), default=None)


def _layouts(*patterns: tuple[str, int]) -> tuple[MeasureLayout, ...]:
    return tuple(MeasureLayout.parse(pattern, decimals) for pattern, decimals in patterns)


_BALTIC_AND_FINNISH = _layouts(("23IIIIIIWWWWC", 3), ("24IIIIIIWWWWC", 2), ("25IIIIIIWWWWC", 1))
_NORDIC_PRICES = _layouts(("20IIIIIIPPPPC", 2), ("21IIIIIIPPPPC", 1), ("22IIIIIIPPPPC", 0))

NATIONAL_LAYOUTS: Mapping[str, tuple[MeasureLayout, ...]] = {
    "DE": _layouts(
        ("22IIIIVPPPPPC", 2),
        ("23IIIIVPPPPPC", 2),
        ("25IIIIVNNNNNC", 0),
        ("26IIIIVNNNNNC", 0),
        ("28IIIIVWWWWWC", 3),
        ("29IIIIVWWWWWC", 3),
    ),
    "DK": _layouts(
        ("21IIIIPPPPPPC", 2),
        ("22IIIIPPPPPPC", 2),
        ("23IIIIPPPPPPC", 2),
        ("24IIIIPPPPPPC", 2),
        ("26IIIIWWWWWWC", 3),
        ("27IIIIIWWWWWC", 3),
        ("28IIIIWWWWWWC", 3),
    ),
    "EE": _BALTIC_AND_FINNISH,
    "FI": _BALTIC_AND_FINNISH,
    "GB": _layouts(("20IIIIIVPPPPC", 2)),
    "LT": _BALTIC_AND_FINNISH,
    "LV": _BALTIC_AND_FINNISH,
    "NO": (*_NORDIC_PRICES, *_BALTIC_AND_FINNISH),
    "SE": (*_NORDIC_PRICES, *_BALTIC_AND_FINNISH),
    "US": _layouts(("02IIIIIVPPPPC", 2)),
}
"""The layouts that GS1's member organisations publish, by ISO 3166-1 country.

The European ones are those of biip's ``rcn`` module, which cites each organisation; the one of the
United States is section 2.1.12.2's UPC-A with number system 2 and price verifier.
"""
