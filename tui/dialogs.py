"""Questions in front of the screen."""

from dataclasses import dataclass
from typing import Literal

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList

from edge_agent.api.age import NoScanReason, Verdict
from edge_agent.api.commands import LONGEST_CODE
from edge_agent.api.text import visible
from edge_agent.control.messages import JobMessage


class Confirm(ModalScreen[bool]):
    """Asks for a yes before something that cannot be taken back."""

    BINDINGS = [("y,Y", "dismiss(True)", "Yes"), ("n,N,escape", "dismiss(False)", "No")]

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Label(visible(self._question), markup=False)
            yield Label("y: yes   n: no", classes="help")


class DecideReceipt(ModalScreen[Literal["repeat", "dismiss"] | None]):
    """Asks somebody who looks at the printer about a receipt that may be on paper."""

    BINDINGS = [
        ("y,Y", "dismiss('dismiss')", "It is"),
        ("n,N", "dismiss('repeat')", "It is not"),
        ("escape", "dismiss(None)", "Later"),
    ]

    def __init__(self, receipt: JobMessage) -> None:
        super().__init__()
        self._receipt = receipt

    def compose(self) -> ComposeResult:
        receipt = self._receipt
        with Vertical(id="dialog"):
            yield Label(
                f"The receipt of sale {receipt.sale_number} may be on paper: "
                f"{visible(receipt.detail)}.\n"
                "Look at the printer. Is the whole receipt there?",
                markup=False,
            )
            yield Label("y: it is   n: print a copy   Esc: decide later", classes="help")


@dataclass(frozen=True, slots=True)
class AgeAnswer:
    """A person's decision about an age; no verdict: the birth date decides."""

    reason: NoScanReason
    verdict: Verdict | None = None


_AGE_ANSWERS: tuple[tuple[str, AgeAnswer], ...] = (
    (
        "Of age: clearly older",
        AgeAnswer(NoScanReason.CLEARLY_OF_AGE, Verdict.PASS),
    ),
    (
        "Of age by a document that has no code",
        AgeAnswer(NoScanReason.NO_CODE, Verdict.PASS),
    ),
    (
        "Of age by a document whose code does not read",
        AgeAnswer(NoScanReason.CODE_UNREADABLE, Verdict.PASS),
    ),
    (
        "Of age by a document that must not be scanned",
        AgeAnswer(NoScanReason.SCAN_FORBIDDEN, Verdict.PASS),
    ),
    (
        "Of age by a document: the scanner does not work",
        AgeAnswer(NoScanReason.SCANNER_NOT_WORKING, Verdict.PASS),
    ),
    (
        "Of age by a document: scanning was declined",
        AgeAnswer(NoScanReason.SCAN_DECLINED, Verdict.PASS),
    ),
    ("Enter the birth date of a document", AgeAnswer(NoScanReason.CODE_UNREADABLE)),
    ("Not of age, or no document", AgeAnswer(NoScanReason.NO_CODE, Verdict.FAIL)),
)


class AskAge(ModalScreen[AgeAnswer | None]):
    """Asks how an age was checked without a scan; Escape answers None."""

    BINDINGS = [("escape", "dismiss(None)", "Cancel")]

    def __init__(self, minimum_age: int) -> None:
        super().__init__()
        self._minimum_age = minimum_age

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Label(f"Is the customer {self._minimum_age} or older?")
            yield OptionList(*(label for label, _ in _AGE_ANSWERS))
            yield Label("Enter: choose   Esc: cancel, or scan the document", classes="help")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answers."""
        self.dismiss(_AGE_ANSWERS[event.option_index][1])


class Ask(ModalScreen[str | None]):
    """Asks for one line of text; Escape answers None."""

    BINDINGS = [("escape", "dismiss(None)", "Cancel")]

    def __init__(self, question: str, *, longest: int = LONGEST_CODE, secret: bool = False) -> None:
        super().__init__()
        self._question = question
        self._longest = longest
        self._secret = secret

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Label(visible(self._question), markup=False)
            yield Input(password=self._secret, max_length=self._longest)
            yield Label("Enter: go on   Esc: cancel", classes="help")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answers."""
        self.dismiss(event.value.strip() or None)
