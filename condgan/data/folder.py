"""A folder of images for each class, or an archive of such folders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self

from condgan.core.errors import DataError, NoSplitError
from condgan.core.note import LEFT_OUT, READ, WRONG, Note, some
from condgan.data.archive import ARCHIVES, Member, content
from condgan.data.base import UNLABELLED, Records, Source, existing, place
from condgan.data.captions import SUFFIXES, TEXTS, lines
from condgan.data.columns import LABEL, Classes, Raw
from condgan.data.listing import Listing, listing
from condgan.data.pattern import Pattern, levels_of, names_of, values_of
from condgan.data.sheet import decoded
from condgan.data.splits import Division, File, Split, divide
from condgan.data.suffixes import stem_of, suffix_of

MOST_CAPTION = 1 << 16
"""Bytes of a file of captions."""


class Folder(Source):
    """Images in one folder per class, optionally below ``train``, ``val`` and ``test``, or with these below each class.

    A ``.zip`` or ``.tar`` of such folders is read in place.
    """

    kind: Literal["folder"] = "folder"
    path: str
    """The folder whose subfolders are the classes, or an archive of it."""
    labelled: bool = True
    """Whether they are; else all images below the folder are read without labels, for generators that take none."""
    pattern: Pattern = None
    """What the names of the files mean, without their suffixes: "{age}_{gender}_{race}_{id}"; with a / also their
    folders: "{hair}/{id}". Each piece in braces is a field, {label} is the class; {_} and {id} are ignored."""

    @classmethod
    def recognise(cls, data: str, root: str, reads: frozenset[str]) -> Self | None:
        path = place(data)
        known = path is not None and (path.is_dir() or path.suffix.lower() in ARCHIVES)
        return cls(path=str(path), labelled=LABEL in reads) if known else None

    def title(self) -> str:
        return Path(self.path).name

    def records(self) -> Records:
        root = existing(self.path)
        if root.is_file() and root.suffix.lower() not in ARCHIVES:
            raise DataError("not a folder", where=root, do="give a folder per class, a table, or an .npz")
        found = listing(root, films=self.frames != "first")
        of_names = self.pattern is not None and (LABEL in names_of(self.pattern) or not self.labelled)
        beside = _captions_beside(found) if self.captioned else {}
        classes = not of_names and (self.labelled or (self.fields is not None and not beside))
        division = divide(found.images, max(int(classes), levels_of(self.pattern or "")))
        if classes:
            division = _without_other_classes(division)
        files, split = of_split(self, division)
        notes: list[Note] = [*of_division(division, self.subset, split), *found.left_out(beside.values())]
        named: list[Mapping[str, str]] = []
        if self.pattern is not None:
            files, named, told = _named(files, self.pattern, str(root))
            notes += told
        loose = [file for file in files if classes and len(file.parts) == 1]
        if classes:
            named = [each for each, file in zip(named, files, strict=True) if len(file.parts) > 1] if named else []
            files = [file for file in files if len(file.parts) > 1]
            home = division.homes.get(split or "train", "")
            if not self.labelled and len({file.parts[0] for file in files}) < 2:
                self._require_fields_of_names(found, home, len(files) + len(loose))
            if not files:
                self._require_classes(found, home, loose)
            if not division.parts or division.homes:  # where splits stand below the classes, one may lack a class
                _require_images(found, home, {file.parts[0] for file in files})
            notes += _of_places(files, loose, self.frames == "clip")
        texts = [_caption(found, beside.get(stem_of(file.name))) for file in files] if beside else None
        columns, read = self._columns([file.parts[0] for file in files] if classes else None, named, texts)
        return Records([found.at(file.name) for file in files], columns, split=split, notes=(*notes, *read))

    def _columns(
        self,
        classes: Sequence[str] | None,
        named: Sequence[Mapping[str, str]],
        texts: Sequence[list[str] | None] | None = None,
    ) -> tuple[dict[str, Raw], Sequence[Note]]:
        """What the folders of the images say, their names, and the texts beside them."""
        values: dict[str, list[Any]] = (
            {name: [each[name] for each in named] for name in names_of(self.pattern)} if self.pattern else {}
        )
        if texts is not None:
            values[TEXTS] = [*texts]
        if classes is not None:
            values[LABEL] = [*classes]
        columns: dict[str, Raw] = {}
        if self.labelled:
            columns[LABEL] = Classes(values.pop(LABEL))
        read = self.fields_of(values, self.path, {LABEL: "category"} if LABEL in values else {}, [*columns])
        return {**columns, **read.columns}, read.notes

    def _require_fields_of_names(self, found: Listing, home: str, count: int) -> None:
        """Refuse images that differ by nothing but themselves."""
        if count and self.frames == "first":
            raise DataError(
                f"{count:,} images, of which nothing says what they are",
                where=found.home / home,
                do="add a metadata.csv with a column for each attribute, or say what the names of the files mean, such "
                f'as --data.pattern "{{age}}_{{id}}"; {UNLABELLED}',
            )

    def _labelling(self) -> str:
        """Advice where names are read that have no label."""
        if self.pattern is None:
            return ""
        rest = "give --condition attributes" if self.fields is None else "leave it out: --data.labelled false"
        return f"call a piece of data.pattern {{label}}, or {rest}; else "

    def _require_classes(self, found: Listing, home: str, loose: Sequence[File]) -> None:
        where = found.home / home
        if found.packed:
            raise DataError(
                f"{len(loose):,} images but no class folders" if loose else "no images",
                where=where,
                do=f"{self._labelling()}pack each class in a folder of its own, or unpack it to use a table of labels; "
                f"{UNLABELLED}",
            )
        empty = [name for name in found.folders if name.rpartition("/")[0] == home]
        empty = [name for name in empty if not any(file.startswith(f"{name}/") for file in found.files)]
        if empty and not loose and not found.files:
            name = empty[0].rpartition("/")[2]
            raise DataError(
                f"class without images: {name}", where=where / name, do="add images of it, or remove the folder"
            )
        raise DataError(
            f"{len(loose)} images but no class folders" if loose else "no images",
            where=where,
            do=f"{self._labelling()}put each class into a folder of its own, or add a metadata.jsonl with labels; "
            + UNLABELLED
            + "".join(f"; {note.text}" for note in found.left_out() if not loose),
        )


def _captions_beside(found: Listing) -> dict[str, str]:
    """The text files that are called like an image, by their names without suffix."""
    images = {stem_of(name) for name in found.images}
    texts = {stem_of(name): name for name in found.files if suffix_of(name)[1:] in SUFFIXES}
    return {stem: name for stem, name in texts.items() if stem in images}


def _caption(found: Listing, name: str | None) -> list[str] | None:
    """The captions in a file, one a line.

    Raises:
        DataError: it cannot be read.
    """
    if name is None:
        return None
    file = found.at(name)
    try:
        data = content(file) if isinstance(file, Member) else file.read_bytes()
        if len(data) > MOST_CAPTION:
            raise DataError("captions of more than 64 KiB", where=found.home / name, do="write one caption a line")
        return lines(decoded(data))
    except (OSError, UnicodeError) as error:
        raise DataError(f"cannot read captions: {error}", where=found.home / name, do="save it as UTF-8") from None


def _require_images(found: Listing, home: str, classes: set[str]) -> None:
    """Refuse a class folder in which there is nothing; one that only holds other files is none."""
    prefix = f"{home}/" if home else ""
    holding = {name[len(prefix) :].split("/")[0] for name in found.files if name.startswith(prefix)}
    for folder in found.folders:
        name = folder[len(prefix) :] if folder.startswith(prefix) else ""
        if name and "/" not in name and name not in classes | holding:
            raise DataError(
                f"class without images: {name}",
                where=found.home / folder,
                do="add images of it, or remove the folder",
            )


def _without_other_classes(division: Division) -> Division:
    """Without splits of which no class is one of those to train on: theirs are no classes, such as ``test/images``."""
    classes = {split: {file.parts[0] for file in files} for split, files in division.parts.items()}
    odd = [split for split in classes if split != "train" and not classes[split] & classes.get("train", set())]
    if not odd or "train" not in classes:
        return division
    parts = {split: files for split, files in division.parts.items() if split not in odd}
    counts = {f"{split} (other folders than train)": len(division.parts[split]) for split in odd}
    return division._replace(parts=parts, others={**division.others, **counts})


def _named(files: Sequence[File], pattern: str, where: str) -> tuple[list[File], list[Mapping[str, str]], list[Note]]:
    """The files whose names are of a pattern, what these say, and what is left out.

    Raises:
        DataError: most are of another form.
    """
    values = [values_of("/".join(file.parts), pattern) for file in files]
    odd = [file.name for file, each in zip(files, values, strict=True) if each is None]
    if 2 * len(odd) > len(files):
        raise DataError(
            f"{len(odd):,} of {len(files):,} images are not called as data.pattern says",
            where=f"{where}: {odd[0]} is not of the form {pattern}",
            do="write the pattern as the names are, without suffix; {_} stands for a piece to ignore",
        )
    notes = []
    if odd:
        text = f"{len(odd):,} images whose names are not of the form {pattern}: {some(odd, 5)}"
        notes.append(Note("not-of-pattern", text, LEFT_OUT))
    if "{id}" in pattern:
        notes.append(Note("id", "the piece {id} of the names: it is no field", LEFT_OUT))
    kept = [(file, each) for file, each in zip(files, values, strict=True) if each is not None]
    return [file for file, _ in kept], [each for _, each in kept], notes


def of_split(source: Source, division: Division) -> tuple[Sequence[File], Split | None]:
    """The files of a source's split. Where there is no test split, the validation split is the one to compare with;
    where there is only one to train on, a share may be cut from it.

    Raises:
        NoSplitError: there is no such split.
    """
    if not division.parts:
        source.without_split()
        return division.whole, None
    split = chosen_split(source, division.parts)
    return division.parts[split or "train"], split


def chosen_split(source: Source, parts: Iterable[Split]) -> Split | None:
    """Which of the splits that there are a source's subset means; ``None``: the only one, from which one may be cut.

    Raises:
        NoSplitError: there is no such split.
    """
    known: set[Split] = set(parts)
    if known == {"train"}:
        source.without_split()
        return None
    wanted: tuple[Split, ...] = ("test", "val") if source.subset == "test" else (source.subset,)
    for split in wanted:
        if split in known:
            return split
    raise NoSplitError(
        f"no {source.subset} split",
        where=f"{source.title()} has {', '.join(sorted(known))}",
        do=f"add one called {source.subset}",
    )


def of_division(division: Division, subset: Split, split: Split | None) -> Iterator[Note]:
    """What is to be told of the splits."""
    if division.others:
        listed = some(
            f"{'loose files' if name == '.' else name} ({count:,})" for name, count in division.others.items()
        )
        yield Note("not-a-split", f"next to the splits: {listed}", LEFT_OUT)
    yield from of_judge(division.parts, subset, split)


def of_judge(parts: Iterable[Split], subset: Split, split: Split | None) -> Iterator[Note]:
    """Which split is compared with, where it is not the one called test."""
    known: set[Split] = set(parts)
    if known and "test" not in known and "val" in known and subset in ("train", "test"):
        yield Note("val-judges", "no test split: samples are compared with the validation split", READ)


def _of_places(files: Sequence[File], loose: Sequence[File], clips: bool) -> Iterator[Note]:
    """What is odd about where the images lie; of clips each may have a folder of its own."""
    if loose:
        text = f"{len(loose):,} images outside the class folders, the first {loose[0].name}"
        yield Note("outside-classes", text, LEFT_OUT)
    deeper = Counter("/".join(file.parts[:2]) for file in files if len(file.parts) > 2)
    if deeper and not clips:
        listed = some(f"{name} ({count:,})" for name, count in deeper.items())
        yield Note("nested", f"folders inside class folders, whose images count as the class: {listed}", WRONG)
