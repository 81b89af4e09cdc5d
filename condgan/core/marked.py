"""What condgan writes into its own clips, so that they are read back as they were."""

from __future__ import annotations

import re
from typing import NamedTuple

PATTERN = re.compile(rb"condgan frames=(\d+) ms=(\d+)( grey)?")


class Marked(NamedTuple):
    """What a file of a clip cannot say: a WebP holds frames that are the same only once, and none that is grey."""

    frames: int
    milliseconds: int
    """Of each frame."""
    grey: bool

    def written(self) -> bytes:
        """As XMP."""
        return f"condgan frames={self.frames} ms={self.milliseconds}{' grey' * self.grey}".encode()


def marked(xmp: bytes) -> Marked | None:
    """The inverse of ``written``; ``None`` of any other file."""
    found = PATTERN.search(xmp)
    return None if found is None else Marked(int(found[1]), int(found[2]), bool(found[3]))
