"""Many attributes at once: each with a vector of its own, any of them missing."""

from typing import Any

import pytest
import torch

from condgan.conditions import Attributes, Condition
from condgan.conditions.categories import Boolean, Category, SetOf
from condgan.conditions.fields import field_of
from condgan.conditions.numbers import Number
from condgan.core.batch import Batch
from condgan.core.bundle import part, repeat
from condgan.core.errors import SettingsError
from condgan.core.schema import YES_NO, Column, Schema


@pytest.fixture(scope="module")
def example() -> tuple[Condition, Schema, Batch]:
    attributes, schema, batch = Attributes.example()
    return Condition(attributes=attributes).complete(schema), schema, batch


def attributes(condition: Condition) -> Attributes:
    found = condition.parts["attributes"]
    assert isinstance(found, Attributes)
    return found


def test_what_each_column_becomes(example: tuple[Condition, Schema, Batch]) -> None:
    kinds = [type(field) for field in attributes(example[0]).fields]
    assert kinds == [Category, Boolean, SetOf, Number]
    assert [field.type for field in example[0].form()] == ["choice", "boolean", "set", "number"]
    age = example[0].form()[3]
    assert (age.low, age.high, age.unit) == (1, 80, "years")
    assert field_of("x", Column("text")) is None and field_of("x", Column("vectors", width=3)) is None


def test_what_people_write_is_what_data_say(example: tuple[Condition, Schema, Batch]) -> None:
    condition, schema, batch = example
    told = condition.targets(schema, batch)
    written = condition.encode(
        [
            {"hair": "black", "smiling": "yes", "things": ["glasses"], "age": 1},
            {"hair": "RED", "smiling": False, "things": "none", "age": "80"},
            {"smiling": 1, "things": "glasses+hat", "age": 30.0},
            {"hair": "brown", "things": ()},
        ]
    )
    assert told.keys() == written.keys()
    for name, value in told.items():
        assert torch.equal(value, written[name]), name
    shown = condition.show(told)
    assert shown["hair"] == ["black", "red", "", "brown"] and shown["smiling"] == ["yes", "no", "yes", ""]
    assert shown["things"] == ["glasses", "none", "glasses+hat", "none"] and shown["age"] == [1.0, 80.0, 30.0, None]


def test_each_field_has_columns_of_its_own_and_missing_ones_are_zero(example: tuple[Condition, Schema, Batch]) -> None:
    condition, _, _ = example
    embedder = condition.embedder()
    rows = [{"hair": "red"}, {"hair": "red", "age": 40}, {}, {"smiling": "yes"}, {"smiling": "no"}, {"smiling": 0.75}]
    vector = embedder(condition.encode(rows)).vector
    red, both, nothing, yes, no, rather = vector
    assert embedder.widths.vector == len(nothing) and not nothing[:-4].any() and nothing[-4:].tolist() == [1] * 4
    age = both - red
    assert (age != 0).sum() >= 7 and (age * (red - nothing)).sum() == 0  # other columns than those of hair
    assert ((yes - no) != 0).sum() == 1 and (yes - no).abs().max() == 2  # one signed number
    assert (rather - nothing)[:-4].abs().max() == 0.5  # half way from neither to yes
    assert not [*embedder.parameters()] and not embedder.state_dict()


