"""The contract of one part of a condition: what it owes to data, networks, losses and people."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self

import torch
from jaxtyping import Bool, Float, UInt8
from pydantic import Field
from torch import Tensor

from condgan.core.batch import Batch
from condgan.core.bundle import Bundle
from condgan.core.cond import Embedder
from condgan.core.form import FormField
from condgan.core.port import Port
from condgan.core.registry import Registry
from condgan.core.schema import Described, Schema
from condgan.core.spec import Spec
from condgan.core.task import Task

Row = Mapping[str, Any]
"""What one sample is asked to be: public name → value."""
Interpolation = Literal["nearest", "bilinear"]
Shown = Sequence[str | float | tuple[float, ...] | None] | UInt8[Tensor, "n c *space"]


class Example(NamedTuple):
    """Data that a part can be completed from; the contract's tests use them."""

    part: Part
    schema: Schema
    batch: Batch


class Part(Spec, ABC):
    """One thing by which a generator is steered. It knows the names, so that it works without the data.

    ``provides`` names the carriers that it uses (``vector``, ``tokens``, ``map``) and what else it brings. A part that
    provides ``FIELDWISE`` handles fields that are left out by itself: ``encode`` gets rows without them.
    """

    from_data: ClassVar[tuple[str, ...]] = ()
    """The settings that ``complete`` fills in."""

    kind: str
    column: str = ""
    """The column of the data, and the public name; by default the name of the part."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of the training items from which this part is left out; above 0 it may be left out when sampling, too."""

    @property
    @abstractmethod
    def reads(self) -> frozenset[str]:
        """The columns that the data must have."""

    def describes(self) -> Described | None:
        """The column of features of the images that has to be made before the part is completed; of a part that
        provides ``LIKE``, whose only field takes them."""
        return None

    @abstractmethod
    def complete(self, schema: Schema) -> Self:
        """The part with what was left open (names, ranges) filled in from the data.

        Raises:
            SettingsError: the part and the data do not fit.
        """

    @abstractmethod
    def form(self) -> tuple[FormField, ...]:
        """What can be asked for."""

    @abstractmethod
    def encode(self, rows: Sequence[Row]) -> Bundle:
        """What people write, as tensors.

        Raises:
            SettingsError: a value is not one that the part knows; the message lists those it knows.
            DataError: a picture that does not fit; ``where`` names it as ``item N``.
        """

    @abstractmethod
    def ports(self, size: Sequence[int]) -> tuple[Port, ...]:
        """What an exported generator of images of that height and width takes for each field of the form.

        Raises:
            SettingsError: what the part says cannot be written as tensors without condgan.
        """

    @abstractmethod
    def read(self, values: Mapping[str, Tensor]) -> Bundle:
        """The tensors of the ports as ``encode`` makes them of what people write, with ``known`` where the part may be
        left out. Nothing but operations on tensors: ``torch.export`` follows it."""

    @abstractmethod
    def targets(self, schema: Schema, batch: Batch, key: int) -> Bundle:
        """What some items of data say; ``key`` chooses where an item has several values."""

    @abstractmethod
    def vary(self, bundle: Bundle) -> Bundle:
        """The tensors as a step of the training shows them, where something in them is left to chance; torch's own
        random state is used."""

    @abstractmethod
    def impute(self, bundle: Bundle, predictions: Mapping[str, Tensor]) -> Bundle:
        """The tensors with what items do not say filled in where a network is sure of it.

        ``predictions``: of an auxiliary head, from the images of the items; for each task its outputs.
        """

    @abstractmethod
    def balance(self, schema: Schema, batch: Batch) -> Float[Tensor, " b"] | None:
        """How often each of all items is to be drawn in training, in any unit; ``None``: all alike."""

    @abstractmethod
    def embedder(self) -> Embedder:
        """A fresh, trainable module from the part's tensors to a ``Cond``."""

    @abstractmethod
    def spatial(self) -> Mapping[str, Interpolation]:
        """Those tensors that move with the image where it is augmented, and how they are interpolated."""

    @abstractmethod
    def tasks(self) -> Mapping[str, Task]:
        """What a network can predict of it from an image, by the names of the form."""

    @abstractmethod
    def examples(self, n: int) -> list[dict[str, Any]] | None:
        """``n`` rows, every possible value in turn; ``None`` where values have to be supplied."""

    @abstractmethod
    def show(self, bundle: Bundle) -> dict[str, Shown]:
        """Encoded values as people see them, by public name: texts, numbers or vectors, or images."""

    @abstractmethod
    def continued(self, parent: Self) -> Self:
        """This complete part, with the settings under which the weights of a generator of ``parent`` fit.

        Raises:
            SettingsError: there are none.
        """

    @abstractmethod
    def inherit(self, parent: Self, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The state of this part's embedder, from that of the parent's. ``self`` is continued from ``parent``."""

    def alike(self, one: Bundle, other: Bundle) -> Bool[Tensor, " b"]:
        """Whether two samples are asked to be the same, or nearly, row by row."""
        others = rows(other)
        return torch.stack([(each == others[name]).flatten(1).all(1) for name, each in rows(one).items()]).all(0)

    def prepare(self, schema: Schema, batch: Batch) -> None:
        """See all items once, before any are asked for, where that saves time later."""

    def opened(self) -> Self:
        """The part for other data: what ``complete`` filled in is left open again."""
        return type(self).parse({k: v for k, v in self.plain().items() if k not in self.from_data})

    def filled_as(self, other: Part) -> Self:
        """The part with what ``complete`` filled in of another one of its kind."""
        return self.with_(**{name: getattr(other, name) for name in self.from_data})

    @classmethod
    @abstractmethod
    def example(cls) -> Example:
        """A part with small data for it."""


def rows(bundle: Bundle) -> Bundle:
    """The tensors with two axes at least."""
    return {name: each if each.dim() > 1 else each[:, None] for name, each in bundle.items()}


class Whole(Part, ABC):
    """A part of which each item says all there is: nothing is filled in, and no item weighs more than another."""

    def impute(self, bundle: Bundle, predictions: Mapping[str, Tensor]) -> Bundle:
        return bundle

    def balance(self, schema: Schema, batch: Batch) -> None:
        return None


PARTS: Registry[Part] = Registry(
    {
        "label": "condgan.conditions.label:Label",
        "picture": "condgan.conditions.picture:Picture",
        "layout": "condgan.conditions.layout:Layout",
        "attributes": "condgan.conditions.attributes:Attributes",
        "vector": "condgan.conditions.vector:Vector",
        "instance": "condgan.conditions.instance:Instance",
        "text": "condgan.conditions.text:Text",
    }
)
AnyPart = Annotated[Part, PARTS]
