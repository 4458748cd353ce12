"""AAMVA magnetic stripe data, as swipe readers send it and British Columbia prints it as PDF417.

DL/ID Card Design Standard, annex F: track 2 holds the issuer, the number, the expiry and the
birth date.
"""

import re
from calendar import monthrange
from datetime import date

from edge_agent.api.age import AgeReason, DocumentClass
from edge_agent.intake.identity.dates import read_date
from edge_agent.intake.identity.document import BirthDate, Expiry, IdentityDocument, Standard
from edge_agent.intake.identity.jurisdictions import jurisdiction_of

_TRACK_2 = re.compile(r";([0-9]{6})([0-9]{1,13})=([0-9]{0,17})=?\?")
# A number of all 13 digits may go on behind the birth date, where nothing tells a digit that was
# lost from one that was never there.
_WHOLE_NUMBER = 12
_EXPIRY_AND_BIRTH = 12
# Florida's numbers have 14 digits, the last of which always stands behind the birth date.
_FLORIDA, _FLORIDAS_NUMBER = "FL", 13
_LONGEST = 512
_NEVER, _END_OF_BIRTH_MONTH, _BIRTHDAY = "77", "88", "99"


def read_aamva_stripe(text: str) -> IdentityDocument | None:
    """Reads a swiped card; None where it is no driving licence or identity card of AAMVA's."""
    tracks = _TRACK_2.findall(text) if len(text) <= _LONGEST else []
    jurisdiction = jurisdiction_of(tracks[0][0]) if tracks else None
    if jurisdiction is None:
        return None
    _, number, dates = tracks[0]
    doubts: set[AgeReason] = set()
    if len(tracks) > 1:
        doubts.add(AgeReason.DATES_DISAGREE)
    if not _is_whole(jurisdiction, number, dates):
        doubts.add(AgeReason.INCOMPLETE)
    expiry, born = dates[:4], dates[4:12]
    birth = read_date(born) if born.startswith(("19", "20")) else None
    if birth is None:
        doubts.add(AgeReason.BIRTH_DATE_UNREADABLE)
    return IdentityDocument(
        standard=Standard.AAMVA,
        version="magnetic stripe",
        jurisdiction=jurisdiction,
        document_class=DocumentClass.DRIVING_LICENCE,
        birth=BirthDate(birth, birth) if birth is not None else None,
        expiry=_expiry(expiry, birth),
        issued=None,
        doubts=tuple(doubts),
    )


def _is_whole(jurisdiction: str, number: str, dates: str) -> bool:
    if jurisdiction == _FLORIDA:
        return (len(number), len(dates)) == (_FLORIDAS_NUMBER, _EXPIRY_AND_BIRTH + 1)
    return len(number) <= _WHOLE_NUMBER and len(dates) == _EXPIRY_AND_BIRTH


def _expiry(yymm: str, birth: date | None) -> Expiry | None:
    """YYMM; month 77: never, 88: at the end of the birth month, 99: on the birthday."""
    if len(yymm) != 4:
        return None
    year, month = 2000 + int(yymm[:2]), yymm[2:]
    if month == _NEVER:
        return Expiry(None)
    if month in (_END_OF_BIRTH_MONTH, _BIRTHDAY):
        if birth is None:
            return None
        last = monthrange(year, birth.month)[1]
        return Expiry(date(year, birth.month, last if month != _BIRTHDAY else min(birth.day, last)))
    if not 1 <= int(month) <= 12:
        return None
    return Expiry(date(year, int(month), monthrange(year, int(month))[1]))
