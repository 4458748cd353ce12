"""Scans and what they mean, on a fixed day."""

from datetime import date

from edge_agent.api.sensitive import Sensitive
from edge_agent.api.values import Scan
from edge_agent.intake.interpret import interpret
from edge_agent.intake.rules import ScanRules
from edge_agent.intake.scan_result import ItemCode, ScanResult

TODAY = date(2026, 11, 21)


def meaning(data: bytes | str, rules: ScanRules | None = None) -> ScanResult:
    raw = data if isinstance(data, bytes) else data.encode()
    return interpret(Scan(data=Sensitive(raw)), rules or ScanRules(), TODAY)


def item(data: str, rules: ScanRules | None = None) -> ItemCode:
    found = meaning(data, rules)
    assert isinstance(found, ItemCode), found
    return found
