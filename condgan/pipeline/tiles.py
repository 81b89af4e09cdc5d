"""Large images in parts that overlap, and the parts together again without seams."""

import itertools
from collections.abc import Iterable, Iterator, Mapping

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from condgan.core.batch import Shape
from condgan.core.bundle import Bundle, to
from condgan.pipeline.sampling import chunk_size, chunks, device_of

Place = tuple[slice, slice]
SHARE = 3
"""The part of a tile by which the next one is moved. What a network makes of a place depends a little on where in the
tile it lies: moved by a half, that shows as a net over even surfaces, of twice the strength and more."""


def places(space: tuple[int, int], tile: tuple[int, int]) -> list[Place]:
    """Parts of the size of a tile that cover an extent, each overlapping the next by two thirds of it or more."""
    sides = []
    for length, side in zip(space, tile, strict=True):
        if length < side:
            raise ValueError(f"{length} positions are less than a tile of {side}")
        count = 1 + -(-(length - side) // max(1, side // SHARE))
        sides.append([slice(start, start + side) for start in _evenly(length - side, count)])
    return list(itertools.product(*sides))


def together(
    parts: Iterable[Float[Tensor, "c th tw"]], where: list[Place], shape: tuple[int, int, int]
) -> Float[Tensor, "c h w"]:
    """The mean of all parts at each position, each counting less towards its border. They are taken one by one: that
    they overlap costs no memory."""
    total, weights = torch.zeros(shape), torch.zeros(shape[1:])
    high, wide = (side.stop - side.start for side in where[0])
    weight = window((high, wide))
    for part, (rows, columns) in zip(parts, where, strict=True):
        total[:, rows, columns] += part.float().cpu() * weight
        weights[rows, columns] += weight
    return total / weights


def window(tile: tuple[int, int]) -> Float[Tensor, "th tw"]:
    """A cosine hill over a tile, nowhere zero."""
    high, wide = (torch.hann_window(side + 2, periodic=False)[1:-1].clamp(min=1e-3) for side in tile)
    return high[:, None] * wide


@torch.no_grad()
def of_any_size(
    generator: nn.Module,
    latent: Float[Tensor, "1 noise"],
    bundle: Bundle,
    spatial: Mapping[str, object],
    shape: Shape,
) -> Float[Tensor, "c h w"]:
    """The image of one condition whose spatial tensors are of any size: smaller ones are filled up to the size of the
    training by their borders, larger ones made in parts."""
    height, width = next(bundle[name].shape[2:] for name in spatial)
    high, wide = shape.space
    missing = (0, max(0, wide - width), 0, max(0, high - height))
    filled = {name: _filled(each, missing) if name in spatial else each for name, each in bundle.items()}
    space = (max(height, high), max(width, wide))
    where = places(space, (high, wide))
    device = device_of(generator)

    def parts() -> Iterator[Tensor]:
        for chosen, computed in chunks(len(where), chunk_size(shape)):
            some = [where[index] for index in computed.tolist()]
            tiles = {
                name: torch.cat([each[..., rows, columns] for rows, columns in some])
                if name in spatial
                else each.expand(len(some), *each.shape[1:])
                for name, each in filled.items()
            }
            made = generator(latent.expand(len(some), -1).to(device), to(tiles, device))
            yield from made[: chosen.stop - chosen.start]

    return together(parts(), where, (shape.channels, *space))[:, :height, :width]


def _filled(x: Tensor, missing: tuple[int, int, int, int]) -> Tensor:
    return F.pad(x.float(), missing, mode="replicate").to(x.dtype) if any(missing) else x


def _evenly(room: int, count: int) -> list[int]:
    """Starts from 0 to the last one possible."""
    return [round(index * room / max(1, count - 1)) for index in range(count)]
