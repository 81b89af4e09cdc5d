"""``cg.doctor``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple, Unpack

from condgan.core.defaults import with_own_defaults
from condgan.core.errors import CondganError, DataError, DivergedError
from condgan.core.note import Note
from condgan.data.base import Source
from condgan.data.dataset import Dataset
from condgan.data.summary import summaries
from condgan.recipe import Recipe
from condgan.training.estimate import Estimate, estimate
from condgan.training.finite import Divergence
from condgan.verbs.alike import untrained
from condgan.verbs.plan import Data, Words, lay_out, notes


class Diagnosis(NamedTuple):
    """What is to be known of some data before a long run."""

    dataset: Dataset | None
    """What could be read; ``None`` where nothing could."""
    errors: list[CondganError]
    """What forbids to train on them."""
    remarks: list[Note]
    """What may spoil the result, the most harmful first."""
    recipe: Recipe | None
    estimate: Estimate | None
    """What the run would take, where nothing forbids it."""

    def plain(self) -> dict[str, Any]:
        """All of it as JSON has it."""
        dataset, took = self.dataset, self.estimate
        return {
            "data": None if self.recipe is None else self.recipe.data.plain(),
            "images": None if dataset is None else len(dataset),
            "shape": None if dataset is None else [dataset.shape.channels, *dataset.shape.space],
            "columns": {} if dataset is None else _columns(dataset),
            "unreadable": [] if dataset is None else [each._asdict() for each in dataset.unreadable],
            "notes": [note._asdict() for note in self.remarks],
            "errors": [
                {"code": each.code, "what": each.what, "where": each.where, "do": each.do} for each in self.errors
            ],
            "training": None if took is None else took._asdict(),
        }


@with_own_defaults
def doctor(data: Data = None, *, device: str = "auto", **words: Unpack[Words]) -> Diagnosis:
    """Look at data before a long run, with the words of ``train``; nothing is written.

    Raises:
        SettingsError: as ``plan``. What is wrong with the data does not raise, it is in the diagnosis.
    """
    try:
        made = lay_out(data, _read, untrained, **words)
    except DataError as error:
        return Diagnosis(None, [error], [], None, None)
    errors: list[CondganError] = list(made.recipe.data.errors(made.dataset))
    took = None
    try:
        took = None if errors else estimate(made.recipe, made.dataset, device)
    except Divergence as divergence:
        errors.append(DivergedError(str(divergence), where="the first steps", do="lower optimizer.lr"))
    return Diagnosis(made.dataset, errors, notes(made), made.recipe, took)


def _columns(dataset: Dataset) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in summaries(dataset):
        storage = dataset.schema.columns[each.name].storage
        found[each.name] = {"storage": storage, "kind": each.kind, "missing": each.missing}
        if each.counts:
            found[each.name]["classes"] = dict(each.counts)
        if each.kind == "number":
            found[each.name] |= {"range": [each.low, each.high], "unit": each.unit}
            found[each.name]["bins"] = [bin._asdict() for bin in each.bins]
    return found


def _read(source: Source, folder: Path) -> Dataset:
    """What can be read, labels as they are; noise in labels that are not there is refused."""
    dataset = source.read()
    dataset.with_label_noise(source.label_noise)
    return dataset
