"""``make mutants``: rules that guard money, age and data, each broken in turn; a test must fail.

A mutant is one replacement in one file of a copy of the tree, with the tests that have to see it.
One that survives means that a rule can be lost without anybody noticing.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import track

ROOT = Path(__file__).resolve().parent.parent
LONGEST_S = 300


@dataclass(frozen=True, slots=True)
class Mutant:
    """What is broken, where, and who must notice."""

    name: str
    file: str
    was: str
    becomes: str
    tests: tuple[str, ...]


def _mutant(name: str, file: str, was: str, becomes: str, *tests: str) -> Mutant:
    return Mutant(name, file, was, becomes, tests)


_STORE, _RUNTIME = "tests/unit/store", "tests/unit/runtime"
_RESTORE = "tests/unit/runtime/pipeline/test_restore.py"
_FORWARDER, _SALE = "tests/unit/sync/test_forwarder.py", "tests/unit/lane/test_sale.py"
_COMMITTER = "edge_agent/store/committer.py"
_AGE = "edge_agent/lane/age_check.py"
MUTANTS: Sequence[Mutant] = (
    _mutant(
        "cursor committed before publish",
        "sync/forwarder.py",
        "            place = await self._publish(messages)\n",
        "            self._advance(Cursor(records[-1].position))\n"
        "            await self._save_cursor()\n"
        "            place = await self._publish(messages)\n",
        _FORWARDER,
    ),
    _mutant(
        "acknowledged records sent again while the disk is full",
        "sync/forwarder.py",
        "            self._saved = acknowledged\n",
        "            self._saved = acknowledged\n        self._acknowledged = self._saved\n",
        _FORWARDER,
    ),
    _mutant(
        "corrupt row sent",
        "sync/forwarder.py",
        "        reason = why_corrupt(record)\n",
        '        reason = ""\n',
        _FORWARDER,
    ),
    _mutant(
        "unknown event in the stream ignored",
        "sync/forwarder.py",
        "        if not known:\n",
        "        if False:\n",
        _FORWARDER,
    ),
    _mutant(
        "rolled-back state kept after a failed commit",
        "edge_agent/runtime/pipeline/pipeline.py",
        "        self._working = self._durable\n",
        "        self._working = self._working\n",
        f"{_RUNTIME}/pipeline/test_pipeline.py",
    ),
    _mutant(
        "print before its start is committed",
        "edge_agent/runtime/jobs/outputs.py",
        "        await self._jobs.start(job)\n        request = PrintReceipt",
        "        request = PrintReceipt",
        f"{_RUNTIME}/jobs/test_outputs.py",
    ),
    _mutant(
        "drawer opened before its start is committed",
        "edge_agent/runtime/jobs/outputs.py",
        "        await self._jobs.start(job)\n        request = OpenDrawer",
        "        request = OpenDrawer",
        f"{_RUNTIME}/jobs/test_outputs.py",
    ),
    _mutant(
        "prune ignores what is delivered",
        "edge_agent/store/retention.py",
        "min(old, delivered, newest",
        "min(old, newest",
        f"{_STORE}/test_retention.py",
    ),
    _mutant(
        "prune ignores how long the agent ran",
        "edge_agent/store/retention.py",
        "select(func.max(_MARK.c.position)).where(_MARK.c.running_s <= running_s)",
        "select(func.max(_MARK.c.position))",
        f"{_STORE}/test_retention.py",
    ),
    _mutant(
        "prune forgets where it ended",
        "edge_agent/store/retention.py",
        '                "sequence": last.sequence,\n',
        '                "sequence": last.sequence + 1,\n',
        f"{_STORE}/test_verification.py",
    ),
    _mutant(
        "job ids used again",
        "edge_agent/store/job_table.py",
        "_JOB.c.id <= newest, _JOB.c.id < last)",
        "_JOB.c.id <= newest, last == last)",
        f"{_STORE}/test_tables.py",
    ),
    _mutant(
        "undetermined document lifts holds",
        "edge_agent/api/events.py",
        "return self.verdict is Verdict.PASS and",
        "return self.verdict is not Verdict.FAIL and",
        _SALE,
    ),
    _mutant(
        "second document after a fail lifts holds",
        "edge_agent/api/events.py",
        "(self.by_lead or not self.failed_before)",
        "True",
        _SALE,
    ),
    _mutant(
        "fail is forgotten",
        "edge_agent/lane/evolve.py",
        '{"age_failed": failed, "age_checked": None}',
        '{"age_checked": None}',
        _SALE,
    ),
    _mutant(
        "hold of another sale placed on this one",
        "edge_agent/lane/evolve.py",
        " or state.basket.basket_id != _sale_of(event):",
        ":",
        "tests/unit/lane/test_evolve.py",
    ),
    _mutant(
        "renewed hold not journaled",
        "edge_agent/lane/holds.py",
        "    if present is not None and (present.message",
        "    if present is not None or (present and present.message",
        _SALE,
    ),
    _mutant(
        "voided line still counts",
        "edge_agent/lane/totals.py",
        "    amounts[line.tax_rate] -= line.amount.minor\n",
        "",
        "tests/unit/lane/test_totals.py",
    ),
    _mutant(
        "snapshot of a moment before",
        "edge_agent/runtime/pipeline/pipeline.py",
        "tx.snapshots.save(position, unit.lane)",
        "tx.snapshots.save(position, unit.before.lane)",
        _RESTORE,
    ),
    _mutant(
        "no snapshot within a sale",
        "edge_agent/runtime/pipeline/pipeline.py",
        "if not ended and position - newest < EVENTS_A_SNAPSHOT:",
        "if not ended:",
        _RESTORE,
    ),
    _mutant(
        "pruned behind the newest snapshot",
        "edge_agent/store/retention.py",
        "end = Snapshots(self._connection).newest_position(may_go)",
        "end = may_go",
        f"{_STORE}/test_retention.py",
    ),
    _mutant(
        "damaged event believed at the start",
        "edge_agent/runtime/pipeline/restore.py",
        "None if why_corrupt(record) else parse_event",
        "parse_event",
        _RESTORE,
    ),
    _mutant(
        "sale goes on over a damaged journal",
        "edge_agent/runtime/pipeline/pipeline.py",
        "        if self._damaged:\n",
        "        if False:\n",
        _RESTORE,
    ),
    _mutant(
        "state of one key handed to another",
        "edge_agent/runtime/pipeline/unit_of_work.py",
        "one_key = type(plugin).key_of is Plugin.key_of",
        "one_key = True",
        f"{_RUNTIME}/plugins/test_plugin_states.py",
    ),
    _mutant(
        "keys of a plugin never forgotten",
        "edge_agent/store/plugin_states.py",
        "        if count <= most:\n",
        "        if True:\n",
        f"{_STORE}/test_tables.py",
    ),
    _mutant(
        "end that was cut off goes unsaid",
        "edge_agent/runtime/pipeline/pipeline.py",
        "            elif epoch_begun:\n                self._damaged = _CUT_OFF\n",
        "",
        _RESTORE,
    ),
    _mutant(
        "snapshot behind the journal believed",
        "edge_agent/runtime/pipeline/restore.py",
        "if position <= min(last, end) else None",
        "if True else None",
        _RESTORE,
    ),
    _mutant(
        "states of an unusable plugin upgraded twice",
        "edge_agent/runtime/pipeline/pipeline.py",
        "            if slot.plugin is None:\n                continue\n",
        "            if slot.plugin is None and slot.upgraded is None:\n                continue\n",
        f"{_RUNTIME}/plugins/test_plugin_states.py",
    ),
    _mutant(
        "plugin publishes what the lane decides",
        "edge_agent/api/plugin.py",
        "lambda one: one in PLUGIN_EVENTS",
        "lambda one: isinstance(one, type) and issubclass(one, Event)",
        f"{_RUNTIME}/pipeline/test_unit_of_work.py",
    ),
    _mutant(
        "check lifts holds of a higher age",
        _AGE,
        "hold.minimum_age <= checked.minimum_age",
        "hold.minimum_age <= 200",
        _SALE,
    ),
    _mutant(
        "verify ignores the previous hash",
        "edge_agent/store/verification.py",
        "        elif record.previous_hash != before.hash:\n",
        "        elif False:\n",
        f"{_STORE}/test_chain.py",
    ),
    _mutant(
        "verify ignores the columns",
        "edge_agent/store/verification.py",
        "        if column != told:\n",
        "        if False:\n",
        f"{_STORE}/test_verification.py",
    ),
    _mutant(
        "verify ignores signatures",
        "edge_agent/store/verification.py",
        "            elif not self._check(",
        "            elif False and not self._check(",
        f"{_STORE}/test_verification.py",
    ),
    _mutant(
        "verify ignores the head file",
        "edge_agent/store/verification.py",
        "    if last is None or seen.position > last.position:\n",
        "    if False:\n",
        f"{_STORE}/test_verification.py",
    ),
    _mutant(
        "BEGIN instead of BEGIN IMMEDIATE",
        _COMMITTER,
        '            connection.exec_driver_sql("BEGIN IMMEDIATE")\n            changes',
        '            connection.exec_driver_sql("BEGIN")\n            changes',
        f"{_STORE}/test_writer.py",
    ),
    _mutant(
        "commits not flushed",
        "edge_agent/store/connection.py",
        "PRAGMA synchronous = FULL",
        "PRAGMA synchronous = NORMAL",
        f"{_STORE}/test_writer.py",
        "tests/crash/test_power_cut.py",
    ),
    _mutant(
        "result told before the commit",
        "edge_agent/store/transaction.py",
        "        return Attempt(future, work(transaction))\n",
        "        future.set_result(result := work(transaction))\n"
        "        return Attempt(Future(), result)\n",
        f"{_STORE}/test_writer.py",
    ),
    _mutant(
        "doubtful commit taken for undone",
        _COMMITTER,
        "    return code is not None and code & 0xFF in _CERTAINLY_UNDONE\n",
        "    return code is not None\n",
        "tests/unit/runtime/pipeline/test_pipeline.py",
    ),
    _mutant(
        "head not kept beside the database",
        _COMMITTER,
        "            self._head_file.write(mark.head)\n        self._on_commit()",
        "            pass\n        self._on_commit()",
        f"{_STORE}/test_epochs.py",
    ),
    _mutant(
        "new epoch not larger than the one in the stream",
        "edge_agent/store/epochs.py",
        "max(newest, head.epoch, predecessor.epoch, largest) + 1",
        "max(newest, head.epoch, largest) + 1",
        _FORWARDER,
    ),
    _mutant(
        "database readable by others",
        "edge_agent/store/connection.py",
        "_FOR_ITS_OWNER = 0o600",
        "_FOR_ITS_OWNER = 0o644",
        f"{_STORE}/test_retention.py",
    ),
    _mutant(
        "control socket 0666",
        "edge_agent/control/server.py",
        "path.chmod(0o660)",
        "path.chmod(0o666)",
        "tests/unit/control/test_bounds.py",
    ),
    _mutant(
        "connections without a bound",
        "edge_agent/control/bounds.py",
        "if len(self.connections) >= bounds.connections:",
        "if False:",
        "tests/unit/control/test_bounds.py",
    ),
    _mutant(
        "event without a bound",
        "edge_agent/api/text.py",
        "    if len(text) > longest:\n",
        "    if False:\n",
        "tests/unit/api/test_text.py",
    ),
    _mutant(
        "payment while held",
        "edge_agent/lane/tender.py",
        "    if basket.holds:\n",
        "    if False:\n",
        _SALE,
    ),
    _mutant(
        "payment of too little",
        "edge_agent/lane/tender.py",
        "    if tendered.minor < total.minor:\n",
        "    if tendered.minor < 0:\n",
        _SALE,
    ),
    _mutant(
        "voided lines are paid",
        "edge_agent/lane/totals.py",
        "        if not line.voided:\n",
        "        if True:\n",
        "tests/unit/lane",
    ),
    _mutant(
        "tax rounded down",
        "edge_agent/lane/totals.py",
        "ROUND_HALF_UP)",
        "'ROUND_DOWN')",
        "tests/unit/lane",
    ),
    _mutant(
        "damaged birth date believed",
        "edge_agent/intake/identity/aamva.py",
        "    if birth.damaged or birth.says_never:\n",
        "    if birth.says_never:\n",
        "tests/unit/intake/identity",
    ),
    _mutant(
        "check digits of a zone ignored",
        "edge_agent/intake/identity/mrz.py",
        "all(check_digit(covered) == digit for covered, digit in checks)",
        "True",
        "tests/unit/intake/identity",
    ),
    _mutant(
        "expired document passes",
        "edge_agent/intake/identity/judgement.py",
        "        elif expired:\n",
        "        elif False:\n",
        "tests/unit/intake/identity",
    ),
    _mutant(
        "of age a day early",
        "edge_agent/intake/identity/judgement.py",
        "comes_of_age(birth.latest, rule.minimum_age, rule.leap_day) <= on",
        "comes_of_age(birth.latest, rule.minimum_age, rule.leap_day).toordinal() "
        "<= on.toordinal() + 1",
        "tests/unit/intake/identity",
    ),
)


def main() -> int:
    """Play the mutants that are named, or all; exit 1 where one survives."""
    parser = argparse.ArgumentParser(prog="make mutants")
    parser.add_argument("names", nargs="*", help="a part of a mutant's name")
    given = parser.parse_args()
    chosen = [
        mutant
        for mutant in MUTANTS
        if not given.names or any(name in mutant.name for name in given.names)
    ]
    console = Console(stderr=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        caught = list(
            track(
                pool.map(_is_caught, chosen),
                "mutants",
                total=len(chosen),
                console=console,
                transient=True,
                disable=not sys.stderr.isatty(),
            )
        )
    for mutant, was_caught in zip(chosen, caught, strict=True):
        print(f"{'caught  ' if was_caught else 'SURVIVED'}  {mutant.name}")
    print(f"{sum(caught)} of {len(chosen)} mutants caught")
    return 0 if all(caught) else 1


def _is_caught(mutant: Mutant) -> bool:
    """Whether the tests fail on a copy of the tree with the mutant in it."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        copy = Path(folder) / "tree"
        ignored = shutil.ignore_patterns(".*", "__pycache__", "target")
        shutil.copytree(ROOT, copy, ignore=ignored)
        path = copy / mutant.file
        text = path.read_text("utf-8")
        if text.count(mutant.was) != 1:
            raise SystemExit(f"{mutant.name}: {mutant.file} has its text {text.count(mutant.was)}x")
        path.write_text(text.replace(mutant.was, mutant.becomes), "utf-8")
        command = (sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider")
        ended = subprocess.run(
            [*command, *mutant.tests],
            cwd=copy,
            env={**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            timeout=LONGEST_S,
            check=False,
        )
        # 1: tests failed. Anything else, a wrong path for instance, shows nothing.
        return ended.returncode == 1


if __name__ == "__main__":
    sys.exit(main())
