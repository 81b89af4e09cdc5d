"""Clips: what time, content and motion do, and what the discriminator sees of them."""

import pytest
import torch

from condgan.core.batch import Shape, frames_at
from condgan.core.bundle import TIMES
from condgan.networks.base import Conditioned
from condgan.networks.clock import Clock
from condgan.networks.video import Video
from tests.networks.small import LABEL, bundle, pair

SPEC = Video(channels=16, least_channels=8, features=16, latent=6, motion=4)
SHAPE = Shape(3, (8, 10, 12))


@pytest.fixture
def players() -> tuple[Conditioned, Conditioned]:
    torch.manual_seed(0)
    generator, discriminator = pair(SPEC, LABEL, SHAPE)
    for each in generator.parameters():  # at first hardly anything depends on the condition
        torch.nn.init.normal_(each, std=0.3)
    return generator.eval(), discriminator.eval()


def at(times: list[list[float]]) -> dict[str, torch.Tensor]:
    return {**bundle(LABEL, SHAPE.size, len(times)), TIMES: torch.tensor(times, dtype=torch.float32)}


def test_some_frames_are_those_of_the_whole_clip(players: tuple[Conditioned, Conditioned]) -> None:
    generator, _ = players
    z = torch.randn(2, SPEC.noise)
    whole = generator(z, bundle(LABEL, SHAPE.size, 2))
    assert whole.shape == (2, *(3, 8, 10, 12))
    some = generator(z, at([[0, 3, 7], [1, 2, 5]]))
    for clip, times in enumerate([[0, 3, 7], [1, 2, 5]]):
        torch.testing.assert_close(some[clip], whole[clip, :, times], atol=1e-5, rtol=0)
    chosen = frames_at((whole * 100).byte(), torch.tensor([[0, 3, 7], [1, 2, 5]]))
    assert torch.equal(chosen[1], (whole * 100).byte()[1][:, [1, 2, 5]])


def test_a_longer_clip_goes_on_from_the_beginning(players: tuple[Conditioned, Conditioned]) -> None:
    generator, _ = players
    z = torch.randn(1, SPEC.noise)
    long = generator(z, at([[float(time) for time in range(20)]]))
    assert long.shape == (1, 3, 20, 10, 12)
    torch.testing.assert_close(long[:, :, 8:16], long[:, :, :8], atol=1e-4, rtol=0)
    assert (long[:, :, 1:8] - long[:, :, :7]).abs().amax() > 1e-2
    halves = generator(z, at([[0.0, 0.5, 1.0]]))
    torch.testing.assert_close(halves[:, :, ::2], long[:, :, :2], atol=1e-3, rtol=0)
    assert (halves[:, :, 1] - halves[:, :, 0]).abs().amax() > 1e-2


def test_motion_noise_leaves_the_content_alone(players: tuple[Conditioned, Conditioned]) -> None:
    """It reaches the frames by the motion code only."""
    generator, _ = players
    assert SPEC.noise == 10 and SPEC.motion_noise == 4
    body = generator.body
    one, other = torch.randn(2, 4), torch.randn(2, 4)
    codes = [body.motion(torch.cat([noise, torch.eye(3)[:2]], 1), torch.zeros(2, 1)) for noise in (one, other)]
    assert (codes[0] - codes[1]).abs().amax() > 1e-2
    content = torch.randn(2, 6)
    clips = [generator(torch.cat([content, noise], 1), bundle(LABEL, SHAPE.size, 2)) for noise in (one, other)]
    assert (clips[0] - clips[1]).abs().amax() > 1e-2


def test_the_order_and_the_times_of_frames_are_seen(players: tuple[Conditioned, Conditioned]) -> None:
    _, discriminator = players
    clips = torch.rand(2, 3, 3, 10, 12) * 2 - 1
    forward = discriminator(clips, at([[0, 3, 7]] * 2)).logits
    assert (forward - discriminator(clips.flip(2), at([[0, 3, 7]] * 2)).logits).abs().min() > 1e-5
    assert (forward - discriminator(clips, at([[0, 1, 7]] * 2)).logits).abs().min() > 1e-5


def test_a_whole_clip_is_the_mean_over_frames_that_follow_each_other(
    players: tuple[Conditioned, Conditioned],
) -> None:
    _, discriminator = players
    clips = torch.rand(2, 3, 8, 10, 12) * 2 - 1
    whole = discriminator(clips, bundle(LABEL, SHAPE.size, 2)).logits
    parts = [
        discriminator(clips[:, :, start : start + 3], at([[start, start + 1, start + 2]] * 2)).logits
        for start in range(6)
    ]
    torch.testing.assert_close(whole, torch.stack(parts).mean(0))


def test_a_step_takes_other_frames_of_each_clip() -> None:
    torch.manual_seed(0)
    times = SPEC.times(SHAPE, 500)
    assert times is not None and times.shape == (500, 3)
    assert bool((times.diff(dim=1) > 0).all()) and set(times.flatten().tolist()) == set(range(8))
    assert SPEC.times(Shape(3, (3, 10, 12)), 4) is None and SPEC.times(Shape(3, (10, 12)), 4) is None


def test_waves_fit_into_a_clip() -> None:
    clock = Clock(8)
    waves = clock(torch.arange(24.0)[None])
    assert waves.shape == (1, 24, 8)
    torch.testing.assert_close(waves[:, 8:16], waves[:, :8], atol=1e-5, rtol=0)
    apart = torch.cdist(waves[0, :8], waves[0, :8]).fill_diagonal_(9)
    assert apart.min() > 0.5
