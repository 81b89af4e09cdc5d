"""Networks that make pictures from pictures: any size, and both the picture and the noise have a say."""

import pytest
import torch

from condgan import networks
from condgan.conditions import Image, Layout
from condgan.core.batch import Shape
from condgan.core.errors import SettingsError
from condgan.networks.base import Architecture, Conditioned, Style
from condgan.networks.segmenter import Segmenter
from condgan.networks.unet import coloured, even

SMALL = {
    "UNet": networks.UNet(channels=8, most_channels=16, patch_channels=8),
    "UNet, latent": networks.UNet(latent=5, channels=8, most_channels=16, patch_channels=8, dropout=0.0),
    "Spade": networks.Spade(channels=16, least_channels=8, patch_channels=8),
    "ResNet": networks.ResNet(channels=16, least_channels=8, features=16, generator_injection=("spade",)),
    "DCGAN": networks.DCGAN(channels=8, most_channels=16, generator_injection=("spade",)),
}
SHAPES = [Shape(3, (60, 80)), Shape(1, (33, 21)), Shape(4, (16, 8)), Shape(3, (5, 3))]
CONDITIONS = {
    "image": Image(channels=3),
    "layout": Layout(names=("a", "b", "c"), colours=((0, 0, 0), (1, 1, 1), (2, 2, 2)), boundaries=True),
}


def pair(architecture: Architecture, condition: Image | Layout, shape: Shape) -> tuple[Conditioned, Conditioned]:
    ours, theirs = condition.embedder(), condition.embedder()
    return (
        Conditioned(architecture.generator(shape, ours.widths), ours),
        Conditioned(architecture.discriminator(shape, theirs.widths), theirs),
    )


def given(condition: str, shape: Shape, n: int = 2) -> torch.Tensor:
    channels, most = (3, 256) if condition == "image" else (2, 2)
    return torch.randint(0, most, (n, channels, *shape.space), dtype=torch.uint8)


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("condition", CONDITIONS)
def test_any_shape_and_picture(name: str, shape: Shape, condition: str) -> None:
    spec, y = SMALL[name], given(condition, shape)
    generator, discriminator = pair(spec, CONDITIONS[condition], shape)
    images = generator(torch.randn(2, spec.noise), y)
    assert images.shape == (2, shape.channels, *shape.space) and images.abs().max() <= 1
    verdict = discriminator(images, y)
    assert verdict.logits.shape[0] == 2 and verdict.auxiliary is None
    halves = verdict.halves()
    assert torch.equal(halves[1].logits, verdict.logits[1:])
    assert [len(each) for each in halves[0].features] == [1] * len(verdict.features)
    verdict.logits.sum().backward()
    assert all(p.grad is not None for p in discriminator.parameters())
    assert all(p.grad is not None for p in generator.parameters())


@pytest.mark.parametrize("name", SMALL)
def test_the_picture_and_the_noise_have_a_say(name: str) -> None:
    torch.manual_seed(0)
    spec, shape = SMALL[name], Shape(3, (20, 28))
    generator, discriminator = pair(spec, CONDITIONS["image"], shape)
    y = given("image", shape).repeat_interleave(2, 0)
    z = torch.randn(2, spec.noise).repeat(2, 1)
    one, other_z, other_y, _ = generator(z, y)
    assert (one - other_z).abs().max() > 1e-4 and (one - other_y).abs().max() > 1e-4
    x = torch.randn(1, 3, 20, 28).expand(2, -1, -1, -1)
    scores = discriminator(x, y[[0, 2]]).logits
    assert (scores[0] - scores[1]).abs().max() > 1e-5


def test_a_sample_is_alone() -> None:
    spec, shape = SMALL["UNet"], Shape(3, (20, 28))
    generator, _ = pair(spec, CONDITIONS["image"], shape)
    z, y = torch.randn(4, spec.noise), given("image", shape, 4)
    torch.testing.assert_close(generator(z, y)[2:3], generator(z[2:3], y[2:3]))


def test_scales_and_patches() -> None:
    one, two = (networks.UNet(patch_channels=8, patch_scales=scales) for scales in (1, 2))
    x, y = torch.randn(1, 3, 64, 64), given("image", Shape(3, (64, 64)), 1)
    few, many = (pair(spec, CONDITIONS["image"], Shape(3, (64, 64)))[1](x, y) for spec in (one, two))
    assert few.logits.shape[1] == 8 * 8 and many.logits.shape[1] == 8 * 8 + 4 * 4
    assert len(many.features) == 2 * len(few.features)


def test_a_style_is_told_from_an_image() -> None:
    spec, shape = networks.Spade(channels=16, least_channels=8, patch_channels=8, style=True), Shape(3, (30, 40))
    generator, _ = pair(spec, CONDITIONS["layout"], shape)
    found = generator.body.style(torch.randn(2, 3, 30, 40))
    assert found.mean.shape == found.log_variance.shape == (2, spec.latent)
    still = Style(torch.ones(2, 4), torch.full((2, 4), -80.0))
    assert torch.equal(still.draw(torch.randn(2, 4)), torch.ones(2, 4))


def test_lab_keeps_the_lightness() -> None:
    from condgan.conditions.derive import lightness

    light = torch.linspace(-0.5, 0.5, 64).view(1, 1, 8, 8)
    made = coloured(light, torch.full((1, 2, 8, 8), 0.1))
    found = lightness(made.add(1).mul(127.5).round().to(torch.uint8)).float() / 127.5 - 1
    torch.testing.assert_close(found, light, atol=0.02, rtol=0)
    grey = coloured(light, torch.zeros(1, 2, 8, 8))
    assert (grey.amax(1) - grey.amin(1)).max() < 0.01
    with pytest.raises(SettingsError, match="Lab is for colour images"):
        pair(networks.UNet(colour="lab"), CONDITIONS["image"], Shape(3, (8, 8)))


def test_an_odd_row_comes_twice() -> None:
    x = torch.arange(15.0).view(1, 1, 3, 5)
    assert even(x).shape == (1, 1, 4, 6) and torch.equal(even(x)[..., 3, :5], x[..., 2, :])
    assert torch.equal(even(x)[..., :3, 5], x[..., 4])


def test_a_segmenter_for_any_size() -> None:
    for space in ((60, 80), (7, 9), (33, 21)):
        assert Segmenter(Shape(3, space), 5)(torch.randn(2, 3, *space)).shape == (2, 5, *space)
