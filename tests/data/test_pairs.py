"""Pairs in each layout that people have them in, and the message for each kind of bad pairs."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from condgan.core.errors import DataError, NoSplitError
from condgan.core.palette import Palette
from condgan.data import Dataset, Pairs, find
from condgan.data.doctor import remarks
from tests.conftest import picture
from tests.pairs import COLOURS, NAMES, ids, layout, make_pairs, photo

PAIRS = frozenset({"picture"})


def picture_of(dataset: Dataset) -> torch.Tensor:
    """The source pictures."""
    return dataset.columns["picture"]


def palette(dataset: Dataset) -> Palette | None:
    """The classes of source label maps."""
    return dataset.schema.columns["picture"].palette


@pytest.fixture
def home(tmp_path: Path) -> Path:
    make_pairs(tmp_path / "beach", "test", 4, first=50)
    return make_pairs(tmp_path / "beach")


def test_the_label_maps_are_the_source(home: Path) -> None:
    source = find(str(home), reads=PAIRS)
    dataset = source.load()
    assert isinstance(source, Pairs) and len(dataset) == 10 and len(source.split("test").load()) == 4
    assert palette(dataset).names == NAMES and dataset.schema.columns["picture"].channels == 1
    assert np.array(palette(dataset).colours).tolist() == COLOURS.tolist()
    for seed in (0, 9):
        np.testing.assert_array_equal(dataset.target[seed].permute(1, 2, 0), np.asarray(photo(seed)))
        np.testing.assert_array_equal(picture_of(dataset)[seed, 0], ids(seed))
    assert "to be made from label maps of 3 classes" in str(dataset)
    assert [note.kind for note in remarks(dataset)] == ["sides"]


def test_the_other_way_round_the_maps_are_colour_coded(home: Path) -> None:
    dataset = Pairs(path=str(home), input="photo", size=(6, 9)).load()
    assert palette(dataset) is None and dataset.schema.target.palette.names == NAMES
    assert picture_of(dataset).shape == dataset.target.shape == (10, 3, 6, 9)
    found = {tuple(colour) for colour in dataset.target.movedim(1, -1).reshape(-1, 3).tolist()}
    assert found == set(map(tuple, COLOURS.tolist()))


def test_ids_are_never_mixed_when_the_size_changes(home: Path) -> None:
    for fit in ("crop", "pad", "stretch"):
        dataset = Pairs(path=str(home), size=(7, 7), fit=fit).load()
        assert set(picture_of(dataset).unique().tolist()) <= {0, 1, 2} and dataset.target.shape[2:] == (7, 7)


def test_folders_without_splits_and_one_hot_arrays(home: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    shutil.copytree(home / "train", whole)
    shutil.copy(home / "classes.txt", whole)
    for file in (whole / "label").iterdir():
        np.save(file.with_suffix(".npy"), np.eye(3, dtype=np.uint8)[ids(int(file.stem))])
        file.unlink()
    source = Pairs(path=str(whole), holdout=0.3)
    assert torch.equal(picture_of(Pairs(path=str(whole)).load()), picture_of(Pairs(path=str(home)).load()))
    assert len(source.load()) == 7 and len(source.split("test").load()) == 3
    with pytest.raises(NoSplitError):
        Pairs(path=str(whole)).split("test").load()


def test_arrays_have_sizes_and_classes_too(home: Path) -> None:
    for split in ("train", "test"):
        for file in (home / split / "label").iterdir():
            np.save(file.with_suffix(".npy"), np.eye(3, dtype=np.uint8)[ids(int(file.stem))])
            file.unlink()
    (home / "classes.txt").unlink()
    dataset = Pairs(path=str(home), input="photo").load()
    assert dataset.schema.target.palette.names == ("class 0", "class 1", "class 2") and dataset.shape.space == (12, 18)
    np.save(home / "train" / "label" / "3.npy", np.eye(3, dtype=np.uint8)[ids(3, (14, 18))])
    with pytest.raises(DataError, match="1 pairs of two sizes"):
        Pairs(path=str(home)).load()


def test_pictures_of_mixed_channels(tmp_path: Path) -> None:
    for side in ("a", "b"):
        (tmp_path / side).mkdir()
        for seed in range(4):
            picture(seed, mode="L" if side == "a" and seed == 2 else "RGB").save(tmp_path / side / f"{seed}.png")
    with pytest.raises(DataError, match="mixed channels"):
        Pairs(path=str(tmp_path)).load()
    assert Pairs(path=str(tmp_path), input_channels=1).load().columns["picture"].shape[1] == 1


def test_without_a_list_the_classes_have_numbers(home: Path) -> None:
    (home / "classes.txt").unlink()
    assert palette(Pairs(path=str(home)).load()).names == ("class 0", "class 1", "class 2")


def test_colours_are_ids_where_a_list_says_so(home: Path) -> None:
    for split in ("train", "test"):
        for file in (home / split / "label").iterdir():
            Image.open(file).convert("RGB").save(file)
    assert palette(Pairs(path=str(home)).load()) is None  # colours without a list are a picture like any other
    lines = [f"{' '.join(map(str, colour))} {name}" for colour, name in zip(COLOURS.tolist(), NAMES, strict=True)]
    (home / "classes.txt").write_text("\n".join(lines))
    assert palette(Pairs(path=str(home)).load()).names == NAMES


def test_boundaries_of_instances(home: Path) -> None:
    (home / "train" / "instance").mkdir()
    for seed in range(10):
        Image.fromarray(ids(seed).astype(np.uint16) * 1000).save(home / "train" / "instance" / f"{seed}.png")
    dataset = Pairs(path=str(home)).load()
    ends = dataset.columns["instances"]
    assert picture_of(dataset).shape == ends.shape == (10, 1, 12, 18) and ends.unique().tolist() == [0, 1]
    assert "with boundaries of instances" in str(dataset)
    for seed in range(10):  # as colours, and as arrays
        np.save(home / "train" / "instance" / f"{seed}.npy", ids(seed).astype(np.int32) * 70_000)
        file = home / "train" / "instance" / f"{seed}.png"
        if seed == 3:
            file.unlink()
            rgba = np.zeros((12, 18, 4), np.uint8)
            rgba[..., 0] = ids(seed)
            Image.fromarray(rgba).save(file)
            (home / "train" / "instance" / f"{seed}.npy").unlink()
        else:
            file.unlink()
    assert torch.equal(Pairs(path=str(home)).load().columns["instances"], ends)
    edge = np.flatnonzero(np.diff(ids(3)[-1]))[0]
    assert ends[3, 0, -1, edge : edge + 2].tolist() == [1, 1]


def side_by_side(folder: Path, count: int = 4) -> Path:
    """As the pix2pix data come: one JPEG of both, in train and val."""
    for split in ("train", "val"):
        (folder / split).mkdir(parents=True)
        for seed in range(count):
            both = Image.new("RGB", (36, 12))
            both.paste(picture(seed, (12, 18)), (0, 0))
            both.paste(picture(100 + seed, (12, 18)), (18, 0))
            both.save(folder / split / f"{seed}_AB.jpg", quality=100, subsampling=0)
    return folder


@pytest.mark.parametrize("given", [None, "right"])
def test_side_by_side(tmp_path: Path, given: str | None) -> None:
    source = Pairs(path=str(side_by_side(tmp_path / "edges2shoes")), input=given)
    dataset = source.load()
    assert dataset.target.shape == picture_of(dataset).shape == (4, 3, 12, 18)
    near = picture_of(dataset)[2] if given is None else dataset.target[2]
    assert np.abs(near.permute(1, 2, 0).numpy().astype(int) - np.asarray(picture(2, (12, 18)))).mean() < 12
    assert len(source.split("test").load()) == 4  # val


def test_a_table_of_two_columns(tmp_path: Path) -> None:
    rows = []
    for seed in range(5):
        for side, mode in (("grey", "L"), ("photo", "RGB")):
            picture(seed, mode=mode).save(tmp_path / f"{side}{seed}.png")
        rows.append({"photo": f"photo{seed}.png", "grey": f"grey{seed}.png", "note": "none"})
    table = tmp_path / "pairs.jsonl"
    table.write_text("\n".join(map(json.dumps, rows)))
    dataset = Pairs(path=str(table)).load()
    assert picture_of(dataset).shape == (5, 1, 12, 10) and dataset.target.shape == (5, 3, 12, 10)
    assert Pairs(path=str(table), input="photo").load().columns["picture"].shape[1] == 3
    table.write_text("\n".join(json.dumps({"photo": row["photo"]}) for row in rows))
    with pytest.raises(DataError, match="1 columns of pictures"):
        Pairs(path=str(table)).load()


def test_bad_pairs(home: Path) -> None:
    train = home / "train"

    def told(pattern: str) -> None:
        with pytest.raises(DataError, match=pattern) as error:
            Pairs(path=str(home)).load()
        assert "\n" not in error.value.line()

    (train / "label" / "3.png").rename(train / "label" / "33.png")
    told("2 pictures without a partner.*label/33, photo/3")
    (train / "label" / "33.png").rename(train / "label" / "3.png")
    photo(3, (24, 36)).save(train / "photo" / "3.png")
    told(r"1 pairs of two sizes.*3\.png \(36×24, its pair 18×12\)")
    photo(3).save(train / "photo" / "3.png")
    wrong = ids(3)
    wrong[0, 0] = 9
    Image.fromarray(wrong).save(train / "label" / "3.png")
    told(r"id 9 is out of range; .*3\.png; ids must be 0 to 2")
    (train / "label" / "3.png").write_bytes(b"no image")
    told(r"cannot read label map: not an image; .*3\.png")
    layout(3).save(train / "label" / "3.png")
    (train / "photo" / "3.png").write_bytes(b"no image")
    told(r"cannot read image; .*3\.png")
    photo(3).save(train / "photo" / "3.png")
    (train / "sketch").mkdir()
    told("3 folders of pictures")
    (train / "sketch").rmdir()
    for file in (train / "photo").iterdir():
        file.unlink()
    told("a side without pictures; .*photo")
    with pytest.raises(DataError, match="no side 'foto'.*did you mean 'photo'"):
        Pairs(path=str(make_pairs(home)), input="foto").load()


def test_what_cannot_be_read_is_left_out_with_its_pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for side, first in (("a", 0), ("b", 500)):
        (tmp_path / side).mkdir()
        for seed in range(200):
            picture(first + seed, (4, 4)).save(tmp_path / side / f"{seed:03d}.png")
    whole = Pairs(path=str(tmp_path)).load()
    (tmp_path / "a" / "007.png").write_bytes(b"no image")
    (tmp_path / "b" / "100.png").write_bytes(b"no image")
    with pytest.raises(DataError, match="cannot read 2 of 200 images"):
        Pairs(path=str(tmp_path)).load()
    kept = [index for index in range(200) if index not in (7, 100)]
    for limit in (1 << 30, 100):  # in memory, and memory-mapped
        monkeypatch.setattr("condgan.data.decode.MEMORY_LIMIT", limit)
        dataset = Pairs(path=str(tmp_path), skip_bad=True).load()
        assert torch.equal(dataset.target, whole.target[kept])
        assert torch.equal(picture_of(dataset), picture_of(whole)[kept])


def test_channels_of_label_maps_are_not_chosen(home: Path) -> None:
    with pytest.raises(DataError, match=r"leave data\.input_channels out"):
        Pairs(path=str(home), input_channels=1).load()
    with pytest.raises(DataError, match=r"leave data\.channels out"):
        Pairs(path=str(home), input="photo", channels=1).load()


def test_camvid(real: Path) -> None:
    source = find(str(real / "camvid"), reads=PAIRS).with_(size=(30, 40))
    dataset = source.load()
    assert palette(dataset).names[:2] == ("sky", "building") and len(palette(dataset).names) == 12
    assert dataset.target.shape == (367, 3, 30, 40) and int(picture_of(dataset).max()) == 11
    assert len(source.split("test").load()) == 233
