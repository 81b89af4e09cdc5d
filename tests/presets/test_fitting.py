"""The default chooses by what the images are, and says so."""

from pathlib import Path

import pytest
import torch
from PIL import Image

import condgan as cg
from condgan.data.character import LEAST, Character
from condgan.presets import fitting, get
from condgan.toml import read_recipe
from tests.commands import run


def seen(
    images: int = 60_000, colour: bool = False, flat: float = 0.8, lopsided: float = 0.9, axes: int = 2
) -> Character:
    return Character(images, axes, colour, flat, lopsided)


@pytest.mark.parametrize(
    ("character", "preset", "flip", "said"),
    [
        (seen(), "house", False, "60,000 grey drawings (one colour covers 80% of an image); none is mirrored"),
        (seen(500), "house-few", False, "500 grey drawings"),
        (
            seen(flat=0.02, lopsided=0.5),
            "house-natural",
            True,
            "grey photos (no ground of one colour); half are mirrored",
        ),
        (seen(900, True, 0.02, 0.5), "house-natural-few", True, "900 colour photos"),
        (seen(900, flat=0.02, lopsided=0.5, axes=3), "video", False, "900 clips"),
        (seen(flat=0.02), "house-natural", False, "none is mirrored"),
        (seen(lopsided=0.5), "house", False, "none is mirrored"),
        (
            seen(LEAST - 1, flat=1.0, lopsided=1.0),
            "house-few",
            False,
            "49 images, too few to tell photos from drawings",
        ),
    ],
)
def test_what_is_chosen(character: Character, preset: str, flip: bool, said: str) -> None:
    choice = fitting(character)
    assert choice.preset == preset and said in choice.reason
    assert get(choice.preset).override(choice.settings).augment.flip is flip


@pytest.fixture
def scenes(tmp_path: Path) -> Path:
    """Small photos of two classes, as likely as their mirror images."""
    generator = torch.Generator().manual_seed(0)
    for index in range(120):
        rough = torch.rand(1, 3, 4, 4, generator=generator)
        shown = torch.nn.functional.interpolate(rough, (16, 16), mode="bilinear")[0]
        folder = tmp_path / "scenes" / ("hill" if index % 2 else "lake")
        folder.mkdir(parents=True, exist_ok=True)
        pixels = (shown * 255).byte().permute(1, 2, 0).numpy()
        Image.fromarray(pixels).save(folder / f"{index}.png")
    return tmp_path / "scenes"


def test_data_choose_before_presets_and_words_before_data(scenes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = cg.plan(scenes)
    assert made.origin == "house-natural-few" and made.recipe.augment.flip and made.recipe.augment.on == "both"
    assert (
        made.choice == "120 colour photos (no ground of one colour); half are mirrored, for mirror images are as likely"
    )
    monkeypatch.setattr("condgan.presets.choice.FEW", 100)
    assert cg.plan(scenes).origin == "house-natural"
    words = {"augment": {"flip": False}, "training": {"batch": 32}}
    made = cg.plan(scenes, settings=words)
    assert made.origin == "house-natural" and not made.recipe.augment.flip and made.recipe.training.batch == 32
    for chosen in (
        cg.plan(scenes, preset="house"),
        cg.plan(cg.presets.house().with_(data=cg.data.Folder(path=str(scenes)))),
    ):
        assert not chosen.choice and not chosen.recipe.augment.flip


def test_the_command_line_says_what_was_chosen(
    scenes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--images", 32, "--training.snapshots", 1, "--architecture.channels", 8, "--out", tmp_path / "run"]
    assert run("train", scenes, *words) == 0
    assert "chosen for 120 colour photos (no ground of one colour); half are mirrored" in capsys.readouterr().out
    assert read_recipe(tmp_path / "run" / "recipe.toml").augment.flip
