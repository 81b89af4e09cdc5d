"""Lists of the classes of label maps, as people and their tools write them."""

from __future__ import annotations

import json
import re
from pathlib import Path

from condgan.core.bounds import MOST_TEXT
from condgan.core.errors import DataError
from condgan.core.palette import MOST, Colour, parse
from condgan.data.sheet import decoded

LISTS = (
    *(
        "classes.txt",
        "labels.txt",
        "label_colors.txt",
        "labelmap.txt",
        "label_map.txt",
        "_classes.txt",
        "class_dict.csv",
    ),
    *("_classes.csv", "classes.csv", "obj.names", "classes.names", "classes.json", "_annotations.coco.json"),
    *("annotations.json", "categories.json"),
)
"""Files of class names, one a line, with or without a colour; also as VOC, CVAT, Roboflow and COCO have them."""
HEADINGS = {"name", "class", "label", "r", "g", "b", "red", "green", "blue", "pixel", "value", "id", "color_rgb"}


def list_in(folder: Path) -> Path | None:
    """The list of classes of a folder, or of the one that it lies in."""
    return next((home / name for home in (folder, folder.parent) for name in LISTS if (home / name).is_file()), None)


def read_list(file: Path) -> tuple[tuple[str, ...], tuple[Colour, ...] | None]:
    """Names and, where given, colours.

    Raises:
        DataError: it cannot be read, or is no list of classes.
    """
    try:
        text = decoded(file.read_bytes()[:MOST_TEXT])
        lines = _of_coco(text) if file.suffix.lower() == ".json" else text.splitlines()
        return parse(_plain(lines), file)
    except (OSError, ValueError, RecursionError) as error:
        raise DataError("cannot read the list of classes", where=file, do=str(error)) from None


def _plain(lines: list[str]) -> list[str]:
    """Lines of words: ``name:128,0,0::`` and ``name,128,0,0`` as ``name 128 0 0``, without headings and ids."""
    found: list[list[str]] = []
    for line in lines:
        if line.startswith("#") or not line.strip():
            continue
        separated = bool(re.search(r"[,;\t]|:\d|::", line))
        words = [word.strip() for word in re.split(r"[,;:\t]" if separated else r"\s+", line) if word.strip()]
        if found == [] and len(words) > 1 and {part for word in words for part in word.lower().split()} <= HEADINGS:
            continue
        found.append(words)
    return [" ".join(words) for words in _by_id(found)]


def _by_id(lines: list[list[str]]) -> list[list[str]]:
    """Lines of an id and a name, in the order of their ids and without them; any others as they are.

    Raises:
        ValueError: ids that are not 0, 1, 2, …
    """
    for at in (0, -1):
        if lines and all(len(words) == 2 and words[at].isdecimal() for words in lines):
            named = {int(words[at]): [words[-1 - at]] for words in lines}
            if sorted(named) != list(range(len(lines))):
                raise ValueError("the ids of the classes are not 0, 1, 2, …: name each id, one a line")
            return [named[number] for number in range(len(lines))]
    return lines


def _of_coco(text: str) -> list[str]:
    """The names of COCO's categories in the order of their ids; an id that is not there is background."""
    found = json.loads(text)
    categories = found.get("categories") if isinstance(found, dict) else found
    if not isinstance(categories, list) or not categories:
        raise ValueError("no categories")
    if all(isinstance(each, str) for each in categories):
        return [str(each) for each in categories]
    names = {int(each["id"]): str(each["name"]) for each in categories if isinstance(each, dict) and "name" in each}
    if not names or min(names) < 0 or max(names) >= MOST:
        raise ValueError(f"ids of categories must be 0 to {MOST - 1}")
    missing = [number for number in range(max(names)) if number not in names]
    gaps = {number: "background" if number == 0 else f"class {number}" for number in missing}
    return [(names | gaps)[number] for number in range(max(names) + 1)]
