"""Combinations of values that were kept from the training: can they be generated?"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from jaxtyping import Bool
from torch import Tensor

from condgan.core.seeds import half_of, some_of
from condgan.evaluation.real import Real
from condgan.evaluation.report import Unseen
from condgan.evaluation.samples import SampleSet, generate
from condgan.metrics import Figure, bootstrap, rate
from condgan.pipeline import Pipeline
from condgan.training.classifier import Prediction

MOST = 5_000
"""Samples of them, at most."""


def unseen(real: Real, samples: SampleSet, pipeline: Pipeline, first_seed: int) -> Unseen | None:
    """The section; ``None`` where no combinations were kept from training, or there are pictures to be supplied."""
    if real.held is None or real.condition.spatial():
        return None
    held = real.held
    asked = real.condition.targets(held.schema, held.batch(some_of(len(held), MOST)))
    count = len(next(iter(asked.values())))
    images = generate(pipeline, asked, range(first_seed, first_seed + count))
    ours = real.predict(images, asked)
    # the evaluation networks were trained on the other half of these images
    rest = torch.arange(len(held))[~half_of(len(held))]
    others = held.batch(rest[some_of(len(rest), MOST)])
    theirs = real.predict(others.target, real.condition.targets(held.schema, others))
    named = [name for name in real.held_fields if name in ours]
    return Unseen(
        fields=tuple(named),
        images=len(held),
        seen=_scores(samples.predictions),
        held_out=_scores(ours),
        real=_scores(theirs),
        all_seen=rate(_all(samples.predictions, named)),
        all_held_out=rate(_all(ours, named)),
        all_real=rate(_all(theirs, named)),
    )


def _scores(predictions: Mapping[str, Prediction]) -> dict[str, Figure]:
    found = {}
    for name, each in predictions.items():
        known = each.scores[~each.scores.isnan()]
        if len(known):
            found[name] = bootstrap(known) if each.classes is None else rate(known == 1)
    return found


def _all(predictions: Mapping[str, Prediction], names: list[str]) -> Bool[Tensor, " n"]:
    """Where each of some fields is predicted as requested; those of which one is missing are left out."""
    scores = torch.stack([predictions[name].scores for name in names])
    return (scores[:, ~scores.isnan().any(0)] == 1).all(0)
