"""Captions in the layouts in which people have them."""

import json
import tarfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import condgan as cg
from condgan.core.errors import DataError, SettingsError
from condgan.data.dataset import Dataset
from tests.conftest import picture

TEXTS = ["a red heart", "a blue star", "Ein rotes Herz", "zwei Sterne"]


def loaded(path: Path, **data: Any) -> Dataset:
    return cg.plan(path, preset="text", settings={"data": data, "training": {"batch": 4}}).dataset


def images(folder: Path, count: int = 4) -> Path:
    folder.mkdir(parents=True)
    for index in range(count):
        picture(index, (8, 8)).save(folder / f"{index}.png")
    return folder


def listed(folder: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """A folder of images with a ``metadata.jsonl``."""
    images(folder, len(rows))
    lines = [json.dumps({"file_name": f"{index}.png", **row}) for index, row in enumerate(rows)]
    (folder / "metadata.jsonl").write_text("\n".join(lines))
    return folder


def captions(dataset: Dataset) -> list[tuple[str, ...]]:
    return list(dataset.columns["text"])  # type: ignore[arg-type]


def notes(dataset: Dataset) -> str:
    return "; ".join(note.text for note in dataset.notes)


@pytest.mark.parametrize("heading", ["text", "caption", "Prompt", "description"])
def test_a_column_of_a_usual_name(tmp_path: Path, heading: str) -> None:
    dataset = loaded(listed(tmp_path / "data", [{heading: text} for text in TEXTS]))
    assert captions(dataset) == [(text,) for text in TEXTS]
    column = dataset.schema.columns["text"]
    assert (column.size, column.missing, column.longest, column.texts) == (4, 0, 3, 4)
    assert column.words[0] == "a" and column.frequencies[0] == 2 and set(column.words) >= {"herz", "sterne", "star"}
    assert f"captions are those of {heading}" in notes(dataset)


def test_pairs_are_counted_that_say_more_than_their_words(tmp_path: Path) -> None:
    texts = ["grey skin, red trousers", "red skin, grey trousers", "grey skin", "a cat, red skin"]
    column = loaded(listed(tmp_path / "data", [{"text": text} for text in texts])).schema.columns["text"]
    found = dict(zip(column.pairs, column.together, strict=True))
    # a and cat never stand without each other, nor cat without red
    assert found == {
        ("grey", "skin"): 2, ("red", "skin"): 2, ("grey", "trousers"): 1, ("red", "trousers"): 1,
        ("skin", "grey"): 1, ("skin", "red"): 1,
    }  # fmt: skip
    assert column.pairs[0] == ("grey", "skin")


def test_a_column_that_is_named_or_several(tmp_path: Path) -> None:
    rows = [{"text": text, "what": "thing", "tags": ["red", "round thing"]} for text in TEXTS]
    folder = listed(tmp_path / "data", rows)
    assert captions(loaded(folder, captions="what"))[0] == ("thing",)
    both = loaded(folder, captions="text,tags")
    assert captions(both)[0] == ("a red heart", "red, round thing")
    assert both.schema.columns["text"].texts == 8 and "each is one caption" in notes(both)
    with pytest.raises(DataError, match="no column of captions called 'wat'.*did you mean 'what'"):
        loaded(folder, captions="wat")


def test_a_list_of_sentences_is_several_captions(tmp_path: Path) -> None:
    rows = [
        {"captions": ["a red heart on white", "one heart, which is red"]},
        {"captions": ["a star"]},
        {"captions": []},
    ]
    dataset = loaded(listed(tmp_path / "data", rows))
    assert captions(dataset) == [("a red heart on white", "one heart, which is red"), ("a star",), ()]
    assert dataset.schema.columns["text"].missing == 1
    assert "1 images have several, of which each step takes one" in notes(dataset)
    assert "1 images without a caption" in notes(dataset)


def test_a_text_file_beside_each_image(tmp_path: Path) -> None:
    folder = images(tmp_path / "data")
    for index, text in enumerate(TEXTS[:3]):
        (folder / f"{index}.txt").write_text(f"{text}\n\n another  one \n")
    (folder / "readme.txt").write_text("not a caption")
    dataset = loaded(folder)
    assert captions(dataset)[:2] == [("a red heart", "another one"), ("a blue star", "another one")]
    assert captions(dataset)[3] == () and "1 images without a caption" in notes(dataset)


def test_beside_images_in_class_folders_and_splits(tmp_path: Path) -> None:
    for split in ("train", "test"):
        folder = images(tmp_path / "data" / split / "hearts")
        for index, text in enumerate(TEXTS):
            (folder / f"{index}.txt").write_text(f"{text} {split}")
    made = cg.plan(tmp_path / "data", preset="text", settings={"training": {"batch": 4}})
    assert captions(made.dataset)[0] == ("a red heart train",)
    assert made.held_out is not None and captions(made.held_out)[0] == ("a red heart test",)


def test_in_arrays_and_webdataset(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3), np.uint8)
    np.savez(tmp_path / "data.npz", images=pixels, captions=np.array(TEXTS))
    assert captions(loaded(tmp_path / "data.npz")) == [(text,) for text in TEXTS]
    with tarfile.open(tmp_path / "data.tar", "w") as archive:
        for index, text in enumerate(TEXTS):
            buffer = BytesIO()
            picture(index, (8, 8)).save(buffer, "PNG")
            for suffix, content in (("png", buffer.getvalue()), ("txt", text.encode())):
                info = tarfile.TarInfo(f"{index:04d}.{suffix}")
                info.size = len(content)
                archive.addfile(info, BytesIO(content))
    assert captions(loaded(tmp_path / "data.tar")) == [(text,) for text in TEXTS]


