"""CelebA's lists beside its images, in the layouts in which people have them."""

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from condgan.core.errors import DataError
from condgan.data import find
from condgan.data.doctor import remarks
from tests.commands import run
from tests.conftest import picture
from tests.data.files import ATTRIBUTES, LABEL, by_image, field_values, load

NAMES = ("5_o_Clock_Shadow", "Bald", "Male", "Smiling")
COUNT = 30
TINY = ("--data.size", 8, "--images", 256, "--training.batch", 32, "--training.snapshots", 1)
SMALL = ("--architecture.channels", 8, "--architecture.least-channels", 8)

Truth = Mapping[str, Sequence[int]]


def truth(count: int = COUNT) -> dict[str, list[int]]:
    """The signs of each image, by its name."""
    chance = random.Random(0)
    return {f"{n + 1:06d}.jpg": [chance.choice((-1, 1)) for _ in NAMES] for n in range(count)}


def images(home: Path, known: Truth) -> Path:
    home.mkdir(parents=True)
    for n, name in enumerate(known):
        picture(n, (8, 8)).save(home / name, "PNG")  # no loss, so that an image is known by its pixels
    return home


def text_list(file: Path, known: Truth) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    rows = [f"{name} {' '.join(f'{value:2d}' for value in values)} " for name, values in known.items()]
    file.write_text("\n".join([str(len(known)), " ".join(NAMES) + " ", *rows]) + "\n")
    return file


def csv_list(file: Path, known: Truth) -> Path:
    rows = [",".join([name, *map(str, values)]) for name, values in known.items()]
    file.write_text("\n".join([",".join(["image_id", *NAMES]), *rows]) + "\n")
    return file


def split_of(name: str) -> int:
    return 0 if int(name[:6]) <= 20 else 1 if int(name[:6]) <= 24 else 2


def partition(file: Path, known: Truth, between: str = " ", heading: str = "") -> Path:
    """The list of splits, in another order than the images."""
    file.parent.mkdir(parents=True, exist_ok=True)
    rows = [f"{name}{between}{split_of(name)}" for name in known]
    random.Random(1).shuffle(rows)
    file.write_text("\n".join([heading, *rows] if heading else rows) + "\n")
    return file


def as_published(home: Path) -> Truth:
    known = truth()
    images(home / "img_align_celeba", known)
    text_list(home / "list_attr_celeba.txt", known), partition(home / "list_eval_partition.txt", known)
    (home / "list_bbox_celeba.txt").write_text(
        f"{COUNT}\nimage_id x_1 y_1 width height\n" + "".join(f"{name} 1 2 3 4\n" for name in known)
    )
    return known


def as_downloaded(home: Path) -> Truth:
    known = truth()
    images(home / "Img" / "img_align_celeba", known)
    (
        text_list(home / "Anno" / "list_attr_celeba.txt", known),
        partition(home / "Eval" / "list_eval_partition.txt", known),
    )
    return known


def as_at_kaggle(home: Path) -> Truth:
    known = truth()
    images(home / "img_align_celeba" / "img_align_celeba", known)
    csv_list(home / "list_attr_celeba.csv", known)
    partition(home / "list_eval_partition.csv", known, ",", "image_id,partition")
    (home / "list_bbox_celeba.csv").write_text("image_id,x_1\n" + "".join(f"{name},1\n" for name in known))
    return known


LAYOUTS = {"published": as_published, "downloaded": as_downloaded, "Kaggle": as_at_kaggle}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_image_has_its_own_values_and_split(layout: str, tmp_path: Path) -> None:
    known = LAYOUTS[layout](tmp_path / "celeba")
    files = list(tmp_path.rglob("*.jpg"))
    seen = {}
    for split, code in (("train", 0), ("val", 1), ("test", 2)):
        dataset = load(tmp_path / "celeba", ATTRIBUTES, split, fields={})  # type: ignore[arg-type]
        assert [*dataset.schema.columns] == [*NAMES] and dataset.split == split
        for file, *values in zip(by_image(dataset, files), *(field_values(dataset, n) for n in NAMES), strict=True):
            assert values == [["no", None, "yes"][value + 1] for value in known[file.name]]
            assert split_of(file.name) == code
            seen[file.name] = code
    assert len(seen) == COUNT


