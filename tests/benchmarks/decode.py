"""What knowing the meaning of one scan costs, for each kind, side by side: ``make bench``."""

import sys
from collections.abc import Callable, Mapping
from datetime import date
from random import Random
from time import perf_counter

from edge_agent.api.sensitive import Sensitive
from edge_agent.api.values import Scan
from edge_agent.intake.identity.judgement import AgeRule, judge
from edge_agent.intake.interpret import interpret
from edge_agent.intake.rules import ScanRules
from edge_agent.intake.scan_result import DocumentScan, UnknownScan
from edge_agent.intake.variable_measure import NATIONAL_LAYOUTS
from simulator.documents.aamva import Card
from simulator.documents.damage import READABLE
from simulator.documents.holder import holder_born
from simulator.documents.mrz import Zone

TODAY = date(2026, 11, 21)
ROUNDS, SCANS = 7, 300
RULES = ScanRules(layouts=NATIONAL_LAYOUTS["SE"])
_HOLDER = holder_born(date(1986, 6, 6), TODAY)
_CARD = Card(10, under_age_until=True).payload(_HOLDER)

KINDS: Mapping[str, bytes] = {
    "EAN-13": b"]E04006381333931",
    "eight digits, EAN-8 or UPC-E": b"01234565",
    "weight-embedded number": b"2388060112344",
    "employee badge": b"EMP1001",
    "customer card": b"LOY5001",
    "payment card, dropped": b"4111111111111111",
    "GS1 element string, 4 elements": b"]d20109521234543213\x1d10BATCH1\x1d17260930\x1d21SER/1",
    "GS1 Digital Link": b"https://id.gs1.org/01/09521234543213/10/BATCH1?17=260930",
    "coupon 8110": b"]e08110106141416543213500110000310123196000",
    "AAMVA licence": _CARD,
    "AAMVA licence, separators lost": READABLE["line ends stripped"](_CARD, Random(1)),
    "passport zone": Zone("TD3").payload(_HOLDER),
    "identity card zone": Zone("TD1").payload(_HOLDER),
    "unknown text": b"HELLO WORLD 12345",
    "8 KiB of rubbish": b"\xff" * 8192,
}


def main() -> None:
    """Prints the best of several rounds for each kind, and its ratio to an EAN-13."""
    costs = {kind: _microseconds(payload) for kind, payload in KINDS.items()}
    floor = costs["EAN-13"]
    lines = [f"{kind:34} {cost:8.1f} us {cost / floor:7.1f} x" for kind, cost in costs.items()]
    sys.stdout.write("\n".join(["meaning of one scan, against an EAN-13", *lines]) + "\n")


def _microseconds(payload: bytes) -> float:
    scan = Scan(data=Sensitive(payload))
    rule = AgeRule(18)

    def run() -> None:
        for _ in range(SCANS):
            meaning = interpret(scan, RULES, TODAY)
            if isinstance(meaning, DocumentScan):
                judge(meaning.document.reveal(), rule, TODAY)

    assert not isinstance(interpret(scan, RULES, TODAY), UnknownScan) or payload in (
        KINDS["unknown text"],
        KINDS["8 KiB of rubbish"],
    )
    return min(_timed(run) for _ in range(ROUNDS)) / SCANS * 1e6


def _timed(run: Callable[[], None]) -> float:
    began = perf_counter()
    run()
    return perf_counter() - began


if __name__ == "__main__":
    main()
