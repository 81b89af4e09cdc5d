"""Pairs of pictures: a source picture, and the image that is to be made from it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, Self

from condgan.core.errors import DataError, nearest
from condgan.core.names import composed
from condgan.core.note import READ, WRONG, Note
from condgan.core.palette import Palette
from condgan.data.archive import ARCHIVES, Member
from condgan.data.base import Records, Source, existing, place
from condgan.data.cells import of_fields, two_columns
from condgan.data.columns import INSTANCES, PICTURE, Boundaries, LabelMaps, Pictures, Raw, Taken
from condgan.data.decode import measure
from condgan.data.fields import Fields
from condgan.data.finder import Finder
from condgan.data.folder import chosen_split, of_division, of_split
from condgan.data.headings import split_column, splits_of
from condgan.data.layouts import are_layouts, few_colours, list_in, palette_of
from condgan.data.listing import Listing, listing
from condgan.data.picture import Half, Picture
from condgan.data.splits import Division, File, Split, divide, split_of
from condgan.data.suffixes import stem_of
from condgan.data.table import read_beside

INSTANCE_FOLDERS = ("instance", "instances", "inst")
"""Folders of instance ids, next to those of the pairs."""
HALVES = ("left", "right")
LOOKED_AT = 8
"""Pictures of a side that are looked at to know whether it is of label maps."""


class Sides(NamedTuple):
    """Both sides, sample by sample, and their names."""

    names: tuple[str, str]
    both: tuple[Sequence[Picture], Sequence[Picture]]
    instances: Sequence[Picture] | None = None
    listed: Path | None = None
    """The list of classes, where there is one."""
    split: Split | None = None
    notes: tuple[Note, ...] = ()
    columns: Mapping[str, Raw] = {}
    """What else is known of the pairs."""


class Pairs(Source):
    """Pairs of pictures: in two folders by file name, side by side in one file, or in two columns of a table."""

    kind: Literal["pairs"] = "pairs"
    path: str
    """A folder (also with train, val and test in it), or a table."""
    input: str | None = None
    """Folder, column or half (left, right) of the source pictures; by default the label maps, else the first by
    name, or the left half."""
    input_channels: Literal[1, 3, 4] | None = None
    """1 grey, 3 colour, 4 colour with transparency, of the source pictures; by default what they have."""

    @classmethod
    def recognise(cls, data: str, root: str, reads: frozenset[str]) -> Self | None:
        path = place(data) if PICTURE in reads else None
        return None if path is None else cls(path=str(path))

    def title(self) -> str:
        return Path(self.path).name

    def records(self) -> Records:
        sides = self._sides()
        if not sides.both[0]:
            raise DataError("no pairs", where=self.path, do="give two folders with files of the same names")
        maps = [are_layouts(side[:LOOKED_AT], sides.listed) for side in sides.both]
        source = self._source(sides.names, maps)
        train = sides if self.subset == "train" else self.split("train")._sides()
        palettes = [
            palette_of(pictures, sides.listed) if map else None for pictures, map in zip(train.both, maps, strict=True)
        ]
        columns: dict[str, Raw] = {**sides.columns, PICTURE: self._source_column(sides.both[source], palettes[source])}
        if sides.instances is not None:
            columns[INSTANCES] = Boundaries(sides.instances)
        notes = (*sides.notes, self._told(sides.names, sides.both, maps, source))
        return Records(sides.both[1 - source], columns, palettes[1 - source], sides.split, notes)

    def _source_column(self, pictures: Sequence[Picture], palette: Palette | None) -> Raw:
        """The column of source pictures."""
        if palette is None:
            return Pictures(pictures, self.input_channels, self.input_range, self.background)
        if self.input_channels is not None:
            raise DataError(
                f"label maps of {self.input_channels} channels",
                where=self.path,
                do="leave data.input_channels out: label maps are kept as ids",
            )
        return LabelMaps(pictures, palette)

    def _source(self, names: tuple[str, str], maps: list[bool]) -> int:
        """Which side is that of the source pictures."""
        if self.input is None:
            return maps.index(True) if any(maps) else 0
        if self.input not in names:
            raise DataError(f"no side {self.input!r}", where=self.path, do=nearest(self.input, names))
        return names.index(self.input)

    def _sides(self) -> Sides:
        root = existing(self.path)
        if root.is_file() and root.suffix.lower() not in ARCHIVES:
            return self._columns(root)
        found = listing(root)
        division = _by_names(found.images) if _sided(found.images) else divide(found.images, 1)
        if all(len(file.parts) == 1 for file in (*division.whole, *division.parts.get("train", ()))):
            division = divide(found.images, 0)  # no folders of sides: pictures side by side in one file
        files, split = of_split(self, division)
        home = division.homes.get(split or "train", "")
        listed = None if found.packed else list_in(found.home / home)
        read = () if listed is None or not listed.is_relative_to(root) else (listed.relative_to(root).as_posix(),)
        notes = (*of_division(division, self.subset, split), *found.left_out(read))
        empty = {name for name in found.folders if name.rpartition("/")[0] == home} if division.homes else set()
        folders = sorted({file.parts[0] for file in files if len(file.parts) > 1} | {Path(name).name for name in empty})
        others = [each for each in folders if each.lower() not in INSTANCE_FOLDERS]
        if not others:
            return self._halves([found.at(file.name) for file in files], listed, split, notes)
        if len(others) != 2:
            raise DataError(
                f"{len(others)} folders of pictures",
                where=f"{found.home / home}: {', '.join(others[:8])}",
                do="give two, with files of the same names; or pictures side by side in one file",
            )
        by_name = {each: _by_name(found, each, files) for each in folders}
        _matching([by_name[each] for each in others], others, found.home / home)
        names = sorted(by_name[others[0]])
        placed = {each: [by_name[each][name] for name in names if name in by_name[each]] for each in folders}
        extra = [placed[each] for each in folders if each not in others]
        if extra and len(extra[0]) != len(names):
            raise DataError(
                f"{len(extra[0])} maps of instances for {len(names)} pairs",
                where=found.home / home,
                do="give one a pair, or none",
            )
        one, other = others
        return Sides((one, other), (placed[one], placed[other]), extra[0] if extra else None, listed, split, notes)

    def _halves(
        self, files: Sequence[Path | Member], listed: Path | None, split: Split | None, notes: tuple[Note, ...]
    ) -> Sides:
        """Files of two pictures side by side, as the pix2pix data are."""
        shapes = [shape for shape in measure(files[:LOOKED_AT]) if shape]
        if self.input not in HALVES and any(width < 1.5 * height for height, width in shapes):
            raise DataError(
                "no two sides: one folder of pictures that are not twice as wide as high",
                where=self.path,
                do="give two folders with files of the same names; for halves of any shape set data.input to left",
            )
        told = "each file is read as two pictures side by side, the left and the right half"
        left, right = ([Half(each, right) for each in files] for right in (False, True))
        return Sides(HALVES, (left, right), None, listed, split, (*notes, Note("halves", told, READ)))

    def _told(self, names: tuple[str, str], both: Sequence[Sequence[Picture]], maps: list[bool], source: int) -> Note:
        """Which side is the source, and what it is read as."""
        kind = ["label maps" if each else "pictures" for each in maps]
        text = f"{names[source]} is the source ({kind[source]}), {names[1 - source]} is generated ({kind[1 - source]})"
        coloured = [names[side] for side in (0, 1) if not maps[side] and few_colours(both[side][:LOOKED_AT])]
        if coloured:
            do = "a classes.txt beside the folders says so ('red green blue name' or 'name' a line)"
            return Note("sides", f"{text}; {coloured[0]} has few colours: if it holds label maps, {do}", WRONG)
        return Note("sides", f"{text}; --data.input chooses", READ)

    def _columns(self, file: Path) -> Sides:
        """The two columns of pictures of a table, in the rows of this split."""
        finder = Finder(file.parent, file)
        whole = table = read_beside(file, finder)
        named = split_column(table, ())
        splits = splits_of(table, named) if named else {}
        split = None
        if splits:
            split = chosen_split(self, set(splits.values()))
            rows = [row for row, each in splits.items() if each == (split or "train")]
            table = table.take(rows)
        else:
            self.without_split()
            rows = [*range(len(table))]
        names, pictures = two_columns(table, finder, str(file))
        read = Fields({}) if self.reader is None else of_fields(whole, {*names, named}, self.reader, str(file))
        columns = {name: Taken(raw, rows) for name, raw in read.columns.items()}
        return Sides(names, pictures, None, list_in(file.parent), split, read.notes, columns)


SIDED = re.compile(r"(.*?)[_-]?([ab])", re.IGNORECASE)
"""Folders of unpaired images, such as ``trainA`` and ``testB``, whose pictures are pairs where their names agree."""


def _sided(names: Sequence[str]) -> bool:
    """Whether the folders are called as those of CycleGAN's data: trainA, trainB, testA, testB."""
    tops = {part for name in names for part in name.split("/")[:-1]}
    found = {side for top in tops if (side := _side_of(top))}
    return {("train", "A"), ("train", "B")} <= found


