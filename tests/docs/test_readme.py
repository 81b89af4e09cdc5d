"""What the README and the pages promise: their code runs, their commands are commands, their links lead somewhere."""

import json
import re
import shlex
import shutil
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import condgan as cg
from condgan.cli import main
from condgan.conditions import Condition, Instance, Vector
from condgan.core import errors
from condgan.core.batch import Shape
from condgan.losses import LOSSES
from condgan.networks import MLP
from condgan.networks.base import ARCHITECTURES, Conditioned
from condgan.networks.encoder import Encoder
from condgan.networks.extractor import of_encoder
from condgan.presets import PRESETS
from condgan.recipe import Recipe, merge
from condgan.toml import read_recipe
from tests.clips import clip, saved
from tests.conftest import ROOT, make_birds
from tests.faces import make_faces
from tests.hub import FakeHub
from tests.pairs import make_pairs

README = (ROOT / "README.md").read_text()
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [page for page in DOCS if page.name != "architecture.md"]
WITH_CODE = [page for page in PAGES if "```python" in page.read_text()]
TINY = ["--images", "128", "--training.snapshots", "1", "--architecture.channels", "8"]
SLIM = ["--architecture.channels", "16", "--architecture.patch-channels", "8"]
SMALLER = {"300_000": "128", "10_000": "100", "2_000": "100"}
"""Numbers in the pages' code, and what they are in the tests."""


