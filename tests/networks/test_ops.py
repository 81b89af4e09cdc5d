"""Layers by number of axes: the same as PyTorch's where it has them, and inverse where they should be."""

import subprocess
import sys

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from condgan.networks import ops
from condgan.networks.blocks import crop
from condgan.networks.unet import even

SPACES = [(6,), (6, 4), (4, 6, 2)]


@pytest.mark.parametrize("space", SPACES, ids=len)
def test_layers_for_any_number_of_axes(space: tuple[int, ...]) -> None:
    axes, x = len(space), torch.randn(2, 3, *space)
    half = tuple(side // 2 for side in space)
    assert ops.convolution(axes, 3, 5, 3, padding=1)(x).shape == (2, 5, *space)
    assert ops.convolution(axes, 3, 5, 4, 2, 1)(x).shape == (2, 5, *half)
    assert ops.transposed(axes, 3, 5, 4, 2, 1)(x).shape == (2, 5, *(2 * side for side in space))
    assert ops.doubled(x).shape == (2, 3, *(2 * side for side in space))
    assert ops.batch_norm(axes, 3)(x).shape == x.shape
    assert ops.avg_pool(x, 2).shape == ops.max_pool(axes, 2)(x).shape == (2, 3, *half)
    assert ops.adaptive_max_pool(axes, 3)(x).shape == (2, 3, *[3] * axes)
    torch.testing.assert_close(ops.adaptive_avg_pool(x, half), ops.avg_pool(x, 2))
    assert ops.max_pool(axes, 4)(x).shape == ops.avg_pool(x, 4).shape == (2, 3, *(-(-side // 4) for side in space))


def test_features_without_space_are_normalised_too() -> None:
    x = 3 + 5 * torch.randn(64, 4)
    torch.testing.assert_close(ops.batch_norm(0, 4)(x).mean(0), torch.zeros(4), atol=1e-5, rtol=0)


@pytest.mark.parametrize("space", SPACES, ids=len)
@pytest.mark.parametrize("patch", [1, 2, 3])
def test_unshuffling_is_the_inverse_of_shuffling(space: tuple[int, ...], patch: int) -> None:
    x = torch.randn(2, 3 * patch ** len(space), *space)
    larger = ops.shuffle(x, patch)
    assert larger.shape == (2, 3, *(side * patch for side in space))
    assert torch.equal(ops.unshuffle(larger, patch), x)


def test_shuffling_more_axes_is_as_pytorch_shuffles_two() -> None:
    """A clip of one frame, whose patches have no extent in time, and a line are images of one row less."""
    x = torch.randn(2, 12, 5, 4)
    rows = F.pixel_shuffle(x, 2)
    parts = x.reshape(2, 3, 2, 2, 5, 4)
    deep = torch.stack([parts, -parts], 2).reshape(2, 24, 1, 5, 4)  # the first axis of a patch is the first of space
    clip = ops.shuffle(deep, 2)
    assert torch.equal(clip[:, :, 0], rows) and torch.equal(clip[:, :, 1], -rows)
    line = ops.shuffle(x[..., 0], 2)
    assert torch.equal(line[:, :, ::2], x[:, ::2, :, 0]) and torch.equal(line[:, :, 1::2], x[:, 1::2, :, 0])


def test_two_axes_are_pytorchs_own() -> None:
    x = torch.randn(2, 8, 6, 4)
    assert torch.equal(ops.shuffle(x, 2), F.pixel_shuffle(x, 2))
    assert torch.equal(ops.unshuffle(x, 2), F.pixel_unshuffle(x, 2))
    assert torch.equal(ops.avg_pool(x, 4), F.avg_pool2d(x, 4, ceil_mode=True))
    assert type(ops.convolution(2, 1, 1, 1)) is nn.Conv2d and type(ops.convolution(3, 1, 1, 1)) is nn.Conv3d


def test_the_order_in_memory() -> None:
    assert ops.channels_last(2) is torch.channels_last and ops.channels_last(3) is torch.channels_last_3d
    assert ops.channels_last(0) is ops.channels_last(1) is torch.contiguous_format
    for space in SPACES:
        x = torch.randn(2, 3, *space)
        last = ops.channels_last_of(x)
        assert torch.equal(last, x) and last.is_contiguous(memory_format=ops.channels_last(len(space)))


@pytest.mark.parametrize("space", [(5,), (3, 5), (4, 3, 2)], ids=len)
def test_an_odd_side_is_made_even_and_cropped_again(space: tuple[int, ...]) -> None:
    x = torch.randn(2, 3, *space)
    larger = even(x)
    assert all(side % 2 == 0 and side - before in (0, 1) for side, before in zip(larger.shape[2:], space, strict=True))
    assert torch.equal(crop(larger, space), x)


def test_a_network_is_imported_alone() -> None:
    code = (
        "import sys, condgan.networks.resnet\n"
        "assert 'condgan.networks.spade' not in sys.modules and 'condgan.conditions' not in sys.modules\n"
        "from condgan.networks import ARCHITECTURES\n"
        "assert 'condgan.networks.dcgan' not in sys.modules and 'dcgan' in ARCHITECTURES\n"
        "from condgan.networks import DCGAN\n"
        "assert ARCHITECTURES['dcgan'] is DCGAN"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("space", [(5,), (4, 7), (3, 2, 4), (1, 1)])
def test_linear_interpolation_is_pytorchs(space: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    x = torch.randn(2, 3, *space)
    mode = {1: "linear", 2: "bilinear", 3: "trilinear"}[len(space)]
    torch.testing.assert_close(ops.interpolated(x), F.interpolate(x, scale_factor=2, mode=mode))


@pytest.mark.parametrize("space", [(5,), (4, 7), (3, 2, 4)])
def test_smoothing_takes_the_finest_pattern_away_and_leaves_even_surfaces(space: tuple[int, ...]) -> None:
    even = torch.full((1, 2, *space), 0.3)
    torch.testing.assert_close(ops.smoothed(even), even)
    board = torch.ones(1, 2, *(side + 6 for side in space))
    for axis in range(len(space)):
        signs = (torch.arange(board.shape[axis + 2]) % 2 * 2 - 1).float()
        board = board * signs.view(-1, *[1] * (len(space) - 1 - axis))
    inner = (slice(None), slice(None), *(slice(3, -3) for _ in space))
    assert ops.smoothed(board)[inner].abs().max() < 1e-6


def test_a_binomial_filter_takes_every_other_position_away_and_leaves_even_surfaces() -> None:
    even = torch.full((1, 2, 9, 8), 0.3)
    torch.testing.assert_close(ops.blurred(even), even)
    every_other = even + torch.tensor([1.0, -1.0] * 4)
    torch.testing.assert_close(ops.blurred(every_other)[..., 1:-1], even[..., 1:-1])
    point = torch.zeros(1, 1, 5, 5)
    point[..., 2, 2] = 16
    assert ops.blurred(point)[0, 0, 1:4, 1:4].tolist() == [[1, 2, 1], [2, 4, 2], [1, 2, 1]]


def test_smoothing_halves_what_has_a_period_of_four_and_hardly_changes_what_has_one_of_eight() -> None:
    position = torch.arange(64.0)
    for period, left in ((4, 0.5), (8, 0.942)):
        wave = torch.cos(2 * torch.pi * position / period)[None, None]
        torch.testing.assert_close(ops.smoothed(wave)[..., 3:-3], left * wave[..., 3:-3], atol=1e-3, rtol=0)
