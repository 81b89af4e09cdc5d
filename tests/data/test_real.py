"""The layouts that users meet, read in place from real data."""

from pathlib import Path

import pytest

from condgan.core.errors import DataError
from condgan.core.schema import Column
from condgan.data import Dataset, find


def classes(dataset: Dataset) -> Column:
    return dataset.schema.columns["label"]


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_idx(name: str, real: Path) -> None:
    source = find(name, str(real))
    train, test = source.load(), source.split("test").load()
    assert train.target.shape == (60_000, 1, 28, 28) and len(test) == 10_000
    assert min(classes(train).counts) > 5_000 and len(classes(train).names) == 10


def test_cifar10_by_name_and_by_path(real: Path) -> None:
    test = find("cifar10", str(real)).split("test").load()
    assert test.target.shape == (10_000, 3, 32, 32)
    assert classes(test).names[0] == "airplane" and set(classes(test).counts) == {1000}
    assert find(str(real / "cifar10")).split("test").load().schema == test.schema


def test_letters(real: Path) -> None:
    dataset = find(str(real / "letters" / "letters.parquet")).load()
    assert dataset.target.shape == (52_152, 1, 16, 8)
    assert classes(dataset).names == tuple("abcdefghijklmnopqrstuvwxyz")


def test_omniglot_is_a_folder_per_class_below_a_wrapper(real: Path) -> None:
    dataset = find(str(real / "omniglot_latin")).load()
    assert dataset.target.shape[2:] == (64, 64)
    assert set(classes(dataset).counts) == {20} and len(classes(dataset).names) == 26


def test_omniglot_without_its_labels(real: Path) -> None:
    dataset = find(str(real / "omniglot_latin"), reads=frozenset()).load()
    assert len(dataset) == 520 and not dataset.columns


def test_emoji_by_group(real: Path) -> None:
    source = find(str(real / "emoji"))
    with pytest.raises(DataError, match="group, subgroup"):
        source.load()
    dataset = source.with_(label="group").load()
    assert dataset.target.shape == (3664, 3, 64, 64) and "Symbols" in classes(dataset).names


def test_a_root_without_the_data_says_which_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no train-images-idx3-ubyte\.gz in .*MNIST/raw.*--data-root"):
        find("mnist", str(tmp_path)).load()


def test_sprites(real: Path) -> None:
    """Each row of their table belongs to a clip of every action."""
    source = find(str(real / "sprites"), reads=frozenset({"label", "*"})).with_(fields={}, size=8)
    dataset = source.read(300)
    assert [*dataset.schema.columns] == ["label", "body", "bottom", "top", "hair"]
    assert [len(column.names) for column in dataset.schema.columns.values()] == [9, 6, 6, 6, 6]
    assert len(source.records().images) == 11_664
