"""The verbs in Python: the words of the command line, and which word counts."""

from pathlib import Path

import pytest

from condgan import DataError, Recipe, SettingsError, compare, data, plan, presets, sample, train
from condgan.presets import REMEDIES, get
from condgan.toml import write_toml
from tests.conftest import make_birds


def test_train_and_sample_with_the_words_of_the_command_line(birds: Path, tmp_path: Path) -> None:
    small = {"architecture": {"channels": 8}, "training": {"snapshots": 1}}
    (last,) = train(birds, preset="house", images=8, out=tmp_path / "run", seed=3, device="cpu", settings=small)
    assert last.progress.images >= 8
    samples = sample(tmp_path / "run", label=["wren"], n=3, out=tmp_path / "x.png", device="cpu")
    assert samples.columns["label"] == ["wren"] * 3 and (tmp_path / "x.png").exists()


def test_a_recipe_is_taken_as_it_is(birds: Path) -> None:
    recipe = presets.cdcgan_lsgan().with_(data=data.Folder(path=str(birds), size=16))
    made = plan(recipe)
    assert made.recipe.architecture == recipe.architecture and made.dataset.shape.space == (16, 16)
    assert plan(made.recipe).recipe == made.recipe


def test_what_the_data_say(birds: Path) -> None:
    made = plan(birds)
    assert made.origin == "house-few" and made.out == Path("runs/birds")
    assert made.recipe.condition.parts["label"].names == ("robin", "wren") and made.recipe.data.channels == 3


def test_held_out_images(birds: Path) -> None:
    """Those of a test split, where the data bring one; a broken one stops no training."""
    assert plan(birds).held_out is None
    digits, whole = plan("digits").held_out, data.Named().split("test").load()
    assert digits is not None and len(digits) == 500 and digits.schema.target == whole.schema.target
    held_out = plan(birds, settings={"data": {"holdout": 0.25}}).held_out
    assert held_out is not None and len(held_out) == 3
    for split in ("train", "test"):
        make_birds(birds.parent / "split" / split)
    assert len(plan(birds.parent / "split").held_out or ()) == 12
    for picture in (birds.parent / "split" / "test").rglob("*.png"):
        picture.write_bytes(b"broken")
    assert plan(birds.parent / "split").held_out is None


def test_a_remedy_changes_what_fails(tmp_path: Path) -> None:
    for name, remedy in REMEDIES.items():
        ((section, fields),) = remedy.items()
        assert len(fields) == 1 and get(name) != get(name).override(remedy)
        (tmp_path / "demo.toml").write_text(write_toml(get(name)))
        for words in ({}, {"recipe": tmp_path / "demo.toml"}):
            made = plan("digits", preset=name, remedy=True, **words)
            changed = getattr(made.recipe, section).plain()
            changed = changed.get("parts", changed)
            for key, value in fields.items():
                assert changed[key] == value or changed[key]["encoding"] == value["encoding"]
    with pytest.raises(SettingsError, match="preset house does not fail on purpose; --remedy"):
        compare(["demo-collapse", "house"], "digits", remedy=True, out=tmp_path / "never")
    assert not (tmp_path / "never").exists()


def test_a_preset_that_is_changed_takes_any_data_with_a_recipe(birds: Path, tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text('[data]\nkind = "folder"\npath = "elsewhere"\n')
    assert plan(birds, recipe=tmp_path / "r.toml", preset="demo-collapse", remedy=True).recipe.data.path == str(birds)


@pytest.mark.parametrize("section", ['kind = "folder"\npath = "elsewhere"\n', 'kind = "named"\nname = "digits"\n', ""])
def test_data_given_with_a_recipe_keep_its_other_settings(section: str, birds: Path, tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text(f'[data]\n{section}size = [8, 8]\nfit = "pad"\nholdout = 0.25\n')
    made = plan(birds, recipe=tmp_path / "r.toml")
    assert made.recipe.data == data.Folder(path=str(birds), size=8, fit="pad", holdout=0.25, channels=3)
    over = plan(birds, recipe=tmp_path / "r.toml", settings={"data": {"fit": "crop", "channels": "1"}})
    assert over.recipe.data.fit == "crop" and over.recipe.data.channels == 1


def test_one_budget_counts(birds: Path, tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text("[training]\nminutes = 3.0\n")
    assert plan(birds, recipe=tmp_path / "r.toml").recipe.training.minutes == 3
    assert plan(birds, recipe=tmp_path / "r.toml", images=5).recipe.training.minutes is None
    with pytest.raises(SettingsError, match="two budgets"):
        plan(birds, images=5, settings={"training": {"minutes": 3}})


def test_a_holdout_that_leaves_nothing(birds: Path) -> None:
    with pytest.raises(DataError, match=r"a holdout of 0\.99 leaves a split of 12 images empty"):
        plan(birds, settings={"data": {"holdout": 0.99}})


def test_presets_are_python_values() -> None:
    assert isinstance(get("house"), Recipe)
