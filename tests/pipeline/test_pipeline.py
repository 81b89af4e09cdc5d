"""The pipeline: one image for a seed and its values, whatever else is asked for; and a folder that outlives the run."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from condgan import Pipeline, SettingsError
from condgan.conditions import Condition, Label
from condgan.core.batch import Shape
from condgan.core.form import FormField
from condgan.networks import DCGAN, MLP, ResNet
from condgan.networks.base import Architecture, Conditioned
from condgan.pipeline.sheets import layout_of

LABELLED = Condition(label=Label(names=("Ankle boot", "Bag", "Coat")))
EMBEDDED = Condition(label=Label(names=("a", "b/c"), encoding="embedding", width=3))
ARCHITECTURES = [MLP(norm="batch"), DCGAN(channels=8), ResNet(channels=16)]


def pipeline(
    architecture: Architecture = ARCHITECTURES[2], condition: Condition = LABELLED, shape: Shape = Shape(1, (12, 10))
) -> Pipeline:
    torch.manual_seed(0)
    embedder = condition.embedder()
    return Pipeline(
        condition, architecture, shape, Conditioned(architecture.generator(shape, embedder.widths), embedder)
    )


@pytest.mark.parametrize("architecture", ARCHITECTURES, ids=lambda spec: spec.kind)
@pytest.mark.parametrize("shape", [Shape(3, (28, 28)), Shape(1, (12, 10)), Shape(3, (90, 70))], ids=str)
def test_a_seed_and_a_label_give_one_image_whatever_else_is_asked_for(architecture: Architecture, shape: Shape) -> None:
    """To the byte: every chunk has the same size, and is filled up where fewer are asked for."""
    pipe = pipeline(architecture, shape=shape)
    together = pipe(n=41, seeds=[5, 6, 7, 8, 9] * 8 + [3]).images
    for index in (0, 1, 7, 30, 31, 32, 40):
        seed = ([5, 6, 7, 8, 9] * 8 + [3])[index]
        alone = pipe(index % 3, seeds=[seed]).images[0]
        np.testing.assert_array_equal(together[index], alone)
    part = pipe(where={"label": [index % 3 for index in range(10, 21)]}, seeds=([5, 6, 7, 8, 9] * 8)[10:21]).images
    np.testing.assert_array_equal(part, together[10:21])


@pytest.mark.parametrize("architecture", ARCHITECTURES, ids=lambda spec: spec.kind)
def test_embed_and_render_are_the_call_in_two_steps(architecture: Architecture) -> None:
    """The seam for interpolation: mixed, embedded conditions are rendered too."""
    pipe = pipeline(architecture, EMBEDDED)
    rows = [{"label": index % 2} for index in range(37)]
    cond = pipe.embed(rows)
    np.testing.assert_array_equal(pipe.render(pipe.noise(range(37)), cond), pipe(n=37).images)
    between = cond._replace(vector=cond.vector.lerp(cond.vector.roll(1, 0), 0.5))
    assert (pipe.render(pipe.noise(range(37)), between) != pipe(n=37).images).any()


def test_labels_in_turn_and_by_name() -> None:
    pipe = pipeline()
    found = pipe(["coat", "Bag"], n=5)
    assert found.columns == {"label": ["Coat", "Bag", "Coat", "Bag", "Coat"]} and found.seeds.tolist() == [
        0,
        1,
        2,
        3,
        4,
    ]
    assert found.choices == {"label": ("Ankle boot", "Bag", "Coat")}
    assert pipe(n=6).columns["label"] == ["Ankle boot", "Bag", "Coat"] * 2
    for same in (pipe(label=["coat", "Bag"], n=5), pipe(where={"label": [2, 1]}, n=5)):
        np.testing.assert_array_equal(same.images, found.images)
    assert len(pipe().images) == 30 and len(pipe("Bag").images) == 1 and len(pipe("Bag", seeds=range(4)).images) == 4
    assert found.images.shape == (5, 12, 10, 1) and found.images.dtype == np.uint8


def test_what_cannot_be_generated() -> None:
    pipe = pipeline()
    with pytest.raises(SettingsError, match="no class 'Boot'; classes: Ankle boot, Bag, Coat"):
        pipe("Boot")
    with pytest.raises(SettingsError, match="5 images but 2 seeds"):
        pipe(n=5, seeds=[1, 2])
    with pytest.raises(SettingsError, match="0 images"):
        pipe(n=0)
    with pytest.raises(SettingsError, match="no label; label; give at least one value"):
        pipe([])
    with pytest.raises(SettingsError, match="seed out of range"):
        pipe(seeds=[-1])


@pytest.mark.parametrize("architecture", ARCHITECTURES, ids=lambda spec: spec.kind)
@pytest.mark.parametrize("condition", [EMBEDDED, Condition()], ids=["label", "none"])
def test_the_folder_gives_the_same_pipeline_back(
    architecture: Architecture, condition: Condition, tmp_path: Path
) -> None:
    pipe = pipeline(architecture, condition)
    pipe.trained = {"images": 7, "data": "birds"}
    pipe.save_pretrained(tmp_path)
    again = Pipeline.from_pretrained(tmp_path)
    np.testing.assert_array_equal(again(n=4).images, pipe(n=4).images)
    assert (again.condition, again.architecture, again.shape) == (condition, architecture, pipe.shape)
    assert {file.name for file in tmp_path.iterdir()} == {"config.json", "model.safetensors", "README.md"}
    card = (tmp_path / "README.md").read_text()
    assert "birds" in card and all(name in card for field in condition.form() for name in field.choices)


def test_the_cards_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline().save_pretrained(tmp_path)
    code = (tmp_path / "README.md").read_text().split("```python\n")[1].split("```")[0]
    monkeypatch.chdir(tmp_path)
    exec(code.replace("PATH OR OWNER/NAME", str(tmp_path)))
    assert (tmp_path / "samples.png").exists()


def test_a_plain_gan_takes_no_label() -> None:
    pipe = pipeline(condition=Condition())
    assert pipe(n=3).choices == {} and pipe.sheet().width > 0
    for ask in (lambda: pipe("Bag"), lambda: pipe(label="Bag")):
        with pytest.raises(SettingsError, match="takes no label"):
            ask()


def test_what_may_be_left_out_is_left_out_by_none() -> None:
    pipe = pipeline(
        condition=LABELLED.model_copy(update={"parts": {"label": LABELLED.parts["label"].with_(dropout=0.2)}})
    )
    without, each = pipe(label=None, n=3, seeds=[4] * 3), pipe(n=3, seeds=[4] * 3)
    assert without.columns["label"] == [""] * 3 and each.columns["label"] == ["Ankle boot", "Bag", "Coat"]
    assert (without.images[0] == without.images[2]).all() and (each.images[0] != each.images[2]).any()
    with pytest.raises(SettingsError, match="no label; item 0"):
        pipeline()(label=None)


def test_loading_a_pipeline_imports_no_source_of_data(tmp_path: Path) -> None:
    pipeline().save_pretrained(tmp_path)
    code = (
        "import sys, condgan\n"
        f"condgan.Pipeline.from_pretrained({str(tmp_path)!r})(n=2)\n"
        "there = {name.removeprefix('condgan.') for name in sys.modules if name.startswith('condgan.')}\n"
        "wrong = there & {f'data.{each}' for each in ('arrays', 'folder', 'hub', 'named', 'pairs', 'table', 'idx')}\n"
        "assert not wrong and 'pyarrow' not in sys.modules and 'recipe' not in there, (wrong, there)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_sheet_has_a_column_for_each_class() -> None:
    assert pipeline().sheet().width == 3 * (10 * 5 + 2) + 2


def test_a_sheet_of_many_values_has_several_rows_of_each_seed() -> None:
    made = layout_of([FormField("label", "choice", choices=tuple(map(str, range(70))))], None, None, 160, {})
    assert made is not None and [len(row) for row in made.cells] == [24, 24, 22] * 2
    assert [each["label"] for row in made.cells[:3] for each in row] == [*map(str, range(70))]
    assert [{*row} for row in made.seeds] == [{0}] * 3 + [{1}] * 3


def test_damaged_pipelines(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no pipeline.*config\.json"):
        Pipeline.from_pretrained(tmp_path)
    pipeline().save_pretrained(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    for damage in ({"architecture": {"kind": "sparse"}}, {"shape": {}}, {"condition": None}):
        (tmp_path / "config.json").write_text(json.dumps(config | damage))
        with pytest.raises(SettingsError, match="damaged pipeline"):
            Pipeline.from_pretrained(tmp_path)
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(SettingsError, match="cannot read pipeline"):
        Pipeline.from_pretrained(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps(config))
    for content in (b"", b"\xff" * 64):
        (tmp_path / "model.safetensors").write_bytes(content)
        with pytest.raises(SettingsError, match="damaged pipeline"):
            Pipeline.from_pretrained(tmp_path)
    save_file({"other": torch.zeros(1)}, tmp_path / "model.safetensors")
    with pytest.raises(SettingsError, match="damaged pipeline"):
        Pipeline.from_pretrained(tmp_path)
