"""What one attribute can be: the contract of a kind of field, and the kinds there are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple, Self

from jaxtyping import Bool, Float
from torch import Tensor

from condgan.conditions.blocks import Block
from condgan.core.form import FormField
from condgan.core.port import Port
from condgan.core.registry import Registry
from condgan.core.schema import Column
from condgan.core.spec import Spec
from condgan.core.task import Task


class Stored(NamedTuple):
    """A column of the data, as the numbers of a field."""

    value: Float[Tensor, "b slots"]
    """0 where it is missing."""
    known: Bool[Tensor, " b"]


class Field(Spec, ABC):
    """One attribute: how people write it, how data store it, how networks get and predict it."""

    kind: str
    name: str
    """The public name, and the column of the data."""

    @classmethod
    @abstractmethod
    def of(cls, name: str, column: Column) -> Self | None:
        """The field of a column; ``None`` where the column is none of this kind."""

    @classmethod
    @abstractmethod
    def block(cls, placed: Sequence[Placed]) -> Block:
        """What makes the vectors of all fields of this kind at once."""

    @property
    def slots(self) -> int:
        """How many numbers hold a value."""
        return 1

    @abstractmethod
    def form(self) -> FormField:
        """What can be asked for."""

    @abstractmethod
    def encode(self, value: Any) -> list[float]:
        """What a person writes, as numbers.

        Raises:
            SettingsError: it is none of what the field can be.
        """

    @abstractmethod
    def port(self) -> Port:
        """What an exported generator takes, as ``stored`` reads it of a column with the field's own names."""

    @abstractmethod
    def stored(self, column: Column, values: Tensor) -> Stored:
        """What the data say."""

    @abstractmethod
    def guess(self, prediction: Float[Tensor, "b k"]) -> Stored:
        """What a network's outputs for the task say, known where it is sure."""

    @abstractmethod
    def task(self) -> Task:
        """How it is predicted, on the tensors ``value`` (b slots) and ``known`` (b) of the field alone."""

    @abstractmethod
    def show(self, value: Sequence[float]) -> str | float:
        """Numbers as a person writes them."""

    @abstractmethod
    def unlike(self, other: Self) -> str:
        """What keeps weights that were trained with another field of this name from being used with this one; empty:
        nothing does."""

    def example(self, index: int) -> Any:
        """The values in turn."""
        choices = self.form().choices
        return choices[index % len(choices)]


class Placed(NamedTuple):
    """A field, and where its numbers stand among those of all fields."""

    field: Field
    place: int
    """Of the field among all fields."""
    start: int
    """Of its first number."""

    @property
    def slots(self) -> list[int]:
        """The places of its numbers."""
        return [*range(self.start, self.start + self.field.slots)]


FIELD_KINDS: Registry[Field] = Registry(
    {
        "category": "condgan.conditions.categories:Category",
        "boolean": "condgan.conditions.categories:Boolean",
        "set": "condgan.conditions.categories:SetOf",
        "number": "condgan.conditions.numbers:Number",
    }
)
AnyField = Annotated[Field, FIELD_KINDS]


def field_of(name: str, column: Column) -> Field | None:
    """The field of a column; ``None`` where it is none, such as a column of texts."""
    found = (kind.of(name, column) for kind in FIELD_KINDS.classes())
    return next((field for field in found if field is not None), None)


def float_of(value: Any) -> float | None:
    """The number that a person writes; ``None`` where it is none."""
    try:
        return None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        return None
