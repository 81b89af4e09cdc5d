"""NaN and Inf: found before they are learned, undone, and in the end admitted."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from condgan import DivergedError, Pipeline
from condgan.losses import Objective
from condgan.training.engine import accelerator
from condgan.training.finite import Divergence, require_finite
from condgan.training.trainer import Trainer
from tests.training.runs import QUICK, train, two_tones

RECIPE = QUICK.override({"training": {"checkpoint_images": 16, "snapshots": 1}})
NAN, INF = float("nan"), float("inf")


def spoil(module: Callable[[Trainer], torch.nn.Module], value: float) -> Callable[[Trainer], None]:
    def at(trainer: Trainer) -> None:
        weight = next(module(trainer).parameters())
        weight.data[(0,) * weight.dim()] = value

    return at


SPOILS = {
    "generator": spoil(lambda trainer: trainer.generator, NAN),
    "discriminator": spoil(lambda trainer: trainer.discriminator, NAN),
    "inf": spoil(lambda trainer: trainer.discriminator, INF),
    "ema": spoil(lambda trainer: trainer.ema.module, NAN),
}


def sound(run: Path) -> bool:
    return all(value.isfinite().all() for value in Pipeline.from_pretrained(run).generator.state_dict().values())


def spoiling(patch: pytest.MonkeyPatch, steps: set[int], what: Callable[[Trainer], None]) -> None:
    """Before some steps, each once, something is spoiled."""
    real, left = Trainer.step, set(steps)

    def step(trainer: Trainer) -> None:
        if trainer.steps in left:
            left.remove(trainer.steps)
            what(trainer)
        real(trainer)

    patch.setattr(Trainer, "step", step)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("steps", [{0}, {7}, {0, 5, 11}], ids=str)
@pytest.mark.parametrize("what", SPOILS)
def test_the_run_goes_back_and_on(
    what: str,
    steps: set[int],
    precision: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    spoiling(monkeypatch, steps, SPOILS[what])
    recipe = RECIPE.override({"training": {"precision": precision}})
    *_, last = train(recipe, two_tones(), tmp_path / "run")
    assert last.progress.images == 96 and sound(tmp_path / "run")
    said = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(said) == len(steps)
    assert "holds NaN or Inf at" in said[0] and "half the learning rate (1 of 3)" in said[0]


def losses_of_nan(patch: pytest.MonkeyPatch, player: str, value: float) -> None:
    real = Objective.losses

    def losses(self: Objective, step: object, whose: str, penalise: bool) -> dict[str, torch.Tensor]:
        found = real(self, step, whose, penalise)
        return {name: each * (value if whose == player else 1) for name, each in found.items()}

    patch.setattr(Objective, "losses", losses)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("value", [NAN, INF])
@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_a_loss_that_stays_nan_ends_the_run(
    player: str, value: float, precision: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"
    recipe = RECIPE.override({"training": {"precision": precision}})
    taken = train(recipe.override({"training": {"snapshots": 2}}), two_tones(), run)
    assert next(taken).progress.images == 48
    losses_of_nan(monkeypatch, player, value)
    with pytest.raises(DivergedError, match=f"the {player}'s loss: {player} holds NaN or Inf at .* images") as error:
        list(taken)
    assert error.value.status == 6 and error.value.line().count("holds NaN or Inf at") == 4
    monkeypatch.undo()
    assert sound(run)
    assert [each.progress.images for each in train(recipe, two_tones(), run)] == [96]


def test_a_gradient_is_looked_at_before_the_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = tmp_path / "run"
    trainers: list[Trainer] = []
    real = Trainer._update

    def update(trainer: Trainer, name: str, *rest: object) -> None:
        first = next(trainer.players[name].parameters())
        if not trainers:
            first.register_hook(lambda gradient: gradient * NAN)
            trainers.append(trainer)
        real(trainer, name, *rest)

    monkeypatch.setattr(Trainer, "_update", update)
    with pytest.raises(DivergedError, match="the discriminator's gradient of .* holds NaN or Inf at 0 images"):
        list(train(RECIPE, two_tones(), run))
    assert all(each.isfinite().all() for each in trainers[0].discriminator.parameters())


def test_other_noise_and_smaller_steps_after_a_return() -> None:
    dataset = two_tones()
    recipe = QUICK.resolve(dataset.schema, dataset.shape)
    first, second = (Trainer(recipe, dataset, accelerator("cpu", "fp32")) for _ in range(2))
    second.rollbacks.append("once")
    for trainer in (first, second):
        trainer.step()
    assert not torch.equal(next(first.generator.parameters()), next(second.generator.parameters()))
    assert (
        second.optimizers["generator"].param_groups[0]["lr"] == first.optimizers["generator"].param_groups[0]["lr"] / 2
    )


def test_large_numbers_are_numbers() -> None:
    require_finite([("big", torch.full((4,), 3e38)), ("scalar", torch.tensor(1.0))], "the")
    require_finite([], "nothing")
    with pytest.raises(Divergence, match="the weight b holds NaN or Inf"):
        require_finite([("a", torch.ones(2)), ("b", torch.tensor([1.0, -INF]))], "the weight")
