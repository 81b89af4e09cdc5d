"""The verbs take paths and numbers as people have them: of pathlib, NumPy and torch."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import condgan as cg
from condgan.core.errors import CondganError
from tests.conftest import make_birds, picture
from tests.pairs import ids, layout

SETTINGS = {
    "training": {"batch": np.int64(4), "snapshots": torch.tensor(1)},
    "architecture": {"channels": np.uint8(8)},
    "optimizer": {"lr": np.float32(0.001)},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Birds, and a run on them that was asked for with NumPy's numbers."""
    home = tmp_path_factory.mktemp("calls")
    words: dict[str, Any] = {"preset": "acgan", "images": np.int64(16), "seed": np.int64(3), "settings": SETTINGS}
    for _ in cg.train(make_birds(home / "birds"), out=home / "run", device=torch.device("cpu"), **words):
        pass
    return home


def test_training_and_planning(folder: Path) -> None:
    made = cg.plan(folder / "birds", out=folder / "other", minutes=np.float64(0.5), seed=np.array(3), settings=SETTINGS)
    assert made.recipe.training.minutes == 0.5 and made.recipe.seed == 3 and made.recipe.training.batch == 4
    assert type(made.recipe.seed) is int and made.out == folder / "other"
    assert not cg.doctor(folder / "birds", preset="acgan", images=np.int32(16), settings=SETTINGS).errors
    from_file = cg.plan(recipe=folder / "run" / "recipe.toml", data_root=folder, resume=folder / "run")
    assert from_file.recipe.seed == 3


@pytest.mark.parametrize("words", [{"images": True}, {"seed": np.bool_(True)}, {"minutes": False}])
def test_a_truth_value_is_no_number(words: dict[str, Any], folder: Path) -> None:
    with pytest.raises(cg.SettingsError, match="is a number, not (True|False)"):
        cg.plan(folder / "birds", out=folder / "other", **words)


def test_sampling(folder: Path) -> None:
    samples = cg.sample(
        folder / "run", n=np.int64(2), seeds=np.arange(2), label=np.array(["wren"]), out=folder / "x.npz"
    )
    assert samples.columns["label"] == ["wren"] * 2 and (folder / "x.npz").exists()
    assert cg.sample(folder / "run", label_index=torch.tensor([1, 0])).columns["label"] == ["wren", "robin"]
    assert cg.Pipeline.from_pretrained(folder / "run")("wren", seeds=5).seeds.tolist() == [5]


def test_evaluating_and_comparing_refuse_what_is_no_number(folder: Path) -> None:
    for words, message in (({"n": True}, "True is no whole number; n"), ({"repeats": 2.5}, "2.5 is no whole number")):
        with pytest.raises(cg.SettingsError, match=message):
            cg.evaluate(folder / "run", folder / "birds", quick=True, **words)
        with pytest.raises(cg.SettingsError, match=message):
            cg.compare("acgan", folder / "birds", out=folder / "compared", **words)
    with pytest.raises(cg.SettingsError, match="n"):
        cg.evaluate(folder / "run", "digits", n=np.int64(1), repeats=np.int64(1), quick=True, out=folder / "report")
    with pytest.raises(cg.SettingsError, match="no preset 'nope'"):
        cg.compare("nope", folder / "birds", seeds=np.arange(2))
    with pytest.raises(cg.SettingsError, match="nothing to compare"):
        cg.compare("acgan", folder / "birds", seeds=np.array([], np.int64))


@pytest.mark.parametrize("seed", [np.int64(7), torch.tensor(7), np.array(7)])
def test_translating(seed: Any, to_photo: Path, tmp_path: Path) -> None:
    (tmp_path / "maps").mkdir()
    layout(1).save(tmp_path / "maps" / "1.png")
    (made,) = cg.translate(to_photo, tmp_path / "maps", tmp_path / "made", seed=seed, device="cpu")
    (same,) = cg.translate(to_photo, tmp_path / "maps", tmp_path / "same", seed=7, device="cpu")
    assert isinstance(made, Path) and isinstance(same, Path) and made.read_bytes() == same.read_bytes()
    with pytest.raises(cg.SettingsError, match="True is no whole number; seed"):
        cg.translate(to_photo, tmp_path / "maps", tmp_path / "made", seed=True)
    with pytest.raises(cg.SettingsError, match="leave the index out"):
        cg.translate(to_photo, tmp_path / "maps", tmp_path / "made", index=1)


def test_pictures_in_whatever_holds_them(to_photo: Path, tmp_path: Path) -> None:
    pipe = cg.Pipeline.from_pretrained(to_photo)
    file, one = tmp_path / "1.png", ids(1)
    layout(1).save(file)
    expected = pipe(picture=file).images[0]
    colours = np.asarray(Image.open(file).convert("RGB"))
    for same in (str(file), file.read_bytes(), bytearray(file.read_bytes()), memoryview(file.read_bytes()), one):
        np.testing.assert_array_equal(pipe(picture=same).images, expected[None])
    for same in (torch.tensor(one), colours, torch.tensor(colours), Image.open(file), [file], np.array([str(file)])):
        np.testing.assert_array_equal(pipe(picture=same).images, expected[None])
    for several in (np.stack([colours] * 2), [file, one], tmp_path.glob("*.png"), torch.tensor(colours)[None]):
        np.testing.assert_array_equal(
            pipe(picture=several, n=np.int64(2), seeds=[0, 0]).images, np.stack([expected] * 2)
        )


@pytest.mark.parametrize(
    "wrong",
    [
        5,
        np.arange(5),
        np.zeros((0, 4), np.uint8),
        np.zeros((3, 8, 8), np.uint8),
        np.zeros((1, 1, 1, 1, 1)),
        {"a": 1},
        {"a"},
        object(),
        [[np.zeros((8, 8), np.uint8)]],
        "a\0b",
        "x" * 5000,
        True,
    ],
    ids=lambda each: type(each).__name__,
)
@pytest.mark.parametrize("of", ["layout", "picture"])
def test_what_is_no_picture_is_refused_in_one_line(of: str, wrong: Any, pipes: dict[str, cg.Pipeline]) -> None:
    with pytest.raises(CondganError) as refused:
        pipes[of](picture=wrong)
    assert "\n" not in refused.value.line() and refused.value.do


@pytest.fixture(scope="module")
def pipes(to_photo: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, cg.Pipeline]:
    """One that takes label maps, and one that takes pictures."""
    home = tmp_path_factory.mktemp("grey")
    (home / "photos").mkdir()
    for seed in range(4):
        picture(seed).save(home / "photos" / f"{seed}.png")
    settings = {"training": {"batch": 4, "snapshots": 1}, "architecture": {"channels": 8, "most_channels": 8}}
    for _ in cg.train(home / "photos", preset="colorize", out=home / "run", images=4, settings=settings, device="cpu"):
        pass
    return {"layout": cg.Pipeline.from_pretrained(to_photo), "picture": cg.Pipeline.from_pretrained(home / "run")}
