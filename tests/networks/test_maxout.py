"""Dropout that is the generator's noise: drawn with z, in training and in sampling alike."""

import pytest
import torch

from condgan.conditions import Label
from condgan.core.batch import Shape
from condgan.networks import Maxout
from condgan.networks.maxout import drop

SPEC = Maxout(latent=4, generator_widths=(16, 8, 24), discriminator_widths=(16, 8, 16))


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_a_share_is_left_out_and_the_mean_stays(share: float) -> None:
    torch.manual_seed(0)
    found = drop(torch.ones(1_000, 50), torch.randn(1_000, 40), share)
    assert (found[:, :40] == 0).float().mean().item() == pytest.approx(share, abs=0.01)
    assert found[:, :40].mean().item() == pytest.approx(1, abs=0.02)
    assert (found[:, 40:] == 1).all()


def test_which_ones_comes_with_the_noise() -> None:
    embedder = Label(names=("a", "b")).embedder()
    generator = SPEC.generator(Shape(1, (8, 8)), embedder.widths)
    torch.manual_seed(0)
    noise, cond = torch.randn(3, SPEC.noise), embedder(torch.tensor([0, 1, 0]))
    assert SPEC.noise == 4 + 16 + 8 + 24 and SPEC.with_(dropout=0).noise == 4
    training, sampling = generator.train()(noise, cond), generator.eval()(noise, cond)
    assert torch.equal(training, sampling)
    other = noise.clone()
    other[:, 4:] = -other[:, 4:]  # the same latent, the other half left out
    assert not torch.allclose(generator(other, cond), sampling)
