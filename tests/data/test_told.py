"""What the command line tells of data, and what a pipeline keeps of how they were read."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import condgan as cg
from condgan.data import find
from condgan.evaluation import Real
from condgan.evaluation.protocol import protocol
from tests.commands import run
from tests.conftest import make_birds, picture

TINY = ["--images", "16", "--training.batch", "8", "--training.snapshots", "1", "--architecture.channels", "8"]


def test_doctor_writes_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    birds = make_birds(tmp_path / "birds")
    picture(0).save(birds / "loose.png")
    (birds / "robin" / "x.svg").write_text("<svg/>")
    assert run("doctor", birds, "--json", "--architecture.channels", 8) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["images"] == 12 and found["shape"] == [3, 12, 10] and found["errors"] == []
    assert found["columns"]["label"]["classes"] == {"robin": 6, "wren": 6}
    assert [note["kind"] for note in found["notes"]] == ["left-out", "outside-classes", "tiny-classes"]
    assert found["training"]["images_per_second"] > 0
    (birds / "robin" / "0.png").write_bytes(b"not an image")
    assert run("doctor", birds, "--json") == 3
    assert json.loads(capsys.readouterr().out)["errors"][0]["do"] == "replace or remove it"


def test_what_cannot_be_read_is_named_and_nothing_is_called_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for index in range(120):
            picture(ord(name) * 1000 + index, (8, 8)).save(tmp_path / name / f"{index}.jpg", quality=95)
    whole = (tmp_path / "a" / "7.jpg").read_bytes()
    (tmp_path / "a" / "7.jpg").write_bytes(whole[: len(whole) // 2])
    assert run("doctor", tmp_path, "--skip-bad", "--architecture.channels", 8) == 0
    said = capsys.readouterr().out
    assert "7.jpg" in said and "nothing odd" not in said


def test_train_tells_the_same_and_stops_for_nothing_of_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    birds = make_birds(tmp_path / "birds")
    (birds / "robin" / "young").mkdir()
    picture(7).save(birds / "robin" / "young" / "0.png")
    assert run("train", birds, "--out", tmp_path / "run", *TINY) == 0
    said = caplog.text
    assert "likely wrong: folders inside class folders, whose images count as the class: robin/young (1)" in said
    assert said.index("likely wrong") < said.index("classes of fewer than 10 images")


def test_a_pipeline_keeps_how_its_data_were_read(tmp_path: Path) -> None:
    deep = np.random.default_rng(0).integers(0, 4096, (12, 10, 10)).astype(np.uint16)
    for index, pixels in enumerate(deep):
        (tmp_path / "data" / "ab"[index % 2]).mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(tmp_path / "data" / "ab"[index % 2] / f"{index}.png")
    assert run("train", tmp_path / "data", "--out", tmp_path / "run", *TINY, "--data.background", "black") == 0
    assert "range = [ 0.0, 4095.0, ]" in " ".join((tmp_path / "run" / "recipe.toml").read_text().split())
    pipe = cg.Pipeline.from_pretrained(tmp_path / "run")
    assert pipe.reading == ((0, 4095), "black", 0.0)
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["reading"] == {"levels": [0, 4095], "background": "black", "rate": 0.0}
    # other images are read alike, though their own range is another
    for file in (tmp_path / "data").rglob("*.png"):
        Image.fromarray(np.asarray(Image.open(file)) // 8).save(file)
    real = Real(find(str(tmp_path / "data")).with_(holdout=0.5), pipe)
    assert real.train.target.max() <= 32


def test_the_validation_split_judges(tmp_path: Path, quick: None, capsys: pytest.CaptureFixture[str]) -> None:
    for split, n in (("train", 40), ("val", 20)):
        for name in ("a", "b"):
            (tmp_path / "data" / split / name).mkdir(parents=True)
            for index in range(n):
                file = tmp_path / "data" / split / name / f"{index}.png"
                picture(1000 * len(split) + 100 * ord(name) + index, (8, 8)).save(file)
    assert run("train", tmp_path / "data", "--out", tmp_path / "run", *TINY) == 0
    pipe = cg.Pipeline.from_pretrained(tmp_path / "run")
    real = Real(find(str(tmp_path / "data")), pipe)
    assert real.split and len(real.test) == 40 and real.unseen_by(pipe)
    assert protocol(pipe, real, 40, 2).reference == "validation"


def test_translate_tells_what_it_leaves_out(
    to_photo: Path, beach: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for file in sorted((beach / "test" / "label").iterdir())[:2]:
        (pictures / file.name).write_bytes(file.read_bytes())
    (pictures / "x.svg").write_text("<svg/>")
    assert run("translate", to_photo, pictures, "--out", tmp_path / "out") == 0
    assert "left out: files that are not read: 1 .svg" in caplog.text
    assert len(list((tmp_path / "out").iterdir())) == 2
