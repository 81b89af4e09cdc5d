"""Both players and one step of theirs."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from condgan.core import seeds
from condgan.core.batch import Shape, to_float
from condgan.data import Dataset
from condgan.losses import divergence
from condgan.losses.objective import Pair, Terms, total
from condgan.networks.base import Conditioned, Style
from condgan.recipe import Recipe
from condgan.training.checkpoint import Counters, Stateful
from condgan.training.ema import EMA
from condgan.training.finite import gradients, require_finite
from condgan.training.log import Progress
from condgan.training.schedule import factor
from condgan.training.step import discriminator_terms, generator_terms

if TYPE_CHECKING:
    from accelerate import Accelerator


SIGNS = ("told", "generator_gradient")
"""What is noted at each step beside the losses."""


class Trainer:
    """Both players and all that changes while they learn."""

    def __init__(
        self, recipe: Recipe, dataset: Dataset, engine: Accelerator, perceptual: nn.Module | None = None
    ) -> None:
        """``perceptual``: a frozen network whose features the objective compares; images −1 … 1 to one or several."""
        self.recipe, self.dataset, self.engine = recipe, dataset, engine
        self.perceptual = None if perceptual is None else perceptual.eval().requires_grad_(False).to(engine.device)
        self.encoded = recipe.condition.targets(dataset.schema, dataset.whole)
        self.steps = 0
        self.images = 0
        self.seconds = 0.0
        self.rollbacks: list[str] = []
        self.best: float | None = None
        self.origin: str | None = None
        self.sums: Terms = {}
        self.counts: dict[str, int] = {}
        self.reported = (0, 0.0)
        """Images and seconds at the last report."""
        shape, settings = dataset.shape, recipe.optimizer
        seeds.seed_torch(engine.device, recipe.seed, "weights")
        self.generator, self.discriminator = (
            player.to(engine.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
            for player in build(recipe, shape)
        )
        self.ema = EMA(self.generator, recipe.training.ema)
        self.players = {"generator": self.generator, "discriminator": self.discriminator}
        # looked up once: small networks' steps would spend a tenth of their time on it
        self.weights = {name: dict(player.named_parameters()) for name, player in self.players.items()}
        self.optimizers = {
            name: torch.optim.Adam(player.parameters(), lr, betas=settings.betas, fused=True)
            for name, player, lr in (
                ("generator", self.generator, settings.lr),
                ("discriminator", self.discriminator, settings.discriminator_lr or settings.lr),
            )
        }
        self.rates = {name: each.param_groups[0]["lr"] for name, each in self.optimizers.items()}
        # what the engine returns is for the steps; the plain modules are for everything else
        self.g, self.d = engine.prepare(self.generator), engine.prepare(self.discriminator)

    @property
    def images_a_step(self) -> int:
        """Real images that one step takes."""
        return self.recipe.training.batch * self.recipe.training.discriminator_steps

    @property
    def share(self) -> float:
        """How much of the budget is spent, 0 … 1."""
        training = self.recipe.training
        return min(1.0, self.seconds / (60 * training.minutes) if training.minutes else self.images / training.images)

    def step(self) -> None:
        """One step of the generator after its steps of the discriminator.

        Raises:
            Divergence: NaN or Inf; the optimisers and the average have taken in none of it.
        """
        started = time.perf_counter()
        again = (len(self.rollbacks),) if self.rollbacks else ()
        seeds.seed_torch(self.engine.device, self.recipe.seed, "step", self.steps, self.engine.process_index, *again)
        self._set_rates()
        for _ in range(self.recipe.training.discriminator_steps):
            rounds = self.rounds()
            self._descend("discriminator", [each.discriminator_terms for each in rounds])
            self.images += self.recipe.training.batch
        self.discriminator.requires_grad_(False)
        try:
            self._descend("generator", [each.generator_terms for each in rounds])
        finally:
            self.discriminator.requires_grad_(True)
        require_finite(self.weights["generator"].items(), "the generator's weight")
        self.ema.update(self.images_a_step, self.images)
        self.steps += 1
        self.seconds += time.perf_counter() - started

    def require_sound(self) -> None:
        """Look at every weight, also at those that no loss and no gradient show; before the state is saved.

        Raises:
            Divergence: NaN or Inf.
        """
        for name, module in {**self.players, "average": self.ema.module}.items():
            require_finite(module.named_parameters(), f"the {name}'s weight")

    def _set_rates(self) -> None:
        scale = factor(self.recipe.optimizer, self.images, self.share) * 0.5 ** len(self.rollbacks)
        for name, optimizer in self.optimizers.items():
            for group in optimizer.param_groups:
                group["lr"] = self.rates[name] * scale

    def rounds(self) -> list[Round]:
        """The next batch of real images and their conditions, in the parts in which it is computed."""
        chosen = indices(len(self.dataset), self.recipe.seed, self.images, self.recipe.training.batch)
        mine = chosen[self.engine.process_index :: self.engine.num_processes]
        return [
            Round(
                self, self.dataset.batch(part).images.to(self.engine.device), self.encoded[part].to(self.engine.device)
            )
            for part in torch.from_numpy(mine).chunk(self.recipe.training.accumulate)
        ]

    def _descend(self, name: str, parts: list[Callable[[], Terms]]) -> None:
        optimizer = self.optimizers[name]
        optimizer.zero_grad(set_to_none=True)
        for terms in parts:
            with self.engine.autocast():
                found = terms()
            require_finite(found.items(), f"the {name}'s loss:")
            self.engine.backward(total(found) / len(parts))
            for term, value in found.items():
                self.note(term, value)
        norm = require_finite(gradients(self.weights[name]), f"the {name}'s gradient of")
        if name == "generator":
            self.note("generator_gradient", norm)
        optimizer.step()

    def note(self, term: str, value: Tensor) -> None:
        """Take a value into the mean of the next report."""
        self.sums[term] = self.sums.get(term, 0) + value.detach()
        self.counts[term] = self.counts.get(term, 0) + 1

    def report(self) -> Progress:
        """Where the run stands; losses, signs and rate are means since the last report."""
        means = {name: float(value) / self.counts[name] for name, value in self.sums.items()}
        signs = {name: means.pop(name) for name in SIGNS if name in means}
        images, seconds = self.images - self.reported[0], self.seconds - self.reported[1]
        self.sums, self.counts, self.reported = {}, {}, (self.images, self.seconds)
        return Progress(self.images, self.share, self.seconds, images / seconds if seconds else 0.0, means, signs, [])

    def objects(self) -> dict[str, Stateful]:
        """Everything whose state makes the run what it is. Randomness has no state: it is keyed by the step."""
        modules = {**self.players, "ema": self.ema.module}
        return modules | {f"{name}_optimizer": each for name, each in self.optimizers.items()}

    def counters(self) -> Counters:
        """The rest of the state."""
        return Counters(
            steps=self.steps,
            images=self.images,
            seconds=self.seconds,
            rollbacks=tuple(self.rollbacks),
            best=self.best,
            origin=self.origin,
            sums={name: float(value) for name, value in self.sums.items()},
            counts=self.counts,
            reported=self.reported,
        )

    def set_counters(self, counters: Counters) -> None:
        """The inverse of ``counters``."""
        self.steps, self.images, self.seconds = counters.steps, counters.images, counters.seconds
        self.rollbacks, self.best, self.origin = list(counters.rollbacks), counters.best, counters.origin
        self.sums = {name: torch.tensor(value, device=self.engine.device) for name, value in counters.sums.items()}
        self.counts, self.reported = dict(counters.counts), counters.reported


class Round:
    """A part of a batch on its way through the steps of both players, who see the same generated images."""

    def __init__(self, trainer: Trainer, images: Tensor, encoded: Tensor) -> None:
        self.trainer, self.recipe, self.images, self.encoded = trainer, trainer.recipe, images, encoded
        self.style: Style | None = None

    def discriminator_terms(self) -> Terms:
        """What the discriminator minimises."""
        recipe, trainer = self.recipe, self.trainer
        real = to_float(self.images).contiguous(memory_format=torch.channels_last)
        if recipe.condition.pictures:
            ids = recipe.condition.kind == "layout"
            real, self.encoded = recipe.augment.together(real, self.encoded, ids)
            self.real = real
            z, fake = self._draw()
        else:
            z, fake = self._draw()
            self.real = real = recipe.augment.apply(real)
        due = trainer.steps % recipe.objective.every == 0
        judged = discriminator_terms(
            trainer.d, recipe.objective, recipe.condition, real, fake.detach(), self.encoded, due
        )
        self.of_real = judged.of_real
        trainer.note("told", judged.told)
        # a batch comes in several parts for the sake of memory: their graphs are not kept
        self.drawn = (z, fake) if recipe.training.accumulate == 1 else None
        return judged.terms

    def generator_terms(self) -> Terms:
        """What the generator minimises, after the discriminator's step."""
        z, fake = self.drawn or self._draw()
        recipe, discriminator = self.recipe, self.trainer.discriminator
        of_fake = discriminator(fake, self.encoded)
        terms = generator_terms(recipe.objective, recipe.condition, self.of_real, of_fake, self.encoded)
        if self.style is not None:
            terms["style"] = recipe.objective.style * divergence(*self.style).mean()
        if not recipe.objective.paired:
            return terms
        other = self._draw() if recipe.objective.diversity else None
        perceived = None
        if self.trainer.perceptual is not None and recipe.objective.perceptual:
            perceived = features(self.trainer.perceptual, self.real), features(self.trainer.perceptual, fake)
        return terms | recipe.objective.pair(Pair(self.real, fake, self.of_real, of_fake, z, other, perceived))

    def _draw(self) -> tuple[Tensor, Tensor]:
        """Noise, and the images made of it as the discriminator gets to see them."""
        z = torch.randn(len(self.encoded), self.recipe.architecture.noise, device=self.encoded.device)
        if self.recipe.architecture.learns_style:
            self.style = self.trainer.generator.body.style(self.real)
            z = self.style.draw(z)
        fake = self.trainer.g(z, self.encoded)
        return z, self.recipe.augment.apply(fake.float()) if self.recipe.augment.on == "both" else fake