def test_near_numbers_have_near_vectors(example: tuple[Condition, Schema, Batch]) -> None:
    condition, _, _ = example
    vectors = condition.embedder()(condition.encode([{"age": age} for age in (1, 20, 22, 60)])).vector
    apart = torch.cdist(vectors, vectors)
    assert apart[1, 2] < 0.3 * apart[1, 3] and apart[1, 2] > 0


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"hair": "blak"}, "no value 'blak' of hair; values: black, brown, red; did you mean 'black'"),
        ({"hair": "blue-green"}, "no value 'blue-green' of hair"),
        ({"smiling": "perhaps"}, "smiling cannot be 'perhaps'; smiling; give yes, no, or 0 to 1"),
        ({"smiling": 2}, "smiling cannot be 2"),
        ({"things": "hat+car"}, "no value 'car' of things"),
        ({"age": "old"}, "'old' is no number; age; give one from 1 to 80 years"),
        ({"age": float("nan")}, "nan is no number"),
        ({"age": True}, "True is no number"),
        ({"hiar": "black"}, "this generator takes no hiar; hiar 'black'; did you mean 'hair'"),
    ],
)
def test_what_is_refused(example: tuple[Condition, Schema, Batch], row: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message.replace("(", r"\(")):
        example[0].encode([row])


def test_training_leaves_fields_out_and_moves_numbers(example: tuple[Condition, Schema, Batch]) -> None:
    condition, schema, batch = example
    told = repeat(condition.targets(schema, batch), 4_000)
    torch.manual_seed(0)
    shown = condition.vary(told)
    known, before = shown["attributes.known"], told["attributes.known"]
    assert not (known & ~before).any()
    # a fifth of the items lose half of their fields on the average, some lose all
    assert (known.sum() / before.sum()).item() == pytest.approx(0.9, abs=0.01)
    assert 0.01 < (~known.any(1)).float().mean() < 0.1
    age = attributes(condition).placed[3].start
    moved = (shown["attributes.value"] - told["attributes.value"])[:, age].abs()
    assert 1.0 < moved.max() <= 1.5
    still = Condition(attributes=attributes(condition).with_(dropout=0, vicinity=0))
    same = still.vary(told)
    assert all(torch.equal(same[name], told[name]) for name in told)


def test_rare_numbers_are_drawn_as_often(example: tuple[Condition, Schema, Batch]) -> None:
    _, schema, _ = example
    ages = torch.tensor([10.0] * 90 + [20.0] * 9 + [30.0, torch.nan])
    batch = Batch(torch.zeros(101, 1, 2, 2, dtype=torch.uint8), {"age": ages})
    only = Schema(schema.target, {"age": schema.columns["age"]})
    found = Condition(attributes=Attributes()).complete(only).balance(only, batch)
    assert found is not None
    totals = [found[ages == age].sum().item() for age in (10, 20, 30)]
    assert totals[0] == pytest.approx(totals[1], rel=1e-4) and totals[0] == pytest.approx(totals[2], rel=1e-4)
    alike = Batch(batch.target, {"age": torch.arange(101.0)})
    assert Condition(attributes=Attributes()).complete(only).balance(only, alike) is None


def test_the_data_are_read_in_their_own_order_of_names(example: tuple[Condition, Schema, Batch]) -> None:
    condition, schema, batch = example
    other = Schema(schema.target, {**schema.columns, "hair": Column("ids", ("red", "black"))})
    items = Batch(batch.target, {**batch.columns, "hair": torch.tensor([0, 1, -1, 0])})
    assert condition.complete(other) == condition
    assert condition.show(condition.targets(other, items))["hair"] == ["red", "black", "", "red"]
    more = Schema(schema.target, {**schema.columns, "hair": Column("ids", ("red", "blond"))})
    with pytest.raises(SettingsError, match="values of hair that the generator does not know: blond"):
        condition.complete(more)


def test_only_some_fields_and_those_that_other_parts_take(example: tuple[Condition, Schema, Batch]) -> None:
    _, schema, _ = example
    two = Condition(attributes={"only": "age,hair"}).complete(schema)
    assert [field.name for field in two.form()] == ["age", "hair"]
    apart = Condition.parse({"label": {"column": "hair"}, "attributes": {}}).complete(schema)
    assert [field.name for field in apart.form()] == ["hair", "smiling", "things", "age"]
    for names, message in (("agee", "no field called agee; fields: hair, smiling, things, age; did you mean 'age'"),):
        with pytest.raises(SettingsError, match=message):
            Condition(attributes={"only": names}).complete(schema)
    with pytest.raises(SettingsError, match="the data have no fields; columns: none"):
        Condition(attributes={}).complete(Schema(schema.target, {}))


