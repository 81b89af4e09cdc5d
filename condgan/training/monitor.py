"""A cheap look at a run on its way: which checkpoint to keep, and whether it fails. How good it is, a report says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor, nn

from condgan.conditions.condition import Condition
from condgan.core.batch import Batch, to_float
from condgan.core.bundle import Bundle, take, to
from condgan.core.seeds import noise, some_of
from condgan.core.task import Task
from condgan.data.dataset import Dataset
from condgan.metrics import changes, jackknife
from condgan.metrics.distances import Gaussian, gaussian, gaussian_distance
from condgan.networks import ops
from condgan.pipeline import Pipeline

REAL, GENERATED = 10_000, 1_000
"""Images at most that are looked at."""
SHOWN = 500
"""Images of a kind that the discriminator is asked about."""
SIDE = 8
"""Pixels to which the sides of an image are averaged down."""
CUBE = 4
"""The same of clips, whose frames are averaged to so many, too."""
GROUPS = 10
"""Parts of the samples, each left out once, by which the distance's interval is found."""
ENOUGH = 20
"""Samples of a class from which its diversity is looked at; where no class has so many, that of all together."""
CODE = 64
"""Classes up to which each has a number of its own in the joint distance."""
PART = 50
"""Images that the discriminator gets to see at a time."""
PREDICTABLE = 0.1
"""Score beyond chance that a linear model must reach on real images before anything is said of a field."""
RIDGE, ITERATIONS = 1e-3, 40
"""Of the linear models."""

Metrics = dict[str, float]


