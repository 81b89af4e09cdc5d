"""The contract of every architecture: any shape, any condition, every injection; and that the label has a say."""

from typing import get_args

import pytest
import torch

from condgan import networks
from condgan.conditions import Label, Unconditional
from condgan.core.batch import Shape
from condgan.core.verdict import Verdict
from condgan.networks.base import Architecture, Conditioned, DiscriminatorInjection, GeneratorInjection
from condgan.networks.blocks import norm, pyramid

SMALL = {
    "MLP": networks.MLP(generator_widths=(16, 24), discriminator_widths=(24, 16)),
    "Maxout": networks.Maxout(generator_widths=(16, 8, 24), discriminator_widths=(16, 8, 16), dropout=0.0),
    "DCGAN": networks.DCGAN(channels=8, most_channels=16),
    "ResNet": networks.ResNet(channels=16, least_channels=8, features=16, self_modulation=True),
}
PICTURED = ("Spade", "UNet")
"""Those that make pictures from pictures have tests of their own."""
BY_LABEL = [each for each in get_args(GeneratorInjection) if each != "spade"]
SHAPES = [Shape(1, (28, 28)), Shape(3, (32, 32)), Shape(1, (16, 8)), Shape(4, (33, 21)), Shape(3, (5, 3))]
CONDITIONS = {
    "one-hot": Label(names=("a", "b", "c")),
    "embedding": Label(names=("a", "b", "c"), encoding="embedding", width=5),
    "none": Unconditional(),
}


def pair(
    architecture: Architecture, condition: object, shape: Shape, auxiliary: int = 0
) -> tuple[Conditioned, Conditioned]:
    ours, theirs = condition.embedder(), condition.embedder()
    return (
        Conditioned(architecture.generator(shape, ours.widths), ours),
        Conditioned(architecture.discriminator(shape, theirs.widths, auxiliary), theirs),
    )


def test_every_architecture_is_covered() -> None:
    assert {*SMALL, *PICTURED} == set(networks.__all__)


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("condition", CONDITIONS)
def test_any_shape_and_condition(name: str, shape: Shape, condition: str) -> None:
    spec, asked = SMALL[name], CONDITIONS[condition]
    generator, discriminator = pair(spec, asked, shape, auxiliary=asked.outputs)
    y = asked.in_turn(4)
    images = generator(torch.randn(4, spec.latent), y)
    assert images.shape == (4, shape.channels, *shape.space)
    assert images.abs().max() <= 1
    verdict = discriminator(images, y)
    assert isinstance(verdict, Verdict) and verdict.logits.shape == (4,)
    assert (verdict.auxiliary is None) == (asked.outputs == 0)


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("modulates", [False, True])
def test_the_latent_modulates_where_asked_to(condition: str, modulates: bool) -> None:
    torch.manual_seed(0)
    spec, asked = SMALL["ResNet"].with_(self_modulation=modulates), CONDITIONS[condition]
    generator, _ = pair(spec, asked, Shape(1, (12, 12)))
    generator.body.entry.dense.weight.data.zero_()  # the way in is closed
    one, two = (generator(torch.randn(3, spec.latent), asked.in_turn(3)) for _ in range(2))
    assert torch.equal(one, two) != modulates


