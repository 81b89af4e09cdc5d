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
from condgan.data import Arrays, Dataset, Folder, Hub, Named, Pairs, Source, Table, find
from tests.conftest import picture


def png(seed: int) -> bytes:

    buffer = io.BytesIO()
    picture(seed).save(buffer, "PNG")
    return buffer.getvalue()


def classes(dataset: Dataset) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The names of the classes, and how many images there are of each."""
    column = dataset.schema.columns["label"]
    return column.names, column.counts


def test_folder_per_class(birds: Path) -> None:
    source = find(str(birds))
    assert isinstance(source, Folder)
    dataset = source.load()
    assert dataset.target.dtype == torch.uint8 and dataset.target.shape == (12, 3, 12, 10)
    assert classes(dataset) == (("robin", "wren"), (6, 6))
    np.testing.assert_array_equal(dataset.target[7].permute(1, 2, 0), np.asarray(picture(11)))
    batch = dataset.batch(torch.tensor([0, 11, 0]))
    assert batch.columns["label"].tolist() == [0, 1, 0] and torch.equal(batch.target[0], batch.target[2])


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
    kept, held_out = source.load(), source.split("test").load()
    assert (len(kept), len(held_out)) == (9, 3)
    images = {image.numpy().tobytes() for image in torch.cat([kept.target, held_out.target])}
    assert len(images) == 12


def test_without_labels_any_images_will_do(birds: Path, tmp_path: Path) -> None:
    names = [f"{name}/{index}.png" for name in ("robin", "wren") for index in range(6)]
    (birds / "table.csv").write_text("file_name\n" + "\n".join(names) + "\n")
    np.savez(tmp_path / "a.npz", images=Folder(path=str(birds)).load().target.movedim(1, -1).numpy())
    for data in (birds, birds / "table.csv", tmp_path / "a.npz"):
        source = find(str(data), reads=frozenset())
        dataset = source.load()
        assert source.plain()["labelled"] is False, "the recipe has to say so"
        assert len(dataset) == 12 and not dataset.columns and not dataset.schema.columns
        assert torch.equal(dataset.target, Folder(path=str(birds)).load().target)
        assert str(dataset) == "12 images of 10×12, 3 channels"
    with pytest.raises(DataError, match=r"no array 'labels'.*a\.npz has images;.*--data\.labelled false"):
        find(str(tmp_path / "a.npz")).load()
    for file in birds.rglob("*.png"):
        file.rename(birds / f"{file.parent.name}{file.name}")
    (birds / "table.csv").unlink()
    (birds / "robin").rmdir(), (birds / "wren").rmdir()
    with pytest.raises(DataError, match=r"12 images but no class folders.*--condition none and --data\.labelled false"):
        find(str(birds)).load()
    assert len(find(str(birds), reads=frozenset()).load()) == 12


def test_npz_as_samples_are_saved(tmp_path: Path) -> None:
    images = np.zeros((3, 4, 4), np.uint8)
    np.savez(tmp_path / "a.npz", images=images, seeds=[1, 2, 3], label=[1, 0, 1], label_names=["x", "y"])
    assert classes(find(str(tmp_path / "a.npz")).load()) == (("x", "y"), (1, 2))


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
    assert torch.equal(dataset.target, Folder(path=str(birds)).load().target)
    assert classes(dataset)[0] == ("robin", "wren")


def test_table_of_bytes_with_the_hubs_names_and_splits(tmp_path: Path) -> None:
    features = {"image": {"_type": "Image"}, "label": {"names": ["wren", "robin"], "_type": "ClassLabel"}}
    schema = {"huggingface": json.dumps({"info": {"features": features}})}
    for split, count in (("train", 6), ("test", 2)):
        images = [{"bytes": png(index), "path": None} for index in range(count)]
        table = pa.table({"image": images, "label": [index % 2 for index in range(count)]})
        parquet.write_table(table.replace_schema_metadata(schema), tmp_path / f"{split}-00000-of-00001.parquet")
    source = find(str(tmp_path))
    assert isinstance(source, Table)
    assert classes(source.load()) == (("wren", "robin"), (3, 3))
    assert len(source.split("test").load()) == 2


def test_the_label_column_is_found_or_asked_for(tmp_path: Path) -> None:
    columns = {"image": [png(index) for index in range(6)], "letter": list("ababab"), "word": list(range(6))}
    parquet.write_table(pa.table(columns), tmp_path / "one.parquet")
    assert classes(Table(path=str(tmp_path / "one.parquet")).load())[0] == ("a", "b")
    parquet.write_table(pa.table(columns | {"colour": list("xxyyxy")}), tmp_path / "two.parquet")
    with pytest.raises(DataError, match=r"no label column.*letter, word, colour.*data\.label"):
        Table(path=str(tmp_path / "two.parquet")).load()
    assert classes(Table(path=str(tmp_path / "two.parquet"), label="colour").load())[0] == ("x", "y")
    with pytest.raises(DataError, match="did you mean 'letter'"):
        Table(path=str(tmp_path / "two.parquet"), label="leter").load()


def test_integer_labels_are_named_in_the_order_of_numbers(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=np.zeros((4, 8, 8), np.uint8), labels=[10, 2, 2, 9])
    assert classes(find(str(tmp_path / "a.npz")).load()) == (("2", "9", "10"), (2, 1, 1))


def test_npz_of_sixteen_bits(tmp_path: Path) -> None:
    images = np.array([0, 257, 257 * 128, 65535], np.uint16)[:, None, None] * np.ones((1, 4, 4), np.uint16)
    np.savez(tmp_path / "deep.npz", images=images, labels=[0, 1, 0, 1], names=["low", "high"])
    dataset = Arrays(path=str(tmp_path / "deep.npz")).load()
    assert dataset.target[:, 0, 0, 0].tolist() == [0, 1, 128, 255]
    assert classes(dataset)[0] == ("low", "high")


def test_sixteen_bit_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        Image.fromarray(np.full((6, 6), 257 * 77, np.uint16)).save(tmp_path / name / "deep.png")
    images = Folder(path=str(tmp_path)).load().target
    assert images.shape == (2, 1, 6, 6) and images.unique().tolist() == [77]


@pytest.mark.parametrize(("mode", "channels"), [("L", 1), ("RGB", 3), ("RGBA", 4)])
def test_channels_are_those_of_the_images(mode: str, channels: int, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        picture(1, mode=mode).save(tmp_path / name / "x.png")
    assert Folder(path=str(tmp_path)).load().target.shape[1] == channels
    assert Folder(path=str(tmp_path), channels=3).load().target.shape[1] == 3


def test_mixed_sizes_and_large_images_are_brought_to_one_size(tmp_path: Path) -> None:
    for name, size in (("a", (40, 60)), ("b", (200, 100))):
        (tmp_path / name).mkdir()
        picture(1, size).save(tmp_path / name / "x.png")
    assert Folder(path=str(tmp_path)).load().target.shape[2:] == (64, 64)
    for fit in ("crop", "pad", "stretch"):
        assert Folder(path=str(tmp_path), size=(20, 30), fit=fit).load().target.shape[2:] == (20, 30)
    assert Folder.parse({"path": str(tmp_path), "size": "16"}).load().target.shape[2:] == (16, 16)


def test_large_images_keep_their_aspect(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        picture(1, (96, 128)).save(tmp_path / name / "x.png")
    assert Folder(path=str(tmp_path)).load().target.shape[2:] == (48, 64)


def test_photos_are_turned_upright(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        exif = Image.Exif()
        exif[0x0112] = 6
        picture(1, (12, 20)).save(tmp_path / name / "x.jpg", exif=exif)
    assert Folder(path=str(tmp_path)).load().target.shape[2:] == (20, 12)


MEMMAP = np.memmap


def test_many_images_are_memory_mapped(birds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_memory = Folder(path=str(birds)).load().target
    monkeypatch.setattr("condgan.data.decode.MEMORY_LIMIT", 100)
    maps = []
    monkeypatch.setattr("numpy.memmap", lambda *a, **k: maps.append(MEMMAP(*a, **k)) or maps[-1])
    mapped = Folder(path=str(birds)).load()
    assert len(maps) == 1 and mapped.target.data_ptr() == maps[0].ctypes.data
    assert torch.equal(in_memory, mapped.target)
    some = mapped.part(torch.arange(12) % 2 == 0)
    assert len(maps) == 2 and some.target.data_ptr() == maps[1].ctypes.data
    assert torch.equal(in_memory[::2], some.target)


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
    assert isinstance(source, Hub) and classes(source.load())[0] == ("cat", "dog")
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(DataError, match="pip install"):
        source.load()


@pytest.mark.parametrize(
    "source", [Named(), Folder(path="x"), Table(path="x"), Arrays(path="x"), Hub(name="a/b"), Pairs(path="x")]
)
def test_sources_go_through_plain_values(source: Source) -> None:
    assert type(source).parse(source.plain()) == source


def test_labels_in_a_column_of_their_own_as_keras_has_them(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=np.zeros((2, 4, 4), np.uint8), labels=np.array([[0], [1]]))
    assert Arrays(path=str(tmp_path / "a.npz")).load().columns["label"].tolist() == [0, 1]


def test_a_class_may_be_called_train(birds: Path) -> None:
    (birds / "wren").rename(birds / "train")
    assert classes(Folder(path=str(birds)).load())[0] == ("robin", "train")


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
