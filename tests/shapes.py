"""Shapes and types of tensors checked as the code runs."""

from collections.abc import Callable
from typing import Any, TypeVar

from beartype import BeartypeConf, beartype

F = TypeVar("F", bound=Callable[..., Any])
SHAPED = ("Float[", "Int64[", "Int32[", "UInt8[", "Bool[", "Images")


def checked(function: F) -> F:
    """A function whose annotations have shapes, checked at each call; any other as it is.

    The names in other annotations may be there for type checkers alone.
    """
    annotations = getattr(function, "__annotations__", {})
    if not any(word in str(each) for each in annotations.values() for word in SHAPED):
        return function
    return beartype(conf=BeartypeConf(is_pep484_tower=True))(function)
