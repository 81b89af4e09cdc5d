"""From what a person writes for DATA to the source that reads it."""

from pathlib import Path

from condgan.core.errors import DataError, nearest
from condgan.data.arrays import Npz
from condgan.data.base import Source
from condgan.data.folder import SPLITS, Folder
from condgan.data.hub import Hub
from condgan.data.named import NAMES, Named
from condgan.data.pairs import Pairs
from condgan.data.table import SUFFIXES, Table, metadata_in


def find(data: str, root: str = "", *, paired: bool = False, labelled: bool = True) -> Source:
    """The source that DATA names: a known name, a path, or ``hf:owner/name``.

    Args:
        data: as a person writes it.
        root: folder that holds named data.
        paired: whether pairs of pictures are asked for: what a folder holds does not say.
        labelled: whether labels are; without them any folder of images will do.

    Raises:
        DataError: neither a known name nor an existing path.
    """
    if data.startswith("hf:"):
        return Hub(name=data.removeprefix("hf:"))
    if data.lower() in NAMES:
        return Named(name=data.lower(), root=str(Path(root).resolve()) if root else "")
    path = Path(data).expanduser()
    if not path.exists():
        raise DataError(f"no data set or path {data!r}", where="DATA", do=nearest(data, NAMES))
    whole = str(path.resolve())
    if path.suffix.lower() == ".npz":
        return Npz(path=whole)
    if paired:
        return Pairs(path=whole)
    if path.is_dir():
        folders = (path, *(path / name for name in SPLITS["train"]))
        shards = any(any(path.glob(pattern)) for pattern in ("*.parquet", "*/*.parquet"))
        if shards or (labelled and any(map(metadata_in, folders))):
            return Table(path=whole, labelled=labelled)
        return Folder(path=whole, labelled=labelled)
    if path.suffix.lower() in SUFFIXES:
        return Table(path=whole, labelled=labelled)
    raise DataError(
        "no kind of data that condgan reads",
        where=path,
        do=f"give a folder, an .npz, or a table ({', '.join(SUFFIXES)})",
    )
