"""Reads the type arguments that a driver or plugin class gives to its base."""

from typing import TypeVar, get_args

BaseT = TypeVar("BaseT")


def type_argument(cls: type, position: int, bound: type[BaseT]) -> type[BaseT] | None:
    """The class at ``position`` in ``class cls(Base[...])``; None where it is still a variable."""
    for base in getattr(cls, "__orig_bases__", ()):
        arguments = get_args(base)
        if len(arguments) > position:
            argument = arguments[position]
            if isinstance(argument, type) and issubclass(argument, bound):
                return argument
    return None
