"""Both players and one step of theirs."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn

from condgan.core import seeds
from condgan.core.batch import Shape, frames_at, to_float
from condgan.core.bundle import TIMES, Bundle, to
from condgan.core.cache import digest
from condgan.core.errors import SettingsError
from condgan.core.needs import AUXILIARY, PROXY, TWIN
from condgan.core.output import Output
from condgan.core.task import Task
from condgan.data.dataset import Dataset
from condgan.losses.objective import Losses, total
from condgan.networks import ops
from condgan.networks.base import Conditioned
from condgan.networks.pretrained import Pretrained
from condgan.pipeline.parents import Parent
from condgan.recipe import Recipe
from condgan.training.adaptation import Adaptation
from condgan.training.checkpoint import Counters, Stateful
from condgan.training.ema import EMA
from condgan.training.embedding import learned_before
from condgan.training.finite import gradients, require_finite
from condgan.training.log import Progress
from condgan.training.order import Order
from condgan.training.round import Generated, Part, discriminator_step, generate, generator_step
from condgan.training.schedule import factor

if TYPE_CHECKING:
    from accelerate import Accelerator


STEP_METRICS = ("discriminator_accuracy", "augmented", "generator_gradient")
"""What is noted at each step besides the losses."""


class Round(NamedTuple):
    """A part of a batch between the two players' steps."""

    part: Part
    of_real: Output
    generated: Generated | None
    """``None`` where a batch is computed in several parts to save memory: their graphs are not kept."""


