"""Several presets at equal budget in one table; the same call goes on where it was stopped."""

import json
from pathlib import Path

import numpy as np
import pytest

import condgan as cg
from condgan.cli import main
from condgan.core.errors import SettingsError
from condgan.evaluation import Report, comparison, tasks
from condgan.metrics import over_repeats
from condgan.training.diagnosis import Alarm
from condgan.training.trainer import build
from tests.evaluation.test_evaluate import tones

SMALL = {"training": {"batch": 16}, "data": {"holdout": 0.25}}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CONDGAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(tasks, "LEAST_STEPS", 50)
    dataset = tones(600, 0)
    np.savez(tmp_path / "tones.npz", images=dataset.target[:, 0].numpy(), labels=dataset.columns["label"].numpy())
    return tmp_path / "tones.npz"


def test_two_presets_and_two_seeds(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = {"images": 32, "n": 100, "repeats": 2, "quick": True, "out": tmp_path / "out", "settings": SMALL}
    found = cg.compare(["cgan-mlp", "plain"], file, seeds=(0, 1), **words)
    mlp, plain = found.rows
    assert (mlp.preset, mlp.seeds, mlp.images, mlp.budget) == ("cgan-mlp", (0, 1), 32, "32 images")
    assert "conditional accuracy (label)" in mlp.figures and "conditional accuracy (label)" not in plain.figures
    reports = [
        json.loads((tmp_path / "out" / f"cgan-mlp-{seed}" / "report" / "report.json").read_text()) for seed in (0, 1)
    ]
    each = [report["coverage"]["coverage"]["value"] for report in reports]
    assert mlp.figures["coverage"] == over_repeats(each)
    made = cg.plan(file, preset="cgan-mlp", settings=SMALL)
    sizes = [sum(p.numel() for p in network.parameters()) for network in build(made.recipe, made.dataset.shape)]
    assert list(mlp.parameters) == sizes
    page = (tmp_path / "out" / "index.html").read_text()
    assert page.count("data:image/png;base64,") == 2 and str(mlp.figures["coverage"]) in page
    written = json.loads((tmp_path / "out" / "comparison.json").read_text())
    assert comparison.Comparison.model_validate(written) == found
    # the same call takes what is there: nothing is trained or evaluated again
    monkeypatch.setattr("condgan.verbs.compare.evaluate", None)  # nothing is there to be called
    assert cg.compare(["cgan-mlp", "plain"], file, seeds=(0, 1), **words) == found


def test_alarms_are_counted(file: Path, tmp_path: Path) -> None:
    found = cg.compare(
        ["cgan-mlp"], file, seeds=(0,), images=32, n=100, repeats=2, quick=True, out=tmp_path / "o", settings=SMALL
    )
    assert found.rows[0].alarms == {} and found.alarms() == ["none"]
    report = Report.model_validate_json((tmp_path / "o" / "cgan-mlp-0" / "report" / "report.json").read_bytes())
    alarms = [Alarm(failure=name, evidence="", since=1, remedy="") for name in ("mode collapse", "condition ignored")]
    outcomes = {
        seed: comparison.Outcome(report.model_copy(update={"alarms": each}), 1.0, 32)
        for seed, each in ((0, tuple(alarms)), (1, tuple(alarms[:1])), (2, ()))
    }
    row = comparison.row("x", "32 images", (1, 1), outcomes)
    assert row.alarms == {"mode collapse": 2, "condition ignored": 1}
    whole = comparison.Comparison(folder=str(tmp_path / "p"), rows=(row, *found.rows))
    whole.save({})
    assert "mode collapse (2), condition ignored (1)" in (tmp_path / "p" / "index.html").read_text()


def test_a_training_that_diverges_does_not_stop_the_others(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--data", str(file), "--images", "320", "--seeds", "3", "--n", "100", "--repeats", "2", "--quick"]
    rate = ["--optimizer.lr", "1e30", "--data.holdout", "0.25", "--out", str(tmp_path / "out")]
    with pytest.raises(SystemExit) as stop:
        main(["compare", "--preset", "cdcgan-lsgan", "--preset", "cgan-mlp", *words, *rate])
    said = capsys.readouterr().out
    assert stop.value.code == 0 and "seed 3: " in said
    written = comparison.Comparison.model_validate_json((tmp_path / "out" / "comparison.json").read_bytes())
    failed = [row for row in written.rows if row.failures]
    assert failed and all(row.seeds == () and row.figures == {} and row.protocol is None for row in failed)


def test_bad_words(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SettingsError, match="nothing to compare"):
        cg.compare([], file)
    for words, said in (
        (["--preset", "hose", "--data", str(file)], "did you mean 'house'?"),
        (["--preset", "cgan-mlp", "--data", str(file), "--seeds", "2-1"], "no seeds in '2-1'"),
        (["--preset", "cgan-mlp", "--data", str(file), "--imags", "5"], "did you mean '--images'?"),
        (["--data", str(file)], "--preset"),
        (["--preset", "cgan-mlp", "--data", str(file), "--n", "30", "--out", str(tmp_path / "o")], "give at least 65"),
    ):
        with pytest.raises(SystemExit) as stop:
            main(["compare", *words])
        assert stop.value.code == 2 and said in capsys.readouterr().err
    assert not (tmp_path / "o").exists()  # refused before anything is trained
