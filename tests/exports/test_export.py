"""Generators that run without condgan make the same images."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

import condgan as cg
from condgan.core.errors import SettingsError
from condgan.exports.onnx import METADATA, session
from condgan.exports.parity import Parity, compared, require_parity
from condgan.exports.program import inputs, ports_of
from condgan.exports.pt2 import FACTS
from condgan.pipeline import Pipeline
from condgan.training.trainer import build
from tests.clips import folder
from tests.commands import run
from tests.networks.small import SMALL

LABELS = {"condition": "label,attributes", "data": {"fields": {"age": "number", "things": "set"}}}


def long(name: str) -> Any:
    """For the long suite: each export takes seconds."""
    return pytest.param(name, marks=pytest.mark.long)


def pipeline(data: Path, preset: str | None, settings: dict[str, Any]) -> Pipeline:
    """Of small networks that nothing was learned by."""
    torch.manual_seed(0)
    made = cg.plan(data, preset=preset, settings=settings)
    generator, _ = build(made.recipe, made.dataset.shape)
    palette = made.dataset.schema.target.palette
    return Pipeline(made.recipe.condition, made.recipe.architecture, made.dataset.shape, generator, palette=palette)


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Images with a class and a field."""
    file = tmp_path_factory.mktemp("data") / "a.npz"
    pixels = np.random.default_rng(0).integers(0, 256, (12, 12, 12, 3), np.uint8)
    things = np.array(["hat", "hat|glasses", "none", "glasses"] * 3)
    np.savez(file, images=pixels, labels=np.arange(12) % 3, age=np.linspace(1, 60, 12), things=things)
    return file


@pytest.mark.parametrize("name", ["resnet", *(long(name) for name in ("mlp", "maxout", "dcgan", "projected"))])
def test_images_by_labels_and_attributes(name: str, labelled: Path) -> None:
    same(pipeline(labelled, None, {**LABELS, "architecture": SMALL[name].plain()}))


@pytest.mark.parametrize("preset", ["pix2pix", long("spade")])
def test_images_from_pictures(preset: str, beach: Path) -> None:
    """Pix2pix has noise by dropout, which is a part of the latents; spade one of its own normalisations."""
    small = SMALL["unet" if preset == "pix2pix" else "spade"]
    small_settings = {"channels": small.channels, "patch_channels": 8}  # type: ignore[attr-defined]
    same(pipeline(beach, preset, {"architecture": small_settings}))


@pytest.mark.parametrize("preset", ["animate", long("video")])
def test_clips_of_any_length(preset: str, tmp_path: Path) -> None:
    folder(tmp_path, each=2)
    pipe = pipeline(tmp_path, preset, {"architecture": {"channels": 8}})
    content = same(pipe)
    session = onnxruntime.InferenceSession(content)
    given = {name: each.numpy() for name, each in inputs(pipe, 2).items()}
    given["times"] = np.tile(np.arange(9, dtype=np.float32), (2, 1))
    images, _ = session.run(None, given)
    assert images.shape == (2, 9, 12, 12, 3)


def same(pipe: Pipeline) -> bytes:
    """Both formats make the images of the generator; the model as ONNX."""
    from condgan.exports.onnx import onnx_of
    from condgan.exports.pt2 import pt2_of

    content, parity = onnx_of(pipe)
    assert parity.largest <= 1e-5 and parity.equal >= 0.9999 and parity.images == 74
    _, parity = pt2_of(pipe)
    assert parity.largest <= 1e-5 and parity.equal >= 0.9999
    return content


