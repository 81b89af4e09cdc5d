"""What a step computes: one pass over real and generated images where the rest of the batch cannot matter."""

import pytest
import torch
from torch import Tensor, nn

from condgan.core.batch import Shape
from condgan.core.bundle import Bundle
from condgan.core.output import Output
from condgan.losses import Objective
from condgan.losses.objective import total
from condgan.networks import DCGAN, ResNet
from condgan.networks.base import Architecture, Conditioned
from condgan.recipe import Recipe
from condgan.training import round
from condgan.training.round import Compared, Generated, Part, discriminator_step
from condgan.training.trainer import Trainer
from tests.training.runs import LABEL, QUICK, two_tones

REAL, FAKE = torch.rand(2, 6, 1, 16, 16, generator=torch.Generator().manual_seed(1)).mul(2).sub(1)
LABELS = {"label.id": torch.tensor([0, 1] * 3)}
TASKS = LABEL.tasks()


def discriminator(architecture: Architecture, auxiliary: int = 0) -> nn.Module:
    torch.manual_seed(0)
    embedder = LABEL.embedder()
    return Conditioned(architecture.discriminator(Shape(1, (16, 16)), embedder.widths, auxiliary), embedder)


def compared(network: nn.Module, objective: Objective, fake: Tensor = FAKE, penalise: bool = True) -> Compared:
    recipe = Recipe(condition=LABEL, objective=objective)
    return discriminator_step(
        recipe, network, Part(REAL, LABELS), Generated(torch.zeros(6, 1), fake, None), TASKS, penalise
    )


def calls(module: nn.Module) -> list[int]:
    """Of how many images each call of a module was, from now on."""
    sizes: list[int] = []
    module.register_forward_pre_hook(lambda module, inputs: sizes.append(len(inputs[0])))
    return sizes


@pytest.mark.parametrize("objective", [Objective(), Objective(r1=1, r2=1), Objective(auxiliary=1)], ids=str)
def test_one_pass_finds_what_two_find(objective: Objective, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[tuple[Tensor, ...]] = []
    for together in (True, False):
        network = discriminator(ResNet(channels=8, least_channels=8, features=8), 2 if objective.terms else 0)
        sizes = calls(network)
        monkeypatch.setattr(round, "mixes", lambda network, apart=not together: apart)
        losses, of_real, accuracy = compared(network, objective)
        gradients = torch.autograd.grad(total(losses), list(network.parameters()), allow_unused=True)
        found.append((*losses.values(), of_real.logits, accuracy, *(each for each in gradients if each is not None)))
        assert sizes == ([12] if together else [6, 6])
        assert not of_real.logits.requires_grad
    for one, two in zip(*found, strict=True):
        torch.testing.assert_close(one, two, atol=1e-6, rtol=1e-4)


@pytest.mark.parametrize(("of_real", "accuracy"), [(1.0, 1.0), (0.0, 0.5), (-1.0, 0.0)])
def test_a_discriminator_that_cannot_tell_is_right_in_half_of_the_pairs(of_real: float, accuracy: float) -> None:
    class Fixed(nn.Module):
        def forward(self, x: Tensor, bundle: Bundle) -> Output:
            return Output(of_real * (torch.arange(len(x)) < len(x) // 2), None)

    assert compared(Fixed(), Objective(), penalise=False).accuracy == accuracy


def test_batch_statistics_keep_real_and_generated_apart() -> None:
    network = discriminator(DCGAN(channels=8, most_channels=8, discriminator_norm="batch"))
    sizes = calls(network)
    _, with_fakes, _ = compared(network, Objective())
    _, with_others, _ = compared(network, Objective(), -FAKE)
    assert sizes == [6] * 4 and torch.equal(with_fakes.logits, with_others.logits)


def test_a_penalty_on_one_side_alone_needs_that_gradient_alone() -> None:
    network = discriminator(ResNet(channels=8, least_channels=8, features=8))
    sizes = calls(network)
    losses, *_ = compared(network, Objective(r1=1))
    assert sizes == [6, 6] and set(losses) == {"discriminator", "r1"}


@pytest.mark.parametrize(("parts", "times"), [(1, 1), (2, 4)])
def test_both_players_see_the_same_generated_images(parts: int, times: int, engine: object) -> None:
    """But where a batch is computed in parts, to save memory: there they are generated again."""
    data = two_tones()
    recipe = QUICK.override({"training": {"accumulate": parts}}).resolve(data.schema, data.shape)
    trainer = Trainer(recipe, data, engine)
    sizes = calls(trainer.generator)
    trainer.step()
    assert sizes == [recipe.training.batch // parts] * times
