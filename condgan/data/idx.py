"""The IDX format of MNIST and its family."""

import gzip
import io
import math
import struct
import zlib
from pathlib import Path

import numpy as np

from condgan.core.bounds import require_memory
from condgan.core.errors import DataError


def read_idx(path: Path) -> np.ndarray:
    """The unsigned bytes of an IDX file, plain or gzipped.

    Raises:
        DataError: not an IDX file of unsigned bytes, one cut short, or one too large for this machine.
    """
    with path.open("rb") as file:
        return parse_idx(gzip.open(file) if path.suffix == ".gz" else file, str(path))


def parse_idx(file: io.BufferedIOBase, where: str) -> np.ndarray:
    """The array in an IDX file: magic 0, 0, type 8, number of axes; each axis as 4 bytes; the values."""
    try:
        magic = file.read(4)
        if len(magic) < 4 or magic[:3] != b"\0\0\x08" or not magic[3]:
            raise DataError("not an IDX file of unsigned bytes", where=where, do="fetch it again")
        axes = file.read(4 * magic[3])
        shape = struct.unpack(f">{magic[3]}I", axes) if len(axes) == 4 * magic[3] else ()
        size = math.prod(shape)
        require_memory(size, "IDX file of many values", where, "fetch it again")
        content = file.read(size + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError("cannot read IDX file", where=where, do=f"fetch it again ({error})") from None
    if len(content) != size or len(axes) != 4 * magic[3]:
        raise DataError("IDX file cut short", where=where, do="fetch it again")
    return np.frombuffer(content, np.uint8).reshape(shape)
