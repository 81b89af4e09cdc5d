"""Samples: their grid, their arrays, and that what is saved can be read back."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from condgan.core import disk
from condgan.core.errors import SettingsError
from condgan.data import find
from condgan.gallery import Samples, grid

NAMES = ("T-shirt/top", "Bag")


def samples(n: int = 6, channels: int = 1) -> Samples:
    """Both classes in turn."""
    images = np.random.default_rng(0).integers(0, 256, (n, 8, 6, channels), np.uint8)
    return Samples(images, {"label": [NAMES[index % 2] for index in range(n)]}, np.arange(n), {"label": NAMES})


def several_sizes() -> Samples:
    return samples(2)._replace(images=[np.zeros((8, 6, 1), np.uint8), np.zeros((4, 9, 3), np.uint8)])


def with_age(of: Samples) -> Samples:
    """With a second field, which has no list of values."""
    return of._replace(columns={**of.columns, "age": [20 + 10 * index for index in range(len(of.seeds))]})


def metadata(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "metadata.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("out", ["x.npz", "x.parquet", "x/"])
def test_saved_samples_can_be_read_back_as_data(channels: int, out: str, tmp_path: Path) -> None:
    saved = samples(6, channels)
    saved.save(f"{tmp_path}/{out}")
    dataset = find(str(tmp_path / out)).load()
    np.testing.assert_array_equal(dataset.target.movedim(1, -1), saved.images)
    names = dataset.schema.columns["label"].names
    assert [names[index] for index in dataset.columns["label"]] == saved.columns["label"]


def test_arrays_are_those_promised(tmp_path: Path) -> None:
    samples(6, 1).save(tmp_path / "x.npz")
    with np.load(tmp_path / "x.npz") as arrays:
        assert set(arrays) == {"images", "label", "label_names", "seeds"}
        assert arrays["images"].dtype == np.uint8 and arrays["images"].shape == (6, 8, 6)
        assert arrays["label"].dtype == np.int64 and arrays["label"].tolist() == [0, 1, 0, 1, 0, 1]
        assert arrays["label_names"].tolist() == ["T-shirt/top", "Bag"]
        assert arrays["seeds"].dtype == np.int64 and arrays["seeds"].tolist() == list(range(6))
    assert samples(6, 3).arrays()["images"].shape == (6, 8, 6, 3)


def test_samples_without_a_condition(tmp_path: Path) -> None:
    plain = samples(4)._replace(columns={}, choices={})
    assert set(plain.arrays()) == {"images", "seeds"} and plain.caption(0) == ""
    assert plain.grid().size == grid(plain.images).size
    plain.save(tmp_path / "x")
    assert metadata(tmp_path / "x")[3] == {"file_name": "00003-seed3.png", "seed": 3}


def test_a_field_without_choices_keeps_its_values(tmp_path: Path) -> None:
    two = with_age(samples(3))
    assert two.arrays()["age"].tolist() == [20, 30, 40] and set(two.arrays()) > {"label", "label_names"}
    two.save(tmp_path / "x")
    line = {"file_name": "00001-label-Bag-age-30-seed1.png", "label": "Bag", "age": 30, "seed": 1}
    assert metadata(tmp_path / "x")[1] == line


def test_a_table_describes_its_columns_as_the_hub_does(tmp_path: Path) -> None:
    import pyarrow.parquet as parquet

    two = with_age(samples(2))
    two = two._replace(columns={**two.columns, "smile": [0.25, 0.5], "text": ["a hat", "a bag"]})
    two.save(tmp_path / "x.parquet")
    table = parquet.read_table(tmp_path / "x.parquet")
    assert json.loads(table.schema.metadata[b"huggingface"])["info"]["features"] == {
        "image": {"_type": "Image"},
        "seed": {"dtype": "int64", "_type": "Value"},
        "label": {"names": ["T-shirt/top", "Bag"], "_type": "ClassLabel"},
        "age": {"dtype": "int64", "_type": "Value"},
        "smile": {"dtype": "float64", "_type": "Value"},
        "text": {"dtype": "string", "_type": "Value"},
    }
    assert table.drop(["image"]).to_pydict() == {
        "seed": [0, 1],
        "label": [0, 1],
        "age": [20, 30],
        "smile": [0.25, 0.5],
        "text": ["a hat", "a bag"],
    }


def test_a_choice_that_was_left_out_is_no_class(tmp_path: Path) -> None:
    partly = samples(2)._replace(columns={"label": ["", "Bag"]})
    assert partly.caption(0) == "" and partly.arrays()["label"].tolist() == [-1, 1]
    partly.save(tmp_path / "x")
    assert metadata(tmp_path / "x")[0] == {"file_name": "00000-seed0.png", "label": None, "seed": 0}


def test_a_grid_has_a_column_for_each_value_in_turn_and_captions_otherwise() -> None:
    in_turn = samples(6)
    bare = grid(in_turn.images, 2)
    assert in_turn.grid().size == (bare.width, bare.height + 15)  # 3 rows below headings
    assert in_turn.grid(3).size == (3 * 44 + 2, 2 * (58 + 15) + 2)  # whose columns have no one name
    mixed = in_turn._replace(columns={"label": ["Bag", "Bag", "T-shirt/top", "Bag", "Bag", "T-shirt/top"]})
    assert mixed.grid().size == (3 * 44 + 2, 2 * 58 + 2 + 15)
    mixed = in_turn._replace(columns={"label": ["Bag", "Bag", "T-shirt/top", "Bag", "T-shirt/top", "T-shirt/top"]})
    assert mixed.grid().size == (3 * 44 + 2, 2 * (58 + 15) + 2)


def test_a_grid_of_two_fields_has_captions() -> None:
    two = with_age(samples(6))
    assert two.caption(1) == "label Bag, age 30" and two.grid().size == (2 * 44 + 2, 3 * (58 + 15) + 2)


@pytest.mark.parametrize(("values", "columns"), [(16, 16), (17, 6)])
def test_many_values_have_no_columns_of_their_own(values: int, columns: int) -> None:
    names = tuple(f"{index:02d}" for index in range(values))
    many = Samples(np.zeros((2 * values, 8, 6, 1), np.uint8), {"label": names * 2}, np.arange(2 * values), {})
    assert many._replace(choices={"label": names}).grid().width == columns * 44 + 2


def test_files_are_named_by_number_class_and_seed(tmp_path: Path) -> None:
    samples(2).save(f"{tmp_path}/x/")
    assert metadata(tmp_path / "x")[0] == {
        "file_name": "00000-T-shirt-top-seed0.png",
        "label": "T-shirt/top",
        "seed": 0,
    }
    with pytest.raises(SettingsError, match="holds other files"):
        samples(2).save(f"{tmp_path}/x/")


@pytest.mark.parametrize("name", ["犬" * 200, "a/../b " * 200, "\udc80", "..", "a\n\x00b"])
def test_any_value_can_be_saved_into_a_folder(name: str, tmp_path: Path) -> None:
    one = samples(1)._replace(columns={"label": [name]}, choices={"label": (name,)})
    one.save(tmp_path / "x")
    (line,) = metadata(tmp_path / "x")
    assert line["label"] == name and (tmp_path / "x" / line["file_name"]).is_file()
    assert len(line["file_name"].encode()) < 128 and Path(line["file_name"]).name == line["file_name"]


def test_a_folder_holds_nothing_of_a_save_that_was_killed(tmp_path: Path) -> None:
    draft = tmp_path / f"{disk.DRAFT}x"
    draft.mkdir()
    (draft / "00099-Bag-seed99.png").write_bytes(b"half")
    samples(1).save(tmp_path / "x")
    assert sorted(file.name for file in (tmp_path / "x").iterdir()) == ["00000-T-shirt-top-seed0.png", "metadata.jsonl"]
    assert not draft.exists()


def test_nothing_half_written(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot save samples as \.bmp"):
        samples().save(tmp_path / "x.bmp")
    (tmp_path / "file").write_text("x")
    with pytest.raises(SettingsError, match="cannot write samples"):
        samples().save(tmp_path / "file" / "x.png")
    with pytest.raises(SettingsError, match="cannot show"):
        many = Samples(np.zeros((5000, 1, 1, 1), np.uint8), {"label": ["a"] * 5000}, np.zeros(5000, int), {})
        many.save(tmp_path / "x.png")
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


def test_images_of_several_sizes_are_no_grid_and_no_arrays(tmp_path: Path) -> None:
    several = several_sizes()
    for refused in (several.grid, several.arrays, lambda: several.save(tmp_path / "x.png")):
        with pytest.raises(SettingsError, match="images of several sizes; samples; save them into a folder"):
            refused()
    assert not list(tmp_path.iterdir())


def test_images_of_several_sizes_go_into_a_folder(tmp_path: Path) -> None:
    several_sizes().save(tmp_path / "folder")
    sizes = []
    for file in sorted((tmp_path / "folder").glob("*.png")):
        with Image.open(file) as image:
            sizes.append(image.size)
    assert sizes == [(6, 8), (9, 4)]


def test_a_list_of_images_of_one_size_is_as_good_as_an_array() -> None:
    whole = samples(4)
    listed = whole._replace(images=list(whole.images))
    np.testing.assert_array_equal(listed.arrays()["images"], whole.arrays()["images"])


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_grid_as_pdf_is_that_as_png_and_its_words_can_be_searched(channels: int, tmp_path: Path) -> None:
    pypdfium2 = pytest.importorskip("pypdfium2")
    saved = samples(6, channels)
    saved.save(tmp_path / "x.pdf")
    first = (tmp_path / "x.pdf").read_bytes()
    saved.save(tmp_path / "x.pdf")
    assert (tmp_path / "x.pdf").read_bytes() == first
    (page,) = pypdfium2.PdfDocument(tmp_path / "x.pdf")
    assert page.get_textpage().get_text_range().split() == ["T-shirt/t", "Bag"]  # as much as fits
    made = saved.sheet()
    picture = page.render(scale=4 / 3).to_pil().convert("RGB")
    assert picture.size == (made.width, made.height) == saved.grid().size
    plain = saved.grid().convert("RGBA")
    paper = Image.alpha_composite(Image.new("RGBA", plain.size, "white"), plain).convert("RGB")
    for pixels, x, y in made.images:
        for row, column in np.ndindex(pixels.shape[:2]):
            middle = (x + int((column + 0.5) * made.scale), y + int((row + 0.5) * made.scale))
            assert np.abs(np.subtract(picture.getpixel(middle), paper.getpixel(middle))).max() <= 1
