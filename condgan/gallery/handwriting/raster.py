"""Pages as pictures."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops, ImageDraw

from condgan.gallery.handwriting.page import PEN, POINT, SIZES, Page, Paper, ruling
from condgan.gallery.handwriting.pdf import RULING

FINER = 4
"""How much finer letters are drawn than the picture is, so that their edges are even."""


def raster(page: Page, paper: Paper, ink: tuple[int, int, int], dots: int = 150) -> Image.Image:
    """A page with so many dots an inch."""
    scale = dots / 72
    width, height = (round(side * POINT * scale) for side in SIZES[paper.size])
    sheet = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(sheet)
    colour = tuple(round(255 * each) for each in RULING)
    for x, y, to_x, to_y in ruling(paper):
        draw.line([(x * scale, y * scale), (to_x * scale, to_y * scale)], colour, max(1, round(0.4 * scale)))
    mask = Image.new("L", (width, height), 0)
    for letter in page.letters:
        _draw(mask, letter.glyph.outlines, letter.x * scale, letter.y * scale, letter.scale * scale)
    unit = page.letters[0].scale if page.letters else paper.x_height * POINT
    pen = ImageDraw.Draw(mask)
    for stroke in page.strokes:
        pen.line([(x * scale, y * scale) for x, y in stroke], 255, max(1, round(PEN * unit * scale)), "curve")
    sheet.paste(Image.new("RGB", sheet.size, ink), mask=mask)
    return sheet


def _draw(mask: Image.Image, outlines: tuple[np.ndarray, ...], x: float, y: float, scale: float) -> None:
    """Lay a letter down on what is there already."""
    points = [np.stack([x + each[:, 0] * scale, y - each[:, 1] * scale], 1) for each in outlines]
    every = np.concatenate(points)
    left, top = np.floor(every.min(0)).astype(int) - 1
    right, bottom = np.ceil(every.max(0)).astype(int) + 1
    box = (max(0, left), max(0, top), min(mask.width, right), min(mask.height, bottom))
    if box[0] >= box[2] or box[1] >= box[3]:
        return
    size = ((box[2] - box[0]) * FINER, (box[3] - box[1]) * FINER)
    letter = Image.new("1", size, 0)
    for each in points:  # what lies within another outline is paper again
        part = Image.new("1", size, 0)
        ImageDraw.Draw(part).polygon([((px - box[0]) * FINER, (py - box[1]) * FINER) for px, py in each], fill=1)
        letter = ImageChops.logical_xor(letter, part)
    small = letter.convert("L").resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.BOX)
    mask.paste(ImageChops.lighter(mask.crop(box), small), box)