def test_tasks_tell_what_is_right_and_leave_out_what_is_missing(example: tuple[Condition, Schema, Batch]) -> None:
    condition, schema, batch = example
    told, tasks = condition.targets(schema, batch), condition.tasks()
    sure = {
        "hair": torch.eye(3)[[0, 2, 0, 1]] * 50,
        "smiling": torch.eye(2)[[1, 0, 1, 0]] * 50,
        "things": torch.tensor([[9.0, -9], [-9, -9], [9, 9], [-9, -9]]),
        "age": torch.tensor([[-1.0], [1], [(30 - 1) / 79 * 2 - 1], [0]]),
    }
    missing = {"hair": 2, "smiling": 3, "things": None, "age": 3}
    for name, task in tasks.items():
        scores, losses = task.score(sure[name], told), task.loss(sure[name], told)
        assert losses.max() < 1e-3
        for item in range(4):
            assert scores[item].isnan() if item == missing[name] else scores[item] > 0.6
        if missing[name] is not None:
            assert losses[missing[name]] == 0
    number = tasks["age"].number
    assert number is not None and number.unit == "years"
    torch.testing.assert_close(number.read(sure["age"])[:3], torch.tensor([1.0, 80, 30]))
    assert number.truth(told)[3].isnan() and number.truth(told)[1] == 80
    # who always says the median loses as much as the mean deviation: score 0 on the average
    assert tasks["age"].chance == 0 and tasks["smiling"].names == YES_NO


def test_taken_further_on_other_data(example: tuple[Condition, Schema, Batch]) -> None:
    condition, schema, _ = example
    parent = attributes(condition)
    older = {**schema.columns, "age": schema.columns["age"]._replace(high=99)}
    mine = attributes(Condition(attributes={}).complete(Schema(schema.target, dict(reversed(older.items())))))
    found = mine.continued(parent)
    assert [field.name for field in found.fields] == [field.name for field in parent.fields]
    age = next(field for field in found.fields if isinstance(field, Number))
    assert age.high == 99 and age.scale == (1, 80)
    fewer = attributes(Condition(attributes={"only": "age"}).complete(schema))
    with pytest.raises(SettingsError, match="has other attributes: no field hair"):
        fewer.continued(parent)


def test_part_of_a_bundle_is_by_name(example: tuple[Condition, Schema, Batch]) -> None:
    condition, schema, batch = example
    assert set(part(condition.targets(schema, batch), "attributes")) == {"value", "known"}


def test_what_is_missing_is_filled_in_where_a_network_is_sure(example: tuple[Condition, Schema, Batch]) -> None:
    condition, schema, batch = example
    told = condition.targets(schema, batch)
    assert condition.incomplete(told) and not condition.incomplete(condition.encode(condition.examples(3) or []))
    predictions = {
        "hair": torch.tensor([[9.0, 0, 0], [0, 9, 0], [0, 9, 0], [0, 0, 9]]),
        "smiling": torch.tensor([[0.0, 9], [9, 0], [9, 0], [0.5, 0]]),
        "things": torch.full((4, 2), 9.0),
        "age": torch.ones(4, 1),
    }
    found = condition.impute(told, predictions)
    shown = condition.show(found)
    # only the third item says nothing of its hair; the last one's smile is not sure, and numbers are never guessed
    assert shown["hair"] == ["black", "red", "brown", "brown"] and shown["smiling"] == ["yes", "no", "yes", ""]
    assert shown["things"] == condition.show(told)["things"] and shown["age"][3] is None
    assert told["attributes.known"].sum() + 1 == found["attributes.known"].sum()
    off = Condition(attributes=attributes(condition).with_(imputed=False))
    assert all(torch.equal(value, told[name]) for name, value in off.impute(told, predictions).items())
