"""The pictures of animated files and of files of several pages, each as an image."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Int64

from condgan.core.note import Note
from condgan.data.archive import Member
from condgan.data.picture import Frame, Picture, frames_of
from condgan.data.undecoded import Undecoded

FRAME = "frame"
"""The field that says which of its file's pictures an image is, counted from 0."""


class Frames(NamedTuple):
    """All pictures of some files, or all clips."""

    images: Undecoded
    """One each; of arrays that are clips one frame after another."""
    rows: Int64[np.ndarray, " m"]
    """The file of each."""
    numbers: Int64[np.ndarray, " m"]
    """Its place in the file."""
    rate: float = 0.0
    """Of clips: frames a second; 0 where that is not known."""
    notes: tuple[Note, ...] = ()
    """What people are to be told of them."""

    @property
    def several(self) -> bool:
        """Whether some file has more than one."""
        return bool(self.numbers.any())


def first_of(images: Undecoded) -> Frames:
    """The first picture of each file."""
    return Frames(images, np.arange(len(images)), np.zeros(len(images), np.int64))


def all_of(images: Undecoded) -> Frames:
    """All pictures of each file; an array is one picture."""
    if isinstance(images, np.ndarray):
        return first_of(images)
    counts = [frames_of(image) for image in images]
    frames: list[Picture] = [
        image if count == 1 or not isinstance(image, Path | Member | bytes) else Frame(image, index)
        for image, count in zip(images, counts, strict=True)
        for index in range(count)
    ]
    numbers = [index for count in counts for index in range(count)]
    return Frames(frames, np.repeat(np.arange(len(images)), counts), np.array(numbers, np.int64))
