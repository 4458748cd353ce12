"""The code that the documents show does what they say."""

import asyncio
import importlib
import re
from pathlib import Path
from typing import Any

import pytest

from edge_agent.api.commands import EnterCode, SignOn
from edge_agent.api.errors import ClaimError, DeviceLost
from edge_agent.runtime.registry import Registry
from edge_agent.testing import FakeHost, PluginScenario

ROOT = Path(__file__).parents[2]
PEN = "04006381333931"


def sample(document: str) -> dict[str, Any]:
    """The names that the first Python block of a document defines."""
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / document).read_text(), re.DOTALL)[:1]
    names: dict[str, Any] = {"__name__": "sample"}
    exec(compile(code, document, "exec"), names)
    return names


def test_the_sample_plugin_cheers() -> None:
    scenario = PluginScenario(sample("plugins/README.md")["Greeter"], every=2)
    scenario.price(PEN)
    scenario.do(SignOn(badge="EMP1001"))
    scenario.do(EnterCode(code=PEN))
    assert scenario.prompts == []
    scenario.do(EnterCode(code=PEN))
    assert scenario.prompts == ["2 items. Well done!"]


async def test_the_sample_driver_reads_scans_over_tcp() -> None:
    hang_up = asyncio.Event()

    async def converter(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"4006381333931\r\n")
        await hang_up.wait()
        writer.write(b"95200002")
        writer.close()

    server = await asyncio.start_server(converter, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    driver_type = sample("drivers/README.md")["TcpScanner"]
    host = FakeHost()
    config = driver_type.parse_config({"host": "127.0.0.1", "port": port})
    driver = driver_type("scanner", config, host)
    await driver.claim()
    running = asyncio.create_task(driver.run())
    await host.wait_for(1)
    assert host.scans == [b"4006381333931"]
    hang_up.set()
    with pytest.raises(DeviceLost, match="scanner: the converter closed"):
        await asyncio.wait_for(running, 5)
    assert len(host.scans) == 1
    await driver.release()
    server.close()
    with pytest.raises(ClaimError, match="scanner: cannot connect"):
        await driver.claim()


def test_each_cell_of_the_drivers_table_names_a_test_that_exists() -> None:
    text = (ROOT / "drivers/README.md").read_text()
    listed = dict(re.findall(r"^(\d+)\. `(tests/.+)`$", text, re.MULTILINE))
    rows = re.findall(r"^\| (?:Scanner|IDScanner|POSPrinter|CashDrawer) .*$", text, re.MULTILINE)
    cells = [cell for row in rows for cell in row.strip("|").split("|")[3:]]
    assert len(cells) == 10 * 4
    cited = [set(re.findall(r"\[(\d+)\]", cell)) for cell in cells]
    assert all(cited)
    assert set.union(*cited) == set(listed)
    for node in listed.values():
        file, *names = node.split("::")
        found: Any = importlib.import_module(file.removesuffix(".py").replace("/", "."))
        for name in names:
            found = getattr(found, name)


def test_every_driver_is_in_the_table() -> None:
    text = (ROOT / "drivers/README.md").read_text()
    for name in Registry().drivers:
        assert f"| `{name}` |" in text
