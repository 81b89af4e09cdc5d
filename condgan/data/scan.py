"""Printed text in a picture of a page, by a reader that comes as a package, or by Tesseract."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageOps

from condgan.core.errors import DataError, SettingsError

WIDER, APART = 1.4, 3.0
"""A paragraph ends where the next line is so much further away than most are, or so many heights of a line."""
UNSURE = 0.5
"""How sure the reader is of a line, from 0 to 1, at least."""
LINE, BOX, SURE, TEXT = slice(1, 5), slice(6, 10), 10, 11
"""Columns of Tesseract's tables: which line a word is in; its left and upper edge, width and height; how sure it is."""


class Read(NamedTuple):
    """A line of print."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


Reader = Callable[[Image.Image], Sequence[Read]]


def text_of(picture: Path) -> str:
    """The printed text of a scanned page or a photo of one: paragraphs with an empty line between them.

    Raises:
        SettingsError: the reader is not installed.
        DataError: the picture cannot be opened, or no text is found in it.
    """
    reader = _rapidocr() or _tesseract()
    if reader is None:
        raise SettingsError(
            "no reader of print",
            where="this Python lacks rapidocr-onnxruntime, and there is no tesseract",
            do="pip install 'condgan[write]'",
        )
    try:
        with Image.open(picture) as opened:
            page = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise DataError(
            "cannot read the page", where=picture, do=f"give a picture of print, or text ({error})"
        ) from None
    try:
        lines = reader(page)
    except Exception as error:  # readers fail in ways of their own
        raise DataError(
            "cannot read the page", where=picture, do=f"give a picture of a whole page ({type(error).__name__})"
        ) from None
    if not lines:
        raise DataError("no print was found", where=picture, do="give a sharper or larger picture, upright and light")
    return paragraphs(lines)


def _rapidocr() -> Reader | None:
    """The reader that comes as a package, its weights inside; ``None``: it is not installed."""
    try:
        from rapidocr_onnxruntime import RapidOCR
    except ImportError:
        return None

    def read(page: Image.Image) -> list[Read]:
        model: Any = RapidOCR()
        found, _ = model(np.asarray(page)[..., ::-1])
        return [Read(text, *np.min(box, 0), *np.max(box, 0)) for box, text, sure in found or () if sure >= UNSURE]

    return read


def _tesseract() -> Reader | None:
    """The program of that name; ``None``: it is not installed."""
    program = shutil.which("tesseract")
    if program is None:
        return None

    def read(page: Image.Image) -> list[Read]:
        buffer = io.BytesIO()
        page.save(buffer, "PNG")
        words = [program, "stdin", "stdout", "--psm", "3", "tsv"]
        table = subprocess.run(words, input=buffer.getvalue(), capture_output=True, check=True).stdout.decode()
        lines: dict[tuple[str, ...], list[Read]] = {}
        for row in table.splitlines()[1:]:
            cells = row.split("\t")
            if cells[TEXT].strip() and float(cells[SURE]) >= 100 * UNSURE:
                left, top, width, height = map(float, cells[BOX])
                lines.setdefault(tuple(cells[LINE]), []).append(
                    Read(cells[TEXT], left, top, left + width, top + height)
                )
        return [_line(words) for words in lines.values()]

    return read


def _line(words: Sequence[Read]) -> Read:
    """Some words of one line as one."""
    left, top = min(each.left for each in words), min(each.top for each in words)
    right, bottom = max(each.right for each in words), max(each.bottom for each in words)
    return Read(" ".join(each.text for each in words), left, top, right, bottom)


def paragraphs(lines: Sequence[Read]) -> str:
    """Lines of print in the order in which people read them, in paragraphs; a word that is broken at the end of a line
    is joined."""
    rows: list[list[Read]] = []
    for line in sorted(lines, key=lambda each: (each.top + each.bottom) / 2):
        middle = (line.top + line.bottom) / 2
        if rows and middle < max(each.bottom for each in rows[-1]) - 0.3 * (line.bottom - line.top):
            rows[-1].append(line)
        else:
            rows.append([line])
    middles = [(min(each.top for each in row) + max(each.bottom for each in row)) / 2 for row in rows]
    steps = np.diff(middles)
    usual = float(np.percentile(steps, 25)) if len(steps) else 0.0
    text = ""
    for place, row in enumerate(rows):
        words = " ".join(each.text.strip() for each in sorted(row, key=lambda each: each.left))
        height = max(each.bottom - each.top for each in row)
        if not place:
            text = words
        elif steps[place - 1] > min(WIDER * usual, APART * height):
            text += "\n\n" + words
        elif text.endswith("-") and words[:1].islower():
            text = text[:-1] + words
        else:
            text += " " + words
    return text
