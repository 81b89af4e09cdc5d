"""Words in, pictures out: from captions to samples and a report, as a person does it."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import condgan as cg
from tests.commands import run

COLOURS = {"red": (220, 30, 30), "green": (30, 200, 60), "blue": (40, 60, 220), "white": (240, 240, 240)}
SHAPES = ("square", "bar", "column")
SMALL = ["--training.snapshots", 1, "--architecture.channels", 8, "--architecture.least-channels", 8]
SMALL += ["--architecture.features", 8, "--condition.text.width", 8, "--condition.text.features", 16]


def drawn(colour: str, shape: str, seed: int) -> Image.Image:
    """A coloured thing on grey, a little to one side."""
    pixels = np.full((16, 16, 3), 90, np.uint8)
    shift = seed % 3
    height, width = {"square": (6, 6), "bar": (3, 10), "column": (10, 3)}[shape]
    pixels[3 + shift : 3 + shift + height, 3 + shift : 3 + shift + width] = COLOURS[colour]
    return Image.fromarray(pixels)


@pytest.fixture(scope="module")
def things(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Coloured things with captions of two forms, in two splits."""
    home = tmp_path_factory.mktemp("things")
    for split, count in (("train", 240), ("test", 120)):
        (home / split).mkdir()
        lines = []
        for index in range(count):
            colour, shape = list(COLOURS)[index % 4], SHAPES[index // 4 % 3]
            drawn(colour, shape, index).save(home / split / f"{index}.png")
            text = f"a {colour} {shape}" if index % 2 else f"one {shape} which is {colour} on grey"
            lines.append(json.dumps({"file_name": f"{index}.png", "text": text, "shape": shape}))
        (home / split / "metadata.jsonl").write_text("\n".join(lines))
    return home


@pytest.fixture(scope="module")
def trained(things: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "text"
    assert run("train", things, "--preset", "text", "--images", 640, "--out", out, *SMALL) == 0
    return out


def test_a_row_of_images_for_each_text(trained: Path, tmp_path: Path) -> None:
    texts = ["--text", "a red square", "--text", "a blue bar"]
    assert run("sample", trained, *texts, "--seeds", "0-2", "--out", tmp_path / "grid.png") == 0
    with Image.open(tmp_path / "grid.png") as grid:
        assert grid.width == 3 * (16 * 4 + 2) + 2 and grid.height > 2 * 16 * 4
    assert run("sample", trained, *texts, "--n", 5, "--out", tmp_path / "s.npz") == 0
    with np.load(tmp_path / "s.npz") as arrays:
        assert arrays["text"].tolist() == ["a red square"] * 5 + ["a blue bar"] * 5
        assert arrays["seeds"].tolist() == [*range(5), *range(5)]
    (tmp_path / "texts.txt").write_text("a red square\n\na green column\n")
    samples = cg.sample(trained, texts=tmp_path / "texts.txt")
    assert samples.columns["text"] == ["a red square"] * 4 + ["a green column"] * 4 and samples.across == 4


def test_the_pipeline_takes_text_and_nothing(trained: Path) -> None:
    pipe = cg.Pipeline.from_pretrained(trained)
    assert list(pipe("a red square", seeds=[1, 2, 3]).columns["text"]) == ["a red square"] * 3
    assert list(pipe(text=["a red bar", "a blue bar"]).columns["text"]) == ["a red bar", "a blue bar"]
    empty, left_out = pipe(text="", seeds=[3]), pipe(text=None, seeds=[3])
    assert empty.columns["text"] == [""] and np.array_equal(empty.images, left_out.images)
    assert not np.array_equal(pipe("a red bar", seeds=[3]).images, empty.images)
    assert set(pipe(n=4).columns["text"]) <= set(pipe.condition.parts["text"].captions)
    card = (trained / "README.md").read_text()
    assert 'pipe(text="' in card and "what the image shows, in words, such as: " in card
    sheet = pipe.sheet()
    assert sheet.width == 8 * (16 * 4 + 2) + 2  # eight seeds of each caption


def test_texts_with_numbers_of_images(trained: Path) -> None:
    with pytest.raises(cg.SettingsError, match="20 images of a text but 3 seeds"):
        cg.sample(trained, text="a red bar", n=20, seeds=[0, 1, 2])
    with pytest.raises(cg.SettingsError, match="0 images of a text"):
        cg.sample(trained, text="a red bar", n=0)
    with pytest.raises(cg.SettingsError, match="7 is no text"):
        cg.sample(trained, text=7)
    with pytest.raises(cg.SettingsError, match="more than half of the memory"):
        cg.sample(trained, text="a red bar", n=10**9)
    with pytest.raises(cg.SettingsError, match="text has no values to show in a row"):
        cg.Pipeline.from_pretrained(trained).sheet(across="text")


def test_encoders_and_frozen_words_need_no_other_setting(things: Path, tmp_path: Path) -> None:
    for change in ({"encoder": "minilm"}, {"frozen": True}):
        settings = {"condition": {"text": change}}
        recipe = cg.presets.get("text").override(settings)
        assert "skip_gram" not in recipe.objective.terms and "matching" in recipe.objective.terms
    made = cg.plan(
        things, preset="text", settings={"condition": {"text": {"start": "skip-gram", "frozen": True, "width": 8}}}
    )
    from condgan.training.engine import accelerator
    from condgan.training.trainer import Trainer

    trainer = Trainer(made.recipe, made.dataset, accelerator("cpu", "fp32"))
    before = [dict(each.state_dict())["embedder.parts.text.table"].clone() for each in trainer.players.values()]
    assert np.array_equal(before[0], before[1])  # both start from what skip-gram learned
    trainer.step()
    for player, table in zip(trainer.players.values(), before, strict=True):
        assert np.array_equal(player.state_dict()["embedder.parts.text.table"], table)


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["--text", "zorp"], 2, "no word of 'zorp' is known"),
        (["--texts", "nowhere.txt"], 3, "cannot read texts"),
        (["--text", "a red bar", "--texts", "x"], 2, "two values for text"),
        (["--label", "x"], 2, "this generator takes no label"),
    ],
)
def test_what_is_refused(
    trained: Path, tmp_path: Path, words: list[str], status: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("sample", trained, *words, "--out", tmp_path / "none.png") == status
    assert message in " ".join(capsys.readouterr().err.split()) and not (tmp_path / "none.png").exists()


def test_texts_for_a_generator_without_text(things: Path, tmp_path: Path) -> None:
    out = tmp_path / "plain"
    small = ["--training.snapshots", 1, "--images", 64, "--preset", "plain"]
    assert run("train", things, *small, "--data.labelled", "false", "--out", out) == 0
    (tmp_path / "t.txt").write_text("a red bar")
    with pytest.raises(cg.SettingsError, match="this generator takes no text"):
        cg.sample(out, texts=tmp_path / "t.txt")


def test_a_run_goes_on_and_is_the_same_as_one_without_a_stop(things: Path, tmp_path: Path) -> None:
    words = ["train", things, "--preset", "text", *SMALL, "--objective.skip-gram", "0.1", "--optimizer.decay", "none"]
    assert run(*words, "--images", 128, "--out", tmp_path / "whole") == 0
    assert run(*words, "--images", 64, "--out", tmp_path / "parts") == 0
    assert run(*words, "--images", 128, "--out", tmp_path / "parts") == 0
    one, other = (
        cg.Pipeline.from_pretrained(tmp_path / name)("a red bar", seeds=[0]).images for name in ("whole", "parts")
    )
    assert np.array_equal(one, other)


def test_text_beside_attributes_and_with_attention(things: Path, tmp_path: Path) -> None:
    more = ["--condition.shape.kind", "label", "--condition.text.tokens", "true"]
    more += ["--architecture.generator-injection", "concat,affine,attend"]
    out = tmp_path / "both"
    assert run("train", things, "--preset", "text", "--images", 64, "--out", out, *SMALL, *more) == 0
    pipe = cg.Pipeline.from_pretrained(out)
    samples = pipe(text="a red bar", shape="bar", n=2)
    assert samples.columns["shape"] == ["bar", "bar"] and samples.columns["text"] == ["a red bar"] * 2
    assert pipe(shape="bar", n=2).columns["text"] == ["", ""]


def test_the_report_says_whether_captions_are_followed(
    trained: Path, things: Path, tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from condgan.evaluation import image_text

    monkeypatch.setattr(image_text, "LEAST_STEPS", 150)
    monkeypatch.setattr(image_text, "MOST_STEPS", 150)
    report = ["--n", 100, "--repeats", 2, "--quick", "--out", tmp_path / "report"]
    assert run("evaluate", trained, things, *report) == 0
    found = json.loads((tmp_path / "report" / "report.json").read_text())["words"]
    assert found["queries"] == 60 and found["candidates"] > 5 and found["unseen"] == 0
    assert found["chance_1"] < 0.2 and found["real_1"]["value"] > 0.8 > found["recall_1"]["value"]  # hardly trained
    assert found["swap"]["captions"] > 30 and found["swap"]["real"]["value"] > 0.8
    assert found["swap"]["unchanged"]["value"] < found["swap"]["real"]["value"]
    assert 0 <= found["swap"]["kept"]["value"] <= 1
    page = (tmp_path / "report" / "index.html").read_text()
    assert "Does it show what its caption says?" in page
