"""What a pipeline takes, in help and in the completion of shells."""

from pathlib import Path

import pytest
import torch

from condgan.cli import main
from condgan.conditions import Attributes, Condition
from condgan.core.batch import Shape
from condgan.networks import MLP
from condgan.networks.base import Conditioned
from condgan.pipeline import Pipeline
from condgan.pipeline.combinations import Combinations


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    attributes, schema, batch = Attributes.example()
    condition = Condition(attributes=attributes).complete(schema)
    torch.manual_seed(0)
    embedder, mlp, shape = condition.embedder(), MLP(latent=4), Shape(1, (4, 4))
    table = Combinations.of_items(condition, condition.targets(schema, batch))
    out = tmp_path_factory.mktemp("fields") / "faces"
    generator = Conditioned(mlp.generator(shape, embedder.widths), embedder)
    Pipeline(condition, mlp, shape, generator, combinations=table).save_pretrained(out)
    return out


def run(*words: object) -> int:
    with pytest.raises(SystemExit) as exit:
        main([str(word) for word in words])
    return exit.value.code  # type: ignore[return-value]


def test_help_lists_what_this_generator_takes(faces: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("sample", faces, "--help") == 0
    said = capsys.readouterr().out
    assert "--where" in said and "--hair" in said and "black, brown, red" in said
    assert "--age" in said and "1 to 80 years" in said and "--smiling" in said
    assert run("sample", "--help") == 0 and "--hair" not in capsys.readouterr().out


def test_completion_of_where(faces: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("__complete", "sample", faces, "--where", "")
    lines = [line.split("\t")[0] for line in capsys.readouterr().out.splitlines() if "=" in line]
    assert lines[:3] == ["hair=black", "hair=brown", "hair=red"] and "age=1..80" in lines and "smiling=yes" in lines
    run("__complete", "sample", faces, "--where", "hair=red,")
    lines = [line.split("\t")[0] for line in capsys.readouterr().out.splitlines() if "=" in line]
    assert lines and all(line.startswith("hair=red, ") for line in lines) and not any("black" in line for line in lines)
    run("__complete", "sample", faces.parent / "nothing", "--where", "")
    assert "=" not in capsys.readouterr().out


def test_samples_by_flags_and_by_text(faces: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "made"
    assert (
        run("sample", faces, "--where", "hair=red|brown, age=20", "--smiling", 0.5, "--free", "--out", f"{out}/") == 0
    )
    told = (out / "metadata.jsonl").read_text().splitlines()
    assert len(told) == 2 and '"hair": "red"' in told[0] and '"age": 20.0' in told[0] and '"things": null' in told[0]
    assert run("sample", faces, "--age", 99, "--out", tmp_path / "x.png") == 2
    assert "--extrapolate" in capsys.readouterr().err
    assert run("sample", faces, "--age", 99, "--extrapolate", "--out", tmp_path / "x.png") == 0
    assert run("sample", faces, "--where", "hair=red, hair=brown", "--out", tmp_path / "x.png") == 2
