"""Is a sample like the image that it is to be like, more than like others?"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from condgan import metrics
from condgan.core.batch import Images, to_float
from condgan.core.cache import digest
from condgan.core.seeds import some_of
from condgan.evaluation.perceptual import Perceptual
from condgan.evaluation.real import Real, small
from condgan.evaluation.report import Retrieval
from condgan.evaluation.samples import generate
from condgan.evaluation.turns import of_turns, square
from condgan.metrics.neighbours import nearest
from condgan.networks import ops
from condgan.networks.classifier import Classifier
from condgan.networks.extractor import PART, Extractor
from condgan.pipeline import Pipeline

QUERIES = 100
GRID = 4
"""Cells a side in which the features of a layer are averaged."""


def retrieval(pipeline: Pipeline, real: Real) -> Retrieval | None:
    """Of samples like images that were not trained on; ``None`` where the generator takes no image to be like.

    The features are not those that the generator was steered by: it could have learned what they do not see.
    """
    if pipeline.condition.described is None or pipeline.extractor is None:
        return None
    batch = real.test.batch(some_of(len(real.test), QUERIES))
    queries = batch.target
    bundle = pipeline.condition.targets(real.test.schema, batch)
    samples = generate(pipeline, bundle, range(len(queries)))
    given = pipeline.extractor.features
    neighbours = real.train.target[nearest(given(queries), given(real.train.target)).indices]
    turns = of_turns(real.train)
    assert isinstance(turns, Classifier), "clips have no such condition"
    judge = real.given or layers_of(turns)
    wanted = judge.features(queries)
    width = small(queries[:1]).shape[1] ** 0.5  # distances in units of a pixel's range
    training = small(real.train.target)

    def near(images: Images) -> Float[Tensor, " n"]:
        return nearest(small(images), training).distances / width

    return Retrieval(
        score=metrics.rate(found(judge.features(samples), wanted)),
        real=metrics.rate(found(judge.features(neighbours), wanted)),
        queries=len(queries),
        extractor=f"{judge.name} {judge.hash}",
        distance=metrics.bootstrap(near(samples)),
        unseen=metrics.bootstrap(near(queries)),
    )


def layers_of(network: Classifier) -> Extractor:
    """The features after each convolution, averaged in a grid. The last ones of a network that predicts how an image is
    rotated would leave out what has nothing to do with that."""
    layers = Perceptual(network)

    @torch.no_grad()
    def features(images: Images) -> Float[Tensor, "n d"]:
        parts = [layers(to_float(part)) for part in torch.split(square(images), PART)]
        return torch.cat(
            [torch.cat([ops.adaptive_avg_pool(each, (GRID, GRID)).flatten(1) for each in part], 1) for part in parts]
        )

    return Extractor("turns-cnn layers", digest(*network.state_dict().values()), features)


def found(features: Float[Tensor, "n d"], wanted: Float[Tensor, "n d"]) -> Bool[Tensor, " n"]:
    """Whether of all the wanted ones the nearest is its own (recall at 1)."""
    return nearest(features, wanted).indices == torch.arange(len(wanted))
