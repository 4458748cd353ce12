"""The shop's policy for scans."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from edge_agent.intake.identity.policy import IdentityPolicy
from edge_agent.intake.rules import ScanRules


class DoubtfulGoods(StrEnum):
    """Policy for items that are past their expiry or recalled."""

    REFUSE = "refuse"
    FLAG = "flag"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class IntakePolicy:
    """All of it. ``zone`` says when a day begins."""

    rules: ScanRules = field(default_factory=ScanRules)
    identity: IdentityPolicy = field(default_factory=IdentityPolicy)
    past_expiry: DoubtfulGoods = DoubtfulGoods.REFUSE
    recalled: DoubtfulGoods = DoubtfulGoods.REFUSE
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))

    def today(self, now: datetime) -> date:
        """The date in the shop."""
        return now.astimezone(self.zone).date()
