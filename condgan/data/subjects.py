"""Images of several kinds of the same subjects, beside a table that describes the subjects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, Self

from condgan.core.errors import DataError
from condgan.core.names import composed
from condgan.core.note import LEFT_OUT, READ, Note, some
from condgan.core.schema import FIELDS
from condgan.data.base import Records, Source, existing, place
from condgan.data.cells import of_fields
from condgan.data.columns import LABEL, Classes, Raw, Taken
from condgan.data.finder import Finder
from condgan.data.folder import of_division, of_split
from condgan.data.listing import Listing, listing, require_inside
from condgan.data.splits import Division, File, divide
from condgan.data.suffixes import stem_of
from condgan.data.table import read_beside, table_in

if TYPE_CHECKING:
    import pyarrow as pa

Key = Callable[[File], str]
"""What a file calls its subject."""


class Subjects(Source):
    """A folder with a table of subjects, each of which has several images: ``walk/0001.webp``, ``run/0001.webp`` and
    a row ``0001,blonde,tall``; or ``0001/a.png``, ``0001/b.png``. The first column names the subjects. Folders above
    are the classes of the images.
    """

    kind: Literal["subjects"] = "subjects"
    path: str
    """The folder of the table and the images."""
    labelled: bool = True
    """Whether the folders are read as classes; else they are a field as others, called label."""

    @classmethod
    def recognise(cls, data: str, root: str, reads: frozenset[str]) -> Self | None:
        path = place(data)
        if path is None or not path.is_dir() or FIELDS not in reads:
            return None
        found = listing(path, "skip", films=True)
        file = table_in(path, True) if _may_be(found.images) else None
        if file is None or file.is_symlink():
            return None
        try:
            known = _subjects(found, read_beside(file, Finder(path, file)))
        except DataError:
            return None  # what is wrong with the table is told where it is read as one of images
        return None if known is None else cls(path=str(path), labelled=LABEL in reads)

    def title(self) -> str:
        return Path(self.path).name

    def records(self) -> Records:
        root = existing(self.path)
        file = table_in(root, True)
        if file is None:
            raise DataError("no table", where=root, do="add one whose first column names the subjects")
        require_inside(root, [file])
        found = listing(root, films=self.frames != "first")
        table = read_beside(file, Finder(root, file))
        known = _subjects(found, table)
        if known is None:
            raise DataError(
                "a table that names no subjects of several images",
                where=f"{file}, column {table.column_names[0]}",
                do="name the files without suffix, or their folders, in the first column",
            )
        files, split = of_split(self, known.division)
        places = {each.name: place for place, each in enumerate(known.files)}
        rows = [places[each.name] for each in files if each.name in places]
        images = [found.at(known.files[row].name) for row in rows]
        columns, told = self._columns(known, table, rows, str(file))
        notes = [
            *of_division(known.division, self.subset, split),
            *_told(known, table),
            *found.left_out([file.relative_to(root).as_posix()]),
        ]
        return Records(images, columns, split=split, notes=(*notes, *told))

    def _columns(
        self, known: Known, table: pa.Table, rows: Sequence[int], where: str
    ) -> tuple[dict[str, Raw], Sequence[Note]]:
        """What the table says of the images of all splits, in the rows of this one, and what their folders say."""
        import pyarrow as pa

        whole = table.take([known.row_of[known.key(each)] for each in known.files])
        labels = known.labels()
        columns: dict[str, Raw] = {}
        hints: dict[str, str] = {}
        if self.labelled:
            if labels is None:
                raise DataError("no class folders", where=self.path, do="give --condition attributes alone")
            columns[LABEL] = Taken(Classes(labels), rows)
        elif labels is not None and LABEL not in whole.column_names:
            whole, hints = whole.append_column(LABEL, pa.array(labels)), {LABEL: "category"}
        read = of_fields(whole, {table.column_names[0]}, self.fields_of, where, set(columns), hints)
        return {**columns, **{name: Taken(raw, rows) for name, raw in read.columns.items()}}, read.notes


class Known(NamedTuple):
    """Which image is of which subject."""

    key: Key
    by_folder: bool
    row_of: dict[str, int]
    """The row of each subject."""
    division: Division
    files: list[File]
    """Those of all splits that have a row."""
    others: list[File]
    """Those that have none."""

    def labels(self) -> list[str] | None:
        """The class folder of each image; ``None`` where there are none above the subjects."""
        depth = 2 + self.by_folder
        if any(len(each.parts) < depth for each in self.files):
            return None
        return [each.parts[0] for each in self.files]


def _may_be(names: Sequence[str]) -> bool:
    """Whether files may be several of a subject: some have the same name, or they are in several folders."""
    stems = {stem_of(name.rpartition("/")[2]) for name in names}
    return len(stems) < len(names) or len({name.rpartition("/")[0] for name in names}) > 2


def _subjects(found: Listing, table: pa.Table) -> Known | None:
    """The images by the subjects that the first column of a table names; ``None`` where it names none of several
    images, or most images are of none."""
    names = [composed(stem_of(str(value).strip())) for value in table[table.column_names[0]].to_pylist()]
    if len(set(names)) < len(names):
        return None
    row_of = {name: row for row, name in enumerate(names)}
    division = divide(found.images, 1)
    every = [file for files in division.parts.values() for file in files] or list(division.whole)
    for by_folder, key in enumerate((_stem, _folder)):
        files = [file for file in every if key(file) in row_of]
        counts = Counter(map(key, division.parts.get("train", files)))
        several = any(counts[name] > 1 for name in row_of)
        if several and 2 * len(files) > len(every):
            others = [file for file in every if key(file) not in row_of]
            return Known(key, bool(by_folder), row_of, division, files, others)
    return None


def _stem(file: File) -> str:
    return composed(stem_of(file.parts[-1]))


def _folder(file: File) -> str:
    return composed(file.parts[-2]) if len(file.parts) > 1 else ""


def _told(known: Known, table: pa.Table) -> list[Note]:
    subject = table.column_names[0]
    there = {known.key(file) for file in known.files}
    notes = [Note("subjects", f"rows by the column {subject}, each of all images of that name", READ)]
    if known.others:
        text = f"{len(known.others):,} images that the table does not list, the first {known.others[0].name}"
        notes.append(Note("not-listed", text, LEFT_OUT))
    if rest := [name for name in known.row_of if name not in there]:
        notes.append(Note("no-images", f"rows without an image: {some(rest)}", LEFT_OUT))
    return notes
