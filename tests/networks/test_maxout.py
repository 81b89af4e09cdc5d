"""Dropout that is the generator's noise: it comes with z, in training and in sampling alike."""

import pytest
import torch

from condgan.core.batch import Shape
from condgan.networks.maxout import drop
from tests.networks.small import LABEL, SMALL, bundle, pair

SPEC = SMALL["maxout"].with_(latent=4, dropout=0.5)


@pytest.mark.parametrize("share", [0.2, 0.5])
@pytest.mark.parametrize("space", [(), (3,), (2, 1, 2)], ids=len)
def test_a_share_is_left_out_and_the_mean_stays(share: float, space: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    features = drop(torch.ones(1_000, 50, *space), torch.randn(1_000, 40), share).reshape(1_000, 50, -1)
    assert (features[:, :40] == 0).float().mean().item() == pytest.approx(share, abs=0.01)
    assert features[:, :40].mean().item() == pytest.approx(1, abs=0.02)
    assert (features[:, 40:] == 1).all()
    torch.testing.assert_close(features, features[..., :1].expand_as(features))  # the same at every position


def test_which_ones_comes_with_the_noise() -> None:
    generator, _ = pair(SPEC, LABEL, Shape(1, (8, 8)))
    torch.manual_seed(0)
    noise, values = torch.randn(3, SPEC.noise), bundle(LABEL, (8, 8), 3)
    assert SPEC.noise == 4 + 16 + 8 + 24 and SPEC.with_(dropout=0).noise == 4
    training, sampling = generator.train()(noise, values), generator.eval()(noise, values)
    torch.testing.assert_close(training, sampling)
    other = noise.clone()
    other[:, 4:] = -other[:, 4:]  # the same latent, the other half left out
    assert not torch.allclose(generator(other, values), sampling)
