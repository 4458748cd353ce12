"""The sale as the cashier sees it, and the keys to drive it."""

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Digits, Label, Static

from edge_agent.api.text import visible
from tui.tables import RowTable
from tui.view_models import LaneView


class LanePane(Vertical):
    """Lines on the left; total, holds and prompts on the right."""

    def compose(self) -> ComposeResult:
        yield Label("", id="lane-title", markup=False)
        with Horizontal():
            yield RowTable(
                "#",
                "Item",
                "Qty",
                "Price",
                "Amount",
                "Rule",
                id="lines",
                numbers=("#", "Qty", "Price", "Amount"),
                gives_way="Item",
            )
            with VerticalScroll(id="lane-side"):
                yield Label("TOTAL", classes="help")
                yield Digits("0.00", id="total")
                yield Label("", id="customer", markup=False)
                yield Label("", id="phase", markup=False)
                yield Static("", id="notices")

    def show(self, view: LaneView) -> None:
        """Shows the lane."""
        self.query_one("#lane-title", Label).update(visible(view.title))
        self.query_one("#lines", RowTable).show(view.rows, follow=True)
        self.query_one("#total", Digits).update(view.total)
        customer = self.query_one("#customer", Label)
        customer.update(visible(view.customer))
        customer.display = bool(view.customer)
        self.query_one("#phase", Label).update(view.phase)
        notices = Text("\n\n").join(
            Text(visible(notice.text), notice.style) for notice in view.notices
        )
        self.query_one("#notices", Static).update(notices)

    @property
    def selected_line(self) -> int | None:
        """The line under the cursor."""
        key = self.query_one("#lines", RowTable).selected
        return None if key is None else int(key)
