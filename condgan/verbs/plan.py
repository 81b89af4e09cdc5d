"""What a run will do, from the words of a command and what the data say."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypedDict, Unpack

from torch import nn

from condgan.conditions.condition import Condition
from condgan.core.defaults import with_own_defaults
from condgan.core.errors import CheckpointError, DataError, SettingsError
from condgan.core.lock import require_free
from condgan.core.note import BEGINS, LEFT_OUT, SPOILS, WRONG, Note, by_harm, some
from condgan.core.schema import FIELDS, Column, Schema
from condgan.data.base import Source
from condgan.data.character import character
from condgan.data.dataset import Dataset
from condgan.data.doctor import remarks
from condgan.data.fields import TEXT, kinds_of
from condgan.data.find import find
from condgan.losses.paired import Perceptual
from condgan.networks.extractor import Extractor
from condgan.presets import fitting, get
from condgan.presets import remedy as remedy_of
from condgan.recipe import Recipe, fields_read, merge
from condgan.toml import read_toml
from condgan.training.monitor import SHOWN
from condgan.training.store import checkpoint_at
from condgan.training.transfer import Trained
from condgan.verbs.alike import Describe, describing, homes, unseen
from condgan.verbs.heritage import completed, folder_of, heritage, require_one_start, taken_over

Settings = Mapping[str, Any]
Data = str | Path | Source | Recipe | None

logger = logging.getLogger(__name__)


class Words(TypedDict, total=False):
    """The words that say what to train."""

    preset: str | None
    """A preset's name; by default one that fits the data."""
    remedy: bool
    """Change the one thing that a preset which fails on purpose needs."""
    recipe: str | Path | None
    """A TOML file, laid over the preset."""
    out: str | Path | None
    """The run's folder; by default ``runs/`` and the name of the data."""
    parent: str | Path | None
    """A trained generator to take further: a run's folder, a pipeline's, or ``owner/name`` on the Hub. Without preset
    and recipe its own recipe is the base. Classes are matched by name; new ones start from the mean."""
    resume: str | Path | None
    """A checkpoint to go on from, or a run (its latest); without data, recipe and folder are those of the run."""
    images: int | None
    """Budget in real images."""
    minutes: float | None
    """Budget in minutes."""
    until: str | None
    """budget or plateau."""
    seed: int | None
    """Number from which all randomness is derived."""
    precision: str | None
    """auto, fp32 or bf16."""
    data_root: str
    """Folder that holds named data."""
    skip_bad: bool
    """Leave out images that cannot be read, up to one in a hundred."""
    settings: Settings | None
    """Any setting of the recipe, as section → field → value."""


class Plan(NamedTuple):
    """What a run will do, with its data at hand."""

    recipe: Recipe
    """Complete: what was left to the data is filled in."""
    dataset: Dataset
    origin: str
    """The preset or the file that the recipe comes from."""
    out: Path
    resume: Path | None
    """The checkpoint to go on from, where one was asked for; else it is the newest sound one in ``out``."""
    held_out: Dataset | None = None
    """Some of the test split, where there is one: whether the discriminator overfits shows on it."""
    perceptual: nn.Module | None = None
    """The network whose features ``objective.perceptual`` compares, where it does."""
    extractor: Extractor | None = None
    """What gave the features of images by which the generator is steered, where it is by such."""
    parent: Trained | None = None
    """The generator from whose weights the run starts, where it does and has no checkpoint yet."""
    taken_over: tuple[str, ...] = ()
    """What of these weights is kept, in sentences."""
    choice: str = ""
    """What was seen of the images, where the preset was chosen for them."""


@with_own_defaults
def plan(
    data: Data = None,
    *,
    perceptual: nn.Module | None = None,
    extractor: nn.Module | None = None,
    **words: Unpack[Words],
) -> Plan:
    """The run that a command line, or the same words in Python, ask for; nothing is written.

    Precedence: the words given here, the recipe file, the preset, what the data say.

    Args:
        data: a name, a path, ``hf:owner/name``, a source, or a whole recipe.
        perceptual: a network for ``objective.perceptual``: images (−1 … 1, n,c,h,w) to features, one tensor or several;
            by default the one that ``objective.perceptual.network`` names.
        extractor: a network for ``condition.instance`` in the place of its own, which is not kept: images to features.
        words: those of ``Words``.

    Raises:
        SettingsError: nothing to train on, a setting that is unknown or does not fit, or a parent of whose weights none
            fit; or the data have other classes than the run that goes on.
        DataError: the data are not there, or not what they should be.
        CheckpointError: there is none where ``resume`` says.
        LockedError: another process is training in that folder.
    """

    def load(source: Source, folder: Path) -> Dataset:
        require_free(folder)
        dataset = source.load()
        return dataset.with_label_noise(source.label_noise)

    made = lay_out(data, load, describing(extractor), **words)
    made = made._replace(recipe=completed(made.recipe, made.dataset, made.out))
    for note in notes(made):
        logger.warning("%s", str(note).removeprefix(f"{BEGINS[SPOILS]}: "))  # a warning is a note
    made = made._replace(held_out=held_out(made))
    term = made.recipe.objective.terms.get("perceptual")
    if term is None:
        return made
    from condgan.evaluation.perceptual import perceptual_network

    assert isinstance(term, Perceptual), "the term of that name"
    return made._replace(perceptual=perceptual or perceptual_network(term.network, made.dataset))


