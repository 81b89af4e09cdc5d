"""The command line as people type it: whole runs on small data, and every wrong word answered in one line."""

import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from condgan import Pipeline
from condgan.cli import main
from condgan.cli.sample import parse_seeds
from condgan.presets import PRESETS
from tests.conftest import make_birds

SMALL = ("--architecture.channels", "8")
TINY = [*SMALL, "--training.batch", "4", "--training.snapshots", "1"]


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as exit:
        main([str(word) for word in words])
    captured = capsys.readouterr()
    return int(exit.value.code or 0), captured.out, captured.err


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run's folder, next to the birds that it was trained on."""
    folder = tmp_path_factory.mktemp("cli")
    birds = make_birds(folder / "birds")
    with pytest.raises(SystemExit) as exit:
        main([str(word) for word in ("train", birds, "--images", 24, "--out", folder / "run", *TINY)])
    assert exit.value.code == 0
    return folder / "run"


def test_train_says_what_it_picked_and_what_it_made(birds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = birds.parent / "run"
    status, printed, _ = run(capsys, "train", birds, "--images", 24, "--out", out, *TINY)
    assert status == 0
    assert "12 images of 10×12, 3 channels, 2 classes" in printed and "house-few" in printed
    assert "--label robin --n 16" in printed
    recipe = tomllib.loads((out / "recipe.toml").read_text())
    assert recipe["condition"]["parts"]["label"]["names"] == ["robin", "wren"] and recipe["data"]["size"] == [12, 10]
    status, printed, _ = run(capsys, "train", birds, "--images", 24, "--out", out, *TINY)
    assert status == 0 and "already" in printed


def test_sample_in_every_form(trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path
    for out in ("x.png", "x.npz", "x.parquet", "x/"):
        assert run(capsys, "sample", trained, "--label", "wren", "--seeds", "3-6", "--out", f"{folder}/{out}")[0] == 0
    with np.load(folder / "x.npz") as arrays:
        assert (
            arrays["label"].tolist() == [1] * 4
            and arrays["label_names"].tolist() == ["robin", "wren"]
            and arrays["seeds"].tolist() == [3, 4, 5, 6]
        )
        expected = Pipeline.from_pretrained(trained)("wren", seeds=range(3, 7)).images
        np.testing.assert_array_equal(arrays["images"], expected)
    assert len(list((folder / "x").glob("*.png"))) == 4


def test_order_of_precedence(birds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Flags, recipe file, preset, what the data say."""
    file = birds.parent / "mine.toml"
    file.write_text(
        '[training]\nimages = 8\nbatch = 4\nsnapshots = 1\n[data]\nchannels = 1\nkind = "folder"\npath = "?"\n'
    )
    out = birds.parent / "run"
    words = ["train", birds, "--preset", "acgan", "--recipe", file, "--training.snapshots", 2, "--out", out]
    assert run(capsys, *words, "--architecture.channels=8", "--seed", 5)[0] == 0
    recipe = tomllib.loads((out / "recipe.toml").read_text())
    assert recipe["training"]["snapshots"] == 2 and recipe["seed"] == 5
    assert recipe["training"]["batch"] == 4
    assert recipe["architecture"] | {"kind": "dcgan", "channels": 8} == recipe["architecture"]
    assert recipe["data"] | {"path": str(birds), "size": [12, 10], "channels": 1} == recipe["data"]
    again = birds.parent / "again"
    assert run(capsys, "train", "--recipe", out / "recipe.toml", "--out", again)[0] == 0
    assert (again / "recipe.toml").read_text() == (out / "recipe.toml").read_text()
    assert (again / "model.safetensors").read_bytes() == (out / "model.safetensors").read_bytes()


@pytest.mark.parametrize("name", PRESETS)
def test_a_printed_preset_is_taken_back_unchanged(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from condgan.toml import read_recipe

    status, printed, _ = run(capsys, "presets", name)
    (tmp_path / "p.toml").write_text(printed)
    assert status == 0 and read_recipe(tmp_path / "p.toml") == PRESETS[name]()


def test_presets_are_listed_with_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    lines = run(capsys, "presets")[1].splitlines()
    assert [line.split()[0] for line in lines] == list(PRESETS)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["train"], "no data; DATA; name a data set or a path"),
        (["train", "fashon-mnist"], "no data set or path 'fashon-mnist'; DATA; did you mean 'fashion-mnist'?"),
        (["train", "digits", "--preset", "hose"], "no preset 'hose'; --preset; did you mean 'house'?"),
        (["train", "digits", "--recipe", "none.toml"], "no such recipe file; none.toml"),
        (
            ["train", "digits", "--training.bacth", "3"],
            "unknown setting; setting training.bacth; did you mean 'batch'?",
        ),
        (
            ["train", "digits", "--trainig.batch", "3"],
            "unknown setting; setting trainig; did you mean 'training'?",
        ),
        (["train", "digits", "--images", "-3"], "input should be greater than 0, not -3; setting training.images"),
        (["train", "digits", "--images", "many"], 'Invalid value for --images: unable to convert "many" into int.'),
        (["train", "digits", "--device", "abacus", "--out", "OUT/x"], "unknown device 'abacus'; --device"),
        (["train", "digits", "--imagse", "3"], "unknown option; --imagse; did you mean '--images'?"),
        (["train", "digits", "--batch=32"], "unknown option; --batch; did you mean '--training.batch'?"),
        (
            ["train", "digits", "--training.optimizer.lr", "3"],
            "unknown setting; setting training.optimizer; known: 'images', ",
        ),
        (["train", "digits", "--training.batch"], "no value for --training.batch; command line; write"),
        (["train", "digits", "--condition", "lable"], "no kind 'lable'; setting condition.lable.kind; did you mean"),
        (["train", "digits", "--condition.label.widht", "3"], "unknown setting; setting condition.label.widht; did"),
        (["train", "digits", "--condition", "picture"], "the pictures would be ignored"),
        (["sample", "RUN", "--lable", "wren"], "this generator takes no lable; lable 'wren'; did you mean 'label'?"),
        (["sample", "RUN", "--where", "wren"], "no value in 'wren'; where; write NAME=VALUE, NAME=VALUE"),
        (["train", "digits", "--data.label", "x"], "unknown setting; setting data.label"),
        (
            ["train", "digits", "--optimizer.betas", "1,1"],
            "input should be less than 1, not '1'; setting optimizer.betas.0",
        ),
        (["train", "digits", "--images", "3", "--minutes", "1"], "two budgets; images and minutes"),
        (["train", "digits", "--until", "done"], "input should be 'budget' or 'plateau'"),
        (
            ["train", "digits", "--preset", "acgan", "--remedy"],
            "preset acgan does not fail on purpose; --remedy; it is for demo-",
        ),
        (["sample", "OUT/none"], "no pipeline"),
        (["sample", "RUN", "--label", "ren"], "no class 'ren'; classes: robin, wren; did you mean 'wren'?"),
        (["sample", "RUN", "--seeds", "9-3"], "no seeds in '9-3'; --seeds; write A-B"),
        (["sample", "RUN", "--seeds", "1-2", "--n", "5"], "5 images but 2 seeds"),
        (["sample", "RUN", "--out", "OUT/x.tiff"], "cannot save samples as .tiff"),
        (["presets", "huose"], "no preset 'huose'; --preset; did you mean 'house'?"),
        (["trian"], 'Unknown command "trian". Did you mean "train"?'),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_wrong_words(words: list[str], message: str, trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = trained.parent
    before = sorted(folder.rglob("*"))
    words = [word.replace("OUT", str(folder)).replace("RUN", str(trained)) for word in words]
    status, _, error = run(capsys, *words)
    assert status in (2, 3) and error.startswith(f"error[{'settings' if status == 2 else 'data'}]: {message}")
    assert error.count("\n") == 1 and sorted(folder.rglob("*")) == before


def test_another_recipe_in_the_same_folder(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, _, error = run(
        capsys, "train", trained.parent / "birds", "--images", 24, "--out", trained, *TINY, "--seed", 3
    )
    assert status == 2
    assert error.startswith(
        f"error[settings]: a run of another recipe: seed was 0, now 3; {trained}; choose another --out"
    )


def test_debug_shows_the_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        main(["train", "--debug"])
    error = capsys.readouterr().err
    assert exit.value.code == 2 and error.startswith("Traceback") and "\nerror[settings]: no data;" in error


def test_seeds() -> None:
    assert parse_seeds("3-5") == range(3, 6) and parse_seeds("7") == range(7, 8)


def test_help_imports_nothing_heavy() -> None:
    """What makes it answer at once; the time itself is the benchmarks' business."""
    code = (
        "import sys\nfrom condgan.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "assert not {'torch', 'numpy', 'pydantic', 'PIL', 'pyarrow'} & set(sys.modules), sorted(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert all(verb in done.stdout for verb in ("train", "sample", "presets", "--install-completion"))


def test_it_runs_as_a_module(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "condgan", "train", str(tmp_path / "x")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 3 and done.stderr.startswith("error[data]: no data set or path")
