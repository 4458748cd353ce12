"""Validation errors of pydantic in plain words."""

import re

from pydantic import ValidationError

_OF_OUR_OWN = "Value error, "
# Such as TextBlock, or str-enum with a bracket behind it.
_TYPE = re.compile(r"(?:[A-Z][a-z]+){2,}|[a-z-]+\[.*")


def explain(error: ValidationError) -> list[str]:
    """``key: what is wrong`` of each wrong key, once; only single values are shown again.

    A whole table may hold a password.
    """
    told: dict[str, list[str]] = {}
    for problem in error.errors():
        # Between the keys stand the names of types, where a value may be of several.
        keys = [str(part) for part in problem["loc"] if _is_key(part)]
        match problem["type"]:
            case "missing":
                reason = "this key is missing"
            case "extra_forbidden":
                reason = "there is no such key"
            case _:
                reason = problem["msg"].removeprefix(_OF_OUR_OWN)
                if isinstance(problem["input"], str | int | float):
                    reason += f" (got {problem['input']!r})"
        told.setdefault(".".join(keys), []).append(reason)
    return [f"{key}: {reasons[0]}" if key else reasons[0] for key, reasons in told.items()]


def _is_key(part: int | str) -> bool:
    return isinstance(part, int) or _TYPE.fullmatch(part) is None
