"""The receipt tells the sale."""

from zoneinfo import ZoneInfo

import pytest

from edge_agent.api.commands import EnterCode, FinalizeSubtotal, IdentifyCustomer, Pay, SignOn
from edge_agent.api.events import Tender
from edge_agent.api.receipt import Columns, Receipt, Text
from edge_agent.lane.outcome import PaidSale, ReceiptJob
from edge_agent.lane.receipt import StoreHeader, lay_out
from edge_agent.testing import PluginScenario
from plugins.age_verification import AgeVerification

MILK, SOAP = "04006381333931", "00036000291452"


@pytest.fixture
def sale() -> PaidSale:
    scenario = PluginScenario(AgeVerification)
    scenario.price(MILK, 107, name="Milk")
    scenario.price(SOAP, 119, name="Soap")
    scenario.do(SignOn(badge="EMP1001"))
    scenario.do(IdentifyCustomer(customer_id="5001234"))
    scenario.do(EnterCode(code=MILK, quantity=2))
    scenario.do(EnterCode(code=SOAP))
    scenario.do(FinalizeSubtotal())
    scenario.do(Pay(tender=Tender.CASH, tendered=500))
    return next(job.sale for job in scenario.jobs if isinstance(job, ReceiptJob))


def texts(receipt: Receipt) -> list[str]:
    return [
        f"{e.left}|{e.right}" if isinstance(e, Columns) else e.text
        for e in receipt.elements
        if isinstance(e, Columns | Text)
    ]


def lay(sale: PaidSale, *, is_copy: bool = False) -> list[str]:
    header = StoreHeader(lines=("Shop", "Street"))
    return texts(lay_out(sale, "AB12-CD34", header, ZoneInfo("Europe/Berlin"), is_copy=is_copy))


def test_lines_total_change_tax_and_chain_code(sale: PaidSale) -> None:
    shown = lay(sale)
    assert "Milk|2.14 A" in shown
    assert "  2 x 1.07" in shown
    assert "TOTAL EUR|3.33" in shown
    assert "Cash|5.00" in shown
    assert "Change|1.67" in shown
    assert "A 19%|    2.80    0.53     3.33" in shown
    assert shown[-1] == "Journal AB12-CD34"


def test_the_time_is_the_stores(sale: PaidSale) -> None:
    assert "Sale 1|2026-03-01 13:00" in lay(sale)


def test_a_customer_card_is_shortened(sale: PaidSale) -> None:
    assert "Customer card|...1234" in lay(sale)


def test_only_a_copy_says_so(sale: PaidSale) -> None:
    assert lay(sale, is_copy=True)[0] == "*** COPY ***"
    assert "*** COPY ***" not in lay(sale)
