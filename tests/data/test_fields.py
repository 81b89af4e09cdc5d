"""What fields are, by their values and by what people say."""

from typing import Any

import pytest
import torch
from pydantic import TypeAdapter, ValidationError

from condgan.core.errors import DataError
from condgan.core.form import FormField
from condgan.data.fields import Fields, Kinds, fields, kinds_of, public, spread

KINDS: dict[str, tuple[list[Any], str]] = {
    "text": (["black", "red"] * 6, "category"),
    "yes and no": (["yes", "No"] * 6, "boolean"),
    "signs": (["-1", "1"] * 6, "boolean"),
    "zeros and ones of a CSV": (["0", "1"] * 6, "boolean"),
    "true and false": ([True, False] * 6, "boolean"),
    "signs with a zero, of which nobody knows what it means": ([-1, 0, 1] * 4, "category"),
    "codes from 0": ([0, 1, 2, 3] * 3, "category"),
    "codes from 1": (["1", "2", "3"] * 4, "category"),
    "whole numbers with gaps": ([1, 30, 45, 80] * 3, "number"),
    "more consecutive numbers than codes": (list(range(20)) * 2, "number"),
    "fractions": (["0.5", "1.25", "3"] * 4, "number"),
    "fractions with a comma": (["0,5", "1,25"] * 4, "number"),
    "several in one cell": (["hat|glasses", "hat", "glasses", "hat;scarf"] * 4, "set"),
    "lists of texts": ([["hat"], ["hat", "glasses"], []] * 4, "set"),
    "lists of numbers": ([[0.5, 1.0], [2.0, 3.0]] * 4, "vector"),
}


def read(values: list[Any], kind: str = "", name: str = "it") -> Fields:
    return fields({name: values}, {name: kind} if kind else {}, "the table")


def kind(found: Fields, name: str = "it") -> str:
    """What a field was read as, by what is told."""
    (told,) = [note.text for note in found.notes if note.kind == "fields"]
    return next(each.split("=")[1] for each in told.removeprefix("fields by their values: ").split("; ")[0].split(", "))


@pytest.mark.parametrize("case", KINDS)
def test_kinds_by_values(case: str) -> None:
    values, expected = KINDS[case]
    found = read(values)
    assert kind(found) == expected
    missing = read([*values, None, "", float("nan"), "n/a"])
    assert kind(missing) == expected
    assert "images without a value of a field: it (4)" in [note.text for note in missing.notes]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (["", None, "NaN"], "no values"),
        (["red"] * 9, "always red"),
        ([f"a text of its own, {n}" for n in range(9)], "9 different texts"),
        (list(range(40)), "an id: each item has its own"),
        ([{"a": 1}, {"a": 2}], "objects, or values of several forms"),
        ([[1], [1, 2]], "lists of several lengths"),
    ],
)
def test_what_is_no_field_is_told(values: list[Any], why: str) -> None:
    found = read(values)
    assert not found.columns and [note.text for note in found.notes] == [f"columns that are no fields: it ({why})"]


def test_ids_by_their_name() -> None:
    far = [7 * n * n for n in range(40)]
    assert kind(read(far)) == "number" and not read(far, name="person_id").columns


def test_names() -> None:
    assert [public(each) for each in ("age [years]", "Hair colour", "a.b", "x, y=z", "  ")] == [
        *("age", "Hair_colour", "a_b", "x_y_z", "field")
    ]
    values = [1, 30, 45, 80]
    found = fields(
        {"age (years)": values, "Age": values, "seed": values, "hair_index": values, "hair": values}, {}, "t"
    )
    assert {*found.columns} == {"age", "hair"} and found.columns["age"].indexed("t")[0].unit == "years"
    (left_out,) = [note.text for note in found.notes if note.kind == "no-fields"]
    assert "Age (called like age (years))" in left_out and "seed (the name means something else)" in left_out
    assert "hair_index (the name means something else)" in left_out
    with pytest.raises(DataError, match=r"no field can be called seed; t; .*--data.fields seed=none"):
        fields({"seed": values}, {"seed": "number"}, "t")
    assert not fields({"seed": values}, {"seed": "none"}, "t").columns


