"""Pairs of pictures: one to be made from the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import torch

from condgan.core.batch import ONE
from condgan.core.errors import DataError, NoSplitError, nearest
from condgan.core.palette import Palette
from condgan.data.base import Dataset, Records, Source, existing
from condgan.data.decode import Decoded, Half, Picture, decode, default_size, name_of
from condgan.data.folder import SPLITS, images_in, inside
from condgan.data.layouts import decode_layouts, extents, is_layout, list_in, palette_of
from condgan.data.table import read, two_columns

INSTANCES = ("instance", "instances", "inst")
"""Folders of instance ids, beside those of the pairs."""
HALVES = ("left", "right")
LOOKED_AT = 8
"""Pictures by which it is told whether a side is of label maps."""


class Sides(NamedTuple):
    """Both sides, sample by sample, and their names."""

    names: tuple[str, str]
    pictures: tuple[Sequence[Picture], Sequence[Picture]]
    instances: Sequence[Picture] | None = None
    listed: Path | None = None
    """The list of classes, where there is one."""


class Pairs(Source):
    """Pairs of pictures: in two folders by file name, side by side in one file, or in two columns of a table."""

    kind: Literal["pairs"] = "pairs"
    path: str
    """A folder (also with train, val and test in it), or a table."""
    input: str | None = None
    """Folder, column or half (left, right) of the pictures that are given; by default the label maps, else the first by
    name, or the left half."""
    input_channels: Literal[1, 3, 4] | None = None
    """1 grey, 3 colour, 4 colour with transparency, of the pictures that are given; by default what they have."""

    def title(self) -> str:
        return Path(self.path).name

    def records(self) -> Records:
        (_, targets), *_ = self.directed()
        return Records(targets, [0] * len(targets), ONE)

    def read(self, most: int | None = None) -> Dataset:
        (inputs, targets), instances, (given, made) = self.directed()
        chosen = self.chosen(len(targets), most)
        inputs, targets = [inputs[index] for index in chosen], [targets[index] for index in chosen]
        _same_sizes(inputs, targets)
        if instances is not None:
            _same_sizes(inputs, [instances[index] for index in chosen])
        if made is not None:
            sizes = Counter(filter(None, extents(targets)))
            size = self.size or default_size(list(sizes.elements()))
            painted = made.paint(decode_layouts(targets, made, size, self.fit)[:, 0].numpy())
            whole = torch.from_numpy(painted).movedim(-1, 1).contiguous()
            images, kept, sizes, unreadable = Decoded(whole, np.arange(len(whole)), sizes)
        else:
            images, kept, sizes, unreadable = decode(targets, self.size, self.channels, self.fit)
        space = (images.shape[2], images.shape[3])
        inputs = [inputs[index] for index in kept]
        if given is not None:
            some = None if instances is None else [instances[index] for index in chosen[kept]]
            pictures = decode_layouts(inputs, given, space, self.fit, some)
        else:
            pictures, both, _, more = decode(inputs, space, self.input_channels, self.fit)
            images, unreadable = images[torch.from_numpy(both)], (*unreadable, *more)
        labels = torch.zeros(len(images), dtype=torch.int64)
        return Dataset(images, labels, ONE, sizes, unreadable, inputs=pictures, layout=given, palette=made)

    def directed(
        self,
    ) -> tuple[
        tuple[Sequence[Picture], Sequence[Picture]], Sequence[Picture] | None, tuple[Palette | None, Palette | None]
    ]:
        """What is given and what is to be made, the instances, and the classes of either side of label maps."""
        sides = self._sides()
        if not sides.pictures[0]:
            raise DataError("no pairs", where=self.path, do="give two folders with files of the same names")
        maps = [
            2 * sum(is_layout(each, sides.listed) for each in side[:LOOKED_AT]) > len(side[:LOOKED_AT])
            for side in sides.pictures
        ]
        first = self._first(sides.names, maps)
        train = sides if self.subset == "train" else self.split("train")._sides()
        palettes = [
            palette_of(train.pictures[side], sides.listed) if maps[side] else None for side in (first, 1 - first)
        ]
        pictures = (sides.pictures[first], sides.pictures[1 - first])
        return pictures, sides.instances, (palettes[0], palettes[1])

    def _first(self, names: tuple[str, str], maps: list[bool]) -> int:
        """Which side is given."""
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
        others = [each for each in folders if each.name.lower() not in INSTANCES]
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
        # the pix2pix data come as train and val: there the latter is what to judge by
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


def _same_sizes(inputs: Sequence[Picture], targets: Sequence[Picture]) -> None:
    """Refuse pairs whose pictures are not of one size."""
    odd = [
        f"{name_of(target, index)} ({theirs[1]}×{theirs[0]}, its pair {ours[1]}×{ours[0]})"
        for index, (target, ours, theirs) in enumerate(zip(targets, extents(inputs), extents(targets), strict=True))
        if ours and theirs and ours != theirs
    ]
    if odd:
        raise DataError(
            f"{len(odd)} pairs of two sizes",
            where=f"{', '.join(odd[:5])}{' …' * (len(odd) > 5)}",
            do="bring both pictures of a pair to one size",
        )
