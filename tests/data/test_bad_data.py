"""Every kind of bad data: what a person reads, through the command line, and that nothing is left behind."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from condgan.cli import main
from tests.conftest import picture

Break = Callable[[Path], Path]


def unreadable(birds: Path) -> Path:
    (birds / "wren" / "3.png").write_bytes(b"not an image")
    return birds


def cut_short(birds: Path) -> Path:
    file = birds / "wren" / "3.png"
    file.write_bytes(file.read_bytes()[:200])
    return birds


def empty_class(birds: Path) -> Path:
    (birds / "emu").mkdir()
    return birds


def mixed_channels(birds: Path) -> Path:
    picture(0, mode="L").save(birds / "wren" / "3.png")
    return birds


def no_images(birds: Path) -> Path:
    for file in birds.rglob("*.png"):
        file.unlink()
    return birds


def no_folders(birds: Path) -> Path:
    (birds / "all").mkdir()
    picture(0).save(birds / "all" / "loose.png")
    return birds / "all"


def listed_but_missing(birds: Path) -> Path:
    rows = [{"file_name": f"{name}/{index}.png", "label": name} for name in ("robin", "wren") for index in range(7)]
    (birds / "table.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return birds / "table.jsonl"


def there_but_not_listed(birds: Path) -> Path:
    rows = [{"file_name": f"{name}/{index}.png", "label": name} for name in ("robin", "wren") for index in range(5)]
    (birds / "metadata.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return birds


def outside(birds: Path) -> Path:
    (birds / "table.jsonl").write_text('{"file_name": "../../../etc/passwd", "label": "a"}\n')
    return birds / "table.jsonl"


def label_out_of_range(birds: Path) -> Path:
    np.savez(birds / "a.npz", images=np.zeros((3, 4, 4), np.uint8), labels=[0, 1, 2], names=["x", "y"])
    return birds / "a.npz"


def too_few_labels(birds: Path) -> Path:
    np.savez(birds / "a.npz", images=np.zeros((3, 4, 4), np.uint8), labels=[0, 1])
    return birds / "a.npz"


def class_without_images(birds: Path) -> Path:
    np.savez(birds / "a.npz", images=np.zeros((2, 4, 4), np.uint8), labels=[0, 1], names=["x", "y", "z"])
    return birds / "a.npz"


def pickled(birds: Path) -> Path:
    np.save(birds / "a.npy", np.array([print], object), allow_pickle=True)
    (birds / "a.npy").rename(birds / "a.npz")
    return birds / "a.npz"


def missing_label(birds: Path) -> Path:
    (birds / "table.jsonl").write_text('{"file_name": "wren/0.png", "label": "a"}\n{"file_name": "wren/1.png"}\n')
    return birds / "table.jsonl"


def of_complex_numbers(birds: Path) -> Path:
    np.savez(birds / "a.npz", images=np.zeros((2, 4, 4), np.complex64), labels=[0, 1])
    return birds / "a.npz"


def arrays_cut_short(birds: Path) -> Path:
    np.savez(birds / "a.npz", images=np.zeros((2, 4, 4), np.uint8), labels=[0, 1])
    (birds / "a.npz").write_bytes((birds / "a.npz").read_bytes()[:300])
    return birds / "a.npz"


def one_array(birds: Path) -> Path:
    np.save(birds / "a.npy", np.zeros((2, 4, 4), np.uint8))
    (birds / "a.npy").rename(birds / "a.npz")
    return birds / "a.npz"


def labels_of_two_axes(birds: Path) -> Path:
    np.savez(birds / "a.npz", images=np.zeros((2, 4, 4), np.uint8), labels=np.full((2, 2), 3))
    return birds / "a.npz"


def empty_label(birds: Path) -> Path:
    (birds / "table.csv").write_text("file_name,label\nwren/0.png,a\nwren/1.png,\n")
    return birds / "table.csv"


def not_there(birds: Path) -> Path:
    return birds / "nowhere"


def of_no_kind(birds: Path) -> Path:
    (birds / "notes.txt").write_text("hello")
    return birds / "notes.txt"


CASES: list[tuple[Break, str]] = [
    (unreadable, "cannot read image; {}/wren/3.png (not an image); replace or remove it"),
    (cut_short, "cannot read image; {}/wren/3.png (image file is truncated); replace or remove it"),
    (empty_class, "class without images: emu; {}/emu; add images"),
    (mixed_channels, "images of mixed channels: 11 with 3, 1 with 1; {}/wren/3.png; choose with data.channels"),
    (no_images, "class without images: robin; {}/robin;"),
    (no_folders, "1 images but no class folders; {}/all; put each class"),
    (listed_but_missing, "2 of 14 images that the table names are missing; {}/robin/6.png, wren/6.png; add the files"),
    (there_but_not_listed, "2 images that the table does not list; {}/robin/5.png; add rows"),
    (outside, "image outside the table's folder; {}/table.jsonl, row 0"),
    (label_out_of_range, "label 2 is out of range; a.npz, item 2; labels must be 0 to 1"),
    (too_few_labels, "3 images but 2 labels; a.npz;"),
    (class_without_images, "class without images: z; a.npz;"),
    (pickled, "cannot read arrays; {}/a.npz;"),
    (missing_label, "label missing; {}/table.jsonl, row 1, column label; fill it in"),
    (of_complex_numbers, "pixels of type complex64; array of images; give numbers, such as uint8"),
    (arrays_cut_short, "cannot read arrays; {}/a.npz;"),
    (one_array, "cannot read arrays; {}/a.npz;"),
    (labels_of_two_axes, "labels of shape (2, 2); a.npz; give one label an image, or one-hot rows"),
    (empty_label, "label missing; {}/table.csv, row 1, column label; fill it in"),
    (not_there, "no data set or path '{}/nowhere'; DATA;"),
    (of_no_kind, "no kind of data that condgan reads; {}/notes.txt; give a folder"),
]


@pytest.mark.parametrize(("spoil", "message"), CASES, ids=lambda value: getattr(value, "__name__", ""))
def test_bad_data(spoil: Break, message: str, birds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = spoil(birds)
    out = birds.parent / "run"
    with pytest.raises(SystemExit) as exit:
        main(["train", str(data), "--out", str(out), "--images", "8", "--architecture.channels", "8"])
    error = capsys.readouterr().err
    assert exit.value.code == 3
    assert error.startswith("error[data]: " + message.format(birds))
    assert error.count("\n") == 1 and "Traceback" not in error
    assert not out.exists()
