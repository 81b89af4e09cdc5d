"""Clips: whatever holds their frames, they are read as they are; and what is left out is told."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import condgan as cg
from condgan.core.errors import DataError, SettingsError
from condgan.core.note import LEFT_OUT, WRONG
from condgan.data import Folder, find
from condgan.data.clips import gap_in, in_order
from condgan.data.dataset import Dataset
from condgan.data.doctor import remarks
from condgan.gallery.animation import encoded
from tests.clips import WAYS, clip, folder, saved


def read(data: Path, **settings: Any) -> Dataset:
    return find(str(data)).with_(frames="clip", **settings).load()


def frames(dataset: Dataset, place: int) -> np.ndarray:
    """T,H,W,C of one clip."""
    return dataset.target[place].movedim(0, -1).numpy()


@pytest.mark.parametrize("suffix", [".webp", ".gif", ".png"])
def test_animated_files_in_class_folders(suffix: str, tmp_path: Path) -> None:
    dataset = read(folder(tmp_path / "clips", suffix=suffix))
    assert dataset.shape == (3, (6, 12, 12)) and dataset.schema.columns["label"].names == WAYS
    assert str(dataset) == "8 clips of 12×12, 6 frames, 3 channels, 2 classes of 4"
    for place, (way, start) in enumerate((way, start) for way in WAYS for start in range(4)):
        np.testing.assert_array_equal(frames(dataset, place), clip(way, start))
        assert WAYS[dataset.columns["label"][place]] == way
    assert dataset.schema.target.reading.rate == pytest.approx(10)


def test_films(tmp_path: Path) -> None:
    dataset = read(folder(tmp_path / "clips", suffix=".mp4"))
    assert dataset.shape == (3, (6, 12, 12)) and dataset.schema.target.reading.rate == pytest.approx(10)
    # colours are stored at half the size, brightness is not
    ours, theirs = (each.mean(-1) for each in (frames(dataset, 1).astype(float), clip("down", 1).astype(float)))
    assert np.abs(ours - theirs).mean() < 8
    every = find(str(tmp_path / "clips")).with_(frames="all").load()
    assert every.shape == (3, (12, 12)) and len(every) == 48
    np.testing.assert_array_equal(every.target[7].movedim(0, -1), frames(dataset, 1)[1])
    with pytest.raises(DataError, match="--data.frames clip reads films"):
        find(str(tmp_path / "clips")).load()


def test_a_folder_of_frames_for_each_clip(tmp_path: Path) -> None:
    """In the order of their numbers, however these are written."""
    for way in WAYS:
        for start in range(2):
            home = tmp_path / "clips" / way / f"c{start}"
            home.mkdir(parents=True)
            for number, frame in enumerate(clip(way, start, 12)):
                Image.fromarray(frame).save(home / f"frame{number}.png")
    dataset = read(tmp_path / "clips")
    assert dataset.shape == (3, (12, 12, 12)) and len(dataset) == 4
    np.testing.assert_array_equal(frames(dataset, 3), clip("right", 1, 12))
    assert in_order("a/f10") > in_order("a/f9") and dataset.schema.target.reading.rate == 0
    zipped = Path(shutil.make_archive(str(tmp_path / "zipped"), "zip", tmp_path / "clips"))
    np.testing.assert_array_equal(read(zipped).target, dataset.target)
    assert "gaps" not in {note.kind for note in dataset.notes}
    (tmp_path / "clips" / "right" / "c1" / "frame7.png").unlink()
    (told,) = (note for note in read(tmp_path / "clips").notes if note.kind == "gaps")
    assert told.harm == WRONG and told.text.endswith("right/c1/frame6.png to frame8.png")


@pytest.mark.parametrize(
    ("names", "gap"),
    [
        (["f1.png", "f2.png", "f3.png"], []),
        (["f1.png", "f3.png", "f5.png"], []),
        (["a2/f1.png", "a2/f2.png", "a2/f5.png", "a2/f9.png"], ["a2/f2.png to f5.png"]),
        (["b.png", "c.png", "d.png"], []),
        (["f1.png", "f9.png"], []),
        (["f0.png", "f33.png", "f67.png", "f100.png"], []),
        (["1.175.png", "2.211.png", "3.243.png", "4.001.png"], []),
    ],
)
def test_missing_numbers_of_frames(names: list[str], gap: list[str]) -> None:
    assert gap_in(names) == gap


@pytest.mark.parametrize("axes", ["nthwc", "ntchw", "ncthw", "nthw"])
def test_arrays_in_any_order_of_axes(axes: str, tmp_path: Path) -> None:
    whole = np.stack([clip(way, start) for way in WAYS for start in range(4)])
    order = {"nthwc": (0, 1, 2, 3, 4), "ntchw": (0, 1, 4, 2, 3), "ncthw": (0, 4, 1, 2, 3)}
    images = whole[..., 0] if axes == "nthw" else whole.transpose(order[axes])
    np.savez(tmp_path / "x.npz", images=images, labels=np.repeat(WAYS, 4))
    dataset = read(tmp_path / "x.npz")
    wanted = whole[..., :1] if axes == "nthw" else whole
    np.testing.assert_array_equal(dataset.target.movedim(1, -1), wanted)
    assert dataset.target.is_contiguous()


def test_a_table_of_clips(tmp_path: Path) -> None:
    for start in range(4):
        saved(clip("down", start), tmp_path / "t" / f"{start}.webp")
    rows = [f"{start}.webp,{'ab'[start % 2]},{start}" for start in range(4)]
    (tmp_path / "t" / "metadata.csv").write_text("\n".join(["file_name,label,age", *rows]))
    dataset = read(tmp_path / "t")
    assert len(dataset) == 4 and dataset.schema.columns["label"].names == ("a", "b")
    np.testing.assert_array_equal(frames(dataset, 2), clip("down", 2))


def test_length_and_stride_choose_the_frames(tmp_path: Path) -> None:
    """A long clip is several; what is left over is told."""
    folder(tmp_path / "clips", each=2, frames=11)
    dataset = read(tmp_path / "clips", length=3)
    assert len(dataset) == 4 * 3 and dataset.shape.frames == 3
    np.testing.assert_array_equal(frames(dataset, 1), clip("down", 0, 11)[3:6])
    told = {note.kind: note for note in dataset.notes}
    assert told["rest"].text.startswith("8 frames") and told["rest"].harm == LEFT_OUT and "cut" in told
    strided = read(tmp_path / "clips", length=3, stride=2)
    np.testing.assert_array_equal(frames(strided, 0), clip("down", 0, 11)[:6:2])
    np.testing.assert_array_equal(frames(strided, 1), clip("down", 0, 11)[6::2])
    assert strided.schema.target.reading.rate == pytest.approx(5)


def test_a_rate_brings_clips_to_one(tmp_path: Path) -> None:
    for name, rate in (("a", 20.0), ("b", 10.0)):
        saved(clip("down", 0, 8), tmp_path / "clips" / name / "0.webp", rate)
    (note,) = [note for note in read(tmp_path / "clips").notes if note.kind == "rates"]
    assert note.text == "clips have from 10 to 20 frames a second; --data.rate 10 brings them to one"
    dataset = read(tmp_path / "clips", rate=10, length=4)
    assert len(dataset) == 3 and dataset.schema.target.reading.rate == 10
    np.testing.assert_array_equal(frames(dataset, 0), clip("down", 0, 8)[::2])
    np.testing.assert_array_equal(frames(dataset, 1), clip("down", 0, 8)[:4])
    slow = read(tmp_path / "clips", rate=40, length=4)
    assert [(note.kind, note.harm) for note in slow.notes if note.kind == "rate"] == [("rate", WRONG)]


def test_short_clips_are_left_out_by_name(tmp_path: Path) -> None:
    folder(tmp_path / "clips")
    saved(clip("down", 5, 2), tmp_path / "clips" / "down" / "short.webp")
    dataset = read(tmp_path / "clips")
    assert len(dataset) == 8
    (note,) = [note for note in dataset.notes if note.kind == "short"]
    assert "short.webp (2)" in note.text and "--data.length 2 takes all" in note.text
    assert len(read(tmp_path / "clips", length=2)) == 8 * 3 + 1


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    folder(tmp_path / "clips")
    file = tmp_path / "clips" / "down" / "01.webp"
    file.write_bytes(file.read_bytes()[:-120])
    with pytest.raises(DataError, match="cannot read image") as caught:
        read(tmp_path / "clips")
    assert "01.webp" in str(caught.value)
    frame = tmp_path / "frames" / "a" / "c0"
    frame.mkdir(parents=True)
    for number, picture in enumerate(clip("down")):
        Image.fromarray(picture).save(frame / f"{number}.png")
    shutil.copytree(frame, frame.with_name("c1"))
    (frame / "3.png").write_bytes((frame / "3.png").read_bytes()[:40])
    with pytest.raises(DataError, match="3.png"):
        read(tmp_path / "frames")


def test_what_is_refused(tmp_path: Path) -> None:
    folder(tmp_path / "clips")
    with pytest.raises(DataError, match="no clip has 7 frames.*set data.length to 6 or less"):
        read(tmp_path / "clips", length=7)
    for way in WAYS:
        (tmp_path / "stills" / way).mkdir(parents=True)
        Image.fromarray(clip(way)[0]).save(tmp_path / "stills" / way / "0.png")
    with pytest.raises(DataError, match="no clips: all 2 are single pictures"):
        read(tmp_path / "stills")
    with pytest.raises(SettingsError, match="length is for clips"):
        Folder.parse({"kind": "folder", "path": "x", "length": 4})
    with pytest.raises(SettingsError, match="rate and stride"):
        Folder.parse({"kind": "folder", "path": "x", "frames": "clip", "rate": 4, "stride": 2})
    np.savez(tmp_path / "x.npz", images=np.stack([clip("down")] * 4), labels=[0, 1, 0, 1])
    with pytest.raises(DataError, match="--data.frames clip"):
        find(str(tmp_path / "x.npz")).load()
    with pytest.raises(DataError, match="not known how many frames a second"):
        read(tmp_path / "x.npz", rate=4)


def test_clips_that_do_not_move_are_told(tmp_path: Path) -> None:
    whole = np.stack([*(clip(way, start) for way in WAYS for start in range(4)), np.repeat(clip("down", 3)[:1], 6, 0)])
    np.savez(tmp_path / "x.npz", images=whole, labels=[*np.repeat(WAYS, 4), "down"])
    (note,) = [note for note in remarks(read(tmp_path / "x.npz")) if note.kind == "frozen"]
    assert note.text == "1 of 9 clips do not move at all, the first is item 8"


def test_hold_out_keeps_a_whole_clip_apart(tmp_path: Path) -> None:
    """All parts of a long clip are on one side."""
    folder(tmp_path / "clips", each=4, frames=12)
    source = find(str(tmp_path / "clips")).with_(frames="clip", length=6, holdout=0.25)
    train, test = source.load(), source.split("test").load()
    assert len(train) == 12 and len(test) == 4
    apart = {frames(dataset, place).tobytes() for dataset in (train, test) for place in range(len(dataset))}
    assert len(apart) == 16


def test_clips_are_decoded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until a file changes; what cannot be read is told again."""
    monkeypatch.setenv("CONDGAN_CACHE", str(tmp_path / "cache"))
    folder(tmp_path / "clips")
    first = read(tmp_path / "clips", length=3)
    with monkeypatch.context() as patch:
        patch.setattr("condgan.data.base.decode", None)
        again = read(tmp_path / "clips", length=3)
    assert torch.equal(first.target, again.target) and first.hash == again.hash
    assert first.schema == again.schema and first.notes == again.notes and first.sizes == again.sizes
    again.target[0] = 0  # what is changed stays in memory
    assert torch.equal(read(tmp_path / "clips", length=3).target, first.target)
    saved(clip("down", 7), tmp_path / "clips" / "down" / "00.webp")
    np.testing.assert_array_equal(frames(read(tmp_path / "clips", length=3), 1), clip("down", 7)[3:])
    assert len(list((tmp_path / "cache").glob("clips-*.npy"))) == 2


