"""Losses of pairs compared with their closed forms."""

import pytest
import torch

from condgan.losses import divergence, feature_matching, l1, mode_seeking


def test_l1_and_features() -> None:
    a, b = torch.zeros(2, 3, 4, 4), torch.full((2, 3, 4, 4), -0.5)
    assert l1(a, b).tolist() == [0.5, 0.5] and l1(a, a).tolist() == [0, 0]
    assert feature_matching([a, a], [b, a]).tolist() == [0.25, 0.25]


def test_mode_seeking_falls_as_images_part() -> None:
    z, z2 = torch.zeros(1, 4), torch.ones(1, 4)
    image = torch.zeros(1, 1, 2, 2)
    near, far = (mode_seeking(image, image + step, z, z2) for step in (0.1, 0.5))
    assert near.item() == pytest.approx(10, rel=1e-3) and far.item() == pytest.approx(2, rel=1e-3)


def test_divergence_is_none_from_the_standard_normal_itself() -> None:
    """Of N(1, 1) it is a half, of N(0, e) half of e − 2, for each number."""
    zero, one = torch.zeros(1, 3), torch.ones(1, 3)
    assert divergence(zero, zero).item() == 0
    assert divergence(one, zero).item() == pytest.approx(1.5)
    assert divergence(zero, one).item() == pytest.approx(1.5 * (2.71828 - 2), rel=1e-4)