def held_out(made: Plan) -> Dataset | None:
    """Images of the same kind that the run is not trained on, where the data bring a test split that can be read."""
    try:
        found = made.recipe.data.split("test").read(SHOWN)
    except DataError:
        return None
    found = unseen(found, made.recipe.condition.described, made.extractor)
    if not len(found) or not _fits(found.schema, made.dataset.schema):
        return None
    # with the same noise in the labels, or the discriminator would tell them by that
    return found.with_label_noise(made.recipe.data.label_noise)


def _fits(schema: Schema, training: Schema) -> bool:
    """Whether the columns hold what those of the training images do, and no other names."""
    return schema.columns.keys() == training.columns.keys() and all(
        _kind(column) == _kind(training.columns[name]) and set(column.names) <= set(training.columns[name].names)
        for name, column in schema.columns.items()
    )


def _kind(column: Column) -> tuple[object, ...]:
    return column.storage, column.unit, column.channels, column.palette, column.reading


def notes(made: Plan) -> list[Note]:
    """What may spoil the result of a run, the most harmful first."""
    found = [*remarks(made.dataset)]
    if made.recipe.data.label_noise:
        text = f"{made.recipe.data.label_noise:.0%} of the labels are wrong on purpose: data.label_noise"
        found.append(Note("label-noise", text, WRONG))
    unread = [name for name, column in made.dataset.schema.columns.items() if len(column.names) > 1]
    if not made.recipe.condition.parts and unread:
        found.append(Note("ignored", f"the column {unread[0]} is ignored: the condition is none"))
    condition = made.recipe.condition
    known = {*condition.reads, *(field.name for field in condition.form())}
    unused = [name for name in made.dataset.schema.columns if name not in known]
    if condition.parts and made.recipe.data.fields is not None and unused:
        vectors = [name for name in unused if made.dataset.schema.columns[name].storage == "vectors"]
        do = f"; --condition.{vectors[0]}.kind vector takes {vectors[0]}" if vectors else ""
        found.append(Note("unused", f"columns that no part of the condition takes: {some(unused)}{do}", LEFT_OUT))
    return by_harm(found)


