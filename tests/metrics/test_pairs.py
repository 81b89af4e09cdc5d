"""Likeness, overlap and colours against closed forms; identity and symmetry."""

import math

import pytest
import torch

from condgan.metrics import colour_histogram, histogram_distance, likeness, overlap


def test_likeness() -> None:
    chance = torch.Generator().manual_seed(0)
    a = torch.randint(0, 200, (3, 3, 24, 20), generator=chance, dtype=torch.uint8)
    same = likeness(a, a)
    assert same.l1.tolist() == [0] * 3 and same.psnr.tolist() == [100] * 3
    torch.testing.assert_close(same.ssim, torch.ones(3))
    found, back = likeness(a, a + 51), likeness(a + 51, a)
    torch.testing.assert_close(found.l1, torch.full((3,), 0.2))
    torch.testing.assert_close(found.psnr, torch.full((3,), -20 * math.log10(0.2)))
    assert (found.ssim < 1).all()
    torch.testing.assert_close(found.ssim, back.ssim)


def test_overlap() -> None:
    truth = torch.tensor([[[0, 0, 1, 1]]])
    found = torch.tensor([[[0, 1, 1, 1]]])
    agreement = overlap(truth, found, 3)
    assert agreement.pixel_accuracy == 0.75
    assert agreement.iou[:2].tolist() == pytest.approx([1 / 2, 2 / 3]) and agreement.iou[2].isnan()
    assert agreement.mean_iou == pytest.approx(7 / 12)
    assert overlap(truth, truth, 3).mean_iou == 1
    assert overlap(found, truth, 3).mean_iou == pytest.approx(agreement.mean_iou)


def test_colours() -> None:
    red, blue = torch.zeros(2, 1, 3, 4, 4, dtype=torch.uint8)
    red[:, 0], blue[:, 2] = 255, 255
    half = torch.cat([red, blue])
    one, other, both = map(colour_histogram, (red, blue, half))
    assert one.sum() == pytest.approx(1) and histogram_distance(one, one) == 0
    assert histogram_distance(one, other) == pytest.approx(1)
    greys = torch.arange(0, 256, 15, dtype=torch.uint8).view(-1, 1, 1, 1).expand(-1, 3, 4, 4)
    tinted = greys.clone()
    tinted[:, 0] = (greys[:, 0].int() + 2).clamp(max=255).to(torch.uint8)
    assert histogram_distance(*map(colour_histogram, (greys, tinted))) == 0  # grey is not at a border
    assert histogram_distance(one, both) == histogram_distance(both, one) == pytest.approx(0.5)
