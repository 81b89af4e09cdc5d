"""What kind of images these are, by a few simple measured signs: the defaults of a run depend on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor
from torch.nn import functional as F

from condgan.core.schema import Column
from condgan.core.seeds import some_of
from condgan.data.dataset import Dataset

LOOKED_AT = 1_000
"""Images whose colours are counted, at most."""
LEVELS = 32
"""Levels of a channel that are told apart: paper is no less one ground for being a little uneven."""
MIRRORED, SIDE = 6_000, 16
"""Images that are mirrored, at most; and the side to which they are averaged."""
LEAST, FEWEST = 50, 4
"""Images of a value that are looked at by themselves; those with fewer are looked at together, from ``FEWEST`` on."""
FLAT = 0.3
"""Share of an image that its commonest colour covers, from which on it is a drawing: of the digits, letters, garments,
emoji and sprites that were looked at it covers 0.45 and more, of photos 0.20 at most."""
LOPSIDED, DEVIATIONS = 0.55, 3
"""Share of images that are rightly told from their mirror images, less so many standard errors, above which mirroring
changes what they are."""
RIDGE = 0.1
PART = 100


class Character(NamedTuple):
    """What was measured."""

    images: int
    axes: int
    """Of space: 2 of images."""
    colour: bool
    flat: float
    """Share of an image that its commonest colour covers: the median over images."""
    lopsided: float
    """Share of images that a linear model tells from their mirror images, less three times its standard error; of the
    column and value, if there are columns, of which it is highest. Chance: 0.5."""

    @property
    def known(self) -> bool:
        """Whether there are enough images to say what they are."""
        return self.images >= LEAST

    @property
    def photographic(self) -> bool:
        """Whether images have no ground of one colour."""
        return self.flat < FLAT

    @property
    def symmetric(self) -> bool:
        """Whether mirror images are as likely as the images themselves, whatever the columns say."""
        return self.lopsided < LOPSIDED


def character(dataset: Dataset) -> Character:
    """Look at some of the images; of too few nothing is known, and they count as drawings that are not mirrored."""
    target = dataset.target
    axes = target.dim() - 2
    if len(dataset) < LEAST:
        return Character(len(dataset), axes, False, 1.0, 1.0)
    some = target[some_of(len(target), LOOKED_AT)]
    colour = some.shape[1] >= 3 and bool((some[:, 0] != some[:, 1]).any())
    flat = float(torch.tensor([commonest(image) for image in some]).median())
    order = torch.randperm(len(dataset), generator=torch.Generator().manual_seed(0))
    chosen = order[:MIRRORED]
    parts = [differences(target[rows]) for rows in torch.split(chosen, PART)]
    found = [lopsided(torch.cat(kind), dataset, chosen) for kind in zip(*parts, strict=True)]
    return Character(len(dataset), axes, colour, flat, max(found))


def commonest(image: UInt8[Tensor, "c ..."]) -> float:
    """Share of its positions that have the commonest colour."""
    colours = image.flatten(1).long() * LEVELS // 256
    code = colours[0]
    for channel in colours[1:3]:
        code = LEVELS * code + channel
    return int(torch.unique(code, return_counts=True)[1].max()) / len(code)


def differences(images: UInt8[Tensor, "n c *space"]) -> tuple[Float[Tensor, "n d"], Float[Tensor, "n e"]]:
    """Numbers of images that have the other sign in their mirror images.

    By how much brightness differs from that of the mirrored place; and which way edges lean, whatever is the brighter
    side of them, for digits in any colour on any ground.
    """
    space = [min(SIDE, side) for side in images.shape[2:]]
    small = F.interpolate(images.float() / 255, space, mode="area")
    half = slice(0, max(1, space[-1] // 2))
    brighter = (small - small.flip(-1))[..., half].flatten(1)
    grey = images[:, :3].float().mean(1, keepdim=True)
    if images.dim() < 4 or min(images.shape[-2:]) < 3:
        return brighter, torch.zeros(len(images), 1)
    across = grey[..., 1:-1, 2:] - grey[..., 1:-1, :-2]
    down = grey[..., 2:, 1:-1] - grey[..., :-2, 1:-1]
    inner = [min(SIDE, side) for side in across.shape[2:]]
    lean = F.interpolate(across * down, inner, mode="area")
    lean = (lean + lean.flip(-1))[..., : max(1, inner[-1] // 2)].flatten(1)
    return brighter, F.normalize(lean, dim=1)


def lopsided(apart: Float[Tensor, "n d"], dataset: Dataset, chosen: Tensor) -> float:
    """How well some images are told from their mirror images by such numbers: all of them, or those of the value of a
    column of which it is highest."""
    found = [_share(told_from_mirror(apart))]
    for name, column in dataset.schema.columns.items():
        rest = []
        for mask in groups(dataset.columns[name], column, chosen):
            count = int(mask.sum())
            if count >= LEAST:
                found.append(_share(told_from_mirror(apart[mask])))
            elif count >= FEWEST:
                rest.append(told_from_mirror(apart[mask]))
        if sum(map(len, rest)) >= LEAST:
            found.append(_share(torch.cat(rest)))
    return max(found)


def told_from_mirror(apart: Float[Tensor, "n d"]) -> Bool[Tensor, " n"]:
    """Which images a ridge regression tells from their mirror images, in either half by what it learned in the other.

    A mirror image has the same numbers with the other sign, so the model needs no second class and no constant.
    """
    halves = apart[::2], apart[1::2]
    right = []
    for learned, told in (halves, halves[::-1]):
        moments = learned.T @ learned / len(learned)
        moments += (RIDGE * moments.diagonal().mean() + 1e-6) * torch.eye(len(moments))
        right.append(told @ torch.linalg.solve(moments, learned.mean(0)) > 0)
    return torch.cat(right)


def _share(right: Bool[Tensor, " n"]) -> float:
    return float(right.float().mean()) - DEVIATIONS * float((0.25 / len(right)) ** 0.5)


def groups(values: object, column: Column, chosen: Tensor) -> Iterator[Bool[Tensor, " n"]]:
    """Which of some items have each value of a column; of numbers, the lower and the upper half."""
    if column.storage == "ids":
        ids = torch.as_tensor(values)[chosen]
        yield from (ids == index for index in range(len(column.names)))
    elif column.storage == "numbers":
        numbers = torch.as_tensor(values)[chosen]
        if not numbers.isnan().all():
            middle = numbers.nanmedian()
            yield from (numbers <= middle, numbers > middle)
    elif column.storage == "vectors" and column.names:
        yield from (torch.as_tensor(values)[chosen] > 0).unbind(1)
