"""What the tests share: shapes checked as the code runs, real data where there are any, and small data made here."""

import os
from pathlib import Path

import numpy as np
import pytest
from jaxtyping import install_import_hook
from PIL import Image

CHECKED = ("core.batch", "core.seeds", "conditions", "networks", "losses", "gallery", "training.step", "training.ema")
install_import_hook([f"condgan.{module}" for module in CHECKED], "beartype.beartype")

import torch  # noqa: E402

torch.set_num_threads(2)


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
