"""A report on pictures tells a generator that knows the answer from one that does not."""

from pathlib import Path

import numpy as np
import pytest
import torch

import condgan as cg
from condgan.core.cond import Cond
from condgan.core.errors import DataError, SettingsError
from condgan.evaluation import Report
from condgan.networks.base import Conditioned
from tests.commands import UNET, run
from tests.pairs import COLOURS, make_pairs


@pytest.mark.usefixtures("quick")
def test_the_report(to_photo: Path, beach: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("evaluate", to_photo, beach, "--repeats", 2, "--out", tmp_path / "report") == 0
    assert "mean IoU (picture)" in capsys.readouterr().out
    report = Report.model_validate_json((tmp_path / "report" / "report.json").read_bytes())
    maps = report.controllability["picture"].segmentation
    assert maps is not None and maps.real_pixel_accuracy > 0.9
    assert 0 < maps.pixel_accuracy.value < maps.real_pixel_accuracy
    assert set(report.likeness.trivial) == {"the mean image"} and report.protocol.n == 6
    assert report.likeness.label_maps is report.parzen is report.classification_accuracy_score is None
    page = (tmp_path / "report" / "index.html").read_text()
    assert all(sentence.split("(")[0][:30] in page for sentence in report.verdict)
    assert "data:image/png" in page


class Knows(torch.nn.Module):
    """Makes the true photo of each layout, or with a share of noise of its own."""

    def __init__(self, noise: float = 0.0) -> None:
        super().__init__()
        self.noise = torch.nn.Parameter(torch.tensor(noise))

    def forward(self, z: torch.Tensor, cond: Cond) -> torch.Tensor:
        images = torch.from_numpy(COLOURS[cond.map.argmax(1).numpy()]).movedim(-1, 1).float() / 127.5 - 1
        return (images + self.noise * z[:, :1, None, None]).clamp(-1, 1)


@pytest.mark.usefixtures("quick")
def test_a_report_on_one_that_knows_the_answer(to_photo: Path, beach: Path) -> None:
    """It is nearer to the truth than the mean image, is controlled as real photos are, and varies only where it was
    made to."""
    pipe = cg.Pipeline.from_pretrained(to_photo)
    source = cg.data.Pairs(path=str(beach))
    pipe.generator = Conditioned(Knows(), pipe.condition.embedder())
    sure = cg.evaluate(pipe, source, repeats=2).report
    assert sure.likeness.l1.value < 0.06 < sure.likeness.trivial["the mean image"].l1.value
    assert sure.controllability["picture"].segmentation.pixel_accuracy.value > 0.9
    assert sure.diversity.pixels.value == 0 and sure.diversity.features is None
    assert "less than the mean image" in sure.verdict[0] and "hardly any difference" in sure.verdict[2]
    pipe.generator = Conditioned(Knows(0.3), pipe.condition.embedder())
    varied = cg.evaluate(pipe, source, repeats=2).report
    assert varied.diversity.pixels.value > 0.02 and "gives several images" in varied.verdict[2]


@pytest.mark.usefixtures("quick")
def test_a_report_on_label_maps_given_in_their_colours(
    beach: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A segmenter looks whether things are in their places, as it does where label maps are given as classes."""
    assert run("train", beach, "--preset", "pix2pix", "--out", tmp_path / "run", *UNET) == 0
    assert run("evaluate", tmp_path / "run", beach) == 0
    assert "mean IoU (picture)" in capsys.readouterr().out
    report = Report.model_validate_json((tmp_path / "run" / "report" / "report.json").read_bytes())
    assert report.controllability["picture"].segmentation.real_pixel_accuracy > 0.9


@pytest.mark.usefixtures("quick")
def test_a_report_on_label_maps(to_layout: Path, beach: Path, tmp_path: Path) -> None:
    """Where the images are label maps, they are compared with the true ones, and a segmenter's with them."""
    pipe = cg.Pipeline.from_pretrained(to_layout)
    found = cg.evaluate(pipe, cg.data.Pairs(path=str(beach), input="photo"), repeats=2)
    maps = found.report.likeness.label_maps
    assert maps is not None and maps.real_pixel_accuracy > 0.9 and found.report.controllability == {}
    assert found.report.verdict[1].startswith("The label maps are right at ")
    assert "a segmenter that does nothing else reaches" in found.report.verdict[1]
    assert "IoU of sand" in found.save(tmp_path / "report").read_text()


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
    assert set(report.likeness.trivial) == set(report.likeness.colours.trivial) == {"grey", "the mean colour"}
    assert report.likeness.trivial["the mean colour"].l1.value < report.likeness.trivial["grey"].l1.value
    assert report.likeness.colours.real < report.likeness.colours.trivial["grey"]
    assert report.controllability == {} and "Neither side is of label maps" in report.verdict[1]


@pytest.mark.usefixtures("quick")
def test_many_pairs_have_distances_and_coverage(to_photo: Path, tmp_path: Path) -> None:
    """As for any other condition, where there are images enough; the reference of a photo is the photo itself."""
    home = make_pairs(make_pairs(tmp_path / "many", count=200), "test", 120, first=500)
    pipe = cg.Pipeline.from_pretrained(to_photo)
    pipe.generator = Conditioned(Knows(), pipe.condition.embedder())
    report = cg.evaluate(pipe, home, repeats=2, n=110).report
    assert (report.protocol.n, report.protocol.compared, report.protocol.requests) == (110, 100, "reference")
    assert report.protocol.extractor.name == "turns-cnn" and report.protocol.unseen is False
    ours, real = report.fidelity.frechet_distance, report.fidelity.real.frechet_distance
    assert ours is not None and real is not None and report.coverage is not None
    assert np.isfinite(ours.value) and report.coverage.real.coverage.value > 0.5
