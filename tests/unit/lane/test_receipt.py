"""The receipt tells the sale."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from edge_agent.api.commands import EnterCode, FinalizeSubtotal, IdentifyCustomer, Pay, SignOn
from edge_agent.api.events import Tender
from edge_agent.api.receipt import Barcode, Columns, Picture, QrCode, Receipt, Table, Text
from edge_agent.lane.outcome import PaidSale, ReceiptJob
from edge_agent.lane.receipt import Edition, lay_out
from edge_agent.lane.receipt_template import ReceiptContext, ReceiptTemplate
from edge_agent.lane.receipt_words import LANGUAGES
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
    shown = []
    for element in receipt.elements:
        match element:
            case Columns(left=left, right=right):
                shown.append(f"{left}|{right}")
            case Text(text=text):
                shown.append(text)
            case Table(rows=rows):
                shown += ["|".join(row) for row in rows]
            case Barcode(text=text) | QrCode(text=text):
                shown.append(f"[{text}]")
            case Picture():
                shown.append("[logo]")
            case _:
                continue
    return shown


def lay(
    sale: PaidSale, edition: Edition = Edition.ORIGINAL, logo: bytes | None = None, **template: Any
) -> list[str]:
    given = {"store_lines": ("Shop", "Street"), **template}
    paper = ReceiptContext(ReceiptTemplate(**given), ZoneInfo("Europe/Berlin"), logo)
    return texts(lay_out(sale, "AB12-CD34", paper, edition))


def test_lines_total_change_tax_code_and_chain_code(sale: PaidSale) -> None:
    shown = lay(sale)
    assert "Milk|2.14 A" in shown
    assert "  2 x 1.07" in shown
    assert "TOTAL EUR|3.33" in shown
    assert "Cash|5.00" in shown
    assert "Change|1.67" in shown
    assert "Tax|Net|Tax|Gross" in shown
    assert "A 19%|2.80|0.53|3.33" in shown
    assert shown[-2:] == ["[1-1-1-AB12CD34]", "Journal AB12-CD34"]


def test_the_time_is_the_stores(sale: PaidSale) -> None:
    assert "Sale 1|2026-03-01 13:00" in lay(sale)


def test_a_customer_card_is_shortened(sale: PaidSale) -> None:
    assert "Customer card|...1234" in lay(sale)


def test_only_a_copy_says_so(sale: PaidSale) -> None:
    assert lay(sale, Edition.COPY)[0] == "* COPY *"
    assert "COPY" not in " ".join(lay(sale))


def test_a_gift_receipt_has_items_and_code_and_no_amount_and_no_customer(sale: PaidSale) -> None:
    shown = lay(sale, Edition.GIFT, return_policy="14 days")
    assert shown[0] == "GIFT RECEIPT"
    assert "2 x Milk" in shown
    assert "[1-1-1-AB12CD34]" in shown
    assert "14 days" in shown
    everything = " ".join(shown)
    for secret in ("1.07", "2.14", "3.33", "5.00", "0.53", "1234", "Cash", "TOTAL"):
        assert secret not in everything


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_lays_out_every_edition(sale: PaidSale, language: str) -> None:
    words = LANGUAGES[language]
    aged = sale.model_copy(update={"basket": sale.basket.model_copy(update={"age_checked": 18})})
    shown = lay(aged, language=language)
    amount = "3.33" if language == "en" else "3,33"
    assert f"{words.total} EUR|{amount}" in shown
    assert words.age.format(years=18) in shown
    assert lay(sale, Edition.COPY, language=language)[0] == f"* {words.copy_mark} *"
    assert lay(sale, Edition.GIFT, language=language)[0] == words.gift_mark


def test_the_age_line_is_there_only_where_an_age_was_proved(sale: PaidSale) -> None:
    assert not any("Age" in line for line in lay(sale))


def test_the_shops_own_blocks_words_and_texts(sale: PaidSale) -> None:
    shown = lay(
        sale,
        logo=b"png",
        words={"cash": "Barzahlung"},
        code="qr",
        blocks=(
            "logo",
            {"text": "{store}/{lane}: {sale} by {operator}, {date}"},
            "lines",
            "total",
            "tender",
            "taxes",
            "code",
        ),
    )
    assert shown[:2] == ["[logo]", "1/1: 1 by Anna, 2026-03-01 13:00"]
    assert "Barzahlung|5.00" in shown
    assert shown[-2:] == ["[1-1-1-AB12CD34]", "1-1-1-AB12CD34"]


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ({"language": "tlh"}, "known are en, de"),
        ({"words": {"date": "x"}}, "is no word of a receipt"),
        ({"blocks": ("lines", "total", "tender")}, "must have taxes"),
        ({"blocks": ("lines", "coupon")}, "blocks"),
        ({"blocks": ({"text": "{price}"},)}, "is no placeholder"),
        ({"blocks": ({"text": "{sale.__class__}"},)}, "is no placeholder"),
        ({"blocks": ({"text": "{"},)}, "for a brace"),
        ({"blocks": ({"text": "{sale:999999999}"},)}, "takes no format"),
        ({"blocks": ({"text": "{date!r}"},)}, "takes no format"),
        ({"words": {"age": "Alter {jahre}"}}, "known are {years}"),
        ({"store_lines": ()}, "store_lines"),
    ],
)
def test_a_wrong_template_is_refused_with_what_is_possible(
    template: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ValidationError, match=reason):
        ReceiptTemplate(**template)
