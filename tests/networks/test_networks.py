"""What the injections, the modulation, the normalisations and the auxiliary heads of single architectures do."""

from typing import get_args

import pytest
import torch

from condgan.conditions import Condition
from condgan.core.batch import Shape
from condgan.networks import DCGAN
from condgan.networks.base import DiscriminatorInjection, GeneratorInjection
from condgan.networks.blocks import norm, pyramid
from condgan.networks.classifier import Classifier
from tests.networks.small import CLIP, CONDITIONS, EMBEDDING, LABEL, SMALL, bundle, pair

HEADED = ("mlp", "maxout", "dcgan", "resnet")
"""Those that need no map, and have an auxiliary head; the others have tests of their own (test_pictures)."""
BY_LABEL = [each for each in get_args(GeneratorInjection) if each not in ("spade", "attend")]
SHAPE = Shape(1, (12, 12))


@pytest.mark.parametrize("condition", ["none", "label", "embedding"])
@pytest.mark.parametrize("modulates", [False, True])
def test_the_latent_modulates_where_asked_to(condition: str, modulates: bool) -> None:
    torch.manual_seed(0)
    spec, given = SMALL["resnet"].with_(self_modulation=modulates), CONDITIONS[condition]
    generator, _ = pair(spec, given, SHAPE)
    generator.body.stem.dense.weight.data.zero_()  # no way in for the latent
    values = bundle(given, SHAPE.space, 3)
    one, two = (generator(torch.randn(3, spec.latent), values) for _ in range(2))
    assert bool((one - two).abs().max() > 1e-5) == modulates


@pytest.mark.parametrize("kind", HEADED)
def test_a_proxy_belongs_to_its_label(kind: str) -> None:
    spec = SMALL[kind].with_(discriminator_injection="proxy")
    _, discriminator = pair(spec, EMBEDDING, SHAPE, outputs=3)
    output = discriminator(torch.randn(4, 1, 12, 12), bundle(EMBEDDING, SHAPE.space, 4))
    assert output.auxiliary.shape == output.proxy.shape
    for each in (output.auxiliary, output.proxy):
        torch.testing.assert_close(each.norm(dim=1), torch.ones(4))
    torch.testing.assert_close(output.proxy[0], output.proxy[3])
    assert not torch.allclose(output.proxy[0], output.proxy[1])
    halves = output.halves()
    assert torch.equal(halves[1].proxy, output.proxy[2:]) and halves[0].detach().proxy is not None


@pytest.mark.parametrize("kind", HEADED)
@pytest.mark.parametrize("injection", [*BY_LABEL, "concat,affine", "concat,map,affine"])
@pytest.mark.parametrize("encoding", ["label", "embedding"])
def test_the_generator_depends_on_the_label(kind: str, injection: str, encoding: str) -> None:
    torch.manual_seed(0)
    spec = SMALL[kind].with_(generator_injection=injection)
    generator, _ = pair(spec, CONDITIONS[encoding], SHAPE)
    generator.eval()
    z = torch.randn(1, spec.latent).expand(3, -1)
    images = generator(z, bundle(CONDITIONS[encoding], SHAPE.space, 3)).flatten(1)
    assert torch.cdist(images, images).add(torch.eye(3)).min() > 1e-4
    images.square().sum().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in generator.parameters())


@pytest.mark.parametrize("kind", HEADED)
@pytest.mark.parametrize("injection", ["none", *get_args(DiscriminatorInjection), "map,projection"])
@pytest.mark.parametrize("encoding", ["label", "embedding"])
def test_the_discriminator_depends_on_the_label(kind: str, injection: str, encoding: str) -> None:
    torch.manual_seed(0)
    spec = SMALL[kind].with_(discriminator_injection=injection)
    _, discriminator = pair(spec, CONDITIONS[encoding], SHAPE)
    discriminator.eval()
    values = bundle(CONDITIONS[encoding], SHAPE.space, 3)
    logits = discriminator(torch.randn(1, 1, 12, 12).expand(3, -1, -1, -1), values).logits
    # rows of one batch may take other kernels: equal means equal but for rounding
    assert bool((logits - logits[0]).abs().max() < 1e-5) == (injection in ("none", "proxy"))


@pytest.mark.parametrize("kind", HEADED)
def test_without_a_condition_it_is_a_plain_gan(kind: str) -> None:
    """No parameter of either network belongs to a condition."""
    generator, discriminator = pair(SMALL[kind], Condition(), SHAPE)
    discriminator(torch.randn(2, 1, 12, 12), {}).logits.sum().backward()
    generator(torch.randn(2, SMALL[kind].noise), {}).sum().backward()
    assert all(p.grad is not None for net in (generator, discriminator) for p in net.parameters())


@pytest.mark.parametrize("kind", ["batch", "group", "instance", "pixel"])
@pytest.mark.parametrize("space", [(32,), (8, 8), (4, 8, 8)], ids=len)
def test_norms_bring_features_to_unit_scale(kind: str, space: tuple[int, ...]) -> None:
    x = 5 * torch.randn(16, 32, *space)
    assert norm(kind, 32, len(space))(x).square().mean().item() == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("kind", [each for each in SMALL if each != "maxout"])
@pytest.mark.parametrize("normalisation", ["none", "batch", "group", "instance", "pixel"])
def test_every_norm_fits_every_generator(kind: str, normalisation: str) -> None:
    field = "norm" if kind == "mlp" else "generator_norm"
    condition = CONDITIONS["picture" if kind in ("unet", "spade") else "label"]
    generator, _ = pair(SMALL[kind].with_(**{field: normalisation}), condition, SHAPE)
    values = bundle(condition, SHAPE.space, 4)
    assert generator(torch.randn(4, SMALL[kind].noise), values).isfinite().all()


def test_spectral_norm_bounds_every_layer() -> None:
    _, discriminator = pair(DCGAN(channels=8, spectral_norm=True), LABEL, Shape(1, (16, 16)))
    for _ in range(20):  # until the power iteration has converged
        discriminator(torch.randn(2, 1, 16, 16), bundle(LABEL, (16, 16), 2))
    for layer in discriminator.modules():
        if isinstance(layer, torch.nn.Conv2d | torch.nn.Linear):
            assert torch.linalg.matrix_norm(layer.weight.flatten(1), 2).item() == pytest.approx(1, abs=0.1)


def test_pyramid_halves_and_rounds_up() -> None:
    assert pyramid((28, 28), 4) == [(4, 4), (7, 7), (14, 14), (28, 28)]
    assert pyramid((16, 8), 4) == [(8, 4), (16, 8)]
    assert pyramid((3, 3), 4) == [(3, 3)]
    assert pyramid((4, 12, 10), 2) == [(2, 6, 5), (4, 12, 10)]


@pytest.mark.parametrize("shape", [Shape(1, (28, 28)), Shape(3, (7, 40)), Shape(3, (5, 3)), CLIP], ids=str)
def test_a_classifier_for_any_size(shape: Shape) -> None:
    classifier, images = Classifier(shape, 5), torch.randn(4, shape.channels, *shape.space)
    assert classifier(images).shape == (4, 5) and classifier.features(images).shape == (4, 64)