def _side_of(folder: str) -> tuple[Split, str] | None:
    match = SIDED.fullmatch(folder)
    split = split_of(match[1]) if match else None
    return (split, match[2].upper()) if match and split else None


def _by_names(names: Sequence[str]) -> Division:
    """Files in folders whose names tell both the split and the side."""
    parts: dict[Split, list[File]] = {}
    others: Counter[str] = Counter()
    for name in names:
        folders = name.split("/")[:-1]
        place = next((place for place, folder in enumerate(folders) if _side_of(folder)), None)
        if place is None:
            others["/".join(folders) or "."] += 1
            continue
        split, side = _side_of(folders[place]) or ("train", "")
        parts.setdefault(split, []).append(File((side, *name.split("/")[place + 1 :]), name))
    return Division(parts, (), others, {})


def _by_name(found: Listing, side: str, files: Sequence[File]) -> dict[str, Picture]:
    """The pictures of a side by their names without suffix, in one Unicode form."""
    ours = [file for file in files if file.parts[0] == side]
    if not ours:
        raise DataError("a side without pictures", where=found.home / side, do="add the other half of each pair")
    named: dict[str, Picture] = {}
    for file in ours:
        named[composed(stem_of("/".join(file.parts[1:])))] = found.at(file.name)
    if len(named) < len(ours):
        raise DataError(
            f"{len(ours) - len(named)} pictures of the name of another",
            where=found.home / side,
            do="keep one file a name",
        )
    return named


def _matching(sides: Sequence[dict[str, Picture]], folders: Sequence[str], home: Path) -> None:
    """Refuse pictures without a partner."""
    alone = [
        f"{folder}/{name}"
        for folder, ours, theirs in zip(folders, sides, reversed(sides), strict=True)
        for name in sorted(ours.keys() - theirs.keys())
    ]
    if alone:
        raise DataError(
            f"{len(alone)} pictures without a partner of the same name",
            where=f"{home}: {', '.join(alone[:8])}{' …' * (len(alone) > 8)}",
            do="add the missing ones, or remove these",
        )
