"""What people ask for as text, and what fills in the rest."""

from typing import Any

import numpy as np
import pytest
import torch

from condgan.conditions import Attributes, Condition
from condgan.conditions.label import Label
from condgan.core.batch import Shape
from condgan.core.errors import SettingsError
from condgan.core.form import FormField
from condgan.networks import MLP
from condgan.networks.base import Conditioned
from condgan.pipeline import Pipeline
from condgan.pipeline.combinations import Combinations, fill, in_steps
from condgan.pipeline.requests import Literal, Several, Sweep, named_in, read

FORM = (
    FormField("hair", "choice", ("black", "light, brown", "a|b", "1..2")),
    FormField("smiling", "boolean"),
    FormField("age", "number", low=1, high=80, unit="years"),
)
COLUMNS = {
    "hair": ["black", "red", "black", "brown"],
    "smiling": ["yes", "no", "no", ""],
    "things": ["hat", "none", "glasses", "none"],
    "age": [70.0, 20.0, 40.0, None],
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("hair=black", {"hair": "black"}),
        (" hair = black ,age=40 , smiling=0.7", {"hair": "black", "age": "40", "smiling": "0.7"}),
        ("hair=light, brown, age=3", {"hair": "light, brown", "age": "3"}),
        ('hair="x, age=3", age=4', {"hair": Literal("x, age=3"), "age": "4"}),
        ("hair='a|b'", {"hair": Literal("a|b")}),
        ("hair=black|red, age=20..70", {"hair": "black|red", "age": "20..70"}),
        ("weather=fair", {"weather": "fair"}),
    ],
)
def test_text_of_names_and_values(text: str, found: dict[str, Any]) -> None:
    assert named_in(text, FORM) == found


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [
        (0, "a|b", "a|b"),
        (0, "1..2", "1..2"),
        (0, "black|'light, brown'", Several(("black", "light, brown"))),
        (0, Literal("black|x"), "black|x"),
        (1, "yes|no", Several(("yes", "no"))),
        (1, "0..1/3", Sweep((0.0, 0.5, 1.0))),
        (2, "20..70/6", Sweep((20.0, 30.0, 40.0, 50.0, 60.0, 70.0))),
        (2, "-5 .. 5 / 2", Sweep((-5.0, 5.0))),
        (2, 40, 40),
    ],
)
def test_values(field: int, value: Any, found: Any) -> None:
    assert read(FORM[field], value) == found
    if isinstance(value, str) and ".." in value and field:
        assert len(read(FORM[2], "20..70").values) == 8


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hair", "no value in 'hair'; where; write NAME=VALUE"),
        ("hair=black, hair=red", r'two values for hair; .*to have them in turn write hair="A\|B"'),
    ],
)
def test_text_that_says_nothing_or_two_things(text: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        named_in(text, FORM)


@pytest.fixture(scope="module")
def pipe() -> Pipeline:
    attributes, schema, _ = Attributes.example()
    condition = Condition(attributes=attributes).complete(schema)
    torch.manual_seed(0)
    embedder = condition.embedder()
    mlp, shape = MLP(latent=4), Shape(1, (4, 4))
    generator = Conditioned(mlp.generator(shape, embedder.widths), embedder)
    return Pipeline(condition, mlp, shape, generator, combinations=Combinations(COLUMNS, [5, 3, 2, 1]))


def test_what_is_not_asked_for_is_of_rows_that_match(pipe: Pipeline) -> None:
    found = pipe(hair="black", seeds=range(200))
    pairs = set(zip(found.columns["smiling"], found.columns["things"], found.columns["age"], strict=True))
    assert pairs == {("yes", "hat", 70.0), ("no", "glasses", 40.0)}
    share = sum(each == "yes" for each in found.columns["smiling"]) / 200
    assert share == pytest.approx(5 / 7, abs=0.1)
    near = pipe(age=42, n=20)
    assert set(near.columns["hair"]) == {"black"} and set(near.columns["things"]) == {"glasses"}
    alone = pipe(hair="black", seeds=[7])
    seventh = pipe(hair="black", seeds=range(8)).images[7]
    assert np.array_equal(alone.images[0], seventh)


def test_nothing_asked_for_is_any_of_them(pipe: Pipeline) -> None:
    found = pipe(n=300)
    shares = {hair: found.columns["hair"].count(hair) / 300 for hair in ("black", "red", "brown")}
    for hair, share in (("black", 7 / 11), ("red", 3 / 11), ("brown", 1 / 11)):
        assert shares[hair] == pytest.approx(share, abs=0.08)
    missing = [age for hair, age in zip(found.columns["hair"], found.columns["age"], strict=True) if hair == "brown"]
    assert missing and set(missing) == {None}


def test_free_leaves_the_rest_unknown(pipe: Pipeline) -> None:
    found = pipe(hair="red", free=True)
    assert found.columns == {"hair": ["red"], "smiling": [""], "things": [""], "age": [None]}
    assert pipe(hair="red", age=None, seeds=[0]).columns["age"] == [None]
    with np.load(_saved(found)) as arrays:
        assert arrays["hair"].tolist() == [2] and np.isnan(arrays["age"]).all()


def _saved(found: Any) -> Any:
    import io

    buffer = io.BytesIO()
    found._npz(buffer)
    buffer.seek(0)
    return buffer


def test_a_combination_that_was_never_seen_is_made_and_told(pipe: Pipeline, caplog: pytest.LogCaptureFixture) -> None:
    found = pipe(hair="red", things="hat", smiling="yes", n=3)
    assert set(found.columns["hair"]) == {"red"} and set(found.columns["age"]) <= {70.0, 20.0}
    assert "no training image has hair=red and things=hat and smiling=yes together" in caplog.text


def test_a_sweep_goes_along_a_row_and_leaves_all_else(pipe: Pipeline) -> None:
    found = pipe(where="age=10..70/3, hair=black")
    assert found.columns["age"] == [10.0, 40.0, 70.0] * 4 and found.across == 3
    for name in ("smiling", "things"):
        rows = [set(found.columns[name][start : start + 3]) for start in range(0, 12, 3)]
        assert all(len(row) == 1 for row in rows)
    assert found.seeds.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert pipe(where="age=10..70/3", seeds=[5, 6]).seeds.tolist() == [5, 5, 5, 6, 6, 6]
    assert len(pipe(age="10..70", hair="black|brown").images) == 16


def test_two_sweeps_make_a_grid_from_one_seed(pipe: Pipeline) -> None:
    found = pipe(where="age=10..70/3, smiling=0..1/2")
    assert found.columns["age"] == [10.0, 40.0, 70.0] * 2 and found.columns["smiling"] == ["no"] * 3 + ["yes"] * 3
    assert set(found.seeds.tolist()) == {0} and found.across == 3
    assert len({*found.columns["hair"]}) == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"age": 120}, "age 120 is out of the range of the training; age: 1 to 80 years; .*--extrapolate"),
        ({"where": "age=0..70"}, "age 0 is out of the range"),
        ({"age": "10..70/1"}, "a sweep of 1 values; age=10..70/1; give 2 to 64"),
        ({"where": "hair=black", "hair": "red"}, "two values for hair"),
        ({"age": ["10..70", 3]}, "a sweep of age and other values of it"),
        ({"hair": "blond"}, "no value 'blond' of hair"),
        ({"where": "hiar=black"}, "takes no hiar; .*did you mean 'hair'"),
        ({"things": "hat+hoop"}, "no value 'hoop' of things"),
    ],
)
def test_what_is_refused(pipe: Pipeline, words: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        pipe(**words)


def test_beyond_the_range_where_it_is_allowed(pipe: Pipeline) -> None:
    assert pipe(age=120, extrapolate=True).columns["age"] == [120.0]


@pytest.mark.parametrize(
    "value", [{"hat", "glasses"}, frozenset({"hat", "glasses"}), ("glasses", "hat"), "hat+glasses"]
)
def test_several_things_at_once(pipe: Pipeline, value: Any) -> None:
    assert pipe(things=value).columns["things"] == ["glasses+hat"]
    assert pipe(things=["hat", "glasses"]).columns["things"] == ["hat", "glasses"]


def test_saved_with_the_pipeline(pipe: Pipeline, tmp_path: Any) -> None:
    pipe.save_pretrained(tmp_path)
    again = Pipeline.from_pretrained(tmp_path)
    assert again.combinations is not None and again.combinations.columns == COLUMNS
    assert np.array_equal(again(hair="black", n=5).images, pipe(hair="black", n=5).images)
    card = (tmp_path / "README.md").read_text()
    assert "`age`: a number, 1 to 80 years" in card and "`hair`: one of these: black, brown, red" in card
    (tmp_path / "combinations.json").write_text('{"columns": {"hair": ["black"]}, "counts": []}')
    with pytest.raises(SettingsError, match="damaged pipeline"):
        Pipeline.from_pretrained(tmp_path)


def test_sheets_of_one_field_and_of_two(pipe: Pipeline) -> None:
    assert pipe.sheet().size[0] == 3 * 58 + 2
    assert pipe.sheet("age", "hair").size[0] == 8 * 58 + 2
    with pytest.raises(SettingsError, match="no field agee"):
        pipe.sheet("agee")


def test_a_sheet_of_a_class_beside_attributes() -> None:
    """The class cannot be left out, attributes are filled in."""
    attributes = Attributes.example().part.complete(Attributes.example().schema)
    condition = Condition(label=Label(names=("cat", "dog")), attributes=attributes)
    mlp, shape, embedder = MLP(latent=4), Shape(1, (8, 8)), condition.embedder()
    generator = Conditioned(mlp.generator(shape, embedder.widths), embedder)
    names = [field.name for field in attributes.form()]
    columns = {name: row for name, row in COLUMNS.items() if name in names}
    pipe = Pipeline(condition, mlp, shape, generator, combinations=Combinations(columns, [5, 3, 2, 1]))
    assert pipe.sheet().size[0] == 2 * 58 + 2


def test_the_table_is_of_what_items_say_and_numbers_are_kept_in_steps() -> None:
    attributes, schema, batch = Attributes.example()
    condition = Condition(label=Label(column="kind", names=("a", "b")), attributes=attributes.complete(schema))
    bundle = condition.targets(
        schema._replace(columns={**schema.columns, "kind": schema.columns["hair"]._replace(names=("a", "b"))}),
        batch._replace(columns={**batch.columns, "kind": torch.tensor([0, 1, 1, 0])}),
    )
    table = Combinations.of_items(condition, bundle)
    assert table is not None and table.columns["kind"] == ["a", "b", "b", "a"] and table.counts == [1, 1, 1, 1]
    assert table.columns["age"] == [1.0, 80.0, 30.0, None]
    many = [float(age) for age in range(100)]
    steps = in_steps([*many, None])
    assert len(set(steps)) == 13 and steps[-1] is None and steps.count(steps[0]) in (8, 9)
    form = condition.form()
    found = fill(form, table, [{"kind": "b", "hair": "red"}], [0], ["smiling", "age"])
    assert found.rows == [{"kind": "b", "hair": "red", "smiling": "no", "age": 80.0}] and not found.unmatched
