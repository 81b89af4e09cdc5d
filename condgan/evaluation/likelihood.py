"""Parzen-window log-likelihood, with two references that give it meaning."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor

from condgan.core.cache import cached, digest
from condgan.core.seeds import some_of
from condgan.evaluation.real import Real, pixels
from condgan.evaluation.report import Likelihood
from condgan.evaluation.report import Parzen as Section
from condgan.evaluation.samples import SampleSet
from condgan.metrics import bootstrap
from condgan.metrics.parzen import SIGMAS, Parzen, parzen

POINTS = 10_000
VALIDATION = 1_000
CENTRES = 1_000


def likelihood(real: Real, samples: SampleSet) -> Section:
    """Of samples, of real training images in their place, and of k-means centres of these."""
    validation = min(VALIDATION, len(real.train) // 5)
    points = min(POINTS, len(samples.images))
    validating = pixels(real.train.target[real.some(validation)])
    test = pixels(real.images[some_of(len(real.images), POINTS)])
    others = pixels(real.train.target[real.some(points, validation)])
    centres = min(CENTRES, len(others) // 2)
    parts = {
        "training": real.train.hash,
        "test": digest(test),
        "points": points,
        "validation": validation,
        "centres": centres,
        "sigmas": SIGMAS,
    }

    def of_real() -> dict[str, Tensor]:
        return _tensors(parzen(others, validating, test))

    def of_centres() -> dict[str, Tensor]:
        return _tensors(parzen(k_means(others, centres), validating, test))

    return Section(
        samples=_row(_tensors(parzen(pixels(samples.images[:points]), validating, test))),
        real=_row(cached("parzen-real", parts, of_real)),
        averages=_row(cached("parzen-k-means", parts, of_centres)),
        centres=centres,
        sigmas=SIGMAS,
        validation=validation,
        points=points,
    )


def k_means(points: Float[Tensor, "n d"], count: int) -> Float[Tensor, "k d"]:
    """Centres of some points (Lloyd 1982), by scikit-learn; one thread, for the same sums each time."""
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        found = KMeans(count, init="random", n_init=1, max_iter=10, random_state=0).fit(points.numpy())
    return torch.from_numpy(found.cluster_centers_).float()


def _tensors(found: Parzen) -> dict[str, Tensor]:
    return {
        "sigma": torch.tensor(found.sigma, dtype=torch.float64),
        "curve": torch.tensor(found.curve, dtype=torch.float64),
        "log_likelihood": found.log_likelihood,
    }


def _row(found: dict[str, Tensor]) -> Likelihood:
    values = found["log_likelihood"]
    return Likelihood(
        log_likelihood=bootstrap(values),
        standard_error=values.std().item() / math.sqrt(len(values)),
        sigma=found["sigma"].item(),
        curve=tuple(found["curve"].tolist()),
    )
