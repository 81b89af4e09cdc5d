"""Samples compared with the true image of each condition."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from condgan import metrics
from condgan.conditions.segmentation import ids_of
from condgan.conditions.segmentation import segmentation as segmentation_task
from condgan.core.batch import Images, frames_of
from condgan.core.cache import digest
from condgan.data.decode import allocate
from condgan.evaluation.baselines import baselines
from condgan.evaluation.control import segmentation
from condgan.evaluation.real import Real
from condgan.evaluation.report import Colours, Likeness, Nearness, Segmentation
from condgan.evaluation.samples import SampleSet
from condgan.evaluation.tasks import trained_on
from condgan.metrics import over_repeats
from condgan.training.classifier import predict

PART = 500
"""Training images that are read at a time."""


def likeness(real: Real, sets: Sequence[SampleSet], compared: int) -> Likeness:
    """How near samples are to the ground truth, with the answers that need no generator as references."""
    answers = baselines(real)
    repeats = len(sets)
    ours = nearness(torch.cat([each.images for each in sets]), torch.cat([real.images] * repeats), repeats)
    return Likeness(
        **dict(ours),
        trivial={name: nearness(each, real.images) for name, each in answers.items()},
        colours=_colours(real, sets, answers, compared),
        label_maps=_label_maps(real, sets),
    )


def nearness(made: Images, truth: Images, repeats: int = 1) -> Nearness:
    """Means over pairs; those of one condition count as one."""
    means = [each.view(repeats, -1).mean(0) for each in metrics.likeness(made, truth)]
    l1, psnr, ssim = map(metrics.bootstrap, means)
    return Nearness(l1=l1, psnr=psnr, ssim=ssim)


def _colours(real: Real, sets: Sequence[SampleSet], answers: dict[str, Images], compared: int) -> Colours | None:
    if real.images.shape[1] != 3:
        return None
    truth = metrics.colour_histogram(frames_of(real.images))

    def far(images: Images) -> float:
        return metrics.histogram_distance(metrics.colour_histogram(frames_of(images)), truth)

    return Colours(
        distance=over_repeats([far(each.images) for each in sets]),
        real=far(real.train.target[real.some(compared)]),
        trivial={name: far(each) for name, each in answers.items()},
    )


def _label_maps(real: Real, sets: Sequence[SampleSet]) -> Segmentation | None:
    """Where the images are label maps: their agreement with the true ones, and that of a segmenter of the pictures that
    they are generated from."""
    palette = real.train.schema.target.palette
    if palette is None:
        return None
    task, count = segmentation_task(palette.names, lambda bundle: bundle["ids"]), len(palette.names)
    sources, truth = training_sources(real), ids_of(palette, real.images)
    name = f"label maps of {digest(sources[:8])}"
    model = trained_on(task, sources, {"ids": ids_of(palette, real.train.target)}, real.train.hash, name)
    best = predict(model, task, real.sources(real.bundle), {"ids": truth}).classes
    assert best is not None, "a segmentation has classes"
    requested = truth[:, 0].long()
    ours = [metrics.overlap(requested, ids_of(palette, each.images)[:, 0].long(), count) for each in sets]
    return segmentation(palette.names, ours, metrics.overlap(requested, best, count))


def training_sources(real: Real) -> Images:
    """What the training images are to be generated from, some at a time: many are memory-mapped."""
    found: Tensor | None = None
    for rows in torch.split(torch.arange(len(real.train)), PART):
        some = real.sources(real.condition.targets(real.train.schema, real.train.batch(rows)))
        if found is None:
            found = torch.from_numpy(allocate((len(real.train), *some.shape[1:])))
        found[rows] = some
    assert found is not None, "there are training images"
    return found
