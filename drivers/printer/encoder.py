"""A receipt as ESC/POS bytes, by python-escpos and its printer profiles."""

import textwrap

from escpos.printer import Dummy

from edge_agent.api.receipt import Align, Columns, Element, Feed, Receipt, Rule, Text


class ReceiptEncoder:
    """Encodes for one printer: its profile (code pages, commands) and its width in characters."""

    def __init__(self, profile: str, columns: int) -> None:
        self._profile = profile
        self._columns = columns

    def receipt(self, receipt: Receipt) -> bytes:
        """The whole receipt from initialisation to cut."""
        printer = Dummy(profile=self._profile)
        printer.hw("INIT")
        for element in receipt.elements:
            self._element(printer, element)
        printer.cut()
        return bytes(printer.output)

    def drawer_pulse(self, pin: int) -> bytes:
        """``ESC p``: the pulse for the drawer on connector pin 2 or 5."""
        printer = Dummy(profile=self._profile)
        printer.cashdraw(pin)
        return bytes(printer.output)

    def _element(self, printer: Dummy, element: Element) -> None:
        match element:
            case Text(text=text, align=align, bold=bold, large=large):
                printer.set(
                    align=align.value,
                    bold=bold,
                    normal_textsize=not large,
                    double_width=large,
                    double_height=large,
                )
                width = self._columns // 2 if large else self._columns
                for line in textwrap.wrap(text, width) or [""]:
                    printer.textln(line)
            case Columns(left=left, right=right, bold=bold):
                printer.set(align=Align.LEFT.value, bold=bold, normal_textsize=True)
                printer.textln(columns(left, right, self._columns))
            case Rule():
                printer.set(align=Align.LEFT.value, bold=False, normal_textsize=True)
                printer.textln("-" * self._columns)
            case Feed(lines=lines):
                printer.ln(lines)


def columns(left: str, right: str, width: int) -> str:
    """Sets ``right`` at the right edge of the last line; ``left`` wraps in what remains."""
    room = max(width - len(right) - 1, 8)
    *above, last = textwrap.wrap(left, room) or [""]
    return "\n".join([*above, last.ljust(width - len(right)) + right])
