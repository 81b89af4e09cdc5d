"""Recipes: the same value in Python, TOML and on the command line."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from condgan.conditions import Condition
from condgan.core.batch import Shape
from condgan.core.errors import SettingsError
from condgan.core.schema import Column, Schema
from condgan.data import Folder
from condgan.networks import MLP, ResNet
from condgan.presets import PRESETS, get
from condgan.recipe import Recipe, Training, merge
from condgan.toml import read_recipe, write_toml
from condgan.training.engine import accelerator
from condgan.training.trainer import Trainer, build
from condgan.verbs.plan import plan


def schema(names: Sequence[str]) -> Schema:
    return Schema(Column("pixels", channels=1), {"label": Column("ids", tuple(names), (9,) * len(names))})


SCHEMA = schema("0123456789")


@pytest.mark.parametrize("name", PRESETS)
def test_presets_go_through_toml_unchanged(name: str, tmp_path: Path) -> None:
    recipe = get(name)
    (tmp_path / "recipe.toml").write_text(write_toml(recipe))
    assert read_recipe(tmp_path / "recipe.toml") == recipe
    assert PRESETS[name].__doc__


def test_presets_by_name() -> None:
    with pytest.raises(SettingsError, match="did you mean 'acgan'"):
        get("acgna")


def test_what_the_data_say() -> None:
    recipe = Recipe(data=Folder(path="x")).resolve(schema("ab"), Shape(3, (20, 10)))
    assert recipe.condition.parts["label"].names == ("a", "b")
    assert (recipe.data.size, recipe.data.channels) == ((20, 10), 3)
    assert recipe.resolve(schema("ab"), Shape(3, (20, 10))) == recipe


def test_settings_from_text() -> None:
    recipe = Recipe().override(
        {
            "training": {"batch": "32"},
            "data": {"size": "20x30"},
            "optimizer": {"betas": "0.5,0.9"},
            "augment": {"flip": "true"},
        }
    )
    assert recipe.training.batch == 32 and recipe.data.size == (20, 30)
    assert recipe.optimizer.betas == (0.5, 0.9) and recipe.augment.flip


def test_a_new_kind_starts_from_its_own_defaults() -> None:
    recipe = Recipe().override({"architecture": {"kind": "mlp", "generator_widths": "32,64"}})
    assert recipe.architecture == MLP(generator_widths=(32, 64))
    assert Recipe(architecture=ResNet(latent=9)).override({"architecture": {"kind": "resnet"}}).architecture.latent == 9


@pytest.mark.parametrize(
    ("settings", "left"),
    [
        ({"architecture": {"kind": "mlp"}}, 0.0),
        ({"architecture": {"kind": "dcgan"}}, 0.0),
        ({"architecture": {"discriminator_injection": "concat,projection"}}, 0.0),
        ({"condition": "none"}, 0.0),
        ({"condition": {"parts": {"picture": {"of": "edges"}}}, "architecture": {"kind": "unet"}}, 0.0),
        ({"architecture": {"discriminator_injection": "features"}}, 0.05),
        ({"architecture": {"channels": 32}, "objective": {"r1": 1}}, 0.05),
        ({"objective": {"auxiliary": 0.3}}, 0.3),
    ],
)
def test_what_a_base_added_goes_where_it_cannot_stay(settings: dict[str, object], left: float) -> None:
    assert get("house").override(settings).objective.weight("auxiliary") == left


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"architecture": {"discriminator_injection": "none"}}, "the labels would be ignored"),
        ({"architecture": {"discriminator_injection": "proxy"}}, "set objective.auxiliary, such as to 0.5"),
        ({"condition": "none", "objective": {"auxiliary": 0.1}}, "needs a condition to predict"),
    ],
)
def test_a_little_classification_is_no_substitute(settings: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        get("house").override(settings)


def test_what_falls_away_is_said(caplog: pytest.LogCaptureFixture) -> None:
    """And only then."""
    plan("digits", settings={"architecture": {"kind": "mlp"}})
    assert [record for record in caplog.records if "the auxiliary loss of house" in record.getMessage()]
    caplog.clear()
    plan("digits", settings={"architecture": {"kind": "mlp"}, "objective": {"auxiliary": 0}})
    plan("digits", settings={"architecture": {"channels": 32}})
    assert not [record for record in caplog.records if "auxiliary" in record.getMessage()]


def test_a_task_that_stood_alone_stays() -> None:
    assert (
        get("acgan").override({"architecture": {"discriminator_injection": "projection"}}).objective.weight("auxiliary")
        == 1
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"training": {"bacth": 3}}, r"unknown setting; setting training\.bacth; did you mean 'batch'\?"),
        ({"architecture": {"chanels": 3}}, r"setting architecture\.chanels; did you mean 'channels'\?"),
        ({"trainig": {"batch": 3}}, r"unknown setting; setting trainig; did you mean 'training'\?"),
        ({"training": {"batch": 0}}, r"greater than 0, not 0; setting training\.batch; Images in one step\."),
        ({"training": {"batch": 10, "accumulate": 3}}, "cannot be computed in 3 equal parts"),
        ({"architecture": {"kind": "transformer"}}, r"no kind 'transformer'; setting architecture\.kind; known: 'mlp'"),
        ({"architecture": {"discriminator_injection": "none"}}, "the labels would be ignored"),
        ({"condition": "none", "objective": {"auxiliary": 1}}, "needs a condition to predict"),
        ({"architecture": {"discriminator_injection": "map"}, "objective": {"auxiliary": 1}}, "from the label itself"),
        (
            {
                "architecture": {"discriminator_injection": "proxy"},
                "objective": {"auxiliary": 1},
                "training": {"accumulate": 2},
            },
            "compared with the whole batch",
        ),
        ({"architecture": {"discriminator_injection": "proxy"}}, "set objective.auxiliary, such as to 0.5"),
        ({"data": {"name": "mnits"}}, "no data set of that name; did you mean 'mnist'"),
        ({"data": {"size": "big"}}, r"setting data\.size"),
    ],
)
def test_wrong_settings(settings: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        Recipe().override(settings)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda x: st.lists(x) | st.dictionaries(st.text(), x),
        max_leaves=8,
    )
)
def test_any_value_is_a_recipe_or_a_settings_error(value: object) -> None:
    try:
        Recipe.parse({"training": value, "architecture": value})
    except SettingsError as error:
        assert error.line().count("\n") == 0


@pytest.mark.parametrize("content", ["not toml", "[data\n", "\0", "a = 1979-05-27"])
def test_files_that_are_no_recipe(content: str, tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text(content)
    with pytest.raises(SettingsError, match=r"r\.toml"):
        read_recipe(tmp_path / "r.toml")
    with pytest.raises(SettingsError, match="no such recipe file"):
        read_recipe(tmp_path / "none.toml")


def test_budgets_are_positive() -> None:
    with pytest.raises(SettingsError, match="images"):
        Training.parse({"images": -5})


def test_a_preset_may_ask_for_a_size(tmp_path: Path) -> None:
    """Of any kind of data; what the user says goes before."""
    np.savez(tmp_path / "a.npz", images=np.zeros((6, 9, 9), np.uint8), labels=np.arange(6) % 2)
    assert plan("digits", preset="cdcgan-64").dataset.shape == Shape(1, (64, 64))
    assert plan(tmp_path / "a.npz", preset="cdcgan-lsgan").dataset.shape == Shape(1, (32, 32))
    asked = plan(tmp_path / "a.npz", preset="cdcgan-lsgan", settings={"data": {"size": "20"}})
    assert asked.dataset.shape == Shape(1, (20, 20))


def test_the_published_shapes() -> None:
    """74 → … → 784 and 794 → … → 1; a label concatenated with ten last features makes 20 of them."""
    small = build(get("cgan-mlp-small").resolve(SCHEMA, Shape(1, (28, 28))), Shape(1, (28, 28)))
    assert [tuple(p.shape) for p in small[0].parameters() if p.dim() == 2] == [
        (128, 74),
        (256, 128),
        (512, 256),
        (784, 512),
        (10, 10),
    ]
    assert [tuple(p.shape) for p in small[1].parameters() if p.dim() == 2][:3] == [(512, 794), (256, 512), (1, 256)]
    shape = Shape(1, (64, 64))
    large = build(get("cdcgan-64").resolve(SCHEMA, shape), shape)
    assert [tuple(p.shape) for p in large[1].parameters() if p.dim() == 2][-3:] == [(10, 8192), (1, 20), (10, 10)]
    assert large[0](torch.zeros(2, 100), {"label.id": torch.tensor([0, 1])}).shape == (2, 1, 64, 64)


def shapes(preset: str, player: int) -> list[tuple[int, ...]]:
    """Of a network's dense layers and convolutions for 28×28 digits."""
    recipe = get(preset)
    shape = Shape(1, recipe.data.size or (28, 28))
    return [tuple(p.shape) for p in build(recipe.resolve(SCHEMA, shape), shape)[player].parameters() if p.dim() > 1]


