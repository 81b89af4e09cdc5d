"""What every condition owes the house, and what a label does with names."""

import pytest
import torch

from condgan import conditions
from condgan.conditions import Label, Unconditional
from condgan.core.batch import Batch, Schema
from condgan.core.errors import SettingsError

SCHEMA = Schema(("Ankle boot", "Bag", "Coat"), (5, 5, 5))
ALL = {"Label": Label(), "Unconditional": Unconditional()}


def items(labels: torch.Tensor) -> Batch:
    return Batch(torch.zeros(len(labels), 1, 2, 2, dtype=torch.uint8), labels)


def test_every_condition_is_covered() -> None:
    assert {*ALL, "Image", "Joint", "Layout"} == set(conditions.__all__)


@pytest.mark.parametrize("name", ALL)
def test_contract(name: str) -> None:
    condition = ALL[name].complete(SCHEMA)
    labels = torch.tensor([2, 0, 1, 1])
    encoded = condition.targets(SCHEMA, items(labels))
    assert len(encoded) == 4
    embedder = condition.embedder()
    cond = embedder(encoded)
    for carrier, width in zip(cond, embedder.widths, strict=True):
        assert (carrier is None) == (width == 0)
        assert carrier is None or carrier.shape[:2] == (4, width)
    prediction = torch.randn(4, condition.outputs)
    assert condition.disagreement(prediction, encoded).shape == (4,)
    assert len(condition.in_turn(7)) == 7
    assert type(condition).parse(condition.plain()) == condition
    assert all(field.choices for field in condition.describe().fields)


def test_names_come_from_the_data_and_may_be_written_in_any_case() -> None:
    label = Label().complete(SCHEMA)
    assert label.encode(["Bag", "ankle boot", 2, "1"]).tolist() == [1, 0, 2, 1]


def test_text_is_a_name_before_it_is_an_index_and_a_number_is_an_index() -> None:
    assert Label(names=("7", "1", "0")).encode(["1", "0", "2", 0, 1]).tolist() == [1, 2, 2, 0, 1]


@pytest.mark.parametrize("wrong", ["ankel boot", 3, -1, "9"])
def test_unknown_labels_are_refused_with_the_list(wrong: str | int) -> None:
    with pytest.raises(SettingsError, match="Ankle boot, Bag, Coat"):
        Label().complete(SCHEMA).encode([wrong])


def test_a_typo_gets_the_nearest_name() -> None:
    with pytest.raises(SettingsError, match="did you mean 'Ankle boot'"):
        Label().complete(SCHEMA).encode(["ankel boot"])


def test_the_condition_keeps_its_own_order() -> None:
    label = Label(names=("Coat", "Ankle boot", "Bag")).complete(SCHEMA)
    assert label.targets(SCHEMA, items(torch.tensor([0, 1, 2]))).tolist() == [1, 2, 0]


def test_classes_that_the_condition_lacks_are_refused() -> None:
    with pytest.raises(SettingsError, match="Coat"):
        Label(names=("Bag", "Ankle boot")).complete(SCHEMA)


def test_in_turn_is_equally_often() -> None:
    assert torch.bincount(Label().complete(SCHEMA).in_turn(12)).tolist() == [4, 4, 4]


def test_one_hot_and_embedding() -> None:
    one_hot = Label().complete(SCHEMA).embedder()(torch.tensor([2])).vector
    assert one_hot.tolist() == [[0, 0, 1]]
    learned = Label(encoding="embedding", width=6).complete(SCHEMA).embedder()
    assert learned.widths.vector == 6 and sum(p.numel() for p in learned.parameters()) == 18


def test_disagreement_is_cross_entropy() -> None:
    label = Label().complete(SCHEMA)
    flat = label.disagreement(torch.zeros(2, 3), torch.tensor([0, 2]))
    torch.testing.assert_close(flat, torch.full((2,), 3.0).log())


def test_a_plain_gan_takes_no_label() -> None:
    with pytest.raises(SettingsError, match="takes no label"):
        Unconditional().encode(["Bag"])
