"""Copies are found, and nothing else is."""

import numpy as np
import pytest
import torch
from sklearn.neighbors import NearestNeighbors

from condgan.core.errors import SettingsError
from condgan.metrics import copies, nearest


def points(seed: int, n: int) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).normal(size=(n, 6))).float()


def test_nearest_are_scikit_learns() -> None:
    queries, others = points(0, 700), points(1, 900)
    distances, indices = NearestNeighbors(n_neighbors=1).fit(others.numpy()).kneighbors(queries.numpy())
    found = nearest(queries, others)
    assert found.distances.numpy() == pytest.approx(distances[:, 0], rel=1e-4)
    assert found.indices.tolist() == indices[:, 0].tolist()


def test_fair_samples_are_as_near_as_unseen_images() -> None:
    found = copies(points(0, 5_000), points(1, 1_000), points(2, 5_000))
    assert 0.005 < found.copies.float().mean() < 0.015
    assert (found.unseen.distances < found.threshold).float().mean().item() == pytest.approx(0.01)


def test_copies_are_counted() -> None:
    training = points(1, 1_000)
    samples = torch.cat([training[:400] + 1e-3, points(0, 600)])
    found = copies(samples, training, points(2, 1_000))
    assert found.copies[:400].all() and found.copies.float().mean().item() == pytest.approx(0.4, abs=0.02)
    assert found.samples.indices[:400].tolist() == list(range(400))


def test_copies_are_counted_where_real_images_are_copies_too() -> None:
    training = points(1, 1_000)
    found = copies(training[:300], training, torch.cat([training[:40], points(2, 960)]))
    assert found.threshold == 0 and found.copies.all()


def test_too_few_unseen_images_are_refused() -> None:
    with pytest.raises(SettingsError, match="too few unseen images; 99 of them; give at least 100"):
        copies(points(0, 10), points(1, 10), points(2, 99))
