"""A settings form from a plugin's JSON Schema: its fields, their text, and back. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class FieldKind(StrEnum):
    """Editor of a field."""

    SWITCH = "switch"
    INTEGER = "integer"
    NUMBER = "number"
    TEXT = "text"
    MAPPING = "mapping"
    LIST = "list"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class FormField:
    """One setting. ``value_kind`` is the kind of a mapping's values or a list's entries."""

    name: str
    title: str
    help: str
    kind: FieldKind
    value_kind: FieldKind
    value: Any

    @property
    def text(self) -> str:
        """The value as it is edited."""
        match self.kind:
            case FieldKind.MAPPING:
                return "\n".join(f"{key} = {value}" for key, value in self.value.items())
            case FieldKind.LIST:
                return "\n".join(str(entry) for entry in self.value)
            case FieldKind.JSON:
                return json.dumps(self.value, indent=2)
        return str(self.value)

    def parse(self, text: str) -> Any:
        """The value from its edited text; raises ``ValueError`` with what was expected."""
        match self.kind:
            case FieldKind.MAPPING:
                return dict(_pair(line, self.value_kind) for line in _lines(text))
            case FieldKind.LIST:
                return [_scalar(line, self.value_kind) for line in _lines(text)]
            case FieldKind.JSON:
                return json.loads(text)
        return _scalar(text, self.kind)


def fields_of(schema: Mapping[str, Any], settings: Mapping[str, Any]) -> list[FormField]:
    """The fields of a form, in the order of the settings model."""
    return [
        FormField(
            name=name,
            title=str(part.get("title", name)),
            help=_help(part),
            kind=_kind(part),
            value_kind=_kind(part.get("additionalProperties") or part.get("items") or {}),
            value=settings.get(name, part.get("default")),
        )
        for name, part in schema.get("properties", {}).items()
    ]


def _kind(part: Any) -> FieldKind:
    if not isinstance(part, Mapping):
        return FieldKind.JSON
    match part.get("type"):
        case "boolean":
            return FieldKind.SWITCH
        case "integer":
            return FieldKind.INTEGER
        case "number":
            return FieldKind.NUMBER
        case "string":
            return FieldKind.TEXT
        case "object" if _is_scalar(part.get("additionalProperties")):
            return FieldKind.MAPPING
        case "array" if _is_scalar(part.get("items")):
            return FieldKind.LIST
    return FieldKind.JSON


def _is_scalar(part: Any) -> bool:
    return isinstance(part, Mapping) and part.get("type") in ("integer", "number", "string")


def _help(part: Mapping[str, Any]) -> str:
    text = str(part.get("description", ""))
    low = part.get("minimum", part.get("exclusiveMinimum"))
    high = part.get("maximum", part.get("exclusiveMaximum"))
    if low is not None and high is not None:
        text += f" ({low} to {high})"
    return text


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _pair(line: str, kind: FieldKind) -> tuple[str, Any]:
    key, equals, value = line.partition("=")
    if not equals:
        raise ValueError(f"{line!r}: write name = value")
    return key.strip(), _scalar(value.strip(), kind)


def _scalar(text: str, kind: FieldKind) -> Any:
    try:
        match kind:
            case FieldKind.INTEGER:
                return int(text)
            case FieldKind.NUMBER:
                return float(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a number") from None
    return text
