"""What every part owes to data, networks, losses and people: run over the registry."""

import pytest
import torch

from condgan.conditions import PARTS, Condition
from condgan.conditions.base import Part
from condgan.conditions.condition import carriers
from condgan.conditions.heritage import continued, inherit
from condgan.core.bundle import concat, part, repeat, same, take
from condgan.core.cond import CARRIERS
from condgan.core.errors import SettingsError
from condgan.core.needs import FIELDWISE

KINDS = PARTS.kinds()


def completed(kind: str, **settings: object) -> tuple[Condition, dict[str, torch.Tensor]]:
    """A condition of one part, and the bundle of its example's items."""
    example, schema, batch = PARTS[kind].example()
    condition = Condition(it=example.with_(**settings)).complete(schema)
    return condition, condition.targets(schema, batch)


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_completed_once_and_goes_through_plain_values(kind: str) -> None:
    example, schema, _ = PARTS[kind].example()
    found = example.complete(schema)
    assert isinstance(found, Part) and found.kind == kind and found.complete(schema) == found
    condition = Condition(it=found)
    assert Condition.parse(condition.plain()) == condition


@pytest.mark.parametrize("kind", KINDS)
def test_its_carriers_are_those_that_it_declares_and_as_wide(kind: str) -> None:
    condition, bundle = completed(kind)
    embedder = condition.embedder()
    cond = embedder(bundle)
    declared = carriers(condition.parts["it"])
    assert cond.times is None
    for name, carrier, width in zip(CARRIERS, cond[:3], embedder.widths, strict=True):
        assert (carrier is not None) == (width > 0) == (name in declared)
        if isinstance(carrier, torch.Tensor):
            assert carrier.shape[:2] == (4, width) and carrier.isfinite().all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_bundle_is_by_sample(kind: str) -> None:
    """What is computed of some samples is the same as of all, for those."""
    condition, bundle = completed(kind)
    rows = torch.tensor([2, 0])
    assert all(len(each) == 4 for each in bundle.values())
    some = condition.embedder()
    whole, few = some(bundle), some(take(bundle, rows))
    for one, other in zip(whole, few, strict=True):
        if isinstance(one, torch.Tensor):
            torch.testing.assert_close(one[rows], other)
    again = concat([bundle, take(bundle, rows)])
    assert all(torch.equal(again[name], torch.cat([each, each[rows]])) for name, each in bundle.items())
    assert same(repeat(bundle, 8), 8)[:4, 4:].diagonal().all()


@pytest.mark.parametrize("kind", KINDS)
def test_tasks_score_what_they_are_told_and_take_what_is_missing_for_nothing(kind: str) -> None:
    condition, bundle = completed(kind)
    for name, task in condition.tasks().items():
        assert name in [field.name for field in condition.form()] and task.chance < 1
        space = next(iter(bundle.values())).shape[2:] if task.dense else ()
        prediction = torch.zeros(4, task.outputs, *space)
        assert task.loss(prediction, bundle).shape == task.score(prediction, bundle).shape == (4,)
        if task.target is not None:
            truth = task.target(bundle)
            sure = torch.nn.functional.one_hot(truth.clamp(min=0), task.outputs).movedim(-1, 1).float() * 100
            scores = task.score(sure, bundle)
            missing = (truth < 0).flatten(1).all(1) if truth.dim() > 1 else truth < 0
            assert (scores[~missing] == 1).all() and scores[missing].isnan().all()
            assert task.loss(sure, bundle).max() < 1e-4 and len(task.names) == task.outputs
        if task.number is not None:
            truth = task.number.truth(bundle)
            right = torch.linspace(-1, 1, 4)[:, None]
            assert task.number.read(right).isfinite().all() and truth.shape == (4,)


@pytest.mark.parametrize("kind", KINDS)
def test_the_form_names_what_can_be_given(kind: str) -> None:
    condition, bundle = completed(kind)
    form = condition.form()
    assert form and all(field.name and field.help for field in form)
    examples = condition.examples(3)
    if examples is None:
        assert any(field.required for field in form)
        with pytest.raises(SettingsError, match=f"no {form[0].name}"):
            condition.encode([{}])
    else:
        encoded = condition.encode(examples)
        assert encoded.keys() == bundle.keys() and all(len(each) == 3 for each in encoded.values())
    with pytest.raises(SettingsError, match="takes no weather"):
        condition.encode([{"weather": "fair"}])
    shown = condition.show(bundle)
    assert shown.keys() <= {field.name for field in form} and all(len(each) == 4 for each in shown.values())


@pytest.mark.parametrize("kind", KINDS)
def test_what_moves_with_the_image_has_its_extent(kind: str) -> None:
    condition, bundle = completed(kind)
    _, _, batch = PARTS[kind].example()
    for name in condition.spatial():
        assert bundle[name].shape[2:] == batch.target.shape[2:] and bundle[name].dtype == torch.uint8


