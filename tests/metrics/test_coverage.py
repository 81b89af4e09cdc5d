"""Precision, recall, density and coverage against their definitions, written out with scikit-learn's neighbours."""

import numpy as np
import pytest
import torch
from sklearn.metrics import pairwise_distances
from sklearn.neighbors import NearestNeighbors

from condgan.core.errors import SettingsError
from condgan.metrics import coverage


def points(seed: int, n: int, shift: float = 0.0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).normal(shift, 1, (n, 4))).float()


@pytest.mark.parametrize("k", [1, 3, 5])
def test_the_definitions(k: int) -> None:
    real, generated = points(0, 700), points(1, 600, 0.7)
    both = (real.numpy(), generated.numpy())
    radius = [NearestNeighbors(n_neighbors=k + 1).fit(each).kneighbors(each)[0][:, k] for each in both]
    apart = pairwise_distances(real.numpy(), generated.numpy())
    in_real, in_generated = apart <= radius[0][:, None], apart <= radius[1][None]
    found = coverage(real, generated, k)
    assert found.precision == pytest.approx(in_real.any(0).mean())
    assert found.recall == pytest.approx(in_generated.any(1).mean())
    assert found.density == pytest.approx(in_real.sum() / k / 600)
    assert found.coverage == pytest.approx(in_real.any(1).mean())


def test_the_ends() -> None:
    real = points(0, 300)
    assert coverage(real, real)[:2] == (1, 1) and coverage(real, real).coverage == 1
    assert coverage(real, points(1, 300, 50.0)) == (0, 0, 0, 0)
    one = coverage(real, real[:1].repeat(300, 1))
    assert one.precision == 1 and one.recall < 0.05 > one.coverage


def test_too_few_are_refused() -> None:
    with pytest.raises(SettingsError, match="too few samples for 5 neighbours; 5 samples; give at least 6"):
        coverage(points(0, 5), points(1, 50))
