"""What every architecture owes to conditions, objectives and people: run over the registry."""

import re
from typing import get_args

import pytest
import torch

from condgan.core.batch import Shape
from condgan.core.cond import CARRIERS, Widths
from condgan.core.errors import SettingsError
from condgan.core.needs import (
    APART,
    AUXILIARY,
    CONCATENATED,
    DIVERGENCE,
    FEATURES,
    HEAD,
    INJECTIONS,
    LIGHTNESS,
    MAP,
    NOISE,
    POSTERIOR,
    PROJECTION,
    PROXY,
    WHOLE_BATCH,
)
from condgan.core.output import Output
from condgan.networks import ARCHITECTURES, UNet
from condgan.networks.attend import Attend
from condgan.networks.base import Architecture, Player
from tests.networks.small import (
    CLIP,
    CONDITIONS,
    IMAGES,
    NETWORK,
    SMALL,
    VARIANTS,
    auxiliary,
    bundle,
    carriers,
    fits,
    pair,
)

WIDTHS = Widths(vector=3, map=2)
CALLED = {"vector": "labels", "tokens": "words", "map": "pictures"}
"""What people call that which comes by each carrier."""
SHAPE = Shape(3, (20, 28))
FITTING = [(name, key) for name, spec in VARIANTS.items() for key, each in CONDITIONS.items() if fits(spec, each)]
CARRIED = [
    (name, widths)
    for name, spec in VARIANTS.items()
    for widths in (Widths(), Widths(vector=3), Widths(map=2), WIDTHS)
    if widths.map or MAP not in {need.what for need in spec.needs()}
]
INJECTED = [
    (kind, player, way)
    for kind, spec in SMALL.items()
    for player in get_args(Player)
    for way in ("none", *type(spec).possible(player))
]


def chosen(kind: str, player: Player, way: str) -> Architecture:
    """An architecture with one injection of a player, without chance but for the latent."""
    settings = {f"{player}_injection": way} | ({"dropout": 0.0} if "dropout" in type(SMALL[kind]).model_fields else {})
    return SMALL[kind].with_(**settings)


def test_every_kind_is_covered() -> None:
    assert tuple(SMALL) == ARCHITECTURES.builtin
    assert all(type(SMALL[kind]) is ARCHITECTURES[kind] for kind in SMALL)
    assert {kind for kind, _ in FITTING} == set(VARIANTS)


@pytest.mark.parametrize("name", VARIANTS)
def test_it_goes_through_plain_values(name: str) -> None:
    assert ARCHITECTURES.parse(VARIANTS[name].plain()) == VARIANTS[name]


@pytest.mark.parametrize(("name", "condition"), FITTING)
@pytest.mark.parametrize("shape", IMAGES, ids=str)
def test_any_shape_and_condition(name: str, condition: str, shape: Shape) -> None:
    torch.manual_seed(0)
    spec, given = VARIANTS[name], CONDITIONS[condition]
    generator, discriminator = pair(spec, given, shape, auxiliary(spec))
    values = bundle(given, shape.space, 4)
    images = generator(torch.randn(4, spec.noise), values)
    assert images.shape == (4, shape.channels, *shape.space) and images.abs().max() <= 1
    output = discriminator(images, values)
    assert isinstance(output, Output) and len(output.logits) == 4
    assert (output.auxiliary is not None) == (HEAD in spec.provides())
    assert bool(output.features) == (FEATURES in spec.provides())
    assert output.auxiliary is None or output.auxiliary.shape == (4, 3)
    (output.logits.sum() + (0 if output.auxiliary is None else output.auxiliary.square().sum())).backward()
    learned = {name: p for net in (generator, discriminator) for name, p in net.named_parameters()}
    lost = {name for name, p in learned.items() if p.grad is None or not p.grad.isfinite().all()}
    assert all(".posterior." in name for name in lost)
    first, second = output.halves()
    assert torch.equal(second.logits, output.logits[2:]) and first.detach().logits.grad_fn is None
    assert [len(each) for each in first.features] == [2] * len(output.features)


