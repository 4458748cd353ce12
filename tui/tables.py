"""A table that follows its rows without losing the cursor."""

from rich.console import JustifyMethod
from rich.text import Text
from textual.widgets import DataTable
from textual.widgets.data_table import ColumnKey

from edge_agent.api.text import visible
from tui.view_models import Row

_NARROWEST = 12


class RowTable(DataTable[Text]):
    """Shows rows; redrawn only when they change."""

    def __init__(
        self,
        *headers: str,
        id: str,  # noqa: A002 - Textual's name for it
        numbers: tuple[str, ...] = (),
        gives_way: str | None = None,
    ) -> None:
        """
        Args:
            numbers: headers of the columns to be aligned at the right.
            gives_way: header of the column that is cut so that all others are seen.
        """
        super().__init__(id=id, cursor_type="row", zebra_stripes=True)
        self._headers = headers
        self._right = [header in numbers for header in headers]
        self._rows: tuple[Row, ...] = ()
        self._gives_way = gives_way

    def on_mount(self) -> None:
        """Sets the columns up."""
        for header, right in zip(self._headers, self._right, strict=True):
            self.add_column(_cell(header, "", right), key=header)

    def on_resize(self) -> None:
        """Gives the column that gives way what the others leave."""
        if self._gives_way is None or not self.columns:
            return
        column = self.columns[ColumnKey(self._gives_way)]
        others = sum(
            other.get_render_width(self) for other in self.columns.values() if other is not column
        )
        column.auto_width = False
        column.width = max(self.size.width - others - 2 * self.cell_padding, _NARROWEST)
        self._require_update_dimensions = True
        self.refresh()

    def show(self, rows: tuple[Row, ...], *, follow: bool = False) -> None:
        """Replaces the rows; ``follow`` puts the cursor on the last one."""
        if rows == self._rows:
            return
        cursor = self.cursor_row
        self._rows = rows
        self.clear()
        for row in rows:
            style = "dim" if row.dim else ""
            cells = zip(row.cells, self._right, strict=True)
            self.add_row(*(_cell(text, style, right) for text, right in cells), key=row.key)
        if rows:
            self.move_cursor(row=len(rows) - 1 if follow else min(cursor, len(rows) - 1))
        self.call_after_refresh(self.on_resize)

    @property
    def selected(self) -> str | None:
        """The key of the row under the cursor."""
        return self._rows[self.cursor_row].key if 0 <= self.cursor_row < len(self._rows) else None


def _cell(text: str, style: str, right: bool) -> Text:
    justify: JustifyMethod = "right" if right else "left"
    return Text(visible(text), style=style, justify=justify, no_wrap=True, overflow="ellipsis")
