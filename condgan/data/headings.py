"""Which column of a table holds what, by its name and by its values."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from condgan.core.errors import DataError, nearest
from condgan.core.names import NUMBER
from condgan.data.base import UNLABELLED
from condgan.data.columns import LABEL
from condgan.data.splits import Split, by_split, split_of
from condgan.data.suffixes import is_image

if TYPE_CHECKING:
    import pyarrow as pa

IMAGES = (
    *("image", "img", "file_name", "filename", "file", "path", "image_path", "filepath", "file_path", "filepaths"),
    *("image_name", "imagename", "image_file", "img_path", "img_name", "image_id", "imageid", "img_id", "name", "id"),
    *("x", "jpg", "png", "picture", "photo", "column_1"),
)
LABELS = (
    *("label", "labels", "class", "category", "target", "class_name", "classname", "label_name", "class_label"),
    *("class_id", "classid", "label_id", "categories", "classes"),
)
HEADLESS = ("y", "column_1", "column_2")
"""What the only column beside that of images may be called to be that of labels."""
NAMED = ("class_name", "classname", "label_name", "labelname", "class_label", "category_name", "name")
"""Columns of the names of classes that another one numbers."""
FLAGS: dict[str, Split] = {"is_valid": "val", "is_val": "val", "is_test": "test", "is_train": "train"}
"""Columns that say yes or no to one split."""
SPLITS = ("split", "subset", "partition", "set", "usage", "fold", "data_set", "dataset", "phase", "mode")
PIXEL = re.compile(r"(pixel|pix|px|p|x|column)?[ _.-]?\d+([x_]\d+)?", re.IGNORECASE)
"""How columns of one pixel each are called."""
LEAST_PIXELS = 64
CALLED = ("split", "subset", "partition")
"""Headings that nothing but a column of splits has."""
YES, NO = ("true", "1", "yes", "1.0"), ("false", "0", "no", "0.0")
LOOKED_AT = 20
"""Values of a column that are looked at to know what it holds."""


def image_column(table: pa.Table, asked: str | None, where: str, knows: Callable[[str], bool] | None) -> str:
    """The column of images: one that holds them, or names such as there are.

    Raises:
        DataError: there is none, or not the one asked for.
    """
    if asked is not None:
        return _asked(table, asked, where)
    usual = [name for heading in IMAGES for name in table.column_names if heading_of(name) == heading]
    rest = [name for name in table.column_names if name not in usual]
    for name in (*usual, *rest):
        if _is_of_images(table, name, knows):
            return name
    plain = [name for name in usual if heading_of(name) not in ("x", "name", "id", "column_1", "column_2")]
    if plain:  # what it names is not there: that is to be told
        return plain[0]
    raise DataError(
        "no image column found", where=f"{where} has {', '.join(table.column_names)}", do="choose one with data.image"
    )


def _is_of_images(table: pa.Table, name: str, knows: Callable[[str], bool] | None) -> bool:
    values = [value for value in table[name].slice(0, LOOKED_AT).to_pylist() if value is not None]
    if not values:
        return False
    if all(isinstance(value, bytes) for value in values):
        return True
    if all(isinstance(value, dict) and value.keys() & {"bytes", "path"} for value in values):
        return True
    texts = [str(value) for value in values if isinstance(value, str | int) and not isinstance(value, bool)]
    if len(texts) < len(values):
        return False
    return any(is_image(text) for text in texts) or (knows is not None and any(map(knows, texts)))


def has_images(table: pa.Table, knows: Callable[[str], bool] | None) -> bool:
    """Whether a column by a usual name holds images, or names of them."""
    usual = [
        name for name in table.column_names if heading_of(name) in IMAGES and heading_of(name) not in ("x", "column_1")
    ]
    return any(_is_of_images(table, name, knows) for name in usual)


def pixel_columns(table: pa.Table) -> tuple[str, ...]:
    """The columns of one pixel each, such as ``pixel0`` … ``pixel783``, or the one that holds all of them as text; none
    where there are no such columns."""
    packed = [name for name in table.column_names if heading_of(name) in ("pixels", "pixel")]
    if len(packed) == 1:
        first = next((value for value in table[packed[0]].to_pylist() if value), "")
        return tuple(packed) if isinstance(first, str) and is_square(len(first.split())) else ()
    found = [name for name in table.column_names if PIXEL.fullmatch(name)]
    if is_square(len(found)):
        return tuple(sorted(found, key=lambda name: [int(number) for number in re.findall(r"\d+", name)]))
    if not is_square(len(found) - 1):
        return ()
    # without headings one column is that of labels, the first or the last: it has several values, and the fewer
    kinds = [len(set(table[name].to_pylist())) for name in (found[0], found[-1])]
    first = kinds[1] < 2 or (kinds[0] > 1 and kinds[0] <= kinds[1])
    return tuple(found[1:] if first else found[:-1])


def is_square(count: int) -> bool:
    """Whether so many pixels are those of a square image."""
    return count >= LEAST_PIXELS and round(count**0.5) ** 2 == count


def label_column(table: pa.Table, asked: str | None, image: str, where: str) -> str:
    """The column of labels, by its name; else the only one of text whose values recur.

    Raises:
        DataError: there is none, several, or not the one asked for.
    """
    if asked is not None:
        return _asked(table, asked, where)
    usual = [name for heading in LABELS for name in table.column_names if heading_of(name) == heading]
    usual = [name for name in usual if name != image]
    whole = [name for name in usual if not _has_fractions(table, name)]
    if whole:
        return _named_by(table, whole[0], image)
    others = [name for name in table.column_names if name != image]
    recurring = [name for name in others if _recurs(table, name)]
    if len(recurring) == 1:
        return recurring[0]
    if len(others) == 1 and (heading_of(others[0]) in HEADLESS or _recurs(table, others[0], numbers=True)):
        return others[0]
    if usual:
        return usual[0]  # it holds no classes: that is to be told
    attributes = ", or take the columns as attributes: --condition attributes" if others else ""
    raise DataError(
        f"no {LABEL} column found",
        where=f"{where} has {', '.join(table.column_names)}",
        do=f"choose one with data.label{attributes}; {UNLABELLED}",
    )


def _has_fractions(table: pa.Table, name: str) -> bool:
    """Whether a column holds numbers of which some have fractions: these are no classes."""
    values = [value for value in table[name].to_pylist() if value is not None]
    texts = [str(value) for value in values if not isinstance(value, bool)]
    numbers = [float(text) for text in texts if NUMBER.fullmatch(text)]
    return len(numbers) == len(values) > 0 and any(number != int(number) for number in numbers)


def _named_by(table: pa.Table, label: str, image: str) -> str:
    """The column of names that belongs to a column of numbered classes; else that column."""
    numbers = [str(value) for value in table[label].to_pylist()]
    if not all(map(NUMBER.fullmatch, numbers)) or class_names(table, label) is not None:
        return label
    for name in table.column_names:
        if name not in (label, image) and heading_of(name) in NAMED:
            pairs = set(zip(numbers, map(str, table[name].to_pylist()), strict=True))
            if len(pairs) == len({number for number, _ in pairs}) == len({text for _, text in pairs}):
                return name
    return label


def _recurs(table: pa.Table, name: str, numbers: bool = False) -> bool:
    """Whether a column holds text, or also whole numbers, of which each value comes twice on the average."""
    values = [value for value in table[name].to_pylist() if value is not None]
    if not all(isinstance(value, str | int if numbers else str) for value in values):
        return False
    known = set(map(str, values))
    if not known or by_split(values) is not None or (not numbers and all(map(NUMBER.fullmatch, known))):
        return False
    return 2 * len(known) <= max(2, len(values))


def split_column(table: pa.Table, taken: Iterable[str | None]) -> str | None:
    """The column that says of each row which split it is of, if there is one."""
    for heading in SPLITS:
        for name in table.column_names:
            strict = heading not in CALLED
            if heading_of(name) == heading and name not in taken and by_split(table[name].to_pylist(), strict):
                return name
    for name in table.column_names:
        if name not in taken and heading_of(name) not in SPLITS and _is_of_splits(table, name):
            return name
    return None


def splits_of(table: pa.Table, name: str) -> dict[int, Split]:
    """The split of each row by a column of splits; rows that are of none are left out."""
    values = table[name].to_pylist()
    flag = FLAGS.get(heading_of(name))
    if flag is None:
        return by_split(values, heading_of(name) not in CALLED) or {}
    other: Split = "test" if flag == "train" else "train"
    return {row: flag if str(value).strip().casefold() in YES else other for row, value in enumerate(values)}


def _is_of_splits(table: pa.Table, name: str) -> bool:
    """Whether a column of another name holds nothing but names of splits, or yes and no to one."""
    first = table[name].slice(0, LOOKED_AT).to_pylist()
    if not all(isinstance(value, str | int) for value in first):
        return False
    if heading_of(name) not in FLAGS and not all(split_of(str(value)) for value in first):
        return False
    values = {str(value).strip().casefold() for value in table[name].to_pylist()}
    if heading_of(name) in FLAGS:
        return len(values) > 1 and values <= {*YES, *NO}
    return len(values) > 1 and all(split_of(value) for value in values) and by_split(sorted(values)) is not None


def heading_of(name: str) -> str:
    """A heading in the form that all are compared in: lower case, words joined by ``_``."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+", name)
    return "_".join(word.casefold() for word in words)


def is_row(cells: Sequence[str], knows: Callable[[str], bool]) -> bool:
    """Whether the first line of a table is one of values: of many numbers; or none of its cells is a usual heading, and
    one is an image's name."""
    if len(cells) > LEAST_PIXELS and all(map(NUMBER.fullmatch, cells)):
        return True
    known = {*IMAGES, *LABELS, *SPLITS}
    return not any(heading_of(cell) in known for cell in cells) and any(map(knows, cells))


def _asked(table: pa.Table, name: str, where: str) -> str:
    if name in table.column_names:
        return name
    alike = [each for each in table.column_names if heading_of(each) == heading_of(name)]
    if len(alike) == 1:
        return alike[0]
    raise DataError(f"no column {name!r}", where=where, do=nearest(name, table.column_names))


def class_names(table: pa.Table, label: str) -> tuple[str, ...] | None:
    """The class names that Hugging Face's metadata give to an integer column."""
    try:
        described = json.loads((table.schema.metadata or {}).get(b"huggingface", b"{}"))
        names = described.get("info", {}).get("features", {}).get(label, {}).get("names")
    except (ValueError, AttributeError, RecursionError):
        return None  # not what the Hub writes
    return tuple(map(str, names)) if isinstance(names, list) else None