def lay_out(
    data: Data,
    load: Callable[[Source, Path], Dataset],
    describe: Describe,
    *,
    preset: str | None = None,
    remedy: bool = False,
    recipe: str | Path | None = None,
    out: str | Path | None = None,
    parent: str | Path | None = None,
    resume: str | Path | None = None,
    images: int | None = None,
    minutes: float | None = None,
    until: str | None = None,
    seed: int | None = None,
    precision: str | None = None,
    data_root: str = "",
    skip_bad: bool = False,
    settings: Settings | None = None,
) -> Plan:
    """The plan of some words. ``load`` reads the data for a run in that folder, ``describe`` makes features of them."""
    try:
        checkpoint = checkpoint_at(Path(resume)) if resume is not None else None
    except OSError as error:
        raise CheckpointError(f"no checkpoint: {error.strerror}", where=resume, do="check the path") from None
    if checkpoint and data is None and not recipe:
        home = checkpoint.parent.parent
        recipe, out = home / "recipe.toml", out or home
    words = merge(remedy_of(preset or "house") if remedy else {}, settings or {})
    words = changes(words, seed, skip_bad, images=images, minutes=minutes, until=until, precision=precision)
    whole = isinstance(data, Recipe) or bool(recipe)
    laid = read_toml(recipe) if recipe else data.plain() if isinstance(data, Recipe) else {}
    if data is None and not recipe:
        raise SettingsError("no data", where="DATA", do="name a data set or a path, such as: condgan train digits")
    taken = None
    if parent is not None:
        require_one_start(parent, resume)
        taken = heritage(parent, data, Path(out) if out else None, data_root, whole or preset is not None)
        laid = {**laid, **taken.settings}
    found = Recipe() if isinstance(data, Recipe) else get(preset or "house")
    if data is not None and not isinstance(data, Recipe):
        # the settings of the data wait until it is known what kind of source they are for
        rest = {name: value for name, value in words.items() if name != "data"}
        file = {name: value for name, value in laid.items() if name != "data"}
        condition = found.override(merge(file, rest), str(recipe or "")).condition
        source = data if isinstance(data, Source) else found_for(condition, str(data), data_root)
        # a preset may ask for a size
        size = found.data.model_dump(mode="json", exclude_unset=True, include=set(Source.model_fields))
        laid = {**laid, "data": combined({**size, **laid.get("data", {})}, source)}
    where = str(recipe or "")
    found = with_fields(found.override(merge(laid, words), where))
    folder = Path(out) if out else folder_of(found.data)
    dataset = load(found.data, folder)
    choice = ""
    if preset is None and not whole and not (taken and taken.origin):
        preset, chosen, choice = fitting(character(dataset))
        found = with_fields(get(preset).override(merge(chosen, merge(laid, words)), where))
    named = words.get("objective", {}), laid.get("objective", {})
    if preset and not any("auxiliary" in each for each in named) and _lost_auxiliary(get(preset), found):
        logger.warning(
            "the auxiliary loss of %s is left out: with these settings it has nothing to predict, or would be learned "
            "from the label in the discriminator's input; to have it all the same, set --objective.auxiliary",
            preset,
        )
    going_on = checkpoint.parent.parent if checkpoint else taken.run if taken else None
    dataset, extractor = describe(found.condition.described, dataset, homes(going_on or folder, parent))
    complete = completed(found, dataset, going_on)
    origin = preset or (str(recipe) if recipe else taken.origin if taken and taken.origin else "your recipe")
    made = Plan(complete, dataset, origin, folder, checkpoint, extractor=extractor, choice=choice)
    return made if taken is None or taken.parent is None else from_parent(made, taken.parent)


def from_parent(made: Plan, parent: Trained) -> Plan:
    """The plan of a run that starts from the weights of another generator."""
    recipe, sentences = taken_over(parent, made.recipe, made.dataset)
    return made._replace(recipe=recipe, parent=parent, taken_over=sentences)


def _lost_auxiliary(base: Recipe, recipe: Recipe) -> bool:
    """Whether settings took away the auxiliary loss of a preset, without naming it (``Recipe.override``)."""
    return "auxiliary" in base.objective.terms and "auxiliary" not in recipe.objective.terms


def with_fields(recipe: Recipe) -> Recipe:
    """The recipe with those fields read that its condition takes, or all of them, where it does not say which."""
    condition, given = recipe.condition, recipe.data.fields
    texts = {name: kind for name, kind in kinds_of(condition.form()).items() if kind == TEXT}
    taken = texts if FIELDS in condition.reads else fields_read(condition)
    if given is not None:
        taken = {**texts, **given}
    return (
        recipe
        if taken is None or taken == given
        else recipe.model_copy(update={"data": recipe.data.with_(fields=taken)})
    )


def found_for(condition: Condition, data: str, root: str) -> Source:
    """The source that DATA names, for a generator with that condition.

    Raises:
        DataError: as ``find``.
    """
    # a plain GAN does without labels, but its report is the better for them
    return find(data, root, condition.reads if condition.parts else frozenset({"label"}))


def changes(settings: Settings, seed: int | None, skip_bad: bool, **training: Any) -> dict[str, Any]:
    """What the words of a command change of a recipe, as section → field → value.

    Raises:
        SettingsError: a budget in images and one in minutes.
    """
    given = {name: value for name, value in training.items() if value is not None}
    words = merge(settings, {"training": given} if given else {})
    budget = words.get("training", {})
    if "images" in budget and "minutes" in budget:
        raise SettingsError("two budgets", where="images and minutes", do="give one of them")
    if "images" in budget:
        words["training"] = {**budget, "minutes": None}  # whatever the recipe says
    if skip_bad:
        words = {**words, "data": {**words.get("data", {}), "skip_bad": True}}
    return words if seed is None else {**words, "seed": seed}


def combined(old: Mapping[str, Any], source: Source) -> dict[str, Any]:
    """A source's own settings laid over those of a recipe's ``[data]`` that any source has, such as its size."""
    own = {"kind": source.plain()["kind"], **source.model_dump(mode="json", exclude_unset=True)}
    shared = old if old.get("kind") == own["kind"] else {k: v for k, v in old.items() if k in Source.model_fields}
    return {**shared, **own}
