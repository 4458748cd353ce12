"""Arbitrary bytes and mutated documents, labels and links: what intake must bear.

Run as a program it plays 100,000 cases of a seed that it draws and prints (``make fuzz``; ``SEED=``
repeats one), and says how long the slowest took and how much memory it all needed.
"""

import gc
import os
import sys
import tracemalloc
from collections.abc import Callable
from datetime import date
from random import SystemRandom
from time import thread_time

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from edge_agent.decode import Question, decode
from edge_agent.intake.interpret import LONGEST_SCAN
from edge_agent.intake.policy import IntakePolicy
from edge_agent.intake.rules import ScanRules
from edge_agent.intake.variable_measure import NATIONAL_LAYOUTS
from simulator.documents.aamva import VERSIONS, Card
from simulator.documents.holder import holder_born
from simulator.documents.mrz import FORMATS, Zone

ON = date(2026, 11, 21)
CASES = 100_000
SLOWEST_MS = 50.0
MOST_MEMORY = 4 * 1024 * 1024
QUESTION = Question(
    IntakePolicy(rules=ScanRules(layouts=NATIONAL_LAYOUTS["DE"])), ON, minimum_age=18, reveal=True
)

_births = st.dates(date(1900, 1, 1), date(2030, 1, 1))
_cards = st.builds(
    lambda version, under_age_until, birth: Card(version, under_age_until=under_age_until).payload(
        holder_born(birth, ON)
    ),
    st.sampled_from(VERSIONS),
    st.booleans(),
    _births,
)
_zones = st.builds(
    lambda name, unknown, birth, ends: Zone(name, unknown=unknown).payload(
        holder_born(birth, ON), ends
    ),
    st.sampled_from(FORMATS),
    st.integers(0, 3),
    _births,
    st.sampled_from(["", "\r", "\r\n"]),
)
_labels = st.sampled_from(
    [
        b"]d20109521234543213\x1d10BATCH1\x1d17260930\x1d21SER/1",
        b"]e001995212345432163103001250392929915261231",
        b"]e08110106141416543213500110000310123196000",
        b"https://id.gs1.org/01/09521234543213/10/BATCH1/21/1?17=260930&3103=000195",
        b"]E04006381333931",
        b"]E3978014300723412345",
        b"2511119000129",
        b"%B4111111111111111^DOE/JOHN^30121010000000000000?",
        b";6360282222222=240919700906=?",
        b"(01)09521234543213(10)BATCH1(17)260930",
    ]
)
_seeds = st.one_of(_cards, _zones, _labels)


@st.composite
def _mutated(draw: st.DrawFn) -> bytes:
    """A valid payload with pieces cut out, doubled, replaced or put in."""
    data = bytearray(draw(_seeds))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 12)))
        piece = draw(
            st.one_of(
                st.just(b""),
                st.binary(max_size=6),
                st.just(bytes(data[start:end]) * 2),
                st.sampled_from([b"DBB", b"DBA99999999", b"\x1d", b"]Q1", b"01", b"<<<", b"0" * 8]),
            )
        )
        data[start:end] = piece
    return bytes(data)


payloads = st.one_of(
    _mutated(),
    _mutated(),
    st.binary(max_size=200),
    st.binary(max_size=40).map(lambda piece: (piece * LONGEST_SCAN)[: LONGEST_SCAN + 1]),
    st.text(alphabet="0123456789]CEQdeDBA@<\x1d\r\n()/ANSI", max_size=300).map(str.encode),
)
"""What a broken scanner, a torn label or somebody malicious may send."""


def bear(payload: bytes) -> None:
    """What must hold of any payload: there is an answer, and it is one of the known kinds."""
    told = decode(payload, "", QUESTION)
    assert told["kind"] in {
        *("item", "variable_measure_item", "employee", "customer", "coupon", "function"),
        *("identity_document", "payment_card", "unknown"),
    }


def main() -> None:
    """Plays all cases; exits 1 where one was too slow or needed too much memory."""
    slowest, took = b"", 0.0
    largest, peak = b"", 0
    played = 0

    def measure(payload: bytes) -> None:
        nonlocal slowest, took, largest, peak, played
        # A measured case is played twice: tracing memory makes it slow.
        tracemalloc.start()
        bear(payload)
        needed = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        gc.disable()
        began = thread_time()
        bear(payload)
        needed_s = thread_time() - began
        gc.enable()
        played += 1
        if needed > peak:
            largest, peak = payload, needed
        if needed_s > took:
            slowest, took = payload, needed_s

    drawn = int(os.environ["SEED"]) if os.environ.get("SEED") else SystemRandom().getrandbits(32)
    sys.stdout.write(f"seed {drawn}\n")
    run(measure, CASES, drawn)
    sys.stdout.write(
        f"{played} cases, none raised\n"
        f"slowest: {took * 1000:.1f} ms, {len(slowest)} bytes, {slowest[:60]!r}\n"
        f"most memory: {peak / 1024:.0f} KiB, {len(largest)} bytes, {largest[:60]!r}\n"
    )
    if took * 1000 > SLOWEST_MS or peak > MOST_MEMORY:
        sys.exit(1)


def run(check: Callable[[bytes], None], cases: int, seed_of_run: int = 0) -> None:
    """Play the cases of a seed against a check."""
    played = given(payloads)(
        settings(
            max_examples=cases,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )(check)
    )
    seed(seed_of_run)(played)()


if __name__ == "__main__":
    main()