def blocks(page: str, language: str = "") -> list[str]:
    """The blocks of a page in one language, or its plain ones."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)


def commands(page: str, word: str) -> list[list[str]]:
    """The words of the commands in the first plain block that has a word in it, without ``condgan``."""
    block = next(block for block in blocks(page) if word in block)
    return [shlex.split(line, comments=True)[1:] for line in block.splitlines()]


def execute(code: str, names: dict[str, Any]) -> None:
    for number, smaller in SMALLER.items():
        code = code.replace(number, smaller)
    exec(code, names)


def succeed(words: list[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        main(words)
    assert exit.value.code == 0, words


@pytest.fixture(autouse=True)
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: None) -> None:
    """Work in an empty folder, with evaluation networks that are hardly trained."""
    monkeypatch.chdir(tmp_path)


def test_python(tmp_path: Path) -> None:
    (code,) = blocks(README, "python")
    assert len([line for line in code.splitlines() if line]) == 5
    execute(code, {})
    assert (tmp_path / "three-and-eight.png").exists() and (tmp_path / "runs" / "digits" / "config.json").exists()


def test_commands(tmp_path: Path) -> None:
    found = commands(README, "condgan train")
    assert [words[0] for words in found] == ["train", "sample", "sample", "evaluate", "compare", "doctor", "presets"]
    few = ["--n", "100", "--repeats", "2", "--quick"]
    more = {"train": TINY, "doctor": TINY, "evaluate": few, "compare": [*few, "--seeds", "0", *TINY[2:]]}
    for words in found:
        succeed([*("64" if word == "50000" else word for word in words), *more.get(words[0], [])])
    assert (tmp_path / "samples.png").exists() and (tmp_path / "set.npz").exists()


def test_commands_on_attributes(tmp_path: Path) -> None:
    make_faces(tmp_path / "faces.csv")
    for words in commands(README, "faces.csv"):
        succeed([*words, *(TINY if words[0] == "train" else [])])
    with Image.open("samples.png") as sheet:
        assert sheet.width == 8 * (60 + 2) + 2


@pytest.mark.parametrize("page", ["README.md", "docs/text.md"])
def test_commands_on_text(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from condgan.evaluation import image_text as judge

    monkeypatch.setattr(judge, "LEAST_STEPS", 20)
    monkeypatch.setattr(judge, "MOST_STEPS", 20)
    make_captioned(Path("emoji"))
    for way in ("walk_front", "walk_left"):
        for start in range(8):
            saved(clip("down", start), Path("sprites", way, f"{start}.webp"))
    Path("captions.txt").write_text("a red heart\n\ntwo blue hearts\n")
    for words in commands((ROOT / page).read_text(), "train emoji"):
        text = ["--condition.text.start", "random"] if "text" in words else []
        small = {"train": [*TINY, *text], "evaluate": ["--n", "100", "--repeats", "2"]}
        succeed([*words, *small.get(words[0], [])])
    (grid,) = [each for each in (Path("hearts.png"), Path("samples.png")) if each.exists()]
    with Image.open(grid) as sheet:
        assert sheet.width == 8 * (16 * 4 + 2) + 2  # a column for each seed
    assert page == "README.md" or len([*Path("folder").glob("*.png")]) == 40


def make_captioned(folder: Path) -> None:
    """Drawings of one colour, with captions."""
    folder.mkdir()
    things = ["a red heart", "woman running", "two blue hearts", "a green star", "man walking"]
    rows = []
    for index in range(400):
        text = things[index % len(things)]
        colour = [200 - 30 * (index % 5), 40 * (index % 5), 7 * (index % 9)]
        Image.fromarray(np.full((16, 16, 3), colour, np.uint8)).save(folder / f"{index}.png")
        rows.append(json.dumps({"file_name": f"{index}.png", "text": text}))
    (folder / "metadata.jsonl").write_text("\n".join(rows))


def test_commands_on_pictures() -> None:
    make_pairs(make_pairs(Path("streets")), "test", 4, first=50)
    make_birds(Path("photos"))
    shutil.copytree("streets/test/label", "layouts")
    found = commands(README, "condgan translate")
    assert [words[0] for words in found] == ["train", "train", "train", "translate", "evaluate"]
    more = {"train": ["--images", "16", "--training.snapshots", "1", *SLIM], "evaluate": ["--repeats", "2"]}
    for words in found:
        succeed([*("12x18" if word == "60x80" else word for word in words), *more.get(words[0], [])])
    assert {each.name for each in Path("made").iterdir()} == {f"{seed}.png" for seed in range(50, 54)}


def test_names_in_the_tables() -> None:
    for name in [*LOSSES, *PRESETS, *ARCHITECTURES.builtin]:
        assert f"`{name}`" in README, name
    failures = errors.CondganError.__subclasses__()
    assert [error.status for error in failures] == list(range(2, 9))
    for error in failures:
        assert f"| {error.status} | `{error.code}`" in README


@pytest.mark.parametrize("page", [ROOT / "README.md", *DOCS], ids=lambda page: page.name)
def test_rows_stand_in_their_tables(page: Path) -> None:
    """What begins after an empty line with a bar is the head of a table."""
    for block in page.read_text().split("\n\n"):
        first, *rest = block.split("\n")
        if first.startswith("|"):
            assert rest and re.fullmatch(r"[|\- :]+", rest[0]), f"{page.name}: {first}"


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 150


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS], ids=lambda page: page.name)
def test_pictures_and_pages_are_there(page: Path) -> None:
    for target in re.findall(r"\]\((?!http)(.*?)\)", page.read_text()):
        path, _, heading = target.partition("#")
        found = page.parent / path if path else page
        assert found.is_file(), path
        headings = (
            [line.lstrip("# ") for line in found.read_text().splitlines() if line.startswith("#")] if heading else []
        )
        assert not heading or heading in [each.lower().replace(" ", "-") for each in headings], target


def test_the_demo_of_a_failure_mode(tmp_path: Path) -> None:
    for words in commands((ROOT / "docs" / "failure-modes.md").read_text(), "condgan train"):
        succeed([*words, "--images", "64", "--training.snapshots", "1"])
    failing, mended = (read_recipe(tmp_path / "runs" / run / "recipe.toml") for run in ("digits", "remedy"))
    encodings = [recipe.condition.plain()["parts"]["label"]["encoding"] for recipe in (failing, mended)]
    assert encodings == ["embedding", "one-hot"]


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose label may be left out."""
    out = tmp_path_factory.mktemp("docs") / "digits"
    succeed(["train", "digits", *TINY, "--condition.label.dropout", "0.1", "--out", str(out)])
    return out


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run by attributes."""
    home = tmp_path_factory.mktemp("faces")
    make_faces(home / "faces.csv")
    succeed(["train", str(home / "faces.csv"), "--condition", "attributes", *TINY, "--out", str(home / "run")])
    return home / "run"


def make_steered() -> None:
    """Generators that have learned nothing, of a vector and of an image to be like, and what they are given."""
    shape, encoder = Shape(3, (8, 8)), of_encoder(Encoder(Shape(3, (8, 8)), 4))
    parts = {
        "vectors": Condition(embedding=Vector(mean=(0.0,) * 3, scale=(1.0,) * 3)),
        "photos": Condition(instance=Instance(mean=(0.0,) * 4, scale=(1.0,) * 4)),
    }
    for name, condition in parts.items():
        architecture, embedder = MLP(generator_widths=(8,)), condition.embedder()
        generator = Conditioned(architecture.generator(shape, embedder.widths), embedder)
        pipe = cg.Pipeline(condition, architecture, shape, generator, extractor=encoder if name == "photos" else None)
        pipe.save_pretrained(Path("runs") / name)
    np.save("queries.npy", np.zeros((2, 3)))
    for picture in ("photo.jpg", "one.png", "other.png"):
        Image.new("RGB", (9, 12)).save(picture)


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: page.name)
def test_python_of_the_pages(page: Path, digits: Path, to_photo: Path, faces: Path, hub: FakeHub) -> None:
    """Each page's blocks, one after another; they use the runs that the README's commands leave."""
    found = blocks(page.read_text(), "python")
    shutil.copytree(digits, "runs/digits")
    shutil.copytree(to_photo, "runs/streets")
    shutil.copytree(faces, "runs/faces")
    make_pairs(Path("streets"), "test", 4, first=50)
    shutil.copytree("streets/test/label", "layouts")
    make_steered()
    names: dict[str, Any] = {}
    for code in found:
        execute(code, names)
    assert found, "a block that the pattern does not find"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_toml_of_the_pages(page: Path) -> None:
    """Each block is part of a recipe, which comes back as it was."""
    for text in blocks(page.read_text(), "toml"):
        recipe = Recipe.parse(merge(Recipe().plain(), tomllib.loads(text)))
        assert Recipe.parse(recipe.plain()) == recipe


def without_minutes(words: list[str]) -> list[str]:
    """A command that trains for no time, where its data are there."""
    at = words.index("--minutes") if "--minutes" in words else len(words)
    return words[:at] + words[at + 2 :]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_of_the_pages(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Their options and settings are known: each stops at what is missing here, a budget or a pipeline."""
    for line in [line for block in blocks(page.read_text()) for line in block.splitlines()]:
        if not line.startswith("condgan "):
            continue
        words = shlex.split(line, comments=True)[1:]
        if words[0] != "train":
            Path(words[1]).mkdir(parents=True, exist_ok=True)
        if "--from" in words:
            Path(words[words.index("--from") + 1]).mkdir(parents=True, exist_ok=True)
        with pytest.raises(SystemExit):
            main([*without_minutes(words), *(["--images", "0"] if words[0] == "train" else [])])
        said = capsys.readouterr().err
        reasons = "setting training.images" if words[0] == "train" else "no pipeline"
        alike = ["no data set or path", *(["no pipeline"] if "--from" in words else [])]
        assert any(each in said for each in (reasons, *alike)), (line, said)
