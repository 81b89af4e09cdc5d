"""Lists of attributes as CelebA has them, and the list that divides their images into splits."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from condgan.core.errors import DataError
from condgan.data.headings import SPLITS, heading_of
from condgan.data.listing import require_inside
from condgan.data.sheet import is_list, text_of
from condgan.data.splits import Split, split_of

if TYPE_CHECKING:
    import pyarrow as pa

ANNOTATIONS, DIVISIONS = "anno", "eval"
"""The folders of lists in CelebA as it comes, in lower case."""
PARTITION = re.compile(r"list_\w*partition\w*\.(txt|csv)", re.IGNORECASE)
"""How the list of splits is called."""
CODES: dict[str, Split] = {"0": "train", "1": "val", "2": "test"}
"""What it writes for them."""


def attribute_list(folder: Path) -> Path | None:
    """The list of attributes in a folder, or in its folder ``Anno``: ``list_attr_celeba.txt``, or ``.csv``."""
    for home in (folder, *_inner(folder, ANNOTATIONS)):
        for file in sorted(home.iterdir()):
            if is_attribute_list(file):
                return file
    return None


def is_attribute_list(file: Path) -> bool:
    """Whether a file is such a list, by its name and by how it begins."""
    stem, suffix = file.stem.lower(), file.suffix.lower()
    if suffix == ".txt":
        return "attr" in stem and is_list(file)
    return suffix == ".csv" and stem.startswith("list_attr") and file.is_file()


def home_of(file: Path) -> Path:
    """The folder below which the images of a table are."""
    return file.parent.parent if file.parent.name.lower() == ANNOTATIONS else file.parent


def partition_of(file: Path) -> Path | None:
    """The list of splits that belongs to a list of attributes, if there is one.

    Raises:
        DataError: it is a link that leads out of the data.
    """
    if not is_attribute_list(file):
        return None
    home = home_of(file)
    for folder in (home, *_inner(home, DIVISIONS), *_inner(home, ANNOTATIONS)):
        for each in sorted(folder.iterdir()):
            if PARTITION.fullmatch(each.name) and each.is_file():
                require_inside(home, [each])
                return each
    return None


def with_partition(table: pa.Table, file: Path) -> pa.Table:
    """A list of attributes with a column of splits, where a list of these belongs to it. Both name their images: of two
    lists in other orders each value comes to its own image.

    Raises:
        DataError: the list of splits cannot be read, or is of other images.
    """
    import pyarrow as pa

    partition = partition_of(file)
    if partition is None or any(heading_of(name) in SPLITS for name in table.column_names):
        return table
    split = _splits(partition)
    names = [str(name) for name in table[table.column_names[0]].to_pylist()]
    if not any(name in split for name in names):
        raise DataError(
            f"a list of splits of other images: it has no {names[0] if names else 'image'}",
            where=partition,
            do=f"give the one that belongs to {file.name}, or move it away",
        )
    return table.append_column("split", pa.array([split.get(name) for name in names], pa.string()))


def _splits(partition: Path) -> dict[str, str]:
    """The split of each image by its name."""
    found: dict[str, str] = {}
    for number, line in enumerate(text_of(partition).splitlines(), 1):
        cells = [cell.strip() for cell in re.split(r"[,\s]+", line.strip())]
        if cells == [""]:
            continue
        split = (CODES.get(cells[1]) or split_of(cells[1])) if len(cells) == 2 else None
        if split is None and number == 1:
            continue  # headings
        if split is None or found.get(cells[0], split) != split:
            what = "an image in two splits" if split else "a line that is no image and its split"
            raise DataError(
                what, where=f"{partition}, line {number}: {line.strip()[:60]!r}", do="write a name and 0, 1 or 2"
            )
        found[cells[0]] = split
    return found


def _inner(folder: Path, name: str) -> list[Path]:
    """The folder of that name in another, in whatever case."""
    return [each for each in sorted(folder.iterdir()) if each.name.lower() == name and each.is_dir()]
