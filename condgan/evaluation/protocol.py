"""How a report was measured."""

from __future__ import annotations

from typing import Literal

import torch

from condgan.core.cache import digest
from condgan.core.spec import Spec
from condgan.core.version import __version__
from condgan.evaluation.real import Real
from condgan.evaluation.tasks import mean_score
from condgan.metrics import Figure
from condgan.pipeline import Pipeline
from condgan.pipeline.parents import networks_of


class Network(Spec):
    """A network that looked at the images."""

    name: str
    hash: str
    """Of its weights."""


class EvaluationNetwork(Network):
    """A network that predicts a field."""

    score: Figure
    """Its own, on the reference images: of classes its accuracy."""


class Protocol(Spec):
    """All that must be the same for two reports to be compared."""

    condgan: str
    torch: str
    pipeline: str
    """Hash of the generator's weights."""
    data: str
    """The name of the data."""
    data_hash: str
    """Of the images and columns of both splits."""
    training_images: int
    test_images: int
    reference: Literal["test", "validation", "set aside"]
    """What is compared with: the test split; where there is none the validation split; or a fifth of the images."""
    unseen: bool
    """Whether the generator is known to have been trained on the training images alone; where not, copies cannot be
    told from fair samples."""
    shape: str
    condition: tuple[str, ...]
    """What the generator takes, by public name."""
    requests: Literal["training", "reference"]
    """Whose conditions samples are generated for: ``training``: in the proportions of the training images;
    ``reference``: those of the reference images, each of which is the true image of its condition."""
    n: int
    """Samples of each repeat."""
    repeats: int
    compared: int
    """Samples of each repeat that distances are measured on: as many as there are real training images for as many
    sets, to compare like with like. Shares are measured on no more than there are reference images."""
    seeds: str
    """Those of the samples, in the order of the repeats."""
    resizer: str
    plain_fid: bool
    """Whether the Fréchet distance may be called FID."""
    extractor: Network
    """Its features are what distances, coverage and diversity are measured on."""
    extractor_trained_it: bool = False
    """Whether that network also trained the generator, as the eye of its discriminator or by a perceptual loss: then
    the figures flatter it."""
    evaluation_networks: dict[str, EvaluationNetwork]
    """Those that predict each field, trained on the real training images."""
    interval: str = "95 %: Student's t over the repeats, Wilson's for shares of images, bootstrap for means over images"


def protocol(pipeline: Pipeline, real: Real, n: int, repeats: int) -> Protocol:
    """Of a pipeline; evaluation networks are trained for it where they are not there yet."""
    size = len(real.images) if real.paired else n
    return Protocol(
        condgan=__version__,
        torch=torch.__version__,
        pipeline=digest(*pipeline.generator.state_dict().values()),
        data=real.name,
        data_hash=f"{real.train.hash} {real.test.hash}",
        training_images=len(real.train),
        test_images=len(real.test),
        reference=("validation" if real.test.split == "val" else "test") if real.split else "set aside",
        unseen=real.unseen_by(pipeline),
        shape=str(real.train.shape),
        condition=tuple(field.name for field in pipeline.condition.form()),
        requests="reference" if real.paired else "training",
        n=size,
        repeats=repeats,
        compared=min(size, len(real.train) // repeats),
        seeds=f"0-{repeats - 1}, one for all conditions of a repeat" if real.paired else f"0-{size * repeats - 1}",
        resizer=real.extractor.resizer,
        plain_fid=real.extractor.plain_fid,
        extractor=Network(name=real.extractor.name, hash=real.extractor.hash),
        extractor_trained_it=real.extractor.weights in networks_of(pipeline.trained),
        evaluation_networks={
            name: EvaluationNetwork(
                name="segmenter" if field.task.dense else "cnn",
                hash=real.network(name).hash,
                score=mean_score(real.predicted(name).scores, field.task),
            )
            for name, field in real.fields.items()
            if field.requested or name == real.main
        },
    )
