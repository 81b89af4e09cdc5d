"""Motion: closed forms, and the controls that a report shows beside the samples."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import torch

import condgan as cg
from condgan.evaluation import tasks
from condgan.evaluation.motion import frozen, shuffled, steady
from condgan.evaluation.report import Report
from condgan.metrics import changes
from tests.clips import WAYS, clip


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
    """Of clips that go on from a first frame, by the way they go; what colour they have is not asked for."""
    home = tmp_path_factory.mktemp("motion")
    arrays: dict[str, Any] = {}
    for split in ("train", "test"):
        items = [(way, start, colour) for way in WAYS for start in range(20) for colour in ("amber", "blue")]
        clips = [clip(way, start)[..., :: 1 if colour == "amber" else -1] for way, start, colour in items]
        arrays |= {f"{split}_images": np.stack(clips), f"{split}_labels": np.array([way for way, *_ in items])}
        arrays[f"{split}_colour"] = np.array([colour for *_, colour in items])
    np.savez(home / "clips.npz", **arrays)
    settings = {
        "architecture": {"channels": 8},
        "training": {"snapshots": 1, "batch": 8},
        "data": {"fields": {"colour": "category"}},
    }
    for _ in cg.train(home / "clips.npz", preset="animate", out=home / "run", images=16, settings=settings):
        pass
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks, "LEAST_STEPS", 150)
        cg.evaluate(home / "run", home / "clips.npz", n=80, repeats=2, quick=True, out=home / "report")
    page = (home / "report" / "index.html").read_text()
    assert "Does it move as real clips do?" in page and "standing still" in page and "all of these right" in page
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


def test_what_a_true_clip_shows_is_to_be_kept(report: Report) -> None:
    """Be it requested or not; of all fields at once no more can be right than of each."""
    motion = report.motion
    assert motion is not None and motion.beginning is not None and "colour" not in report.controllability
    assert {*motion.samples.fields} == {*motion.samples.steady} == {"label", "colour"}
    assert motion.real.fields["colour"].value == motion.real.steady["colour"].value == 1
    for each in (motion.samples, motion.real, motion.frozen, motion.shuffled):
        shares = [one.value for one in each.fields.values()]
        assert each.all_fields is not None and sum(shares) - 1 <= each.all_fields.value + 1e-9 <= min(shares) + 2e-9


def test_the_distance_names_the_network_of_clips(report: Report) -> None:
    assert report.protocol.extractor.name == "clip-cnn" and report.protocol.shape == "12×12, 6 frames, 3 channels"
