"""The training loop: one recipe, one folder, snapshots on the way."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from condgan.core import seeds
from condgan.core.batch import Shape, to_float
from condgan.data import Dataset
from condgan.losses.objective import Terms, total
from condgan.networks.base import Conditioned
from condgan.pipeline import Pipeline
from condgan.recipe import Recipe
from condgan.training import checkpoint
from condgan.training.ema import EMA
from condgan.training.engine import accelerator
from condgan.training.log import Log, Progress, require_tensorboard
from condgan.training.run import Run
from condgan.training.schedule import factor
from condgan.training.step import discriminator_terms, generator_terms

if TYPE_CHECKING:
    from accelerate import Accelerator

EVERY = 10
"""Steps between two reports, fewer where the whole run has few."""


class Snapshot(NamedTuple):
    """A look at a run on its way."""

    progress: Progress
    pipeline: Pipeline
    """The generator as it is now; also saved in the run's folder."""
    picture: Path
    """A grid of samples from the same seeds in each snapshot."""

    def __str__(self) -> str:
        losses = ", ".join(f"{name} {value:.3f}" for name, value in self.progress.losses.items())
        return f"{self.progress.images:,} images in {self.progress.seconds / 60:.1f} min: {losses}; {self.picture}"


def train(
    recipe: Recipe,
    dataset: Dataset,
    out: str | Path,
    *,
    device: str = "auto",
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Iterator[Snapshot]:
    """Train a recipe on its data, decoded; ``condgan.train`` says what it does and what it refuses."""
    run = Run(out)
    recipe = recipe.resolve(dataset.schema, dataset.shape)
    if recipe.training.tensorboard:
        require_tensorboard()
    run.check(recipe)
    trainer = Trainer(recipe, dataset, accelerator(device, recipe.training.precision))
    run.claim(recipe)
    return _snapshots(trainer, run, on_progress)


def _snapshots(trainer: Trainer, run: Run, on_progress: Callable[[Progress], None]) -> Iterator[Snapshot]:
    trainer.restore(run)
    training = trainer.recipe.training
    every = EVERY if training.minutes else max(1, min(EVERY, training.images // trainer.images_a_step // 50))
    with Log(run.folder, training.tensorboard, trainer.images) as log:
        report = trainer.report(0.0)
        while trainer.share < 1:
            taken = int(trainer.share * training.snapshots)
            trainer.step()
            due = int(trainer.share * training.snapshots) > taken
            if trainer.steps % every == 0 or due:
                report = trainer.report(report.seconds, report.images)
                log.write(report)
                on_progress(report)
            if due:
                yield trainer.snapshot(run, report)


class Trainer:
    """Both players and all that changes while they learn."""

    def __init__(self, recipe: Recipe, dataset: Dataset, engine: Accelerator) -> None:
        self.recipe, self.dataset, self.engine = recipe, dataset, engine
        self.encoded = recipe.condition.targets(dataset.schema, dataset.labels)
        self.steps = 0
        self.images = 0
        self.seconds = 0.0
        self.sums: Terms = {}
        self.counts: dict[str, int] = {}
        shape, settings = dataset.shape, recipe.optimizer
        torch.manual_seed(seeds.key(recipe.seed, "weights"))
        self.generator, self.discriminator = (
            player.to(engine.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
            for player in players(recipe, shape)
        )
        self.ema = EMA(self.generator, recipe.training.ema)
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
        """One step of the generator after its steps of the discriminator."""
        started = time.perf_counter()
        torch.manual_seed(seeds.key(self.recipe.seed, "step", self.steps, self.engine.process_index))
        self._set_rates()
        for _ in range(self.recipe.training.discriminator_steps):
            parts = self._parts()
            self._descend("discriminator", self._discriminator_terms, parts)
            self.images += self.recipe.training.batch
        self.discriminator.requires_grad_(False)
        self._descend("generator", self._generator_terms, parts)
        self.discriminator.requires_grad_(True)
        self.ema.update(self.generator, self.images_a_step, self.images)
        self.steps += 1
        self.seconds += time.perf_counter() - started

    def _set_rates(self) -> None:
        scale = factor(self.recipe.optimizer, self.images, self.share)
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
            self.engine.backward(total(found) / len(parts))
            for term, value in found.items():
                self.sums[term] = self.sums.get(term, 0) + value.detach()
                self.counts[term] = self.counts.get(term, 0) + 1
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

    def report(self, since: float, images: int = 0) -> Progress:
        """Where the run stands; the losses are means since the last report."""
        losses = {name: float(value) / self.counts[name] for name, value in self.sums.items()}
        self.sums, self.counts = {}, {}
        spent = self.seconds - since
        return Progress(self.images, self.share, self.seconds, (self.images - images) / spent if spent else 0.0, losses)

    def snapshot(self, run: Run, report: Progress) -> Snapshot:
        """Save the pipeline, a grid of samples and a checkpoint."""
        from condgan.gallery.animation import animate
        from condgan.gallery.curves import draw_losses

        pipeline = Pipeline(
            self.recipe.condition,
            self.recipe.architecture,
            self.dataset.shape,
            copy.deepcopy(self.ema.module),
            trained={"images": self.images, "data": self.recipe.data.title()},
        )
        pipeline.save_pretrained(run.folder)
        picture = run.samples / f"{self.images:09d}.png"
        pipeline.sheet().save(picture)
        animate(sorted(run.samples.glob("*.png")), run.animation)
        draw_losses(run.metrics, run.curves)
        checkpoint.save(
            run.checkpoints,
            self.steps,
            self.objects(),
            {"steps": self.steps, "images": self.images, "seconds": self.seconds},
        )
        return Snapshot(report, pipeline, picture)

    def objects(self) -> dict[str, checkpoint.Stateful]:
        """Everything whose state makes the run what it is. Randomness has no state: it is keyed by the step."""
        modules = {"generator": self.generator, "discriminator": self.discriminator, "ema": self.ema.module}
        return modules | {f"{name}_optimizer": each for name, each in self.optimizers.items()}

    def restore(self, run: Run) -> None:
        """Go on from the run's latest checkpoint, where there is one."""
        counters = checkpoint.restore(run.checkpoints, self.objects())
        if counters is not None:
            self.steps, self.images, self.seconds = counters["steps"], counters["images"], counters["seconds"]


def players(recipe: Recipe, shape: Shape) -> tuple[nn.Module, nn.Module]:
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
