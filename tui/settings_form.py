"""The widgets of a settings form."""

from collections.abc import Mapping
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Label, Switch, TextArea

from edge_agent.api.text import visible
from tui.form import FieldKind, FormField, fields_of

_IN_LINES = (FieldKind.MAPPING, FieldKind.LIST, FieldKind.JSON)


class SettingsForm(Vertical):
    """One widget per setting, with its title, its help and room for what is wrong with it."""

    def __init__(self, schema: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
        super().__init__()
        self._fields = fields_of(schema, settings)

    def compose(self) -> ComposeResult:
        if not self._fields:
            yield Label("This plugin has no settings.")
        for field in self._fields:
            yield Label(visible(field.title), classes="field-title", markup=False)
            yield self._widget(field)
            yield Label(visible(field.help), classes="help", markup=False)
            yield Label("", classes="error", id=f"error-{field.name}", markup=False)

    def values(self) -> dict[str, Any] | None:
        """The edited values; None where one cannot be read, which is then said beside it."""
        values: dict[str, Any] = {}
        wrong: dict[str, str] = {}
        for field in self._fields:
            try:
                values[field.name] = self._value(field)
            except ValueError as error:
                wrong[field.name] = str(error)
        self.complain(wrong)
        return None if wrong else values

    def complain(self, wrong: Mapping[str, str]) -> None:
        """Says beside each field what is wrong with it."""
        for field in self._fields:
            problems = [
                reason for name, reason in wrong.items() if name.split(".")[0] == field.name
            ]
            self.query_one(f"#error-{field.name}", Label).update(visible("; ".join(problems)))

    def _widget(self, field: FormField) -> Switch | Input | TextArea:
        place = f"field-{field.name}"
        if field.kind is FieldKind.SWITCH:
            return Switch(value=bool(field.value), id=place)
        if field.kind in _IN_LINES:
            return TextArea(field.text, id=place)
        return Input(field.text, id=place)

    def _value(self, field: FormField) -> Any:
        widget = self.query_one(f"#field-{field.name}")
        if isinstance(widget, Switch):
            return widget.value
        if isinstance(widget, TextArea):
            return field.parse(widget.text)
        assert isinstance(widget, Input)
        return field.parse(widget.value)
