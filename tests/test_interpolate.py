"""``condgan interpolate``."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import condgan as cg
from condgan.core.errors import SettingsError
from tests.commands import run


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "digits"
    small = ("--images", 24, "--training.batch", 4, "--training.snapshots", 2, "--architecture.channels", 8)
    assert run("train", "digits", "--out", out, *small) == 0
    return out


def test_key_frames_are_those_of_the_pipeline(digits: Path) -> None:
    found = cg.interpolate(digits, label="7", seeds=[1, 5, 9], frames=3)
    assert found.images.shape[:2] == (7, 1) and found.times.tolist() == pytest.approx([n / 3 for n in range(7)])
    keys = cg.Pipeline.from_pretrained(digits)("7", seeds=[1, 5, 9]).images
    np.testing.assert_array_equal(found.images[::3, 0], keys)
    assert (found.images[1] != found.images[0]).any()


def test_between_labels_only_the_label_changes(digits: Path) -> None:
    pipe = cg.Pipeline.from_pretrained(digits)
    found = cg.interpolate(pipe, where="label=3|8", seeds=4, frames=4)
    np.testing.assert_array_equal(found.images[[0, -1], 0], pipe(["3", "8"], seeds=[4, 4]).images)
    plain = cg.interpolate(pipe, frames=2)
    np.testing.assert_array_equal(plain.images[::2, 0], pipe(["0"] * 4, seeds=range(4)).images)


def test_a_loop_comes_back_and_walks_stand_side_by_side(digits: Path) -> None:
    pipe = cg.Pipeline.from_pretrained(digits)
    found = cg.interpolate(pipe, seeds=[1, 2], frames=4, loop=True, each="label=3|8")
    assert found.images.shape[:2] == (8, 2) and found.captions == ("label 3", "label 8")
    np.testing.assert_array_equal(found.images[4], pipe(["3", "8"], seeds=[2, 2]).images)
    there, back = found.images[1:4], found.images[5:]
    np.testing.assert_array_equal(there, back[::-1])
    assert found.frame(0).width == 2 * (56 + 2) + 2
    even = cg.interpolate(pipe, seeds=[1, 2], frames=4, loop=True, each="label=3|8", even=True)
    assert even.images.shape == found.images.shape
    np.testing.assert_array_equal(even.images[0], found.images[0])


@pytest.mark.parametrize("suffix", [".gif", ".apng", ".webp", ".npz"])
def test_files(digits: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"deep/walk{suffix}"
    assert run("interpolate", digits, "--label", 7, "--seeds", "1,5", "--frames", 3, "--loop", "--out", out) == 0
    if suffix == ".npz":
        with np.load(out) as arrays:
            assert arrays["images"].shape == (6, 1, 28, 28, 1) and arrays["times"].tolist()[0] == 0
    else:
        with Image.open(out) as opened:
            assert opened.n_frames == 6  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"seeds": [1]}, "no path: one key point"),
        ({"seeds": [1, 2, 3], "label": ["3", "8"]}, "key points of several numbers; 2 label, 3 seeds"),
        ({"frames": 0}, "0 frames"),
        ({"label": "x", "seeds": [1, 2]}, "x"),
        ({"each": "label=3|8", "label": "3"}, "two values for label"),
        ({"out": "walk.bmp"}, r"cannot save an interpolation as \.bmp; walk\.bmp; use \.gif"),
        ({"out": "walk.gif", "fps": 0}, "0 frames a second"),
        ({"out": "walk.mp4", "fps": float("inf")}, "inf frames a second; fps; give 0.1 to 240"),
        ({"seeds": [-1, 2]}, "seed out of range"),
        ({"seeds": range(10**9)}, "1,000,000,000 key points"),
    ],
)
def test_what_makes_no_path(digits: Path, words: dict, message: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(SettingsError, match=message):
        cg.interpolate(digits, **words)
    assert not Path("walk.gif").exists()


def test_pictures_are_translated_instead(to_photo: Path) -> None:
    with pytest.raises(SettingsError, match="makes images from pictures; .*use condgan translate"):
        cg.interpolate(to_photo)
