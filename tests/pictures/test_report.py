"""A report on pictures tells a generator that knows the answer from one that does not."""

import json
from pathlib import Path

import pytest
import torch

import condgan as cg
from condgan.core.errors import DataError, SettingsError
from condgan.evaluation import TranslationReport
from tests.pairs import COLOURS, make_pairs
from tests.pictures.words import UNET, run


@pytest.mark.usefixtures("quick")
def test_the_report(to_photo: Path, beach: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("evaluate", to_photo, beach, "--repeats", 2, "--out", tmp_path / "report") == 0
    assert "mean IoU" in capsys.readouterr().out
    report = TranslationReport.model_validate_json((tmp_path / "report" / "report.json").read_bytes())
    assert report.layouts is not None and report.layouts.real_pixel_accuracy > 0.9
    assert 0 < report.layouts.pixel_accuracy.value < report.layouts.real_pixel_accuracy
    assert set(report.trivial) == {"the mean image"} and report.protocol.n == 6
    page = (tmp_path / "report" / "index.html").read_text()
    assert all(sentence.split("(")[0][:30] in page for sentence in report.verdict)
    assert "data:image/png" in page


def test_the_published_schema() -> None:
    published = json.loads((Path(__file__).parents[2] / "docs" / "translation.schema.json").read_text())
    assert published == TranslationReport.model_json_schema()


class Knows(torch.nn.Module):
    """Makes the true photo of each layout, or with a share of noise of its own."""

    def __init__(self, noise: float = 0.0) -> None:
        super().__init__()
        self.noise = torch.nn.Parameter(torch.tensor(noise))

    def forward(self, z: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        images = torch.from_numpy(COLOURS[y[:, 0].numpy()]).movedim(-1, 1).float() / 127.5 - 1
        return (images + self.noise * z[:, :1, None, None]).clamp(-1, 1)


@pytest.mark.usefixtures("quick")
def test_a_report_on_one_that_knows_the_answer(to_photo: Path, beach: Path) -> None:
    """It is nearer to the truth than the mean image, obeys as real photos do, and varies only where it was made to."""
    pipe = cg.Pipeline.from_pretrained(to_photo)
    source = cg.data.Pairs(path=str(beach))
    pipe.generator = Knows()
    sure = cg.evaluate(pipe, source, repeats=2).report
    assert sure.likeness.l1.value < 0.06 < sure.trivial["the mean image"].l1.value
    assert sure.layouts.pixel_accuracy.value > 0.9 and sure.variety.value == 0
    assert "less than the mean image" in sure.verdict[0] and "hardly any difference" in sure.verdict[2]
    pipe.generator = Knows(0.3)
    varied = cg.evaluate(pipe, source, repeats=2).report
    assert varied.variety.value > 0.02 and "gives several images" in varied.verdict[2]


@pytest.mark.usefixtures("quick")
def test_a_report_on_other_pairs_is_refused(to_photo: Path, beach: Path, tmp_path: Path) -> None:
    pipe = cg.Pipeline.from_pretrained(to_photo)
    with pytest.raises(SettingsError, match="no label maps"):
        cg.evaluate(pipe, cg.data.Pairs(path=str(beach), input="photo"), repeats=2)
    with pytest.raises(DataError, match="too few"):
        cg.evaluate(pipe, make_pairs(tmp_path / "few", count=5), repeats=2)
    with pytest.raises(SettingsError, match="repeats"):
        cg.evaluate(pipe, cg.data.Pairs(path=str(beach)), repeats=1)


@pytest.mark.usefixtures("quick")
def test_the_trivial_answers_of_colouring(beach: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    words = ("--preset", "colorize", "--data.holdout", "0.34", "--out", out, *UNET)
    assert run("train", beach / "train" / "photo", *words) == 0
    found = cg.evaluate(out, beach / "train" / "photo", repeats=2)
    report = found.report
    assert set(report.trivial) == set(report.colours.trivial) == {"grey", "the mean colour"}
    assert report.trivial["the mean colour"].l1.value < report.trivial["grey"].l1.value
    assert report.colours.real < report.colours.trivial["grey"]
    assert report.layouts is None and "Neither side is of label maps" in report.verdict[1]