class Monitor:
    """What samples and discriminator show, on images averaged down to some 64 pixels.

    * ``pixel_distance``: Fréchet joint distance (DeVries et al. 2019) of samples and their classes from the real ones;
      ``pixel_distance_error`` is half its 95 % interval. ``image_distance`` is the same without the classes; where the
      generator takes none, both are.
    * ``diversity``: of the least diverse class, the mean distance of a sample to the nearest other one, over the same
      of as many real images: 1 as they are, 0 where all are alike, and near 0 where there are but a few different ones.
    * ``controllability``: how much better than chance a linear model predicts the requested value from a sample, over
      the same of real images, for the field where it is lowest: 1 as they are, 0 where the condition is ignored.
    * ``motion``: of clips, how much a frame differs from the next, over the same of real ones: 0 where all stand still.
    * ``discriminator_overfitting``: how much oftener the discriminator's logit is higher for a training image than for
      a held-out one than the other way round (Cliff 1993): 0 where it takes them for equal, 1 where it always is.
    """

    def __init__(self, condition: Condition, dataset: Dataset, held_out: Dataset | None = None) -> None:
        """``held_out``: images that the discriminator is not trained on; without, nothing is said of overfitting."""
        self.condition, self.dataset = condition, dataset
        both = [dataset, held_out] if held_out is not None else []
        self.shown = [(each, each.batch(some_of(len(each), SHOWN))) for each in both]
        self.tasks = {name: each for name, each in condition.tasks().items() if not each.dense and each.chance < 1}
        batch = dataset.batch(some_of(len(dataset), REAL if dataset.shape.frames is None else GENERATED))
        self.moves = None if dataset.shape.frames is None else changes(batch.target).mean().item()
        pixels, bundle = embed(batch.target), self._targets(batch)
        self.codes = {name: codes(len(task.names)) for name, task in self.tasks.items() if task.names}
        self.real = gaussian(self.joint(pixels, bundle))
        # in the proportions of the data, or the classes' shares alone would set the two apart
        self.requested = self._targets(dataset.batch(torch.linspace(0, len(dataset) - 1, GENERATED).long()))
        self.groups = self._groups(pixels, bundle)
        self.predictors = self._predictors(pixels, bundle)

    def _targets(self, batch: Batch) -> Bundle:
        return self.condition.targets(self.dataset.schema, batch)

    def _groups(self, pixels: Float[Tensor, "n d"], bundle: Bundle) -> list[Group]:
        """The samples of each class, where there are enough of some; else all together."""
        groups: list[Group] = []
        for task in self.tasks.values():
            if task.target is not None:
                ours, theirs = task.target(self.requested), task.target(bundle)
                members = [((ours == index).nonzero()[:, 0], theirs == index) for index in range(len(task.names))]
                groups += [Group(chosen, pixels[mine]) for chosen, mine in members]
        enough = [group for group in groups if len(group.chosen) >= ENOUGH]
        return enough or [Group(torch.arange(GENERATED), pixels)]

    def _predictors(self, pixels: Float[Tensor, "n d"], bundle: Bundle) -> dict[str, Predictor]:
        """The linear models that predict a field from real images, where they can."""
        chance = torch.Generator().manual_seed(0)
        one, other = torch.randperm(len(pixels), generator=chance).tensor_split(2)
        if not len(other):
            return {}
        found = {}
        for name, task in self.tasks.items():
            weights = fit(task, pixels[one], take(bundle, one))
            # on images that the model does not come from
            beyond = beyond_chance(task, weights, pixels[other], take(bundle, other))
            if beyond > PREDICTABLE:
                found[name] = Predictor(task, weights, beyond)
        return found

    def look(self, pipeline: Pipeline, discriminator: nn.Module) -> Metrics:
        """What there is to see of a generator and its discriminator."""
        latents = noise(range(GENERATED), pipeline.architecture.noise)
        generated = pipeline.generate(latents, self.requested)
        images = torch.from_numpy(generated).movedim(-1, 1)
        pixels = embed(images)
        found = self.distance(pixels) | self.diversity(pixels)
        if self.predictors:
            found["controllability"] = min(
                beyond_chance(each.task, each.weights, pixels, self.requested) / each.real
                for each in self.predictors.values()
            )
        if self.moves:
            found["motion"] = changes(images).mean().item() / self.moves
        if self.shown:
            found["discriminator_overfitting"] = self.overfitting(discriminator)
        return found

    def joint(self, pixels: Float[Tensor, "n d"], bundle: Bundle) -> Float[Tensor, "n e"]:
        """Pixels and the classes, concatenated: as one-hot, of many classes as random codes as far apart."""
        targets = [
            coded(self.codes[name], task.target(bundle)) for name, task in self.tasks.items() if task.target is not None
        ]
        return torch.cat([pixels, *targets], 1)

    def distance(self, pixels: Float[Tensor, "n d"]) -> Metrics:
        """How far samples are from the real images; 0 where their moments agree."""
        images = Gaussian(*(each[(slice(pixels.shape[1]),) * each.ndim] for each in self.real))
        features = self.joint(pixels, self.requested)
        part = torch.arange(len(features)) % GROUPS
        whole, *others = (
            gaussian_distance(self.real, gaussian(features[part != left])) for left in (GROUPS, *range(GROUPS))
        )
        return {
            "pixel_distance": whole,
            "pixel_distance_error": jackknife(whole, others).high - whole,
            "image_distance": gaussian_distance(images, gaussian(pixels)),
        }

    def diversity(self, pixels: Float[Tensor, "n d"]) -> Metrics:
        """Of the least diverse class, or of all together."""
        shares = [apart(pixels[group.chosen]) / group.apart for group in self.groups if group.apart > 0]
        return {"diversity": min(shares)} if shares else {}

    def _shown(self) -> Iterator[Iterator[tuple[Tensor, Bundle]]]:
        """The training images, and those that were held out, with their conditions, in small parts."""
        for dataset, batch in self.shown:
            bundle = self.condition.targets(dataset.schema, batch)
            chosen = torch.split(torch.arange(len(batch.target)), PART)
            yield ((batch.target[rows], take(bundle, rows)) for rows in chosen)

    @torch.no_grad()
    def overfitting(self, discriminator: nn.Module) -> float:
        """Of pairs of a training image and a held-out one."""
        device, before = next(discriminator.parameters()).device, discriminator.training
        discriminator.eval()
        seen, unseen = (
            torch.cat(
                [discriminator(to_float(x).to(device), to(y, device)).logits.view(len(x), -1).mean(1) for x, y in parts]
            )
            for parts in self._shown()
        )
        discriminator.train(before)
        return (seen[:, None] - unseen).sign().mean().item()


