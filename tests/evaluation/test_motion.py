"""Motion: closed forms, and the controls that a report shows beside the samples."""

from __future__ import annotations

import json

import pytest
import torch

import condgan as cg
from condgan.evaluation import tasks
from condgan.evaluation.motion import frozen, shuffled, steady
from condgan.evaluation.report import Report
from condgan.metrics import changes
from tests.clips import WAYS, folder


def ramp(steps: list[int]) -> torch.Tensor:
    """A clip for each of some steps, by which its level rises from frame to frame."""
    times = torch.arange(5)
    return torch.stack([(step * times).view(1, 5, 1, 1).expand(3, 5, 2, 2) for step in steps]).to(torch.uint8)


def test_changes_are_the_mean_step_of_a_frame() -> None:
    torch.testing.assert_close(changes(ramp([0, 3, 51])), torch.tensor([0, 3 / 255, 51 / 255]))


def test_controls() -> None:
    clips = ramp([1, 2, 3, 4] * 10)
    still, mixed = frozen(clips), shuffled(clips)
    assert changes(still).max() == 0 and bool((still[:, 0, 0, 0, 0] != 0).any())
    assert torch.equal(mixed.sort(2).values, clips) and bool((mixed != clips).flatten(1).any(1).all())
    assert torch.equal(frozen(clips), still) and torch.equal(shuffled(clips), mixed)


def test_steady_is_the_share_of_frames_that_are_as_most() -> None:
    assert steady(torch.tensor([[1, 1, 1, 1], [2, 2, 2, 0]])).value == pytest.approx(7 / 8)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    home = tmp_path_factory.mktemp("motion")
    folder(home / "train", each=40)
    folder(home / "test", each=40)
    settings = {"architecture": {"channels": 8}, "training": {"snapshots": 1, "batch": 8}}
    for _ in cg.train(home, preset="video", out=home / "run", images=16, settings=settings):
        pass
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks, "LEAST_STEPS", 150)
        cg.evaluate(home / "run", home, n=80, repeats=2, quick=True, out=home / "report")
    page = (home / "report" / "index.html").read_text()
    assert "Does it move as real clips do?" in page and "standing still" in page
    return Report.model_validate(json.loads((home / "report" / "report.json").read_text()))


def test_a_report_of_clips_has_controls(report: Report) -> None:
    motion = report.motion
    assert motion is not None
    assert motion.real.order.value >= 0.9 and motion.frozen.order.value <= 0.1 and motion.shuffled.order.value <= 0.1
    assert motion.real.energy.value == pytest.approx(1, abs=1e-3) and motion.frozen.energy.value == 0
    assert motion.shuffled.energy.value > 1 and set(motion.energy) == set(WAYS)
    # what an untrained generator makes does not move as it should
    assert motion.samples.order.value < 0.5
    assert "Frames are in order in" in report.verdict[1] and "FVD" not in report.model_dump_json()


def test_the_distance_names_the_network_of_clips(report: Report) -> None:
    assert report.protocol.extractor.name == "clip-cnn" and report.protocol.shape == "12×12, 6 frames, 3 channels"
