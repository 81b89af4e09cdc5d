"""The product of named parts: what a generator is steered by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import torch
from jaxtyping import Bool, Float
from pydantic import Field, model_validator
from torch import Tensor, nn

from condgan.conditions.base import AnyPart, Interpolation, Part, Row, Shown
from condgan.core.batch import Batch
from condgan.core.bundle import TIMES, Bundle, part, prefixed
from condgan.core.cond import CARRIERS, Cond, Embedder, Tensors, Tokens, Widths
from condgan.core.errors import SettingsError, nearest
from condgan.core.form import RESERVED, FormField
from condgan.core.needs import FIELDWISE, SOMETHING, UNMOVED
from condgan.core.port import Port
from condgan.core.schema import Described, Schema
from condgan.core.spec import Spec
from condgan.core.task import Task

KNOWN = "known"
"""The tensor of a part that may be left out: Bool[b], whether it was given."""

MADE_OF_NAMES = ("_names", "_index")
"""What files and calls add to the name of a field to name something else: its list of classes, and an index in it."""


class Condition(Spec):
    """How a generator is steered: by all of its parts together. Without parts it is the plain GAN."""

    parts: dict[str, AnyPart] = Field(default_factory=dict)
    """The parts by their names."""

    if TYPE_CHECKING:

        def __init__(self, *, parts: Mapping[str, Any] | None = None, **named: Any) -> None: ...

    @model_validator(mode="before")
    @classmethod
    def _spelled(cls, values: Any) -> Any:
        """``"none"``, ``"label,picture"`` and ``{"label": {…}}`` as people write them."""
        spelled = spell(values)
        return {**spelled, "parts": {name: _with_kind(name, each) for name, each in spelled["parts"].items()}}

    @model_validator(mode="after")
    def _named(self) -> Self:
        for name, each in self.parts.items():
            if not name.isidentifier():
                raise ValueError(f"{name!r} cannot be the name of a part: use letters, digits and underscores")
            if not each.column:
                self.parts[name] = each.with_(column=name)
        counts = Counter(field.name for field in self.form())
        if twice := [name for name, count in counts.items() if count > 1]:
            raise ValueError(f"two parts are called {twice[0]}: give one of them another column")
        if sum(each.describes() is not None for each in self.parts.values()) > 1:
            raise ValueError("two parts take an image to be like: leave one of them out")
        if taken := [
            name
            for name in counts
            if name in RESERVED or any(name.removesuffix(each) in counts.keys() - {name} for each in MADE_OF_NAMES)
        ]:
            raise ValueError(f"{taken[0]} is the name of something else: give that part another column")
        return self

    @property
    def reads(self) -> frozenset[str]:
        """The columns that the data must have."""
        return frozenset().union(*(each.reads for each in self.parts.values()))

    def provides(self) -> frozenset[str]:
        found = frozenset[str]().union(*(each.provides() for each in self.parts.values()))
        return found | ({UNMOVED} if not self.spatial() else frozenset()) | ({SOMETHING} if self.parts else frozenset())

    @property
    def fieldwise(self) -> tuple[str, ...]:
        """The fields, by public name, each of which may be left out by itself."""
        return tuple(
            field.name for each in self.parts.values() if FIELDWISE in each.provides() for field in each.form()
        )

    @property
    def described(self) -> Described | None:
        """The column of features of the images, where a part takes an image to be like."""
        return next((found for each in self.parts.values() if (found := each.describes()) is not None), None)

    def without_spatial(self) -> Condition:
        """The condition of those parts that do not move with the image."""
        return Condition(parts={name: each for name, each in self.parts.items() if not each.spatial()})

    def complete(self, schema: Schema) -> Condition:
        """The condition with what was left open filled in from the data.

        Raises:
            SettingsError: a part and the data do not fit.
        """
        found = {}
        for name, each in self.parts.items():
            taken = frozenset().union(*(other.reads for other in self.parts.values() if other is not each))
            columns = {key: column for key, column in schema.columns.items() if key in each.reads or key not in taken}
            found[name] = each.complete(Schema(schema.target, columns))
        return Condition(parts=found)

    def form(self) -> tuple[FormField, ...]:
        """What can be asked for, under its public names."""
        return tuple(field for each in self.parts.values() for field in each.form())

    def encode(self, rows: Sequence[Row]) -> Bundle:
        """What people write, as tensors.

        Raises:
            SettingsError: an unknown name or value, or one that has to be given is not there.
            DataError: a picture that does not fit; ``where`` names it as ``item N``.
        """
        self._require_names(rows)
        found: Bundle = {}
        for name, each in self.parts.items():
            if FIELDWISE in each.provides():
                found |= prefixed(name, each.encode(rows))
                continue
            fields = [field.name for field in each.form()]
            known = [any(row.get(field) is not None for field in fields) for row in rows]
            asked: Sequence[Row] = rows
            if not all(known):
                asked = self._filled(each, rows, known)
            encoded = each.encode(asked)
            if each.dropout:  # a part may know better: a text without a word is none
                there = torch.tensor(known, dtype=torch.bool)
                encoded[KNOWN] = there & encoded[KNOWN] if KNOWN in encoded else there
            found |= prefixed(name, encoded)
        return found

    def ports(self, size: Sequence[int]) -> tuple[Port, ...]:
        """What an exported generator of images of that height and width takes, under the public names.

        Raises:
            SettingsError: what a part says cannot be written as tensors without condgan.
        """
        return tuple(port for each in self.parts.values() for port in each.ports(size))

    def read(self, values: Mapping[str, Tensor]) -> Bundle:
        """The tensors of the ports as ``encode`` makes them of what people write."""
        found: Bundle = {}
        for name, each in self.parts.items():
            told = each.read(values)
            if not may_be_missing(each) and FIELDWISE not in each.provides():
                told.pop(KNOWN, None)
            found |= prefixed(name, told)
        return found

    def _require_names(self, rows: Sequence[Row]) -> None:
        names = [field.name for field in self.form()]
        for name, value in ((name, value) for row in rows for name, value in row.items()):
            if name not in names:
                raise SettingsError(
                    f"this generator takes no {name}",
                    where=f"{name} {value!r}",
                    do=nearest(name, names) if names else "it was trained without a condition; leave it out",
                )

    def _filled(self, each: Part, rows: Sequence[Row], known: Sequence[bool]) -> list[Row]:
        """Rows in which a part that may be left out has some value or other, which ``known`` says is none."""
        example = each.examples(1) if each.dropout else None
        if example is None:
            field = each.form()[0]
            raise SettingsError(
                f"no {field.name}", where=f"item {list(known).index(False)}", do=f"give one: {field.help}"
            )
        return [row if there else {**row, **example[0]} for row, there in zip(rows, known, strict=True)]

    def targets(self, schema: Schema, batch: Batch, key: int = 0) -> Bundle:
        """What some items of data say; ``key`` chooses where an item has several values."""
        found: Bundle = {}
        for name, each in self.parts.items():
            told = each.targets(schema, batch, key)
            if may_be_missing(each) and KNOWN not in told:
                told[KNOWN] = torch.ones(len(batch.target), dtype=torch.bool)
            found |= prefixed(name, told)
        return found

    def vary(self, bundle: Bundle) -> Bundle:
        """The bundle as a step of the training shows it: parts are left out at random, each with the probability that
        it has (Ho & Salimans 2022, section 3.2). Takes chance from torch's own random state."""
        found = dict(bundle)
        for name, each in self.parts.items():
            found |= prefixed(name, each.vary(part(found, name)))
            if may_be_missing(each):
                known = found[f"{name}.{KNOWN}"]
                found[f"{name}.{KNOWN}"] = known & (torch.rand(known.shape, device=known.device) >= each.dropout)
        return found

    def incomplete(self, bundle: Bundle) -> bool:
        """Whether some item does not say all that it could."""
        parts = [name for name, each in self.parts.items() if FIELDWISE in each.provides()]
        return any(not bool(bundle[f"{name}.{KNOWN}"].all()) for name in parts)

    def impute(self, bundle: Bundle, predictions: Mapping[str, Tensor]) -> Bundle:
        """The bundle with what items do not say filled in where a network is sure of it.

        ``predictions``: of an auxiliary head, from the images of the items, by public name.
        """
        found = dict(bundle)
        for name, each in self.parts.items():
            found |= prefixed(name, each.impute(part(bundle, name), predictions))
        return found

    def balance(self, schema: Schema, batch: Batch) -> Float[Tensor, " b"] | None:
        """How often each of all items is to be drawn in training, in any unit; ``None``: all alike."""
        weights = [found for each in self.parts.values() if (found := each.balance(schema, batch)) is not None]
        return torch.stack(weights).prod(0) if weights else None

    def mismatched(self, bundle: Bundle) -> Bool[Tensor, " b"]:
        """Whether each sample is asked to be something else than the one before it, the first than the last. What the
        one before leaves out is no difference."""
        found = []
        for name, each in self.parts.items():
            own = part(bundle, name)
            before = {key: value.roll(1, 0) for key, value in own.items()}
            differs = ~each.alike(own, before)
            found.append(differs & before[KNOWN] if may_be_missing(each) else differs)
        return torch.stack(found).any(0)

    def prepare(self, schema: Schema, batch: Batch) -> None:
        """See all items once, before any are asked for, where that saves time later."""
        for each in self.parts.values():
            each.prepare(schema, batch)

    def embedder(self) -> Embedder:
        """A fresh, trainable module from a bundle to a ``Cond``."""
        return Product(self.parts)

    def spatial(self) -> dict[str, Interpolation]:
        """The tensors that move with the image, and how they are interpolated."""
        return {f"{name}.{key}": how for name, each in self.parts.items() for key, how in each.spatial().items()}

    def tasks(self) -> dict[str, Task]:
        """What a network can predict of the condition from an image, by public name; on whole bundles."""
        return {
            field: _within(name, task, may_be_missing(each))
            for name, each in self.parts.items()
            for field, task in each.tasks().items()
        }

    def examples(self, n: int) -> list[dict[str, Any]] | None:
        """``n`` rows, every value in turn; ``None`` where values have to be supplied."""
        rows: list[dict[str, Any]] = [{} for _ in range(n)]
        for each in self.parts.values():
            found = each.examples(n)
            if found is None:
                return None
            rows = [row | more for row, more in zip(rows, found, strict=True)]
        return rows

    def show(self, bundle: Bundle) -> dict[str, Shown]:
        """What people see of each field: texts, empty where it was left out, or images."""
        found: dict[str, Shown] = {}
        for name, each in self.parts.items():
            known = bundle[f"{name}.{KNOWN}"].tolist() if may_be_missing(each) and f"{name}.{KNOWN}" in bundle else None
            for field, shown in each.show(part(bundle, name)).items():
                if known is not None and not isinstance(shown, Tensor):
                    shown = [text if there else "" for text, there in zip(shown, known, strict=True)]
                found[field] = shown
        return found


