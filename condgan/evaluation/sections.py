"""Fidelity, coverage, diversity and copies: what of a report needs no training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from condgan import metrics
from condgan.core.batch import frames_of
from condgan.core.cache import cached, digest
from condgan.core.errors import SettingsError
from condgan.core.seeds import some_of
from condgan.evaluation.real import Real, small
from condgan.evaluation.report import Copies, Coverage, Distances, Diversity, Fidelity, Pattern, Shares
from condgan.evaluation.samples import SampleSet
from condgan.metrics import over_repeats, rate, spread
from condgan.metrics.copies import QUANTILE
from condgan.metrics.copies import Copies as Neighbours

NEIGHBOURS = 5
LOOKED_AT = 2_000
"""Samples, and unseen images, that are compared with all training images."""

Features = Float[Tensor, "_ d"]
Values = dict[str, list[float]]
"""Of each repeat, by the name of the figure; none where there are too few images."""


class Reference(NamedTuple):
    """What is possible: the figures of real training images."""

    distances: Distances
    shares: Shares | None


def reference(real: Real, n: int, repeats: int) -> Reference:
    """Of ``repeats`` sets of ``n`` real training images; measured once for some data and extractor."""
    parts = {
        "data": [real.train.hash, digest(real.images)],
        # the hash knows the weights; what it makes of some images tells other code apart
        "extractor": [real.extractor.hash, digest(real.reference[:8])],
        "n": n,
        "repeats": repeats,
        "neighbours": NEIGHBOURS,
    }

    def make() -> dict[str, Tensor]:
        sets = real.training_sets(repeats, n)
        found = {**_distance_values(real.reference, sets), **_share_values(real.reference, sets)}
        return {name: torch.tensor(values, dtype=torch.float64) for name, values in found.items()}

    values = {name: found.tolist() for name, found in cached("reference", parts, make).items()}
    return Reference(Distances(**_figures(values, Distances)), _shares(values))


def fidelity(real: Real, sets: Sequence[SampleSet], reference: Distances) -> Fidelity:
    """Fréchet and kernel distance, over all and by class."""
    return Fidelity(
        **_figures(_distance_values(real.reference, [each.features for each in sets]), Distances),
        real=reference,
        by_class={
            name: Distances(**_figures(values, Distances))
            for name, values in _by_class(real, sets, _distance_values, 2).items()
        },
    )


def coverage(real: Real, sets: Sequence[SampleSet], reference: Shares | None) -> Coverage | None:
    """Precision, recall, density and coverage, over all and by class; ``None`` of too few images."""
    values = _share_values(real.reference, [each.features for each in sets])
    if reference is None or not all(values.values()):
        return None
    return Coverage(
        **_figures(values, Shares),
        real=reference,
        by_class={
            name: Shares(**_figures(found, Shares))
            for name, found in _by_class(real, sets, _share_values, NEIGHBOURS + 1).items()
        },
    )


def _figures(values: Values, section: type[Distances] | type[Shares]) -> dict[str, Any]:
    return {name: over_repeats(values[name]) if values[name] else None for name in section.model_fields}


def _shares(values: Values) -> Shares | None:
    found = _figures(values, Shares)
    return None if None in found.values() else Shares(**found)


def _distance_values(real: Features, sets: Sequence[Features]) -> Values:
    least = min(len(each) for each in (real, *sets))
    return {
        "frechet_distance": [metrics.frechet_distance(real, each) for each in sets] if least > real.shape[1] else [],
        "kernel_distance": [metrics.kernel_distance(real, each) for each in sets] if least > 1 else [],
    }


def _share_values(real: Features, sets: Sequence[Features]) -> Values:
    if min(len(each) for each in (real, *sets)) <= NEIGHBOURS:
        return {name: [] for name in metrics.Coverage._fields}
    # not more samples than real images: of many some fall anywhere, and coverage would come by itself
    found = [metrics.coverage(real, each[: len(real)], NEIGHBOURS) for each in sets]
    return {name: [getattr(one, name) for one in found] for name in metrics.Coverage._fields}


def _by_class(
    real: Real, sets: Sequence[SampleSet], measure: Callable[[Features, Sequence[Features]], Values], least: int
) -> dict[str, Values]:
    """The same within each class that was requested, where there are enough of it."""
    field = real.groups
    if field is None:
        return {}
    found = {}
    ours = [real.members(field, each.bundle) for each in sets]
    for place, (name, mine) in enumerate(real.members(field, real.bundle)):
        generated = [each.features[members[place][1]] for each, members in zip(sets, ours, strict=True)]
        if min(len(each) for each in (mine, *generated)) >= least:
            found[name] = measure(real.reference[mine], generated)
    return found


def diversity(real: Real, sets: Sequence[SampleSet]) -> Diversity:
    """How far two samples of one condition are apart: of a class, as a share of two real images of it; of a picture, as
    a share of the true images of two pictures."""
    return _of_pictures(real, sets) if real.paired else _of_classes(real, sets)


def _of_pictures(real: Real, sets: Sequence[SampleSet]) -> Diversity:
    apart = torch.stack([metrics.likeness(one.images, other.images).l1 for one, other in combinations(sets, 2)]).mean(0)
    other = real.images.roll(len(real.images) // 2 or 1, 0)
    between = metrics.likeness(real.images, other).l1.mean().clamp(min=1e-9)
    return Diversity(pixels=metrics.bootstrap(apart / between), features=None, by_class={})


def _of_classes(real: Real, sets: Sequence[SampleSet]) -> Diversity:
    field = real.groups
    everything = [("all", torch.arange(len(real.images)))]
    groups = everything if field is None else real.members(field, real.bundle)
    ours = [
        [("all", torch.arange(len(each.images)))] if field is None else real.members(field, each.bundle)
        for each in sets
    ]
    by_pixels: list[list[float]] = [[] for _ in sets]
    by_features: dict[str, list[float]] = {}
    for place, (name, mine) in enumerate(groups):
        real_pixels, real_features = spread(small(real.images[mine])).item(), spread(real.reference[mine]).item()
        chosen = [members[place][1] for members in ours]
        if not real_pixels or not real_features or min(map(len, chosen)) < 2:
            continue  # nothing to compare
        by_features[name] = [
            spread(each.features[rows]).item() / real_features for each, rows in zip(sets, chosen, strict=True)
        ]
        for found, each, rows in zip(by_pixels, sets, chosen, strict=True):
            found.append(spread(small(each.images[rows])).item() / real_pixels)
    if not by_features:
        raise SettingsError(
            "no class has two different test images and two samples", where=real.name, do="give more of both"
        )
    return Diversity(
        pixels=over_repeats([sum(found) / len(found) for found in by_pixels]),
        features=over_repeats([sum(found) / len(found) for found in zip(*by_features.values(), strict=True)]),
        by_class={name: over_repeats(found) for name, found in by_features.items()},
    )


def pattern(real: Real, sets: Sequence[SampleSet]) -> Pattern | None:
    """Peaks in the spectrum of the samples, compared with those of the reference images."""
    # where real images have a gap in the place of a peak, no pattern is about 1
    known = {name: max(1.0, each) for name, each in metrics.peaks(frames_of(real.images)).items()}
    if not known:
        return None
    found = [metrics.peaks(frames_of(each.images)) for each in sets]
    ratios = {name: [each[name] / known[name] for each in found] for name in known}
    worst = max(ratios, key=lambda name: sum(ratios[name]))
    count, size = len(sets), min(len(sets[0].images), len(real.train) // len(sets))
    trained = [metrics.peaks(frames_of(real.train.target[real.some(size, index * size)])) for index in range(count)]
    return Pattern(
        strength=over_repeats(ratios[worst]),
        real=over_repeats([max(each[name] / known[name] for name in known) for each in trained]),
        period=worst,
    )


def copies(real: Real, samples: SampleSet) -> tuple[Copies, Neighbours]:
    """The section, and the neighbours it was made from, for the page."""
    shown = small(samples.images[:LOOKED_AT])
    unseen = small(real.images[some_of(len(real.images), LOOKED_AT)])
    found = metrics.copies(shown, small(real.train.target), unseen)
    width = shown.shape[1] ** 0.5  # distances in units of a pixel's range, whatever the size of the image
    section = Copies(
        rate=rate(found.copies),
        expected=QUANTILE,
        distance=metrics.bootstrap(found.samples.distances / width),
        unseen=metrics.bootstrap(found.unseen.distances / width),
        looked_at=len(shown),
    )
    return section, found
