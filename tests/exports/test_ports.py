"""What an exported generator takes says the same as what people write."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from condgan.conditions import Condition
from condgan.conditions.base import PARTS
from condgan.core.errors import SettingsError
from condgan.core.port import TYPES, Port


def part_of(kind: str, **settings: Any) -> Condition:
    """A condition of the example of a kind, completed from its data."""
    part, schema, _ = PARTS[kind].example()
    return Condition(parts={part.column or kind: part.with_(**settings)}).complete(schema)


@pytest.mark.parametrize(
    ("kind", "row", "values"),
    [
        ("label", {"label": "Bag"}, {"label": 1}),
        (
            "attributes",
            {"hair": "brown", "smiling": 0.25, "things": "hat", "age": 33.0},
            {"hair": 1, "smiling": 0.25, "things": [0.0, 1.0], "age": 33.0},
        ),
        (
            "attributes",
            {"smiling": "yes"},
            {"hair": -1, "smiling": 1.0, "things": [math.nan, math.nan], "age": math.nan},
        ),
        ("vector", {"vector": [1.0, 3.0, -2.5]}, {"vector": [1.0, 3.0, -2.5]}),
        ("instance", {"instance": [0.5, -1.0]}, {"instance": [0.5, -1.0]}),
        (
            "layout",
            {"picture": [[0, 1], [2, 1]]},
            {"picture": [[0, 1], [2, 1]]},
        ),
    ],
)
def test_ports_say_what_people_write(kind: str, row: dict[str, Any], values: dict[str, Any]) -> None:
    condition = part_of(kind)
    ports = {port.name: port for port in condition.ports((2, 2))}
    given = {name: torch.tensor([value], dtype=TYPES[ports[name].type]) for name, value in values.items()}
    row = {name: torch.tensor(value).numpy() if kind == "layout" else value for name, value in row.items()}
    expected, found = condition.encode([row]), condition.read(given)
    assert found.keys() == expected.keys()
    for name, each in expected.items():
        torch.testing.assert_close(found[name], each.to(found[name].dtype), msg=name)
        assert found[name].shape == each.shape


def test_words_are_given_by_their_ids() -> None:
    condition = part_of("text", dropout=0.1)
    (port,) = condition.ports((8, 8))
    (part,) = condition.parts.values()
    text = " ".join(port.names[2:4])
    ids = torch.zeros(2, *port.shape, dtype=torch.int32)
    ids[0, :2] = torch.tensor([2, 3])
    found, expected = condition.read({port.name: ids}), condition.encode([{part.column: text}, {}])
    assert torch.equal(found["text.ids"][0], expected["text.ids"][0])
    assert found["text.known"].tolist() == expected["text.known"].tolist() == [True, False]


def test_a_part_that_may_be_left_out_is_by_a_number() -> None:
    condition = part_of("label", dropout=0.1)
    (port,) = condition.ports((8, 8))
    assert port.missing == -1
    found = condition.read({"label": torch.tensor([2, -1], dtype=torch.int32)})
    assert found["label.known"].tolist() == [True, False] and found["label.id"].tolist() == [2, 0]
    assert "label.known" not in part_of("label").read({"label": torch.tensor([2], dtype=torch.int32)})


def test_words_of_another_network_cannot_be_exported() -> None:
    condition = part_of("text")
    (name,) = condition.parts
    other = Condition(parts={name: {**condition.parts[name].plain(), "encoder": "minilm"}})
    with pytest.raises(SettingsError, match="minilm, which cannot be exported"):
        other.ports((8, 8))


def test_random_values_are_within_the_range() -> None:
    chance = torch.Generator().manual_seed(0)
    found = Port("a", "int32", (), 0, 3, -1).random(400, chance)
    assert found.dtype == torch.int32 and found.unique().tolist() == [-1, 0, 1, 2, 3]
    assert Port("a", "uint8", (2, 2), 0, 255).random(4_000, chance).unique().numel() == 256
    assert 0.4 < Port("a", "float32", (), 0.4, 0.5).random(50, chance).mean() < 0.5
