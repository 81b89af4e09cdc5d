"""What a label does with names."""

from unicodedata import normalize

import numpy as np
import pytest
import torch

from condgan.conditions import Condition, Label
from condgan.core.batch import Batch
from condgan.core.errors import SettingsError
from condgan.core.schema import Column, Schema
from condgan.training.order import Order

NAMES = ("Ankle boot", "Bag", "Coat")
SCHEMA = Schema(Column("pixels", channels=1), {"label": Column("ids", NAMES, (5, 5, 5))})


def label(**settings: object) -> Label:
    return Label(column="label", **settings).complete(SCHEMA)


def encoded(part: Label, *values: object) -> list[int]:
    return part.encode([{"label": value} for value in values])["id"].tolist()


def test_names_come_from_the_data_and_may_be_written_in_any_case() -> None:
    assert encoded(label(), "Bag", "ankle boot", 2, "1") == [1, 0, 2, 1]


@pytest.mark.parametrize(
    "asked", [7, 7.0, np.int64(7), np.float32(7), torch.tensor(7), np.array(7), "7", "7.0", " 007"]
)
def test_where_names_are_numbers_a_number_is_a_name(asked: object) -> None:
    """Class folders 001 … 010: 7 is "007", not the eighth."""
    part = Label(column="label", names=tuple(f"{index:03d}" for index in range(1, 11)))
    assert encoded(part, asked) == [6]


@pytest.mark.parametrize("asked", [0, 11, "11", "0", -1, 7.5, float("nan"), 10**5000, "1e1", "٧"], ids=lambda _: "")
def test_where_names_are_numbers_no_number_is_an_index(asked: object) -> None:
    part = Label(column="label", names=tuple(map(str, range(1, 11))))
    with pytest.raises(SettingsError, match="no class .*; classes: 1, 2, .*; give one of them"):
        encoded(part, asked)


def test_a_number_that_is_two_names_is_refused_unless_the_text_is_one_of_them() -> None:
    part = Label(column="label", names=("7", "007", "x"))
    assert encoded(part, "7", "007") == [0, 1]
    for asked in (7, "07", 7.0):
        with pytest.raises(SettingsError, match="'7', '007'; label; write one as text, exactly so: '7'"):
            encoded(part, asked)


def test_a_truth_value_is_text() -> None:
    part = Label(column="label", names=("1", "0", "true", "False"))
    assert encoded(part, True, False, np.bool_(True), torch.tensor(False), "TRUE") == [2, 3, 2, 3, 2]
    with pytest.raises(SettingsError, match="no class True"):
        encoded(Label(column="label", names=("0", "1")), True)


def test_text_is_compared_in_one_unicode_form() -> None:
    """macOS writes accents of folders apart."""
    apart, joined = normalize("NFD", "café"), normalize("NFC", "café")
    part = Label(column="label", names=("tea", apart))
    assert encoded(part, joined, apart, f" {joined.upper()} ") == [1, 1, 1]
    both = Label(column="label", names=(apart, joined))
    assert encoded(both, joined, apart) == [1, 0]
    with pytest.raises(SettingsError, match="2 classes for 'CAFÉ'.*or give its index: label_index=0"):
        encoded(both, "CAFÉ")


def test_names_that_differ_in_case_alone_are_told_apart() -> None:
    part = Label(column="label", names=("Bag", "bag"))
    assert encoded(part, "Bag", "bag") == [0, 1]
    with pytest.raises(SettingsError, match="'Bag', 'bag'"):
        encoded(part, "BAG")


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


def test_rare_classes_are_shown_more_often_where_it_is_asked_for() -> None:
    names, ids = ("many", "few"), torch.tensor([0] * 16 + [1] * 4)
    schema = Schema(Column("pixels", channels=1), {"label": Column("ids", names, (16, 4))})
    batch = Batch(torch.zeros(20, 1, 2, 2, dtype=torch.uint8), {"label": ids})
    shares = {}
    for balanced in (0.0, 0.5, 1.0):
        weights = Condition(label=Label(names=names, balance_classes=balanced)).balance(schema, batch)
        drawn = Order(20, 0, weights).indices(0, 6_000)
        shares[balanced] = float(np.mean(drawn >= 16))
    assert shares == {0.0: pytest.approx(0.2), 0.5: pytest.approx(1 / 3, abs=0.01), 1.0: pytest.approx(0.5, abs=0.01)}
