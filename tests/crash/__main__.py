"""``make simulate-crashes``: many seeds on all cores, a bar meanwhile, a table at the end."""

import argparse
import multiprocessing
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.crash.schedule import Schedule, draw
from tests.crash.simulator import Report, Simulator, be_quiet, memory_folder, run_seeds

SEEDS_A_TASK = 8
_console = Console(stderr=True)


def main() -> int:
    """Run the seeds; exit 1 where a promise was broken."""
    parser = argparse.ArgumentParser(prog="make simulate-crashes")
    parser.add_argument("--seeds", type=int, default=200, help="how many schedules")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--lives", type=int, default=12, help="lives of the agent in a schedule")
    parser.add_argument("--replay", type=int, help="one seed alone, shrunk where it fails")
    given = parser.parse_args()
    be_quiet()
    if given.replay is not None:
        return _replay(draw(given.replay, given.lives))
    began = monotonic()
    counts: Counter[str] = Counter()
    broken: list[Report] = []
    crashes = events = 0
    for report in _with_bar(_run_all(given.first, given.seeds, given.lives), given.seeds):
        counts.update(report.counts)
        crashes += report.crashes
        events += report.events
        if report.violation:
            broken.append(report)
            _console.print(f"seed {report.seed}, life {report.life}: {report.violation}")
    for name, times in sorted(counts.items()):
        print(f"{times:>10,}  {name}")
    print(
        f"{crashes:,} crashes in {given.seeds:,} schedules, {events:,} events, "
        f"{len(broken)} violations, {monotonic() - began:.0f} s"
    )
    for report in broken[:1]:
        _replay(draw(report.seed, given.lives))
    return 1 if broken else 0


def _replay(schedule: Schedule) -> int:
    with tempfile.TemporaryDirectory(dir=memory_folder()) as folder:
        simulator = Simulator(Path(folder))
        report = simulator.run(schedule)
        if not report.violation:
            print(f"seed {schedule.seed}: no violation in {len(schedule.lives)} lives")
            return 0
        smallest = simulator.shrink(schedule)
        report = simulator.run(smallest)
        print(f"seed {schedule.seed}, cut to {len(smallest.lives)} lives: {report.violation}")
        for number, life in enumerate(smallest.lives):
            ended = f"{life.crash_on or 'point'} {life.crash_at}"
            print(
                f"  life {number}: {len(life.steps)} steps, ends at {ended}, "
                f"trouble {life.trouble}, clock {life.clock_s:+.0f} s, disk {dict(life.disk)}, "
                f"unreadable {sorted(life.reads)}, "
                f"{'restored before' if life.restores else 'not restored'}"
            )
        return 1


def _run_all(first: int, seeds: int, lives: int) -> Iterator[Report]:
    tasks = [
        (start, min(start + SEEDS_A_TASK, first + seeds), lives)
        for start in range(first, first + seeds, SEEDS_A_TASK)
    ]
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=spawning) as pool:
        for done in as_completed([pool.submit(run_seeds, task) for task in tasks]):
            yield from done.result()


def _with_bar(reports: Iterator[Report], total: int) -> Iterator[Report]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    shown = Progress(
        *columns,
        TimeRemainingColumn(),
        console=_console,
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    with shown:
        bar = shown.add_task("schedules", total=total)
        for report in reports:
            shown.advance(bar)
            yield report


if __name__ == "__main__":
    # Sets of words keep their order from one process to the next only so.
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, "-m", "tests.crash", *sys.argv[1:]])
    sys.exit(main())