@pytest.mark.parametrize(("name", "widths"), CARRIED, ids=str)
@pytest.mark.parametrize("shape", [CLIP, Shape(2, (24,)), Shape(1, (2, 3, 5))], ids=str)
def test_any_number_of_axes(name: str, widths: Widths, shape: Shape) -> None:
    spec = VARIANTS[name]
    if NETWORK in spec.plain().values() and len(shape.space) != 2:
        with pytest.raises(SettingsError, match="this network takes images"):
            spec.discriminator(shape, widths)
        return
    generator, discriminator = spec.generator(shape, widths), spec.discriminator(shape, widths, auxiliary(spec))
    cond = carriers(shape, 3, widths)
    images = generator(torch.randn(3, spec.noise), cond)
    assert images.shape == (3, shape.channels, *shape.space) and images.abs().max() <= 1
    output = discriminator(images, cond)
    assert len(output.logits) == 3 and output.logits.isfinite().all()
    output.logits.sum().backward()
    assert all(p.grad is None or p.grad.isfinite().all() for p in generator.parameters())


@pytest.mark.parametrize(("kind", "player", "way"), INJECTED)
def test_it_reads_what_it_declares_and_nothing_else(kind: str, player: Player, way: str) -> None:
    torch.manual_seed(1)
    spec = chosen(kind, player, way)
    widths = WIDTHS._replace(tokens=5)
    body = (spec.generator if player == "generator" else spec.discriminator)(SHAPE, widths).eval()
    for layer in body.modules():
        if isinstance(layer, Attend):  # at first it adds nothing
            torch.nn.init.normal_(layer.out.weight)
    x = torch.randn(2, spec.noise) if player == "generator" else torch.randn(2, 3, *SHAPE.space)
    one, other = (carriers(SHAPE, 2, widths) for _ in range(2))
    for carrier in CARRIERS:
        found, changed = (body(x, cond) for cond in (one, one._replace(**{carrier: getattr(other, carrier)})))
        found, changed = (each if player == "generator" else each.logits for each in (found, changed))
        assert bool((found - changed).abs().max() > 1e-5) == (carrier in spec.reads(player)), carrier


@pytest.mark.parametrize(("kind", "player", "way"), INJECTED)
def test_what_it_tells_people_to_set_is_right(kind: str, player: Player, way: str) -> None:
    spec = chosen(kind, player, way)
    for carrier in {*CARRIERS} - spec.reads(player):
        message = spec.unread(player, carrier)
        assert message.startswith(f"the {CALLED[carrier]} would be ignored")
        example = re.search(r"--architecture\.(\w+)-injection ([\w,]+)", message)
        if example:
            mended = spec.with_(**{f"{example[1]}_injection": example[2]})
            assert carrier in mended.reads(player) and spec.reads(player) <= mended.reads(player)
        elif carrier == "tokens":
            assert "set condition.text.tokens to false, or architecture.kind to resnet" in message
        else:
            assert "set architecture.kind to unet or spade, or to resnet or dcgan with spade" in message
        assert ("objective.auxiliary" in message) == (
            carrier == "vector" and player == "discriminator" and HEAD in spec.provides()
        )


@pytest.mark.parametrize("kind", ["unet", "spade"])
def test_other_kinds_read_pictures(kind: str) -> None:
    """As what others tell people to set instead promises."""
    assert all("map" in ARCHITECTURES[kind]().reads(player) for player in get_args(Player))


@pytest.mark.parametrize(("kind", "player", "way"), INJECTED)
def test_a_discriminator_that_is_apart_predicts_from_the_image_alone(kind: str, player: Player, way: str) -> None:
    spec = chosen(kind, player, way)
    inside = {"concat", "map"} & set(spec.discriminator_injection)
    assert (APART in spec.provides()) == (not inside)
    if player == "generator" or HEAD not in spec.provides():
        return
    torch.manual_seed(0)
    body = spec.discriminator(SHAPE, Widths(vector=3), 3).eval()
    x, one, other = torch.randn(2, 3, *SHAPE.space), *(carriers(SHAPE, 2, Widths(vector=3)) for _ in range(2))
    moved = (body(x, one).auxiliary - body(x, other).auxiliary).abs().max()
    assert bool(moved > 1e-5) == bool(inside)


@pytest.mark.parametrize("name", VARIANTS)
def test_it_provides_what_it_declares(name: str) -> None:
    torch.manual_seed(0)
    spec = VARIANTS[name]
    generator = spec.generator(SHAPE, WIDTHS)
    assert (POSTERIOR in spec.provides()) == any(part == "posterior" for part, _ in generator.named_children())
    assert (NOISE in spec.provides()) == (spec.noise > 0)
    assert (INJECTIONS in spec.provides()) == ("projection" in type(spec).possible("discriminator"))
    for what, way in ((PROJECTION, "projection"), (PROXY, "proxy")):
        assert (what in spec.provides()) == (way in spec.discriminator_injection)
    assert (CONCATENATED in spec.provides()) == ("concat" in spec.generator_injection)
    cond = carriers(SHAPE, 2, WIDTHS)
    one, other = (generator(torch.randn(2, spec.noise), cond) for _ in range(2))
    assert (one - other).abs().max() > 1e-4