@pytest.fixture(scope="module")
def trained(labelled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run") / "run"
    settings = {**LABELS, "architecture": SMALL["resnet"].plain(), "training": {"snapshots": 1, "batch": 4}}
    for _ in cg.train(labelled, out=out, images=16, settings=settings):
        pass
    return out


def test_the_model_alone_makes_what_sample_does(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """For the same seed and values; it says itself what it takes, and nothing of the machine that made it."""
    assert run("export", trained, "--to", tmp_path / "x.onnx") == 0
    assert "74 samples compared: largest difference" in " ".join(capsys.readouterr().out.split())
    model = onnx.load(tmp_path / "x.onnx")
    said = json.loads(next(each.value for each in model.metadata_props if each.key == METADATA))
    assert {each["name"]: each.get("names") for each in said["inputs"]} == {
        "label": ["0", "1", "2"],
        "age": None,
        "things": ["glasses", "hat"],
    }
    assert said["inputs"][1] | {"low": 1.0, "high": 60.0, "missing": "NaN", "field": "number"} == said["inputs"][1]
    assert str(Path(cg.__file__).parent).encode() not in (tmp_path / "x.onnx").read_bytes()
    pipe = Pipeline.from_pretrained(trained)
    given = {
        "z": pipe.noise([5, 6]).numpy(),
        "label": np.array([2, 0], np.int32),
        "age": np.array([30, np.nan], np.float32),
        "things": np.array([[1, 0], [np.nan, np.nan]], np.float32),
    }
    session = onnxruntime.InferenceSession(tmp_path / "x.onnx")
    (images,) = session.run(["images"], given)
    expected = pipe(
        where={"label": ["2", "0"], "age": [30, None], "things": ["glasses", None]}, seeds=[5, 6], free=True
    ).images
    assert np.abs(images.astype(int) - expected).max() <= 1 and (images == expected).mean() > 0.999


def test_a_program_of_pytorch_says_what_it_takes(trained: Path, tmp_path: Path) -> None:
    found = cg.export(trained, tmp_path / "x.pt2")
    assert found.size == (tmp_path / "x.pt2").stat().st_size
    said = {FACTS: ""}
    program = torch.export.load(io.BytesIO((tmp_path / "x.pt2").read_bytes()), extra_files=said)
    assert json.loads(said[FACTS])["latent"]["width"] == Pipeline.from_pretrained(trained).architecture.noise
    given = inputs(Pipeline.from_pretrained(trained), 3)
    images, values = program.module()(given.pop("z"), given)
    assert images.shape == (3, 12, 12, 3) and values.shape == (3, 3, 12, 12)


def test_other_images_are_an_error(trained: Path) -> None:
    pipe = Pipeline.from_pretrained(trained)
    assert [port.name for port in ports_of(pipe)] == ["label", "age", "things"]

    def wrong(given: Any) -> dict[str, np.ndarray]:
        n = len(given["z"])
        return {"images": np.zeros((n, 12, 12, 3), np.uint8), "values": np.full((n, 3, 12, 12), np.nan, np.float32)}

    parity = compared(pipe, wrong, (2,))
    assert parity.largest == float("inf") and parity.equal < 0.5
    with pytest.raises(SettingsError, match="makes other images; 2 samples compared"):
        require_parity(parity)
    require_parity(Parity(1e-6, 0.99999, 74))


@pytest.mark.parametrize(("to", "message"), [("x.pkl", "cannot export to x.pkl"), ("x", "cannot export to x;")])
def test_what_is_refused(to: str, message: str, trained: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=message):
        cg.export(trained, tmp_path / to)


def test_a_missing_package_is_named(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "onnxscript", None)
    with pytest.raises(SettingsError, match="onnxscript is not installed.*pip install 'condgan\\[onnx\\]'"):
        cg.export(trained, tmp_path / "x.onnx")
    assert not (tmp_path / "x.onnx").exists()


def test_weights_of_eight_bits(trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A smaller file, whose images are alike; how much is told, and so it is in the file."""
    whole = cg.export(trained, tmp_path / "x.onnx")
    assert run("export", trained, "--to", tmp_path / "y.onnx", "--quantize", "int8") == 0
    said = " ".join(capsys.readouterr().out.split())
    small = (tmp_path / "y.onnx").read_bytes()
    found = compared(Pipeline.from_pretrained(trained), session(small))
    assert len(small) < 0.6 * whole.size and 30 < found.psnr < 80 and whole.parity.psnr > 80
    assert f"PSNR {found.psnr:.1f} dB" in said
    assert str(found) in [each.value for each in onnx.load(tmp_path / "y.onnx").metadata_props]
    with pytest.raises(SettingsError, match="weights of 8 bits are for .onnx and .html"):
        cg.export(trained, tmp_path / "x.pt2", quantize="int8")
    with pytest.raises(SettingsError, match="no such numbers: int4"):
        cg.export(trained, tmp_path / "x.onnx", quantize="int4")  # type: ignore[arg-type]


def test_a_field_of_a_taken_name_is_told(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (12, 8, 8), np.uint8)
    np.savez(tmp_path / "a.npz", images=pixels, labels=np.arange(12) % 3, z=np.linspace(1, 60, 12))
    pipe = pipeline(tmp_path / "a.npz", None, {"condition": "label,attributes", "architecture": SMALL["mlp"].plain()})
    with pytest.raises(SettingsError, match="a field is called z, as something else is"):
        cg.export(pipe, tmp_path / "x.onnx")