class Trainer:
    """Both players and all that changes while they learn."""

    def __init__(
        self, recipe: Recipe, dataset: Dataset, engine: Accelerator, perceptual: nn.Module | None = None
    ) -> None:
        """``recipe``: complete (``Recipe.resolve``). ``perceptual``: a frozen network whose features the objective
        compares; images −1 … 1 to one tensor or several."""
        self.recipe, self.dataset, self.engine = recipe, dataset, engine
        self.perceptual = None if perceptual is None else perceptual.eval().requires_grad_(False).to(engine.device)
        self.spatial = recipe.condition.spatial()
        self.tasks = predicted(recipe)
        recipe.objective.check(self.tasks)
        self.classifies = bool(self.tasks) and PROXY not in recipe.architecture.provides()
        """Whether an auxiliary head predicts what items may not say."""
        recipe.condition.prepare(dataset.schema, dataset.whole)
        weights = recipe.condition.balance(dataset.schema, dataset.whole)
        self.order = Order(len(dataset), recipe.seed, weights)
        self.steps = 0
        self.images = 0
        self.seconds = 0.0
        self.rollbacks: list[str] = []
        self.best: float | None = None
        self.origin: str | None = None
        self.parents: tuple[Parent, ...] = ()
        self.sums: Losses = {}
        self.counts: dict[str, int] = {}
        self.reported = (0, 0.0)
        """Images and seconds at the last report."""
        shape, settings = dataset.shape, recipe.optimizer
        self.layout = ops.channels_last(len(shape.space))
        learned = learned_before(recipe.condition, dataset, recipe.seed)
        seeds.seed_torch(engine.device, recipe.seed, "weights")
        players = build(recipe, shape)
        for part, state in learned.items():  # both start from it, and go on by themselves
            for player in players:
                player.embedder.get_submodule(f"parts.{part}").load_state_dict(state)
        self.generator, self.discriminator = (ops.in_channels_last(player.to(engine.device)) for player in players)
        self.frozen = frozen([self.discriminator], perceptual)
        """The frozen networks by which the generator is trained: their names by the hashes of their weights."""
        self.inherited: dict[str, str] = {}
        """Those by which the generators were trained from whose weights it starts."""
        self.adaptation = Adaptation().to(engine.device) if recipe.augment.adaptive else None
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
        # what the engine returns is trained; in the other player's step, and for all else, the plain module is enough
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
        rounds: list[Round] = []
        for _ in range(self.recipe.training.discriminator_steps):
            rounds = []  # the generator's step is on the items of the last of these
            self._update("discriminator", [partial(self._discriminator, rows, rounds) for rows in self._next_rows()])
            self.images += self.recipe.training.batch
        self.discriminator.requires_grad_(False)
        try:
            self._update("generator", [partial(self._generator, each) for each in rounds])
        finally:
            self.discriminator.requires_grad_(True)
        require_finite(self.weights["generator"].items(), "the generator's weight")
        self.ema.update(self.images_a_step, self.images)
        self.steps += 1
        self.seconds += time.perf_counter() - started

    def _discriminator(self, rows: Tensor, rounds: list[Round]) -> Losses:
        """The discriminator's losses on some items; what the generator's step needs of them joins the rounds."""
        recipe = self.recipe
        part = self._load(rows)
        generated = self._generate(part)
        due = self.steps % recipe.objective.every == 0
        compared = discriminator_step(recipe, self.d, part, generated, self.tasks, due)
        self.note("discriminator_accuracy", compared.accuracy)
        if self.adaptation is not None:
            everywhere = self.engine.reduce(compared.accuracy, reduction="mean")
            self.adaptation.update(everywhere, len(rows) * self.engine.num_processes)
            self.note("augmented", self.adaptation.share.clone())
        rounds.append(Round(part, compared.of_real, generated if recipe.training.accumulate == 1 else None))
        return compared.losses

    def _generator(self, round: Round) -> Losses:
        """The generator's losses on the same items."""
        generated = round.generated or self._generate(round.part)

        def again() -> tuple[Tensor, Tensor]:
            other = self._generate(round.part)
            return other.z, other.images

        perceive = None if self.perceptual is None else self._perceive
        return generator_step(
            self.recipe, self.discriminator, round.part, generated, round.of_real, self.tasks, again, perceive
        )

    def _load(self, rows: Tensor) -> Part:
        """Real images and their conditions, augmented alike."""
        condition, device = self.recipe.condition, self.engine.device
        batch = self.dataset.batch(rows)
        told = condition.targets(self.dataset.schema, batch, self.images)
        target, times = batch.target, self.recipe.architecture.times(self.dataset.shape, len(rows))
        if times is not None:
            target, told = frames_at(target, times), {**told, TIMES: times.float()}
        real = to_float(target.to(device)).contiguous(memory_format=self.layout)
        if self.classifies and condition.incomplete(told):
            told = condition.impute(told, self._predicted(real, to(told, device)))
        bundle = to(condition.vary(told), device)
        return Part(*self.recipe.augment.move(real, bundle, self.spatial, self._augmented))

    @property
    def _augmented(self) -> Tensor | None:
        """The share of the images that is augmented."""
        return None if self.adaptation is None else self.adaptation.share

    @torch.no_grad()
    def _predicted(self, real: Tensor, bundle: Bundle) -> dict[str, Tensor]:
        """What the auxiliary head says of real images, for each task."""
        self.discriminator.eval()
        outputs = self.discriminator(real, bundle).auxiliary
        self.discriminator.train()
        sizes = [task.outputs for task in self.tasks.values()]
        parts = torch.split(outputs[:, : sum(sizes)].cpu(), sizes, 1)  # a twin's outputs follow
        return dict(zip(self.tasks, parts, strict=True))

    def _generate(self, part: Part) -> Generated:
        return generate(self.recipe, self.g, self.generator.body, part, self._augmented)

    def _perceive(self, images: Tensor) -> Sequence[Tensor]:
        assert self.perceptual is not None, "asked only where there is one"
        found = self.perceptual(images)
        return [found] if isinstance(found, Tensor) else found

    def _next_rows(self) -> tuple[Tensor, ...]:
        """The items of the next batch, in the parts in which it is computed."""
        chosen = self.order.indices(self.images, self.recipe.training.batch)
        mine = chosen[self.engine.process_index :: self.engine.num_processes]
        return torch.from_numpy(mine).chunk(self.recipe.training.accumulate)

    def _update(self, name: str, parts: Sequence[Callable[[], Losses]]) -> None:
        """One step of a player's optimiser on the mean of the losses of some parts."""
        optimizer = self.optimizers[name]
        optimizer.zero_grad(set_to_none=True)
        for compute in parts:
            with self.engine.autocast():
                losses = compute()
            require_finite(losses.items(), f"the {name}'s loss:")
            self.engine.backward(total(losses) / len(parts))
            for loss, value in losses.items():
                self.note(loss, value)
        norm = require_finite(gradients(self.weights[name]), f"the {name}'s gradient of")
        if name == "generator":
            self.note("generator_gradient", norm)
        optimizer.step()

    def average(self) -> Conditioned:
        """A copy of the average of the generator's weights: what is kept as the result."""
        found = copy.deepcopy(self.ema.module)
        assert isinstance(found, Conditioned), "it is the average of the generator"
        return found

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

    def note(self, name: str, value: Tensor) -> None:
        """Take a value into the mean of the next report."""
        self.sums[name] = self.sums.get(name, 0) + value.detach()
        self.counts[name] = self.counts.get(name, 0) + 1

    def report(self) -> Progress:
        """Where the run stands; losses, metrics and rate are means since the last report."""
        means = {name: float(value) / self.counts[name] for name, value in self.sums.items()}
        metrics = {name: means.pop(name) for name in STEP_METRICS if name in means}
        images, seconds = self.images - self.reported[0], self.seconds - self.reported[1]
        self.sums, self.counts, self.reported = {}, {}, (self.images, self.seconds)
        return Progress(self.images, self.share, self.seconds, images / seconds if seconds else 0.0, means, metrics, [])

    def objects(self) -> dict[str, Stateful]:
        """Everything whose state makes the run what it is. Randomness has no state: it is keyed by the step."""
        modules: dict[str, Stateful] = {**self.players, "ema": self.ema.module}
        if self.adaptation is not None:
            modules["augmentation"] = self.adaptation
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
            parents=self.parents,
            networks=self.frozen,
            inherited=self.inherited,
            sums={name: float(value) for name, value in self.sums.items()},
            counts=self.counts,
            reported=self.reported,
        )

    def set_counters(self, counters: Counters) -> None:
        """The inverse of ``counters``.

        Raises:
            SettingsError: the discriminator would see by another frozen network than before.
        """
        eyes = frozen([self.discriminator], None)
        if counters.networks and not eyes.keys() <= counters.networks.keys():
            raise SettingsError(
                "the discriminator was trained on the features of another network",
                where=", ".join(f"{name} {hash}" for hash, name in counters.networks.items()),
                do="give the same weights, or choose another --out",
            )
        self.inherited = {**counters.inherited, **counters.networks}
        self.steps, self.images, self.seconds = counters.steps, counters.images, counters.seconds
        self.rollbacks, self.best, self.origin = list(counters.rollbacks), counters.best, counters.origin
        self.parents = counters.parents
        self.sums = {name: torch.tensor(value, device=self.engine.device) for name, value in counters.sums.items()}
        self.counts, self.reported = dict(counters.counts), counters.reported