class Predictor(NamedTuple):
    """A linear model of a field."""

    task: Task
    weights: Float[Tensor, "e k"]
    real: float
    """How much better than chance it is on real images."""


class Group:
    """Samples whose diversity is looked at, by their places, and how far apart as many real images are.

    At most a third as many as there are real images: of more, even if taken from among these, many would be alike.
    """

    def __init__(self, chosen: Int64[Tensor, " n"], real: Float[Tensor, "m d"]) -> None:
        self.chosen = chosen[some_of(len(chosen), len(real) // 3)]
        self.apart = apart(real[some_of(len(real), len(self.chosen))])
        """0 where most real images are there twice."""


def coded(codes: Float[Tensor, "k c"], ids: Int64[Tensor, " n"]) -> Float[Tensor, "n c"]:
    """The vector of each class; zeros where it is missing."""
    return codes[ids.clamp(min=0)] * (ids >= 0)[:, None]


def codes(classes: int) -> Float[Tensor, "k c"]:
    """A vector for each class: one-hot, or of many classes random ones as far apart."""
    chance = torch.Generator().manual_seed(0)
    return torch.eye(classes) if classes <= CODE else torch.randn(classes, CODE, generator=chance) / CODE**0.5


def embed(images: UInt8[Tensor, "n c *space"]) -> Float[Tensor, "n d"]:
    """Pixels of the averaged images, 0 … 1."""
    most = SIDE if images.dim() == 4 else CUBE  # of clips time is averaged, too: about as many numbers
    sides = tuple(min(most, side) for side in images.shape[2:])
    # in parts: as floats all of them would take much memory
    parts = torch.split(images, 250)
    return torch.cat([ops.adaptive_avg_pool(part.float() / 255, sides) for part in parts]).flatten(1)


def apart(pixels: Float[Tensor, "n d"]) -> float:
    """The mean distance to the nearest other one. Not the median: where half of few samples are doubles it is 0."""
    if len(pixels) < 2:
        return 0.0
    return torch.cdist(pixels, pixels).fill_diagonal_(torch.inf).min(1).values.mean().item()


def fit(task: Task, pixels: Float[Tensor, "n d"], bundle: Bundle) -> Float[Tensor, "e k"]:
    """The weights of a linear model of a field, the last row for offsets: a ridge and the task's own loss, every class
    counting alike."""
    x = _with_one(pixels)
    shares = torch.ones(len(x))
    if task.target is not None:
        members = task.target(bundle)
        there = members >= 0
        shares = there / torch.bincount(members[there], minlength=len(task.names)).clamp(min=1)[members]
    shares = shares / shares.sum()
    weights = torch.zeros(x.shape[1], task.outputs, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=ITERATIONS, line_search_fn="strong_wolfe")

    def closure() -> float:
        optimizer.zero_grad()
        loss = (task.loss(x @ weights, bundle) * shares).sum() + RIDGE * weights[:-1].square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss.item()

    with torch.enable_grad():
        optimizer.step(closure)  # type: ignore[no-untyped-call]
    return weights.detach()


@torch.no_grad()
def beyond_chance(task: Task, weights: Float[Tensor, "e k"], pixels: Float[Tensor, "n d"], bundle: Bundle) -> float:
    """How much better than chance the model is. Mean over classes: where one is most of the data, always generating it
    is not control."""
    scores = task.score(_with_one(pixels) @ weights, bundle)
    if task.target is None:
        return scores.nanmean().item() - task.chance
    members = task.target(bundle)
    each = torch.stack([scores[members == index].nanmean() for index in torch.unique(members[members >= 0])])
    return each.nanmean().item() - task.chance


def _with_one(pixels: Float[Tensor, "n d"]) -> Float[Tensor, "n e"]:
    return torch.cat([pixels, torch.ones(len(pixels), 1)], 1)
