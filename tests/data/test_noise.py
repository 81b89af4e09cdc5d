"""Labels turned on purpose: so many, to any other class, in training alone."""

import pytest
import torch

import condgan as cg
from condgan.data import Named
from condgan.evaluation.real import Real


def test_so_many_labels_are_turned() -> None:
    clean = Named().load()
    noisy = clean.with_label_noise(0.2)
    turned = noisy.labels != clean.labels
    assert turned.sum() == round(0.2 * len(clean))
    assert torch.equal(noisy.images, clean.images) and noisy.hash == clean.hash
    assert torch.equal(noisy.labels, clean.with_label_noise(0.2).labels)
    assert sum(noisy.schema.counts) == len(clean) and noisy.schema.counts != clean.schema.counts
    pairs = torch.stack([clean.labels[turned], noisy.labels[turned]], 1).unique(dim=0)
    assert len(pairs) == 90  # every class to every other
    assert clean.with_label_noise(0) is clean


def test_training_sees_them_and_a_report_does_not(caplog: pytest.LogCaptureFixture) -> None:
    made = cg.plan("digits", settings={"data": {"label_noise": "0.5"}})
    share = (made.dataset.labels != made.recipe.data.load().labels).double().mean()
    assert abs(share - 0.5) < 1e-3 and made.recipe.data.label_noise == 0.5
    noisy, clean = (Real(source, made.dataset.shape) for source in (made.recipe.data, Named()))
    assert torch.equal(noisy.train.labels, clean.train.labels) and torch.equal(noisy.test.labels, clean.test.labels)
    assert "50% of the labels are turned on purpose: data.label_noise" in caplog.text
