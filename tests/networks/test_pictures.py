"""Networks that make pictures from pictures: both the picture and the noise matter, and each part works alone."""

from typing import Any

import pytest
import torch

from condgan.core.batch import Shape
from condgan.core.bundle import repeat, take
from condgan.core.cond import Cond, Widths
from condgan.core.errors import SettingsError
from condgan.networks import Spade, UNet
from condgan.networks.posterior import Posterior, PosteriorEncoder
from condgan.networks.segmenter import Segmenter
from condgan.networks.unet import coloured, even
from tests.networks.small import CLIP, CONDITIONS, PICTURE, SMALL, VARIANTS, bundle, fits, pair

PICTURED = [name for name, spec in VARIANTS.items() if fits(spec, PICTURE)]
SHAPE = Shape(3, (20, 28))


def test_every_way_to_read_a_picture_is_covered() -> None:
    assert {name.split(",")[0] for name in PICTURED} == {"dcgan", "resnet", "unet", "spade", "projected"}


@pytest.mark.parametrize("name", PICTURED)
def test_the_picture_and_the_noise_matter(name: str) -> None:
    torch.manual_seed(0)
    spec = VARIANTS[name]
    generator, discriminator = pair(spec, PICTURE, SHAPE)
    values = take(bundle(PICTURE, SHAPE.space, 2), torch.tensor([0, 0, 1, 1]))
    z = torch.randn(2, spec.noise).repeat(2, 1)
    one, other_z, other_picture, _ = generator(z, values)
    assert (one - other_z).abs().max() > 1e-4 and (one - other_picture).abs().max() > 1e-4
    x = torch.randn(1, 3, 20, 28).expand(2, -1, -1, -1)
    scores = discriminator(x, take(values, torch.tensor([0, 2]))).logits
    assert (scores[0] - scores[1]).abs().max() > 1e-5


@pytest.mark.parametrize("name", PICTURED)
def test_a_label_matters_too_where_it_is_injected(name: str) -> None:
    torch.manual_seed(0)
    spec, condition = VARIANTS[name], CONDITIONS["picture, label"]
    if not fits(spec, condition):
        assert name.startswith("spade") and spec.generator_injection == ("spade",)
        return
    generator, discriminator = pair(spec, condition, SHAPE)
    values = repeat(take(bundle(condition, SHAPE.space, 1), slice(1)), 2) | {"label.id": torch.tensor([0, 1])}
    images = generator(torch.randn(1, spec.noise).expand(2, -1), values)
    assert (images[0] - images[1]).abs().max() > 1e-4
    scores = discriminator(images[:1].expand(2, -1, -1, -1), values).logits
    assert (scores[0] - scores[1]).abs().max() > 1e-5


@pytest.mark.parametrize(
    ("spec", "widths", "cond"),
    [
        (SMALL["unet"].with_(dropout=0.0), Widths(map=3), Cond(map=torch.full((1, 3, 64, 64), 0.5))),
        (SMALL["resnet"], Widths(vector=3), Cond(vector=torch.tensor([[0.3, -0.2, 0.5]]))),
    ],
)
def test_a_smooth_generator_leaves_no_regular_pattern(spec: Any, widths: Widths, cond: Cond) -> None:
    shape = Shape(3, (64, 64))
    found: dict[bool, torch.Tensor] = {}
    for smooth in (False, True):
        torch.manual_seed(0)
        generator = spec.with_(smooth=smooth).generator(shape, widths)
        x = generator(torch.zeros(1, spec.noise), cond)[0, :, 16:48, 16:48]
        power = torch.fft.fft2(x).abs().square().sum(0)
        found[smooth] = torch.stack([power[32 // n, 0] + power[0, 32 // n] for n in (2, 4, 8)]) / power[0, 0]
    assert (found[False] > 1e-3).all() and (found[True] < 0.1 * found[False]).all(), found


def test_scales_and_patches() -> None:
    one, two = (UNet(patch_channels=8, patch_scales=scales) for scales in (1, 2))
    shape = Shape(3, (64, 64))
    x, values = torch.randn(1, 3, 64, 64), bundle(PICTURE, shape.space, 1)
    few, many = (pair(spec, PICTURE, shape)[1](x, values) for spec in (one, two))
    assert few.logits.shape[1] == 8 * 8 and many.logits.shape[1] == 8 * 8 + 4 * 4
    assert len(many.features) == 2 * len(few.features)


def test_a_posterior_is_inferred_from_an_image() -> None:
    torch.manual_seed(0)
    spec, shape = Spade(channels=16, least_channels=8, patch_channels=8, style=True), Shape(3, (30, 40))
    generator, _ = pair(spec, CONDITIONS["layout"], shape)
    images = torch.randn(2, 3, 30, 40)
    posterior = generator.body.posterior(images)
    assert posterior.mean.shape == posterior.log_variance.shape == (2, spec.latent)
    posterior.sample(torch.randn(2, spec.latent)).sum().backward()
    assert all(p.grad is not None for p in generator.body.posterior.parameters())
    assert (posterior.mean[0] - posterior.mean[1]).abs().max() > 1e-4
    still = Posterior(torch.ones(2, 4), torch.full((2, 4), -80.0))
    torch.testing.assert_close(still.sample(torch.randn(2, 4)), torch.ones(2, 4))
    wide = Posterior(torch.zeros(5_000, 2), torch.full((5_000, 2), 2.0))
    assert wide.sample(torch.randn(5_000, 2)).var().log().item() == pytest.approx(2, abs=0.1)


def test_a_posterior_of_a_clip() -> None:
    assert PosteriorEncoder(CLIP, 4, 16)(torch.randn(2, 3, *CLIP.space)).mean.shape == (2, 4)


def test_lab_keeps_the_lightness() -> None:
    from condgan.conditions.derive import lightness

    light = torch.linspace(-0.5, 0.5, 64).view(1, 1, 8, 8)
    image = coloured(light, torch.full((1, 2, 8, 8), 0.1))
    levels = lightness(image.add(1).mul(127.5).round().to(torch.uint8)).float() / 127.5 - 1
    torch.testing.assert_close(levels, light, atol=0.02, rtol=0)
    grey = coloured(light, torch.zeros(1, 2, 8, 8))
    assert (grey.amax(1) - grey.amin(1)).max() < 0.01
    lab = SMALL["unet"].with_(colour="lab")
    generator, _ = pair(lab, CONDITIONS["picture, label"], SHAPE)
    values = bundle(CONDITIONS["picture, label"], SHAPE.space, 2)
    assert generator(torch.randn(2, lab.noise), values).shape == (2, 3, *SHAPE.space)
    for condition, shape in ((PICTURE, SHAPE), (CONDITIONS["picture, label"], Shape(1, (8, 8)))):
        with pytest.raises(SettingsError, match="Lab is for colour images"):
            pair(lab, condition, shape)


def test_an_odd_row_comes_twice() -> None:
    x = torch.arange(15.0).view(1, 1, 3, 5)
    assert even(x).shape == (1, 1, 4, 6) and torch.equal(even(x)[..., 3, :5], x[..., 2, :])
    assert torch.equal(even(x)[..., :3, 5], x[..., 4])


def test_a_segmenter_for_any_size() -> None:
    for space in ((60, 80), (7, 9), (33, 21), CLIP.space, (24,)):
        assert Segmenter(Shape(3, space), 5)(torch.randn(2, 3, *space)).shape == (2, 5, *space)
