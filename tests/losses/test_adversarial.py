"""Every loss against its closed form, and the properties that make it one."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import binary_cross_entropy_with_logits as bce

from condgan.losses import LOSSES

logits = st.floats(-20, 20)


def values(name: str, real: float, fake: float) -> tuple[float, float]:
    loss = LOSSES[name]
    r, f = torch.tensor([real], dtype=torch.float64), torch.tensor([fake], dtype=torch.float64)
    return loss.discriminator(r, f).item(), loss.generator(r, f).item()


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


CLOSED = {
    "minimax": lambda r, f: (-math.log(sigmoid(r)) - math.log(1 - sigmoid(f)), math.log(1 - sigmoid(f))),
    "non-saturating": lambda r, f: (-math.log(sigmoid(r)) - math.log(1 - sigmoid(f)), -math.log(sigmoid(f))),
    "least-squares": lambda r, f: ((r - 1) ** 2 / 2 + f**2 / 2, (f - 1) ** 2 / 2),
    "hinge": lambda r, f: (max(0, 1 - r) + max(0, 1 + f), -f),
    "wasserstein": lambda r, f: (f - r, -f),
    "relativistic": lambda r, f: (-math.log(sigmoid(r - f)), -math.log(sigmoid(f - r))),
}


@pytest.mark.parametrize("name", LOSSES)
@given(real=logits, fake=logits)
def test_closed_form(name: str, real: float, fake: float) -> None:
    if abs(real - fake) > 30:
        return  # the closed form itself runs out of digits there
    assert values(name, real, fake) == pytest.approx(CLOSED[name](real, fake), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("name", ["minimax", "non-saturating"])
def test_discriminator_is_binary_cross_entropy(name: str) -> None:
    real, fake = torch.randn(64), torch.randn(64)
    expected = bce(real, torch.ones(64), reduction="none") + bce(fake, torch.zeros(64), reduction="none")
    torch.testing.assert_close(LOSSES[name].discriminator(real, fake), expected)


@pytest.mark.parametrize("name", LOSSES)
def test_players_pull_apart(name: str) -> None:
    """The generator gains where its fakes score higher, the discriminator where they score lower."""
    real = torch.zeros(1)
    fake = torch.tensor([-0.5], requires_grad=True)
    loss = LOSSES[name]
    (down,) = torch.autograd.grad(loss.discriminator(real, fake).sum(), fake)
    (up,) = torch.autograd.grad(loss.generator(real, fake).sum(), fake)
    assert up.item() < 0
    assert down.item() > 0 or name == "least-squares"  # which pulls to 0 from either side


@pytest.mark.parametrize("name", LOSSES)
def test_only_pairs_look_at_the_real(name: str) -> None:
    fake = torch.randn(8)
    same = torch.equal(LOSSES[name].generator(torch.zeros(8), fake), LOSSES[name].generator(torch.ones(8), fake))
    assert same == (name != "relativistic")


def test_minimax_saturates_where_the_other_does_not() -> None:
    fake = torch.tensor([-10.0], requires_grad=True)
    slopes = [
        torch.autograd.grad(LOSSES[name].generator(fake, fake).sum(), fake)[0].abs().item()
        for name in ("minimax", "non-saturating")
    ]
    assert slopes[0] < 1e-4 < 0.9 < slopes[1]
