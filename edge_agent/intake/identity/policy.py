"""Policy for reading identity documents: the law and the shop."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from edge_agent.api.age import NoScanReason
from edge_agent.intake.identity.judgement import AgeRule, ExpiredPolicy, LeapDayPolicy

# Reasons that name nothing which would keep a document from being scanned.
_SCAN_WAS_POSSIBLE = frozenset({NoScanReason.CLEARLY_OF_AGE, NoScanReason.SCAN_DECLINED})


class ScanPolicy(StrEnum):
    """Scanning of documents: allowed or required."""

    FORBIDDEN = "forbidden"
    ALLOWED = "allowed"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class IdentityPolicy:
    """Policy for judging documents, and where they may be scanned.

    Attributes:
        jurisdiction: where the shop is, in the words of ``scans``.
        default_scan: for a jurisdiction that ``scans`` does not name.
        scans: jurisdiction (``VA``, ``ON``, ``FRA``) -> policy.
    """

    expired: ExpiredPolicy = ExpiredPolicy.REFUSE
    leap_day: LeapDayPolicy = LeapDayPolicy.MARCH_1
    jurisdiction: str | None = None
    default_scan: ScanPolicy = ScanPolicy.ALLOWED
    scans: Mapping[str, ScanPolicy] = field(default_factory=dict)

    def rule(self, minimum_age: int) -> AgeRule:
        """By what an age is judged."""
        return AgeRule(minimum_age, self.expired, self.leap_day)

    def may_scan(self, issuer: str | None) -> bool:
        """True where a document of that issuer may be scanned here.

        Either law forbids it: that of the place, and that of the document's issuer.
        """
        return ScanPolicy.FORBIDDEN not in (self._policy_of(issuer), self._here)

    def accepts(self, reason: NoScanReason) -> bool:
        """True where an age may be checked without a scan for that reason."""
        return self._here is not ScanPolicy.REQUIRED or reason not in _SCAN_WAS_POSSIBLE

    @property
    def _here(self) -> ScanPolicy:
        return self._policy_of(self.jurisdiction)

    def _policy_of(self, jurisdiction: str | None) -> ScanPolicy:
        if jurisdiction is None:
            return self.default_scan
        return self.scans.get(jurisdiction, self.default_scan)
