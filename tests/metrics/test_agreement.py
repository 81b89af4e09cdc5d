"""Conditional accuracy, the same seeds under every label, and the spread of points, against definitions written out."""

import numpy as np
import pytest
import torch
from sklearn.metrics import accuracy_score, confusion_matrix, pairwise_distances

from condgan.metrics import accuracy, confusion, same_seeds, spread, spread_between


def test_confusion_and_accuracy_are_scikit_learns() -> None:
    chance = np.random.default_rng(0)
    requested, predicted = chance.integers(0, 5, 200), chance.integers(0, 5, 200)
    found = confusion(torch.from_numpy(requested), torch.from_numpy(predicted), 6)
    assert np.array_equal(found, confusion_matrix(requested, predicted, labels=range(6)))
    share = accuracy(torch.from_numpy(requested), torch.from_numpy(predicted))
    assert share == pytest.approx(accuracy_score(requested, predicted))


def test_spread_is_the_mean_over_pairs() -> None:
    points = np.random.default_rng(0).normal(size=(3, 20, 5))
    for each, found in zip(points, spread(torch.from_numpy(points)), strict=True):
        squared = pairwise_distances(each) ** 2
        assert found.item() == pytest.approx(np.sqrt(squared.sum() / (20 * 19)))
    assert spread(torch.ones(7, 3)).item() == 0


def test_spread_between_counts_pairs_of_classes_alike() -> None:
    chance = np.random.default_rng(0)
    points, classes = chance.normal(size=(60, 5)), np.repeat([0, 1, 4], [10, 20, 30])
    squared = pairwise_distances(points) ** 2
    pairs = [squared[classes == a][:, classes == b].mean() for a in (0, 1, 4) for b in (0, 1, 4) if a != b]
    found = spread_between(torch.from_numpy(points), torch.from_numpy(classes))
    assert found == pytest.approx(np.sqrt(np.mean(pairs)))


def test_the_same_seeds_under_every_label() -> None:
    """The first seed gives the same image under both labels, the second follows the request."""
    points = torch.tensor([[[1.0, 0], [1, 0]], [[0, 0], [3, 4]]])
    found = same_seeds(points, torch.tensor([[1, 1], [0, 1]]))
    assert found.change.tolist() == [0, pytest.approx(5)]
    assert found.followed.tolist() == [0.5, 1]
