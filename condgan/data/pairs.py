"""Pairs of pictures: a source picture, and the image that is to be made from it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple, Self

from condgan.core.errors import DataError, NoSplitError, nearest
from condgan.core.palette import Palette
from condgan.data.base import Records, Source, existing, place
from condgan.data.columns import INSTANCES, PICTURE, Boundaries, LabelMaps, Pictures, Raw
from condgan.data.decode import Half, Picture
from condgan.data.folder import SPLITS, images_in, inside
from condgan.data.layouts import is_layout, list_in, palette_of
from condgan.data.table import read, two_columns

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
        maps = [
            2 * sum(is_layout(each, sides.listed) for each in side[:LOOKED_AT]) > len(side[:LOOKED_AT])
            for side in sides.both
        ]
        source = self._source(sides.names, maps)
        train = sides if self.subset == "train" else self.split("train")._sides()
        palettes = [
            palette_of(pictures, sides.listed) if map else None for pictures, map in zip(train.both, maps, strict=True)
        ]
        columns: dict[str, Raw] = {PICTURE: self._source_column(sides.both[source], palettes[source])}
        if sides.instances is not None:
            columns[INSTANCES] = Boundaries(sides.instances)
        return Records(sides.both[1 - source], columns, palettes[1 - source])

    def _source_column(self, pictures: Sequence[Picture], palette: Palette | None) -> Raw:
        """The column of source pictures."""
        if palette is None:
            return Pictures(pictures, self.input_channels)
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
        if root.is_file():
            self.without_split()
            return _columns(root)
        root, listed = self._part(root), list_in(root)
        folders = _folders(root)
        others = [each for each in folders if each.name.lower() not in INSTANCE_FOLDERS]
        if not others:
            return _halves(root, listed)
        if len(others) != 2:
            raise DataError(
                f"{len(others)} folders of pictures",
                where=f"{root}: {', '.join(each.name for each in others[:8])}",
                do="give two, with files of the same names; or pictures side by side in one file",
            )
        by_name = [_by_name(each, Path(self.path)) for each in folders]
        _matching([found for each, found in zip(folders, by_name, strict=True) if each in others], others)
        names = sorted(by_name[folders.index(others[0])])
        found = {
            each: [by_name[place][name] for name in names if name in by_name[place]]
            for place, each in enumerate(folders)
        }
        extra = [found[each] for each in folders if each not in others]
        if extra and len(extra[0]) != len(names):
            raise DataError(
                f"{len(extra[0])} maps of instances for {len(names)} pairs", where=root, do="give one a pair, or none"
            )
        one, other = others
        return Sides((one.name, other.name), (found[one], found[other]), extra[0] if extra else None, listed)

    def _part(self, root: Path) -> Path:
        """The folder that holds this split: below the data, ``train|val|test``, or the whole."""
        by_name = {each.name.lower(): each for each in _folders(root)}
        if not any(name in by_name for name in SPLITS["train"]):
            self.without_split()
            return root
        # the pix2pix data come as train and val: there the latter is what to compare with
        others = SPLITS["val"] if self.subset == "test" else ()
        for name in (*SPLITS[self.subset], *others):
            if name in by_name:
                return by_name[name]
        raise NoSplitError(f"no {self.subset} split", where=root, do=f"add a folder {self.subset}/")


def _folders(root: Path) -> list[Path]:
    return sorted(each for each in root.iterdir() if each.is_dir() and not each.name.startswith("."))


def _by_name(folder: Path, home: Path) -> dict[str, Path]:
    """The pictures below a folder by their names without suffix."""
    found = [*images_in(folder), *sorted(folder.rglob("*.npy"))]
    inside(home, [folder, *found])
    if not found:
        raise DataError("a side without pictures", where=folder, do="add the other half of each pair")
    named = {str(each.relative_to(folder).with_suffix("")): each for each in found}
    if len(named) < len(found):
        raise DataError(
            f"{len(found) - len(named)} pictures of the name of another", where=folder, do="keep one file a name"
        )
    return named


def _matching(sides: Sequence[dict[str, Path]], folders: Sequence[Path]) -> None:
    """Refuse pictures without a partner."""
    alone = [
        f"{folder.name}/{name}"
        for folder, ours, theirs in zip(folders, sides, reversed(sides), strict=True)
        for name in sorted(ours.keys() - theirs.keys())
    ]
    if alone:
        raise DataError(
            f"{len(alone)} pictures without a partner of the same name",
            where=f"{folders[0].parent}: {', '.join(alone[:8])}{' …' * (len(alone) > 8)}",
            do="add the missing ones, or remove these",
        )


def _halves(root: Path, listed: Path | None) -> Sides:
    """Files of two pictures side by side, as the pix2pix data are."""
    files = images_in(root)
    inside(root, files)
    return Sides(HALVES, ([Half(each, False) for each in files], [Half(each, True) for each in files]), None, listed)


def _columns(file: Path) -> Sides:
    """The two columns of pictures of a table."""
    names, pictures = two_columns(read(file), file.parent, str(file))
    return Sides(names, pictures, None, list_in(file.parent))