def test_rows_that_name_an_image_again_are_further_captions_of_it(tmp_path: Path) -> None:
    folder = images(tmp_path / "data")
    lines = [f"{index}.png,{text} {turn}" for turn in range(3) for index, text in enumerate(TEXTS)]
    (folder / "captions.csv").write_text("image,caption\n" + "\n".join(lines))
    dataset = loaded(folder)
    assert len(dataset) == 4 and captions(dataset)[0] == ("a red heart 0", "a red heart 1", "a red heart 2")
    assert "8 rows name an image again" in notes(dataset)


def test_files_that_are_no_text_are_named(tmp_path: Path) -> None:
    folder = images(tmp_path / "data")
    (folder / "0.txt").write_bytes(b"\x81\x8d\xff")
    with pytest.raises(DataError, match=r"cannot read captions: .*0\.txt; save it as UTF-8"):
        loaded(folder)


def test_long_captions_are_told(tmp_path: Path) -> None:
    rows = [{"text": text} for text in (*TEXTS, "a very " + "long " * 40 + "heart")]
    assert "1 captions of more than 32 words, the rest of which is not read" in notes(
        loaded(listed(tmp_path / "data", rows))
    )


def test_without_captions(tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r"no captions; .*metadata.jsonl|no captions; .*: size; give a column called text"
    ):
        loaded(listed(tmp_path / "data", [{"size": index} for index in range(4)]))
    with pytest.raises(SettingsError, match="captions without a word"):
        loaded(listed(tmp_path / "dots", [{"text": "..."} for _ in range(4)]))
    with pytest.raises(DataError, match="a caption that is no text; .*column text, item 0"):
        loaded(listed(tmp_path / "objects", [{"text": [{"a": 1}]} for _ in range(4)]))


def test_a_label_and_attributes_beside_the_text(tmp_path: Path) -> None:
    rows = [{"text": text, "label": "ab"[index % 2], "size": index} for index, text in enumerate(TEXTS * 4)]
    folder = listed(tmp_path / "data", rows)
    for more in ({"label": {}}, {"attributes": {}}):
        made = cg.plan(folder, preset="text", settings={"condition": more, "training": {"batch": 4}})
        assert list(made.recipe.condition.parts) == ["text", *more]
        assert captions(made.dataset)[0] == ("a red heart",)
