"""A cheap look at a run on its way: which checkpoint to keep, and whether it is ill. How good it is, a report says."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor, nn
from torch.nn import functional as F

from condgan.conditions.base import Condition
from condgan.core.batch import evenly, to_float
from condgan.core.seeds import noise
from condgan.data import Dataset
from condgan.metrics import jackknife
from condgan.metrics.distances import Gaussian, gaussian, gaussian_distance
from condgan.pipeline import Pipeline

REAL, DRAWN = 10_000, 1_000
"""Images at most that are looked at."""
SHOWN = 500
"""Images of a kind that the discriminator is asked about."""
SIDE = 8
"""Pixels to which the sides of an image are averaged down."""
GROUPS = 10
"""Parts of the samples, each left out once, by which the distance's interval is found."""
ENOUGH = 20
"""Samples of a class from which its variety is looked at; where no class has so many, that of all together."""
CODE = 64
"""Classes up to which each has a number of its own in the joint distance."""
PART = 50
"""Images that the discriminator gets to see at a time."""
TOLD = 0.1
"""Accuracy beyond chance that nearest means must reach on real images before anything is said of labels."""

Signs = dict[str, float]


class Monitor:
    """What samples and discriminator show, on images averaged down to some 64 pixels.

    * ``pixel_distance``: Fréchet joint distance (DeVries et al. 2019) of samples and their classes from the real ones;
      ``pixel_distance_error`` is half its 95 % interval. ``image_distance`` is the same without the classes; where the
      generator takes none, both are.
    * ``variety``: of the least varied class, the mean distance of a sample to the nearest other one, over the same of
      as many real images: 1 as they are, 0 where all are alike, and near 0 where there are but a few different ones.
    * ``obedience``: how much better than chance samples are told to be of their class, over the same of real images, by
      nearest class means under the common covariance (Fisher 1936): 1 as they are, 0 where labels are ignored.
    * ``memorization``: how much oftener the discriminator takes a training image for more real than one that it never
      saw than the other way round (Cliff 1993): 0 where it takes them for equal, 1 where it knows the former by heart.
    """

    def __init__(self, dataset: Dataset, held: Dataset | None = None) -> None:
        """``held``: images that the discriminator is not trained on; without, nothing is said of memorization."""
        self.dataset = dataset
        both = [dataset, held] if held is not None else []
        self.shown = [each.batch(evenly(len(each), SHOWN)) for each in both]
        self.classes = len(dataset.schema.names)
        chance = torch.Generator().manual_seed(0)
        many = torch.randn(self.classes, CODE, generator=chance) / CODE**0.5
        self.codes = torch.eye(self.classes) if self.classes <= CODE else many
        chosen = evenly(len(dataset), REAL)
        labels = dataset.labels[chosen]
        pixels = embed(dataset.images[chosen])
        self.real = gaussian(self.joint(pixels, labels))
        # in the proportions of the data, or the classes' shares alone would set the two apart
        self.items = dataset.batch(torch.linspace(0, len(dataset) - 1, DRAWN).long())
        self.asked = self.items.labels
        everything = Group(torch.arange(DRAWN), pixels)
        groups = [
            Group((self.asked == index).nonzero()[:, 0], pixels[labels == index]) for index in range(self.classes)
        ]
        self.groups = [group for group in groups if len(group.drawn) >= ENOUGH] or [everything]
        self.everything = everything
        one, other = torch.randperm(len(pixels), generator=chance).tensor_split(2)
        self.scores = discriminant(pixels[one], labels[one], self.classes)
        # on images that the scores do not come from
        beyond = self.beyond_chance(pixels[other], labels[other]) if len(other) else 0.0
        self.told = beyond if beyond > TOLD else None

    def look(self, pipeline: Pipeline, discriminator: nn.Module) -> Signs:
        """What there is to see of a generator and its adversary."""
        conditional = pipeline.condition.outputs > 0
        encoded = pipeline.condition.targets(self.dataset.schema, self.items)
        drawn = pipeline.draw(noise(range(DRAWN), pipeline.architecture.noise), encoded)
        pixels = embed(torch.from_numpy(drawn).movedim(-1, 1))
        found = self.distance(pixels, conditional) | self.variety(pixels, conditional)
        if conditional and self.told:
            found["obedience"] = self.beyond_chance(pixels, self.asked) / self.told
        if self.shown:
            found["memorization"] = self.memorization(pipeline.condition, discriminator)
        return found

    def joint(self, pixels: Float[Tensor, "n d"], labels: Int64[Tensor, " n"]) -> Float[Tensor, "n e"]:
        """Pixels and the class, side by side: as one-hot, of many classes as random codes as far apart."""
        return torch.cat([pixels, self.codes[labels]], 1)

    def distance(self, pixels: Float[Tensor, "n d"], conditional: bool) -> Signs:
        """How far samples are from the real images; 0 where their moments agree."""
        images = Gaussian(*(each[(slice(pixels.shape[1]),) * each.ndim] for each in self.real))
        real, features = (self.real, self.joint(pixels, self.asked)) if conditional else (images, pixels)
        part = torch.arange(len(features)) % GROUPS
        whole, *others = (
            gaussian_distance(real, gaussian(features[part != left])) for left in (GROUPS, *range(GROUPS))
        )
        return {
            "pixel_distance": whole,
            "pixel_distance_error": jackknife(whole, others).high - whole,
            "image_distance": gaussian_distance(images, gaussian(pixels)),
        }

    def variety(self, pixels: Float[Tensor, "n d"], conditional: bool) -> Signs:
        """Of the least varied class, or of all together."""
        groups = self.groups if conditional else [self.everything]
        shares = [apart(pixels[group.drawn]) / group.apart for group in groups if group.apart > 0]
        return {"variety": min(shares)} if shares else {}

    def beyond_chance(self, pixels: Float[Tensor, "n d"], labels: Int64[Tensor, " n"]) -> float:
        """How often the class is told. Mean over classes: where one is most of the data, always drawing it is not
        obeying."""
        right = (torch.cat([pixels, torch.ones(len(pixels), 1)], 1) @ self.scores).argmax(1) == labels
        each = torch.stack([right[labels == index].float().mean() for index in torch.unique(labels)])
        return each.mean().item() - 1 / self.classes

    def _shown(self, condition: Condition) -> Iterator[Iterator[tuple[Tensor, Tensor]]]:
        """The training images, and those that were held from training, with their conditions, in small parts."""
        for items in self.shown:
            encoded = condition.targets(self.dataset.schema, items)
            yield zip(torch.split(items.images, PART), torch.split(encoded, PART), strict=True)

    @torch.no_grad()
    def memorization(self, condition: Condition, discriminator: nn.Module) -> float:
        """Of pairs of a training image and one that was held from it."""
        device, before = next(discriminator.parameters()).device, discriminator.training
        discriminator.eval()
        seen, unseen = (
            torch.cat(
                [discriminator(to_float(x).to(device), y.to(device)).logits.view(len(x), -1).mean(1) for x, y in parts]
            )
            for parts in self._shown(condition)
        )
        discriminator.train(before)
        return (seen[:, None] - unseen).sign().mean().item()


