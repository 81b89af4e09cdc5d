"""What a generator makes of a path: walks side by side, as arrays or as an animation."""

from __future__ import annotations

import io
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image

from condgan.core import disk
from condgan.core.errors import SettingsError
from condgan.gallery.animation import SUFFIXES, encoded
from condgan.gallery.grid import grid

SLOWEST, FASTEST = 0.1, 240.0
"""Frames a second."""


class Interpolation(NamedTuple):
    """The images along one path or several."""

    images: UInt8[np.ndarray, "t n h w c"]
    """By time and by walk."""
    times: Float[np.ndarray, " t"]
    """0 at the first key point, 1 at the second, and so on."""
    captions: tuple[str, ...]
    """What each walk is of, where there are several."""

    def frame(self, place: int) -> Image.Image:
        """The images of one time side by side."""
        names = list(self.captions) if any(self.captions) else None
        return grid(self.images[place], len(self.images[place]), names)

    def strip(self) -> Image.Image:
        """All images as one picture: a row for each walk."""
        rows = self.images.swapaxes(0, 1)
        lines = self.captions if any(self.captions) else ()
        return grid(rows.reshape(-1, *rows.shape[2:]), len(self.images), None, lines)

    def save(self, out: str | Path, fps: float = 12.0) -> Path:
        """Save as an animation (.gif, .apng or .png, .webp, .mp4) of so many frames a second, or as arrays (.npz).

        The arrays are ``images`` uint8 t,n,h,w,c and ``times`` float64.

        Raises:
            SettingsError: another suffix, no write permission, or an MP4 without PyAV.
            DiskError: the disk is full or fails.
        """
        path = require_savable(out, fps)
        suffix = path.suffix.lower()
        if suffix == ".npz":
            buffer = io.BytesIO()
            np.savez_compressed(buffer, allow_pickle=False, images=self.images, times=self.times)
            content = buffer.getvalue()
        else:
            frames = [self.frame(place) for place in range(len(self.images))]
            seconds = [1 / fps] * len(frames)
            content = encoded(frames, suffix, seconds)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            disk.write(path, content)
        except OSError as error:
            raise disk.refusal(error, "cannot write the animation", path, "choose another --out") from None
        return path


def require_savable(out: str | Path, fps: float) -> Path:
    """Where to save, if that can be.

    Raises:
        SettingsError: another suffix, or frames a second that no film has.
    """
    path = Path(out)
    if path.suffix.lower() not in (*SUFFIXES, ".npz"):
        raise SettingsError(
            f"cannot save an interpolation as {path.suffix or 'a folder'}",
            where=path,
            do=f"use {', '.join((*SUFFIXES, '.npz'))}",
        )
    if not SLOWEST <= fps <= FASTEST:
        raise SettingsError(f"{fps:g} frames a second", where="fps", do=f"give {SLOWEST:g} to {FASTEST:g}, such as 12")
    return path
