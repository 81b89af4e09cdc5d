"""Many attributes at once, each of which may be missing: what an item is, not which of a list of kinds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Self

import torch
from jaxtyping import Bool, Float
from pydantic import Field as Setting
from pydantic import NonNegativeFloat, model_validator
from torch import Tensor

from condgan.conditions.base import Example, Interpolation, Part, Row, Shown
from condgan.conditions.blocks import Block
from condgan.conditions.fields import AnyField, Field, Placed, field_of
from condgan.conditions.numbers import Number
from condgan.core.batch import Batch
from condgan.core.bundle import Bundle
from condgan.core.cond import Cond, Embedder, Widths
from condgan.core.errors import SettingsError, nearest
from condgan.core.form import FormField
from condgan.core.needs import FIELDWISE, TASK
from condgan.core.note import some
from condgan.core.port import Port
from condgan.core.schema import FIELDS, YES_NO, Column, Schema
from condgan.core.task import Task


class Attributes(Part):
    """Any mix of one of several, yes or no, several at once, and numbers; any of them may be missing.

    Each field has a vector of its own, not each combination: those that no image shows can be asked for. Numbers are
    learned by their vicinity (Ding et al. 2021, eq. 8 and 9): each value is drawn as often as any other, and shown as
    one near it.
    """

    from_data: ClassVar[tuple[str, ...]] = ("fields",)

    kind: Literal["attributes"] = "attributes"
    only: tuple[str, ...] = ()
    """The fields to be steered by; empty: all that the data have."""
    fields: tuple[AnyField, ...] = ()
    """What each can be; taken from the data."""
    dropout: Annotated[float, Setting(ge=0, lt=1)] = 0.2
    """Share of the training items of which a random part of the fields is left out, so that any may be left out when
    sampling."""
    vicinity: NonNegativeFloat = 0.5
    """How far from its value a number is shown at most, in usual distances of neighbouring values; 0: not at all."""
    imputed: bool = True
    """Whether what is missing is filled in, in training, where the discriminator's auxiliary head is sure of it."""
    balanced: bool = True
    """Whether rare values of numbers are drawn as often as others."""

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        names = [each.name for each in self.fields]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"two fields are called {sorted(twice)[0]}")
        return self

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({FIELDS})

    def provides(self) -> frozenset[str]:
        return frozenset({"vector", TASK, FIELDWISE})

    @cached_property
    def placed(self) -> tuple[Placed, ...]:
        """The fields with the places of their numbers."""
        found: list[Placed] = []
        for index, field in enumerate(self.fields):
            found.append(Placed(field, index, found[-1].start + found[-1].field.slots if found else 0))
        return tuple(found)

    @property
    def slots(self) -> int:
        """How many numbers hold the values of all fields."""
        return sum(field.slots for field in self.fields)

    def complete(self, schema: Schema) -> Self:
        known = {name: field for name, each in schema.columns.items() if (field := field_of(name, each)) is not None}
        wanted = [field.name for field in self.fields] or list(self.only) or list(known)
        if missing := [name for name in wanted if name not in known]:
            raise SettingsError(
                f"the data have no field called {missing[0]}",
                where=f"fields: {some(known) or 'none'}",
                do=nearest(missing[0], known) if known else "give data with attributes, or set --condition label",
            )
        if not wanted:
            raise SettingsError(
                "the data have no fields",
                where=f"columns: {', '.join(schema.columns) or 'none'}",
                do="give a table with a column for each attribute, or set --condition label",
            )
        if not self.fields:
            return self.with_(fields=tuple(known[name] for name in wanted))
        for field in self.fields:
            theirs = known[field.name]
            if type(field) is not type(theirs):
                raise SettingsError(
                    f"{field.name} is a {theirs.kind} of the data, not a {field.kind}",
                    where=f"setting condition.{self.column or self.kind}.fields",
                    do=f"say what it is: --data.fields {field.name}={field.kind}",
                )
            field.stored(schema.columns[field.name], _nothing(schema.columns[field.name]))
        return self

    def form(self) -> tuple[FormField, ...]:
        return tuple(field.form() for field in self.fields)

    def encode(self, rows: Sequence[Row]) -> Bundle:
        value, known = torch.zeros(len(rows), self.slots), torch.zeros(len(rows), len(self.fields), dtype=torch.bool)
        for place, row in enumerate(rows):
            for field, index, start in self.placed:
                if (asked := row.get(field.name)) is not None:
                    value[place, start : start + field.slots] = torch.tensor(field.encode(asked))
                    known[place, index] = True
        return {"value": value, "known": known}

    def ports(self, size: Sequence[int]) -> tuple[Port, ...]:
        return tuple(field.port() for field in self.fields)

    def read(self, values: Mapping[str, Tensor]) -> Bundle:
        # as a column of the data with the field's own names
        columns = {field.name: Column("numbers", names=field.form().choices) for field in self.fields}
        stored = [field.stored(columns[field.name], values[field.name]) for field in self.fields]
        return {
            "value": torch.cat([each.value for each in stored], 1),
            "known": torch.stack([each.known for each in stored], 1),
        }

    def targets(self, schema: Schema, batch: Batch, key: int) -> Bundle:
        stored = [
            each.stored(schema.columns[each.name], torch.as_tensor(batch.columns[each.name])) for each in self.fields
        ]
        known = torch.stack([each.known for each in stored], 1)
        return {"value": torch.cat([each.value for each in stored], 1), "known": known}

    def vary(self, bundle: Bundle) -> Bundle:
        """Each number as one near it; of some items a random part of the fields left out."""
        value, known = bundle["value"], bundle["known"]
        numbers = (
            [(each, each.field) for each in self.placed if isinstance(each.field, Number)] if self.vicinity else []
        )
        if numbers:
            slots = torch.tensor([each.start for each, _ in numbers], device=value.device)
            ranges = [[field.low, field.high, field.gap] for _, field in numbers]
            low, high, gap = torch.tensor(ranges, device=value.device).T
            chance = 2 * torch.rand(len(value), len(numbers), device=value.device) - 1
            moved = value[:, slots] + chance * gap * self.vicinity
            value = value.index_copy(1, slots, torch.minimum(torch.maximum(moved, low), high))
        if self.dropout:
            some_items = torch.rand(len(known), 1, device=known.device) < self.dropout
            left_out = torch.rand(known.shape, device=known.device) < torch.rand(len(known), 1, device=known.device)
            known = known & ~(some_items & left_out)
        return {"value": value, "known": known}

    def impute(self, bundle: Bundle, predictions: Mapping[str, Tensor]) -> Bundle:
        """Missing values from what the auxiliary head is sure of: it has learned them from other items (co-training as
        in Lucic et al. 2019, section 3.2)."""
        if not self.imputed:
            return bundle
        value, known = bundle["value"].clone(), bundle["known"].clone()
        for field, place, start in self.placed:
            if field.name in predictions:
                guess = field.guess(predictions[field.name])
                filled = guess.known & ~known[:, place]
                slots = slice(start, start + field.slots)
                value[:, slots] = torch.where(filled[:, None], guess.value.to(value.dtype), value[:, slots])
                known[:, place] |= filled
        return {"value": value, "known": known}

    def balance(self, schema: Schema, batch: Batch) -> Float[Tensor, " b"] | None:
        """Rare values of numbers more often, so that each is drawn as often as any other; of several numbers the
        geometric mean."""
        numbers = [each.name for each in self.fields if isinstance(each, Number)] if self.balanced else []
        if not numbers:
            return None
        found = torch.ones(len(batch.target))
        for name in numbers:
            values = torch.as_tensor(batch.columns[name])
            there = ~values.isnan()
            _, places, counts = torch.unique(values[there], return_inverse=True, return_counts=True)
            weights = 1 / counts[places].float()
            found[there] *= (weights / weights.mean()) ** (1 / len(numbers))
        return None if torch.allclose(found, found[:1]) else found

    def embedder(self) -> Embedder:
        return Vectors(self.placed)

    def spatial(self) -> Mapping[str, Interpolation]:
        return {}

    def tasks(self) -> Mapping[str, Task]:
        return {each.field.name: _of_field(each) for each in self.placed}

    def examples(self, n: int) -> list[dict[str, Any]]:
        """Each field's values in turn, each field at another pace."""
        return [
            {each.name: each.example(index // (1 + place) + place) for place, each in enumerate(self.fields)}
            for index in range(n)
        ]

    def show(self, bundle: Bundle) -> dict[str, Shown]:
        value, known = bundle["value"].tolist(), bundle["known"].tolist()
        found: dict[str, Shown] = {}
        for field, index, start in self.placed:
            missing = None if isinstance(field, Number) else ""
            found[field.name] = [
                field.show(row[start : start + field.slots]) if there[index] else missing
                for row, there in zip(value, known, strict=True)
            ]
        return found

    def alike(self, one: Bundle, other: Bundle) -> Bool[Tensor, " b"]:
        """Whether no field differs that both say; numbers do by more than they are moved in training."""
        owners = [place for place, each in enumerate(self.placed) for _ in each.slots]
        near = torch.zeros(self.slots, device=one["value"].device)
        for field, _, start in self.placed:
            if isinstance(field, Number):
                near[start] = 2 * field.gap * self.vicinity
        differs = (one["value"] - other["value"]).abs() > near
        return ~(differs & one["known"][:, owners] & other["known"][:, owners]).any(1)

    def continued(self, parent: Self) -> Self:
        mine, theirs = ({each.name: each for each in part.fields} for part in (self, parent))
        odd = [f"no field {name}" for name in theirs if name not in mine]
        odd += [f"a field {name}" for name in mine if name not in theirs]
        for name in mine.keys() & theirs.keys():
            alike = mine[name].kind == theirs[name].kind
            why = mine[name].unlike(theirs[name]) if alike else f"is a {theirs[name].kind}"
            odd += [f"{name} {why}"] if why else []
        if odd:
            raise SettingsError(
                f"the generator to go on from has other attributes: {some(odd)}",
                where="setting condition.attributes",
                do="give data with the same fields and values (--data.fields), or train without --from",
            )
        fields = [
            mine[each.name].with_(scale=each.scale) if isinstance(each, Number) else mine[each.name]
            for each in parent.fields
        ]
        return self.with_(fields=fields)

    def inherit(self, parent: Self, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return dict(state)

    @classmethod
    def example(cls) -> Example:
        columns = {
            "hair": Column("ids", ("black", "brown", "red")),
            "smiling": Column("ids", YES_NO),
            "things": Column("vectors", ("glasses", "hat"), (2, 1), 4, width=2),
            "age": Column("numbers", low=1, high=80, gap=3, deviation=20, unit="years"),
        }
        values: dict[str, Any] = {
            "hair": torch.tensor([0, 2, -1, 1]),
            "smiling": torch.tensor([1, 0, 1, -1]),
            "things": torch.tensor([[1.0, 0], [0, 0], [1, 1], [0, 0]]),
            "age": torch.tensor([1.0, 80, 30, torch.nan]),
        }
        schema = Schema(Column("pixels", channels=1), columns)
        return Example(cls(column="attributes"), schema, Batch(torch.zeros(4, 1, 8, 8, dtype=torch.uint8), values))


class Vectors(Embedder):
    """The vectors of all fields next to each other, zeros where a field is unknown; and which are unknown."""

    def __init__(self, placed: Sequence[Placed]) -> None:
        kinds: dict[type[Field], list[Placed]] = defaultdict(list)
        for each in placed:
            kinds[type(each.field)].append(each)
        blocks: list[Block] = [kind.block(each) for kind, each in kinds.items()]
        owners = [owner for block in blocks for owner in block.owners]
        super().__init__(Widths(vector=len(owners) + len(placed)))
        self.blocks = torch.nn.ModuleList(blocks)
        self.owners: Tensor
        self.register_buffer("owners", torch.tensor(owners), persistent=False)

    def forward(self, bundle: Bundle) -> Cond:
        value, known = bundle["value"], bundle["known"].float()
        vectors = torch.cat([block(value) for block in self.blocks], 1)
        return Cond(vector=torch.cat([vectors * known[:, self.owners], 1 - known], 1))


def _of_field(placed: Placed) -> Task:
    """A field's own task, on the tensors of all fields."""
    task = placed.field.task()

    def own(bundle: Bundle) -> Bundle:
        rows = slice(placed.start, placed.start + placed.field.slots)
        return {"value": bundle["value"][:, rows], "known": bundle["known"][:, placed.place]}

    inner, number = task.target, task.number
    return task._replace(
        loss=lambda prediction, bundle: task.loss(prediction, own(bundle)),
        score=lambda prediction, bundle: task.score(prediction, own(bundle)),
        target=None if inner is None else lambda bundle: inner(own(bundle)),
        number=None if number is None else number._replace(truth=lambda bundle: number.truth(own(bundle))),
    )


def _nothing(column: Column) -> Tensor:
    """No values of a column."""
    return torch.zeros(0, column.width) if column.storage == "vectors" else torch.zeros(0, dtype=torch.int64)
