"""What a person can ask a generator for: the base of flags, help texts, model cards and web forms."""

from typing import Any, Literal, NamedTuple

FieldType = Literal["choice", "set", "number", "boolean", "text", "picture", "layout", "vector"]
"""``choice``: one of the choices; ``set``: any number of them at once; ``boolean``: yes or no, or how much, 0 … 1;
``picture``: any image, in levels of 8 bits; ``layout``: ids or colours of classes, as they are in the file."""
RESERVED = frozenset(
    {"n", "seed", "seeds", "where", "like", "out", "device", "image", "images", "file_name", "pipeline", "source"}
    | {"help", "debug", "version", "index", "free", "extrapolate", "frames", "loop", "motion", "frame_rate"}
)
"""Names that calls, flags and files give to other things than values."""


class FormField(NamedTuple):
    """One thing that a person can ask for, under its public name."""

    name: str
    """Keyword, flag, JSON key, column and input of that name."""
    type: FieldType
    choices: tuple[str, ...] = ()
    """All there are, of a choice or a set."""
    low: float | None = None
    high: float | None = None
    unit: str = ""
    default: Any = None
    """What is taken where nothing is asked for; ``None``: every choice in turn."""
    required: bool = False
    help: str = ""
    width: int = 0
    """Numbers of a vector."""
    such_as: str = ""
    """Of a text: one of the training."""

    def described(self) -> str:
        """What it is and what there is to choose from, for people."""
        if self.choices:
            return f"{self.help}: {', '.join(self.choices)}"
        if self.type == "number" and self.low is not None and self.high is not None:
            return f"{self.help}, {self.low:g} to {self.high:g}{f' {self.unit}' * bool(self.unit)}"
        if self.such_as:
            return f"{self.help}, such as: {self.such_as}"
        return self.help

    def example(self) -> Any:
        """A value that can be asked for; ``None`` where it has to be supplied."""
        if self.choices or self.such_as:
            return self.choices[0] if self.choices else self.such_as
        if self.type == "boolean":
            return "yes"
        number = self.type == "number" and self.low is not None and self.high is not None
        return round((self.low + self.high) / 2, 3) if number else None  # type: ignore[operator]
