"""What several tests of training use: the engine, and an uninterrupted run to compare with."""

import time

import numpy as np
import pytest

from condgan.toml import write_toml
from condgan.training.engine import accelerator
from tests.children import finish, start
from tests.training.runs import RECIPE, Reference, metrics, state


@pytest.fixture(scope="module")
def engine() -> object:
    return accelerator("cpu", "fp32")


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    home = tmp_path_factory.mktemp("reference")
    labels = np.arange(64) % 2
    pixels = np.random.default_rng(0).integers(0, 40, (64, 8, 8)) + 200 * labels[:, None, None]
    np.savez(home / "tones.npz", images=pixels.astype(np.uint8), labels=labels, names=["dark", "light"])
    text = write_toml(RECIPE)
    (home / "recipe.toml").write_text(text[: text.index("[data]")] + text[text.index("[augment]") :])
    words = ["train", str(home / "tones.npz"), "--recipe", str(home / "recipe.toml"), "--device", "cpu", "--out"]
    began = time.monotonic()
    assert finish(start([*words, str(home / "run")], home / "log")) == 0, (home / "log").read_text()
    seconds = time.monotonic() - began
    (home / "count").mkdir()
    counted = start([*words, str(home / "count" / "run")], home / "counted", at=10**9, fault="", folder=home / "count")
    assert finish(counted) == 0
    operations = int((home / "counted.count").read_text())
    assert operations > 100
    return Reference(words, state(home / "run"), metrics(home / "run"), seconds, operations)
