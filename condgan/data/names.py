"""Class names as people mean them: one Unicode form, in a natural order, and none that differ by nothing visible."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from condgan.core.errors import DataError
from condgan.core.names import NUMBER, composed
from condgan.core.note import SPOILS, WRONG, Note, some
from condgan.data.splits import split_of

SHARD = re.compile(r"\d{5,6}|(part|shard|chunk|batch)[-_ ]?\d+", re.IGNORECASE)
"""Names of folders into which tools split many files: ``00000``, ``part-3``."""


def canonical(name: str) -> str:
    """A name in the form that all are compared in: NFC, without space around it."""
    return composed(name).strip()


def ordered(names: Iterable[str]) -> tuple[str, ...]:
    """Names in their order: of numbers where all are numbers, else of text."""
    known = set(names)
    if known and all(NUMBER.fullmatch(name) for name in known):
        return tuple(sorted(known, key=lambda name: (float(name), name)))
    return tuple(sorted(known))


def require_distinct(names: Iterable[str], where: object) -> None:
    """Refuse names that only differ by their Unicode form, by space or by case: nobody could ask for one of them.

    Names of a single letter may differ by case: these are the classes of handwriting.

    Raises:
        DataError: the first such names.
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for name in dict.fromkeys(names):
        form = canonical(name)
        groups[form if len(form) == 1 else form.casefold()].append(name)
    for group in groups.values():
        if len(group) > 1:
            forms = {canonical(name) for name in group}
            by = "case" if len(forms) > 1 else "space" if len({name.strip() for name in group}) == 1 else "Unicode form"
            raise DataError(
                f"classes that differ only by {by}: {', '.join(map(repr, group))}",
                where=where,
                do="make them one class, or give one of them another name",
            )


def remarks_on(names: Sequence[str]) -> Iterator[Note]:
    """What is odd about the names of classes."""
    splits = [name for name in names if split_of(name)]
    if splits:
        text = f"classes called like splits: {some(splits)}; where they are splits, put the class folders below them"
        yield Note("classes-like-splits", text, WRONG)
    if names and all(SHARD.fullmatch(name) for name in names):
        text = f"classes called like the parts into which tools split many files: {some(names)}"
        yield Note("classes-like-shards", text, WRONG)
    folded: dict[str, list[str]] = defaultdict(list)
    for name in names:
        folded[name.casefold()].append(name)
    twins = [" and ".join(group) for group in folded.values() if len(group) > 1]
    if twins:
        yield Note("names-by-case", f"classes that differ by case: {some(twins)}", SPOILS)