def test_what_people_say_goes_before() -> None:
    values = {"code": [0, 1] * 4, "hair colour": ["a", "b"] * 4, "age": [3, 1, 8, 9] * 2}
    asked = {"code": "category", "Hair Colour": "none", "age": "number[years]"}
    found = fields(values, asked, "t")
    assert {*found.columns} == {"code", "age"} and not found.notes
    assert found.columns["code"].indexed("t")[0].names == ("0", "1")
    assert found.columns["age"].indexed("t")[0].unit == "years"
    assert {*fields(values, {"age": "number", "*": "none"}, "t").columns} == {"age"}
    with pytest.raises(DataError, match=r"no field called 'hare_colour'; t; did you mean 'hair_colour'\?"):
        fields(values, {"hare_colour": "category"}, "t")


@pytest.mark.parametrize(
    ("values", "kind", "message"),
    [
        ([1, 2, "old"], "number", "'old' is no number; the table, field it, item 2; .*--data.fields it=category"),
        (["yes", "perhaps"], "boolean", "'perhaps' is neither yes nor no; the table, field it, item 1"),
        ([["a"], ["b"]], "category", "lists are no category; the table, field it, item 0; .*it=set"),
        ([[1.0], [1.0, 2.0]], "vector", "no vectors of one width"),
    ],
)
def test_values_that_do_not_fit(values: list[Any], kind: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(values, kind)


def test_stored_values() -> None:
    found = fields(
        {
            "hair": ["red", None, "black"],
            "smiling": ["1", "-1", ""],
            "things": ["hat|scarf", "hat", None],
            "age": ["30", "n/a", "1,5"],
        },
        {"hair": "category", "smiling": "boolean", "things": "set", "age": "number"},
        "t",
    )
    values = {name: raw.indexed("t") for name, raw in found.columns.items()}
    assert values["hair"][0].names == ("black", "red") and values["hair"][1].tolist() == [1, -1, 0]
    assert values["smiling"][0].names == ("no", "yes") and values["smiling"][1].tolist() == [1, 0, -1]
    assert values["things"][0].names == ("hat", "scarf")
    assert torch.equal(torch.as_tensor(values["things"][1])[:2], torch.tensor([[1.0, 1], [1, 0]]))
    assert torch.as_tensor(values["things"][1])[2].isnan().all()
    assert torch.as_tensor(values["age"][1]).nan_to_num(-1).tolist() == [30, -1, 1.5]


def test_fields_that_say_the_same() -> None:
    found = fields({"a": ["x", "y", "y", "x"] * 4, "b": [1, 2, 2, 1] * 4, "c": ["x", "y"] * 8}, {}, "t")
    assert "fields that say the same: a and b" in [note.text for note in found.notes]


def test_hints_and_names_that_are_taken() -> None:
    folders = [f"{n:03d}" for n in range(0, 200, 7)]
    found = fields({"label": folders}, {}, "t", {"label": "category"})
    assert found.columns["label"].indexed("t")[0].names == tuple(folders)
    found = fields(
        {"label": ["a", "b"] * 4, "x": ["a", "a", "b", "b"] * 2}, {"label": "category"}, "t", taken=["label"]
    )
    assert {*found.columns} == {"x"}
    assert not fields({"label": ["a"] * 4}, {}, "t", {"label": "category"}).columns


def test_vectors_as_fields() -> None:
    one_hot = torch.eye(3)[[0, 2, 1, 0]].numpy()
    assert spread("label", one_hot) == ({"label": ["0", "2", "1", "0"]}, {"label": "category"})
    values, hints = spread("label", torch.tensor([[0.0, 1], [1, 1]]).numpy())
    assert values == {"label_0": [0.0, 1.0], "label_1": [1.0, 1.0]} and {*hints.values()} == {"boolean"}
    assert {*spread("label", torch.tensor([[0.5, 1]]).numpy())[1].values()} == {"number"}


def test_settings() -> None:
    parse = TypeAdapter(Kinds).validate_python
    assert parse("hair=category, age=number[years],*=none") == {
        **{"hair": "category", "age": "number[years]", "*": "none"}
    }
    for text in ("hair", "hair=colour", "hair=category[cm]"):
        with pytest.raises(ValidationError):
            parse(text)
    form = [FormField("hair", "choice", ("a",)), FormField("age", "number", unit="years"), FormField("p", "picture")]
    assert kinds_of(form) == {"hair": "category", "age": "number[years]", "*": "none"}
