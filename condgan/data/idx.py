"""The IDX format of MNIST and its family."""

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np

from condgan.core.errors import DataError


def read_idx(path: Path) -> np.ndarray:
    """The unsigned bytes of an IDX file, plain or gzipped.

    Raises:
        DataError: not an IDX file of unsigned bytes, or one cut short.
    """
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        raise DataError("cannot read IDX file", where=path, do=f"fetch it again ({error})") from None
    return parse_idx(content, str(path))


def parse_idx(content: bytes, where: str) -> np.ndarray:
    """The array in the bytes of an IDX file: magic 0, 0, type 8, number of axes; each axis as 4 bytes; the values."""
    if len(content) < 4 or content[:3] != b"\0\0\x08":
        raise DataError("not an IDX file of unsigned bytes", where=where, do="fetch it again")
    start = 4 + 4 * content[3]
    shape = struct.unpack(f">{content[3]}I", content[4:start]) if len(content) >= start else ()
    if len(content) - start != np.prod(shape, dtype=np.int64):
        raise DataError("IDX file cut short", where=where, do="fetch it again")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)
