"""What a person can ask a generator for: the base of flags, help texts, model cards and web forms."""

from typing import Any, Literal, NamedTuple

FieldType = Literal["choice", "number", "boolean", "text", "picture", "layout", "vector"]
"""``picture``: any image, in levels of 8 bits; ``layout``: ids or colours of classes, as they are in the file."""


class FormField(NamedTuple):
    """One thing that a person can ask for, under its public name."""

    name: str
    """Keyword, flag, JSON key, column and input of that name."""
    type: FieldType
    choices: tuple[str, ...] = ()
    """All there are, of a choice."""
    low: float | None = None
    high: float | None = None
    unit: str = ""
    default: Any = None
    """What is taken where nothing is asked for; ``None``: every choice in turn."""
    required: bool = False
    help: str = ""