def features(network: nn.Module, images: Tensor) -> Sequence[Tensor]:
    """What a network makes of images, whether that is one tensor or several."""
    found = network(images)
    return [found] if isinstance(found, Tensor) else found


def build(recipe: Recipe, shape: Shape) -> tuple[nn.Module, nn.Module]:
    """The generator and the discriminator of a recipe, each with an embedder of its own."""
    condition, architecture = recipe.condition, recipe.architecture
    auxiliary = condition.outputs if recipe.objective.auxiliary else 0
    ours, theirs = condition.embedder(), condition.embedder()
    return (
        Conditioned(architecture.generator(shape, ours.widths), ours),
        Conditioned(architecture.discriminator(shape, theirs.widths, auxiliary), theirs),
    )


def indices(length: int, seed: int, start: int, count: int) -> np.ndarray:
    """The data's order from the ``start``-th image shown on: each epoch a shuffle of its own, keyed by its number."""
    positions = np.arange(start, start + count)
    epochs = positions // length
    return np.concatenate(
        [_epoch(length, seed, int(epoch))[positions[epochs == epoch] % length] for epoch in np.unique(epochs)]
    )


@lru_cache(2)
def _epoch(length: int, seed: int, epoch: int) -> np.ndarray:
    return seeds.permutation(length, seed, "epoch", epoch)
