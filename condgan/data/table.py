"""A table of images and labels: Parquet, CSV, JSON Lines, or a folder with a metadata file."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, Self

from condgan.core.errors import DataError, NoSplitError
from condgan.core.note import LEFT_OUT, READ, Note, some
from condgan.data.base import Records, Source, existing, place
from condgan.data.captions import by_image
from condgan.data.celeba import attribute_list, home_of, is_attribute_list, partition_of, with_partition
from condgan.data.cells import Columns
from condgan.data.class_lists import LISTS as LISTS_OF_CLASSES
from condgan.data.columns import INSTANCES, LABEL, PICTURE
from condgan.data.finder import Finder
from condgan.data.folder import chosen_split, of_judge
from condgan.data.headings import image_column, is_row
from condgan.data.listing import Listing, listing, require_inside
from condgan.data.sheet import SUFFIXES, is_list, read
from condgan.data.splits import Split, divide, part_of, shards, split_of

if TYPE_CHECKING:
    import pyarrow as pa

METADATA = ("metadata.jsonl", "metadata.csv", "metadata.parquet", "metadata.json")
LISTS = ("labels", "train", "annotations", "train_labels", "trainlabels", "data", "index", "list", "dataset")
"""What tables beside images are called, where they are not called metadata."""
ATTRIBUTES = ("attributes", "attribute", "attrs", "attr")
"""What they are called that say more of an image than its class."""


class Table(Source):
    """A table with a column of images (their bytes, or their names) and a column of labels.

    Names may have folders before them or not, a suffix or not, and the separators of any system; the images are looked
    for beside the table and below its folder. A column of splits is used. What is text in a file stays text.
    """

    kind: Literal["table"] = "table"
    path: str
    """A .parquet, .csv, .tsv, .jsonl, .json or .feather file, a folder of Parquet files, or an image folder with a
    metadata file."""
    image: str | None = None
    """Column of the images; by default the one named image, file_name, path or the like."""
    labelled: bool = True
    """Whether it has a column of labels; else only its images are read, for generators that take no label."""
    label: str | None = None
    """Column of the labels; by default the one named label, class or the like, else the only one of text classes."""

    @classmethod
    def recognise(cls, data: str, root: str, reads: frozenset[str]) -> Self | None:
        path, labelled = place(data), LABEL in reads
        # whatever else is asked for stands in a table, if there is one
        fields = bool(reads - {LABEL, PICTURE, INSTANCES})
        if path is None:
            return None
        if path.is_file():
            known = path.suffix.lower() in SUFFIXES or (path.suffix.lower() == ".txt" and is_list(path))
        else:
            known = _has_shards(path) or ((labelled or fields) and _is_listed(path, fields))
        return cls(path=str(path), labelled=labelled) if known else None

    def title(self) -> str:
        return Path(self.path).name

    def records(self) -> Records:
        files = self._files()
        root = existing(self.path)
        if root.is_dir():
            require_inside(root, files.tables)
        finder = Finder(files.home, self.path, files.tables[0].stem)
        tables = [read_beside(file, finder) for file in files.tables]
        if len({tuple(table.schema) for table in tables}) != 1:
            raise DataError("tables of different columns", where=self.path, do="give files of one table")
        import pyarrow as pa

        whole, grouped = pa.concat_tables(tables), 0
        if self.captioned:
            image = image_column(whole, self.image, self.path, finder.knows)
            whole, grouped = by_image(whole, image, self.captions, self.path)
        columns = Columns(whole, self.image, self.label, self.labelled, finder, self.path, self.reader)
        rows, split = self._rows(columns, files)
        records = columns.records(rows)
        if files.tables[0].name.lower() in METADATA and split == files.split:
            _all_listed(records.images, finder.found)
        notes = [*records.notes]
        if grouped:
            text = f"{grouped:,} rows name an image again: their captions are further ones of that image"
            notes.append(Note("same-image", text, READ))
        if files.others:
            notes.append(Note("not-a-split", f"tables that are of no split: {some(files.others)}", LEFT_OUT))
        if root.is_dir() or finder.looked:
            divided = list(filter(None, map(partition_of, files.tables)))
            notes += [Note("partition", f"splits are joined by name from {each.name}", READ) for each in divided]
            notes += _beside(columns, records, _relative([*files.tables, *files.beside, *divided], files.home))
        notes += of_judge(files.known or columns.known, self.subset, split)
        return records._replace(split=split, notes=tuple(notes))

    def _rows(self, columns: Columns, files: Files) -> tuple[Sequence[int], Split | None]:
        """The rows of this split."""
        if files.split is not None or columns.splits is None:
            if files.split is None:
                self.without_split()
            return range(len(columns.table)), files.split
        split = chosen_split(self, columns.known)
        return [row for row, each in columns.splits.items() if each == (split or "train")], split

    def _files(self) -> Files:
        """The files of this split."""
        root = existing(self.path)
        if root.is_file():
            return Files([root], home_of(root))
        if of_splits := _split_tables(root):
            split = chosen_split(self, of_splits)
            return Files([of_splits[split or "train"]], root, split, tuple(of_splits), beside=(*of_splits.values(),))
        if table := table_in(root, self.fields is not None):
            return Files([table], root)
        homes = {split: each for each in sorted(root.iterdir()) if each.is_dir() and (split := split_of(each.name))}
        if "train" in homes and table_in(homes["train"]):
            there = {split: table for split, home in homes.items() if (table := table_in(home))}
            split = chosen_split(self, there)
            table = there[split or "train"]
            return Files([table], table.parent, split, tuple(there))
        files = listing(root).files
        tables = [root / name for name in files if name.lower().endswith(".parquet")]
        tables = tables or [root / name for name in files if name.lower().endswith((".csv", ".tsv"))]
        parts, others = shards(tables)
        if not parts:
            return Files(tables, root)
        try:
            split = chosen_split(self, parts)
        except NoSplitError as error:
            raise NoSplitError(error.what, where=error.where, do=f"add a file {self.subset}-….parquet") from None
        beside = tuple(table for tables in parts.values() for table in tables)
        return Files(parts[split or "train"], root, split, tuple(parts), _relative(others, root), beside)


class Files(NamedTuple):
    """The tables of a split."""

    tables: Sequence[Path]
    home: Path
    """The folder below which their images are."""
    split: Split | None = None
    known: tuple[Split, ...] = ()
    """The splits that there are."""
    others: tuple[str, ...] = ()
    """Tables that are of none of them."""
    beside: tuple[Path, ...] = ()
    """The tables of all splits that lie in that folder."""


def _relative(files: Sequence[Path], home: Path) -> tuple[str, ...]:
    return tuple(file.relative_to(home).as_posix() for file in files)


def read_beside(file: Path, finder: Finder) -> pa.Table:
    """A table file beside images; of a list of attributes with the splits that belong to it."""
    return with_partition(read(file, lambda cells: is_row(cells, finder.knows)), file)


def metadata_in(folder: Path) -> Path | None:
    """The metadata file of an image folder, if it has one."""
    names = {each.name.lower(): each for each in folder.iterdir() if each.is_file()} if folder.is_dir() else {}
    return next((names[name] for name in METADATA if name in names), None)


def table_in(folder: Path, fields: bool = False) -> Path | None:
    """The table beside images, if there is one: metadata, else a list of attributes, else one by a usual name, else the
    only one there is. ``fields``: whether one that is called for attributes goes before one for labels."""
    if found := metadata_in(folder) or attribute_list(folder):
        return found
    kinds = (".csv", ".tsv", ".jsonl", ".json")
    tables = [each for each in sorted(folder.iterdir()) if each.suffix.lower() in kinds and each.is_file()]
    tables = [each for each in tables if each.name.lower() not in LISTS_OF_CLASSES]
    named = [each for each in tables if fields and each.stem.lower() in ATTRIBUTES]
    named += [each for each in tables if each.stem.lower() in LISTS]
    return named[0] if named else tables[0] if len(tables) == 1 else None


def _split_tables(folder: Path) -> dict[Split, Path]:
    """The tables of pixels of the splits, ``train.csv`` and ``test.csv``; none where there are images, or one alone."""
    tables = [each for each in sorted(folder.iterdir()) if each.suffix.lower() in (".csv", ".tsv") and each.is_file()]
    parts = {split: each for each in tables if (split := part_of(each.stem))}
    if "train" not in parts or len(parts) < 2 or listing(folder, "skip").images:
        return {}
    columns = {split: set(read(each).column_names) for split, each in parts.items()}
    return {split: each for split, each in parts.items() if columns[split] == columns["train"]}  # with labels


def _has_shards(folder: Path) -> bool:
    """Whether a folder holds nothing but tables, or shards of Parquet files beside some other images."""
    found = listing(folder, "skip")
    tables = [name for name in found.files if name.lower().endswith((".parquet", ".csv", ".tsv"))]
    parquet = [name for name in tables if name.lower().endswith(".parquet")]
    named = any(part_of(Path(name).stem) for name in parquet)
    deep = any("/" in name for name in found.images)
    return bool(tables) and (not found.images or named or (bool(parquet) and not deep))


def _is_listed(folder: Path, fields: bool = False) -> bool:
    """Whether an image folder has a table that says what its images are.

    Where fields are to be read, one does that names some of them. For labels alone:
    Where there are class folders, only a metadata file does that has a column of images. Where there are none, any
    table does; what is wrong with it is then to be told. A single folder, and folders whose names differ by a number
    alone (``images_1``, ``images_2``), are no classes where a table names what is in them.
    """
    homes = [folder, *(each for each in folder.iterdir() if each.is_dir() and split_of(each.name) == "train")]
    if any(_lists_images(table) for home in homes if (table := metadata_in(home))):
        return True
    table = next((table for home in homes if (table := table_in(home, fields))), None)
    if table is None:
        return False
    certain = is_attribute_list(table)  # what is wrong with it is to be told
    if fields and (certain or _lists_images(table)):
        return True
    images = listing(folder, "skip").images
    division = divide(images, 1)
    labelled = division.whole or division.parts.get("train", ())
    classes = {file.parts[0] for file in labelled if len(file.parts) > 1}
    stems = {re.sub(r"\d+", "", name).strip(" _-") for name in classes}
    one = len(classes) == 1 or (len(stems) == 1 and "" not in stems)
    return not classes or (one and (certain or _lists_images(table, len(labelled))))


def _lists_images(table: Path, least: int = 0) -> bool:
    """Whether a table has a column that names images, and nearly so many where that is asked."""
    if table.is_symlink():
        return True  # it is refused where it leads out
    finder = Finder(home_of(table), table)
    try:
        found = read_beside(table, finder)
        column = image_column(found, None, str(table), finder.knows)
    except DataError:
        return False
    named = [value for value in found[column].to_pylist()[:50] if value is not None]
    if any(isinstance(value, bytes | dict) for value in named):
        return True
    if not any(isinstance(value, str | int) and finder.knows(str(value)) for value in named):
        return False
    texts = [str(value) for value in found[column].to_pylist() if value is not None]
    return not least or len(set(finder.places(texts)) - {None}) >= 0.9 * least


def _all_listed(pictures: object, found: Listing) -> None:
    """Refuse an image folder whose metadata forget some of its images: they would be left out in silence."""
    listed = {str(each) for each in pictures if isinstance(each, Path)}  # type: ignore[attr-defined]
    forgotten = [found.home / name for name in found.images if str(found.home / name) not in listed]
    if forgotten:
        raise DataError(
            f"{len(forgotten)} images that the table does not list",
            where=forgotten[0],
            do="add rows for them, or move them out of the folder",
        )


def _beside(columns: Columns, records: Records, tables: Sequence[str]) -> Iterator[Note]:
    """What is to be told of the folder of a table: images that it does not list, and files that nothing reads."""
    files = [each for each in records.images if isinstance(each, Path)]
    if columns.finder is None:
        return
    found = columns.finder.found
    if not files:
        yield from found.left_out(tables)
        return
    others = _not_listed(columns, found, {str(each) for each in files})
    if others:
        yield Note(
            "not-listed", f"{len(others):,} images that the table does not list, the first {others[0]}", LEFT_OUT
        )
    yield from found.left_out(tables)


def _not_listed(columns: Columns, found: Listing, listed: Collection[str]) -> list[str]:
    """The images that are in no row of a table; ``listed``: those of some of its rows."""
    if columns.splits is None or columns.finder is None:
        return [name for name in found.images if str(found.home / name) not in listed]
    if len(found.images) <= len(columns.table):
        return []
    known = {*columns.finder.places([str(value) for value in columns.table[columns.image].to_pylist()])}
    return [name for name in found.images if name not in known]
