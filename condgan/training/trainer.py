"""Both players and one step of theirs."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from condgan.core import seeds
from condgan.core.batch import Shape, to_float
from condgan.data import Dataset
from condgan.losses.objective import Terms, total
from condgan.networks.base import Conditioned
from condgan.recipe import Recipe
from condgan.training.checkpoint import Counters, Stateful
from condgan.training.ema import EMA
from condgan.training.health import gradients, require_finite
from condgan.training.log import Progress
from condgan.training.schedule import factor
from condgan.training.step import discriminator_terms, generator_terms

if TYPE_CHECKING:
    from accelerate import Accelerator


class Trainer:
    """Both players and all that changes while they learn."""

    def __init__(self, recipe: Recipe, dataset: Dataset, engine: Accelerator) -> None:
        self.recipe, self.dataset, self.engine = recipe, dataset, engine
        self.encoded = recipe.condition.targets(dataset.schema, dataset.labels)
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
        torch.manual_seed(seeds.key(recipe.seed, "weights"))
        self.generator, self.discriminator = (
            player.to(engine.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
            for player in build(recipe, shape)
        )
        self.ema = EMA(self.generator, recipe.training.ema)
        self.players = {"generator": self.generator, "discriminator": self.discriminator}
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
        torch.manual_seed(seeds.key(self.recipe.seed, "step", self.steps, self.engine.process_index, *again))
        self._set_rates()
        for _ in range(self.recipe.training.discriminator_steps):
            parts = self._parts()
            self._descend("discriminator", self._discriminator_terms, parts)
            self.images += self.recipe.training.batch
        self.discriminator.requires_grad_(False)
        try:
            self._descend("generator", self._generator_terms, parts)
        finally:
            self.discriminator.requires_grad_(True)
        require_finite(self.generator.named_parameters(), "the generator's weight")
        self.ema.update(self.generator, self.images_a_step, self.images)
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

    def _parts(self) -> list[tuple[Tensor, Tensor]]:
        """The next batch of real images and their conditions, in the parts in which it is computed."""
        chosen = indices(len(self.dataset), self.recipe.seed, self.images, self.recipe.training.batch)
        mine = chosen[self.engine.process_index :: self.engine.num_processes]
        return [
            (self.dataset.batch(part).images.to(self.engine.device), self.encoded[part].to(self.engine.device))
            for part in torch.from_numpy(mine).chunk(self.recipe.training.accumulate)
        ]

    def _descend(self, name: str, terms: Callable[[Tensor, Tensor], Terms], parts: list[tuple[Tensor, Tensor]]) -> None:
        optimizer = self.optimizers[name]
        optimizer.zero_grad(set_to_none=True)
        for images, encoded in parts:
            with self.engine.autocast():
                found = terms(images, encoded)
            require_finite(found.items(), f"the {name}'s loss:")
            self.engine.backward(total(found) / len(parts))
            for term, value in found.items():
                self.sums[term] = self.sums.get(term, 0) + value.detach()
                self.counts[term] = self.counts.get(term, 0) + 1
        require_finite(gradients(self.players[name]), f"the {name}'s gradient of")
        optimizer.step()

    def _discriminator_terms(self, images: Tensor, encoded: Tensor) -> Terms:
        with torch.no_grad():
            fake = self._show(self.generator(self._latent(encoded), encoded))
        objective = self.recipe.objective
        due = self.steps % objective.every == 0
        return discriminator_terms(self.d, objective, self.recipe.condition, self._real(images), fake, encoded, due)

    def _generator_terms(self, images: Tensor, encoded: Tensor) -> Terms:
        fake = self._show(self.g(self._latent(encoded), encoded))
        return generator_terms(
            self.discriminator, self.recipe.objective, self.recipe.condition, lambda: self._real(images), fake, encoded
        )

    def _latent(self, encoded: Tensor) -> Tensor:
        return torch.randn(len(encoded), self.recipe.architecture.latent, device=self.engine.device)

    def _real(self, images: Tensor) -> Tensor:
        return self.recipe.augment.apply(to_float(images).contiguous(memory_format=torch.channels_last))

    def _show(self, fake: Tensor) -> Tensor:
        """Generated images as the discriminator gets to see them."""
        return self.recipe.augment.apply(fake.float()) if self.recipe.augment.on == "both" else fake

    def report(self) -> Progress:
        """Where the run stands; the losses and the rate are means since the last report."""
        losses = {name: float(value) / self.counts[name] for name, value in self.sums.items()}
        images, seconds = self.images - self.reported[0], self.seconds - self.reported[1]
        self.sums, self.counts, self.reported = {}, {}, (self.images, self.seconds)
        return Progress(self.images, self.share, self.seconds, images / seconds if seconds else 0.0, losses)

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
