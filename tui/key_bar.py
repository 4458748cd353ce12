"""The keys of the tab in view."""

from textual.app import ComposeResult
from textual.widgets import Footer

_COLUMNS = 7


class KeyBar(Footer):
    """A footer that shows every key on a screen of 80 columns, on as many rows as it takes."""

    def compose(self) -> ComposeResult:
        yield from super().compose()
        self.styles.grid_size_columns = _COLUMNS
