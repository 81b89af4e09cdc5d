"""The contract of a condition: what it owes to data, networks, losses and people."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple

from jaxtyping import Float, UInt8
from torch import Tensor

from condgan.core.batch import Batch, Schema
from condgan.core.cond import Embedder
from condgan.core.spec import Spec


class Field(NamedTuple):
    """One thing that a person can ask for."""

    name: str
    choices: tuple[str, ...]
    """All there are; none where it is a picture."""
    help: str


class Form(NamedTuple):
    """All that a person can ask a generator for: the base of help texts, model cards and web forms."""

    fields: tuple[Field, ...]


class Condition(Spec, ABC):
    """How a generator is steered. It knows the names, so that it works without the data."""

    kind: str

    @abstractmethod
    def complete(self, schema: Schema) -> "Condition":
        """The condition with what was left open (names) filled in from the data.

        Raises:
            SettingsError: the condition and the data do not fit.
        """

    @property
    def pictures(self) -> bool:
        """Whether a picture is what it is steered by."""
        return False

    @property
    def labelled(self) -> bool:
        """Whether the data must bring labels."""
        return not self.pictures

    @property
    def paired(self) -> bool:
        """Whether the data must bring a picture for each image."""
        return False

    @abstractmethod
    def encode(self, values: Sequence[Any]) -> Tensor:
        """What people write, as the tensor that ``embedder`` takes; the first axis is the sample.

        Raises:
            SettingsError: a value is not one that the condition knows; the message lists those it knows.
        """

    @abstractmethod
    def targets(self, schema: Schema, items: Batch) -> Tensor:
        """What some of the data's images are to be made from, encoded."""

    def show(self, encoded: Tensor) -> UInt8[Tensor, "n c *space"]:
        """Encoded pictures as people see them."""
        raise NotImplementedError(f"{self.kind} is no picture")

    @abstractmethod
    def in_turn(self, n: int) -> Tensor:
        """``n`` encoded values, every possible one in turn."""

    @abstractmethod
    def embedder(self) -> Embedder:
        """A fresh, trainable module from encoded values to a ``Cond``."""

    @abstractmethod
    def describe(self) -> Form:
        """What can be asked for."""

    @property
    @abstractmethod
    def outputs(self) -> int:
        """How many numbers an auxiliary head needs to tell the condition from an image; 0 where it cannot."""

    @abstractmethod
    def disagreement(self, prediction: Float[Tensor, "b k"], encoded: Tensor) -> Float[Tensor, " b"]:
        """How far an auxiliary head's prediction is from the condition asked for, one value a sample."""
