"""Sources over small data made here: what each layout yields, and what each kind of bad data is told."""

import io
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as parquet
import pytest
import torch
from PIL import Image

from condgan.core.errors import DataError
from condgan.data import Folder, Hub, Named, Npz, Source, Table, find
from condgan.data.idx import parse_idx
from tests.conftest import picture


def png(seed: int) -> bytes:
    import io

    buffer = io.BytesIO()
    picture(seed).save(buffer, "PNG")
    return buffer.getvalue()


def test_folder_per_class(birds: Path) -> None:
    source = find(str(birds))
    assert isinstance(source, Folder)
    dataset = source.load()
    assert dataset.images.dtype == torch.uint8 and dataset.images.shape == (12, 3, 12, 10)
    assert dataset.schema[:2] == (("robin", "wren"), (6, 6))
    np.testing.assert_array_equal(dataset.images[7].permute(1, 2, 0), np.asarray(picture(11)))
    batch = dataset.batch(torch.tensor([0, 11, 0]))
    assert batch.labels.tolist() == [0, 1, 0] and torch.equal(batch.images[0], batch.images[2])


def test_folder_with_splits_and_a_wrapper(birds: Path, tmp_path: Path) -> None:
    outer = tmp_path / "outer" / "inner"
    outer.mkdir(parents=True)
    birds.rename(outer / "train")
    (outer / "test" / "robin").mkdir(parents=True)
    picture(99).save(outer / "test" / "robin" / "0.png")
    (outer / "test" / "wren").mkdir()
    picture(98).save(outer / "test" / "wren" / "0.png")
    source = find(str(tmp_path / "outer"))
    assert len(source.load()) == 12 and len(source.split("test").load()) == 2
    with pytest.raises(DataError, match="no val split"):
        source.split("val").load()


def test_a_split_is_cut_only_where_asked_for(birds: Path) -> None:
    with pytest.raises(DataError, match="no test split.*holdout"):
        Folder(path=str(birds)).split("test").load()
    source = Folder(path=str(birds), holdout=0.25)
    kept, held = source.load(), source.split("test").load()
    assert (len(kept), len(held)) == (9, 3)
    both = {image.numpy().tobytes() for image in kept.images} | {image.numpy().tobytes() for image in held.images}
    assert len(both) == 12


@pytest.mark.parametrize("kind", ["parquet", "csv", "tsv", "jsonl"])
def test_tables(kind: str, birds: Path) -> None:
    paths = [f"{name}/{index}.png" for name in ("robin", "wren") for index in range(6)]
    table = pa.table({"file_name": paths, "label": [path.split("/")[0] for path in paths]})
    file = birds / f"table.{kind}"
    match kind:
        case "parquet":
            parquet.write_table(table, file)
        case "jsonl":
            file.write_text("".join(json.dumps(row) + "\n" for row in table.to_pylist()))
        case _:
            csv.write_csv(table, file, csv.WriteOptions(delimiter="\t" if kind == "tsv" else ","))
    dataset = find(str(file)).load()
    assert torch.equal(dataset.images, Folder(path=str(birds)).load().images)
    assert dataset.schema.names == ("robin", "wren")


def test_table_of_bytes_with_the_hubs_names_and_splits(tmp_path: Path) -> None:
    features = {"image": {"_type": "Image"}, "label": {"names": ["wren", "robin"], "_type": "ClassLabel"}}
    schema = {"huggingface": json.dumps({"info": {"features": features}})}
    for split, count in (("train", 6), ("test", 2)):
        images = [{"bytes": png(index), "path": None} for index in range(count)]
        table = pa.table({"image": images, "label": [index % 2 for index in range(count)]})
        parquet.write_table(table.replace_schema_metadata(schema), tmp_path / f"{split}-00000-of-00001.parquet")
    source = find(str(tmp_path))
    assert isinstance(source, Table)
    assert source.load().schema[:2] == (("wren", "robin"), (3, 3))
    assert len(source.split("test").load()) == 2


def test_the_label_column_is_found_or_asked_for(tmp_path: Path) -> None:
    columns = {"image": [png(index) for index in range(6)], "letter": list("ababab"), "word": list(range(6))}
    parquet.write_table(pa.table(columns), tmp_path / "one.parquet")
    assert Table(path=str(tmp_path / "one.parquet")).load().schema.names == ("a", "b")
    parquet.write_table(pa.table(columns | {"colour": list("xxyyxy")}), tmp_path / "two.parquet")
    with pytest.raises(DataError, match=r"no label column.*letter, word, colour.*data\.label"):
        Table(path=str(tmp_path / "two.parquet")).load()
    assert Table(path=str(tmp_path / "two.parquet"), label="colour").load().schema.names == ("x", "y")
    with pytest.raises(DataError, match="did you mean 'letter'"):
        Table(path=str(tmp_path / "two.parquet"), label="leter").load()


