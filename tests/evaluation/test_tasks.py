"""One evaluation network a field: what it learns, and when it is trained anew."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

import condgan as cg
from condgan.conditions import Condition, Label, Picture
from condgan.conditions.label import classification
from condgan.core.schema import Column, Schema
from condgan.core.task import Task
from condgan.data import Dataset
from condgan.evaluation import tasks
from condgan.training.classifier import fit, predict
from tests.evaluation.fakes import Chooses, pipeline
from tests.evaluation.test_evaluate import tones


def test_a_class_is_predicted_without_making_pictures() -> None:
    schema = Schema(Column("pixels", channels=1), {"label": Column("ids", ("a", "b", "c"), (2, 2, 2))})
    condition = Condition(label=Label(), picture=Picture(of="grey")).complete(schema)
    (field,) = tasks.fields(condition, schema).values()
    whole = tones(6, 0)
    assert field.targets(whole.schema, whole.whole).keys() == {"label.id"} and field.requested


def test_classes_that_are_not_requested_give_features() -> None:
    schema = Schema(Column("pixels", channels=1), {"label": Column("ids", ("a", "b", "c"), (2, 2, 2))})
    (field,) = tasks.fields(Condition(), schema).values()
    assert (field.name, field.requested) == ("label", False)


def test_a_network_is_trained_once_for_what_it_learns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONDGAN_CACHE", str(tmp_path))
    monkeypatch.setattr(tasks, "LEAST_STEPS", 2)
    dataset = tones(64, 0)
    bundle, names = {"id": dataset.columns["label"]}, ("a", "b", "c")

    def learn(task: Task) -> int:
        tasks.trained_on(task, dataset.target, bundle, dataset.hash, "label")
        return len(list(tmp_path.iterdir()))

    task = classification(names)
    assert [learn(task), learn(task)] == [1, 1]
    assert learn(classification(("a", "c", "b"))) == 2
    assert learn(task._replace(loss=lambda prediction, rows: 2 * task.loss(prediction, rows))) == 3


def test_a_number_is_learned_like_a_class() -> None:
    """By the same training, with a loss and a score of its own."""
    images = torch.randint(0, 256, (400, 1, 1, 1), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    images = images.expand(-1, -1, 8, 8).contiguous()
    bundle = {"value": images[:, 0, 0, 0].float() / 255}

    def error(prediction: Tensor, rows: dict[str, Tensor]) -> Tensor:
        return prediction[:, 0] - rows["value"]

    loss, score = lambda p, rows: error(p, rows).square(), lambda p, rows: 1 - error(p, rows).abs()
    task = Task(outputs=1, dense=False, loss=loss, score=score, chance=0.75)
    model = fit(images, bundle, task, steps=60)
    found = predict(model, task, images, bundle)
    assert found.classes is None and found.features is not None and found.features.shape == (400, 64)
    assert found.scores.mean() > 0.9
    again = fit(images, bundle, task, steps=60).state_dict()
    assert all(torch.equal(value, again[name]) for name, value in model.state_dict().items())


def test_the_order_of_classes_may_differ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONDGAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(tasks, "LEAST_STEPS", 50)
    dataset: Dataset = tones(600, 0)
    file = tmp_path / "tones.npz"
    ids = dataset.columns["label"].numpy()
    np.savez(file, images=dataset.target[:, 0].numpy(), labels=ids, names=["a", "b", "c"])
    source = cg.data.Arrays(path=str(file), holdout=0.3)
    report = cg.evaluate(pipeline(Chooses, tones(300, 1), ("c", "a", "b")), source, n=100, repeats=2, quick=True).report
    label = report.controllability["label"]
    assert label.names == ("c", "a", "b") and label.score.value > 0.9 < label.followed.value
    assert label.confusion[0][0] > 30
