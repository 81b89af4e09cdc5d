"""Programs of other languages make the images of ``condgan sample`` from an exported generator."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from jaxtyping import UInt8

import condgan as cg
from condgan.pipeline import Pipeline
from condgan.training.trainer import build
from tests.clips import folder
from tests.networks.small import SMALL

EXAMPLES = Path(__file__).parents[1] / "examples"
LATENTS = EXAMPLES.parent / "condgan" / "exports" / "page" / "latents.mjs"
PYTHON = (sys.executable, str(EXAMPLES / "sample.py"))
MOST_SEED = 2**53 - 1
"""The last seed that a number of JavaScript holds."""


class Exported(NamedTuple):
    """A generator, and the model that was made of it."""

    pipeline: Pipeline
    model: Path


def exported(data: Path, model: Path, preset: str | None, settings: dict[str, Any]) -> Exported:
    """Of small networks that nothing was learned by."""
    torch.manual_seed(0)
    made = cg.plan(data, preset=preset, settings=settings)
    generator, _ = build(made.recipe, made.dataset.shape)
    palette = made.dataset.schema.target.palette
    pipe = Pipeline(made.recipe.condition, made.recipe.architecture, made.dataset.shape, generator, palette=palette)
    cg.export(pipe, model)
    return Exported(pipe, model)


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """Of a class that has a name and a number, both of which may be left out."""
    home = tmp_path_factory.mktemp("images")
    pixels = np.random.default_rng(0).integers(0, 256, (12, 12, 12, 3), np.uint8)
    names = np.array(["cat", "dog", "red fox"])[np.arange(12) % 3]
    np.savez(home / "a.npz", images=pixels, labels=names, age=np.linspace(1, 60, 12))
    settings = {"condition": {"label": {"dropout": 0.1}, "attributes": {}}, "architecture": SMALL["resnet"].plain()}
    return exported(home / "a.npz", home / "x.onnx", None, settings)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    home = tmp_path_factory.mktemp("clips")
    return exported(folder(home / "data", each=2), home / "x.onnx", "video", {"architecture": {"channels": 8}})


@pytest.fixture(scope="module")
def photos(beach: Path, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """From label maps."""
    settings = {"architecture": {"channels": 16, "patch_channels": 8}}
    return exported(beach, tmp_path_factory.mktemp("photos") / "x.onnx", "spade", settings)


def test_python_makes_the_same_images(images: Exported, tmp_path: Path) -> None:
    same_images(PYTHON, images, tmp_path, last=2**63 - 1)


def test_python_makes_the_same_clips(clips: Exported, tmp_path: Path) -> None:
    same_clips(PYTHON, clips, tmp_path)


@pytest.mark.long
def test_python_makes_the_same_images_of_pictures(photos: Exported, tmp_path: Path) -> None:
    layout = np.random.default_rng(0).integers(0, 3, photos.pipeline.shape.size, np.uint8)
    np.save(tmp_path / "a.npy", layout)
    (name,) = [field.name for field in photos.pipeline.condition.form()]
    found = sampled(PYTHON, photos.model, tmp_path / "a.ppm", 7, **{name: str(tmp_path / "a.npy")})
    assert_same(found, photos.pipeline(where={name: [layout]}, seeds=[7]).images[0])


def test_python_is_short() -> None:
    assert len((EXAMPLES / "sample.py").read_text().splitlines()) < 40


def test_python_says_what_is_wrong(images: Exported, tmp_path: Path) -> None:
    says_what_is_wrong(PYTHON, images, tmp_path)


@pytest.fixture(scope="module")
def javascript(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """The example in JavaScript, with the packages that it needs."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    root = tmp_path_factory.mktemp("javascript")
    home = root / EXAMPLES.name
    for file in (*EXAMPLES.glob("*.mjs"), EXAMPLES / "package.json", LATENTS):
        place = root / file.relative_to(EXAMPLES.parent)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, place)
    words = ["npm", "install", "--no-audit", "--no-fund", "--fetch-retries=0"]
    done = subprocess.run(words, cwd=home, capture_output=True, text=True, timeout=300)
    if done.returncode:
        pytest.skip(f"npm cannot install onnxruntime-web: {done.stderr.strip()[-200:]}")
    return "node", str(home / "sample.mjs")


