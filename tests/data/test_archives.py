"""Data in archives and array files: StyleGAN's, WebDataset's, zipped class folders, arrays of other tools."""

import gzip
import io
import json
import os
import shutil
import struct
import tarfile
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.io

from condgan.core.errors import DataError
from tests.conftest import picture
from tests.data.files import NOTHING, RANDOM, counts, fill, kinds, load


def stylegan(home: Path, label: object) -> Path:
    labels = []
    for index in range(20):
        name = f"{index // 10:05d}/img{index:08d}.png"
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        picture(index, (8, 8)).save(home / name)
        labels.append([name, label(index % 4)])  # type: ignore[operator]
    (home / "dataset.json").write_text(json.dumps({"labels": labels}))
    return home


@pytest.mark.parametrize("label", [lambda k: k, lambda k: np.eye(4)[k].tolist()], ids=["integers", "one-hot"])
@pytest.mark.parametrize("packed", [False, True])
def test_labels_of_a_dataset_json(label: object, packed: bool, tmp_path: Path) -> None:
    home = stylegan(tmp_path / "data", label)
    if packed:
        with zipfile.ZipFile(tmp_path / "data.zip", "w") as archive:
            for file in sorted(home.rglob("*.*")):
                archive.write(file, Path("wrapper") / file.relative_to(home))
        shutil.rmtree(home)
        home = tmp_path / "data.zip"
    dataset = load(home)
    assert counts(dataset) == {"0": 5, "1": 5, "2": 5, "3": 5} and kinds(dataset) == ["stylegan"]
    assert dataset.columns["label"].tolist() == [index % 4 for index in range(20)]
    np.testing.assert_array_equal(dataset.target[7].permute(1, 2, 0), np.asarray(picture(7, (8, 8))))


def test_a_dataset_json_without_labels_or_of_other_images(tmp_path: Path) -> None:
    home = stylegan(tmp_path, lambda k: [0.5, k])
    dataset = load(home)
    assert dataset.schema.columns["label"].storage == "vectors" and dataset.columns["label"].shape == (20, 2)
    (home / "00000" / "img00000003.png").unlink()
    with pytest.raises(DataError, match="1 images that it names are missing"):
        load(home)
    (home / "dataset.json").write_text('{"labels": null}')
    with pytest.raises(DataError, match=r"has no labels; .*--data\.labelled false"):
        load(home)
    assert len(load(home, NOTHING)) == 19
    (home / "dataset.json").unlink()
    assert kinds(load(home)) == ["classes-like-shards"]


def test_an_archive_of_class_folders(tmp_path: Path) -> None:
    home = fill(tmp_path / "birds", ["robin", "wren"])
    plain = load(home)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(home.rglob("*.png")):
            archive.write(file, Path("birds") / file.relative_to(home))
    with tarfile.open(tmp_path / "a.tar", "w") as opened:
        opened.add(home, "birds")
    for name in ("a.zip", "a.tar"):
        dataset = load(tmp_path / name)
        assert counts(dataset) == counts(plain) and dataset.target.equal(plain.target)
    (tmp_path / "cut.zip").write_bytes((tmp_path / "a.zip").read_bytes()[:500])
    with pytest.raises(DataError, match="cannot read archive"):
        load(tmp_path / "cut.zip")


def test_links_in_a_tar_are_the_files_that_they_mean(tmp_path: Path) -> None:
    home = fill(tmp_path / "t", ["cat", "dog"], 4)
    (home / "bird").mkdir()
    for index in range(3):
        (home / "bird" / f"{index}.png").symlink_to(f"../cat/{index:03d}.png")
    os.link(home / "cat" / "000.png", home / "cat" / "hard.png")
    with tarfile.open(tmp_path / "t.tar", "w") as archive:
        archive.add(home, "t")
    assert counts(load(tmp_path / "t.tar")) == counts(load(home)) == {"bird": 3, "cat": 5, "dog": 4}


@pytest.mark.parametrize("spell", ["./{}", "{}"])
def test_names_in_a_zip_of_any_system(spell: str, tmp_path: Path) -> None:
    home = fill(tmp_path / "t", ["cat", "dog"], 4)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for file in sorted(home.rglob("*.png")):
            name = str(file.relative_to(home))
            info = zipfile.ZipInfo("x")
            info.filename = spell.format(name if spell.startswith(".") else name.replace("/", "\\"))
            archive.writestr(info, file.read_bytes())
    assert counts(load(tmp_path / "a.zip")) == {"cat": 4, "dog": 4}


def test_class_folders_in_a_tar_with_captions(tmp_path: Path) -> None:
    home = fill(tmp_path / "t", ["cat", "dog"], 4)
    for file in list(home.rglob("*.png")):
        file.with_suffix(".json").write_text('{"label": "x"}'), file.with_suffix(".txt").write_text("a pet")
    with tarfile.open(tmp_path / "t.tar", "w") as archive:
        archive.add(home, "t")
    assert counts(load(tmp_path / "t.tar")) == {"cat": 4, "dog": 4}


