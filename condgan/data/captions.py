"""Captions: the texts of an image, from the columns or files in which people have them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from condgan.core.errors import DataError, nearest
from condgan.core.names import composed, folded
from condgan.core.note import READ, WRONG, Note, some
from condgan.core.words import MOST_DIFFERENT, MOST_WORDS, words_of
from condgan.data.columns import Texts

if TYPE_CHECKING:
    import pyarrow as pa

HEADINGS = ("text", "texts", "caption", "captions", "prompt", "prompts", "description", "sentence", "sentences", "tags")
"""What columns of captions are called, in the order in which they are looked for."""
TEXTS, SUFFIXES = "text", ("txt", "caption")
"""What the texts in files beside images are called, and the suffixes of these files."""
TAGS = ("tags", "tag", "keywords", "keyword")
"""What columns are called whose lists are tags: one caption of all of them."""


def chosen(values: Mapping[str, Any], name: str, asked: Sequence[str], where: str) -> list[str]:
    """The headings of the columns of captions.

    Args:
        values: by heading.
        name: what the condition calls its captions.
        asked: the headings that people name; empty: the first that is called like captions.
        where: the data's title, for messages.

    Raises:
        DataError: there is none.
    """
    known = {folded(heading): heading for heading in values}
    if missing := [each for each in asked if folded(each) not in known]:
        raise DataError(f"no column of captions called {missing[0]!r}", where=where, do=nearest(missing[0], values))
    if asked:
        return [known[folded(each)] for each in asked]
    for each in (name, *HEADINGS):
        if folded(each) in known:
            return [known[folded(each)]]
    raise DataError(
        "no captions",
        where=f"{where}: {some(values) or 'no columns'}",
        do="give a column called text, caption or prompt, or name one: --data.captions NAME; a .txt file beside each "
        "image is read where there is no table",
    )


def read(values: Mapping[str, Any], headings: Sequence[str], where: str) -> tuple[Texts, list[Note]]:
    """The captions of each image: those of all the columns. A list is of several captions, but of tags it is one.

    Raises:
        DataError: a value that is no text.
    """
    notes: list[Note] = []
    columns: list[list[tuple[str, ...]]] = []
    for heading in headings:
        column = list(values[heading])
        tags = folded(heading) in TAGS
        columns.append([_texts(value, tags, f"{where}, column {heading}, item {n}") for n, value in enumerate(column)])
        if tags and any(map(_is_list, column)):
            notes.append(Note("tags", f"the lists of {heading} are tags: each is one caption", READ))
    found = [tuple(dict.fromkeys(text for texts in row for text in texts)) for row in zip(*columns, strict=True)]
    notes += _told(found, headings)
    return Texts(found), notes


def by_image(table: pa.Table, image: str, asked: Sequence[str], where: str) -> tuple[pa.Table, int]:
    """A table with one row for each image, which has the captions of all its rows; and how many rows were joined.

    Args:
        table: of images and captions.
        image: the column that names the images; where it holds them, nothing is joined.
        asked: the columns of captions, as ``chosen`` takes them.
        where: the data's title, for messages.

    Raises:
        DataError: there are no captions.
    """
    import pyarrow as pa

    names = table[image].to_pylist()
    if not all(isinstance(each, str) for each in names) or len({*names}) == len(names):
        return table, 0
    places: dict[str, list[int]] = {}
    for row, each in enumerate(names):
        places.setdefault(each, []).append(row)
    found = table.take([rows[0] for rows in places.values()])
    for heading in chosen(dict.fromkeys(table.column_names), TEXTS, asked, where):
        values = table[heading].to_pylist()
        joined = [[text for row in rows for text in _texts(values[row], False, where)] for rows in places.values()]
        place = found.column_names.index(heading)
        found = found.set_column(place, heading, pa.array(joined, pa.list_(pa.string())))
    return found, len(names) - len(places)


def lines(text: str) -> list[str]:
    """The captions in a file: one a line."""
    return [line for each in text.splitlines() if (line := each.strip())]


def _texts(value: Any, tags: bool, where: str) -> tuple[str, ...]:
    if value is None or value != value:
        return ()
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    if _is_list(value):
        members = [text for each in value for text in _texts(each, False, where)]
        return (", ".join(members),) if tags and members else tuple(members)
    if not isinstance(value, str):
        value = str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    if not isinstance(value, str):
        raise DataError("a caption that is no text", where=where, do="give text, or a list of texts")
    text = " ".join(composed(value).split())
    return (text,) if text else ()


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _told(captions: Sequence[tuple[str, ...]], headings: Sequence[str]) -> Iterator[Note]:
    several = sum(len(each) > 1 for each in captions)
    more = f"; {several:,} images have several, of which each step takes one" if several else ""
    yield Note("captions", f"captions are those of {some(headings)}{more}", READ)
    long = sum(len(words_of(text)) > MOST_WORDS for each in captions for text in each)
    different = len({word for each in captions for text in each for word in words_of(text)})
    if different > MOST_DIFFERENT:
        rare = different - MOST_DIFFERENT
        yield Note("rare-words", f"{rare:,} rare words are read as unknown: {MOST_DIFFERENT:,} are told apart", WRONG)
    if long:
        yield Note("long", f"{long:,} captions of more than {MOST_WORDS} words, the rest of which is not read", WRONG)
    if missing := sum(not each for each in captions):
        yield Note("no-caption", f"{missing:,} images without a caption: they are learned without one", READ)