class Product(Embedder):
    """Vectors and maps of all parts concatenated, their tokens projected to one width and joined.

    A part that was left out has a vector and a map of zeros and no tokens; a number in the vector says so.
    """

    def __init__(self, parts: Mapping[str, Part]) -> None:
        embedders = {name: each.embedder() for name, each in parts.items()}
        widths = [each.widths for each in embedders.values()]
        optional = [name for name, each in parts.items() if may_be_missing(each)]
        tokens = [each.tokens for each in widths if each.tokens]
        super().__init__(
            Widths(
                vector=sum(each.vector for each in widths) + len(optional),
                tokens=max(tokens, default=0),
                map=sum(each.map for each in widths),
            )
        )
        self.optional = optional
        self.before = max((each.before for each in embedders.values()), default=0)
        self.parts = nn.ModuleDict(embedders)
        self.project = nn.ModuleDict(
            {
                name: nn.Linear(each.widths.tokens, self.widths.tokens, bias=False)
                for name, each in embedders.items()
                if each.widths.tokens and len(tokens) > 1
            }
        )

    def own_loss(self, bundle: Tensors) -> Float[Tensor, " b"] | None:
        embedders: dict[str, Embedder] = dict(self.parts.items())  # type: ignore[arg-type]
        found = [loss for name, each in embedders.items() if (loss := each.own_loss(part(bundle, name))) is not None]
        return torch.stack(found).sum(0) if found else None

    def forward(self, bundle: Bundle) -> Cond:
        vectors: list[Tensor] = []
        tokens: list[Tokens] = []
        maps: list[Tensor] = []
        for name, embedder in self.parts.items():
            cond: Cond = embedder(part(bundle, name))
            known = bundle[f"{name}.{KNOWN}"] if name in self.optional else None
            if cond.vector is not None:
                vectors.append(cond.vector if known is None else cond.vector * known[:, None])
            if known is not None:
                vectors.append(known[:, None].float())
            if cond.tokens is not None:
                x = self.project[name](cond.tokens.x) if name in self.project else cond.tokens.x
                mask = cond.tokens.mask if known is None else cond.tokens.mask & known[:, None]
                tokens.append(Tokens(x, mask))
            if cond.map is not None:
                apart = cond.map.dim() - 1
                maps.append(cond.map if known is None else cond.map * known.view(-1, *[1] * apart))
        joined = (
            Tokens(torch.cat([each.x for each in tokens], 1), torch.cat([each.mask for each in tokens], 1))
            if (tokens)
            else None
        )
        return Cond(_joined(vectors), joined, _joined(maps), bundle.get(TIMES))


