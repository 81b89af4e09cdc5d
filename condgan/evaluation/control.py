"""Controllability: is a sample what was requested, field by field?"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from condgan import metrics
from condgan.core.bundle import Bundle
from condgan.core.schema import YES_NO
from condgan.core.task import Task
from condgan.evaluation.independence import independence
from condgan.evaluation.real import Real, small
from condgan.evaluation.report import ClassScore, Controllability, NumberError, Segmentation
from condgan.evaluation.samples import SampleSet, generate
from condgan.evaluation.tasks import mean_score
from condgan.metrics import bootstrap, over_repeats, rate
from condgan.metrics.segmentation import Agreement
from condgan.pipeline import Pipeline
from condgan.training.classifier import Prediction

GRID, LEAST_SEEDS = 2_000, 10
"""About how many images are generated of the same seeds under every value, and from how many seeds at least."""


def controllability(
    real: Real, sets: Sequence[SampleSet], pipeline: Pipeline, first_seed: int
) -> dict[str, Controllability]:
    """Of each field that the generator takes; the test of the same seeds takes those that follow ``first_seed``."""
    others = independence(real, pipeline, first_seed)
    return {
        name: _of_field(real, sets, pipeline, name, first_seed).model_copy(update={"independence": others.get(name)})
        for name, field in real.fields.items()
        if field.requested
    }


def _of_field(real: Real, sets: Sequence[SampleSet], pipeline: Pipeline, name: str, first_seed: int) -> Controllability:
    task, theirs = real.fields[name].task, real.predicted(name)
    scores = [each.predictions[name].scores for each in sets]
    found = Controllability(
        score=over_repeats([_mean(each) for each in scores]),
        real=mean_score(theirs.scores, task),
        chance=task.chance,
    )
    if task.dense and task.target is not None:
        return found.model_copy(update={"segmentation": _segmentation(real, sets, name)})
    if task.number is not None:
        return found.model_copy(update={"number": _error(real, sets, name)})
    if task.target is None:
        return found
    requested = torch.cat([task.target(each.bundle) for each in sets])
    predicted = torch.cat([_classes(each.predictions[name].classes) for each in sets])
    right, true, real_right = requested == predicted, task.target(real.bundle), theirs.scores == 1
    there = requested >= 0
    found = found.model_copy(
        update={
            "names": task.names,
            "confusion": _confusion(requested[there], predicted[there], len(task.names)),
            "by_class": {
                each: ClassScore(score=rate(right[requested == index]), real=rate(real_right[true == index]))
                for index, each in enumerate(task.names)
                if (requested == index).any() and (true == index).any()
            },
        }
    )
    if task.names == YES_NO:
        found = found.model_copy(
            update={
                "score": over_repeats(
                    [_mean(_balanced(each.predictions[name], task.target(each.bundle))) for each in sets]
                ),
                "real": bootstrap(_balanced(theirs, true)),
            }
        )
    return _same_seeds(found, real, pipeline, name, task, first_seed)


def _confusion(requested: Tensor, predicted: Tensor, classes: int) -> tuple[tuple[int, ...], ...]:
    return tuple(map(tuple, metrics.confusion(requested, predicted, classes).tolist()))


def _balanced(found: Prediction, requested: Int64[Tensor, " n"]) -> Float[Tensor, " m"]:
    """Of each sample whether it is right, weighed so that their mean is the mean over classes of the share that is
    right: where nearly all is no, always saying no is not control."""
    there = requested >= 0
    classes, places, counts = torch.unique(requested[there], return_inverse=True, return_counts=True)
    return found.scores[there].double() * there.sum() / (len(classes) * counts[places])


def _error(real: Real, sets: Sequence[SampleSet], name: str) -> NumberError:
    number = real.fields[name].task.number
    assert number is not None, "asked only of numbers"

    def errors(found: Prediction, bundle: Bundle) -> Float[Tensor, " n"]:
        assert found.numbers is not None, "a number is predicted"
        difference = (found.numbers - number.truth(bundle)).abs()
        return difference[~difference.isnan()]

    return NumberError(
        error=over_repeats([errors(each.predictions[name], each.bundle).mean().item() for each in sets]),
        real=bootstrap(errors(real.predicted(name), real.bundle)),
        chance=number.deviation,
        unit=number.unit,
    )


def _same_seeds(
    found: Controllability, real: Real, pipeline: Pipeline, name: str, task: Task, first_seed: int
) -> Controllability:
    """With what happens where the same seeds are generated under every class; only where no pictures are needed."""
    classes = len(task.names)
    seeds = max(LEAST_SEEDS, GRID // classes)
    examples = pipeline.condition.examples(1)
    choices = next((field.choices for field in pipeline.condition.form() if field.name == name), ())
    if examples is None or choices != task.names or name in pipeline.condition.fieldwise:
        return found
    bundle = pipeline.condition.encode([{**examples[0], name: each} for each in choices] * seeds)
    images = generate(pipeline, bundle, [first_seed + index // classes for index in range(seeds * classes)])
    predicted = _classes(real.network(name).predict(images, bundle)[name].classes)
    test = metrics.same_seeds(small(images).view(seeds, classes, -1), predicted.view(seeds, classes))
    between = metrics.spread_between(small(real.images), task.target(real.bundle) if task.target else predicted)
    update = {"seeds": seeds, "change": bootstrap(test.change / between), "followed": bootstrap(test.followed)}
    return found.model_copy(update=update)


def _segmentation(real: Real, sets: Sequence[SampleSet], name: str) -> Segmentation:
    """Of a dense field: is what was requested where it was requested?"""
    task = real.fields[name].task
    assert task.target is not None, "asked only of classes"
    count = len(task.names)
    ours = [metrics.overlap(task.target(each.bundle), _classes(each.predictions[name].classes), count) for each in sets]
    best = metrics.overlap(task.target(real.bundle), _classes(real.predicted(name).classes), count)
    return segmentation(task.names, ours, best)


def segmentation(names: Sequence[str], ours: Sequence[Agreement], best: Agreement) -> Segmentation:
    """The section of some label maps and of the best that a network reaches."""
    return Segmentation(
        mean_iou=over_repeats([each.mean_iou for each in ours]),
        pixel_accuracy=over_repeats([each.pixel_accuracy for each in ours]),
        iou=_by_name(names, torch.stack([each.iou for each in ours]).mean(0)),
        real_mean_iou=best.mean_iou,
        real_pixel_accuracy=best.pixel_accuracy,
        real_iou=_by_name(names, best.iou),
    )


def _by_name(names: Sequence[str], values: Float[Tensor, " k"]) -> dict[str, float | None]:
    return {name: None if value != value else value for name, value in zip(names, values.tolist(), strict=True)}


def _mean(scores: Float[Tensor, " n"]) -> float:
    return scores.double().nanmean().item()


def _classes(found: Tensor | None) -> Int64[Tensor, "n ..."]:
    assert found is not None, "there are classes"
    return found
