"""The README's promises: its code runs, its commands are commands, its table is that of the errors."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from condgan.cli import main
from condgan.core import errors
from condgan.evaluation import extractor, real_pairs, utility
from condgan.losses import LOSSES
from condgan.networks import __all__ as networks
from condgan.presets import PRESETS
from condgan.recipe import Recipe
from tests.conftest import make_birds
from tests.pairs import make_pairs

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
TINY = ["--images", "128", "--training.snapshots", "2", "--architecture.channels", "8"]


@pytest.fixture(autouse=True)
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Classifiers that are hardly trained, in a cache of their own."""
    monkeypatch.setenv("CONDGAN_CACHE", str(tmp_path / "cache"))
    for module in (extractor, utility):
        monkeypatch.setattr(module, "LEAST_STEPS", 5)
        monkeypatch.setattr(module, "MOST_STEPS", 5)


def test_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len([line for line in code.splitlines() if line]) <= 7
    exec(code.replace("300_000", "128").replace("2_000", "100"))
    assert (tmp_path / "report" / "index.html").exists()
    assert (tmp_path / "three-and-eight.png").exists() and (tmp_path / "runs" / "digits" / "config.json").exists()


def test_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    block = next(block for block in re.findall(r"```\n(.*?)```", README, re.DOTALL) if "condgan train" in block)
    commands = [shlex.split(line, comments=True)[1:] for line in block.splitlines()]
    assert [command[0] for command in commands] == [
        "train",
        "sample",
        "sample",
        "evaluate",
        "compare",
        "doctor",
        "presets",
    ]
    few = ["--n", "100", "--repeats", "2", "--quick"]
    more = {"train": TINY, "doctor": TINY, "evaluate": few, "compare": [*few, "--seeds", "0", *TINY[2:]]}
    for command in commands:
        with pytest.raises(SystemExit) as exit:
            main([*("64" if word == "50000" else word for word in command), *more.get(command[0], [])])
        assert exit.value.code == 0
    assert (tmp_path / "samples.png").exists() and (tmp_path / "set.npz").exists()


def test_commands_on_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(real_pairs, "STEPS", 5)
    make_pairs(make_pairs(Path("streets")), "test", 4, first=50)
    make_birds(Path("photos"))
    Path("streets/test/label").rename("layouts")
    shutil.copytree("layouts", "streets/test/label")
    block = next(block for block in re.findall(r"```\n(.*?)```", README, re.DOTALL) if "condgan translate" in block)
    commands = [shlex.split(line, comments=True)[1:] for line in block.splitlines()]
    assert [command[0] for command in commands] == ["train", "train", "train", "translate", "evaluate"]
    more = {"train": ["--images", "16", "--training.snapshots", "2"], "evaluate": ["--repeats", "2"]}
    for command in commands:
        with pytest.raises(SystemExit) as exit:
            main([*("12x18" if word == "60x80" else word for word in command), *more.get(command[0], [])])
        assert exit.value.code == 0
    assert {each.name for each in Path("made").iterdir()} == {f"{seed}.png" for seed in range(50, 54)}


def test_names_in_the_table() -> None:
    kinds = {name.lower() for name in networks}
    for name in [*LOSSES, *PRESETS, *kinds]:
        assert f"`{name}`" in README, name
    failures = errors.CondganError.__subclasses__()
    assert [error.status for error in failures] == list(range(2, 9))
    for error in failures:
        assert f"| {error.status} | `{error.code}`" in README


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))], ids=lambda page: page.name
)
def test_pictures_and_pages_are_there(page: Path) -> None:
    for path in re.findall(r"\]\((?!http)(.*?)\)", page.read_text()):
        assert (page.parent / path).is_file(), path


def test_the_ward(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (block,) = re.findall(r"```\n(.*?)```", (ROOT / "docs" / "illnesses.md").read_text(), re.DOTALL)
    for line in block.splitlines():
        with pytest.raises(SystemExit) as exit:
            main([*shlex.split(line)[1:], "--images", "64", "--training.snapshots", "1"])
        assert exit.value.code == 0
    ill, cured = (Recipe.read(tmp_path / "runs" / run / "recipe.toml") for run in ("digits", "cured"))
    assert (ill.condition.encoding, cured.condition.encoding) == ("embedding", "one-hot")
