"""The demonstration is true: five sales from a pseudo-terminal to a consumer of the stream."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from edge_agent.api.plugin import Plugin
from plugins import (
    age_verification,
    customer_lookup,
    employee_time,
    fraud_detection,
    purchase_recommender,
)
from tests.conftest import SEVEN_OF_A_SALE

PLUGINS: tuple[type[Plugin], ...] = (  # type: ignore[type-arg]
    age_verification.AgeVerification,
    customer_lookup.CustomerLookup,
    employee_time.EmployeeTime,
    fraud_detection.FraudDetection,
    purchase_recommender.PurchaseRecommender,
)


async def headless(*arguments: str) -> tuple[int, dict[str, object]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "edge_agent", "demo", "--headless", *arguments,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, _ = await process.communicate()
    return process.returncode or 0, json.loads(output.splitlines()[-1])


@pytest.mark.parametrize(("sales", "seed"), [(5, 7), (1, 1), (12, 2026)])
async def test_headless_demo(tmp_path: Path, sales: int, seed: int) -> None:
    code, report = await headless(
        "--sales", f"{sales}", "--seed", f"{seed}", "--dir", f"{tmp_path}"
    )
    types = report["events_by_type"]
    assert isinstance(types, dict)
    assert code == 0, report
    assert (report["sales"], report["receipts"]) == (sales, sales)
    assert (report["pending"], report["chain_ok"], report["faults"]) == (0, True, [])
    assert report["delivered"] == report["events"] == sum(types.values())
    assert set(types) >= set(SEVEN_OF_A_SALE)
    assert types["pos.payment.completed"] == sales
    for plugin in PLUGINS:
        published = {str(event.model_fields["type"].default) for event in plugin.publishes}
        assert published & set(types), plugin.name
    receipt = (tmp_path / "receipts" / "0001.txt").read_text()
    assert "TOTAL EUR" in receipt
    assert "Journal " in receipt
