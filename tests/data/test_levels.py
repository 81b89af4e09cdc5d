"""Levels of more than 8 bits, transparency, orientation and frames."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from condgan.core.errors import DataError
from condgan.data.doctor import remarks
from tests.conftest import picture
from tests.data.files import RANDOM, counts, fill, kinds, load

DEEP = {
    "12 bits in 16": (lambda: RANDOM.integers(0, 4096, (8, 8)).astype(np.uint16), "png", (0, 4095)),
    "8 bits in 32": (lambda: RANDOM.integers(0, 256, (8, 8)).astype(np.int32), "tif", (0, 255)),
    "fractions": (lambda: RANDOM.random((8, 8)).astype(np.float32), "tif", (0, 1)),
    "one bit in 16": (lambda: RANDOM.integers(0, 2, (8, 8)).astype(np.uint16), "png", (0, 1)),
    "signed fractions": (lambda: (RANDOM.random((8, 8, 3)) * 2 - 1).astype(np.float32), "npy", (-1, 1)),
}


@pytest.mark.parametrize("kind", DEEP)
def test_the_range_of_levels_is_that_of_the_data(kind: str, tmp_path: Path) -> None:
    make, suffix, levels = DEEP[kind]
    first = None
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for index in range(6):
            array = make()
            first = array if first is None else first
            file = tmp_path / name / f"{index}.{suffix}"
            np.save(file, array) if suffix == "npy" else Image.fromarray(array).save(file)
    dataset = load(tmp_path)
    assert dataset.schema.target.reading.levels == levels and ("range" in kinds(dataset)) == (levels != (0, 255))
    low, high = levels
    wanted = np.rint((first.astype(float) - low) * 255 / (high - low)).astype(np.uint8)
    np.testing.assert_array_equal(dataset.target[0].permute(1, 2, 0).numpy().squeeze(), wanted)
    assert load(tmp_path, range="-7..7").schema.target.reading.levels == (-7, 7)


def test_a_narrow_range_is_told_and_the_advice_works(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=RANDOM.integers(0, 2, (12, 8, 8)).astype(np.uint8), labels=[0, 1] * 6)
    (note,) = (note for note in remarks(load(tmp_path / "a.npz")) if note.kind == "narrow")
    advice = note.text.split("--data.range ")[1].split()[0]
    dataset = load(tmp_path / "a.npz", range=advice)
    assert dataset.target.unique().tolist() == [0, 255] and "narrow" not in kinds(dataset)


def test_images_of_two_depths_are_refused(tmp_path: Path) -> None:
    fill(tmp_path, ["a", "b"], 2, mode="L")
    Image.fromarray(np.full((8, 8), 4000, np.uint16)).save(tmp_path / "a" / "deep.png")
    with pytest.raises(DataError, match="1 images of more than 8 bits, 4 of 8.*convert them to one depth"):
        load(tmp_path)


def test_every_format_is_turned_once(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    shown = np.zeros((30, 20), np.uint8)
    shown[:5] = 255  # a bright top, once turned
    stored = np.rot90(shown)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for suffix in ("tif", "jpg", "png", "webp"):
            Image.fromarray(stored).convert("RGB").save(tmp_path / name / f"x.{suffix}", exif=exif, quality=100)
    dataset = load(tmp_path)
    assert dataset.shape.space == (30, 20)
    assert (dataset.target[:, :, :3].float().mean((1, 2, 3)) > 230).all()
    assert (dataset.target[:, :, 8:].float().mean((1, 2, 3)) < 25).all()


def test_what_lies_under_alpha_is_not_shown(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for index in range(4):
            pixels = np.zeros((8, 8, 4), np.uint8)
            pixels[..., 0], pixels[:4, :, 3] = 200 + index, 255
            Image.fromarray(pixels).save(tmp_path / name / f"{index}.png")
    assert load(tmp_path).shape.channels == 4
    white = load(tmp_path, channels=3)
    assert white.target[1, :, 0, 0].tolist() == [201, 0, 0] and white.target[1, :, 7, 0].tolist() == [255] * 3
    assert "transparency" in kinds(white)
    assert load(tmp_path, channels=3, background="#102030").target[1, :, 7, 0].tolist() == [16, 32, 48]
    assert load(tmp_path, channels=1).target[1, 0, 7, 0] == 255
    with pytest.raises(Exception, match="no colour 'nocolour': give a name"):
        load(tmp_path, background="nocolour")


def test_an_alpha_channel_that_hides_nothing_is_left_out(tmp_path: Path) -> None:
    fill(tmp_path, ["a", "b"], 4)
    for index in range(3):
        picture(index, (8, 8)).convert("RGBA").save(tmp_path / "a" / f"x{index}.png")
    dataset = load(tmp_path)
    assert dataset.shape.channels == 3 and kinds(dataset) == ["opaque"]


def test_frames_are_told_or_each_is_an_image(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for index, suffix in enumerate(("gif", "webp", "tif", "png")):
            frames = [picture(100 * ord(name) + 10 * index + number, (8, 8)) for number in range(3)]
            frames[0].save(tmp_path / name / f"x.{suffix}", save_all=True, append_images=frames[1:])
    dataset = load(tmp_path)
    assert len(dataset) == 8 and kinds(dataset) == ["frames"] and remarks(dataset)[0].text.startswith("16 further")
    whole = load(tmp_path, frames="all")
    assert counts(whole) == {"a": 12, "b": 12} and "frames" not in kinds(whole)


def deep_png(pixels: np.ndarray) -> bytes:
    """A PNG of 16 bits in colour, which Pillow does not write."""
    height, width = pixels.shape[:2]

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 16, {3: 2, 4: 6}[pixels.shape[2]], 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_png_in_colour_of_16_bits_keeps_them(tmp_path: Path) -> None:
    pixels = RANDOM.integers(0, 4096, (12, 8, 8, 3)).astype(np.uint16)
    for index, each in enumerate(pixels):
        (tmp_path / "ab"[index % 2]).mkdir(exist_ok=True)
        (tmp_path / "ab"[index % 2] / f"{index:02d}.png").write_bytes(deep_png(each))
    dataset = load(tmp_path)
    assert dataset.schema.target.reading.levels == (0, 4095)
    wanted = np.rint(pixels[::2] * (255 / 4095)).astype(np.uint8)
    np.testing.assert_array_equal(dataset.target[:6].movedim(1, -1), wanted)


@pytest.mark.parametrize(("low", "high"), [(30_000, 35_000), (0, 5)])
def test_the_advice_on_a_narrow_range_names_levels_of_the_files(low: int, high: int, tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        for index in range(12):
            Image.fromarray(RANDOM.integers(low, high, (16, 16)).astype(np.uint16)).save(
                tmp_path / name / f"{index}.png"
            )
    (note,) = (note for note in remarks(load(tmp_path)) if note.kind == "narrow")
    dataset = load(tmp_path, range=note.text.split("--data.range ")[1].split()[0])
    assert "narrow" not in kinds(dataset) and 100 < dataset.target.float().mean() < 155


def test_fractions_of_any_range(tmp_path: Path) -> None:
    for high, levels in ((1.4, None), (250.0, (0, 255)), (1.0, (0, 1))):
        images = RANDOM.random((12, 8, 8)).astype(np.float32) * high
        np.savez(tmp_path / "a.npz", images=images, labels=[0, 1] * 6)
        found = load(tmp_path / "a.npz").schema.target.reading.levels
        assert found == (levels or (float(images.min()), float(images.max())))
    images[3, 0, 0] = np.nan
    np.savez(tmp_path / "a.npz", images=images, labels=[0, 1] * 6)
    assert "not-finite" in kinds(load(tmp_path / "a.npz"))


DAMAGED = {"h.npy": b"\x93NUMPY\x01\x00v\x00{'descr': ", "c.npy": None, "x.avif": b"\0\0\0\x1cftypavif" + b"x" * 80}


@pytest.mark.parametrize("name", DAMAGED)
def test_whatever_a_damaged_file_raises_is_told(name: str, tmp_path: Path) -> None:
    fill(tmp_path, ["a", "b"], 4)
    if DAMAGED[name] is None:
        np.save(tmp_path / "a" / name, np.zeros((8, 8, 5), np.uint8))
    else:
        (tmp_path / "a" / name).write_bytes(DAMAGED[name])
    with pytest.raises(DataError, match=f"cannot read image.*{name}"):
        load(tmp_path, channels=3)