@pytest.mark.long
def test_javascript_makes_the_same(
    javascript: tuple[str, ...], images: Exported, clips: Exported, tmp_path: Path
) -> None:
    same_images(javascript, images, tmp_path)
    same_clips(javascript, clips, tmp_path)
    says_what_is_wrong(javascript, images, tmp_path)


@pytest.fixture(scope="module")
def cpp(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """The example in C++, with the library of onnxruntime's Python package."""
    import onnxruntime

    home = tmp_path_factory.mktemp("cpp")
    libraries = [*Path(onnxruntime.__file__).parent.glob("capi/libonnxruntime.so.*")]
    if shutil.which("g++") is None or not libraries:
        pytest.skip("no g++, or no library of onnxruntime for it")
    for name in ("libonnxruntime.so", "libonnxruntime.so.1"):
        (home / name).symlink_to(libraries[0])
    headers = ["-isystem", "/usr/include/onnxruntime"]
    command = ["g++", "-std=c++17", "-Wall", "-Wextra", "-Werror", *headers, str(EXAMPLES / "sample.cpp")]
    if subprocess.run([*command, "-M"], capture_output=True).returncode:
        pytest.skip("no headers: apt-get install libonnxruntime-dev nlohmann-json3-dev, or set CPLUS_INCLUDE_PATH")
    out = [f"-L{home}", "-lonnxruntime", f"-Wl,-rpath,{home}", "-o", str(home / "sample")]
    done = subprocess.run([*command, *out], capture_output=True, text=True)
    assert not done.returncode, done.stderr
    return (str(home / "sample"),)


@pytest.mark.long
def test_cpp_makes_the_same(cpp: tuple[str, ...], images: Exported, clips: Exported, tmp_path: Path) -> None:
    same_images(cpp, images, tmp_path, last=2**63 - 1)
    same_clips(cpp, clips, tmp_path)
    says_what_is_wrong(cpp, images, tmp_path)


def same_images(program: Sequence[str], made: Exported, home: Path, last: int = MOST_SEED) -> None:
    """By names, by numbers, and of what is left out."""
    several = []
    for seed, asked, label, age in [
        (7, {"label": "red fox", "age": "30"}, "red fox", 30),
        (2**32 + 5, {"label": "1"}, "dog", None),
        (last, {"age": "59.5"}, None, 59.5),
        (7, {}, None, None),
    ]:
        several.append(sampled(program, made.model, home / "a.ppm", seed, **asked))
        samples = made.pipeline(where={"label": [label], "age": [age]}, seeds=[seed], free=True)
        assert_same(several[-1], samples.images[0])
    assert all((one != other).mean() > 0.1 for one, other in pairwise(several))


def same_clips(program: Sequence[str], made: Exported, home: Path) -> None:
    """Frame beside frame."""
    found = sampled(program, made.model, home / "a.ppm", 3, label="right")
    assert_same(found, np.hstack([*made.pipeline("right", seeds=[3]).images[0]]))


def says_what_is_wrong(program: Sequence[str], made: Exported, home: Path) -> None:
    """In one line."""
    for words, message in [
        (["--seed", "1", "label=3"], "label cannot be 3; give"),
        (["--seed", "1", "age=old"], "age cannot be old; give a number"),
        (["--seed", "1", "colour=red"], "the model takes no colour; it takes"),
        ([], "model.onnx out.ppm --seed 7 label=cat age=30"),
    ]:
        done = subprocess.run([*program, made.model, home / "a.ppm", *words], capture_output=True, text=True)
        assert done.returncode and message in done.stderr and done.stderr.count("\n") == 1, done.stderr


def sampled(program: Sequence[str], model: Path, out: Path, seed: int, **asked: str) -> UInt8[np.ndarray, "h w c"]:
    """The picture that a program writes."""
    values = [f"{name}={value}" for name, value in asked.items()]
    subprocess.run([*program, model, out, "--seed", str(seed), *values], check=True, timeout=60)
    head, levels = out.read_bytes().split(b"\n", 1)
    kind, width, height, most = head.split()
    assert kind in (b"P5", b"P6") and most == b"255"
    return np.frombuffer(levels, np.uint8).reshape(int(height), int(width), -1)


def assert_same(found: UInt8[np.ndarray, "h w c"], expected: UInt8[np.ndarray, "h w c"]) -> None:
    """But for what two processors round differently."""
    assert found.shape == expected.shape
    assert np.abs(found.astype(int) - expected).max() <= 1 and (found == expected).mean() > 0.999