def test_the_first_conditional_gan() -> None:
    """z and y to 200 and 1,000, together to 1,200, to 784; x and y to 240 and 50 units of 5 pieces, to 240 of 4."""
    assert shapes("cgan-2014", 0) == [(200, 100), (1000, 10), (1200, 1200), (784, 1200)]
    assert shapes("cgan-2014", 1) == [(240 * 5, 784), (50 * 5, 10), (240 * 4, 290), (1, 240)]


def test_the_tutorials_networks() -> None:
    assert shapes("cgan-mlp", 0) == [(256, 110), (512, 256), (1024, 512), (784, 1024), (10, 10)]
    assert shapes("cgan-mlp", 1) == [(1024, 794), (512, 1024), (256, 512), (1, 256), (10, 10)]
    assert shapes("gan-mlp", 0)[0] == (256, 100) and shapes("gan-mlp", 1)[0] == (1024, 784)


def test_how_each_discriminator_learns_the_label() -> None:
    """AC-GAN's tells it without seeing it; with the term on top it does both; projection has no such term."""
    seen = {name: get(name).architecture.discriminator_injection for name in ("acgan", "cgan-aux", "projection")}
    assert seen == {"acgan": (), "cgan-aux": ("features",), "projection": ("projection",)}
    assert [get(name).objective.weight("auxiliary") for name in seen] == [1, 1, 0]
    assert get("projection").objective.loss == "hinge" and get("r3gan-small").objective.every == 1


