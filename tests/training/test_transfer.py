"""A trained generator taken further: which weights are kept, which row belongs to which class, and what is refused."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save

import condgan as cg
from condgan.conditions import PARTS, Condition, Label
from condgan.conditions.heritage import as_before, continued, inherit
from condgan.core.errors import CheckpointError, CondganError, SettingsError
from condgan.core.matching import matched
from condgan.networks import DCGAN, MLP, Maxout, ResNet
from condgan.networks.base import Architecture
from condgan.pipeline import hub
from condgan.training import checkpoint, store
from condgan.training.engine import accelerator
from condgan.training.trainer import Trainer
from condgan.training.transfer import with_head
from tests.commands import run
from tests.training.runs import latest, metrics, state

SMALL = ["--images", 24, "--training.batch", 4, "--training.snapshots", 1]
TINY = ["--architecture.channels", 8, "--architecture.least-channels", 8, "--architecture.features", 8]
OLD = ("ant", "bee", "cat")


def folders(place: Path, names: Sequence[str], size: int = 8, each: int = 4) -> Path:
    """A folder for each class, of grey noise."""
    for label, name in enumerate(names):
        (place / name).mkdir(parents=True)
        for index in range(each):
            pixels = np.random.default_rng((label, index)).integers(0, 256, (size, size), np.uint8)
            Image.fromarray(pixels).save(place / name / f"{index}.png")
    return place


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of three classes."""
    home = tmp_path_factory.mktemp("parent")
    data = folders(home / "data", OLD)
    assert run("train", data, *SMALL, *TINY, "--device", "cpu", "--out", home / "old") == 0
    return home / "old"


