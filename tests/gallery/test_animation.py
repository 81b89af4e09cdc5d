"""Animations as files."""

import io

import numpy as np
import pytest
from PIL import Image

from condgan.core.errors import SettingsError
from condgan.gallery.animation import encoded, in_one_palette


def frames(colours: int = 8) -> list[Image.Image]:
    found = []
    for place in range(6):
        pixels = np.zeros((20, 31, 3), np.uint8)
        pixels[..., 0] = 255 // (colours - 1) * (np.arange(31) % colours)
        pixels[:, place : place + 5, 2] = 200
        found.append(Image.fromarray(pixels))
    return found


@pytest.mark.parametrize("suffix", [".gif", ".apng", ".png", ".webp"])
def test_every_frame_is_kept_with_its_colours_and_its_time(suffix: str) -> None:
    data = encoded(frames(), suffix, [0.1] * 5 + [0.5])
    with Image.open(io.BytesIO(data)) as opened:
        assert opened.n_frames == 6  # type: ignore[attr-defined]
        times = []
        for place, frame in enumerate(frames()):
            opened.seek(place)
            opened.load()
            times.append(opened.info["duration"])
            np.testing.assert_array_equal(np.asarray(opened.convert("RGB")), np.asarray(frame))
        assert times == [100] * 5 + [500]
        assert opened.info.get("loop", 0) == 0


def test_a_gif_has_one_palette() -> None:
    """A table of colours of each frame's own would make even surfaces flicker."""
    rich = [Image.fromarray(np.random.default_rng(n).integers(0, 256, (24, 24, 3), np.uint8)) for n in range(3)]
    assert len({tuple(each.getpalette() or ()) for each in in_one_palette(rich)}) == 1
    data = encoded(rich, ".gif", [0.1] * 3)
    with Image.open(io.BytesIO(data)) as opened:
        seen = []
        for place in range(3):
            opened.seek(place)
            seen.append(np.asarray(opened.convert("RGB")).reshape(-1, 3))
    assert len(np.unique(np.concatenate(seen), axis=0)) <= 256
    # image descriptors with a local colour table have their highest flag set
    assert local_tables(data) == 0


def local_tables(data: bytes) -> int:
    """How many pictures of a GIF bring a table of colours of their own."""
    place = 13 + (3 << ((data[10] & 7) + 1) if data[10] & 0x80 else 0)
    count = 0
    while data[place] != 0x3B:
        if data[place] == 0x21:
            place += 2
        else:
            flags = data[place + 9]
            count += bool(flags & 0x80)
            place += 11 + (3 << ((flags & 7) + 1) if flags & 0x80 else 0)
        while data[place]:
            place += data[place] + 1
        place += 1
    return count


def test_another_kind_of_file_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"cannot save an animation as \.bmp; out; use \.gif"):
        encoded(frames(), ".bmp", [0.1])
