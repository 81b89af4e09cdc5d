"""The sections of a report that need no training: each from the real side and the sets drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from condgan import metrics
from condgan.core.batch import evenly
from condgan.core.cache import cached, digest
from condgan.core.errors import SettingsError
from condgan.evaluation.drawn import Drawn, draw
from condgan.evaluation.real import Real, small
from condgan.evaluation.report import (
    ClassAccuracy,
    Coverage,
    Distances,
    Fidelity,
    Memorization,
    Obedience,
    Shares,
    Variety,
)
from condgan.metrics import over_repeats, rate, spread
from condgan.metrics.memorization import QUANTILE
from condgan.metrics.memorization import Memorization as Neighbours
from condgan.pipeline import Pipeline
from condgan.training.classifier import judge

NEIGHBOURS = 5
LOOKED_AT = 2_000
"""Samples, and unseen images, that are held against all training images."""
GRID, LEAST_SEEDS = 2_000, 10
"""About how many images the obedience test draws, and from how many seeds at least."""

Features = Float[Tensor, "n d"]
Values = dict[str, list[float]]
"""Of each repeat, by the name of the figure; none where there are too few images."""


class Floor(NamedTuple):
    """What is possible: the figures of real training images."""

    distances: Distances
    shares: Shares


def floor(real: Real, n: int, repeats: int) -> Floor:
    """Of ``repeats`` sets of ``n`` real training images; measured once for some data and extractor."""
    parts = {
        "data": [real.train.hash, digest(real.images, real.labels)],
        # the hash knows the weights; what it makes of some images tells other code apart
        "extractor": [real.extractor.hash, digest(real.reference[:8])],
        "n": n,
        "repeats": repeats,
        "neighbours": NEIGHBOURS,
    }

    def make() -> dict[str, Tensor]:
        sets = real.floor(repeats, n)
        found = {**_distance_values(real.reference, sets), **_share_values(real.reference, sets)}
        return {name: torch.tensor(values, dtype=torch.float64) for name, values in found.items()}

    values = {name: found.tolist() for name, found in cached("floor", parts, make).items()}
    return Floor(
        Distances(**_figures({name: values[name] for name in Distances.model_fields})),
        Shares(**_figures({name: values[name] for name in Shares.model_fields})),
    )


def fidelity(real: Real, sets: Sequence[Drawn], floor: Distances) -> Fidelity:
    """Fréchet and kernel distance, over all and by class."""
    return Fidelity(
        **_figures(_distance_values(real.reference, [each.features for each in sets])),
        real=floor,
        by_class={
            name: Distances(**_figures(values)) for name, values in _by_class(real, sets, _distance_values, 2).items()
        },
    )


def coverage(real: Real, sets: Sequence[Drawn], floor: Shares) -> Coverage:
    """Precision, recall, density and coverage, over all and by class."""
    return Coverage(
        **_figures(_share_values(real.reference, [each.features for each in sets])),
        real=floor,
        by_class={
            name: Shares(**_figures(values))
            for name, values in _by_class(real, sets, _share_values, NEIGHBOURS + 1).items()
        },
    )


def _figures(values: Values) -> dict[str, Any]:
    return {name: over_repeats(each) if each else None for name, each in values.items()}


def _distance_values(real: Features, sets: Sequence[Features]) -> Values:
    enough = min(len(each) for each in (real, *sets)) > real.shape[1]
    return {
        "frechet_distance": [metrics.frechet_distance(real, each) for each in sets] if enough else [],
        "kernel_distance": [metrics.kernel_distance(real, each) for each in sets],
    }


def _share_values(real: Features, sets: Sequence[Features]) -> Values:
    # not more samples than real images: of many some fall anywhere, and coverage would come by itself
    found = [metrics.coverage(real, each[: len(real)], NEIGHBOURS) for each in sets]
    return {name: [getattr(one, name) for one in found] for name in metrics.Coverage._fields}


def _by_class(
    real: Real, sets: Sequence[Drawn], measure: Callable[[Features, Sequence[Features]], Values], least: int
) -> dict[str, Values]:
    """The same within each class that was asked for, where there are enough of it."""
    found = {}
    for index, name in enumerate(real.names if sets[0].conditional else ()):
        mine = real.reference[real.labels == index]
        drawn = [each.features[each.asked == index] for each in sets]
        if min(len(each) for each in (mine, *drawn)) >= least:
            found[name] = measure(mine, drawn)
    return found


def obedience(real: Real, sets: Sequence[Drawn], pipeline: Pipeline, first: int) -> Obedience:
    """Label accuracy with its confusion matrix, and the obedience test from seeds that follow ``first``."""
    classes = len(real.names)
    asked, judged = torch.cat([each.asked for each in sets]), torch.cat([each.judged for each in sets])
    right, real_right = asked == judged, real.judged.classes == real.labels
    seeds = max(LEAST_SEEDS, GRID // classes)
    labels = torch.arange(classes).repeat(seeds)
    images = draw(pipeline, real, labels, [first + index // classes for index in range(len(labels))])
    test = metrics.obedience(
        small(images).view(seeds, classes, -1), judge(real.judge, images).classes.view(seeds, classes)
    )
    apart = metrics.spread_between(small(real.images), real.labels)
    return Obedience(
        label_accuracy=over_repeats([metrics.accuracy(each.asked, each.judged) for each in sets]),
        real=rate(real_right),
        by_class={
            name: ClassAccuracy(accuracy=rate(right[asked == index]), real=rate(real_right[real.labels == index]))
            for index, name in enumerate(real.names)
            if (asked == index).any()
        },
        names=real.names,
        confusion=tuple(map(tuple, metrics.confusion(asked, judged, classes).tolist())),
        seeds=seeds,
        change=metrics.bootstrap(test.change / apart),
        followed=metrics.bootstrap(test.followed),
    )


def variety(real: Real, sets: Sequence[Drawn]) -> Variety:
    """How far two samples of one class are apart, as a share of two real images of it."""
    groups = list(enumerate(real.names)) if sets[0].conditional else [(None, "all")]
    by_pixels: list[list[float]] = [[] for _ in sets]
    by_features: dict[str, list[float]] = {}
    for index, name in groups:
        mine = real.labels == index if index is not None else torch.ones(len(real.labels), dtype=torch.bool)
        real_pixels, real_features = spread(small(real.images[mine])).item(), spread(real.reference[mine]).item()
        drawn = [each.asked == index if index is not None else each.asked >= 0 for each in sets]
        if not real_pixels or not real_features or min(int(each.sum()) for each in drawn) < 2:
            continue  # nothing to compare
        by_features[name] = [
            spread(each.features[chosen]).item() / real_features for each, chosen in zip(sets, drawn, strict=True)
        ]
        for found, each, chosen in zip(by_pixels, sets, drawn, strict=True):
            found.append(spread(small(each.images[chosen])).item() / real_pixels)
    if not by_features:
        raise SettingsError(
            "no class has two different test images and two samples", where=real.name, do="give more of both"
        )
    return Variety(
        pixels=over_repeats([sum(found) / len(found) for found in by_pixels]),
        features=over_repeats([sum(found) / len(found) for found in zip(*by_features.values(), strict=True)]),
        by_class={name: over_repeats(found) for name, found in by_features.items()},
    )


def copies(real: Real, drawn: Drawn) -> tuple[Memorization, Neighbours]:
    """The section, and the neighbours it was made from, for the page."""
    samples = small(drawn.images[:LOOKED_AT])
    unseen = small(real.images[evenly(len(real.images), LOOKED_AT)])
    found = metrics.memorization(samples, small(real.train.images), unseen)
    width = samples.shape[1] ** 0.5  # distances in units of a pixel's range, whatever the size of the image
    section = Memorization(
        rate=rate(found.copies),
        expected=QUANTILE,
        distance=metrics.bootstrap(found.samples.distances / width),
        unseen=metrics.bootstrap(found.unseen.distances / width),
        looked_at=len(samples),
    )
    return section, found
