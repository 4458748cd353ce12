"""HID report descriptors: where in a report each usage stands (USB HID 1.11, 6.2.2). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum


class _Tag(IntEnum):
    USAGE_PAGE = 0x04
    USAGE = 0x08
    USAGE_MINIMUM = 0x18
    USAGE_MAXIMUM = 0x28
    REPORT_SIZE = 0x74
    INPUT = 0x80
    REPORT_ID = 0x84
    OUTPUT = 0x90
    REPORT_COUNT = 0x94
    COLLECTION = 0xA0
    PUSH = 0xA4
    FEATURE = 0xB0
    POP = 0xB4
    END_COLLECTION = 0xC0


_MAIN = (_Tag.INPUT, _Tag.OUTPUT, _Tag.COLLECTION, _Tag.FEATURE, _Tag.END_COLLECTION)
_LONG_ITEM = 0xFE
_CONSTANT = 0x01
# wMaxPacketSize times what a driver may put together; the largest real ones have 64 bytes.
_MOST_BITS = 4096 * 8


@dataclass(frozen=True, slots=True)
class Field:
    """One usage (page << 16 | id) in a report; bits are counted from behind the report id.

    ``size`` is in bits; ``count`` values of that size follow each other.
    """

    usage: int
    offset: int
    size: int
    count: int

    def values(self, report: bytes) -> list[int]:
        """The values; those beyond the end of a short report are left out."""
        bits = int.from_bytes(report, "little")
        found = []
        for index in range(self.count):
            start = self.offset + index * self.size
            if start + self.size > len(report) * 8:
                break
            found.append(bits >> start & (1 << self.size) - 1)
        return found


@dataclass(frozen=True, slots=True)
class ReportLayout:
    """The reports of a device, by id. Without report ids the one report has the id 0."""

    fields: Mapping[int, Sequence[Field]]
    outputs: Mapping[int, Sequence[Field]]
    numbered: bool

    def split(self, report: bytes) -> tuple[int, bytes]:
        """Report id and what follows it."""
        return (report[0], report[1:]) if self.numbered and report else (0, report)


class NotADescriptor(ValueError):
    """The bytes are no HID report descriptor."""


@dataclass(frozen=True, slots=True)
class _Globals:
    page: int = 0
    size: int = 0
    count: int = 0
    report: int = 0


def parse_descriptor(data: bytes) -> ReportLayout:  # noqa: PLR0912 - a table of items
    """Reads a report descriptor; raises ``NotADescriptor``."""
    fields: dict[_Tag, dict[int, list[Field]]] = {_Tag.INPUT: {}, _Tag.OUTPUT: {}}
    offsets: dict[tuple[int, int], int] = {}
    state, stack = _Globals(), list[_Globals]()
    usages: list[int] = []
    minimum: int | None = None
    numbered = False
    for tag, value, size in _items(data):
        match tag:
            case _Tag.USAGE_PAGE:
                state = replace(state, page=value)
            case _Tag.REPORT_SIZE:
                state = replace(state, size=value)
            case _Tag.REPORT_COUNT:
                state = replace(state, count=value)
            case _Tag.REPORT_ID:
                state, numbered = replace(state, report=value), True
            case _Tag.PUSH:
                stack.append(state)
            case _Tag.POP:
                if not stack:
                    raise NotADescriptor("a pop without a push")
                state = stack.pop()
            case _Tag.USAGE:
                usages.append(value if size == 4 else state.page << 16 | value)
            case _Tag.USAGE_MINIMUM:
                minimum = value if size == 4 else state.page << 16 | value
            case _Tag.USAGE_MAXIMUM if minimum is not None:
                last = value if size == 4 else state.page << 16 | value
                usages += range(minimum, min(last, minimum + 255) + 1)
                minimum = None
            case _Tag.INPUT | _Tag.OUTPUT:
                offset = offsets.get((tag, state.report), 0)
                if offset + state.size * state.count > _MOST_BITS:
                    raise NotADescriptor("a report is longer than any can be")
                if not value & _CONSTANT:
                    of_kind = fields[_Tag(tag)]
                    of_kind.setdefault(state.report, []).extend(_fields(state, usages, offset))
                offsets[tag, state.report] = offset + state.size * state.count
        if tag in _MAIN:
            usages, minimum = [], None
    return ReportLayout(fields[_Tag.INPUT], fields[_Tag.OUTPUT], numbered)


def _fields(state: _Globals, usages: Sequence[int], offset: int) -> list[Field]:
    if len(usages) <= 1:
        usage = usages[0] if usages else 0
        return [Field(usage, offset, state.size, state.count)]
    # The last usage stands for all values that remain (6.2.2.8).
    each = [*usages, *[usages[-1]] * (state.count - len(usages))][: state.count]
    return [
        Field(usage, offset + index * state.size, state.size, 1) for index, usage in enumerate(each)
    ]


def _items(data: bytes) -> list[tuple[int, int, int]]:
    """Tag and type, value, size in bytes of each item."""
    items = []
    position = 0
    while position < len(data):
        prefix = data[position]
        if prefix == _LONG_ITEM:
            position += 3 + (data[position + 1] if position + 1 < len(data) else 0)
            continue
        size = (0, 1, 2, 4)[prefix & 3]
        body = data[position + 1 : position + 1 + size]
        if len(body) < size:
            raise NotADescriptor("the descriptor ends in the middle of an item")
        items.append((prefix & 0xFC, int.from_bytes(body, "little"), size))
        position += 1 + size
    return items