def test_the_list_itself_is_data(tmp_path: Path) -> None:
    known = as_downloaded(tmp_path)
    dataset = load(tmp_path / "Anno" / "list_attr_celeba.txt", ATTRIBUTES, fields={})
    assert len(dataset) == 20 and field_values(dataset, "Male")[0] == ["no", "", "yes"][known["000001.jpg"][2] + 1]


def test_without_a_list_of_splits_it_is_one_set(tmp_path: Path) -> None:
    as_published(tmp_path)
    (tmp_path / "list_eval_partition.txt").unlink()
    assert len(load(tmp_path, ATTRIBUTES, fields={})) == COUNT
    with pytest.raises(DataError, match=r"no test split; .*set data\.holdout"):
        load(tmp_path, ATTRIBUTES, "test", fields={})
    assert len(load(tmp_path, ATTRIBUTES, "test", fields={}, holdout=0.1)) == 3


def test_labels_are_asked_of_it_in_vain(tmp_path: Path) -> None:
    as_published(tmp_path)
    with pytest.raises(DataError, match="no label column found; .*--condition attributes"):
        load(tmp_path, LABEL)


def test_images_that_are_missing_are_named(tmp_path: Path) -> None:
    as_published(tmp_path)
    for name in ("000003.jpg", "000007.jpg"):
        (tmp_path / "img_align_celeba" / name).unlink()
    with pytest.raises(DataError, match=r"2 of 20 images that the table names are missing; .*000003\.jpg, 000007\.jpg"):
        load(tmp_path, ATTRIBUTES, fields={})


def test_what_no_list_names_is_told(tmp_path: Path) -> None:
    known = as_published(tmp_path)
    picture(1000, (8, 8)).save(tmp_path / "img_align_celeba" / "000777.jpg")
    lines = (tmp_path / "list_eval_partition.txt").read_text().splitlines()
    kept = [line for line in lines if not line.startswith("000002")]
    (tmp_path / "list_eval_partition.txt").write_text("\n".join(kept))
    told = {note.kind: note.text for note in remarks(load(tmp_path, ATTRIBUTES, fields={}))}
    assert told["not-listed"] == "1 images that the table does not list, the first img_align_celeba/000777.jpg"
    assert told["not-a-split"] == "1 rows that are of no split" and len(known) == COUNT
    assert told["partition"] == "splits are joined by name from list_eval_partition.txt"
    assert told["unread"] == "files beside the images that nothing reads: list_bbox_celeba.txt"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["000001.jpg 0", "000001.jpg 1"], "an image in two splits; .*line 2"),
        (["000001.jpg 0", "000002.jpg 7"], "a line that is no image and its split; .*line 2: '000002.jpg 7'"),
        (["a.jpg 0", "b.jpg 2"], "a list of splits of other images: it has no 000001.jpg"),
    ],
)
def test_a_list_of_splits_that_is_none(lines: list[str], message: str, tmp_path: Path) -> None:
    as_published(tmp_path)
    (tmp_path / "list_eval_partition.txt").write_text("\n".join(lines))
    with pytest.raises(DataError, match=message):
        load(tmp_path, ATTRIBUTES, fields={})


def test_a_list_of_attributes_that_is_cut_short(tmp_path: Path) -> None:
    file = text_list(tmp_path / "list_attr_celeba.txt", truth())
    images(tmp_path / "img", truth())
    whole = file.read_text()
    file.write_text(whole.replace(str(COUNT), "999", 1))
    with pytest.raises(DataError, match="30 images, but the first line says 999"):
        find(str(tmp_path), reads=ATTRIBUTES).with_(fields={}).load()
    file.write_text(whole.rstrip()[:-3] + "\n")
    with pytest.raises(DataError, match="image 30 has 3 values and there are 4 names"):
        find(str(tmp_path), reads=ATTRIBUTES).with_(fields={}).load()


def test_from_the_lists_to_samples(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    as_published(tmp_path / "celeba")
    out = tmp_path / "run"
    assert run("train", tmp_path / "celeba", "--condition", "attributes", "--out", out, *TINY, *SMALL) == 0
    asked = ("--5_o_Clock_Shadow", "yes", "--Smiling", "no", "--n", 4)
    assert run("sample", out, *asked, "--out", tmp_path / "samples.png") == 0
    assert (tmp_path / "samples.png").is_file()
    assert run("train", tmp_path / "celeba", "--out", tmp_path / "other", *TINY, *SMALL) == 3
    assert "--condition attributes" in capsys.readouterr().err
