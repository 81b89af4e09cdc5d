"""Labels replaced on purpose: so many, by any other class, in training alone."""

import hashlib

import pytest
import torch

import condgan as cg
from condgan.core.errors import SettingsError
from condgan.core.palette import Palette
from condgan.core.schema import Column, Schema
from condgan.data import Dataset, Named


def test_so_many_labels_are_replaced() -> None:
    clean = Named().load()
    noisy = clean.with_label_noise(0.2)
    before, after = clean.columns["label"], noisy.columns["label"]
    wrong = before != after
    assert wrong.sum() == round(0.2 * len(clean))
    assert torch.equal(noisy.target, clean.target) and noisy.hash == clean.hash
    assert torch.equal(after, clean.with_label_noise(0.2).columns["label"])
    counts = noisy.schema.columns["label"].counts
    assert sum(counts) == len(clean) and counts != clean.schema.columns["label"].counts
    changes = torch.stack([before[wrong], after[wrong]], 1).unique(dim=0)
    assert len(changes) == 90  # every class to every other
    assert clean.with_label_noise(0) is clean


def test_the_same_labels_in_every_version() -> None:
    labels = Named().load().with_label_noise(0.2).columns["label"]
    assert hashlib.md5(labels.numpy().tobytes()).hexdigest() == "8e5867fe2dc4a8eeca0549d6262912f5"


def test_all_else_stays_as_it_is() -> None:
    palette = Palette(("sky", "sand"), ((0, 0, 255), (200, 160, 40)))
    maps = torch.randint(0, 2, (8, 1, 4, 4), dtype=torch.uint8)
    columns = {
        "label": torch.arange(8) % 2,
        "picture": maps,
        "instances": 1 - maps,
        "height": torch.arange(8) / 2,
        "caption": [(f"number {index}",) for index in range(8)],
    }
    described = {
        "label": Column("ids", ("a", "b")),
        "picture": Column("pixels", channels=1, palette=palette),
        "instances": Column("pixels", channels=1),
        "height": Column("numbers", unit="cm"),
        "caption": Column("text"),
    }
    images = torch.randint(0, 256, (8, 3, 4, 4), dtype=torch.uint8)
    clean = Dataset(images, columns, Schema(Column("pixels", channels=3, palette=palette), described))
    noisy = clean.with_label_noise(0.5)
    assert int((noisy.columns["label"] != clean.columns["label"]).sum()) == 4
    assert {name: noisy.columns[name] for name in columns if name != "label"}.items() <= clean.columns.items()
    assert noisy.schema.target == clean.schema.target and noisy.hash == clean.hash
    rest = [
        {name: column for name, column in each.schema.columns.items() if name != "label"} for each in (noisy, clean)
    ]
    assert rest[0] == rest[1] and rest[0]["picture"].palette == palette and rest[0]["height"].high == 3.5
    some = noisy.part(torch.tensor([1, 4, 6]))
    assert some.hash == clean.part(torch.tensor([1, 4, 6])).hash and some.columns["caption"][1] == ("number 4",)
    assert torch.equal(some.columns["label"], noisy.columns["label"][[1, 4, 6]])


def test_without_labels_it_is_refused() -> None:
    images = torch.zeros(4, 1, 4, 4, dtype=torch.uint8)
    with pytest.raises(SettingsError, match=r"no labels.*setting data\.label_noise; set it to 0"):
        Dataset(images, {}, Schema(Column("pixels", channels=1), {})).with_label_noise(0.1)
    one = Schema(Column("pixels", channels=1), {"label": Column("ids", ("a",))})
    with pytest.raises(SettingsError, match="one class only"):
        Dataset(images, {"label": torch.zeros(4, dtype=torch.int64)}, one).with_label_noise(0.1)


def test_training_sees_them_and_a_report_does_not(caplog: pytest.LogCaptureFixture) -> None:
    plan = cg.plan("digits", settings={"data": {"label_noise": "0.5"}})
    true = plan.recipe.data.load()  # as a report reads them
    share = (plan.dataset.columns["label"] != true.columns["label"]).double().mean()
    assert abs(share - 0.5) < 1e-3 and plan.recipe.data.label_noise == 0.5
    assert torch.equal(true.columns["label"], Named().load().columns["label"])
    assert plan.held_out is not None and not torch.equal(plan.held_out.columns["label"], plan.held_out.clean["label"])
    assert "50% of the labels are wrong on purpose: data.label_noise" in caplog.text