def test_single_pictures_beside_animated_files_are_no_frames(tmp_path: Path) -> None:
    """Such as a preview of each."""
    folder(tmp_path / "clips")
    for start in range(4):
        Image.fromarray(clip("down", start)[0]).save(tmp_path / "clips" / "down" / f"{start:02d}.png")
    dataset = read(tmp_path / "clips")
    assert len(dataset) == 8 and dataset.schema.columns["label"].counts == (4, 4)
    (note,) = [note for note in dataset.notes if note.kind == "single"]
    assert note.text.startswith("4 single pictures beside animated files") and note.harm == LEFT_OUT


def test_pictures_that_say_different_things_are_no_frames(tmp_path: Path) -> None:
    (tmp_path / "t").mkdir()
    for start in range(4):
        Image.fromarray(clip("down", start)[0]).save(tmp_path / "t" / f"{start}.png")
    rows = [f"{start}.png,{'ab'[start % 2]}" for start in range(4)]
    (tmp_path / "t" / "metadata.csv").write_text("\n".join(["file_name,label", *rows]))
    with pytest.raises(DataError, match="4 single pictures differ in label: they are no frames of one clip"):
        read(tmp_path / "t")


@pytest.mark.parametrize("suffix", [".webp", ".gif", ".png"])
def test_a_frame_that_is_shown_longer_is_several(suffix: str, tmp_path: Path) -> None:
    """Files hold it once."""
    for way in WAYS:
        pictures = [Image.fromarray(each) for each in clip(way)]
        file = tmp_path / "clips" / way / f"0{suffix}"
        file.parent.mkdir(parents=True)
        file.write_bytes(encoded(pictures, suffix, [0.3, 0.1, 0.1, 0.2, 0.1, 0.1]))
    dataset = read(tmp_path / "clips")
    assert dataset.shape.frames == 9 and dataset.schema.target.reading.rate == pytest.approx(10)
    np.testing.assert_array_equal(frames(dataset, 0), clip("down")[[0, 0, 0, 1, 2, 3, 3, 4, 5]])
    half = read(tmp_path / "clips", rate=5)
    np.testing.assert_array_equal(frames(half, 0), clip("down")[[0, 0, 2, 3, 5]])


