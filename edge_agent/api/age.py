"""The words of an age check: what was decided, how, from what, and why."""

from enum import StrEnum

HIGHEST_AGE = 120
"""Years; nobody is asked to be older."""


class Verdict(StrEnum):
    """The answer of an age check. Only ``PASS`` frees a restricted item."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    UNDETERMINED = "undetermined"


class AgeCheckMethod(StrEnum):
    """Method of an age check."""

    DOCUMENT_SCAN = "document_scan"
    BIRTH_DATE_ENTERED = "birth_date_entered"
    VISUAL = "visual"


class DocumentClass(StrEnum):
    """Class of the document that proved, or did not prove, an age."""

    DRIVING_LICENCE = "driving_licence"
    IDENTITY_CARD = "identity_card"
    PASSPORT = "passport"
    VISA = "visa"
    OTHER = "other"


class NoScanReason(StrEnum):
    """Reasons for an age check without a scanned document."""

    CLEARLY_OF_AGE = "clearly_of_age"
    NO_CODE = "no_code"
    CODE_UNREADABLE = "code_unreadable"
    SCANNER_NOT_WORKING = "scanner_not_working"
    SCAN_FORBIDDEN = "scan_forbidden"
    SCAN_DECLINED = "scan_declined"


class AgeReason(StrEnum):
    """Reasons why a document did not pass, the most telling first."""

    UNDER_AGE = "under_age"
    BIRTH_DATE_MISSING = "birth_date_missing"
    BIRTH_DATE_UNREADABLE = "birth_date_unreadable"
    BIRTH_DATE_INCOMPLETE = "birth_date_incomplete"
    BIRTH_DATE_IMPLAUSIBLE = "birth_date_implausible"
    DATES_DISAGREE = "dates_disagree"
    DATE_UNREADABLE = "date_unreadable"
    CHECK_DIGIT = "check_digit"
    FROM_THE_FUTURE = "from_the_future"
    EXPIRED = "expired"
    EXPIRY_UNKNOWN = "expiry_unknown"
    INCOMPLETE = "incomplete"
    HEADER_UNREADABLE = "header_unreadable"
    UNKNOWN_VERSION = "unknown_version"
    NOT_READ_HERE = "not_read_here"
