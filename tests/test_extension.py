"""The price of a new kind of anything: one file and one line each, and the whole of condgan works with it."""

import json
from pathlib import Path

import numpy as np
import pytest

import condgan as cg
from condgan.cli import main
from condgan.conditions import Condition
from condgan.core.errors import SettingsError
from condgan.evaluation.report import Report
from condgan.toml import read_recipe
from tests import extension
from tests.conftest import ROOT

WORDS = ["--condition.level.kind", "level", "--condition.label", "none", "--architecture.kind", "tiny"]
FAST = ["--preset", "cgan-mlp", "--training.batch", "16", "--images", "6400", "--training.snapshots", "2"]
RATE = ["--optimizer.lr", "0.02", "--optimizer.betas", "0,0.99", "--architecture.latent", "2"]
LOSS = ["--objective.loss", "relativistic", "--objective.r1", "1", "--objective.auxiliary", "5"]


def run(*words: object) -> None:
    with pytest.raises(SystemExit) as exit:
        main([str(word) for word in words])
    assert not exit.value.code


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with all four, by the command line."""
    out = tmp_path_factory.mktemp("extension") / "run"
    run("train", "toy:128", *WORDS, *FAST, *RATE, *LOSS, "--objective.smooth", "0.1", "--out", out)
    return out


def test_it_trains_and_the_recipe_says_with_what(trained: Path) -> None:
    recipe = read_recipe(trained / "recipe.toml")
    assert recipe.condition == Condition(level={"kind": "level", "column": "level"})
    assert isinstance(recipe.architecture, extension.Tiny) and isinstance(recipe.data, extension.Toy)
    assert recipe.objective.weight("smooth") == 0.1
    lines = [json.loads(line) for line in (trained / "metrics.jsonl").read_text().splitlines()]
    assert {"smooth", "auxiliary_generator", "controllability"} <= {name for line in lines for name in line}


def test_it_is_sampled_by_the_names_of_its_form(trained: Path, tmp_path: Path) -> None:
    run("sample", trained, "--level", "0.1", "--level", "0.9", "--n", "20", "--out", tmp_path / "x.npz")
    with np.load(tmp_path / "x.npz") as arrays:
        dark, bright = (arrays["images"][index::2].mean() for index in (0, 1))
    assert bright > dark + 60
    run("sample", trained, "--where", "level=0.5", "--out", tmp_path / "x.png")
    run("sample", trained, "--level", "0.5", "--out", f"{tmp_path}/folder/")
    row = json.loads((tmp_path / "folder" / "metadata.jsonl").read_text().splitlines()[0])
    assert float(row["level"]) == 0.5


def test_it_is_saved_and_loaded_and_refuses_in_words(trained: Path, tmp_path: Path) -> None:
    pipe = cg.Pipeline.from_pretrained(trained)
    pipe.save_pretrained(tmp_path / "copy")
    again = cg.Pipeline.from_pretrained(tmp_path / "copy")
    np.testing.assert_array_equal(again(level=0.3, n=3).images, pipe(level=[0.3], n=3).images)
    assert "`level`: how bright, 0 to 1" in (tmp_path / "copy" / "README.md").read_text()
    with pytest.raises(SettingsError, match="out of the range of the training"):
        pipe(level=3)
    with pytest.raises(SettingsError, match="takes no label"):
        pipe(label="a")


def test_it_is_reported(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONDGAN_CACHE", str(tmp_path / "cache"))
    run("evaluate", trained, "toy:128", "--n", "200", "--repeats", "2", "--quick", "--out", tmp_path / "report")
    report = Report.model_validate_json((tmp_path / "report" / "report.json").read_bytes())
    level = report.controllability["level"]
    assert 0.5 < level.score.value <= 1 and level.real.value > 0.8
    assert "level" in (tmp_path / "report" / "index.html").read_text()


@pytest.mark.parametrize("name", ["PART", "SOURCE", "TERM", "ARCHITECTURE"])
def test_the_docs_show_this_code(name: str) -> None:
    source = Path(extension.__file__).read_text()
    code = source.split(f"# region {name}\n")[1].split("# endregion")[0].strip()
    assert f"```python\n{code}\n```" in (ROOT / "docs" / "architecture.md").read_text()


def test_a_kind_is_taken_once() -> None:
    class Other(extension.Level):
        """Another of the same kind."""

    with pytest.raises(ValueError, match="kind 'level' is taken by tests.extension:Level"):
        extension.PARTS.register(Other)
    assert extension.PARTS.register(extension.Level) is extension.Level
