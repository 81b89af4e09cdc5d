"""A folder of images for each class."""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal, Self

from condgan.core.errors import DataError, NoSplitError
from condgan.data.base import UNLABELLED, Records, Source, existing, place
from condgan.data.columns import LABEL, Classes

SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm", ".pbm"}
SPLITS = {"train": ("train", "training"), "val": ("val", "valid", "validation"), "test": ("test", "testing")}


class Folder(Source):
    """Images in one folder per class, optionally below ``train``, ``val`` and ``test``."""

    kind: Literal["folder"] = "folder"
    path: str
    """The folder whose subfolders are the classes."""
    labelled: bool = True
    """Whether they are; else all images below the folder are read without labels, for generators that take none."""

    @classmethod
    def recognise(cls, data: str, root: str, reads: frozenset[str]) -> Self | None:
        path = place(data)
        return cls(path=str(path), labelled=LABEL in reads) if path is not None and path.is_dir() else None

    def title(self) -> str:
        return Path(self.path).name

    def records(self) -> Records:
        root = self._root()
        if not self.labelled:
            found = images_in(root)
            inside(existing(self.path), found)
            return Records(found)
        classes = sorted(each for each in root.iterdir() if each.is_dir() and not each.name.startswith("."))
        if not classes:
            loose = images_in(root)
            raise DataError(
                f"{len(loose)} images but no class folders" if loose else "no images",
                where=root,
                do=f"put each class into a folder of its own, or add a metadata.jsonl with labels; {UNLABELLED}",
            )
        images: list[Path] = []
        labels: list[int] = []
        for index, folder in enumerate(classes):
            found = images_in(folder)
            inside(existing(self.path), [folder, *found])
            if not found:
                raise DataError(
                    f"class without images: {folder.name}", where=folder, do="add images of it, or remove the folder"
                )
            images += found
            labels += [index] * len(found)
        return Records(images, {LABEL: Classes(labels, tuple(folder.name for folder in classes))})

    def _root(self) -> Path:
        """The folder that holds the class folders of this split."""
        root = existing(self.path)
        if not root.is_dir():
            raise DataError("not a folder", where=root, do="give a folder per class, a table, or an .npz")
        folders = [each for each in root.iterdir() if each.is_dir() and not each.name.startswith(".")]
        while len(folders) == 1 and not images_in(folders[0], deep=False):
            root = folders[0]  # a wrapper, as archives leave it
            folders = [each for each in root.iterdir() if each.is_dir()]
        by_name = {each.name.lower(): each for each in folders}
        known = {name for names in SPLITS.values() for name in names}
        if by_name and by_name.keys() <= known and by_name.keys() & set(SPLITS["train"]):
            for name in SPLITS[self.subset]:
                if name in by_name:
                    return by_name[name]
            raise NoSplitError(f"no {self.subset} split", where=root, do=f"add a folder {self.subset}/")
        self.without_split()
        return root


def inside(home: Path, paths: Iterable[Path]) -> None:
    """Refuse links that lead out of a folder: what they show is not the data's own.

    Raises:
        DataError: the first such link.
    """
    whole = home.resolve()
    for path in paths:
        if any(part.is_symlink() for part in (path, path.parent)) and not path.resolve().is_relative_to(whole):
            raise DataError("link out of the folder", where=path, do="copy the files there, or hard-link them")


def images_in(folder: Path, deep: bool = True) -> list[Path]:
    """The image files of a folder, sorted, so that a run does not depend on the file system's order."""
    found = folder.rglob("*") if deep else folder.iterdir()
    return sorted(each for each in found if each.suffix.lower() in SUFFIXES and not each.name.startswith("."))
