"""Pictures and samples: what is drawn, and what is saved can be read back."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from condgan.core.errors import SettingsError
from condgan.data import find
from condgan.gallery import Samples, animate, draw_losses, grid


def samples(n: int = 6, channels: int = 1) -> Samples:
    images = np.random.default_rng(0).integers(0, 256, (n, 8, 6, channels), np.uint8)
    return Samples(images, np.arange(n) % 2, np.arange(n), ("T-shirt/top", "Bag"))


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_grid_shows_every_pixel(channels: int) -> None:
    """Each image stands at its place, enlarged by a whole factor (7, to be at least 56 long)."""
    images = samples(4, channels).images
    paper = np.asarray(grid(images, columns=2))
    for index, image in enumerate(images):
        top, left = 2 + index // 2 * (56 + 2), 2 + index % 2 * (42 + 2)
        cell = paper[top : top + 56 : 7, left : left + 42 : 7]
        np.testing.assert_array_equal(
            cell[..., : max(3, channels)], np.broadcast_to(image, (*image.shape[:2], max(3, channels)))
        )


def test_names_stand_above_columns_or_below_images() -> None:
    images = samples(4).images
    bare, above = grid(images, 2).height, grid(images, 2, ["a", "b", "a", "b"]).height
    below = grid(images, 2, ["a", "b", "b", "a"]).height
    assert above == bare + 15 and below == bare + 2 * 15


def test_too_many_for_a_picture() -> None:
    with pytest.raises(SettingsError, match="cannot draw 5000 images"):
        grid(np.zeros((5000, 1, 1, 1), np.uint8))


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("out", ["x.npz", "x.parquet", "x/"])
def test_saved_samples_can_be_read_back_as_data(channels: int, out: str, tmp_path: Path) -> None:
    made = samples(6, channels)
    made.save(f"{tmp_path}/{out}")
    dataset = find(str(tmp_path / out)).load()
    np.testing.assert_array_equal(dataset.images.movedim(1, -1), made.images)
    assert [dataset.schema.names[index] for index in dataset.labels] == [made.name(index) for index in range(6)]


def test_arrays_are_those_promised(tmp_path: Path) -> None:
    samples(6, 1).save(tmp_path / "x.npz")
    with np.load(tmp_path / "x.npz") as arrays:
        assert set(arrays) == {"images", "labels", "names", "seeds"}
        assert arrays["images"].dtype == np.uint8 and arrays["images"].shape == (6, 8, 6)
        assert arrays["labels"].dtype == np.int64 and arrays["labels"].tolist() == [0, 1, 0, 1, 0, 1]
        assert arrays["names"].tolist() == ["T-shirt/top", "Bag"] and arrays["seeds"].tolist() == list(range(6))


def test_files_are_named_by_number_class_and_seed(tmp_path: Path) -> None:
    samples(2).save(f"{tmp_path}/x/")
    lines = [json.loads(line) for line in (tmp_path / "x" / "metadata.jsonl").read_text().splitlines()]
    assert lines[0] == {"file_name": "00000-T-shirt-top-seed0.png", "label": "T-shirt/top", "seed": 0}
    with pytest.raises(SettingsError, match="holds other files"):
        samples(2).save(f"{tmp_path}/x/")


def test_nothing_half_written(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot save samples as \.bmp"):
        samples().save(tmp_path / "x.bmp")
    (tmp_path / "file").write_text("x")
    with pytest.raises(SettingsError, match="cannot write samples"):
        samples().save(tmp_path / "file" / "x.png")
    with pytest.raises(SettingsError, match="cannot draw"):
        Samples(np.zeros((5000, 1, 1, 1), np.uint8), np.zeros(5000, int), np.zeros(5000, int), ("a",)).save(
            tmp_path / "x.png"
        )
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


def test_animation_shows_every_frame(tmp_path: Path) -> None:
    for index in range(3):
        Image.new("RGB", (10, 10), (80 * index, 0, 0)).save(tmp_path / f"{index}.png")
    animate(sorted(tmp_path.glob("*.png")), tmp_path / "x.gif")
    with Image.open(tmp_path / "x.gif") as film:
        assert film.n_frames == 3 and film.info["duration"] == 400


def test_curves_have_a_panel_for_each_term(tmp_path: Path) -> None:
    lines = [{"images": i, "seconds": i, "images_per_second": 1, "generator": 1 / i, "r1": i} for i in range(1, 9)]
    (tmp_path / "m.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    draw_losses(tmp_path / "m.jsonl", tmp_path / "two.png")
    (tmp_path / "m.jsonl").write_text(json.dumps({"images": 1, "seconds": 1, "generator": 2}) + "\n")
    draw_losses(tmp_path / "m.jsonl", tmp_path / "one.png")
    with Image.open(tmp_path / "two.png") as two, Image.open(tmp_path / "one.png") as one:
        assert two.height > one.height
