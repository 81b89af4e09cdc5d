"""What a run takes over: from the generator that it is to take further, or from itself where it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from condgan.conditions.condition import Condition
from condgan.conditions.heritage import as_before, continued, opened
from condgan.core.errors import DataError, SettingsError
from condgan.data.base import Source
from condgan.data.dataset import Dataset
from condgan.data.find import find
from condgan.pipeline.parents import line
from condgan.recipe import Recipe
from condgan.toml import read_recipe, read_toml
from condgan.training.restore import started_from
from condgan.training.run import Run
from condgan.training.store import checkpoints
from condgan.training.transfer import Trained, notes, trained


class Heritage(NamedTuple):
    """What a run takes over from the generator that it takes further."""

    parent: Trained | None
    """``None`` where the run has checkpoints of its own already: its parent may be gone by now."""
    settings: Mapping[str, Any]
    """Of a recipe, as section → field → value."""
    origin: str
    """Where these settings come from, where they are a whole recipe; else empty."""
    run: Path | None
    """The folder of the run that goes on, where one does."""


def heritage(
    parent: str | Path, data: str | Path | Source | Recipe | None, out: Path | None, root: str, given: bool
) -> Heritage:
    """What is taken over from a parent; of a run that goes on, from itself.

    ``given``: whether a preset or a recipe is, so that only weights are taken over.

    Raises:
        SettingsError: there is no such parent, or the run there is another one.
        CheckpointError: the checkpoints of either are damaged.
    """
    folder = out or _by_default(data, root)
    if folder is not None and _goes_on(folder, parent):
        own = read_toml(folder / "recipe.toml")
        settings = {"condition": own.get("condition", {})} if given else own
        return Heritage(None, settings, "" if given else str(folder / "recipe.toml"), folder)
    found = trained(parent)
    if given:
        return Heritage(found, {}, "", None)
    return Heritage(found, found.settings, str(Path(found.name, "recipe.toml")) if found.whole else "", None)


def require_one_start(parent: str | Path, resume: str | Path | None) -> None:
    """Refuse to start from another generator and to go on from a checkpoint at once.

    Raises:
        SettingsError: both are asked for.
    """
    if resume is not None:
        raise SettingsError(
            "two generators to start from",
            where=f"--from {parent} and --resume {resume}",
            do="leave out --resume: the same command with --from goes on where it was stopped",
        )


def _by_default(data: str | Path | Source | Recipe | None, root: str) -> Path | None:
    """The folder of a run of which none is named; ``None`` where the data do not say."""
    try:
        source = data.data if isinstance(data, Recipe) else data if isinstance(data, Source) else find(str(data), root)
    except DataError:
        return None
    return folder_of(source)


def folder_of(source: Source) -> Path:
    """The folder of a run, where none is named."""
    return Path("runs", source.title().replace("/", "-"))


def _goes_on(folder: Path, parent: str | Path) -> bool:
    """Whether a folder holds a run that started from a parent.

    Raises:
        SettingsError: it holds another one, or the parent itself.
    """
    if folder.resolve() == Path(parent).resolve():
        raise SettingsError(
            "the run would be written over its parent",
            where=folder,
            do="choose another --out",
        )
    run = Run(folder)
    parents = started_from(run) if run.recipe.is_file() else None
    if parents is None:
        return False
    before = parents[0].name if parents else ""
    if before == line(parent) or (before and Path(before).resolve() == Path(parent).resolve()):
        return True
    raise SettingsError(
        f"the run there did not start from {parent}, but {f'from {before}' if before else 'anew'}",
        where=folder,
        do="choose another --out" + (f", or give --from {before}" if before else ""),
    )


def taken_over(parent: Trained, recipe: Recipe, dataset: Dataset) -> tuple[Recipe, tuple[str, ...]]:
    """A complete recipe under which a parent's weights fit, and what of them is kept.

    Raises:
        SettingsError: there is none.
    """
    condition = continued(recipe.condition, parent.condition)
    found = Recipe.parse({**dict(recipe), "condition": condition})
    return found, notes(parent, found, dataset.shape)


def completed(recipe: Recipe, dataset: Dataset, run: Path | None) -> Recipe:
    """A recipe with what was left to the data filled in; where a run goes on, its classes in the run's order.

    ``run``: the folder of the run that goes on, if one does.

    Raises:
        SettingsError: the condition and the data do not fit, or the data have other classes than the run.
    """
    if run is None or not (run / "recipe.toml").is_file() or not checkpoints(run / "checkpoints"):
        return recipe.resolve(dataset.schema, dataset.shape)
    before = read_recipe(run / "recipe.toml").condition
    try:
        complete = recipe.resolve(dataset.schema, dataset.shape)
    except SettingsError:
        # names may come from the run's own recipe: if the data have others, it is not the names that are to be changed
        _as_before(opened(recipe.condition).complete(dataset.schema), before, run)
        raise
    return complete.model_copy(update={"condition": _as_before(complete.condition, before, run)})


def _as_before(condition: Condition, before: Condition, run: Path) -> Condition:
    try:
        return as_before(condition, before)
    except SettingsError as error:
        raise SettingsError(
            f"the data have {error.what} than the run: {error.where}",
            where=run,
            do=f"to train its generator further on these data, give --from {run}, another --out, and no --resume",
        ) from None
