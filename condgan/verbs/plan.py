"""What a run will do, from the words of a command and what the data say."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypedDict, Unpack

from torch import nn

from condgan.conditions.base import Condition
from condgan.core.errors import CheckpointError, DataError, SettingsError
from condgan.core.lock import require_free
from condgan.data import Dataset, Source, find
from condgan.data.doctor import remarks
from condgan.presets import fitting, get, remedy
from condgan.recipe import Recipe, merge, read_toml
from condgan.training.monitor import SHOWN
from condgan.training.store import checkpoint_at

Settings = Mapping[str, Mapping[str, Any]]
Data = str | Path | Source | Recipe | None

logger = logging.getLogger(__name__)


class Words(TypedDict, total=False):
    """The words that say what to train."""

    preset: str | None
    """A preset's name; by default one that fits the data."""
    cure: bool
    """Heal a preset that is ill on purpose."""
    recipe: str | Path | None
    """A TOML file, laid over the preset."""
    out: str | Path | None
    """The run's folder; by default ``runs/`` and the name of the data."""
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
    held: Dataset | None = None
    """The test split, where there is one: whether the discriminator knows its training images by heart shows on it."""
    perceptual: nn.Module | None = None
    """The network whose features ``objective.perceptual`` compares, where it does."""


def plan(data: Data = None, *, perceptual: nn.Module | None = None, **words: Unpack[Words]) -> Plan:
    """The run that a command line, or the same words in Python, ask for; nothing is written.

    Precedence: the words given here, the recipe file, the preset, what the data say.

    Args:
        data: a name, a path, ``hf:owner/name``, a source, or a whole recipe.
        perceptual: a network for ``objective.perceptual``: images (−1 … 1, n,c,h,w) to features, one tensor or several;
            by default one that learns from the training images how an image is turned.
        words: those of ``Words``.

    Raises:
        SettingsError: nothing to train on, or a setting that is unknown or does not fit.
        DataError: the data are not there, or not what they should be.
        CheckpointError: there is none where ``resume`` says.
        LockedError: another process is training in that folder.
    """

    def load(source: Source, folder: Path) -> Dataset:
        require_free(folder)
        return source.load().with_label_noise(source.label_noise)

    made = lay_out(data, load, **words)
    for remark in notes(made):
        logger.warning("%s", remark)
    if not made.recipe.objective.perceptual:
        return made._replace(held=held(made))
    from condgan.evaluation.perceptual import Perceptual

    return made._replace(held=held(made), perceptual=perceptual or Perceptual(made.dataset))


def held(made: Plan) -> Dataset | None:
    """Images of the same classes that the run is not trained on, where the data bring a test split that can be read."""
    try:
        found = made.recipe.data.split("test").read(SHOWN)
    except DataError:
        return None
    ours = made.dataset
    if not len(found) or found.schema.names != ours.schema.names:
        return None
    if (found.schema.channels, found.schema.layout) != (ours.schema.channels, ours.schema.layout):
        return None
    # turned as those to train on are, or they would be told apart by that
    return found.with_label_noise(made.recipe.data.label_noise)


def notes(made: Plan) -> list[str]:
    """What may spoil the result of a run."""
    found = list(remarks(made.dataset))
    if made.recipe.data.label_noise:
        found.append(f"{made.recipe.data.label_noise:.0%} of the labels are turned on purpose: data.label_noise")
    if made.recipe.condition.kind == "none" and len(made.dataset.schema.names) > 1:
        found.append('the labels are ignored: condition.kind is "none"')
    return found


def lay_out(
    data: Data,
    load: Callable[[Source, Path], Dataset],
    *,
    preset: str | None = None,
    cure: bool = False,
    recipe: str | Path | None = None,
    out: str | Path | None = None,
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
    """The plan of some words; ``load`` reads the data for a run in that folder."""
    try:
        checkpoint = checkpoint_at(Path(resume)) if resume is not None else None
    except OSError as error:
        raise CheckpointError(f"no checkpoint: {error.strerror}", where=resume, do="check the path") from None
    if checkpoint and data is None and not recipe:
        home = checkpoint.parent.parent
        recipe, out = home / "recipe.toml", out or home
    words = merge(remedy(preset or "house") if cure else {}, dict(settings or {}))
    words = changes(words, seed, skip_bad, images=images, minutes=minutes, until=until, precision=precision)
    laid = read_toml(recipe) if recipe else data.plain() if isinstance(data, Recipe) else {}
    if data is None and not recipe:
        raise SettingsError("no data", where="DATA", do="name a data set or a path, such as: condgan train digits")
    found = Recipe() if isinstance(data, Recipe) else get(preset or "house")
    if data is not None and not isinstance(data, Recipe):
        # the settings of the data wait until it is known what kind of source they are for
        rest = {name: value for name, value in merge(laid, words).items() if name != "data"}
        steered = found.override(rest, str(recipe or "")).condition
        source = data if isinstance(data, Source) else found_for(steered, str(data), data_root)
        # a preset may ask for a size
        size = found.data.model_dump(mode="json", exclude_unset=True, include=set(Source.model_fields))
        laid = {**laid, "data": beside({**size, **laid.get("data", {})}, source)}
    where = str(recipe or "")
    whole = isinstance(data, Recipe) or bool(recipe)
    found = found.override(merge(laid, words), where)
    folder = Path(out) if out else Path("runs", found.data.title().replace("/", "-"))
    dataset = load(found.data, folder)
    if preset is None and not whole:
        preset = fitting(len(dataset))
        found = get(preset).override(merge(laid, words), where)
    complete = found.resolve(dataset.schema, dataset.shape)
    return Plan(complete, dataset, preset or (str(recipe) if recipe else "your recipe"), folder, checkpoint)


def found_for(condition: Condition, data: str, root: str) -> Source:
    """The source that DATA names, for a generator that is steered so.

    Raises:
        DataError: as ``find``.
    """
    return find(data, root, paired=condition.paired, labelled=condition.labelled)


def changes(settings: Settings, seed: int | None, skip_bad: bool, **training: Any) -> dict[str, Any]:
    """What the words of a command change of a recipe, as section → field → value.

    Raises:
        SettingsError: a budget in images and one in minutes.
    """
    given = {name: value for name, value in training.items() if value is not None}
    words = merge(dict(settings), {"training": given} if given else {})
    budget = words.get("training", {})
    if "images" in budget and "minutes" in budget:
        raise SettingsError("two budgets", where="images and minutes", do="give one of them")
    if "images" in budget:
        words["training"] = {**budget, "minutes": None}  # whatever the recipe says
    if skip_bad:
        words = merge(words, {"data": {**words.get("data", {}), "skip_bad": True}})
    return words if seed is None else {**words, "seed": seed}


def beside(old: Mapping[str, Any], source: Source) -> dict[str, Any]:
    """A source's own settings laid over those of a recipe's ``[data]`` that any source has, such as its size."""
    own = {"kind": source.plain()["kind"], **source.model_dump(mode="json", exclude_unset=True)}
    shared = old if old.get("kind") == own["kind"] else {k: v for k, v in old.items() if k in Source.model_fields}
    return {**shared, **own}