@pytest.mark.parametrize("name", SMALL)
def test_a_proxy_belongs_to_its_label(name: str) -> None:
    spec, asked = SMALL[name].with_(discriminator_injection="proxy"), CONDITIONS["embedding"]
    _, discriminator = pair(spec, asked, Shape(1, (12, 12)), auxiliary=asked.outputs)
    verdict = discriminator(torch.randn(4, 1, 12, 12), torch.tensor([0, 1, 2, 0]))
    assert verdict.auxiliary.shape == verdict.proxy.shape
    for each in (verdict.auxiliary, verdict.proxy):
        torch.testing.assert_close(each.norm(dim=1), torch.ones(4))
    assert torch.equal(verdict.proxy[0], verdict.proxy[3]) and not torch.allclose(verdict.proxy[0], verdict.proxy[1])
    halves = verdict.halves()
    assert torch.equal(halves[1].proxy, verdict.proxy[2:]) and halves[0].detach().proxy is not None


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("injection", [*BY_LABEL, "concat,affine", "concat,map,affine"])
@pytest.mark.parametrize("encoding", ["one-hot", "embedding"])
def test_the_generator_hears_the_label(name: str, injection: str, encoding: str) -> None:
    torch.manual_seed(0)
    spec = SMALL[name].with_(generator_injection=injection)
    generator, _ = pair(spec, CONDITIONS[encoding], Shape(1, (12, 12)))
    generator.eval()
    z = torch.randn(1, spec.latent).expand(3, -1)
    images = generator(z, torch.arange(3)).flatten(1)
    assert torch.cdist(images, images).add(torch.eye(3)).min() > 1e-6
    images.square().sum().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in generator.parameters())


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("injection", ["none", *get_args(DiscriminatorInjection), "map,projection"])
@pytest.mark.parametrize("encoding", ["one-hot", "embedding"])
def test_the_discriminator_hears_the_label(name: str, injection: str, encoding: str) -> None:
    torch.manual_seed(0)
    spec = SMALL[name].with_(discriminator_injection=injection)
    _, discriminator = pair(spec, CONDITIONS[encoding], Shape(1, (12, 12)))
    discriminator.eval()
    logits = discriminator(torch.randn(1, 1, 12, 12).expand(3, -1, -1, -1), torch.arange(3)).logits
    # rows of one batch may take other kernels: equal means equal but for rounding
    assert bool((logits - logits[0]).abs().max() < 1e-5) == (injection in ("none", "proxy"))


@pytest.mark.parametrize("name", SMALL)
def test_without_a_condition_it_is_a_plain_gan(name: str) -> None:
    """No parameter of either network belongs to a condition."""
    generator, discriminator = pair(SMALL[name], Unconditional(), Shape(1, (12, 12)))
    x, y = torch.randn(2, 1, 12, 12), torch.zeros(2, dtype=torch.long)
    discriminator(x, y).logits.sum().backward()
    generator(torch.randn(2, SMALL[name].noise), y).sum().backward()
    assert all(p.grad is not None for net in (generator, discriminator) for p in net.parameters())


@pytest.mark.parametrize("name", ["DCGAN", "ResNet"])
def test_house_discriminators_judge_each_sample_alone(name: str) -> None:
    _, discriminator = pair(SMALL[name], CONDITIONS["one-hot"], Shape(1, (28, 28)))
    x, y = torch.randn(6, 1, 28, 28), torch.arange(6) % 3
    torch.testing.assert_close(discriminator(x, y).logits[2:3], discriminator(x[2:3], y[2:3]).logits)


@pytest.mark.parametrize("kind", ["batch", "group", "instance", "pixel"])
def test_norms_bring_features_to_unit_scale(kind: str) -> None:
    x = 5 * torch.randn(16, 32, 8, 8)
    assert norm(kind, 32, 2)(x).square().mean().item() == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("name", sorted(set(SMALL) - {"Maxout"}))
@pytest.mark.parametrize("kind", ["none", "batch", "group", "instance", "pixel"])
def test_every_norm_fits_every_generator(name: str, kind: str) -> None:
    field = "norm" if name == "MLP" else "generator_norm"
    generator, _ = pair(SMALL[name].with_(**{field: kind}), CONDITIONS["one-hot"], Shape(1, (12, 12)))
    assert generator(torch.randn(4, SMALL[name].noise), torch.arange(4) % 3).isfinite().all()


def test_spectral_norm_bounds_every_layer() -> None:
    _, discriminator = pair(networks.DCGAN(channels=8, spectral_norm=True), CONDITIONS["one-hot"], Shape(1, (16, 16)))
    for _ in range(20):  # the power iteration settles
        discriminator(torch.randn(2, 1, 16, 16), torch.arange(2))
    for layer in discriminator.modules():
        if isinstance(layer, torch.nn.Conv2d | torch.nn.Linear):
            assert torch.linalg.matrix_norm(layer.weight.flatten(1), 2).item() == pytest.approx(1, abs=0.1)


def test_pyramid_halves_and_rounds_up() -> None:
    assert pyramid((28, 28), 4) == [(4, 4), (7, 7), (14, 14), (28, 28)]
    assert pyramid((16, 8), 4) == [(8, 4), (16, 8)]
    assert pyramid((3, 3), 4) == [(3, 3)]
