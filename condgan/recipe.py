"""All that one run needs, as one validated value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt, ValidationError, model_validator

from condgan.conditions.base import PARTS
from condgan.conditions.condition import Condition, carriers, spell
from condgan.core.batch import Shape
from condgan.core.errors import SettingsError
from condgan.core.levels import BYTE
from condgan.core.needs import AUXILIARY, TASK, WHOLE_BATCH
from condgan.core.schema import FIELDS, Schema
from condgan.core.spec import Spec
from condgan.data.augment import Augment
from condgan.data.base import SOURCES, AnySource
from condgan.data.columns import LABEL
from condgan.data.fields import kinds_of
from condgan.losses.objective import Objective
from condgan.networks.base import ARCHITECTURES, AnyArchitecture

OF_CONDITION = frozenset({"auxiliary", "skip_gram"})
"""Terms that are learned from the condition alone."""
SIDES = {"left", "right"}
"""Words of names that mean another thing of a mirror image."""
Rate = Annotated[float, Field(ge=0, lt=1)]


class Optimizer(Spec):
    """Adam for both players, and how its learning rate moves."""

    lr: PositiveFloat = 2e-4
    """Learning rate of the generator."""
    discriminator_lr: PositiveFloat | None = None
    """Learning rate of the discriminator; by default the generator's."""
    betas: tuple[Rate, Rate] = (0.0, 0.99)
    """Adam's decay rates of the first and the second moment."""
    warmup: NonNegativeInt = 0
    """Images over which the learning rate rises from zero."""
    decay: Literal["none", "linear", "cosine"] = "none"
    """How the learning rate falls to zero by the end: not at all, linearly over the second half, or along a cosine."""


class Training(Spec):
    """How long and in what portions."""

    images: PositiveInt = 300_000
    """Budget: real images shown to the discriminator."""
    minutes: PositiveFloat | None = None
    """Budget in minutes of training, instead of one in images; such a run is not the same on another machine."""
    until: Literal["budget", "plateau"] = "budget"
    """When to stop: at the end of the budget; or before it on a plateau, where for three snapshots the distance of the
    samples from the real images has not fallen below its interval; then the best are kept."""
    batch: PositiveInt = 128
    """Images in one step."""
    accumulate: PositiveInt = 1
    """Parts in which a batch is computed, to save memory; the gradient is that of the whole."""
    discriminator_steps: PositiveInt = 1
    """Steps of the discriminator for each of the generator."""
    ema: NonNegativeInt = 5_000
    """Half-life, in images, of the average of the generator's weights that is kept; 0: the last weights."""
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    """Numbers to compute with; auto: bf16 where the device computes in it faster."""
    snapshots: PositiveInt = 10
    """How many snapshots of the progress to take: evenly; in budgets of over an hour the first ones come sooner."""
    checkpoint_images: PositiveInt | None = None
    """Images between two checkpoints, from which a run that was stopped goes on; by default about a minute's worth."""
    tensorboard: bool = False
    """Also log for TensorBoard (pip install 'condgan[tensorboard]')."""

    @model_validator(mode="after")
    def _equal_parts(self) -> Self:
        if self.batch % self.accumulate:
            raise ValueError(f"a batch of {self.batch} cannot be computed in {self.accumulate} equal parts")
        return self

    def provides(self) -> frozenset[str]:
        return frozenset({WHOLE_BATCH} if self.accumulate == 1 else ())

    def budget(self) -> str:
        """The budget in words."""
        return f"{self.minutes:g} minutes" if self.minutes else f"{self.images:,} images"


