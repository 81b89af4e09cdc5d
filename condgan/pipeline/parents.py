"""What a pipeline remembers of its training: the generators that it comes from, and the networks that trained it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from condgan.core.spec import Spec

Line = Annotated[str, Field(max_length=1_000, pattern=r"^[^\x00-\x1f\x7f`]*$")]
MOST = 1_000
"""Generations, beyond which a list of parents is none."""


class Parent(Spec):
    """A generator from whose weights another one started."""

    name: Line
    """Its folder as it was given, or its name on the Hub."""
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    """Stands for the weights of the generator."""
    images: Annotated[int, Field(ge=0, lt=2**63)]
    """Real images that it was trained on, without those of its own parents."""
    data: Line
    """The name of these data."""

    def __str__(self) -> str:
        return f"`{self.name}` ({self.images:,} images of {self.data})"


Parents = Annotated[tuple[Parent, ...], Field(max_length=MOST)]
"""The newest first."""


def parents_of(trained: Mapping[str, Any]) -> tuple[Parent, ...]:
    """Those that a pipeline's ``config.json`` tells of.

    Raises:
        ValueError: they are not what they should be.
    """
    return TypeAdapter(Parents).validate_python(trained.get("parents", ()))


def networks_of(trained: Mapping[str, Any]) -> dict[str, str]:
    """The frozen networks that trained it: their names by the hashes of their weights.

    Raises:
        ValueError: they are not what they should be.
    """
    return TypeAdapter(dict[str, str]).validate_python(trained.get("networks", {}))


def line(text: object) -> str:
    """A text as one line that a parent may hold."""
    return "".join(each if each.isprintable() and each != "`" else " " for each in str(text))[:1_000]
