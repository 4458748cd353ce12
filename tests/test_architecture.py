"""Who may import whom: the rules hold, and they would notice if they did not."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("edge_agent", "drivers", "plugins", "sync", "simulator", "tui")


def lint_imports(folder: Path) -> "subprocess.CompletedProcess[str]":
    linter = Path(sys.executable).parent / "lint-imports"
    return subprocess.run(
        [linter, "--config", folder / "pyproject.toml", "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def copied_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tree")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_the_import_rules_hold() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout


def test_no_part_of_the_agent_is_forgotten_by_the_rules() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    named = {
        module
        for contract in contracts["contracts"]
        for module in (*contract.get("source_modules", ()), *contract.get("forbidden_modules", ()))
    }
    parts = {
        f"edge_agent.{path.stem}"
        for path in (ROOT / "edge_agent").iterdir()
        if not path.name.startswith("_")
        and (path.suffix == ".py" or (path / "__init__.py").exists())
    }
    assert parts <= named


UNIT_OF_WORK = "edge_agent/runtime/pipeline/unit_of_work.py"
IMPORT_UNIT_OF_WORK = "import edge_agent.runtime.pipeline.unit_of_work"


@pytest.mark.parametrize(
    ("module", "planted", "rule"),
    [
        ("edge_agent/api/values.py", "import sqlmodel", "api: the standard library"),
        ("edge_agent/api/values.py", "import edge_agent.lane.decide", "api: the standard library"),
        ("edge_agent/intake/gtin.py", "import edge_agent.store.jobs", "intake: api"),
        ("edge_agent/lane/decide.py", "import edge_agent.intake.gtin", "lane: api"),
        ("edge_agent/store/jobs.py", "import edge_agent.lane.decide", "store: api"),
        (
            UNIT_OF_WORK,
            "import plugins.age_verification",
            "runtime: api",
        ),
        (
            UNIT_OF_WORK,
            "import sqlalchemy",
            "only the store opens SQLite",
        ),
        (
            UNIT_OF_WORK,
            "import edge_agent.runtime.jobs.queue",
            "jobs over",
        ),
        (
            "edge_agent/control/client.py",
            IMPORT_UNIT_OF_WORK,
            "control: api",
        ),
        (
            "drivers/scanner/layouts.py",
            IMPORT_UNIT_OF_WORK,
            "drivers: api",
        ),
        ("drivers/scanner/layouts.py", "import drivers.printer.status", "drivers: never each"),
        ("drivers/wire/framing.py", "import drivers.scanner.layouts", "drivers: never each"),
        ("plugins/employee_time.py", "import edge_agent.store.jobs", "plugins: api"),
        ("plugins/employee_time.py", "import plugins.age_verification", "plugins: never each"),
        ("sync/envelope.py", IMPORT_UNIT_OF_WORK, "sync: api, store"),
        ("sync/envelope.py", "import aiokafka", "one module speaks to Kafka"),
        ("simulator/world.py", "import drivers.printer.status", "simulator: api"),
        ("simulator/world.py", "import edge_agent.discovery.permission", "simulator: api"),
        ("drivers/scanner/layouts.py", "import edge_agent.decode", "drivers: api"),
        ("edge_agent/discovery/sysfs.py", "import drivers.printer.status", "discovery: api"),
        ("edge_agent/decode.py", "import edge_agent.lane.decide", "decode: api"),
        ("tui/form.py", "import edge_agent.control.server", "tui: api"),
    ],
)
def test_a_planted_violation_is_found(
    copied_tree: Path, module: str, planted: str, rule: str
) -> None:
    path = copied_tree / module
    original = path.read_text()
    path.write_text(f"{original}\n{planted}\n")
    try:
        result = lint_imports(copied_tree)
    finally:
        path.write_text(original)
    assert result.returncode == 1
    broken = [line for line in result.stdout.splitlines() if line.endswith("BROKEN")]
    assert any(rule in line for line in broken), result.stdout
