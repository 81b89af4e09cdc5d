"""The distance that tells which checkpoint to keep."""

import numpy as np
import pytest
import torch

from condgan.data import Dataset
from condgan.training.monitor import Moments, Monitor, frechet
from tests.training.test_training import two_tones


def test_the_distance_of_gaussians_is_the_closed_form() -> None:
    """Of diagonal ones: |μ₁ − μ₂|² + Σ (σ₁ − σ₂)²."""
    chance = np.random.default_rng(0)
    a, b = Moments(chance.normal(size=(9, 3))), Moments(chance.normal(size=(9, 3)))
    a.mean, b.mean = np.array([0.0, 1, 2]), np.array([1.0, 1, 0])
    a.covariance, b.covariance = np.diag([1.0, 4, 9]), np.diag([4.0, 4, 1])
    assert frechet(a, b) == pytest.approx(5 + 1 + 0 + 4) == frechet(b, a)
    assert frechet(a, a) == pytest.approx(0, abs=1e-9)


def test_the_wrong_labels_are_far() -> None:
    """The images alone agree; the classes asked for do not."""
    dataset = two_tones(n=400)
    monitor = Monitor(dataset)
    right = Moments(monitor.embed(dataset.images, dataset.labels))
    wrong = Moments(monitor.embed(dataset.images, 1 - dataset.labels))
    assert frechet(monitor.real, right) < 0.1 < frechet(monitor.real, wrong)


def test_tiny_images_and_one_image() -> None:
    dataset = Dataset(torch.zeros(1, 3, 2, 5, dtype=torch.uint8), torch.zeros(1, dtype=torch.long), ("a",))
    assert Monitor(dataset).embed(dataset.images, dataset.labels).shape == (1, 31)
