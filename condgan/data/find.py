"""From what a person writes for DATA to the source that reads it."""

from collections.abc import Iterable
from importlib.metadata import entry_points
from pathlib import Path

from condgan.core.errors import DataError, nearest
from condgan.core.registry import PLUGINS
from condgan.data.base import SOURCES, Source, place


def find(data: str, root: str = "", reads: frozenset[str] = frozenset({"label"})) -> Source:
    """The source that DATA names: a known name, a path, or ``hf:owner/name``. Registered sources are asked first.

    Args:
        data: as a person writes it.
        root: folder that holds named data.
        reads: the columns that are needed. With ``picture`` a path is one of pairs; with ``label`` one of labelled
            images; with neither of any images.

    Raises:
        DataError: neither a known name nor an existing path, or no kind of data that can be read.
    """
    registered = [kind for kind in SOURCES.kinds() if kind not in SOURCES.builtin]
    source = _recognised((*registered, *SOURCES.builtin), data, root, reads)
    if source is None:
        for plugin in entry_points(group=PLUGINS):
            plugin.load()
        source = _recognised((kind for kind in SOURCES.kinds() if kind not in SOURCES.builtin), data, root, reads)
    if source is not None:
        return source
    if place(data) is None:
        from condgan.data import alphabet, named

        names = (*named.NAMES, *alphabet.NAMES)
        raise DataError(f"no data set or path {data!r}", where="DATA", do=nearest(data, names))
    from condgan.data.sheet import SUFFIXES

    raise DataError(
        "no kind of data that condgan reads",
        where=Path(data).expanduser(),
        do=f"give a folder, also as .zip or .tar, arrays (.npz, .h5, .mat), or a table ({', '.join(SUFFIXES)})",
    )


def _recognised(kinds: Iterable[str], data: str, root: str, reads: frozenset[str]) -> Source | None:
    """Of the first kind that knows what DATA means."""
    found = (SOURCES[kind].recognise(data, root, reads) for kind in kinds)
    try:
        return next((source for source in found if source is not None), None)
    except OSError as error:
        where = error.filename or data
        raise DataError(f"cannot read: {error.strerror}", where=where, do="change its permissions") from None
