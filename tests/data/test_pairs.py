"""Pairs in each layout that people have them in, and what each kind of bad pairs is told."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from condgan.core.errors import DataError, NoSplitError
from condgan.data import Augment, Pairs, find
from condgan.data.doctor import remarks
from tests.conftest import picture
from tests.pairs import COLOURS, NAMES, ids, layout, make_pairs, photo


@pytest.fixture
def home(tmp_path: Path) -> Path:
    make_pairs(tmp_path / "beach", "test", 4, first=50)
    return make_pairs(tmp_path / "beach")


def test_the_label_maps_are_what_is_given(home: Path) -> None:
    source = find(str(home), paired=True)
    dataset = source.load()
    assert isinstance(source, Pairs) and len(dataset) == 10 and len(source.split("test").load()) == 4
    assert dataset.schema.layout.names == NAMES and dataset.schema.channels == 1
    assert np.array(dataset.schema.layout.colours).tolist() == COLOURS.tolist()
    for seed in (0, 9):
        np.testing.assert_array_equal(dataset.images[seed].permute(1, 2, 0), np.asarray(photo(seed)))
        np.testing.assert_array_equal(dataset.inputs[seed, 0], ids(seed))
    assert "to be made from label maps of 3 classes" in str(dataset)
    assert not list(remarks(dataset))


def test_the_other_way_round_the_maps_are_painted(home: Path) -> None:
    dataset = Pairs(path=str(home), input="photo", size=(6, 9)).load()
    assert dataset.schema.layout is None and dataset.palette.names == NAMES
    assert dataset.inputs.shape == dataset.images.shape == (10, 3, 6, 9)
    found = {tuple(colour) for colour in dataset.images.movedim(1, -1).reshape(-1, 3).tolist()}
    assert found == set(map(tuple, COLOURS.tolist()))


def test_ids_are_never_mixed_when_the_size_changes(home: Path) -> None:
    for fit in ("crop", "pad", "stretch"):
        dataset = Pairs(path=str(home), size=(7, 7), fit=fit).load()
        assert set(dataset.inputs.unique().tolist()) <= {0, 1, 2} and dataset.images.shape[2:] == (7, 7)


def test_folders_without_splits_and_one_hot_arrays(home: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    shutil.copytree(home / "train", whole)
    shutil.copy(home / "classes.txt", whole)
    for file in (whole / "label").iterdir():
        np.save(file.with_suffix(".npy"), np.eye(3, dtype=np.uint8)[ids(int(file.stem))])
        file.unlink()
    source = Pairs(path=str(whole), holdout=0.3)
    assert torch.equal(Pairs(path=str(whole)).load().inputs, Pairs(path=str(home)).load().inputs)
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
    assert dataset.palette.names == ("class 0", "class 1", "class 2") and dataset.shape.space == (12, 18)
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
    assert Pairs(path=str(tmp_path), input_channels=1).load().inputs.shape[1] == 1


def test_without_a_list_the_classes_have_numbers(home: Path) -> None:
    (home / "classes.txt").unlink()
    assert Pairs(path=str(home)).load().schema.layout.names == ("class 0", "class 1", "class 2")


def test_colours_are_ids_where_a_list_says_so(home: Path) -> None:
    for split in ("train", "test"):
        for file in (home / split / "label").iterdir():
            Image.open(file).convert("RGB").save(file)
    assert Pairs(path=str(home)).load().schema.layout is None  # colours without a list are a picture like any other
    lines = [f"{' '.join(map(str, colour))} {name}" for colour, name in zip(COLOURS.tolist(), NAMES, strict=True)]
    (home / "classes.txt").write_text("\n".join(lines))
    assert Pairs(path=str(home)).load().schema.layout.names == NAMES


def test_boundaries_of_instances(home: Path) -> None:
    (home / "train" / "instance").mkdir()
    for seed in range(10):
        Image.fromarray(ids(seed).astype(np.uint16) * 1000).save(home / "train" / "instance" / f"{seed}.png")
    dataset = Pairs(path=str(home)).load()
    assert dataset.inputs.shape[1] == 2 and dataset.inputs[:, 1].unique().tolist() == [0, 1]
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
    assert torch.equal(Pairs(path=str(home)).load().inputs, dataset.inputs)
    edge = np.flatnonzero(np.diff(ids(3)[-1]))[0]
    assert dataset.inputs[3, 1, -1, edge : edge + 2].tolist() == [1, 1]


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
    assert dataset.images.shape == dataset.inputs.shape == (4, 3, 12, 18)
    near = dataset.inputs[2] if given is None else dataset.images[2]
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
    assert dataset.inputs.shape == (5, 1, 12, 10) and dataset.images.shape == (5, 3, 12, 10)
    assert Pairs(path=str(table), input="photo").load().inputs.shape[1] == 3
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


def test_both_move_alike() -> None:
    """Where a photo is its layout's colours, it still is after any motion; and ids stay ids."""
    maps = torch.from_numpy(np.stack([ids(seed, (24, 36)) for seed in range(8)]))[:, None]
    photos = torch.from_numpy(COLOURS[maps[:, 0].numpy()]).movedim(-1, 1).float() / 127.5 - 1
    torch.manual_seed(0)
    moved, given = Augment(flip=True, translation=0.2).together(photos, maps, ids=True)
    assert not torch.equal(given, maps) and set(given.unique().tolist()) <= {0, 1, 2}
    painted = torch.from_numpy(COLOURS[given[:, 0].numpy()]).movedim(-1, 1).float() / 127.5 - 1
    assert ((moved - painted).abs().amax(1) < 0.05).float().mean() > 0.9
    still, same = Augment().together(photos, maps, ids=True)
    assert torch.equal(still, photos) and torch.equal(same, maps)


def test_camvid(real: Path) -> None:
    source = find(str(real / "camvid"), paired=True).with_(size=(30, 40))
    dataset = source.load()
    assert dataset.schema.layout.names[:2] == ("sky", "building") and len(dataset.schema.layout.names) == 12
    assert dataset.images.shape == (367, 3, 30, 40) and int(dataset.inputs.max()) == 11
    assert len(source.split("test").load()) == 233
