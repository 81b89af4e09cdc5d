"""Data sets that go by a name: embedded, below a data root, downloaded; none of the real ones is needed."""

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from condgan.core.errors import DataError
from condgan.data import Named, find
from condgan.data.idx import parse_idx


def test_digits_come_with_the_package() -> None:
    train, test = Named().load(), Named().split("test").load()
    assert train.target.shape == (4500, 1, 28, 28) and len(test) == 500
    assert train.schema.columns["label"].names == tuple("0123456789")
    assert set(test.schema.columns["label"].counts) == {50}


def test_idx_cut_short_or_of_another_kind() -> None:
    whole = b"\0\0\x08\x01" + (3).to_bytes(4, "big") + b"abc"
    assert parse_idx(io.BytesIO(whole), "x").tolist() == [97, 98, 99]
    with pytest.raises(DataError, match="cut short"):
        parse_idx(io.BytesIO(whole[:-1]), "x")
    with pytest.raises(DataError, match="not an IDX file"):
        parse_idx(io.BytesIO(b"PK\x03\x04"), "x")


def idx(array: np.ndarray) -> bytes:
    return gzip.compress(
        bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape) + array.tobytes()
    )


@pytest.mark.parametrize("zipped", [True, False])
def test_emnist_is_turned_upright_and_counted_from_zero(zipped: bool, tmp_path: Path) -> None:
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
    labels = records.columns["label"]
    assert list(labels.values) == [0, 25] and labels.names[25] == "z"
    assert "holds the small letter and its capital" in records.notes[0].text


def test_cifar10_from_its_binary_archive(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).integers(0, 10, (5, 3073), np.uint8)
    with tarfile.open(tmp_path / "cifar-10-binary.tar.gz", "w:gz") as archive:
        for number in range(1, 6):
            member = tarfile.TarInfo(f"cifar-10-batches-bin/data_batch_{number}.bin")
            member.size = 3073
            archive.addfile(member, io.BytesIO(rows[number - 1].tobytes()))
    records = find("cifar10", str(tmp_path)).records()
    np.testing.assert_array_equal(records.images[2][..., 1], rows[2, 1 + 1024 : 1 + 2048].reshape(32, 32))
    assert list(records.columns["label"].values) == rows[:, 0].tolist()


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
