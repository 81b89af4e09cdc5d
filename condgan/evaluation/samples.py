"""The generated side of a report: sets of samples, each from seeds of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from condgan.core.bundle import Bundle, take
from condgan.evaluation.real import Real
from condgan.pipeline import Pipeline
from condgan.training.classifier import Prediction


class SampleSet(NamedTuple):
    """Samples, what was requested, and what the evaluation networks predict."""

    images: UInt8[Tensor, "n c *space"]
    bundle: Bundle
    predictions: dict[str, Prediction]
    """By field, of those that the generator takes."""
    features: Float[Tensor, "n d"]

    def first(self, size: int) -> SampleSet:
        """The first of them; the classes are mixed, so that any part has their proportions."""
        part = slice(size)
        predictions = {name: found.first(size) for name, found in self.predictions.items()}
        return SampleSet(self.images[part], take(self.bundle, part), predictions, self.features[part])


def generate(pipeline: Pipeline, bundle: Bundle, seeds: Sequence[int]) -> UInt8[Tensor, "n c *space"]:
    """A sample for each condition and seed."""
    images = pipeline.exact(pipeline.generate(pipeline.noise(seeds), bundle))
    return torch.from_numpy(images).movedim(-1, 1).contiguous()


def sample_sets(pipeline: Pipeline, real: Real, n: int, repeats: int) -> Iterator[SampleSet]:
    """Several sets. Where each condition has its own true image, the k-th is of all of them with seed k; else of ``n``
    conditions in the proportions of the training images, the k-th from seeds ``k n`` to ``(k + 1) n − 1``."""
    bundle = real.requests(n)
    for index in range(repeats):
        seeds = [index] * len(real.images) if real.paired else range(index * n, (index + 1) * n)
        images = generate(pipeline, bundle, seeds)
        predictions = real.predict(images, bundle)
        yield SampleSet(images, bundle, predictions, _features(real, images, predictions))


def _features(real: Real, images: Tensor, predictions: dict[str, Prediction]) -> Tensor:
    """The extractor's features; those of an evaluation network need not be computed twice."""
    known = predictions.get(real.main or "")
    if real.given is None and known is not None and known.features is not None:
        return known.features
    return real.extractor.features(images)
