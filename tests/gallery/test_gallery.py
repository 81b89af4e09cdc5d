"""Pictures: what a grid, an animation, curves and charts show."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from condgan.core.errors import SettingsError
from condgan.gallery import animate, columns_of, draw_losses, grid, lines_of, png
from condgan.gallery.charts import bars, lines, matrix


def noise(n: int, channels: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (n, 8, 6, channels), np.uint8)


def cell(paper: Image.Image, row: int, column: int, head: int = 0) -> np.ndarray:
    """One image of a grid: enlarged by a whole factor (7, to be at least 56 long), 2 pixels from the next."""
    top, left = 2 + head + row * (56 + 2), 2 + column * (42 + 2)
    return np.asarray(paper)[top : top + 56 : 7, left : left + 42 : 7]


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_grid_shows_every_pixel(channels: int) -> None:
    images = noise(4, channels)
    paper = grid(images, columns=2)
    for index, image in enumerate(images):
        shown = np.broadcast_to(image, (*image.shape[:2], max(3, channels)))
        np.testing.assert_array_equal(cell(paper, index // 2, index % 2), shown)


def test_names_stand_above_columns_or_below_images() -> None:
    images = noise(4, 1)
    bare, above = grid(images, 2).height, grid(images, 2, ["a", "b", "a", "b"]).height
    below = grid(images, 2, ["a", "b", "b", "a"]).height
    assert above == bare + 15 and below == bare + 2 * 15
    assert grid(images, 2, [""] * 4).height == bare


@pytest.mark.parametrize("n", [0, 5000])
def test_none_or_too_many_for_a_picture(n: int) -> None:
    with pytest.raises(SettingsError, match=f"cannot show {n} images"):
        grid(np.zeros((n, 1, 1, 1), np.uint8))


def test_columns_of_shows_each_item_in_a_row() -> None:
    """Grey images are shown in colour, transparent ones on white, and the names stand above the columns."""
    source, generated, truth = noise(2, 1, 0), noise(2, 3, 1), noise(2, 4, 2)
    truth[0, :4, ..., 3], truth[0, 4:, ..., 3] = 0, 255
    paper = columns_of({"source": source, "generated": generated, "ground truth": truth})
    assert paper.mode == "RGB" and paper.size == (3 * 44 + 2, 2 * 58 + 2 + 15)
    for row in range(2):
        np.testing.assert_array_equal(cell(paper, row, 0, 15), np.broadcast_to(source[row], (8, 6, 3)))
        np.testing.assert_array_equal(cell(paper, row, 1, 15), generated[row])
    assert (cell(paper, 0, 2, 15)[:4] == 255).all()
    np.testing.assert_array_equal(cell(paper, 0, 2, 15)[4:], truth[0, 4:, :, :3])
    assert (np.asarray(paper)[:15] < 128).any()


def test_png_holds_every_pixel(tmp_path: Path) -> None:
    pixels = noise(1, 3)[0]
    (tmp_path / "x.png").write_bytes(png(Image.fromarray(pixels)))
    with Image.open(tmp_path / "x.png") as image:
        np.testing.assert_array_equal(np.asarray(image), pixels)


def test_what_draws_text_is_loaded_only_for_text() -> None:
    """A grid without names needs neither fonts nor matplotlib; plain names need no search for fonts."""
    code = """
import sys
import numpy as np
from condgan.gallery import grid
images = np.zeros((2, 8, 8, 1), np.uint8)
grid(images)
assert not {"matplotlib", "fontTools"} & set(sys.modules)
grid(images, 2, ["wren", "robin"])
assert not {"matplotlib.font_manager", "fontTools"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_animation_shows_every_frame(tmp_path: Path) -> None:
    for index in range(3):
        Image.new("RGB", (10, 10), (80 * index, 0, 0)).save(tmp_path / f"{index}.png")
    animate(sorted(tmp_path.glob("*.png")), tmp_path / "x.gif")
    with Image.open(tmp_path / "x.gif") as film:
        assert film.n_frames == 3 and film.info["duration"] == 400
        film.seek(2)
        assert film.info["duration"] == 1600
        assert np.asarray(film.convert("RGB"))[0, 0].tolist() == [160, 0, 0]


def test_figures_stand_below_the_pictures(tmp_path: Path) -> None:
    steps = [
        {"images": 100, "seconds": 1, "generator": 0.7},
        {"images": 2000, "seconds": 2, "pixel_distance": 0.12345, "diversity": 0.9},
    ]
    (tmp_path / "m.jsonl").write_text("".join(json.dumps(step) + "\n" for step in steps))
    lines = lines_of(tmp_path / "m.jsonl", [100, 2000])
    assert lines == ["100 images", "2,000 images, pixel distance 0.123, diversity 0.9"]
    for index in range(2):
        Image.new("RGB", (200, 10), (80, 0, 0)).save(tmp_path / f"{index}.png")
    animate(sorted(tmp_path.glob("*.png")), tmp_path / "x.gif", lines)
    with Image.open(tmp_path / "x.gif") as film:
        assert film.size == (200, 25)
        first = np.asarray(film.convert("L"))[10:]
        film.seek(1)
        second = np.asarray(film.convert("L"))[10:]
        assert (first < 128).any() and (second < 128).sum() > (first < 128).sum()


def test_curves_have_a_panel_for_each_term(tmp_path: Path) -> None:
    steps = [{"images": i, "seconds": i, "images_per_second": 1, "generator": 1 / i, "r1": i} for i in range(1, 9)]
    (tmp_path / "m.jsonl").write_text("".join(json.dumps(step) + "\n" for step in steps))
    draw_losses(tmp_path / "m.jsonl", tmp_path / "two.png")
    (tmp_path / "m.jsonl").write_text(json.dumps({"images": 1, "seconds": 1, "generator": 2}) + "\n")
    draw_losses(tmp_path / "m.jsonl", tmp_path / "one.png")
    with Image.open(tmp_path / "two.png") as two, Image.open(tmp_path / "one.png") as one:
        assert two.height > one.height
    assert (tmp_path / "two.svg").read_text().count("<svg") == 1


def charts() -> tuple[str, str, str]:
    return (
        bars({"$a": (0.5, 0.4, 0.6), "b": (0.9, 0.8, 1)}, {"$a": 0.95, "b": 0.99}, ("generated", "real images")),
        matrix([[9, 1], [0, 10]], ["$a", "b"]),
        lines([1, 2, 3], {"generated": [1, 3, 2], "real": [2, 4, 3]}, ("σ", "log-likelihood")),
    )


def test_charts_say_what_they_show() -> None:
    """As text in SVG: names as they are, values, and the words of the axes."""
    words = (
        ("$a", "b", "0.500", "0.900", "generated", "real images"),
        ("$a", "b", "90.0", "100", "predicted", "requested"),
        ("generated", "real", "σ", "log-likelihood"),
    )
    for chart, expected in zip(charts(), words, strict=True):
        assert chart.startswith("<svg") and all(f">{word}</text>" in chart for word in expected)


def test_the_same_numbers_give_the_same_chart() -> None:
    assert charts() == charts()


def test_a_reference_is_marked_only_where_every_bar_has_one() -> None:
    values = {"a": (0.5, 0.4, 0.6), "b": (0.9, 0.8, 1.0)}
    assert "real images" not in bars(values, {"a": 0.95}, ("generated", "real images"))
