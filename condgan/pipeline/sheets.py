"""How a sheet of samples is laid out: the values of one field in columns, or those of two in columns and rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from PIL.Image import Image
from torch import Tensor

from condgan.conditions.condition import Condition
from condgan.core.batch import Batch
from condgan.core.bundle import Bundle
from condgan.core.errors import SettingsError, nearest
from condgan.core.form import FormField
from condgan.gallery import Samples, columns_of
from condgan.gallery.strips import stills
from condgan.pipeline.requests import STEPS

if TYPE_CHECKING:
    from condgan.pipeline.pipeline import Pipeline

MOST_SHOWN, MOST_STRIPS = 160, 30
"""Images, or clips, of a sheet."""
ROWS, SEEDS = 10, 8
"""Of a sheet of one field, at most; and images of each text."""
WIDEST = 32
"""Images in a row, at most: more values are shown in several rows."""


class Layout(NamedTuple):
    """What each image of a sheet is asked to be, besides what is the same for all."""

    cells: list[list[dict[str, Any]]]
    """By row; the last one may be shorter."""
    seeds: list[list[int]]
    """Of each image, by row."""


def layout_of(
    form: Sequence[FormField], across: str | None, down: str | None, most: int, texts: Mapping[str, Sequence[str]]
) -> Layout | None:
    """The layout of a sheet of at most so many images; ``None`` where no field has values to show.

    Args:
        form: what can be asked for.
        across: a field; by default the first that has choices, else the first of numbers, or of yes and no.
        down: another field, from one seed; by default each row is from another seed.
        most: images at most.
        texts: by field, texts to show: a row each, where no field has values, and in each column another seed.

    Raises:
        SettingsError: there is no such field.
    """
    named = {field.name: field for field in form}
    for each in (across, down):
        if each is not None and each not in named:
            raise SettingsError(f"no field {each}", where="across and down", do=nearest(each, named))
    for each in (across, down):
        if each is not None and not steps_of(named[each]):
            raise SettingsError(f"{each} has no values to show in a row", where="across and down", do="leave it out")
    known = sorted((field for field in form if steps_of(field)), key=lambda field: not field.choices)
    if not known and texts:
        (name, captions), *_ = texts.items()
        rows = [[{name: text}] * SEEDS for text in dict.fromkeys(captions)][:ROWS]
        return Layout(rows, [list(range(SEEDS))] * len(rows))
    if not known:
        return None
    name = across or known[0].name
    columns = [{name: value} for value in steps_of(named[name])[:most]]
    count = most // len(columns)
    if down:
        rows = [[{**column, down: value} for column in columns] for value in steps_of(named[down])[:count]]
        return Layout(rows, [[0] * len(columns)] * len(rows))
    width = -(-len(columns) // -(-len(columns) // WIDEST))
    parts = [columns[start : start + width] for start in range(0, len(columns), width)]
    return Layout(
        [part for _ in range(min(ROWS, count)) for part in parts],
        [[seed] * len(part) for seed in range(min(ROWS, count)) for part in parts],
    )


def steps_of(field: FormField) -> list[Any]:
    """The values of a field that a sheet shows; none where it has no end of them."""
    if field.type == "boolean":
        return ["no", "yes"]
    if field.type == "number" and field.low is not None and field.high is not None:
        width = field.high - field.low
        return [round(field.low + width * step / (STEPS - 1), 6) for step in range(STEPS)]
    return list(field.choices)


def shown(pipe: Pipeline, across: str | None = None, down: str | None = None) -> tuple[Samples, int | None]:
    """The samples of a sheet, and how many stand in a row; arguments as of ``Pipeline.sheet``."""
    condition, texts = pipe.condition, _captions(pipe.condition)
    clips = pipe.shape.frames is not None
    found = layout_of(condition.form(), across, down, MOST_STRIPS if clips else MOST_SHOWN, texts)
    if found is None:
        return pipe(n=MOST_STRIPS if clips else 64), None
    # a text that is not shown for itself is left out, or the same along a row; so is what cannot be left out
    base = {name: "" if optional_part(condition, name) else captions[0] for name, captions in texts.items()}
    examples = condition.examples(1) or [{}]
    base = {name: each for name, each in examples[0].items() if name not in condition.fieldwise} | base
    started = [{**base, **{name: each for name, each in cells[0].items() if name in base}} for cells in found.cells]
    rest = pipe.filled(started, [seeds[0] for seeds in found.seeds])
    rows = [{**row, **each} for row, cells in zip(rest, found.cells, strict=True) for each in cells]
    where = {key: [row[key] for row in rows] for key in rows[0]}
    samples = pipe(where=where, seeds=[seed for seeds in found.seeds for seed in seeds], free=True)
    return samples, None if clips else len(found.cells[0])


def side_by_side(pipe: Pipeline, batch: Batch, bundle: Bundle, seeds: int) -> Image:
    """What ``Pipeline.side_by_side`` shows."""
    latents = pipe.noise(range(seeds))
    columns = {name: _last(each) for name, each in pipe.condition.show(bundle).items() if isinstance(each, Tensor)}
    for index in range(seeds):
        made = pipe.generate(latents[index].expand(len(batch.target), -1), bundle)
        columns[f"seed {index}"] = pipe.exact(made)
    columns["ground truth"] = _last(batch.target)
    frames = pipe.shape.frames
    if frames is None:
        return columns_of(columns)
    # a picture stands still all the time
    still = {name: each[:, None].repeat(frames, 1) for name, each in columns.items() if each.ndim == 4}
    return columns_of({name: stills(still.get(name, each)) for name, each in columns.items()}, 1)


def optional_part(condition: Condition, name: str) -> bool:
    """Whether a field may be left out with its part."""
    parts = condition.parts.values()
    return any(each.dropout > 0 for each in parts if name in [field.name for field in each.form()])


def _captions(condition: Condition) -> dict[str, list[str]]:
    """Texts of the training by the fields that take some."""
    names = [field.name for field in condition.form() if field.type == "text"]
    examples = condition.examples(MOST_SHOWN) if names else None
    return {name: [row[name] for row in examples or ()] for name in names}


def _last(images: Tensor) -> np.ndarray:
    """Channels last, as pictures are shown."""
    return images.movedim(1, -1).numpy()
