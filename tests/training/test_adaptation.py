"""Augmentation follows how well the discriminator tells real from generated images, also in a run that was stopped."""

from pathlib import Path

import pytest
import torch

from condgan.data import Augment
from condgan.training import adaptation
from condgan.training.adaptation import IMAGES, MOST, Adaptation
from tests.training.runs import QUICK, latest, metrics, state, train, two_tones

ADAPTIVE = QUICK.with_(augment=Augment(translation=0.1, colour=0.1, on="both", adaptive=True))


def test_more_images_while_nearly_all_pairs_are_told_apart_and_fewer_again() -> None:
    found = Adaptation()
    for _ in range(60):
        found.update(torch.tensor(1.0), 100)
    assert 0.05 < found.share < 60 * 100 / IMAGES, "at first it is not sure"
    for _ in range(400):
        found.update(torch.tensor(1.0), 100)
    assert found.share == pytest.approx(MOST)
    for _ in range(1000):
        found.update(torch.tensor(0.7), 100)
    assert found.share == 0


def test_a_stopped_run_goes_on_with_the_share_that_it_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"MEMORY": 0.0, "TOLD": 0.5, "IMAGES": 100}.items():  # so short a run changes little else
        monkeypatch.setattr(adaptation, name, value)
    for _ in train(ADAPTIVE, two_tones(), tmp_path / "whole"):
        pass
    shares = [line["augmented"] for line in metrics(tmp_path / "whole")]
    assert max(shares) > 0
    for _ in train(ADAPTIVE, two_tones(), tmp_path / "stopped"):
        break
    assert latest(tmp_path / "stopped").name != latest(tmp_path / "whole").name
    for _ in train(ADAPTIVE, two_tones(), tmp_path / "stopped"):
        pass
    assert state(tmp_path / "stopped") == state(tmp_path / "whole")
    assert b"augmentation/share" in state(tmp_path / "whole")
