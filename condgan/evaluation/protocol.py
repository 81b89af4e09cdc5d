"""What any report says of how it was measured."""

from __future__ import annotations

from typing import Any, Literal

import torch

from condgan.core.cache import digest
from condgan.core.spec import Spec
from condgan.core.version import __version__
from condgan.evaluation.real import Real
from condgan.evaluation.real_pairs import RealPairs
from condgan.pipeline import Pipeline


class Network(Spec):
    """A network that looked at the images."""

    name: str
    hash: str
    """Of its weights."""


class BaseProtocol(Spec):
    """All that must be the same for two reports to be compared."""

    condgan: str
    torch: str
    pipeline: str
    """Hash of the generator's weights."""
    data: str
    """The name of the data."""
    data_hash: str
    """Of the images and labels of both splits."""
    training_images: int
    test_images: int
    reference: Literal["test", "set aside"]
    """What is looked at: the test split, or, where there is none, a fifth of the images."""
    shape: str
    extractor: Network
    """Its features are what distances, coverage and variety are measured on."""


def common(pipeline: Pipeline, real: Real | RealPairs) -> dict[str, Any]:
    """What every protocol holds."""
    return {
        "condgan": __version__,
        "torch": torch.__version__,
        "pipeline": digest(*pipeline.generator.state_dict().values()),
        "data": real.name,
        "data_hash": f"{real.train.hash} {real.test.hash}",
        "training_images": len(real.train),
        "test_images": len(real.test),
        "reference": "test" if real.split else "set aside",
        "shape": str(real.train.shape),
        "extractor": Network(name=real.extractor.name, hash=real.extractor.hash),
    }
