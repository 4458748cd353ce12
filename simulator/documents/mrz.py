"""Writes machine readable zones as ICAO Doc 9303 parts 4 to 7 lay them out."""

from dataclasses import dataclass
from datetime import date

from simulator.documents.holder import Holder

FORMATS = ("TD1", "TD2", "TD3", "MRV-A", "MRV-B", "IDFRA")
_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Zone:
    """Style of a machine-readable zone.

    Attributes:
        unknown: how many parts of the birth date are not known: 1 the day, 2 the month as well,
            3 all of it.
    """

    format: str
    issuer: str = "UTO"
    number: str = "D23145890"
    unknown: int = 0

    def lines(self, holder: Holder) -> tuple[str, ...]:
        """The lines of the zone."""
        birth = _known(yymmdd(holder.birth), self.unknown)
        expires = yymmdd(holder.expires) if holder.expires is not None else "<" * 6
        name = f"{holder.family_name}<<{holder.given_name}<{holder.middle_name}"
        match self.format:
            case "TD1":
                return self._td1(birth, expires, name)
            case "TD2":
                return self._td2(birth, expires, name)
            case "TD3":
                return self._td3(birth, expires, name)
            case "MRV-A":
                return self._visa(birth, expires, name, width=44)
            case "MRV-B":
                return self._visa(birth, expires, name, width=36)
            case "IDFRA":
                return _french_card(birth, holder)
        raise ValueError(f"{self.format} is none of {', '.join(FORMATS)}")

    def payload(self, holder: Holder, line_end: str = "\r\n") -> bytes:
        """The zone as a reader sends it."""
        return line_end.join(self.lines(holder)).encode("ascii")

    def _td1(self, birth: str, expires: str, name: str) -> tuple[str, ...]:
        number, digit, optional = _number(self.number, 15)
        first = f"I<{_fill(self.issuer, 3)}{number}{digit}{optional}"
        dates = f"{birth}{check_digit(birth)}X{expires}{check_digit(expires)}"
        second = f"{dates}{_fill(self.issuer, 3)}{'<' * 11}"
        composite = first[5:30] + second[0:7] + second[8:15] + second[18:29]
        return first, second + check_digit(composite), _fill(name, 30)

    def _td2(self, birth: str, expires: str, name: str) -> tuple[str, ...]:
        number, digit, optional = _number(self.number, 7)
        second = (
            f"{number}{digit}{_fill(self.issuer, 3)}{birth}{check_digit(birth)}X"
            f"{expires}{check_digit(expires)}{optional}"
        )
        composite = second[0:10] + second[13:20] + second[21:35]
        return _fill(f"I<{_fill(self.issuer, 3)}{name}", 36), second + check_digit(composite)

    def _td3(self, birth: str, expires: str, name: str) -> tuple[str, ...]:
        number = _fill(self.number, 9)
        personal = "<" * 14
        second = (
            f"{number}{check_digit(number)}{_fill(self.issuer, 3)}{birth}{check_digit(birth)}X"
            f"{expires}{check_digit(expires)}{personal}{check_digit(personal)}"
        )
        composite = second[0:10] + second[13:20] + second[21:43]
        return _fill(f"P<{_fill(self.issuer, 3)}{name}", 44), second + check_digit(composite)

    def _visa(self, birth: str, expires: str, name: str, width: int) -> tuple[str, ...]:
        number = _fill(self.number, 9)
        second = (
            f"{number}{check_digit(number)}{_fill(self.issuer, 3)}{birth}{check_digit(birth)}X"
            f"{expires}{check_digit(expires)}"
        )
        return _fill(f"V<{_fill(self.issuer, 3)}{name}", width), _fill(second, width)


def check_digit(text: str) -> str:
    """Doc 9303-3 section 4.9."""
    weights = (7, 3, 1)
    values = (max(_CHARACTERS.find(character), 0) for character in text)
    return str(sum(value * weights[place % 3] for place, value in enumerate(values)) % 10)


def yymmdd(day: date) -> str:
    """Two digits each of year, month and day."""
    return day.strftime("%y%m%d")


def _french_card(birth: str, holder: Holder) -> tuple[str, ...]:
    first = _fill(f"IDFRA{holder.family_name}", 30) + "952042"
    number = "880692310285"
    given = _fill(f"{holder.given_name}<<{holder.middle_name}", 14)
    second = f"{number}{check_digit(number)}{given}{birth}{check_digit(birth)}F"
    return first, second + check_digit(first + second)


def _number(number: str, room: int) -> tuple[str, str, str]:
    """Nine characters, check digit and optional data; a longer number flows over into the last."""
    if len(number) <= 9:
        short = _fill(number, 9)
        return short, check_digit(short), "<" * room
    return number[:9], "<", _fill(number[9:] + check_digit(number), room)


def _known(birth: str, unknown: int) -> str:
    return birth[: 6 - 2 * unknown] + "<<" * unknown


def _fill(text: str, width: int) -> str:
    return text[:width].ljust(width, "<")
