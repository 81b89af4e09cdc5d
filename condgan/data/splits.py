"""Where the splits of some data are: folders, tables, shards or values that are called train, val, test or the like."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

Split = Literal["train", "val", "test"]

SYNONYMS: dict[Split, tuple[str, ...]] = {
    "train": ("train", "training", "trn"),
    "val": ("val", "valid", "validation", "dev", "development", "eval", "evaluation"),
    "test": ("test", "testing", "tst", "holdout", "heldout"),
}
"""What splits are called, the usual name first."""
_KNOWN: dict[str, Split] = {word: split for split, words in SYNONYMS.items() for word in words}
PLAIN = ("train", "val", "valid", "validation", "test")
"""Names that nothing but splits is given by anyone."""
FILLERS = frozenset(
    {"set", "sets", "split", "splits", "data", "dataset", "seg", "folder", "public", "private"}
) | frozenset({"image", "images", "img", "imgs"})
"""Words that say nothing of which split it is."""
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_a-zA-Z]+")


def split_of(name: str) -> Split | None:
    """The split that a name names, such as ``train``, ``Training_set`` or ``val2017``; ``None`` where it names none."""
    words = [word.casefold() for word in _WORD.findall(name)]
    words = [word.removesuffix("set") if word.removesuffix("set") in _KNOWN else word for word in words]
    found = {_KNOWN[word] for word in words if word in _KNOWN}
    others = [word for word in words if word not in _KNOWN and word not in FILLERS]
    return found.pop() if len(found) == 1 and not others else None


def part_of(name: str) -> Split | None:
    """The split of which a file is one of the parts, where its name begins or ends with it:
    ``mnist_train-00000-of-00002``."""
    words = [word.casefold() for word in _WORD.findall(name)]
    words = [word for word in words if word not in ("of", "part", "shard", *FILLERS)]
    found = {_KNOWN[word] for word in words if word in _KNOWN}
    ends = words[:1] + words[-1:]
    return found.pop() if len(found) == 1 and any(word in _KNOWN for word in ends) else None


def shards(files: Iterable[Path]) -> tuple[dict[Split, list[Path]], list[Path]]:
    """Files that are parts of splits, by their own names or their folder's, and those that are of none.

    There are no splits where nothing is to train on, or one name alone is of a split.
    """
    listed = list(files)
    parts: dict[Split, list[Path]] = {}
    for file in listed:
        split = part_of(file.stem) or split_of(file.parent.name)
        if split is not None:
            parts.setdefault(split, []).append(file)
    others = [file for file in listed if not any(file in found for found in parts.values())]
    return (parts, others) if "train" in parts and (len(parts) > 1 or not others) else ({}, listed)


def named_splits(names: Iterable[str]) -> dict[str, Split]:
    """The names that name splits: by themselves, or by the one word in which they differ, as ``mnist_train`` and
    ``mnist_test`` do."""
    listed = list(names)
    found = {name: split for name in listed if (split := split_of(name))}
    groups: dict[tuple[str, ...], dict[str, Split]] = defaultdict(dict)
    for name in listed:
        split = part_of(name)
        if split is not None:
            groups[tuple(word for word in _WORD.findall(name) if word.casefold() not in _KNOWN)][name] = split
    for group in groups.values():
        if len(set(group.values())) > 1 and "train" in group.values():
            found |= group
    return found


TRAINVAL = ("trainval", "train_val", "train+val")
"""How a column calls what is trained on where training and validation are one."""


class File(NamedTuple):
    """An image by its place."""

    parts: tuple[str, ...]
    """Its folders and its name, without those that name the split or hold all the others."""
    name: str
    """Relative to the data."""


class Division(NamedTuple):
    """Files by split."""

    parts: Mapping[Split, Sequence[File]]
    """Empty where the data have no splits of their own."""
    whole: Sequence[File]
    """All files, where there are no splits."""
    others: Mapping[str, int]
    """Folders next to the splits that are none, and how many images they hold."""
    homes: Mapping[Split, str]
    """The folder of each split, where it has one; with ``whole`` that of the data."""


def divide(names: Sequence[str], levels: int) -> Division:
    """Find the splits among files.

    A folder is taken for a split where there are folders below it that hold the images, ``levels`` deep (1: of classes,
    or of the two sides of pairs); or where one is called train and a neighbour val or test. So a class that is called
    train, as there is one of vehicles, stays a class. The split may stand above the classes or below each of them.

    Args:
        names: files relative to the data, with ``/`` between their parts.
        levels: folders that are expected below a split.
    """
    files, home = _unwrapped([File(tuple(name.split("/")), name) for name in names], levels)
    tops: dict[str, list[File]] = defaultdict(list)
    for file in files:
        if len(file.parts) > 1:
            tops[file.parts[0]].append(file)
    named = named_splits(tops)
    if _are_splits(tops, named, levels):
        return _by_top(files, tops, named, levels, home)
    if _below_classes(files):
        parts: dict[Split, list[File]] = defaultdict(list)
        for file in files:
            split = split_of(file.parts[1])
            assert split is not None, "asked for above"
            parts[split].append(File((file.parts[0], *file.parts[2:]), file.name))
        return Division(parts, (), {}, {})
    return Division({}, files, {}, {"train": home})


def _are_splits(tops: Mapping[str, Sequence[File]], named: Mapping[str, Split], levels: int) -> bool:
    splits, whole = set(named.values()), len(named) == len(tops)
    if levels == 0:
        return len(splits) > 1 and ("train" in splits or whole)
    if any(len(file.parts) > levels + 1 for top in named for file in tops[top]):
        return "train" in splits or (whole and len(splits) > 1)
    # without folders below them they are classes, but for the usual names
    plain = {named[top] for top in named if top.casefold() in PLAIN}
    return "train" in plain and (len(plain) > 1 or (whole and len(tops) == 1))


def _by_top(
    files: Sequence[File],
    tops: Mapping[str, Sequence[File]],
    named: Mapping[str, Split],
    levels: int,
    home: str,
) -> Division:
    parts: dict[Split, Sequence[File]] = {}
    homes: dict[Split, str] = {}
    others = {top: len(found) for top, found in tops.items() if top not in named}
    loose = sum(len(file.parts) == 1 for file in files)
    for split in SYNONYMS:
        candidates = sorted((top for top in named if named[top] == split), key=_usual)
        for top in candidates[1:]:
            others[top] = len(tops[top])
        if candidates:
            top = candidates[0]
            inner = [File(file.parts[1:], file.name) for file in tops[top]]
            if levels and not any(len(file.parts) > levels for file in inner):
                others[top] = len(inner)  # images without the folders that would say what they are
                if split != "train":
                    continue
            parts[split], below = _unwrapped(inner, levels)
            homes[split] = "/".join(filter(None, [home, top, below]))
    if loose:
        others["."] = loose
    return Division(parts, (), others, homes)


def _usual(name: str) -> tuple[int, str]:
    """The order in which folders of one split are preferred: the usual names first."""
    order = [word for words in SYNONYMS.values() for word in words]
    return (order.index(name.casefold()) if name.casefold() in order else len(order), name)


def _below_classes(files: Sequence[File]) -> bool:
    """Whether the splits stand below each class: ``wren/train``, ``wren/test``."""
    if any(len(file.parts) < 3 for file in files):
        return False
    found = {split_of(second) for second in {file.parts[1] for file in files}}
    return None not in found and "train" in found and len(found) > 1


def _unwrapped(files: list[File], levels: int) -> tuple[list[File], str]:
    """Without the folders that hold all others, as archives leave them."""
    home: list[str] = []
    while files and min(len(file.parts) for file in files) > levels + 1 and len({file.parts[0] for file in files}) == 1:
        home.append(files[0].parts[0])
        files = [File(file.parts[1:], file.name) for file in files]
    return files, "/".join(home)


def by_split(values: Sequence[object], strict: bool = True) -> dict[int, Split] | None:
    """The split of each row of a column of splits, without those of rows that are of none; ``None`` where it is no such
    column.

    Args:
        values: of the column.
        strict: whether there must be two splits; not of a column that is called so.
    """
    named = {text: "train" if text.casefold() in TRAINVAL else split_of(text) for text in set(map(str, values))}
    if set(named) <= {"0", "1", "2"} and "0" in named and len(named) > 1 and not strict:
        named = {"0": "train", "1": "val", "2": "test"}  # as CelebA's partition has it
    known = {split for split in named.values() if split is not None}
    if "train" not in known or (len(known) < 2 and None in named.values() and strict):
        return None
    found = {row: named[str(value)] for row, value in enumerate(values)}
    return {row: split for row, split in found.items() if split is not None}
