"""The columns of a table: which are read, and what stands in them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from condgan.core.errors import DataError
from condgan.core.note import LEFT_OUT, READ, WRONG, Note, some
from condgan.core.schema import YES_NO
from condgan.data.base import Records
from condgan.data.columns import LABEL, Classes, Raw, Taken
from condgan.data.fields import Fields, Reader
from condgan.data.finder import Finder
from condgan.data.headings import (
    CALLED,
    class_names,
    has_images,
    heading_of,
    image_column,
    label_column,
    pixel_columns,
    split_column,
    splits_of,
)
from condgan.data.picture import Picture
from condgan.data.splits import Split, divide, part_of
from condgan.data.suffixes import is_image
from condgan.data.undecoded import Undecoded

if TYPE_CHECKING:
    import pyarrow as pa


class Columns:
    """The columns of a table that are read."""

    def __init__(
        self,
        table: pa.Table,
        image: str | None,
        label: str | None,
        labelled: bool,
        finder: Finder | None,
        where: str,
        fields: Reader | None = None,
    ) -> None:
        """``finder``: where names of images are looked up; ``None`` where the table holds the images themselves.
        ``fields``: what makes columns of all else that is in the table; ``None``: it is not read.

        Raises:
            DataError: no column of images or labels can be told.
        """
        self.table, self.finder, self.where, self.fields = table, finder, where, fields
        knows = None if finder is None else finder.knows
        self.pixels = pixel_columns(table) if image is None and not has_images(table, knows) else ()
        """The columns of single pixels, or the one that holds them all; empty where a column holds images or names."""
        self.image = self.pixels[0] if self.pixels else image_column(table, image, where, knows)
        rest = table.drop_columns(list(self.pixels)) if self.pixels else table
        self.label = label_column(rest, label, self.image, where) if labelled else None
        named = split_column(rest, {self.image, self.label})
        self.named = named
        """The column of splits."""
        self.splits = splits_of(table, named) if named else self._by_folders()
        """The split of each row, but of those that are of none; ``None`` where there are no splits."""
        self.known = tuple(sorted(set((self.splits or {}).values())))

    def _by_folders(self) -> dict[int, Split] | None:
        """The split of each row by the folder that its image is in, where the folders are those of splits."""
        values = [] if self.pixels or self.finder is None else self.table[self.image].to_pylist()
        texts = [str(value["path"] if isinstance(value, dict) else value) for value in values if value is not None]
        if self.finder is None or not texts or len(texts) < len(values):
            return None
        home = self.finder.home
        if not any(part_of(each.name) for each in home.iterdir() if each.is_dir()) and not any("/" in t for t in texts):
            return None  # no folders of splits
        places = self.finder.places(texts)
        if None in places:
            return None
        division = divide([place for place in places if place is not None], 0)
        split = {file.name: name for name, files in division.parts.items() for file in files}
        found = {row: split[place] for row, place in enumerate(places) if place in split}
        return found if "train" in found.values() and len(set(found.values())) > 1 else None

    def records(self, rows: Sequence[int]) -> Records:
        """Images and labels of some rows.

        Raises:
            DataError: a value that is missing or does not fit; images that are missing.
        """
        whole = len(rows) == len(self.table)
        part = self.table if whole else self.table.take(list(rows))
        notes = [*self._told()]
        images: Undecoded
        if self.pixels:
            images = self._squares(part)
            side = images.shape[1]
            notes.append(Note("pixels", f"numbers of {side * side} pixels are read as images of {side}×{side}", READ))
        else:
            images = self._pictures(part[self.image].to_pylist(), rows)
        columns: dict[str, Raw] = {}
        if self.label is not None:
            columns[LABEL] = self._classes(part, rows, self.label)
        if self.fields is not None:
            names = {self.image, self.label, self.named, *self.pixels}
            read = of_fields(self.table, names, self.fields, self.where, set(columns))
            columns |= {name: raw if whole else Taken(raw, rows) for name, raw in read.columns.items()}
            notes += read.notes
        return Records(images, columns, notes=tuple(notes))

    def _classes(self, part: pa.Table, rows: Sequence[int], name: str) -> Classes:
        """The labels of some rows.

        Raises:
            DataError: one is missing, or they are no classes.
        """
        values = [None if value != value else value for value in part[name].to_pylist()]  # NaN is missing
        if None in values:
            row = rows[values.index(None)]
            raise DataError("label missing", where=f"{self.where}, row {row}, column {name}", do="fill it in")
        fractions = any(isinstance(value, float) and not value.is_integer() for value in values)
        if fractions or any(isinstance(value, list | dict) for value in values):
            raise DataError(f"column {name} holds no classes", where=self.where, do="choose another with data.label")
        texts: list[Any] = [int(value) if isinstance(value, float) else value for value in values]
        labels = texts if all(isinstance(each, int | bool | str | bytes) for each in texts) else list(map(str, texts))
        return Classes(labels, class_names(self.table, name))

    def _told(self) -> Iterator[Note]:
        """Which columns are read."""
        if self.splits is not None:
            by = f"the column {self.named}" if self.named else "the folders of the images"
            yield Note("split-column", f"the splits are those of {by}", READ)
            rest = len(self.table) - len(self.splits)
            if rest:
                yield Note("not-a-split", f"{rest:,} rows that are of no split", LEFT_OUT)
        unused = [name for name in self.table.column_names if heading_of(name) in CALLED and name != self.label]
        if self.splits is None and unused:
            kinds = some(map(str, dict.fromkeys(self.table[unused[0]].to_pylist())), 5)
            text = f"the column {unused[0]} says nothing of train, val or test ({kinds}): all rows are trained on"
            yield Note("split-unused", text, WRONG)
        if self.label is None and self.fields is not None and not self.pixels:
            yield Note("columns", f"images are those of the column {self.image}", READ)
        if len(self.table.column_names) > 2 and self.label is not None and not self.pixels:
            yield Note("columns", f"images are those of the column {self.image}, labels of {self.label}", READ)

    def _squares(self, part: pa.Table) -> np.ndarray:
        """Square images from columns of numbers."""
        try:
            if len(self.pixels) == 1:
                flat = np.array([str(value).split() for value in part[self.image].to_pylist()], np.float64)
            else:
                columns = [np.asarray(part[name].to_pylist(), np.float64) for name in self.pixels]
                flat = np.stack(columns, 1)
        except (ValueError, TypeError) as error:
            raise DataError("pixels that are no numbers", where=self.where, do=f"fill them in ({error})") from None
        side = round(flat.shape[1] ** 0.5)
        return flat.reshape(len(flat), side, side)

    def _pictures(self, values: Sequence[Any], rows: Sequence[int]) -> list[Picture]:
        pictures = [self._picture(value, row) for value, row in zip(values, rows, strict=True)]
        missing = [value for value, picture in zip(values, pictures, strict=True) if picture is None]
        if missing:
            named = [str(each.get("path") if isinstance(each, dict) else each) for each in missing]
            home = Path() if self.finder is None else self.finder.home
            raise DataError(
                f"{len(missing)} of {len(pictures)} images that the table names are missing",
                where=some([str(home / named[0]), *named[1:]], 5),
                do="add the files, or remove the rows",
            )
        return [picture for picture in pictures if picture is not None]

    def _picture(self, value: object, row: int) -> Picture | None:
        if isinstance(value, dict):  # the Hub's form of an image
            value = value.get("bytes") or value.get("path")
        if isinstance(value, bytes):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and value and self.finder is not None:
            return self.finder.find(value, row)
        raise DataError("row without an image", where=f"{self.where}, row {row}", do="remove the row, or fill it in")


def of_fields(
    table: pa.Table,
    others: Collection[str | None],
    read: Reader,
    where: str,
    taken: Collection[str] = (),
    known: Mapping[str, str] | None = None,
) -> Fields:
    """The columns of a table that are fields, of all of its rows; ``others``: those that are read as something else;
    ``known``: what some are."""
    import pyarrow.types as kinds

    values: dict[str, list[Any]] = {}
    hints = dict(known or {})
    pictures: list[str] = []
    for name in table.column_names:
        column = table[name]
        if name in others:
            continue
        if any(test(column.type) for test in (kinds.is_binary, kinds.is_large_binary, kinds.is_struct)):
            pictures.append(name)
            continue
        values[name] = column.to_pylist()
        if names := class_names(table, name):
            values[name] = [_named_class(value, names) for value in values[name]]
            hints[name] = "boolean" if {*map(str.casefold, names)} <= {*YES_NO} else "category"
    found = read(values, where, hints, taken)
    if not pictures:
        return found
    note = Note("no-fields", f"columns of pictures or objects are no fields: {some(pictures)}", LEFT_OUT)
    return found._replace(notes=(*found.notes, note))


def _named_class(value: Any, names: Sequence[str]) -> str | None:
    """What the Hub's metadata call a number; −1 says that none is known."""
    whole = isinstance(value, int | float) and value == value
    return names[int(value)] if whole and 0 <= value < len(names) else None


def two_columns(
    table: pa.Table, finder: Finder, where: str
) -> tuple[tuple[str, str], tuple[list[Picture], list[Picture]]]:
    """The names and the pictures of the two columns of a table that hold pictures.

    Raises:
        DataError: there are not two; a row without a picture; a file that is missing.
    """
    names = [name for name in table.column_names if _holds_pictures(table[name], finder)]
    if len(names) != 2:
        raise DataError(
            f"{len(names)} columns of pictures",
            where=f"{where} has {', '.join(table.column_names)}",
            do="give two, of image files' names or their bytes",
        )
    one, other = sorted(names)
    found = [Columns(table, name, None, False, finder, where).records(range(len(table))) for name in (one, other)]
    first, second = ([*records.images] for records in found)
    return (one, other), (first, second)


def _holds_pictures(column: pa.ChunkedArray, finder: Finder) -> bool:
    first = next((value for value in column.to_pylist() if value is not None), None)
    if isinstance(first, str):
        return is_image(first) or finder.knows(first)
    return isinstance(first, bytes) or (isinstance(first, dict) and bool(first.keys() & {"bytes", "path"}))
