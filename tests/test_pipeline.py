"""The pipeline: one image for a seed and a label, whatever the company; and a folder that outlives the run."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from condgan import Pipeline, SettingsError
from condgan.conditions import Label, Unconditional
from condgan.core.batch import Shape
from condgan.networks import DCGAN, MLP, ResNet
from condgan.networks.base import Architecture, Conditioned

ARCHITECTURES = [MLP(norm="batch"), DCGAN(channels=8), ResNet(channels=16)]


def pipeline(
    architecture: Architecture = ARCHITECTURES[2], condition: object = None, shape: Shape = Shape(1, (12, 10))
) -> Pipeline:
    torch.manual_seed(0)
    condition = condition or Label(names=("Ankle boot", "Bag", "Coat"))
    embedder = condition.embedder()
    return Pipeline(
        condition, architecture, shape, Conditioned(architecture.generator(shape, embedder.widths), embedder)
    )


@pytest.mark.parametrize("architecture", ARCHITECTURES, ids=lambda spec: spec.kind)
def test_a_seed_and_a_label_give_one_image_in_any_batch(architecture: Architecture) -> None:
    pipe = pipeline(architecture, shape=Shape(3, (28, 28)))
    together = pipe(n=9, seeds=[5, 6, 7] * 3).images.astype(int)
    for index, (label, seed) in enumerate(zip([0, 1, 2] * 3, [5, 6, 7] * 3, strict=True)):
        alone = pipe(label, seeds=[seed]).images[0].astype(int)
        assert np.abs(together[index] - alone).max() <= 1
    split = pipe(n=9, seeds=[5, 6, 7] * 3, batch=2).images.astype(int)
    assert np.abs(together - split).max() <= 1


def test_labels_in_turn_and_by_name() -> None:
    pipe = pipeline()
    drawn = pipe(["coat", "Bag"], n=5)
    assert drawn.labels.tolist() == [2, 1, 2, 1, 2] and drawn.seeds.tolist() == [0, 1, 2, 3, 4]
    assert [drawn.name(index) for index in range(2)] == ["Coat", "Bag"]
    assert pipe(n=6).labels.tolist() == [0, 1, 2] * 2
    assert len(pipe().images) == 30 and len(pipe("Bag").images) == 1 and len(pipe("Bag", seeds=range(4)).images) == 4
    assert drawn.images.shape == (5, 12, 10, 1) and drawn.images.dtype == np.uint8


def test_what_cannot_be_drawn() -> None:
    pipe = pipeline()
    with pytest.raises(SettingsError, match="no class 'Boot'; classes: Ankle boot, Bag, Coat"):
        pipe("Boot")
    with pytest.raises(SettingsError, match="5 images but 2 seeds"):
        pipe(n=5, seeds=[1, 2])
    with pytest.raises(SettingsError, match="0 images"):
        pipe(n=0)
    with pytest.raises(SettingsError, match="no labels"):
        pipe([])
    with pytest.raises(SettingsError, match="seed out of range"):
        pipe(seeds=[-1])


@pytest.mark.parametrize("architecture", ARCHITECTURES, ids=lambda spec: spec.kind)
@pytest.mark.parametrize(
    "condition", [Label(names=("a", "b/c"), encoding="embedding", width=3), Unconditional()], ids=lambda c: c.kind
)
def test_the_folder_gives_the_same_pipeline_back(architecture: Architecture, condition: object, tmp_path: Path) -> None:
    pipe = pipeline(architecture, condition)
    pipe.trained = {"images": 7, "data": "birds"}
    pipe.save_pretrained(tmp_path)
    again = Pipeline.from_pretrained(tmp_path)
    np.testing.assert_array_equal(again(n=4).images, pipe(n=4).images)
    assert (again.condition, again.architecture, again.shape) == (condition, architecture, pipe.shape)
    assert {file.name for file in tmp_path.iterdir()} == {"config.json", "model.safetensors", "README.md"}
    card = (tmp_path / "README.md").read_text()
    assert "birds" in card and all(name in card for name in getattr(condition, "names", ()))


def test_the_cards_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline().save_pretrained(tmp_path)
    code = (tmp_path / "README.md").read_text().split("```python\n")[1].split("```")[0]
    monkeypatch.chdir(tmp_path)
    exec(code.replace("PATH OR OWNER/NAME", str(tmp_path)))
    assert (tmp_path / "samples.png").exists()


def test_a_plain_gan_takes_no_label() -> None:
    pipe = pipeline(condition=Unconditional())
    assert pipe(n=3).names == () and pipe.sheet().width > 0
    with pytest.raises(SettingsError, match="takes no label"):
        pipe("Bag")


def test_the_sheet_has_a_column_for_each_class() -> None:
    assert pipeline().sheet().width == 3 * (10 * 5 + 2) + 2


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