class Group:
    """Samples whose variety is looked at, by their places, and how far apart as many real images are.

    At most a third as many as there are real images: of more, even if drawn from among these, many would be alike.
    """

    def __init__(self, drawn: Int64[Tensor, " n"], real: Float[Tensor, "m d"]) -> None:
        self.drawn = drawn[evenly(len(drawn), len(real) // 3)]
        self.apart = apart(real[evenly(len(real), len(self.drawn))])
        """0 where most real images are there twice."""


def embed(images: UInt8[Tensor, "n c h w"]) -> Float[Tensor, "n d"]:
    """Pixels of the averaged images, 0 … 1."""
    height, width = (min(SIDE, side) for side in images.shape[2:])
    # in parts: as floats all of them would take much memory
    parts = torch.split(images, 250)
    return torch.cat([F.adaptive_avg_pool2d(part.float() / 255, (height, width)) for part in parts]).flatten(1)


def apart(pixels: Float[Tensor, "n d"]) -> float:
    """The mean distance to the nearest other one. Not the median: where half of few samples are doubles it is 0."""
    if len(pixels) < 2:
        return 0.0
    return torch.cdist(pixels, pixels).fill_diagonal_(torch.inf).min(1).values.mean().item()


def discriminant(pixels: Float[Tensor, "n d"], labels: Int64[Tensor, " n"], classes: int) -> Float[Tensor, "e c"]:
    """Linear scores of each class, the last row for offsets: normal densities of one covariance, equally likely."""
    members = F.one_hot(labels, classes).float()
    means = (members.T @ pixels) / members.sum(0)[:, None].clamp(min=1)
    within = pixels - means[labels]
    width = pixels.shape[1]
    # a ridge, for pixels that never change
    covariance = within.T @ within / max(1, len(pixels)) + 1e-3 * torch.eye(width)
    weights = torch.linalg.solve(covariance, means.T)
    offsets = -0.5 * (means.T * weights).sum(0)
    offsets[members.sum(0) == 0] = -torch.inf
    return torch.cat([weights, offsets[None]])
