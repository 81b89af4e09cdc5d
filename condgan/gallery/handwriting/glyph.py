"""From images of characters to outlines of ink."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple, cast

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch.nn import functional as F

from condgan.core.extents import extent_of

FINER, MARGIN = 3, 2
"""How often an image is enlarged before its outlines are followed, and pixels of paper that are put around it."""
LEVEL, WEIGHT = 0.45, 0.22
"""How dark ink is at its outline, and how far the weight of the pen moves that."""
DARKEST = 6
"""Pixels that say how dark the ink of an image is."""
NEAR, PALEST = 7, 0.5
"""How many pixels wide what is near is, where ink is as dark as the darkest nearby; and how dark that is at least."""
PART = 512
"""Images that outlines are looked for in at once."""
SPECK = 0.03
"""Parts of a character that are smaller than this share of it are dirt."""
BANDS, LOWEST, HIGHEST = 24, -1.0, 2.6
"""How many heights the sides of a character are measured at, between two heights above the line."""
STANDS = 0.6
"""How well the ends of characters go with those in print, as a correlation, where they stand on a line."""
FLAT = 2.0
"""How much wider than high a character is whose width says how large it is, such as a dash."""
SIZES = (0.8, 1.25)
"""How much smaller or larger than usual a letter is written, at most."""
TOLERANCE = 0.012
"""How far a simplified outline may be from the whole one, in heights of a small x."""
MANY = 48
"""Points of an outline from which on every second one will do."""
Outline = Float[np.ndarray, "_ 2"]


class Glyph(NamedTuple):
    """A character in ink. Lengths are in heights of a small x; y goes up from the line, x to the right from its left
    end."""

    outlines: tuple[Outline, ...]
    """Closed; an area within another one is paper again (the even-odd rule)."""
    width: float
    left: Float[np.ndarray, " b"]
    """Where the ink begins at each height; infinite where there is none."""
    right: Float[np.ndarray, " b"]
    """Where it ends; −infinite where there is none."""


def ink_of(images: UInt8[np.ndarray, "n h w c"]) -> Float[np.ndarray, "n h w"]:
    """How much ink is where, from 0 to 1: the difference from the paper, which is the median along the border."""
    found = images.astype(np.float32) / 255
    if images.shape[3] == 4:
        found = found[..., :3] * found[..., 3:] + 1 - found[..., 3:]
    border = np.concatenate([found[:, 0], found[:, -1], found[:, 1:-1, 0], found[:, 1:-1, -1]], 1)
    paper = np.median(border, axis=1)[:, None, None]
    difference = np.abs(found - paper).max(3)
    # the ink of each image at its darkest is 1, the grain of the paper 0
    darkest = np.sort(difference.reshape(len(found), -1), axis=1)[:, -DARKEST:].mean(1)[:, None, None]
    grain = 2 * np.median(np.abs(border - paper[:, 0]).max(2), axis=1)[:, None, None]
    ink = torch.from_numpy(np.clip((difference - grain) / np.maximum(darkest - grain, 0.08), 0, 1))
    # a pen leaves ink wherever it goes: pale strokes beside dark ones are as black
    around = F.max_pool2d(ink[:, None], NEAR, 1, NEAR // 2)
    around = F.avg_pool2d(around, NEAR, 1, NEAR // 2, count_include_pad=False)[:, 0]
    return (ink / around.clamp(PALEST, 1)).clamp(0, 1).numpy()


class Standing(NamedTuple):
    """Where the line is in images of characters that all stand on one."""

    baseline: float
    """In pixels from the upper edge."""
    unit: float
    """Pixels of the height of a small x."""


def standing(characters: Sequence[str], images: UInt8[np.ndarray, "n h w c"]) -> Standing | None:
    """Whether characters stand on one line, each as large as it is beside others; ``None``: each is cut out by itself.

    They do where letters that are high in print are high in the images, and those that hang below the line hang.
    """
    shapes = shapes_of(images, LEVEL)
    there = [(each, np.concatenate(shape)) for each, shape in zip(characters, shapes, strict=True) if shape is not None]
    extents = [extent_of(each) for each, _ in there]
    tops, bottoms = [each.top for each in extents], [each.bottom for each in extents]
    highest, lowest = [-points[:, 1].min() for _, points in there], [-points[:, 1].max() for _, points in there]
    if min(np.ptp(tops or [0.0]), np.ptp(bottoms or [0.0])) < 0.2:
        return None  # of digits alone nothing can be said
    if min(np.corrcoef(tops, highest)[0, 1], np.corrcoef(bottoms, lowest)[0, 1]) < STANDS:
        return None
    unit, line = np.polyfit([*tops, *bottoms], [*highest, *lowest], 1)
    return Standing(-float(line), float(unit))


def glyphs(
    characters: Sequence[str], images: UInt8[np.ndarray, "n h w c"], weight: float, line: Standing | None
) -> list[Glyph | None]:
    """Images of characters as ink on a line; ``None`` where an image has no ink.

    Args:
        characters: of each image.
        images: of one size.
        weight: of the pen, 0 as it is.
        line: where the line is in the images. Without it each character stands where it does in print, and one that is
            larger or smaller than others of its kind stays so.
    """
    shapes = shapes_of(images, LEVEL - WEIGHT * weight)
    if line is not None:
        return [None if shape is None else _standing(shape, line) for shape in shapes]
    heights: dict[str, list[float]] = defaultdict(list)
    for character, shape in zip(characters, shapes, strict=True):
        if shape is not None:
            heights[character].append(float(np.ptp(np.concatenate(shape)[:, 1])))
    usual = {character: max(float(np.median(each)), 1e-6) for character, each in heights.items()}
    return [
        None if shape is None else _as_in_print(character, shape, usual[character])
        for character, shape in zip(characters, shapes, strict=True)
    ]


def shapes_of(images: UInt8[np.ndarray, "n h w c"], level: float) -> list[list[Outline] | None]:
    """The outlines in each image, a part of the images at a time: what lies between takes forty times their memory."""
    parts = (images[start : start + PART] for start in range(0, len(images), PART))
    return [shape for part in parts for shape in outlines_of(ink_of(part), level)]


def outlines_of(ink: Float[np.ndarray, "n h w"], level: float) -> list[list[Outline] | None]:
    """Where the ink of each image reaches a level, in pixels, y going down; without specks; ``None`` where there is
    none."""
    import contourpy

    around = F.pad(torch.from_numpy(ink)[:, None], (MARGIN,) * 4)
    fine = F.interpolate(around, scale_factor=FINER, mode="bicubic", align_corners=False)[:, 0].numpy()
    lines = (cast("list[np.ndarray]", contourpy.contour_generator(z=each, name="serial").lines(level)) for each in fine)
    return [_without_specks(each) for each in lines]


def _without_specks(lines: Sequence[np.ndarray]) -> list[Outline] | None:
    """Those lines that are closed, in pixels of the image, and enclose enough."""
    closed = [np.asarray(line) / FINER for line in lines if len(line) > 3 and np.array_equal(line[0], line[-1])]
    areas = [abs(float(np.dot(each[:-1, 0], each[1:, 1]) - np.dot(each[1:, 0], each[:-1, 1]))) / 2 for each in closed]
    found = [each for each, area in zip(closed, areas, strict=True) if area >= SPECK * sum(areas)]
    return found or None


def _standing(shape: list[Outline], line: Standing) -> Glyph:
    """Outlines in pixels as a character where it stands."""
    left = min(each[:, 0].min() for each in shape)
    placed = [np.stack([each[:, 0] - left, line.baseline - each[:, 1]], 1) / line.unit for each in shape]
    return of_outlines([simplified(each) for each in placed])


def _as_in_print(character: str, shape: list[Outline], usual: float) -> Glyph:
    """Outlines in pixels as a character where it stands in print; ``usual``: how high others of its kind are."""
    extent = extent_of(character)
    points = np.concatenate(shape)
    (left, top), (right, bottom) = points.min(0), points.max(0)
    height, width = max(bottom - top, 1e-6), max(right - left, 1e-6)
    larger = float(np.clip(height / usual, *SIZES))
    # what is flat, such as a dash, is measured by its width
    flat = extent.width > FLAT * extent.height
    scale = (extent.width / width if flat else extent.height / height) * larger
    middle = (extent.bottom + extent.top) / 2
    lowest = middle - scale * height / 2 if flat else extent.bottom
    placed = [np.stack([(each[:, 0] - left) * scale, (bottom - each[:, 1]) * scale + lowest], 1) for each in shape]
    return of_outlines([simplified(each) for each in placed])


def of_outlines(outlines: Sequence[Outline]) -> Glyph:
    """Outlines, with what their letters need to be set."""
    points = np.concatenate([densified(each) for each in outlines])
    band = ((points[:, 1] - LOWEST) / (HIGHEST - LOWEST) * BANDS).astype(np.int64).clip(0, BANDS - 1)
    left, right = np.full(BANDS, np.inf), np.full(BANDS, -np.inf)
    np.minimum.at(left, band, points[:, 0])
    np.maximum.at(right, band, points[:, 0])
    return Glyph(tuple(outlines), float(points[:, 0].max()), left, right)


def densified(outline: Outline) -> Outline:
    """An outline with points at least at each height that is measured."""
    step = (HIGHEST - LOWEST) / BANDS / 2
    following = np.roll(outline, -1, 0)
    counts = np.maximum(1, np.ceil(np.abs(following[:, 1] - outline[:, 1]) / step)).astype(np.int64)
    starts = np.repeat(np.arange(len(outline)), counts)
    share = (np.arange(counts.sum()) - np.repeat(counts.cumsum() - counts, counts)) / counts[starts]
    return outline[starts] + share[:, None] * (following[starts] - outline[starts])


def simplified(outline: Outline) -> Outline:
    """An outline with as few of its points as keep it (Douglas & Peucker 1973); its last point is not its first."""
    points = outline[:-1] if (outline[0] == outline[-1]).all() else outline
    if len(points) < 8:
        return points
    if len(points) >= MANY:
        points = points[::2]  # they lie closer together than any bend needs
    # a closed line is cut at two points far from each other
    far = int(np.abs(points - points[0]).sum(1).argmax())
    ring = np.concatenate([points, points[:1]])
    keep = np.zeros(len(ring), dtype=bool)
    keep[[0, far, len(ring) - 1]] = True
    todo = [(0, far), (far, len(ring) - 1)]
    while todo:
        start, end = todo.pop()
        if end - start < 2:
            continue
        inner, way = ring[start + 1 : end] - ring[start], ring[end] - ring[start]
        length = np.hypot(*way)
        away = np.hypot(*inner.T) if length < 1e-9 else np.abs(inner[:, 0] * way[1] - inner[:, 1] * way[0]) / length
        worst = int(away.argmax())
        if away[worst] > TOLERANCE:
            middle = start + 1 + worst
            keep[middle] = True
            todo += [(start, middle), (middle, end)]
    return ring[:-1][keep[:-1]]


def slanted(glyph: Glyph, slant: float) -> Glyph:
    """A character leaning to the right."""
    leaning = [each + np.stack([slant * each[:, 1], np.zeros(len(each))], 1) for each in glyph.outlines]
    least = min(each[:, 0].min() for each in leaning)
    return of_outlines([each - [least, 0] for each in leaning])