class Recipe(Spec):
    """Data, condition, architecture, objective, optimiser, budget and seed."""

    data: AnySource = Field(default_factory=lambda: SOURCES.parse({"kind": "named"}))
    """Where the images and what belongs to them come from."""
    augment: Augment = Augment()
    """Random changes of the images."""
    condition: Condition = Field(default_factory=lambda: Condition(label={"kind": "label"}))
    """How the generator is steered: none, or by parts, each in a table of its own."""
    architecture: AnyArchitecture = Field(default_factory=lambda: ARCHITECTURES.parse({"kind": "resnet"}))
    """How both networks are built."""
    objective: Objective = Field(default_factory=Objective)
    """What both networks minimise: an adversarial loss, and the weights of other terms."""
    optimizer: Optimizer = Optimizer()
    """How they minimise it."""
    training: Training = Training()
    """How long."""
    seed: NonNegativeInt = 0
    """Number from which all randomness is derived."""

    @model_validator(mode="after")
    def _every_need_is_provided(self) -> Self:
        parts = self.condition.parts.values()
        members = (self.architecture, self.data, *parts, self.objective, self.augment, self.training)
        provided = frozenset().union(self.condition.provides(), *(each.provides() for each in members))
        for need in (need for each in members for need in each.needs()):
            if need.what not in provided:
                raise ValueError(need.message)
        return self

    @model_validator(mode="after")
    def _every_carrier_is_read(self) -> Self:
        """What conditions the generator reaches both players, or is checked by a task."""
        predicted = AUXILIARY in self.objective.provides()
        for part in self.condition.parts.values():
            used = carriers(part)
            if unread := [carrier for carrier in used if carrier not in self.architecture.reads("generator")]:
                raise ValueError(self.architecture.unread("generator", unread[0]))
            # each carrier of a part says the same: the discriminator needs one of them
            checked = predicted and TASK in part.provides()
            if used and not checked and not {*used} & self.architecture.reads("discriminator"):
                raise ValueError(self.architecture.unread("discriminator", used[0]))
        return self

    def resolve(self, schema: Schema, shape: Shape) -> Self:
        """The recipe with what was left to the data filled in.

        Raises:
            SettingsError: the condition and the data do not fit.
        """
        pictures = [column.reading.levels for column in schema.columns.values() if column.storage == "pixels"]
        levels = {"range": schema.target.reading.levels, "input_range": next(iter(pictures), BYTE)}
        settled: dict[str, Any] = {name: each for name, each in levels.items() if each != BYTE}
        condition = self.condition.complete(schema)
        if self.augment.flip:
            require_no_sides(condition, schema)
        kinds = {"fields": found} if (found := fields_read(condition)) is not None else {}
        if shape.frames is not None:
            settled["length"] = shape.frames
        data = self.data.with_(size=shape.size, channels=shape.channels, **settled, **kinds)
        return self.model_copy(update={"data": data, "condition": condition})

    def override(self, settings: Mapping[str, Any], where: str = "") -> Self:
        """A copy with some settings changed, given as section → field → value, where values may be text.

        A new ``kind`` of a section starts from that kind's own defaults. A loss that is learned from the condition
        alone, and that these settings do not name, falls away where they take what it needs; an auxiliary loss also
        where they take the discriminator's own way to the condition, which it came on top of: its weight was chosen
        for other circumstances.

        Raises:
            SettingsError: a setting is unknown or does not fit.
        """
        laid = merge(self.plain(), settings)
        objective = settings.get("objective")
        named = objective if isinstance(objective, Mapping) else {}
        for term in OF_CONDITION & self.objective.terms.keys() - named.keys():
            if not self._keeps(term, laid):
                laid = merge(laid, {"objective": {term: 0.0}})
        return type(self).parse(laid, where=where)

    def _keeps(self, name: str, laid: Mapping[str, Any]) -> bool:
        """Whether what a term of the objective needs is still there."""
        try:
            condition = Condition.model_validate(laid["condition"])
            architecture = ARCHITECTURES.parse(laid["architecture"])
        except (ValidationError, ValueError):
            return True  # what is wrong is said when the whole is parsed
        provided = condition.provides() | architecture.provides()
        before, now = (each.reads("discriminator") for each in (self.architecture, architecture))
        term = self.objective.terms[name]
        reads = name != "auxiliary" or "vector" in now or "vector" not in before
        return reads and all(need.what in provided for need in term.needs())


def has_a_side(name: str) -> bool:
    """Whether a name says left or right: ``walk_left``, ``LeftHand``, ``arm L``."""
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)
    return any(word.lower() in SIDES or (len(words) > 1 and word.lower() in ("l", "r")) for word in words)


def require_no_sides(condition: Condition, schema: Schema) -> None:
    """Refuse to mirror images of which something is called left or right: it would be wrong of half of them.

    Raises:
        SettingsError: there is such a name or word.
    """
    names = {field.name: field.choices for field in condition.form()}
    words = {name: schema.columns[name].words for name in names if name in schema.columns}
    for name, choices in names.items():
        for each in (*choices, *words.get(name, ())):
            if has_a_side(each):
                raise SettingsError(
                    f"mirrored images would be wrong of {name} {each!r}",
                    where="setting augment.flip",
                    do="set it to false",
                )


def fields_read(condition: Condition) -> dict[str, str] | None:
    """What data must hold for a condition besides labels and pictures, by name, and no other field; ``None``:
    nothing."""
    known = kinds_of(condition.form())
    if FIELDS in condition.reads:
        return known
    named = {name: kind for name, kind in known.items() if name in condition.reads - {LABEL}}
    return {**named, FIELDS: known[FIELDS]} if named else None


def merge(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of a recipe with others laid over them; a table whose ``kind`` changes is started anew.

    Of a condition, text or a table ``parts`` gives all parts; any other key changes the part of that name, or takes it
    away with ``none``.

    Raises:
        SettingsError: a condition that is none.
    """
    merged = _laid_over(base, {name: value for name, value in changes.items() if name != "condition"})
    if "condition" in changes:
        old, new = base.get("condition", {}), changes["condition"]
        if isinstance(new, Mapping) and "parts" not in new and old:
            whole = isinstance(old, str) or "parts" in old
            new = {"parts": _parts(old, new)} if whole else _laid_over(old, new)
        merged["condition"] = new
    return merged


def _laid_over(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for name, value in changes.items():
        old = merged.get(name)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            anew = "kind" in value and value["kind"] != old.get("kind")
            merged[name] = dict(value) if anew else _laid_over(old, value)
        else:
            merged[name] = value
    return merged


def _parts(base: Any, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a condition with some of them changed."""
    try:
        found = {name: _table(name, each) for name, each in spell(base)["parts"].items()}
    except ValueError as error:
        raise SettingsError(str(error), where="setting condition", do="such as --condition none, or label") from None
    for name, change in changes.items():
        there = found.get(name)
        if change == "none":
            found.pop(name, None)
        elif isinstance(there, Mapping) and isinstance(change, Mapping):
            kind = change.get("kind", there["kind"])
            reset = {each for field in change for each in PARTS[kind].resets(field)} if kind in PARTS else set()
            kept = {field: value for field, value in there.items() if field not in reset}
            found[name] = _laid_over(kept, {**change, "kind": kind})
            if kind != there["kind"]:
                found[name] = {**change, "kind": kind}
        else:
            found[name] = _table(name, change)
    return found


def _table(name: str, part: Any) -> Any:
    """The settings of a part as a table with its kind, which is by default its name."""
    plain = part.plain() if isinstance(part, Spec) else part
    return {"kind": name, **plain} if isinstance(plain, Mapping) else plain