def test_without_chance_there_is_no_noise() -> None:
    still = SMALL["unet"].with_(dropout=0.0)
    assert still.noise == 0 and NOISE not in still.provides() and NOISE in SMALL["unet"].provides()
    cond = carriers(SHAPE, 2, WIDTHS)
    assert still.generator(SHAPE, WIDTHS)(torch.randn(2, 0), cond).isfinite().all()


@pytest.mark.parametrize(
    ("spec", "whats", "said"),
    [
        (SMALL["resnet"], [], ""),
        (
            SMALL["unet"],
            [MAP],
            "kind unet makes pictures from pictures: set --condition picture or layout",
        ),
        (SMALL["spade"], [MAP, MAP], "kind spade makes pictures from pictures"),
        (UNet(colour="lab"), [MAP, LIGHTNESS], "set architecture.colour to rgb, or condition.picture.of to grey"),
        (SMALL["spade"].with_(style=True), [MAP, MAP, DIVERGENCE], "set objective.style"),
        (
            SMALL["dcgan"].with_(generator_injection="map,spade"),
            [MAP],
            "take spade out of",
        ),
        (SMALL["mlp"].with_(discriminator_injection="proxy"), [AUXILIARY, WHOLE_BATCH], "set training.accumulate to 1"),
    ],
    ids=lambda value: value.kind if isinstance(value, Architecture) else "",
)
def test_it_says_what_it_needs(spec: Architecture, whats: list[str], said: str) -> None:
    assert [need.what for need in spec.needs()] == whats
    assert not said or any(said in need.message for need in spec.needs())


@pytest.mark.parametrize(
    ("kind", "settings", "said"),
    [
        ("mlp", {"generator_injection": "spade"}, "should be 'concat', 'map' or 'affine'"),
        ("maxout", {"generator_injection": "spade"}, "should be 'concat', 'map' or 'affine'"),
        ("unet", {"generator_injection": "spade"}, "should be 'concat' or 'affine'"),
        ("unet", {"discriminator_injection": "projection"}, "should be 'concat' or 'map'"),
        ("spade", {"discriminator_injection": "projection"}, "should be 'concat' or 'map'"),
        ("unet", {"latent": 4, "generator_injection": "none"}, "the latent would be ignored"),
        ("mlp", {"slope": 0.1, "generator_activation": "relu", "discriminator_activation": "elu"}, "leave slope out"),
        ("dcgan", {"latent": 0}, "greater than 0"),
    ],
)
def test_a_setting_that_would_be_ignored_is_refused(kind: str, settings: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(said)):
        SMALL[kind].with_(**settings)


@pytest.mark.parametrize("name", sorted(set(VARIANTS) - {"dcgan", "dcgan, spade"}))
def test_a_sample_is_independent_of_the_rest_of_its_batch(name: str) -> None:
    """But for batch normalisation, which DCGAN's generator has."""
    torch.manual_seed(0)
    spec = VARIANTS[name]
    generator = spec.generator(SHAPE, WIDTHS)
    z, cond = torch.randn(4, spec.noise), carriers(SHAPE, 4, WIDTHS)
    alone = cond._replace(vector=cond.vector[2:3], map=cond.map[2:3])
    torch.testing.assert_close(generator(z, cond)[2:3], generator(z[2:3], alone), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("name", sorted(VARIANTS))
def test_an_image_is_scored_independently_of_the_rest_of_its_batch(name: str) -> None:
    torch.manual_seed(0)
    spec = VARIANTS[name]
    body = spec.discriminator(SHAPE, WIDTHS).eval()
    x, cond = torch.randn(4, 3, *SHAPE.space), carriers(SHAPE, 4, WIDTHS)
    alone = cond._replace(vector=cond.vector[2:3], map=cond.map[2:3])
    torch.testing.assert_close(body(x, cond).logits[2:3], body(x[2:3], alone).logits, atol=1e-4, rtol=1e-4)