@pytest.fixture
def old(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The run in an empty working folder, by its name there."""
    shutil.copytree(trained, tmp_path / "old")
    shutil.copytree(trained.parent / "data", tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    return "old"


def started(data: str | Path, parent: str, **words: object) -> tuple[cg.Plan, Trainer]:
    """A run right after it took over the weights, before its first step."""
    made = cg.plan(data, parent=parent, **words)
    trainer = Trainer(made.recipe, made.dataset, accelerator("cpu", "fp32"))
    assert made.parent is not None
    made.parent.put_into(trainer)
    return made, trainer


def tensors(place: str | Path) -> dict[str, dict[str, torch.Tensor]]:
    return checkpoint.read(latest(Path(place)))[0]


def tables(trainer: Trainer) -> list[torch.Tensor]:
    modules = (trainer.generator, trainer.discriminator, trainer.ema.module)
    return [each.state_dict()["embedder.parts.label.table.weight"] for each in modules]


def refused(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    capsys.readouterr()
    assert run("train", *words) in (2, 3, 4)
    said = capsys.readouterr().err
    assert [line for line in said.splitlines() if not line.startswith("warning")] == [said.splitlines()[-1]]
    return said.splitlines()[-1]


def test_one_more_class(old: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It starts from the mean; the others are as they were, whatever their places are now."""
    folders(Path("more"), ("ant", "ape", "bee", "cat"))
    assert run("train", "more", "--from", old, "--out", "new") == 0
    assert "from old: 3 classes kept (ant, bee, cat), new: ape; starting near the mean\n" in capsys.readouterr().out
    recipe = cg.plan(resume="new").recipe
    assert recipe.condition.parts["label"] == Label(
        column="label", names=("ant", "ape", "bee", "cat"), encoding="embedding", width=3, gain=10
    )
    ours, theirs = recipe.plain(), cg.plan(resume=old).recipe.plain()
    assert {name for name in ours if ours[name] != theirs[name]} == {"data", "condition"}
    made, trainer = started("more", old, out="other")
    first, *others = (10 * table for table in tables(trainer))
    torch.testing.assert_close(first[[0, 2, 3]], torch.eye(3))
    assert 0 < (first[1] - 1 / 3).norm() < 3, "near the mean, but a row of its own"
    assert all(torch.equal(first, other) for other in others), "the same for both players"
    before, after = tensors(old)["discriminator"], trainer.discriminator.state_dict()
    for kind in ("weight", "bias"):
        head = before[f"body.head.auxiliary.{kind}"]
        expected = torch.stack([head[0], head.mean(0), head[1], head[2]])
        assert torch.equal(after[f"body.head.auxiliary.{kind}"], expected)
    for name, module in (*trainer.players.items(), ("ema", trainer.ema.module)):
        for key, value in module.state_dict().items():
            if "table" not in key and "auxiliary" not in key:
                assert torch.equal(value, tensors(old)[name][key]), key
    assert trainer.images == 0 and made.recipe.training.images == 24


def test_a_kept_class_gives_the_same_images(old: str) -> None:
    folders(Path("more"), ("bee", "dog", "CAT"))
    made, trainer = started("more", old)
    pipe, before = (
        cg.Pipeline(made.recipe.condition, made.recipe.architecture, made.dataset.shape, trainer.average()),
        cg.Pipeline.from_pretrained(old),
    )
    assert np.array_equal(pipe("bee", seeds=range(5)).images, before("bee", seeds=range(5)).images)
    assert np.array_equal(pipe("CAT", seeds=range(5)).images, before("cat", seeds=range(5)).images)
    assert made.taken_over == ("from old: 2 of 3 classes kept (CAT, bee), new: dog; starting near the mean",)


def test_the_same_classes_stay_one_hot_and_in_another_order_keep_their_own_rows(old: str) -> None:
    made, trainer = started("data", old, out="new")
    assert made.recipe.condition == cg.plan(resume=old).recipe.condition
    assert made.taken_over == ("from old: 3 classes kept (ant, bee, cat)",)
    for name, module in trainer.players.items():
        assert all(torch.equal(value, tensors(old)[name][key]) for key, value in module.state_dict().items())
    made, trainer = started("data", old, out="new", settings={"condition": {"label": {"names": "cat,ant,bee"}}})
    assert all(torch.allclose(10 * table, torch.eye(3)[[2, 0, 1]]) for table in tables(trainer))
    head = tensors(old)["discriminator"]["body.head.auxiliary.weight"]
    assert torch.equal(trainer.discriminator.state_dict()["body.head.auxiliary.weight"], head[[2, 0, 1]])


def test_some_of_the_classes_and_none_of_them(old: str) -> None:
    folders(Path("two"), ("ant", "cat"))
    made, trainer = started("two", old)
    assert made.taken_over == ("from old: 2 of 3 classes kept (ant, cat)",)
    assert all(torch.allclose(10 * table, torch.eye(3)[[0, 2]]) for table in tables(trainer))
    folders(Path("others"), [f"class {index}" for index in range(7)])
    made, trainer = started("others", old)
    assert made.taken_over[0].startswith("from old: none of 3 classes kept, new: class 0, class 1, class 2, class 3, ")
    assert all(len(table.unique(dim=0)) == 7 for table in tables(trainer)), "equal rows would learn apart slowly"
    head = tensors(old)["discriminator"]["body.head.auxiliary.weight"]
    assert torch.equal(trainer.discriminator.state_dict()["body.head.auxiliary.weight"], head.mean(0).expand(7, -1))


def test_other_data_come_at_the_size_of_the_old_ones_and_another_size_keeps_what_fits(
    old: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folders(Path("large"), OLD, size=20)
    assert str(cg.plan("large", parent=old).dataset.shape) == "8×8, 1 channel"
    assert run("train", "large", "--from", old, "--data.size", 16, "--out", "new") == 0
    said = capsys.readouterr().out
    assert "of the generator's weights kept, the rest start anew\n" in said
    _, trainer = started("large", old, settings={"data": {"size": "16"}}, out="other")
    before, fresh = tensors(old)["generator"], cg.plan("large", settings={"data": {"size": "16"}})
    kept = [k for k, v in trainer.generator.state_dict().items() if k in before and v.shape == before[k].shape]
    assert kept and all(torch.equal(trainer.generator.state_dict()[key], before[key]) for key in kept)
    assert fresh.recipe.data.size == (16, 16) and cg.Pipeline.from_pretrained("new").shape.space == (16, 16)


def test_from_a_pipeline_alone(old: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("bare").mkdir()
    for name in ("config.json", "model.safetensors"):
        shutil.copy(f"old/{name}", "bare")
    folders(Path("more"), (*OLD, "dog"))
    assert run("train", "more", "--from", "bare", *SMALL, "--out", "new") == 0
    said = capsys.readouterr().out
    assert "recipe: house-few (resnet" in said and "the discriminator starts anew: a pipeline has none\n" in said
    made, trainer = started("more", "bare", out="other")
    assert made.recipe.architecture == cg.plan(resume=old).recipe.architecture
    average, fresh = tensors(old)["ema"], Trainer(made.recipe, made.dataset, accelerator("cpu", "fp32"))
    for module in (trainer.generator, trainer.ema.module):
        assert all(torch.equal(module.state_dict()[key], value) for key, value in average.items())
    assert all(map(torch.equal, trainer.discriminator.parameters(), fresh.discriminator.parameters()))


def test_from_the_hub(old: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "_download", lambda name, _: {"someone/digits": Path("old")}[name])
    for name in ("someone/digits", "hf:someone/digits"):
        made = cg.plan("data", parent=name, out="new")
        assert made.parent is not None and made.parent.name == name


def test_parents_over_two_generations(old: str) -> None:
    folders(Path("more"), (*OLD, "dog"))
    assert run("train", "more", "--from", old, "--out", "child") == 0
    assert run("train", "data", "--from", "child", "--out", "grandchild") == 0
    child, grandchild = (
        json.loads((Path(each) / "config.json").read_text())["trained"]["parents"] for each in ("child", "grandchild")
    )
    assert [(each["name"], each["images"], each["data"]) for each in grandchild] == [
        ("child", 24, "more"),
        ("old", 24, "data"),
    ]
    assert grandchild[1:] == child and len(child[0]["hash"]) == 16
    card = "Its training started from `child` (24 images of more), which started from `old` (24 images of data).\n"
    assert card in Path("grandchild/README.md").read_text() and "started" not in Path("old/README.md").read_text()
    assert run("train", "--resume", "grandchild", "--images", 48, "--out", "fork") == 0
    assert json.loads(Path("fork/config.json").read_text())["trained"]["parents"] == grandchild


def test_the_same_command_goes_on_to_the_bit_and_without_the_parent(old: str) -> None:
    folders(Path("more"), (*OLD, "dog"))
    words = {
        "parent": old,
        "device": "cpu",
        "settings": {"training": {"images": 64, "batch": 4, "snapshots": 4, "checkpoint_images": 8}},
    }
    list(cg.train("more", out="whole", **words))
    stopped = cg.train("more", out="parts", **words)
    next(stopped)
    stopped.close()
    shutil.rmtree(old)
    list(cg.train("more", out="parts", **words))
    assert state(Path("parts")) == state(Path("whole")) and metrics(Path("parts")) == metrics(Path("whole"))
    assert cg.Pipeline.from_pretrained("parts").trained == cg.Pipeline.from_pretrained("whole").trained
    with pytest.raises(SettingsError, match="neither a folder nor on the Hub"):
        cg.plan("more", parent=old, out="third")


def test_the_default_folder_and_a_preset_go_on_too(old: str) -> None:
    folders(Path("more"), (*OLD, "dog"))
    words = ["train", "more", "--from", old, "--preset", "house-few", *TINY, *SMALL]
    assert run(*words) == 0
    shutil.rmtree(old)
    assert run(*words[:-6], "--training.batch", 4, "--training.snapshots", 1, "--images", 48) == 0
    assert json.loads(Path("runs/more/config.json").read_text())["trained"]["images"] == 48


def test_the_best_is_taken_and_a_damaged_one_is_passed_over(old: str, caplog: pytest.LogCaptureFixture) -> None:
    newest = latest(Path(old))
    other = Path(old, "checkpoints", "step-1")
    shutil.copytree(newest, other)
    files = store.load(newest, (checkpoint.TENSORS, checkpoint.COUNTERS))
    counters = json.loads(files[checkpoint.COUNTERS])
    store.save(
        Path(old, "checkpoints"), "step-1", files | {checkpoint.COUNTERS: json.dumps(counters | {"images": 7}).encode()}
    )
    Path(old, "checkpoints", "latest").write_text(newest.name)
    Path(old, "checkpoints", "best").write_text("step-1")
    assert cg.plan("data", parent=old, out="new").parent.parents[0].images == 7
    (other / checkpoint.TENSORS).write_bytes(b"damaged")
    assert cg.plan("data", parent=old, out="new").parent.parents[0].images == 24
    assert "taking another one" in caplog.text
    (newest / checkpoint.TENSORS).write_bytes(b"damaged")
    with pytest.raises(CheckpointError, match="damaged checkpoint"):
        cg.plan("data", parent=old, out="new")


def test_refusals_and_what_they_advise(old: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each is one line; what it says to do works."""
    folders(Path("more"), (*OLD, "dog"))
    base = ["more", "--from", old, "--out", "new"]
    said = refused(capsys, *base, "--resume", old)
    assert "two generators to start from" in said and "leave out --resume" in said
    said = refused(capsys, *base[:-1], old)
    assert "written over its parent; old; choose another --out" in said
    assert "written over its parent" in refused(capsys, *base[:-1], "./new/../old")
    said = refused(capsys, *base, "--preset", "cgan-mlp")
    assert "none of the generator's weights fit: they are of resnet, not mlp; old; leave out --preset" in said
    said = refused(capsys, *base, "--architecture.channels", 64)
    assert "this resnet has other widths" in said
    said = refused(capsys, *base, "--condition", "none", "--objective.auxiliary", 0)
    assert "is steered by label, not by no condition; setting condition.label; leave out the condition" in said
    assert not Path("new").exists()
    assert run("train", *base) == 0
    Path("x").mkdir()
    assert "no pipeline; x" in refused(capsys, "more", "--from", "x", "--out", "y")
    shutil.copytree("new", "newer")
    said = refused(capsys, "more", "--from", "newer", "--out", "new")
    assert "did not start from newer, but from old; new; choose another --out, or give --from old" in said
    assert run("train", "more", "--from", "newer", "--out", "newest") == 0 and run("train", *base) == 0
    assert "did not start from new, but anew" in refused(capsys, "data", "--from", "new", "--out", old)


def test_other_classes_are_not_taken_for_those_of_the_run(old: str, capsys: pytest.CaptureFixture[str]) -> None:
    """As many classes of other names: by position they would be mixed up (F15)."""
    shutil.copytree("data", "renamed")
    Path("renamed/ant").rename("renamed/eel")
    folder = Path("data")
    shutil.move(folder, "kept")
    shutil.copytree("renamed", "data")
    words = [*SMALL, *TINY]
    error = "the data have other classes than the run: new: eel; not there: ant; old; to train its generator further"
    assert error in refused(capsys, "data", *words, "--out", old)
    assert error in refused(capsys, "data", *words, "--out", "fork", "--resume", latest(Path(old)))
    assert error in refused(capsys, "data", "--recipe", "old/recipe.toml", "--resume", old, "--out", "fork")
    named = ["--condition.label.names", "ant,bee,cat"]
    assert error in refused(capsys, "data", *words, *named, "--out", "fork", "--resume", old)
    assert not Path("fork").exists()
    named[1] = "bee,cat,eel"
    assert error in refused(capsys, "data", *words, *named, "--out", "fork", "--resume", old)
    assert run("train", "data", *words, "--from", old, "--out", "fork") == 0


@pytest.mark.parametrize("named", [False, True])
def test_the_same_classes_in_another_order_are_mapped_by_name(named: bool, old: str, tmp_path: Path) -> None:
    files = {name: sorted(Path("data", name).iterdir()) for name in ("cat", "ant", "bee")}
    images = np.stack([np.array(Image.open(file)) for each in files.values() for file in each])
    np.savez("data.npz", images=images, labels=np.repeat([0, 1, 2], 4), names=list(files))
    settings: dict[str, object] = {
        "architecture": {"channels": 8, "least_channels": 8, "features": 8},
        "training": {"batch": 4, "snapshots": 1},
    }
    if named:
        settings["condition"] = {"label": {"names": "cat,ant,bee"}}
    words = {"settings": settings, "images": 48}
    made = cg.plan("data.npz", resume=old, out="fork", **words)
    assert made.recipe.condition.parts["label"].names == OLD
    targets = made.recipe.condition.targets(made.dataset.schema, made.dataset.whole)["label.id"]
    assert targets.tolist() == [2] * 4 + [0] * 4 + [1] * 4
    (snapshot,) = cg.train("data.npz", resume=old, out="fork", device="cpu", **words)
    assert snapshot.progress.images == 48
    (_,) = cg.train("data.npz", resume=old, out="fork", device="cpu", **words | {"images": 96})  # its own, by now
    assert cg.plan("data.npz", out="fork", **words).recipe.condition == made.recipe.condition


ARCHITECTURES = [
    MLP(generator_widths=(8, 8), discriminator_widths=(8, 8)),
    Maxout(generator_widths=(8, 8, 8), discriminator_widths=(8, 8, 8)),
    DCGAN(channels=8, most_channels=8, spectral_norm=True),
    ResNet(channels=8, least_channels=8, features=8, discriminator_injection=("projection", "features")),
]


@pytest.mark.parametrize("architecture", ARCHITECTURES, ids=lambda each: each.kind)
def test_of_every_architecture_all_weights_fit_other_classes(architecture: Architecture, old: str) -> None:
    recipe = cg.plan(resume=old).recipe
    small = recipe.model_copy(update={"architecture": architecture, "objective": cg.losses.Objective()})
    list(cg.train(small, out="parent", device="cpu"))
    folders(Path("more"), (*OLD, "dog"))
    made, trainer = started("more", "parent", out="new")
    assert len(made.taken_over) == 1
    for name, module in trainer.players.items():
        before = tensors("parent")[name]
        bodies = {key: value for key, value in module.state_dict().items() if key.startswith("body.")}
        assert all(torch.equal(value, before[key]) for key, value in bodies.items())


def test_proxies_keep_their_head(old: str) -> None:
    recipe = cg.plan(resume=old).recipe
    architecture = ResNet(channels=8, least_channels=8, features=8, discriminator_injection=("projection", "proxy"))
    list(cg.train(recipe.model_copy(update={"architecture": architecture}), out="parent", device="cpu"))
    folders(Path("more"), ("dog", *OLD))
    _, trainer = started("more", "parent", out="new")
    key = "body.head.auxiliary.weight"
    assert torch.equal(trainer.discriminator.state_dict()[key], tensors("parent")["discriminator"][key])


def test_rows_of_several_tasks() -> None:
    one, two = (Label(column=name, names=("x", "y", "z")[:size]) for name, size in (("one", 2), ("two", 3)))
    more = Label(column="two", names=("z", "new", "x", "y"))
    (first,), (second,), (third,) = (list(each.tasks().values()) for each in (one, two, more))
    found = with_head({"body.auxiliary.weight": torch.arange(5.0)[:, None]}, [[first, second]], [[first, third]])
    assert found["body.auxiliary.weight"][:, 0].tolist() == [0, 1, 4, 3, 2, 3]


def test_learned_vectors_go_by_name_too() -> None:
    before, after = (
        Condition(label=Label(names=names, encoding="embedding", width=width))
        for names, width in ((("b", "a"), 4), (("a", "b", "c"), 7))
    )
    table = torch.randn(2, 4)
    found = continued(after, before)
    assert found.embedder().widths == before.embedder().widths
    rows = inherit(found, before, {"parts.label.table.weight": table})["parts.label.table.weight"]
    assert torch.equal(rows[:2], table[[1, 0]])
    spread = table.std(0, correction=0)
    assert ((rows[2] - table.mean(0)).abs() < 4 * spread).all() and not torch.equal(rows[2], table.mean(0))


def test_names_are_the_same_in_another_case_or_form_where_that_is_no_choice() -> None:
    assert matched(("B", "a"), ("a", "b")) == [1, 0]
    assert matched(("a", "A"), ("a",)) == [0, None]  # the capital is another class
    assert matched(("A", "b"), ("a", "b")) == [0, 1]
    assert matched(("ﬁ", "x"), ("FI", "fi")) == [None, None]
    assert matched(("e\u0301",), ("é",)) == [0]


def test_pictures_go_on_where_they_are_of_the_same_kind(beach: Path, to_photo: Path, tmp_path: Path) -> None:
    made, trainer = started(beach, str(to_photo), out=tmp_path / "new")
    assert made.taken_over == (f"from {to_photo}: the condition is the same",)
    before = tensors(to_photo)["generator"]
    assert all(torch.equal(value, before[key]) for key, value in trainer.generator.state_dict().items())


def test_pictures_of_another_kind_are_refused() -> None:
    layout, picture = (PARTS[kind].example() for kind in ("layout", "picture"))
    maps, photos = layout.part.complete(layout.schema), picture.part.complete(picture.schema)
    for part, parent, message in (
        (maps, maps.with_(names=("sand", "sky", "grass")), "label maps of other classes: sand, sky, grass"),
        (maps, maps.with_(boundaries=True), "label maps with ids of instances"),
        (photos, photos.with_(channels=1), "pictures of 1 channels, these have 3; .*data.input_channels to 1"),
        (photos, photos.with_(palette=maps.palette), "pictures of other classes or colours"),
    ):
        with pytest.raises(SettingsError, match=message):
            continued(Condition(it=part), Condition(it=parent))
        with pytest.raises(SettingsError, match="other pictures or values; condition.it"):
            as_before(Condition(it=part), Condition(it=parent))


@pytest.mark.parametrize("parents", ["x", {"a": 1}, [1], [{"name": "x"}], [{"name": "a\nb", "hash": "0" * 16}]])
def test_parents_that_are_none(parents: object, old: str) -> None:
    config = json.loads(Path("old/config.json").read_text())
    config["trained"]["parents"] = parents
    Path("old/config.json").write_text(json.dumps(config))
    with pytest.raises(SettingsError, match="damaged pipeline"):
        cg.Pipeline.from_pretrained("old")


@pytest.mark.parametrize(("field", "value"), [("images", "many"), ("images", -1), ("data", 3), ("data", ["x"])])
def test_a_pipeline_that_lies(field: str, value: object, old: str) -> None:
    config = json.loads(Path("old/config.json").read_text())
    config["trained"][field] = value
    Path("old/config.json").write_text(json.dumps(config))
    shutil.rmtree("old/checkpoints")
    with pytest.raises(CondganError, match="damaged pipeline"):
        cg.plan("data", parent="old", out="new")


def test_weights_of_other_networks(old: str) -> None:
    """A run whose recipe tells of other classes than its checkpoint, and one with NaN."""
    files = store.load(latest(Path(old)), (checkpoint.TENSORS, checkpoint.COUNTERS))
    found = {f"{name}/{key}": value for name, each in tensors(old).items() for key, value in each.items()}
    key = "generator/body.stem.dense.weight"
    for change in ({key: found[key] * torch.nan}, {"ema/embedder.parts.label.table.weight": torch.zeros(3, 3)}):
        store.save(Path(old, "checkpoints"), latest(Path(old)).name, files | {checkpoint.TENSORS: save(found | change)})
        with pytest.raises(CheckpointError, match="damaged weights, or of other networks"):
            cg.plan("data", parent=old, out="new")
