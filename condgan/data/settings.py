"""Settings of sources in all the ways that people write them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from PIL import ImageColor
from pydantic import AfterValidator, BeforeValidator, PositiveInt

from condgan.core.levels import Range, parse_range


def _number(value: Any) -> Any:
    """A choice among numbers, as it comes from a command line."""
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _range(value: Any) -> Any:
    """A range as people write it, low before high."""
    found = parse_range(value) if isinstance(value, str) else value
    if isinstance(found, list | tuple) and len(found) == 2 and not found[0] < found[1]:
        raise ValueError(f"an empty range: {found[0]:g} is not below {found[1]:g}")
    return found


def _colour(value: str) -> str:
    try:
        ImageColor.getrgb(value)
    except ValueError:
        raise ValueError(f"no colour {value!r}: give a name such as white, or #rrggbb") from None
    return value


def _size(value: Any) -> Any:
    """``28``, ``"28"`` and ``"28x40"``."""
    if isinstance(value, str):
        value = value.lower().replace("×", "x").split("x")
    if isinstance(value, int):
        value = [value]
    return value * 2 if isinstance(value, list) and len(value) == 1 else value


Size = Annotated[tuple[PositiveInt, PositiveInt] | None, BeforeValidator(_size)]
Channels = Annotated[Literal[1, 3, 4] | None, BeforeValidator(_number)]
Levels = Annotated[Range | None, BeforeValidator(_range)]
Colour = Annotated[str, AfterValidator(_colour)]
