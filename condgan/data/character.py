"""What kind of images these are, by a few simple measured signs: the defaults of a run depend on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor
from torch.nn import functional as F

from condgan.core.batch import evenly
from condgan.core.schema import Column
from condgan.data.dataset import Dataset

LOOKED_AT = 1_000
"""Images whose colours are counted, at most."""
MIRRORED, SIDE, LEAST = 6_000, 16, 50
"""Images that are mirrored, at most; the side to which they are averaged; and how many of a value are enough."""
FLAT = 0.25
"""Share of an image that its commonest colour covers, above which it is a drawing: of the digits, letters, garments,
emoji and sprites that were looked at it covers 0.39 and more, of photos 0.15 at most."""
LOPSIDED = 0.56
"""Share of images that are rightly told from their mirror images, above which mirroring changes what they are."""
RIDGE = 0.1


class Character(NamedTuple):
    """What was measured."""

    images: int
    colour: bool
    flat: float
    """Share of an image that its commonest colour covers: the median over images."""
    lopsided: float
    """Share of images that a linear model tells from their mirror images, less twice its standard error; of the column
    and value, if there are columns, of which it is highest. Chance: 0.5."""

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
    colour = dataset.schema.target.palette is None and target.shape[1] >= 3
    if len(dataset) < LEAST:
        return Character(len(dataset), colour, 1.0, 1.0)
    flat = [commonest(image) for image in target[evenly(len(target), LOOKED_AT)]]
    chosen = evenly(len(dataset), MIRRORED)
    apart = antisymmetric(target[chosen])
    told = [told_from_mirror(apart)]
    for name, column in dataset.schema.columns.items():
        for mask in groups(dataset.columns[name], column, chosen):
            if int(mask.sum()) >= LEAST:
                told.append(told_from_mirror(apart[mask]))
    return Character(len(dataset), colour, float(torch.tensor(flat).median()), max(told))


def commonest(image: UInt8[Tensor, "c ..."]) -> float:
    """Share of its positions that have the commonest colour."""
    colours = image.flatten(1).long()
    code = colours[0]
    for channel in colours[1:3]:
        code = 256 * code + channel
    return int(torch.unique(code, return_counts=True)[1].max()) / len(code)


def antisymmetric(images: UInt8[Tensor, "n c *space"]) -> Float[Tensor, "n d"]:
    """By how much an image, averaged down, differs from its mirror image at each place of its left half."""
    space = [min(SIDE, side) for side in images.shape[2:]]
    small = torch.cat([F.interpolate(part.float() / 255, space, mode="area") for part in torch.split(images, 500)])
    return (small - small.flip(-1))[..., : max(1, space[-1] // 2)].flatten(1)


def told_from_mirror(apart: Float[Tensor, "n d"]) -> float:
    """How many images a ridge regression tells from their mirror images, in either half by what it learned in the other
    one; less twice the standard error.

    A mirror image has the same numbers with the other sign, so the model needs no second class and no constant.
    """
    halves = apart[::2], apart[1::2]
    right = []
    for learned, told in (halves, halves[::-1]):
        moments = learned.T @ learned / len(learned)
        moments += (RIDGE * moments.diagonal().mean() + 1e-6) * torch.eye(len(moments))
        right.append(told @ torch.linalg.solve(moments, learned.mean(0)) > 0)
    share = float(torch.cat(right).float().mean())
    return share - float((0.25 / len(apart)) ** 0.5) * 2


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
