"""Small pairs, and runs on them."""

from pathlib import Path

import pytest

from condgan.evaluation import extractor, real_pairs
from tests.pairs import make_pairs
from tests.pictures.words import SMALL, UNET, run


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CONDGAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(extractor, "LEAST_STEPS", 20)
    monkeypatch.setattr(extractor, "MOST_STEPS", 20)
    monkeypatch.setattr(real_pairs, "STEPS", 150)


@pytest.fixture(scope="module")
def beach(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = make_pairs(tmp_path_factory.mktemp("data") / "beach", count=12)
    return make_pairs(home, "test", 6, first=50)


@pytest.fixture(scope="module")
def to_photo(beach: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that makes photos from layouts."""
    out = tmp_path_factory.mktemp("runs") / "spade"
    small = ["--architecture.channels", 16, "--architecture.least-channels", 8]
    assert run("train", beach, "--preset", "spade", "--out", out, *SMALL, *small) == 0
    return out


@pytest.fixture(scope="module")
def to_layout(beach: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that makes layouts from photos."""
    out = tmp_path_factory.mktemp("runs") / "back"
    assert run("train", beach, "--preset", "pix2pix", "--data.input", "photo", "--out", out, *UNET) == 0
    return out
