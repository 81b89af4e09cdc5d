"""The generated side of a report: sets of samples, each from seeds of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor

from condgan.core.seeds import noise
from condgan.evaluation.real import Real
from condgan.pipeline import Pipeline
from condgan.training.classifier import judge


class Drawn(NamedTuple):
    """Samples, and what the networks make of them."""

    images: UInt8[Tensor, "n c h w"]
    asked: Int64[Tensor, " n"]
    """Class indices of the data."""
    judged: Int64[Tensor, " n"]
    features: Float[Tensor, "n d"]
    conditional: bool
    """Whether they were asked to be of a class at all."""

    def first(self, size: int) -> Drawn:
        """The first of them; the classes are mixed, so that any part has their proportions."""
        images, asked, judged, features, conditional = self
        return Drawn(images[:size], asked[:size], judged[:size], features[:size], conditional)


def draw(pipeline: Pipeline, real: Real, asked: Int64[Tensor, " n"], seeds: Sequence[int]) -> UInt8[Tensor, "n c h w"]:
    """A sample for each class index of the data and each seed."""
    if pipeline.condition.outputs:
        encoded = pipeline.condition.encode(real.names)[asked]
    else:
        encoded = pipeline.condition.in_turn(len(asked))
    images = pipeline.draw(noise(seeds, pipeline.architecture.noise), encoded)
    return torch.from_numpy(images).movedim(-1, 1).contiguous()


def draw_sets(pipeline: Pipeline, real: Real, n: int, count: int) -> Iterator[Drawn]:
    """Several sets, the k-th from seeds ``k n`` to ``(k + 1) n − 1``, classes in the proportions of the real ones."""
    asked = real.proportional(n)
    for index in range(count):
        images = draw(pipeline, real, asked, range(index * n, (index + 1) * n))
        judged = judge(real.judge, images)
        yield Drawn(
            images, asked, judged.classes, real.features(images, judged), conditional=pipeline.condition.outputs > 0
        )
