"""What a stranger adds to condgan: a condition, a source of data, a loss and an architecture, in one file.

``docs/architecture.md`` shows this code; ``tests/test_extension.py`` trains, samples, evaluates and saves with it.
"""

# ruff: noqa: E402, I001
# region PART
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, Self

import torch
from torch import Tensor, nn

from condgan.conditions import PARTS
from condgan.conditions.base import Whole, Example, Interpolation, Row, Shown
from condgan.core.batch import Batch
from condgan.core.bundle import Bundle
from condgan.core.cond import Cond, Embedder, Widths
from condgan.core.errors import SettingsError
from condgan.core.form import FormField
from condgan.core.needs import TASK
from condgan.core.port import Port
from condgan.core.schema import Column, Schema
from condgan.core.task import Task


class Level(Whole):
    """A number between 0 and 1."""

    kind: Literal["level"] = "level"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.column})

    def provides(self) -> frozenset[str]:
        return frozenset({"vector", TASK})

    def complete(self, schema: Schema) -> Self:
        if self.column not in schema.columns or schema.columns[self.column].storage != "numbers":
            raise SettingsError(f"the data have no numbers called {self.column}", where="the columns of the data")
        return self

    def form(self) -> tuple[FormField, ...]:
        return (FormField(self.column, "number", low=0.0, high=1.0, help="how bright"),)

    def encode(self, rows: Sequence[Row]) -> Bundle:
        return {"value": torch.tensor([float(row[self.column]) for row in rows])}

    def ports(self, size: Sequence[int]) -> tuple[Port, ...]:
        return (Port(self.column, "float32", (), 0, 1, None, "how bright"),)

    def read(self, values: Mapping[str, Tensor]) -> Bundle:
        return {"value": values[self.column]}

    def targets(self, schema: Schema, batch: Batch, key: int) -> Bundle:
        return {"value": torch.as_tensor(batch.columns[self.column])}

    def vary(self, bundle: Bundle) -> Bundle:
        return bundle

    def embedder(self) -> Embedder:
        return AsVector()

    def spatial(self) -> Mapping[str, Interpolation]:
        return {}

    def tasks(self) -> Mapping[str, Task]:
        def error(prediction: Tensor, bundle: Bundle) -> Tensor:
            return prediction[:, 0].float() - bundle["value"]

        return {
            self.column: Task(
                outputs=1,
                dense=False,
                loss=lambda prediction, bundle: error(prediction, bundle).square(),
                score=lambda prediction, bundle: (1 - error(prediction, bundle).abs()).clamp(min=0),
                chance=0.75,  # of one half, whatever the image
            )
        }

    def examples(self, n: int) -> list[dict[str, Any]]:
        return [{self.column: (index % 5) / 4} for index in range(n)]

    def show(self, bundle: Bundle) -> dict[str, Shown]:
        return {self.column: [round(value, 6) for value in bundle["value"].tolist()]}

    def continued(self, parent: Self) -> Self:
        return self

    def inherit(self, parent: Self, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return dict(state)

    @classmethod
    def example(cls) -> Example:
        schema = Schema(Column("pixels", channels=1), {"level": Column("numbers")})
        batch = Batch(torch.zeros(4, 1, 8, 8, dtype=torch.uint8), {"level": torch.linspace(0, 1, 4)})
        return Example(cls(column="level"), schema, batch)


class AsVector(Embedder):
    """A number as a vector of one element."""

    def __init__(self) -> None:
        super().__init__(Widths(vector=1))

    def forward(self, bundle: Bundle) -> Cond:
        return Cond(vector=bundle["value"][:, None])


PARTS.register(Level)
# endregion

# region SOURCE
import numpy as np

from condgan.data.base import SOURCES, Records, Source
from condgan.data.columns import Numbers


class Toy(Source):
    """Grey images of chance levels, with some noise: ``toy:64`` has 64 of them."""

    kind: Literal["toy"] = "toy"
    images: int = 64
    """How many."""

    @classmethod
    def recognise(cls, data: str, root: str, reads: frozenset[str]) -> Self | None:
        name, _, images = data.partition(":")
        return cls(images=int(images)) if name == "toy" and images.isdecimal() else None

    def title(self) -> str:
        return "toy"

    def records(self) -> Records:
        chance = np.random.default_rng(("train", "val", "test").index(self.subset))
        levels = chance.random(self.images)
        noise = chance.integers(0, 20, (self.images, 8, 8))
        images = (levels[:, None, None] * 235 + noise).astype(np.uint8)
        return Records(images, {"level": Numbers(levels)})


SOURCES.register(Toy)
# endregion

# region TERM
from condgan.losses import TERMS, Step, Term
from condgan.losses.base import Player


class Smooth(Term):
    """Total variation of generated images (Rudin et al. 1992, eq. 2.2)."""

    kind: Literal["smooth"] = "smooth"
    players: ClassVar[tuple[Player, ...]] = ("generator",)

    def __call__(self, step: Step, player: Player) -> Tensor:
        axes = range(2, step.fake.dim())
        return torch.stack([step.fake.diff(dim=axis).abs().flatten(1).mean(1) for axis in axes]).sum(0)


TERMS.register(Smooth)
# endregion

# region ARCHITECTURE
import math

from condgan.core.batch import Shape
from condgan.core.needs import APART, HEAD, NOISE
from condgan.core.output import Output
from condgan.networks.base import ARCHITECTURES, Architecture, Player as Reader


class Tiny(Architecture):
    """One dense layer each."""

    kind: Literal["tiny"] = "tiny"

    def reads(self, player: Reader) -> frozenset[str]:
        return frozenset({"vector"})

    def unread(self, player: Reader, carrier: str) -> str:
        return f"{carrier}s would be ignored: set architecture.kind to another"

    def provides(self) -> frozenset[str]:
        return frozenset({APART, HEAD, NOISE})

    def generator(self, shape: Shape, widths: Widths) -> nn.Module:
        return TinyGenerator(self.latent + widths.vector, shape)

    def discriminator(self, shape: Shape, widths: Widths, auxiliary: int = 0) -> nn.Module:
        return TinyDiscriminator(shape, widths.vector, auxiliary)


class TinyGenerator(nn.Module):
    """Latent and vector to an image."""

    def __init__(self, width: int, shape: Shape) -> None:
        super().__init__()
        self.shape = (shape.channels, *shape.space)
        self.dense = nn.Linear(width, math.prod(self.shape))

    def forward(self, z: Tensor, cond: Cond) -> Tensor:
        x = z if cond.vector is None else torch.cat([z, cond.vector], 1)
        return self.dense(x).tanh().unflatten(1, self.shape)


class TinyDiscriminator(nn.Module):
    """Image to features; features and vector to a logit."""

    def __init__(self, shape: Shape, vector: int, auxiliary: int) -> None:
        super().__init__()
        self.features = nn.Linear(shape.channels * math.prod(shape.space), 16)
        self.logit = nn.Linear(16 + vector, 1)
        self.auxiliary = nn.Linear(16, auxiliary) if auxiliary else None

    def forward(self, x: Tensor, cond: Cond) -> Output:
        features = self.features(x.flatten(1)).relu()
        joined = features if cond.vector is None else torch.cat([features, cond.vector], 1)
        return Output(self.logit(joined).squeeze(1), None if self.auxiliary is None else self.auxiliary(features))


ARCHITECTURES.register(Tiny)
# endregion