def frozen(players: Sequence[nn.Module], perceptual: nn.Module | None) -> dict[str, str]:
    """The frozen networks in some modules, and the one of a perceptual loss: their names by the hashes of their
    weights."""
    modules = [*players, *([] if perceptual is None else [perceptual])]
    found = {each.hash: each.name for module in modules for each in module.modules() if isinstance(each, Pretrained)}
    if perceptual is not None and (weights := [*perceptual.state_dict().values()]):
        found[digest(*weights)] = type(perceptual).__name__.lower()
    return found


def predicted(recipe: Recipe) -> dict[str, Task]:
    """What an auxiliary head predicts, in the order of its outputs; nothing where the objective asks for none."""
    if AUXILIARY not in recipe.objective.provides():
        return {}
    return {name: task for name, task in recipe.condition.tasks().items() if not task.dense}


def heads(recipe: Recipe) -> list[list[Task]]:
    """What the auxiliary head gives out and, where there is one, its twin after it."""
    return [[*predicted(recipe).values()]] * (2 if TWIN in recipe.objective.provides() else 1)


def build(recipe: Recipe, shape: Shape) -> tuple[Conditioned, Conditioned]:
    """The generator and the discriminator of a recipe, each with an embedder of its own."""
    condition, architecture = recipe.condition, recipe.architecture
    auxiliary = sum(task.outputs for head in heads(recipe) for task in head)
    ours, theirs = condition.embedder(), condition.embedder()
    return (
        Conditioned(architecture.generator(shape, ours.widths), ours),
        Conditioned(architecture.discriminator(shape, theirs.widths, auxiliary), theirs),
    )
