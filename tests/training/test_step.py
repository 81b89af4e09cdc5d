"""What a step computes: one pass over real and generated images where their company cannot matter."""

import pytest
import torch
from torch import Tensor, nn

from condgan.conditions import Label
from condgan.core.batch import Shape
from condgan.core.verdict import Verdict
from condgan.losses import Objective
from condgan.losses.objective import total
from condgan.networks import DCGAN, ResNet
from condgan.networks.base import Architecture, Conditioned
from condgan.training import step
from condgan.training.step import discriminator_terms
from condgan.training.trainer import Trainer
from tests.training.test_training import QUICK, two_tones

LABEL = Label(names=("dark", "light"))
REAL, FAKE = torch.rand(2, 6, 1, 16, 16, generator=torch.Generator().manual_seed(1)).mul(2).sub(1)
LABELS = torch.tensor([0, 1] * 3)


def discriminator(architecture: Architecture, auxiliary: int = 0) -> nn.Module:
    torch.manual_seed(0)
    embedder = LABEL.embedder()
    return Conditioned(architecture.discriminator(Shape(1, (16, 16)), embedder.widths, auxiliary), embedder)


def calls(module: nn.Module) -> list[int]:
    """Of how many images each call of a module was, from now on."""
    sizes: list[int] = []
    module.register_forward_pre_hook(lambda module, inputs: sizes.append(len(inputs[0])))
    return sizes


@pytest.mark.parametrize("objective", [Objective(), Objective(r1=1, r2=1), Objective(auxiliary=1)], ids=str)
def test_one_pass_says_what_two_say(objective: Objective, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[tuple[Tensor, ...]] = []
    for together in (True, False):
        network = discriminator(ResNet(channels=8, least_channels=8, features=8), 2 if objective.auxiliary else 0)
        sizes = calls(network)
        monkeypatch.setattr(step, "mixes", lambda network, apart=not together: apart)
        terms, of_real, told = discriminator_terms(network, objective, LABEL, REAL, FAKE, LABELS, True)
        gradients = torch.autograd.grad(total(terms), list(network.parameters()), allow_unused=True)
        found.append((*terms.values(), of_real.logits, told, *(each for each in gradients if each is not None)))
        assert sizes == ([12] if together else [6, 6])
        assert not of_real.logits.requires_grad
    for one, two in zip(*found, strict=True):
        torch.testing.assert_close(one, two, atol=1e-6, rtol=1e-4)


@pytest.mark.parametrize(("of_real", "told"), [(1.0, 1.0), (0.0, 0.5), (-1.0, 0.0)])
def test_a_discriminator_that_is_blind_tells_half(of_real: float, told: float) -> None:
    class Fixed(nn.Module):
        def forward(self, x: Tensor, y: Tensor) -> Verdict:
            return Verdict(of_real * (torch.arange(len(x)) < len(x) // 2), None)

    assert discriminator_terms(Fixed(), Objective(), LABEL, REAL, FAKE, LABELS, False).told == told


def test_batch_statistics_keep_real_and_generated_apart() -> None:
    network = discriminator(DCGAN(channels=8, most_channels=8, discriminator_norm="batch"))
    sizes = calls(network)
    _, beside_fakes, _ = discriminator_terms(network, Objective(), LABEL, REAL, FAKE, LABELS, True)
    _, beside_others, _ = discriminator_terms(network, Objective(), LABEL, REAL, -FAKE, LABELS, True)
    assert sizes == [6] * 4 and torch.equal(beside_fakes.logits, beside_others.logits)


def test_a_penalty_on_one_side_alone_looks_at_that_side_alone() -> None:
    network = discriminator(ResNet(channels=8, least_channels=8, features=8))
    sizes = calls(network)
    terms, *_ = discriminator_terms(network, Objective(r1=1), LABEL, REAL, FAKE, LABELS, True)
    assert sizes == [6, 6] and set(terms) == {"discriminator", "r1"}


@pytest.mark.parametrize(("parts", "draws"), [(1, 1), (2, 4)])
def test_both_players_see_the_same_generated_images(parts: int, draws: int, engine: object) -> None:
    """But where a batch comes in parts, for the sake of memory: there they are drawn anew."""
    data = two_tones()
    recipe = QUICK.override({"training": {"accumulate": parts}}).resolve(data.schema, data.shape)
    trainer = Trainer(recipe, data, engine)
    sizes = calls(trainer.generator)
    trainer.step()
    assert sizes == [recipe.training.batch // parts] * draws
