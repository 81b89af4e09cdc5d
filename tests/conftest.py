"""What the tests share: shapes checked as the code runs, real data where there are any, and small data made here."""

import importlib
import os
import pkgutil
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that wait leave the cores to other work

import numpy as np
import pytest
from jaxtyping import install_import_hook
from PIL import Image

import tests.shapes  # noqa: F401 (before the hook needs it)

install_import_hook("condgan", "tests.shapes.checked")  # over the whole package, before any of it is imported

import condgan

# What is imported later may be compiled while another thread, or a finalizer of the garbage collector, compiles too,
# and then CPython 3.11 ends the import with "AST constructor recursion depth mismatch" (python/cpython#106905).
for module in pkgutil.walk_packages(condgan.__path__, "condgan."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)

import torch

from tests.commands import SMALL, UNET, run
from tests.hub import FakeHub, asked
from tests.pairs import make_pairs

torch.set_num_threads(1 if "PYTEST_XDIST_WORKER" in os.environ else 2)
ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def real() -> Path:
    """The folder of real data."""
    folder = Path(os.environ.get("CONDGAN_DATA") or Path(__file__).parents[2] / "shared" / "data").resolve()
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; set CONDGAN_DATA")
    return folder


@pytest.fixture(autouse=True)
def no_data_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests name the data root where they want one."""
    monkeypatch.delenv("CONDGAN_DATA", raising=False)


def picture(seed: int, size: tuple[int, int] = (12, 10), mode: str = "RGB") -> Image.Image:
    """A picture of noise, ``size`` being height and width."""
    channels = {"L": (), "RGB": (3,), "RGBA": (4,)}[mode]
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (*size, *channels), np.uint8))


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[FakeHub]:
    """A Hub of this process, for one who may write there."""
    with asked(tmp_path / "hub-cache") as found:
        yield found


@pytest.fixture
def birds(tmp_path: Path) -> Path:
    """A folder per class: six wrens and six robins, 12×10, colour."""
    return make_birds(tmp_path / "birds")


def make_birds(folder: Path) -> Path:
    """Write the birds below a folder."""
    for label, name in enumerate(("robin", "wren")):
        (folder / name).mkdir(parents=True)
        for index in range(6):
            picture(10 * label + index).save(folder / name / f"{index}.png")
    return folder


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Evaluation networks that are hardly trained, in a cache of their own."""
    from condgan.evaluation import tasks

    monkeypatch.setenv("CONDGAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(tasks, "LEAST_STEPS", 20)
    monkeypatch.setattr(tasks, "MOST_STEPS", 20)
    monkeypatch.setattr(tasks, "SEGMENTER_STEPS", 150)


@pytest.fixture(scope="session")
def beach(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pairs of label maps and photos: twelve to train on, six for the test."""
    home = make_pairs(tmp_path_factory.mktemp("data") / "beach", count=12)
    return make_pairs(home, "test", 6, first=50)


@pytest.fixture(scope="session")
def to_photo(beach: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that makes photos from label maps."""
    out = tmp_path_factory.mktemp("runs") / "spade"
    small = ["--architecture.channels", 16, "--architecture.least-channels", 8]
    assert run("train", beach, "--preset", "spade", "--out", out, *SMALL, *small) == 0
    return out


@pytest.fixture(scope="session")
def to_layout(beach: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that makes label maps from photos."""
    out = tmp_path_factory.mktemp("runs") / "back"
    assert run("train", beach, "--preset", "pix2pix", "--data.input", "photo", "--out", out, *UNET) == 0
    return out
