"""The distance that tells which checkpoint to keep."""

import torch

from condgan.data import Dataset
from condgan.metrics.distances import gaussian, gaussian_distance
from condgan.training.monitor import Monitor
from tests.training.test_training import two_tones


def test_the_wrong_labels_are_far() -> None:
    """The images alone agree; the classes asked for do not."""
    dataset = two_tones(n=400)
    monitor = Monitor(dataset)
    right = gaussian(monitor.embed(dataset.images, dataset.labels))
    wrong = gaussian(monitor.embed(dataset.images, 1 - dataset.labels))
    assert gaussian_distance(monitor.real, right) < 0.1 < gaussian_distance(monitor.real, wrong)


def test_tiny_images_and_one_image() -> None:
    dataset = Dataset(torch.zeros(1, 3, 2, 5, dtype=torch.uint8), torch.zeros(1, dtype=torch.long), ("a",))
    assert Monitor(dataset).embed(dataset.images, dataset.labels).shape == (1, 31)