def spell(values: Any) -> dict[str, Any]:
    """Settings of a condition in their long form: ``{"parts": {name: …}}``. Other keys than ``parts`` are parts."""
    if isinstance(values, str):
        names = [name.strip() for name in values.split(",") if name.strip() not in ("", "none")]
        return {"parts": {name: {} for name in names}}
    if not isinstance(values, Mapping):
        raise ValueError("give none, or the parts by their names")
    named = {name: each for name, each in values.items() if name != "parts"}
    given = values.get("parts") or {}
    if not isinstance(given, Mapping):
        raise ValueError("give the parts by their names")
    return {"parts": {**given, **named}}


def _with_kind(name: str, values: Any) -> Any:
    """A part is of the kind that it is called after, unless it says otherwise."""
    return {"kind": name, **values} if isinstance(values, Mapping) else values


def _joined(tensors: Sequence[Tensor]) -> Tensor | None:
    if len(tensors) < 2:
        return tensors[0] if tensors else None
    return torch.cat([each.to(tensors[0].dtype) for each in tensors], 1)


def may_be_missing(each: Part) -> bool:
    """Whether a part may be left out as a whole; one that provides ``FIELDWISE`` sees to its fields itself."""
    return each.dropout > 0 and FIELDWISE not in each.provides()


def _within(name: str, task: Task, optional: bool) -> Task:
    """A part's task on the bundle of the whole condition; where the part was left out its value is missing."""
    flag = f"{name}.{KNOWN}"

    def loss(prediction: Tensor, bundle: Bundle) -> Tensor:
        found = task.loss(prediction, part(bundle, name))
        return found * bundle[flag] if optional and flag in bundle else found

    def score(prediction: Tensor, bundle: Bundle) -> Tensor:
        found = task.score(prediction, part(bundle, name))
        return found.masked_fill(~bundle[flag], torch.nan) if optional and flag in bundle else found

    inner = task.target

    def target(bundle: Bundle) -> Tensor:
        assert inner is not None, "asked only where there are classes"
        found = inner(part(bundle, name))
        return found.masked_fill(~bundle[flag], -1) if optional and flag in bundle else found

    number = task.number
    if number is not None:
        truth = number.truth
        number = number._replace(truth=lambda bundle: truth(part(bundle, name)))
    return task._replace(loss=loss, score=score, target=inner and target, number=number)


def carriers(each: Spec) -> list[str]:
    """The carriers that a part uses."""
    return [carrier for carrier in CARRIERS if carrier in each.provides()]
