"""A table of images and labels: Parquet, CSV, JSON Lines, or a folder with a metadata file."""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from condgan.core.bounds import require_memory
from condgan.core.errors import DataError, NoSplitError, nearest
from condgan.data.base import UNLABELLED, Records, Source, existing, place
from condgan.data.columns import LABEL, Classes
from condgan.data.decode import Picture
from condgan.data.folder import SPLITS, images_in, inside
from condgan.data.folder import SUFFIXES as IMAGES

if TYPE_CHECKING:
    import pyarrow as pa

IMAGE_COLUMNS = ("image", "img", "file_name", "filename", "file", "path", "image_path")
LABEL_COLUMNS = ("label", "labels", "class", "category", "target")
METADATA = ("metadata.jsonl", "metadata.csv", "metadata.parquet")
SUFFIXES = (".parquet", ".csv", ".tsv", ".jsonl")


class Table(Source):
    """A table with a column of images (their bytes, or paths beside the table) and a column of labels."""

    kind: Literal["table"] = "table"
    path: str
    """A .parquet, .csv, .tsv or .jsonl file, a folder of Parquet files, or an image folder with a metadata file."""
    image: str | None = None
    """Column of the images; by default the one named image, file_name, path or the like."""
    labelled: bool = True
    """Whether it has a column of labels; else only its images are read, for generators that take no label."""
    label: str | None = None
    """Column of the labels; by default the one named label, class or the like, else the only one of text classes."""

    @classmethod
    def recognise(cls, data: str, root: str, reads: frozenset[str]) -> Self | None:
        path, labelled = place(data), LABEL in reads
        if path is None:
            return None
        if path.is_dir():
            shards = any(any(path.glob(pattern)) for pattern in ("*.parquet", "*/*.parquet"))
            folders = (path, *(path / name for name in SPLITS["train"]))
            known = shards or (labelled and any(map(metadata_in, folders)))
        else:
            known = path.suffix.lower() in SUFFIXES
        return cls(path=str(path), labelled=labelled) if known else None

    def title(self) -> str:
        return Path(self.path).name

    def records(self) -> Records:
        files, listed = self._files()
        if not listed:
            self.without_split()
        home = existing(self.path)
        if home.is_dir():
            inside(home, files)
        tables = [read(file) for file in files]
        if len({tuple(table.schema) for table in tables}) != 1:
            raise DataError("tables of different columns", where=self.path, do="give files of one table")
        import pyarrow as pa

        whole = pa.concat_tables(tables)
        records = from_arrow(whole, self.image, self.label, files[0].parent, self.path, self.labelled)
        if files[0].name in METADATA:
            _all_listed(records.images, files[0].parent)
        return records

    def _files(self) -> tuple[list[Path], bool]:
        """The files of this split, and whether the data have splits of their own."""
        root = existing(self.path)
        if root.is_file():
            return [root], False
        if table := metadata_in(root):
            return [table], False
        if any(metadata_in(root / folder) for folder in SPLITS["train"]):
            found = [table for folder in SPLITS[self.subset] if (table := metadata_in(root / folder))]
            if not found:
                raise NoSplitError(f"no {self.subset} split", where=root, do=f"add {self.subset}/{METADATA[0]}")
            return found, True
        shards = sorted(root.rglob("*.parquet"))
        parts = {
            split: [shard for shard in shards if shard.name.lower().startswith(prefixes)]
            for split, prefixes in SPLITS.items()
        }
        if not parts["train"]:
            return shards, False
        if not parts[self.subset]:
            raise NoSplitError(f"no {self.subset} split", where=root, do=f"add a file {self.subset}-….parquet")
        return parts[self.subset], True


def metadata_in(folder: Path) -> Path | None:
    """The metadata file of an image folder, if it has one."""
    return next((folder / name for name in METADATA if (folder / name).is_file()), None)


def read(file: Path) -> pa.Table:
    """A table file by its suffix.

    Raises:
        DataError: it cannot be read.
    """
    import pyarrow as pa

    try:
        match file.suffix.lower():
            case ".parquet":
                import pyarrow.parquet as parquet

                return _within_memory(parquet.ParquetFile(file), file)
            case ".csv" | ".tsv":
                from pyarrow import csv

                options = csv.ParseOptions(delimiter="\t" if file.suffix.lower() == ".tsv" else ",")
                empty_is_missing = csv.ConvertOptions(strings_can_be_null=True, null_values=[""])
                return csv.read_csv(file, parse_options=options, convert_options=empty_is_missing)
            case ".jsonl":
                return _lines(file)
    except (pa.ArrowException, OSError, ValueError, RecursionError) as error:
        raise DataError("cannot read table", where=file, do=str(error).splitlines()[0]) from None
    raise DataError("not a table", where=file, do=f"give one of {', '.join(SUFFIXES)}")


def _within_memory(file: Any, where: Path) -> pa.Table:
    """A Parquet file batch by batch: what it says of its own size is not what it takes."""
    import pyarrow as pa

    batches, size = [], 0
    for batch in file.iter_batches(batch_size=1024):
        batches.append(batch)
        size += batch.nbytes
        require_memory(size, "table", where, "split it into shards, or give images as files")
    return pa.Table.from_batches(batches, file.schema_arrow)


