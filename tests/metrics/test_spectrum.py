"""Regular patterns: their frequency and strength are found, and photos have none."""

import pytest
import torch
from torch import Tensor

from condgan.metrics import peaks
from condgan.metrics.spectrum import power


def noise(n: int = 200, height: int = 40, width: int = 56) -> Tensor:
    return torch.randint(60, 190, (n, 3, height, width), dtype=torch.uint8)


def test_white_noise_has_no_peaks() -> None:
    torch.manual_seed(0)
    found = peaks(noise())
    assert len(found) == 15
    assert all(0.7 < value < 1.4 for value in found.values()), found


@pytest.mark.parametrize(("period", "down", "across"), [("2×-", 2, 0), ("-×4", 0, 4), ("8×8", 8, 8), ("4×2", 4, 2)])
def test_a_wave_is_found_at_its_own_frequency_alone(period: str, down: int, across: int) -> None:
    torch.manual_seed(0)
    images = noise().float()
    rows, columns = torch.meshgrid(torch.arange(40), torch.arange(56), indexing="ij")
    phase = (rows / down if down else 0.0) + (columns / across if across else 0.0)
    wave = 20 * torch.cos(2 * torch.pi * torch.as_tensor(phase))
    found = peaks((images + wave).round().byte())
    assert max(found, key=lambda name: found[name]) == period
    assert found[period] > 20
    # a wave at the given phase alone: what else stands out is its mirror image, which has the same name
    assert sorted(found.values())[-2] < 3


def test_strength_of_a_checkerboard() -> None:
    """Grey levels of variance σ² have a power of σ² Σw² at each frequency; a checkerboard of amplitude a adds
    a² (Σw)² at the highest."""
    torch.manual_seed(0)
    values = torch.randint(0, 2, (2_000, 1, 32, 32)) * 80 + 80
    board = (torch.arange(32)[:, None] + torch.arange(32)) % 2 * 2 - 1
    window = torch.outer(torch.hann_window(32, periodic=False), torch.hann_window(32, periodic=False))
    expected = 1 + 4**2 * window.sum() ** 2 / (40**2 * window.square().sum())
    assert peaks((values + 4 * board).byte())["2×2"] == pytest.approx(float(expected), rel=0.1)
    assert power(values.byte())[3, 5] == pytest.approx(float((40 / 255) ** 2 * window.square().sum()), rel=0.15)


def test_small_images_and_volumes_are_not_looked_at() -> None:
    assert peaks(noise(4, 8, 40)) == {}
    assert peaks(torch.zeros(2, 1, 16, 16, 16, dtype=torch.uint8)) == {}
    assert all(value == 1 for value in peaks(torch.full((3, 1, 16, 16), 7, dtype=torch.uint8)).values())
