"""What input from elsewhere may cost: memory in proportion to the machine, text in proportion to its purpose."""

from pathlib import Path

import psutil

from condgan.core.errors import CondganError, DataError

MOST_TEXT = 16 << 20
"""Bytes of a recipe or a config, beyond which it is none."""


def memory() -> int:
    """Bytes of memory of this machine."""
    return psutil.virtual_memory().total


def require_memory(size: int, what: str, where: object, do: str, error: type[CondganError] = DataError) -> None:
    """Refuse what would take more than half of the memory, before any of it is taken.

    Raises:
        CondganError: of the kind given.
    """
    if size > memory() // 2:
        raise error(f"{what}: {size / 2**30:,.1f} GiB, more than half of the memory", where=where, do=do)


def read_text(path: Path) -> str:
    """A text file of reasonable size.

    Raises:
        OSError: it cannot be read.
        ValueError: not UTF-8, or too large.
    """
    with path.open("rb") as file:
        content = file.read(MOST_TEXT + 1)
    if len(content) > MOST_TEXT:
        raise ValueError(f"larger than {MOST_TEXT >> 20} MiB")
    return content.decode()
