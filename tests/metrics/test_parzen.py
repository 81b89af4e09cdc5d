"""Parzen windows against scipy."""

import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist
from scipy.special import logsumexp

from condgan.metrics import parzen, parzen_log_likelihood


def pixels(seed: int, n: int) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).beta(0.5, 0.5, (n, 30))).float()


@pytest.mark.parametrize("sigma", [0.05, 0.2, 1.0])
def test_it_is_the_definition(sigma: float) -> None:
    """scikit-learn's kernel density is no reference: its tree cuts off what is far, by hundreds of nats at small σ."""
    samples, points = pixels(0, 600), pixels(1, 700)
    squared = cdist(points.double(), samples.double(), "sqeuclidean")
    expected = logsumexp(squared / (-2 * sigma**2), axis=1) - np.log(600) - 15 * np.log(2 * np.pi * sigma**2)
    found = parzen_log_likelihood(samples, points, [9.0, sigma])[1]
    assert found.numpy() == pytest.approx(expected, abs=1e-3)


def test_sigma_is_chosen_on_the_validation_images() -> None:
    samples, validation, test = pixels(0, 500), pixels(1, 100), pixels(2, 200)
    sigmas = (0.1, 0.2, 0.3, 0.4, 0.5)
    found = parzen(samples, validation, test, sigmas)
    curve = [parzen_log_likelihood(samples, validation, [sigma]).mean().item() for sigma in sigmas]
    assert found.curve == pytest.approx(curve)
    assert found.sigma == sigmas[int(np.argmax(curve))]
    assert torch.equal(found.log_likelihood, parzen_log_likelihood(samples, test, [found.sigma])[0])


def test_one_sample_is_one_gaussian() -> None:
    point = torch.zeros(1, 4)
    (found,) = parzen_log_likelihood(point, torch.full((1, 4), 0.5), [0.25])
    assert found.item() == pytest.approx(-0.5 * 4 * 4 - 2 * np.log(2 * np.pi * 0.25**2))
