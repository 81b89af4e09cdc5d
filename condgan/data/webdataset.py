"""WebDataset: tar files in which the image and what belongs to it have one name and several suffixes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self

from condgan.core.errors import DataError
from condgan.core.note import LEFT_OUT, Note, some
from condgan.data.archive import Member, content, members
from condgan.data.base import UNLABELLED, Records, Source, existing, place
from condgan.data.captions import SUFFIXES as TEXT_SUFFIXES
from condgan.data.captions import TEXTS, lines
from condgan.data.columns import LABEL, Classes, Raw
from condgan.data.folder import chosen_split, of_judge
from condgan.data.listing import listing
from condgan.data.splits import shards
from condgan.data.suffixes import is_image

CLASS_SUFFIXES = ("cls", "label", "class", "cls.txt")
KEYS = ("label", "class", "cls", "category", "class_name")
"""Where the class stands in ``.json``."""


class WebDataset(Source):
    """One or several ``.tar`` files of samples: ``0001.jpg`` with ``0001.cls``, or with a class in ``0001.json``."""

    kind: Literal["webdataset"] = "webdataset"
    path: str
    """A .tar file, or a folder of them; ``train-0000.tar`` and ``test-0000.tar`` are splits."""
    labelled: bool = True
    """Whether samples have classes; else only images are read, for generators that take no label."""

    @classmethod
    def recognise(cls, data: str, root: str, reads: frozenset[str]) -> Self | None:
        path = place(data)
        archives = [] if path is None else _archives(path)
        if path is None or not archives or not _has_keys(members(archives[0])):
            return None
        if path.is_dir() and listing(path, "skip").images:
            return None  # archives beside images: the images are the data
        return cls(path=str(path), labelled=LABEL in reads)

    def title(self) -> str:
        return Path(self.path).name

    def records(self) -> Records:
        archives = _archives(existing(self.path))
        parts, others = shards(archives)
        split = None
        if parts:
            split = chosen_split(self, parts)
            archives = parts[split or "train"]
        else:
            self.without_split()
        images: list[Member] = []
        labels: list[str | None] = []
        said: list[Mapping[str, Any]] = []
        unread: dict[str, int] = {}
        for shard in archives:
            for key, suffixes in _samples(members(shard)).items():
                picture = next((suffix for suffix in suffixes if is_image(f"x.{suffix.lower()}")), None)
                if picture is None:
                    unread["sample without an image"] = unread.get("sample without an image", 0) + 1
                    continue
                images.append(Member(shard, f"{key}.{picture}"))
                if self.labelled:
                    labels.append(_label(shard, key, suffixes))
                if self.fields is not None:
                    said.append(_described(shard, key, suffixes, self.captioned))
                for suffix in suffixes:
                    captions = TEXT_SUFFIXES if self.captioned else ()
                    if suffix != picture and suffix not in (*CLASS_SUFFIXES, *captions, "json"):
                        unread[suffix] = unread.get(suffix, 0) + 1
        notes = [*of_judge(parts, self.subset, split)] if split else []
        if split and others:
            notes.append(
                Note("not-a-split", f"archives that are of no split: {some(file.name for file in others)}", LEFT_OUT)
            )
        if unread:
            listed = some(f"{count:,} {'' if ' ' in suffix else '.'}{suffix}" for suffix, count in unread.items())
            notes.append(Note("unread", f"files beside the images that nothing reads: {listed}", LEFT_OUT))
        columns: dict[str, Raw] = {LABEL: Classes(labels)} if self.labelled else {}
        if self.fields is not None:
            names = dict.fromkeys(name for each in said for name in each)
            if self.labelled:  # what is the class is no field besides
                names = dict.fromkeys(name for name in names if name not in KEYS)
            values = {name: [each.get(name) for each in said] for name in names}
            read = self.fields_of(values, self.path, {LABEL: "category"} if LABEL in values else {}, [*columns])
            columns, notes = {**columns, **read.columns}, [*notes, *read.notes]
        return Records(images, columns, split=split, notes=tuple(notes))


def _archives(path: Path) -> list[Path]:
    """The tar files; none where there is something else."""
    if path.is_file():
        return [path] if path.suffix.lower() == ".tar" else []
    return sorted([*path.glob("*.tar"), *path.glob("*/*.tar")])


def _samples(names: Sequence[str]) -> dict[str, list[str]]:
    """The suffixes of each sample, by the name before the first dot; where several images would be one sample, by that
    before the last."""
    by_first, by_last = (_grouped(names, first) for first in (True, False))
    one = all(sum(is_image(f"x.{suffix}") for suffix in suffixes) < 2 for suffixes in by_first.values())
    return by_first if one else by_last


def _grouped(names: Sequence[str], first: bool) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        folder, slash, base = name.rpartition("/")
        stem, dot, suffix = base.partition(".") if first else base.rpartition(".")
        if dot and stem:
            found.setdefault(f"{folder}{slash}{stem}", []).append(suffix)
    return found


def _has_keys(names: Sequence[str]) -> bool:
    """Whether an image and its class, or other data of its, have one name; else an archive is one of class folders."""
    samples = _samples(names)
    if any({*CLASS_SUFFIXES} & set(suffixes) for suffixes in samples.values()):
        return True
    folders = {key.rpartition("/")[0] for key in samples}
    return len(folders) == 1 and any({"json", *TEXT_SUFFIXES} & set(suffixes) for suffixes in samples.values())


def _described(shard: Path, key: str, suffixes: Sequence[str], captioned: bool) -> dict[str, Any]:
    """What the ``.json`` of a sample says, and its class, and where it is captioned its texts, by a file of its own."""
    found: dict[str, Any] = {}
    try:
        if "json" in suffixes:
            said = json.loads(content(Member(shard, f"{key}.json")))
            if not isinstance(said, dict):
                raise ValueError("it is no object")
            found = {name: value for name, value in said.items() if not isinstance(value, dict)}
        for suffix in CLASS_SUFFIXES:
            if suffix in suffixes:
                found[LABEL] = content(Member(shard, f"{key}.{suffix}")).decode().strip()
        for suffix in TEXT_SUFFIXES:
            if captioned and suffix in suffixes:
                found[TEXTS] = lines(content(Member(shard, f"{key}.{suffix}")).decode())
    except (OSError, ValueError, RecursionError) as error:
        raise DataError("cannot read a sample", where=f"{shard}/{key}", do=f"pack it again ({error})") from None
    return found


def _label(shard: Path, key: str, suffixes: Sequence[str]) -> str:
    try:
        for suffix in CLASS_SUFFIXES:
            if suffix in suffixes:
                return content(Member(shard, f"{key}.{suffix}")).decode().strip()
        if "json" in suffixes:
            found = json.loads(content(Member(shard, f"{key}.json")))
            value = next((found[name] for name in KEYS if isinstance(found, Mapping) and name in found), None)
            if isinstance(value, int | str):
                return str(value)
    except (OSError, ValueError, RecursionError) as error:
        raise DataError("cannot read a label", where=f"{shard}/{key}", do=f"pack it again ({error})") from None
    raise DataError(
        "label missing", where=f"{shard}/{key}", do=f"add {key}.cls, or a label in {key}.json; {UNLABELLED}"
    )