def test_a_dataset_json_of_something_else_and_one_that_contradicts_itself(tmp_path: Path) -> None:
    fill(tmp_path, ["a", "b"], 4)
    (tmp_path / "dataset.json").write_text('{"license": "mine"}')
    assert counts(load(tmp_path)) == {"a": 4, "b": 4}
    names = [str(file.relative_to(tmp_path)) for file in sorted(tmp_path.rglob("*.png"))]
    (tmp_path / "dataset.json").write_text(
        "\ufeff" + json.dumps({"labels": [[name, [index % 2]] for index, name in enumerate(names)]})
    )
    assert counts(load(tmp_path)) == {"0": 4, "1": 4}
    labels = [[name, 0] for name in names] + [[names[0], 1]]
    (tmp_path / "dataset.json").write_text(json.dumps({"labels": labels}))
    with pytest.raises(DataError, match=r"names a/000\.png with two labels"):
        load(tmp_path)


def test_arrays_of_other_tools(tmp_path: Path) -> None:
    images = RANDOM.integers(0, 256, (12, 8, 8), np.uint8)
    ids, one = [0, 1] * 6, [[0], [1]] * 6
    medmnist = {"train_images": images, "train_labels": one, "val_images": images[:4], "val_labels": one[:4]}
    np.savez(tmp_path / "med.npz", **medmnist, test_images=images[:2], test_labels=one[:2])
    np.savez(tmp_path / "keras.npz", x_train=images, y_train=np.eye(2)[ids], x_test=images[:4], y_test=one[:4])
    np.savez(tmp_path / "flat.npz", X=images.reshape(12, 64), Y=ids)
    np.savez(tmp_path / "first.npz", images=images[:, None].repeat(3, 1), labels=ids)
    colour = np.moveaxis(images[..., None].repeat(3, -1), 0, -1)
    scipy.io.savemat(tmp_path / "svhn.mat", {"X": colour, "y": one})
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["images"], file["labels"], file["class_names"] = images, ids, [b"x", b"y"]
    with h5py.File(tmp_path / "sets.h5", "w") as file:
        file["train_set_x"], file["train_set_y"], file["list_classes"] = images, ids, [b"no", b"cat"]
        file["test_set_x"], file["test_set_y"] = images[:4], ids[:4]
    for name, test in (("med", 2), ("keras", 4), ("flat", 0), ("first", 0)):
        dataset = load(tmp_path / f"{name}.npz")
        assert counts(dataset) == {"0": 6, "1": 6} and dataset.target[:, 0].equal(
            load(tmp_path / "flat.npz").target[:, 0]
        )
        if test:
            assert len(load(tmp_path / f"{name}.npz", split="test")) == test
    assert load(tmp_path / "svhn.mat").target[:, 1].equal(load(tmp_path / "flat.npz").target[:, 0])
    assert counts(load(tmp_path / "a.h5")) == {"x": 6, "y": 6}
    assert counts(load(tmp_path / "sets.h5")) == {"no": 6, "cat": 6}
    assert len(load(tmp_path / "sets.h5", split="test")) == 4


def test_an_archive_of_samples(tmp_path: Path) -> None:
    for shard, n in (("train-0000", 6), ("train-0001", 6), ("test-0000", 4)):
        with tarfile.open(tmp_path / f"{shard}.tar", "w") as archive:
            for index in range(n):
                buffer = io.BytesIO()
                picture(index, (8, 8)).save(buffer, "PNG")
                label = {"label": index % 2} if shard.endswith("1") else index % 2
                suffix = "json" if shard.endswith("1") else "cls"
                for name, content in (("png", buffer.getvalue()), (suffix, json.dumps(label).encode())):
                    member = tarfile.TarInfo(f"{index:04d}.{name}")
                    member.size = len(content)
                    archive.addfile(member, io.BytesIO(content))
    assert counts(load(tmp_path)) == {"0": 6, "1": 6} and len(load(tmp_path, split="test")) == 4
    np.testing.assert_array_equal(load(tmp_path).target[8].permute(1, 2, 0), np.asarray(picture(2, (8, 8))))


@pytest.mark.parametrize("prefix", ["", "emnist-letters-"])
def test_a_folder_of_idx_files(prefix: str, tmp_path: Path) -> None:
    images = RANDOM.integers(0, 256, (12, 8, 8), np.uint8)
    for name, n in (("train", 12), ("test" if prefix else "t10k", 4)):
        with gzip.open(tmp_path / f"{prefix}{name}-images-idx3-ubyte.gz", "wb") as file:
            file.write(struct.pack(">HBBIII", 0, 8, 3, n, 8, 8) + images[:n].tobytes())
        with gzip.open(tmp_path / f"{prefix}{name}-labels-idx1-ubyte.gz", "wb") as file:
            file.write(struct.pack(">HBBI", 0, 8, 1, n) + bytes(index % 2 for index in range(n)))
    dataset = load(tmp_path)
    turned = images.swapaxes(1, 2) if prefix else images
    np.testing.assert_array_equal(dataset.target[:, 0], turned)
    assert len(load(tmp_path, split="test")) == 4 and kinds(dataset) == (["transposed"] if prefix else [])
