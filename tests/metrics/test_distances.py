"""Fréchet and kernel distance against closed forms, scipy and torchmetrics."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm
from torch import Tensor
from torchmetrics.image.fid import _compute_fid
from torchmetrics.image.kid import poly_mmd

from condgan.core.errors import SettingsError
from condgan.metrics import frechet_distance, kernel_distance
from condgan.metrics.distances import Gaussian, gaussian_distance


def features(seed: int, n: int = 300, width: int = 12, shift: float = 0.0) -> Tensor:
    chance = np.random.default_rng(seed)
    return torch.from_numpy(chance.normal(size=(n, width)) @ chance.normal(size=(width, width)) + shift).float()


def test_of_diagonal_gaussians() -> None:
    """|μ₁ − μ₂|² + Σ (σ₁ − σ₂)²."""
    a = Gaussian(np.array([0.0, 1, 2]), np.diag([1.0, 4, 9]))
    b = Gaussian(np.array([1.0, 1, 0]), np.diag([4.0, 4, 1]))
    assert gaussian_distance(a, b) == pytest.approx(5 + 1 + 0 + 4) == gaussian_distance(b, a)
    assert gaussian_distance(a, a) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_frechet_is_that_of_scipy_and_of_torchmetrics(seed: int) -> None:
    a, b = features(seed), features(seed + 10, 400, shift=0.5)
    moments = [(each.double().mean(0), torch.cov(each.double().T)) for each in (a, b)]
    (mean_a, cov_a), (mean_b, cov_b) = moments
    root = sqrtm((cov_a @ cov_b).numpy()).real
    ours = frechet_distance(a, b)
    apart = (mean_a - mean_b).square().sum()
    assert ours == pytest.approx(float(apart + cov_a.trace() + cov_b.trace() - 2 * root.trace()))
    assert ours == pytest.approx(_compute_fid(mean_a, cov_a, mean_b, cov_b).item())


@pytest.mark.parametrize("seed", range(3))
def test_kernel_is_that_of_torchmetrics(seed: int) -> None:
    a, b = features(seed, 700), features(seed + 10, 700, shift=0.1)
    assert kernel_distance(a, b) == pytest.approx(poly_mmd(a.double(), b.double()).item(), rel=1e-4)


def test_kernel_by_hand() -> None:
    """Of points 0 and 2 against 1 and 1 in one dimension: means of (xy + 1)³ over the pairs."""
    a, b = torch.tensor([[0.0], [2.0]]), torch.tensor([[1.0], [1.0]])
    assert kernel_distance(a, b) == pytest.approx(1 + 8 - 2 * (1 + 27) / 2)


@pytest.mark.parametrize("distance", [frechet_distance, kernel_distance])
def test_identity_symmetry_and_growth(distance: Callable[[Tensor, Tensor], float]) -> None:
    a, b, far = (features(0, 1_000, shift=shift) / 4 for shift in (0, 1, 2))
    assert abs(distance(a, a)) < 0.2 * distance(a, b) < 0.2 * distance(a, far)
    assert distance(a, b) == pytest.approx(distance(b, a))


def test_bad_features_are_refused() -> None:
    with pytest.raises(SettingsError, match="too few samples for a covariance; 12 samples of 12.*at least 13"):
        frechet_distance(features(0, 12), features(1))
    bad = features(0)
    bad[3, 4] = torch.nan
    for distance in (frechet_distance, kernel_distance):
        with pytest.raises(SettingsError, match="NaN or Inf in features; 1 of 300 images"):
            distance(bad, features(1))
    with pytest.raises(SettingsError, match="too few samples"):
        kernel_distance(features(0, 1), features(1))
