"""The features by which a run is steered, where its condition takes an image to be like."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from torch import nn

from condgan.core.batch import Shape
from condgan.core.errors import SettingsError
from condgan.core.schema import Described
from condgan.data.dataset import Dataset
from condgan.networks.encoder import Encoder
from condgan.networks.extractor import Extractor, of_encoder, of_module
from condgan.pipeline import folder, hub
from condgan.training.alike import extractor_of, with_features

logger = logging.getLogger(__name__)


class Features(NamedTuple):
    """Data with a column of features, and what gives them."""

    dataset: Dataset
    extractor: Extractor | None


Describe = Callable[[Described | None, Dataset, Sequence[str | Path]], Features]
"""From the column that a condition takes, and the data, to the features; of a run that goes on, or starts from another
generator, the folders of these are given: their extractor is taken over."""


def describing(module: nn.Module | None) -> Describe:
    """How a run gets its features; ``module``: a network of the caller's own."""

    def describe(described: Described | None, dataset: Dataset, homes: Sequence[str | Path]) -> Features:
        if described is None:
            return Features(dataset, None)
        extractor = of_module(module) if module is not None else next(filter(None, map(kept, homes)), None)
        if extractor is None:
            logger.warning("learning what the images are like, once for these data, and looking for neighbours")
            extractor = extractor_of(described, dataset)
        return Features(with_features(dataset, described, extractor), extractor)

    return describe


def untrained(described: Described | None, dataset: Dataset, homes: Sequence[str | Path]) -> Features:
    """Features of a network that has learned nothing: as wide, for a look at what a run would take."""
    if described is None:
        return Features(dataset, None)
    extractor = of_encoder(Encoder(Shape(dataset.shape.channels, dataset.shape.space)))
    return Features(with_features(dataset, described, extractor, own=True), extractor)


def unseen(dataset: Dataset, described: Described | None, extractor: Extractor | None) -> Dataset:
    """Data that are not trained on, with their own features where the generator takes such."""
    if described is None or extractor is None or not len(dataset):
        return dataset
    return with_features(dataset, described, extractor, own=True)


def homes(run: Path, parent: str | Path | None) -> list[str | Path]:
    """Where an extractor may have been kept: in the run's own folder, or with the generator that it starts from."""
    return [*([run] if run.is_dir() else []), *([parent] if parent is not None else [])]


def kept(home: str | Path) -> Extractor | None:
    """The extractor of a pipeline, where there is one."""
    try:
        return folder.read(hub.located(home).folder).extractor
    except (SettingsError, OSError):
        return None