@pytest.mark.parametrize("kind", KINDS)
def test_what_may_be_left_out_is_zero_and_says_so(kind: str) -> None:
    whole, _ = completed(kind)
    if FIELDWISE in whole.provides():
        pytest.skip("its fields are left out one by one: see the test of that kind")
    if whole.examples(1) is None:
        with pytest.raises(SettingsError, match="cannot be left out"):
            completed(kind, dropout=0.5)
        return
    condition, bundle = completed(kind, dropout=0.5)
    embedder = condition.embedder()
    width = embedder.widths.vector
    assert width == Condition(it=condition.parts["it"].with_(dropout=0.0)).embedder().widths.vector + 1
    torch.manual_seed(0)
    known = condition.vary(repeat(bundle, 1000))["it.known"]
    assert known.float().mean().item() == pytest.approx(0.5, abs=0.05)
    unknown = condition.encode([{}, *(condition.examples(1) or [])])
    assert unknown["it.known"].tolist() == [False, True]
    vector = embedder(unknown).vector
    assert vector is not None and not vector[0].any() and vector[1, -1] == 1
    for task in condition.tasks().values():
        prediction = torch.randn(2, task.outputs)
        assert task.loss(prediction, unknown)[0] == 0 and task.score(prediction, unknown)[0].isnan()
    assert condition.show(unknown)[condition.form()[0].name][0] == ""


@pytest.mark.parametrize("kind", KINDS)
def test_continued_from_itself_it_is_itself_and_inherits_its_own_state(kind: str) -> None:
    condition, _ = completed(kind)
    it = condition.parts["it"]
    assert it.continued(it) == it and continued(condition, condition) == condition
    state = condition.embedder().state_dict()
    found = inherit(condition, condition, state)
    assert found.keys() == state.keys() and all(torch.equal(found[key], value) for key, value in state.items())


@pytest.mark.parametrize("kind", KINDS)
def test_opened_it_is_completed_again(kind: str) -> None:
    example, schema, _ = PARTS[kind].example()
    found = example.complete(schema)
    assert found.opened().complete(schema) == found and found.opened().filled_as(found) == found


def test_a_product_concatenates_and_keeps_parts_apart() -> None:
    (label, schema, batch), (picture, more, others) = (PARTS[kind].example() for kind in ("label", "picture"))
    both = schema._replace(columns={**schema.columns, **more.columns})
    items = others._replace(columns={**batch.columns, **others.columns})
    condition = Condition(name=label, photo=picture).complete(both)
    bundle = condition.targets(both, items)
    assert set(bundle) == {"name.id", "photo.pixels"} and set(part(bundle, "name")) == {"id"}
    embedder = condition.embedder()
    cond = embedder(bundle)
    assert embedder.widths == (3, 0, 3) and cond.vector.shape == (4, 3) and cond.map.shape == (4, 3, 8, 8)
    assert condition.examples(2) is None and list(condition.tasks()) == ["label"]
    twice = Condition(one=label.with_(column="a"), two=label.with_(column="b", encoding="embedding", width=5))
    columns = {"a": schema.columns["label"], "b": schema.columns["label"]}
    twice = twice.complete(schema._replace(columns=columns))
    assert twice.embedder().widths.vector == 8 and [field.name for field in twice.form()] == ["a", "b"]
    with pytest.raises(SettingsError, match="two parts are called label"):
        Condition.parse({"one": {"kind": "label", "column": "label"}, "two": {"kind": "label", "column": "label"}})


def test_without_parts_it_is_the_plain_gan() -> None:
    condition = Condition()
    assert condition.embedder()({}) == (None,) * 4 and condition.encode([{}, {}]) == {}
    assert condition.form() == () and condition.tasks() == {} and condition.examples(2) == [{}, {}]
    with pytest.raises(SettingsError, match="takes no label; label 'Bag'; it was trained without a condition"):
        condition.encode([{"label": "Bag"}])


@pytest.mark.parametrize("written", ["none", "", {}, {"parts": {}}])
def test_none_is_written_in_any_of_these_ways(written: object) -> None:
    assert Condition.model_validate(written) == Condition()


def test_short_forms() -> None:
    assert Condition.model_validate("label") == Condition(label={"kind": "label"}) == Condition(label={})
    assert list(Condition.model_validate("picture, label").parts) == ["picture", "label"]
    digit = Condition.parse({"digit": {"kind": "label", "column": "label"}})
    assert digit.parts["digit"].column == "label" and digit.reads == {"label"}
    for wrong, message in (
        ({"label": {"encodng": "x"}}, r"setting label\.encodng; did you mean 'encoding'"),
        ({"labl": {}}, "no kind 'labl'; setting labl.kind; did you mean 'label'"),
        ({"a b": {"kind": "label"}}, "cannot be the name of a part"),
        ({"label": 3}, "give a table with a kind"),
        ({"seed": {"kind": "label"}}, "seed is the name of something else"),
        ({"a": {"kind": "label"}, "a_names": {"kind": "label"}}, "a_names is the name of something else"),
    ):
        with pytest.raises(SettingsError, match=message):
            Condition.parse(wrong)