def test_integer_labels_are_named_in_the_order_of_numbers(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=np.zeros((4, 8, 8), np.uint8), labels=[10, 2, 2, 9])
    assert find(str(tmp_path / "a.npz")).load().schema[:2] == (("2", "9", "10"), (2, 1, 1))


def test_npz_of_sixteen_bits(tmp_path: Path) -> None:
    images = np.array([0, 257, 257 * 128, 65535], np.uint16)[:, None, None] * np.ones((1, 4, 4), np.uint16)
    np.savez(tmp_path / "deep.npz", images=images, labels=[0, 1, 0, 1], names=["low", "high"])
    dataset = Npz(path=str(tmp_path / "deep.npz")).load()
    assert dataset.images[:, 0, 0, 0].tolist() == [0, 1, 128, 255]
    assert dataset.schema.names == ("low", "high")


def test_sixteen_bit_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        Image.fromarray(np.full((6, 6), 257 * 77, np.uint16)).save(tmp_path / name / "deep.png")
    images = Folder(path=str(tmp_path)).load().images
    assert images.shape == (2, 1, 6, 6) and images.unique().tolist() == [77]


@pytest.mark.parametrize(("mode", "channels"), [("L", 1), ("RGB", 3), ("RGBA", 4)])
def test_channels_are_those_of_the_images(mode: str, channels: int, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        picture(1, mode=mode).save(tmp_path / name / "x.png")
    assert Folder(path=str(tmp_path)).load().images.shape[1] == channels
    assert Folder(path=str(tmp_path), channels=3).load().images.shape[1] == 3


def test_mixed_sizes_and_large_images_are_brought_to_one_size(tmp_path: Path) -> None:
    for name, size in (("a", (40, 60)), ("b", (200, 100))):
        (tmp_path / name).mkdir()
        picture(1, size).save(tmp_path / name / "x.png")
    assert Folder(path=str(tmp_path)).load().images.shape[2:] == (64, 64)
    for fit in ("crop", "pad", "stretch"):
        assert Folder(path=str(tmp_path), size=(20, 30), fit=fit).load().images.shape[2:] == (20, 30)
    assert Folder.parse({"path": str(tmp_path), "size": "16"}).load().images.shape[2:] == (16, 16)


def test_large_images_keep_their_aspect(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        picture(1, (96, 128)).save(tmp_path / name / "x.png")
    assert Folder(path=str(tmp_path)).load().images.shape[2:] == (48, 64)


def test_photos_are_turned_upright(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        exif = Image.Exif()
        exif[0x0112] = 6
        picture(1, (12, 20)).save(tmp_path / name / "x.jpg", exif=exif)
    assert Folder(path=str(tmp_path)).load().images.shape[2:] == (20, 12)


MEMMAP = np.memmap


def test_many_images_are_memory_mapped(birds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_memory = Folder(path=str(birds)).load().images
    monkeypatch.setattr("condgan.data.decode.MEMORY_LIMIT", 100)
    made = []
    monkeypatch.setattr("numpy.memmap", lambda *a, **k: made.append(MEMMAP(*a, **k)) or made[-1])
    mapped = Folder(path=str(birds)).load().images
    assert len(made) == 1 and mapped.data_ptr() == made[0].ctypes.data
    assert torch.equal(in_memory, mapped)


def test_digits_come_with_the_package() -> None:
    train, test = Named().load(), Named().split("test").load()
    assert train.images.shape == (4500, 1, 28, 28) and len(test) == 500
    assert train.schema.names == tuple("0123456789") and set(test.schema.counts) == {50}


def test_the_hub_through_datasets(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a stand-in for the package, which is optional."""
    import sys
    import types

    class Image:
        def __init__(self, decode: bool = True) -> None: ...

    features = {"image": {"_type": "Image"}, "label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}
    table = pa.table({"image": [{"bytes": png(1), "path": None}] * 2, "label": [0, 1]})
    table = table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})

    class Loaded:
        features = {"image": Image(), "label": object()}

        def cast_column(self, name: str, feature: object) -> "Loaded":
            return self

        def with_format(self, name: str) -> "Loaded":
            return self

        def __getitem__(self, key: slice) -> pa.Table:
            return table

    fake = types.SimpleNamespace(Image=Image, load_dataset=lambda name, split: Loaded())
    monkeypatch.setitem(sys.modules, "datasets", fake)
    source = find("hf:someone/pets")
    assert isinstance(source, Hub) and source.load().schema.names == ("cat", "dog")
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(DataError, match="pip install"):
        source.load()


def test_idx_cut_short_or_of_another_kind() -> None:
    whole = b"\0\0\x08\x01" + (3).to_bytes(4, "big") + b"abc"
    assert parse_idx(io.BytesIO(whole), "x").tolist() == [97, 98, 99]
    with pytest.raises(DataError, match="cut short"):
        parse_idx(io.BytesIO(whole[:-1]), "x")
    with pytest.raises(DataError, match="not an IDX file"):
        parse_idx(io.BytesIO(b"PK\x03\x04"), "x")


@pytest.mark.parametrize("source", [Named(), Folder(path="x"), Table(path="x"), Npz(path="x"), Hub(name="a/b")])
def test_sources_go_through_plain_values(source: Source) -> None:
    assert type(source).parse(source.plain()) == source


def test_labels_in_a_column_of_their_own_as_keras_has_them(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=np.zeros((2, 4, 4), np.uint8), labels=np.array([[0], [1]]))
    assert Npz(path=str(tmp_path / "a.npz")).load().labels.tolist() == [0, 1]


def test_a_class_may_be_called_train(birds: Path) -> None:
    (birds / "wren").rename(birds / "train")
    assert Folder(path=str(birds)).load().schema.names == ("robin", "train")


def test_image_folders_with_metadata_in_each_split(tmp_path: Path) -> None:
    for split, count in (("train", 4), ("test", 2)):
        (tmp_path / split).mkdir()
        rows = [{"file_name": f"{index}.png", "label": "ab"[index % 2]} for index in range(count)]
        (tmp_path / split / "metadata.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        for index in range(count):
            picture(index).save(tmp_path / split / f"{index}.png")
    source = find(str(tmp_path))
    assert isinstance(source, Table) and len(source.load()) == 4 and len(source.split("test").load()) == 2


def test_a_cloned_repository_of_the_hub(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    table = pa.table({"image": [png(1), png(2)], "label": [0, 1]})
    parquet.write_table(table, tmp_path / "data" / "train-00000-of-00001.parquet")
    assert len(find(str(tmp_path)).load()) == 2


def idx(array: np.ndarray) -> bytes:
    import gzip

    return gzip.compress(
        bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape) + array.tobytes()
    )


@pytest.mark.parametrize("zipped", [True, False])
def test_emnist_is_turned_upright_and_counted_from_zero(zipped: bool, tmp_path: Path) -> None:
    import zipfile

    images = np.arange(2 * 28 * 28, dtype=np.uint32).astype(np.uint8).reshape(2, 28, 28)
    files = {
        "emnist-letters-train-images-idx3-ubyte.gz": idx(images),
        "emnist-letters-train-labels-idx1-ubyte.gz": idx(np.array([1, 26], np.uint8)),
    }
    raw = tmp_path / "EMNIST" / "raw"
    raw.mkdir(parents=True)
    if zipped:
        with zipfile.ZipFile(raw / "gzip.zip", "w") as archive:
            for name, content in files.items():
                archive.writestr(f"gzip/{name}", content)
    else:
        for name, content in files.items():
            (raw / name).write_bytes(content)
    records = find("emnist/letters", str(tmp_path)).records()
    np.testing.assert_array_equal(records.images[1], images[1].T)
    assert list(records.labels) == [0, 25] and records.names[25] == "z"


def test_cifar10_from_its_binary_archive(tmp_path: Path) -> None:
    import io
    import tarfile

    rows = np.random.default_rng(0).integers(0, 10, (5, 3073), np.uint8)
    with tarfile.open(tmp_path / "cifar-10-binary.tar.gz", "w:gz") as archive:
        for number in range(1, 6):
            member = tarfile.TarInfo(f"cifar-10-batches-bin/data_batch_{number}.bin")
            member.size = 3073
            archive.addfile(member, io.BytesIO(rows[number - 1].tobytes()))
    records = find("cifar10", str(tmp_path)).records()
    np.testing.assert_array_equal(records.images[2][..., 1], rows[2, 1 + 1024 : 1 + 2048].reshape(32, 32))
    assert list(records.labels) == rows[:, 0].tolist()


def test_downloads_are_checked_by_published_sums(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The download itself is pooch's; here it is stood in for, and asked with the right address and sum."""
    asked = []

    def retrieve(url: str, known_hash: str, fname: str, path: Path, progressbar: bool) -> str:
        asked.append((url, known_hash))
        raise OSError("no network")

    monkeypatch.setattr("pooch.retrieve", retrieve)
    with pytest.raises(DataError, match="cannot download kmnist.*--data-root"):
        find("kmnist").load()
    assert asked == [
        (
            "http://codh.rois.ac.jp/kmnist/dataset/kmnist/train-images-idx3-ubyte.gz",
            "md5:bdb82020997e1d708af4cf47b453dcf7",
        )
    ]
    with pytest.raises(DataError, match="cannot download emnist/digits"):
        find("emnist/digits").load()
