"""Attention from positions to words."""

import pytest
import torch

import condgan as cg
from condgan.conditions import Condition
from condgan.core.batch import Shape
from condgan.core.cond import Cond, Tokens, Widths
from condgan.networks import ResNet
from condgan.networks.attend import Attend
from condgan.recipe import Recipe

SPEC = ResNet(channels=8, least_channels=8, generator_injection=("affine", "attend"), attend_sizes=2)


def tokens(mask: list[list[bool]]) -> Tokens:
    torch.manual_seed(1)
    return Tokens(torch.randn(len(mask), len(mask[0]), 5), torch.tensor(mask))


def attend() -> Attend:
    torch.manual_seed(0)
    found = Attend(8, 5, 2)
    for each in found.out.parameters():
        torch.nn.init.normal_(each)
    return found


def test_at_first_nothing_is_added() -> None:
    x = torch.randn(2, 8, 3, 4)
    assert torch.equal(Attend(8, 5, 2)(x, Cond(tokens=tokens([[True] * 3] * 2))), x)


def test_padding_is_not_seen_and_where_there_are_no_words_all_is_finite() -> None:
    layer, x = attend(), torch.randn(2, 8, 3, 4)
    words = tokens([[True, True, False]] * 2)
    changed = words._replace(x=words.x.clone())
    changed.x[:, 2] = 99
    torch.testing.assert_close(layer(x, Cond(tokens=words)), layer(x, Cond(tokens=changed)))
    none = layer(x, Cond(tokens=tokens([[False] * 3] * 2)))
    assert none.isfinite().all() and not torch.allclose(none, layer(x, Cond(tokens=words)))


def test_the_order_of_words_that_carry_none_makes_no_difference() -> None:
    layer, x = attend(), torch.randn(1, 8, 3, 4)
    words = tokens([[True, True, True]])
    turned = Tokens(words.x.flip(1), words.mask)
    torch.testing.assert_close(layer(x, Cond(tokens=words)), layer(x, Cond(tokens=turned)))


@pytest.mark.parametrize(("space", "layers"), [((32, 32), 1), ((64, 64), 2), ((16, 16), 1)])
def test_it_stands_after_the_second_smallest_sizes(space: tuple[int, int], layers: int) -> None:
    body = SPEC.generator(Shape(3, space), Widths(vector=4, tokens=5))
    assert len(body.attend) == layers
    images = body(torch.randn(2, 64), Cond(vector=torch.randn(2, 4), tokens=tokens([[True] * 3] * 2)))
    assert images.shape == (2, 3, *space)


def test_words_that_nobody_reads_are_refused_and_so_is_attention_without_words() -> None:
    text = {"text": {"kind": "text", "tokens": True}}
    with pytest.raises(cg.SettingsError, match="the words would be ignored: add attend to architecture.generator_inj"):
        Recipe.parse({"condition": text})
    body = {"kind": "resnet", "generator_injection": ("concat", "affine", "attend")}
    with pytest.raises(cg.SettingsError, match="there are no words to attend to"):
        Recipe.parse({"architecture": body})
    found = Recipe.parse({"condition": text, "architecture": body})
    assert isinstance(found.condition, Condition)
