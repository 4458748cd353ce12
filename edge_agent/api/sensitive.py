"""A wrapper for values that must never be at rest: raw scans and identity data."""

from typing import Generic, NoReturn, TypeVar

T = TypeVar("T")


class Sensitive(Generic[T]):
    """Holds a value that may be used in memory and nowhere else.

    ``repr``, ``str`` and formatting show a placeholder; pickling, copying and serialising raise
    ``TypeError``; equality and hashing go by identity, so the value cannot be probed. Only
    :meth:`reveal` gives the value, which makes every use of it easy to find.
    """

    __slots__ = ("_value",)

    def __init__(self, value: T) -> None:
        self._value = value

    def reveal(self) -> T:
        """The wrapped value."""
        return self._value

    def __repr__(self) -> str:
        return "<sensitive>"

    def __format__(self, spec: str) -> str:
        return format("<sensitive>", spec)

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError("a sensitive value cannot be copied, pickled or serialised")

    __reduce__ = _refuse
    __reduce_ex__ = _refuse
    __copy__ = _refuse
    __deepcopy__ = _refuse
    __getstate__ = _refuse
