"""Older versions of events, raised to the newest when a journal is read.

A field that a version added and that has a default needs no entry here: the default says that the
older agent did not tell.
"""

from collections.abc import Callable, Mapping
from typing import Any

Body = dict[str, Any]


def raised(body: Body, newest: int) -> Body:
    """The event's JSON object in the newest version.

    Args:
        body: of an older version; left as it is.
        newest: the version of the catalogue.
    """
    for version in range(body["version"], newest):
        step = _STEPS.get((body["type"], version))
        body = {**(body if step is None else step(body)), "version": version + 1}
    return body


def _named(body: Body) -> Body:
    return {**body, "name": body["employee_id"]}


def _keyed(body: Body) -> Body:
    return {**body, "key": body["hold_id"]}


def _with_means(body: Body) -> Body:
    if body["released_by"] == body["source"]:
        means = "plugin"
    elif body["reason"].endswith("+ checked"):
        means = "age_check"
    else:
        means = "lead"
    return {**body, "means": means}


_STEPS: Mapping[tuple[str, int], Callable[[Body], Body]] = {
    ("pos.employee.logged_in", 1): _named,
    ("pos.hold.placed", 1): _keyed,
    ("pos.hold.released", 1): _with_means,
}
"""(type, version) -> what makes it the next version."""