def test_frames_of_uneven_times_are_told(tmp_path: Path) -> None:
    for way in WAYS:
        file = tmp_path / "clips" / way / "0.webp"
        file.parent.mkdir(parents=True)
        file.write_bytes(
            encoded([Image.fromarray(each) for each in clip(way)], ".webp", [0.1, 0.15, 0.1, 0.1, 0.1, 0.1])
        )
    dataset = read(tmp_path / "clips")
    assert dataset.shape.frames == 6 and "uneven-frames" in {note.kind for note in dataset.notes}


def test_the_usual_length(tmp_path: Path) -> None:
    """At most 16; single pictures do not count."""
    for place, count in enumerate((20, 18, 17, 4, 4)):
        saved(clip("down", place, count), tmp_path / "clips" / "down" / f"{place}.webp")
        saved(clip("right", place, count), tmp_path / "clips" / "right" / f"{place}.webp")
    assert read(tmp_path / "clips").shape.frames == 16


def test_images_in_colour_are_no_clips(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", images=np.zeros((20, 32, 32, 3), np.uint8), labels=[0, 1] * 10)
    with pytest.raises(DataError, match="no clips"):
        read(tmp_path / "x.npz")


def test_what_cannot_be_read_leaves_no_gap(tmp_path: Path) -> None:
    """A clip with such a frame is left out, and nothing of it is kept for the next time."""
    for way in WAYS:
        for start in range(60):
            home = tmp_path / "clips" / way / f"c{start:02d}"
            home.mkdir(parents=True)
            for number, frame in enumerate(clip(way, start, 4)):
                Image.fromarray(frame).save(home / f"{number}.png")
    broken = tmp_path / "clips" / "down" / "c03" / "2.png"
    whole = broken.read_bytes()
    broken.write_bytes(whole[:30])
    dataset = read(tmp_path / "clips", skip_bad=True)
    assert len(dataset) == 119 and "2.png" in dataset.unreadable[0].reason
    np.testing.assert_array_equal(frames(dataset, 3), clip("down", 4, 4))
    broken.write_bytes(whole)
    assert len(read(tmp_path / "clips", skip_bad=True)) == 120


def test_a_class_of_short_clips_is_told(tmp_path: Path) -> None:
    folder(tmp_path / "clips")
    saved(clip("down", 1, 3), tmp_path / "clips" / "idle" / "0.webp")
    with pytest.raises(DataError, match="class without clips: idle.*--data.length 3 takes all"):
        read(tmp_path / "clips")


def test_a_film_is_read_once_for_all_its_clips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from condgan.data import film

    monkeypatch.setenv("CONDGAN_CACHE", str(tmp_path / "cache"))
    folder(tmp_path / "clips", each=1, frames=30, suffix=".mp4")
    opened: list[str] = []
    inner = film.frames_of
    monkeypatch.setattr(film, "frames_of", lambda file, numbers: (opened.append(str(file)), inner(file, numbers))[1])
    dataset = read(tmp_path / "clips", length=3)
    assert len(dataset) == 20 and len(opened) == 2
    again = read(tmp_path / "clips", length=6)
    assert torch.equal(again.target[1, :, :3], dataset.target[2]) and torch.equal(
        again.target[1, :, 3:], dataset.target[3]
    )


def test_parts_of_a_file_are_set_aside_together(tmp_path: Path) -> None:
    from condgan.evaluation.real import set_aside

    folder(tmp_path / "clips", each=10, frames=12)
    test, train = set_aside(read(tmp_path / "clips", length=3))
    assert len(test) == 16 and len(train) == 64
    assert not set(test.files.tolist()) & set(train.files.tolist())


def test_the_doctor_looks_at_clips(tmp_path: Path) -> None:
    folder(tmp_path / "clips", each=4)
    found = cg.doctor(tmp_path / "clips", preset="video", settings={"architecture": {"channels": 8}})
    assert found.errors == [] and found.dataset is not None and found.dataset.shape.frames == 6
    assert found.recipe is not None and found.recipe.data.length == 6