def _lines(file: Path) -> pa.Table:
    """A JSON Lines file; Python's parser, unlike Arrow's, survives lines that are nested without end."""
    import pyarrow as pa

    rows = [json.loads(line) for line in file.read_bytes().splitlines() if line.strip()]
    if not all(isinstance(row, dict) for row in rows):
        raise ValueError("a line that is no object")
    return pa.table({name: [row.get(name) for row in rows] for name in dict.fromkeys(chain.from_iterable(rows))})


def from_arrow(
    table: pa.Table, image: str | None, label: str | None, folder: Path, where: str, labelled: bool
) -> Records:
    """Images and, where it is labelled, labels of an Arrow table, their columns found by name where not given."""
    image = _column(table, image, IMAGE_COLUMNS, "image", where)
    if not labelled:
        return Records(_pictures(table, image, folder, where))
    label = _column(table, label, (*LABEL_COLUMNS, *_text_classes(table, image)), "label", where)
    values = table[label].to_pylist()
    if None in values:
        raise DataError("label missing", where=f"{where}, row {values.index(None)}, column {label}", do="fill it in")
    if any(isinstance(value, list | dict | float) for value in values):
        raise DataError(f"column {label} holds no classes", where=where, do="choose another with data.label")
    return Records(_pictures(table, image, folder, where), {LABEL: Classes(values, class_names(table, label))})


def two_columns(
    table: pa.Table, folder: Path, where: str
) -> tuple[tuple[str, str], tuple[list[Picture], list[Picture]]]:
    """The names and the pictures of the two columns of a table that hold pictures.

    Raises:
        DataError: there are not two; a row without a picture; a file that is missing.
    """
    names = [name for name in table.column_names if _holds_pictures(table[name])]
    if len(names) != 2:
        raise DataError(
            f"{len(names)} columns of pictures",
            where=f"{where} has {', '.join(table.column_names)}",
            do="give two, of image files' names or their bytes",
        )
    one, other = sorted(names)
    return (one, other), (_pictures(table, one, folder, where), _pictures(table, other, folder, where))


def _holds_pictures(column: pa.ChunkedArray) -> bool:
    first = next((value for value in column.to_pylist() if value is not None), None)
    if isinstance(first, str):
        return Path(first).suffix.lower() in {*IMAGES, ".npy"}
    return isinstance(first, bytes) or (isinstance(first, dict) and bool(first.keys() & {"bytes", "path"}))


def _pictures(table: pa.Table, column: str, folder: Path, where: str) -> list[Picture]:
    """The pictures of a column."""
    pictures = [_picture(value, folder, row, where) for row, value in enumerate(table[column].to_pylist())]
    missing = [each for each in pictures if isinstance(each, Path) and not _is_there(each)]
    if missing:
        raise DataError(
            f"{len(missing)} of {len(pictures)} images that the table names are missing",
            where=missing[0],
            do="add the files, or remove the rows",
        )
    return pictures


def class_names(table: pa.Table, label: str) -> tuple[str, ...] | None:
    """The class names that Hugging Face's metadata give to an integer column."""
    try:
        described = json.loads((table.schema.metadata or {}).get(b"huggingface", b"{}"))
        names = described.get("info", {}).get("features", {}).get(label, {}).get("names")
    except (ValueError, AttributeError, RecursionError):
        return None  # not what the Hub writes
    return tuple(map(str, names)) if isinstance(names, list) else None


def _column(table: pa.Table, asked: str | None, usual: tuple[str, ...], what: str, where: str) -> str:
    columns = table.column_names
    if asked is not None:
        if asked not in columns:
            raise DataError(f"no column {asked!r}", where=where, do=nearest(asked, columns))
        return asked
    for name in usual:
        if name in columns:
            return name
    raise DataError(
        f"no {what} column found",
        where=f"{where} has {', '.join(columns)}",
        do=f"choose one with data.{what}" + f"; {UNLABELLED}" * (what == LABEL),
    )


def _text_classes(table: pa.Table, image: str) -> tuple[str, ...]:
    """The only text column whose values recur, if there is exactly one."""
    import pyarrow.types as types

    found = [
        field.name
        for field in table.schema
        if types.is_string(field.type)
        and field.name != image
        and 2 * len(table[field.name].unique()) <= max(2, len(table))
    ]
    return tuple(found) if len(found) == 1 else ()


def _picture(value: object, folder: Path, row: int, where: str) -> Picture:
    if isinstance(value, dict):  # the Hub's form of an image
        value = value.get("bytes") or value.get("path")
    if isinstance(value, bytes):
        return value
    if isinstance(value, str) and value:
        try:
            path = folder / value
            outside = not path.resolve().is_relative_to(folder.resolve())
        except (OSError, ValueError, RuntimeError):  # a name too long, with a NUL in it, or a link to itself
            outside = True
        if outside:
            raise DataError(
                "image outside the table's folder",
                where=f"{where}, row {row}: {value!r}",
                do="keep the images beside the table",
            )
        return path
    raise DataError("row without an image", where=f"{where}, row {row}", do="remove the row, or fill it in")


def _is_there(file: Path) -> bool:
    try:
        return file.is_file()
    except OSError:
        return False


def _all_listed(pictures: object, folder: Path) -> None:
    """Refuse an image folder whose metadata forget some of its images: they would be left out in silence."""
    listed = {each.resolve() for each in pictures if isinstance(each, Path)}  # type: ignore[attr-defined]
    forgotten = [each for each in images_in(folder) if each.resolve() not in listed]
    if forgotten:
        raise DataError(
            f"{len(forgotten)} images that the table does not list",
            where=forgotten[0],
            do="add rows for them, or move them out of the folder",
        )
