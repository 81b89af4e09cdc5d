"""Table files of any kind to Arrow: what is text stays text, whatever the encoding and the delimiter."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from condgan.core.bounds import require_memory
from condgan.core.errors import DataError, said
from condgan.data.suffixes import is_image

if TYPE_CHECKING:
    import pyarrow as pa

SUFFIXES = (".parquet", ".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".feather", ".arrow")
LISTED = "image_id"
"""The heading of the names of images in a list of attributes, which has none for them."""
DELIMITERS = ",;\t|"
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""How a file begins that says its encoding."""
csv.field_size_limit(1 << 24)


def read(file: Path, is_row: Callable[[list[str]], bool] = lambda cells: False) -> pa.Table:
    """A table file by its suffix. Of text files all columns are text, an empty cell is missing.

    Args:
        file: the table.
        is_row: whether the first line of a text file is one of values, and not of headings. One with the name of an
            image is.

    Raises:
        DataError: it cannot be read.
    """
    import pyarrow as pa

    suffix = file.suffix.lower()
    try:
        match suffix:
            case ".parquet":
                import pyarrow.parquet as parquet

                return _within_memory(parquet.ParquetFile(file), file)
            case ".feather" | ".arrow":
                from pyarrow import feather

                require_memory(2 * file.stat().st_size, "table", file, "split it into shards")
                return feather.read_table(file)
            case ".csv" | ".tsv":
                return _of_text(file, is_row)
            case ".jsonl" | ".ndjson" | ".json":
                return _of_objects(file)
            case ".txt":
                return _of_list(file)
    except (pa.ArrowException, OSError, ValueError, RecursionError, OverflowError, csv.Error, LookupError) as error:
        raise DataError("cannot read table", where=file, do=said(error)) from None
    raise DataError("not a table", where=file, do=f"give one of {', '.join(SUFFIXES)}")


def text_of(file: Path) -> str:
    """A text file in the encoding that it says, else UTF-8, else that of Western Windows."""
    require_memory(8 * file.stat().st_size, "table", file, "split it into shards, or give Parquet")
    return decoded(file.read_bytes())


def decoded(content: bytes) -> str:
    """Text in the encoding that it says, else UTF-8, else that of Western Windows."""
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return content.decode(encoding)
    if content[1:2] == b"\0" or content[:1] == b"\0":  # UTF-16 without its mark: every other byte is empty
        return content.decode("utf-16-le" if content[1:2] == b"\0" else "utf-16-be")
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="strict")


def _of_text(file: Path, is_row: Callable[[list[str]], bool]) -> pa.Table:
    import pyarrow as pa

    text = text_of(file)
    named = re.match(r"sep=(.)\r?\n", text)  # how spreadsheets say their delimiter
    text = text[named.end() :] if named else text
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = named[1] if named else "\t" if file.suffix.lower() == ".tsv" and "\t" in first else _delimiter(first)
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(map(str.strip, row))]
    if not rows:
        raise ValueError("an empty table")
    swallowed = any(
        is_image(line.partition(delimiter)[0]) for row in rows for cell in row for line in cell.split("\n")[1:]
    )
    if swallowed or text.count('"') % 2:
        raise ValueError("a quote that is not closed; double each quote in a cell, and quote the cell")
    rows = [[cell.strip() for cell in row] for row in rows]
    width = len(rows[0])
    for line, row in enumerate(rows):
        if (len(row) != width and any(row[width:])) or len(row) < width:
            raise ValueError(f"row {line} has {len(row)} cells and the first {width}")
    counted = rows[0] in ([str(place) for place in range(start, start + width)] for start in (0, 1)) and width > 3
    headless = not counted and (any(map(is_image, rows[0])) or is_row(rows[0]))
    names = [f"column {place}" for place in range(1, width + 1)] if headless else _distinct(rows[0])
    rows = rows if headless else rows[1:]
    columns = {name: [row[place] or None for row in rows] for place, name in enumerate(names)}
    return pa.table({name: pa.array(column, pa.string()) for name, column in columns.items()})


def is_list(file: Path) -> bool:
    """Whether a text file is a list of attributes, by its first lines: how many images it has; the names of the
    attributes; an image's name, and one value for each of them."""
    try:
        with file.open("rb") as opened:
            head = decoded(opened.read(1 << 16)).splitlines()[:3]
    except (OSError, UnicodeDecodeError):
        return False
    count, names, first = (*(line.split() for line in head), [], [], [])[:3]
    return len(count) == 1 and count[0].isdecimal() and len(names) > 0 and len(first) == len(names) + 1


def _of_list(file: Path) -> pa.Table:
    import pyarrow as pa

    count, names, *rows = [line.split() for line in text_of(file).splitlines() if line.strip()] or [[], []]
    headings = _distinct([LISTED, *names])
    odd = next((place for place, row in enumerate(rows, 1) if len(row) != len(headings)), 0)
    if odd:
        raise ValueError(f"image {odd} has {len(rows[odd - 1]) - 1} values and there are {len(names)} names")
    if not (len(count) == 1 and count[0].isdecimal() and int(count[0]) == len(rows)):
        raise ValueError(f"{len(rows):,} images, but the first line says {' '.join(count) or 'nothing'}")
    columns = zip(*rows, strict=True) if rows else [()] * len(headings)
    return pa.table({name: pa.array(column, pa.string()) for name, column in zip(headings, columns, strict=True)})


def _delimiter(line: str) -> str:
    """The one that occurs most outside quotes; a comma where none does."""
    plain = "".join(part for place, part in enumerate(line.split('"')) if place % 2 == 0)
    return max(DELIMITERS, key=lambda each: (plain.count(each), -DELIMITERS.index(each)))


def _distinct(names: list[str]) -> list[str]:
    """Headings as they are; those without a name by their place."""
    found = [name or f"column {place}" for place, name in enumerate(names, 1)]
    twice = {name for name in found if found.count(name) > 1}
    if twice:
        raise ValueError(f"two columns are called {sorted(twice)[0]!r}")
    return found


def _of_objects(file: Path) -> pa.Table:
    """Objects one a line, or in one list; Python's parser, unlike Arrow's, survives lines that are nested without
    end."""
    import pyarrow as pa

    text = text_of(file)
    rows = (
        json.loads(text)
        if text.lstrip()[:1] == "["
        else [json.loads(line) for line in text.splitlines() if line.strip()]
    )
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError("a line that is no object")
    return pa.table({name: [row.get(name) for row in rows] for name in dict.fromkeys(chain.from_iterable(rows))})


def _within_memory(file: Any, where: Path) -> pa.Table:
    """A Parquet file batch by batch: what it says of its own size is not what it takes."""
    import pyarrow as pa

    batches, size = [], 0
    for batch in file.iter_batches(batch_size=1024):
        batches.append(batch)
        size += batch.nbytes
        require_memory(size, "table", where, "split it into shards, or give images as files")
    return pa.Table.from_batches(batches, file.schema_arrow)
