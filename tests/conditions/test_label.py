"""What a label does with names."""

import pytest
import torch

from condgan.conditions import Condition, Label
from condgan.core.batch import Batch
from condgan.core.errors import SettingsError
from condgan.core.schema import Column, Schema

NAMES = ("Ankle boot", "Bag", "Coat")
SCHEMA = Schema(Column("pixels", channels=1), {"label": Column("ids", NAMES, (5, 5, 5))})


def label(**settings: object) -> Label:
    return Label(column="label", **settings).complete(SCHEMA)


def encoded(part: Label, *values: object) -> list[int]:
    return part.encode([{"label": value} for value in values])["id"].tolist()


def test_names_come_from_the_data_and_may_be_written_in_any_case() -> None:
    assert encoded(label(), "Bag", "ankle boot", 2, "1") == [1, 0, 2, 1]


def test_text_is_a_name_before_it_is_an_index_and_a_number_is_an_index() -> None:
    assert encoded(Label(column="label", names=("7", "1", "0")), "1", "0", "2", 0, 1) == [1, 2, 2, 0, 1]


@pytest.mark.parametrize("wrong", ["ankel boot", 3, -1, "9"])
def test_unknown_labels_are_refused_with_the_list(wrong: str | int) -> None:
    with pytest.raises(SettingsError, match="Ankle boot, Bag, Coat"):
        encoded(label(), wrong)


def test_a_typo_gets_the_nearest_name() -> None:
    with pytest.raises(SettingsError, match="did you mean 'Ankle boot'"):
        encoded(label(), "ankel boot")


def test_the_condition_keeps_its_own_order() -> None:
    own = label(names=("Coat", "Ankle boot", "Bag"))
    items = Batch(torch.zeros(3, 1, 2, 2, dtype=torch.uint8), {"label": torch.tensor([0, 1, 2])})
    assert own.targets(SCHEMA, items, 0)["id"].tolist() == [1, 2, 0]


def test_classes_that_the_condition_lacks_are_refused() -> None:
    with pytest.raises(SettingsError, match="Coat"):
        label(names=("Bag", "Ankle boot"))


def test_data_without_such_a_column_are_refused() -> None:
    with pytest.raises(SettingsError, match="no column of classes called label; columns: none; .*--condition none"):
        Label(column="label").complete(Schema(Column("pixels", channels=1), {}))


def test_in_turn_is_equally_often() -> None:
    rows = label().examples(12)
    assert torch.bincount(label().encode(rows)["id"]).tolist() == [4, 4, 4]


def test_one_hot_and_embedding() -> None:
    one_hot = label().embedder()({"id": torch.tensor([2])}).vector
    assert one_hot.tolist() == [[0, 0, 1]]
    learned = label(encoding="embedding", width=6).embedder()
    assert learned.widths.vector == 6 and sum(p.numel() for p in learned.parameters()) == 18
    assert label(encoding="embedding").embedder().widths.vector == 64


def test_a_width_that_would_be_ignored_is_refused() -> None:
    with pytest.raises(SettingsError, match="width is of a learned embedding"):
        Condition.parse({"label": {"width": 6}})


def test_the_loss_is_cross_entropy() -> None:
    task = label().tasks()["label"]
    flat = task.loss(torch.zeros(2, 3), {"id": torch.tensor([0, 2])})
    torch.testing.assert_close(flat, torch.full((2,), 3.0).log())
    assert task.chance == pytest.approx(1 / 3) and task.names == NAMES
