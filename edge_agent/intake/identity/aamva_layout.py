"""Layout of the elements in an AAMVA bar code, from the text alone.

The identifiers of the dates are also parts of names, streets and numbers: ADDISON has DDI, GOODBAR
has DBA, New York's own data are base64. Whether an identifier is meant as one is told by where it
stands: behind a separator, as the standard has it (D.12.3), within a jurisdiction's own data, or
within a number. Separators are taken from the text itself, because scanners replace them.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter

# D.12.5, tables of all versions: the letters that follow DA, DB, DC and DD.
_STANDARD = r"D(?:A[A-Z]|B[A-T]|C[A-Z]|D[A-L])"
_OWN = r"Z[A-Z][A-Z0-9]"
_IDENTIFIER = re.compile(rf"{_STANDARD}|{_OWN}")
_SUBFILE_TYPE = r"(?:DL|ID|EN|Z[A-Z])"
# An element begins the text, or follows a character that is no letter and no digit. Between the two
# may stand a subfile's type, which may also follow the eight digits of its directory entry.
_MAY_BEGIN = re.compile(
    rf"(?:(?P<separator>[^A-Z0-9])|(?<=[0-9]{{8}})(?={_SUBFILE_TYPE}))"
    rf"(?:{_SUBFILE_TYPE}(?={_STANDARD}|{_OWN}))?(?={_STANDARD}|{_OWN})"
    rf"|^(?={_STANDARD})"
)
_FEWEST_OF_A_SEPARATOR = 5
"""A printable character that stands so often before an identifier separates elements."""

# ZNZNA: the type of a jurisdiction's subfile and its first element.
_OWN_SUBFILE = re.compile(r"(Z[A-Z])\1A")
_NEXT_CARD = re.compile(r"(?:ANSI|AAMVA|AMVA) ?[0-9]{6}")

# Elements whose values are numbers of the issuer's making; New Hampshire has such as 06DDI86061.
_NUMBERS = frozenset({"DAQ", "DCF", "DCJ", "DCK", "DBJ", "DBK", "DAF"})
_LONGEST_NUMBER = 40
"""Characters from the beginning of such an element to that of the next."""
_LONGEST_VALUE = 25


class AamvaLayout:
    """The elements of one text, which is in upper case."""

    def __init__(self, text: str) -> None:
        self.text = text
        found = list(_MAY_BEGIN.finditer(text))
        times = Counter(match["separator"] for match in found if match["separator"])
        self._separators = frozenset(
            character
            for character, count in times.items()
            if character < " " or count >= _FEWEST_OF_A_SEPARATOR
        )
        self._begins = sorted(
            {
                match.end()
                for match in found
                if match["separator"] is None or match["separator"] in self._separators
            }
        )
        self._begin_set = frozenset(self._begins)
        self._own = self._areas_of_jurisdiction()
        self._own_begins = [begin for begin, _ in self._own]

    def begins_at(self, at: int) -> bool:
        """True where an element begins."""
        return at in self._begin_set

    def is_own_data(self, at: int) -> bool:
        """True within a jurisdiction's own data, where anything may stand."""
        place = bisect_right(self._own_begins, at)
        return place > 0 and at < self._own[place - 1][1]

    def is_in_number(self, at: int) -> bool:
        """True within an element that holds a number of the issuer's making."""
        place = bisect_right(self._begins, at)
        if not 0 < place < len(self._begins):
            return False
        begin, end = self._begins[place - 1], self._begins[place]
        return end - begin <= _LONGEST_NUMBER and self.text[begin : begin + 3] in _NUMBERS

    def has(self, identifier: str) -> bool:
        """True where the identifier stands anywhere but in a jurisdiction's own data."""
        return any(
            not self.is_own_data(match.start()) for match in re.finditer(identifier, self.text)
        )

    def value(self, at: int) -> str:
        """The text from there to the next separator or identifier."""
        end = at
        while end < min(len(self.text), at + _LONGEST_VALUE):
            character = self.text[end]
            if character < " " or character in self._separators:
                break
            if _IDENTIFIER.match(self.text, end):
                break
            end += 1
        return self.text[at:end]

    def _areas_of_jurisdiction(self) -> list[tuple[int, int]]:
        """Begin and end of each area; it ends where an element of the standard begins again."""
        text = self.text
        begins = {match.start() + 2 for match in _OWN_SUBFILE.finditer(text)}
        begins |= {begin for begin in self._begins if text[begin] == "Z"}
        ends = sorted(
            [
                *(begin for begin in self._begins if text[begin] == "D"),
                *(match.start() for match in _NEXT_CARD.finditer(text)),
                len(text),
            ]
        )
        areas: list[tuple[int, int]] = []
        for begin in sorted(begins):
            if not areas or begin >= areas[-1][1]:
                areas.append((begin, ends[bisect_left(ends, begin)]))
        return areas
