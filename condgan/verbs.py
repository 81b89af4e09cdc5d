"""What people do, each verb a function with the words of its command: ``condgan train`` is ``cg.train``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypedDict, Unpack

from condgan.core.errors import SettingsError
from condgan.data import Dataset, Source, find
from condgan.gallery import Samples
from condgan.pipeline import Pipeline
from condgan.presets import fitting, get
from condgan.recipe import Recipe, merge, read_toml
from condgan.training import trainer
from condgan.training.engine import pick
from condgan.training.log import Progress

Settings = Mapping[str, Mapping[str, Any]]


class Words(TypedDict, total=False):
    """The words that say what to train; ``plan`` explains them."""

    preset: str | None
    recipe: str | Path | None
    out: str | Path | None
    images: int | None
    minutes: float | None
    seed: int | None
    precision: str | None
    data_root: str
    settings: Settings | None


class Plan(NamedTuple):
    """What a run will do, with its data at hand."""

    recipe: Recipe
    """Complete: what was left to the data is filled in."""
    dataset: Dataset
    origin: str
    """The preset or the file that the recipe comes from."""
    out: Path


def plan(
    data: str | Path | Source | Recipe | None = None,
    *,
    preset: str | None = None,
    recipe: str | Path | None = None,
    out: str | Path | None = None,
    images: int | None = None,
    minutes: float | None = None,
    seed: int | None = None,
    precision: str | None = None,
    data_root: str = "",
    settings: Settings | None = None,
) -> Plan:
    """The run that a command line, or the same words in Python, ask for; nothing is written.

    Precedence: the words given here, the recipe file, the preset, what the data say.

    Args:
        data: a name, a path, ``hf:owner/name``, a source, or a whole recipe.
        preset: a preset's name; by default one that fits the data.
        recipe: a TOML file, laid over the preset.
        out: the run's folder; by default ``runs/`` and the name of the data.
        images: budget in real images.
        minutes: budget in minutes.
        seed: number from which all randomness is derived.
        precision: auto, fp32 or bf16.
        data_root: folder that holds named data.
        settings: any setting of the recipe, as section → field → value.

    Raises:
        SettingsError: nothing to train on, or a setting that is unknown or does not fit.
        DataError: the data are not there, or not what they should be.
    """
    training = {"images": images, "minutes": minutes, "precision": precision}
    given = {name: value for name, value in training.items() if value is not None}
    words = merge(dict(settings or {}), {"training": given} if given else {})
    budget = words.get("training", {})
    if "images" in budget and "minutes" in budget:
        raise SettingsError("two budgets", where="images and minutes", do="give one of them")
    if "images" in budget:
        words["training"] = {**budget, "minutes": None}  # whatever the recipe says
    if seed is not None:
        words["seed"] = seed
    laid = read_toml(recipe) if recipe else data.plain() if isinstance(data, Recipe) else {}
    if data is None and not recipe:
        raise SettingsError("no data", where="DATA", do="name a data set or a path, such as: condgan train digits")
    if data is not None and not isinstance(data, Recipe):
        source = data if isinstance(data, Source) else find(str(data), data_root)
        laid = {**laid, "data": beside(laid.get("data", {}), source)}
    where = str(recipe or "")
    whole = isinstance(data, Recipe) or bool(recipe)
    found = Recipe() if isinstance(data, Recipe) else get(preset or "house")
    found = found.override(merge(laid, words), where)
    dataset = found.data.load()
    if preset is None and not whole:
        preset = fitting(len(dataset))
        found = get(preset).override(merge(laid, words), where)
    complete = found.resolve(dataset.schema, dataset.shape)
    folder = Path(out) if out else Path("runs", complete.data.title().replace("/", "-"))
    return Plan(complete, dataset, preset or (str(recipe) if recipe else "your recipe"), folder)


def beside(old: Mapping[str, Any], source: Source) -> dict[str, Any]:
    """A source's own settings laid over those of a recipe's ``[data]`` that any source has, such as its size."""
    own = {"kind": source.plain()["kind"], **source.model_dump(mode="json", exclude_unset=True)}
    shared = old if old.get("kind") == own["kind"] else {k: v for k, v in old.items() if k in Source.model_fields}
    return {**shared, **own}


def train(
    data: str | Path | Source | Recipe | None = None,
    *,
    device: str = "auto",
    on_progress: Callable[[Progress], None] = lambda progress: None,
    **words: Unpack[Words],
) -> Iterator[trainer.Snapshot]:
    """Train a generator, or go on where an earlier sitting of the same run was stopped.

    The folder is checked and claimed at once; the training goes on as the snapshots are taken from the iterator.

    Args:
        data: as for ``plan``.
        device: auto, cpu, cuda or mps.
        on_progress: called with each report.
        words: those of ``plan``.

    Raises:
        SettingsError: as ``plan``; or ``out`` holds another run or cannot be written, or the device is not there.
        DataError: as ``plan``.
    """
    made = plan(data, **words)
    return trainer.train(made.recipe, made.dataset, made.out, device=device, on_progress=on_progress)


def sample(
    pipeline: str | Path,
    *,
    label: Sequence[str | int] | None = None,
    n: int | None = None,
    seeds: Sequence[int] | None = None,
    out: str | Path | None = None,
    device: str = "auto",
) -> Samples:
    """Draw images from a trained pipeline, and save them where ``out`` says (.png, .npz, .parquet, or a folder).

    Raises:
        SettingsError: no pipeline there, a label that is not in the list, or ``out`` cannot be written.
    """
    samples = Pipeline.from_pretrained(pipeline).to(pick(device))(label, n=n, seeds=seeds)
    if out is not None:
        samples.save(out)
    return samples