@pytest.mark.parametrize("name", [name for name in PRESETS if not get(name).condition.spatial() and name != "text"])
def test_every_preset_takes_a_step_on_any_data(name: str, tmp_path: Path) -> None:
    """On few coloured images or clips of a size of their own; and the label changes what it generates, where it has
    labels."""
    frames = [5] if get(name).data.frames == "clip" else []
    pixels = np.random.default_rng(0).integers(0, 256, (12, *frames, 12, 9, 3), np.uint8)
    np.savez(tmp_path / "a.npz", images=pixels, labels=np.arange(12) % 3)
    words = {"training": {"batch": 4, "precision": "fp32"}}
    made = plan(tmp_path / "a.npz", preset=name, settings=words)
    trainer = Trainer(made.recipe, made.dataset, accelerator("cpu", "fp32"))
    trainer.step()
    assert all(np.isfinite(value) for value in trainer.report().losses.values())
    z = torch.randn(1, made.recipe.architecture.noise).expand(2, -1)
    rows = made.recipe.condition.examples(2)
    one, other = trainer.generator.eval()(z, made.recipe.condition.encode(rows))
    # equal but for rounding: rows of one batch may take other kernels
    assert torch.allclose(one, other, atol=1e-5) == (not made.recipe.condition.parts)


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ("none", {}),
        ("label", {"label": {"kind": "label"}}),
        ({"label": {"encoding": "embedding"}}, {"label": {"kind": "label", "encoding": "embedding"}}),
        ({"label": "none"}, {}),
        ({"picture": {"of": "grey"}}, {"label": {"kind": "label"}, "picture": {"kind": "picture", "of": "grey"}}),
        ({"parts": {"digit": {"kind": "label", "column": "label"}}}, {"digit": {"kind": "label", "column": "label"}}),
    ],
    ids=str,
)
def test_how_a_condition_is_changed(words: object, parts: dict[str, object]) -> None:
    assert Condition.parse(merge(Recipe().plain(), {"condition": words})["condition"]) == Condition.parse(parts)


def test_what_belongs_to_an_old_encoding_goes_with_it() -> None:
    """Or one flag would not be enough."""
    one_hot = get("cgan-mlp").override({"condition": {"label": {"encoding": "one-hot"}}})
    assert one_hot.condition.parts["label"].width is None


def test_files_and_flags_change_a_condition_one_after_another() -> None:
    file, flags = {"condition": {"label": {"encoding": "embedding"}}}, {"condition": {"label": {"width": "3"}}}
    label = get("house").override(merge(file, flags)).condition.parts["label"]
    assert (label.encoding, label.width) == ("embedding", 3)
    assert get("house").override(merge(file, {"condition": "none"})).condition == Condition()
    whole = {"condition": {"parts": {"picture": {"of": "edges"}}}}
    assert list(Condition.parse(merge(whole, {"condition": {"label": {}}})["condition"]).parts) == ["picture", "label"]
