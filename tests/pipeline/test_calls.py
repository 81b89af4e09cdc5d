"""What a call takes: one value or several in whatever holds them, names and indices."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from condgan import Pipeline, SettingsError
from condgan.conditions import Condition, Label
from tests.commands import run
from tests.pipeline.test_pipeline import pipeline

NUMBERED = Condition(label=Label(names=("001", "002", "003", "004")))
pd = pytest.importorskip("pandas")


@pytest.fixture(scope="module")
def pipe() -> Pipeline:
    return pipeline(condition=NUMBERED)


@pytest.mark.parametrize(
    "several",
    [
        [2, 3],
        (2, 3),
        range(2, 4),
        np.array([2, 3]),
        np.array(["2", "003"]),
        torch.tensor([2, 3]),
        [np.int64(2), torch.tensor(3)],
        pd.Series([2, 3]),
        pd.Series(["002", "3"]),
        {2: 0, 3: 0}.keys().__iter__(),
        (each for each in (2, 3)),
    ],
    ids=lambda each: type(each).__name__,
)
def test_anything_with_one_axis_is_a_list(pipe: Pipeline, several: Any) -> None:
    assert pipe(several).columns["label"] == ["002", "003"]


@pytest.mark.parametrize("one", [np.int64(2), np.array(2), torch.tensor(2), "2", Path("002"), 2.0])
def test_a_single_value_is_one_value(pipe: Pipeline, one: Any) -> None:
    assert pipe(one).columns["label"] == ["002"]


@pytest.mark.parametrize(
    "seeds", [[3, 3], np.array([3, 3]), torch.tensor([3, 3]), pd.Series([3, 3]), (3 for _ in range(2))]
)
def test_seeds_in_whatever_holds_them(pipe: Pipeline, seeds: Any) -> None:
    found = pipe("2", seeds=seeds)
    assert found.seeds.tolist() == [3, 3] and (found.images[0] == found.images[1]).all()


@pytest.mark.parametrize("seed", [5, np.int64(5), np.array(5), torch.tensor(5), np.uint8(5)])
def test_one_seed(pipe: Pipeline, seed: Any) -> None:
    assert pipe("2", seeds=seed).seeds.tolist() == [5]


@pytest.mark.parametrize("n", [np.int64(4), torch.tensor(4), np.array(4)])
def test_numbers_of_images(pipe: Pipeline, n: Any) -> None:
    assert len(pipe(n=n).images) == 4


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"n": True}, "True is no whole number; n"),
        ({"n": 2.5}, "2.5 is no whole number; n"),
        ({"n": "4"}, "'4' is no whole number; n"),
        ({"n": 10**5000}, "too large; n"),
        ({"seeds": [1.5]}, "1.5 is no whole number; seeds"),
        ({"seeds": True}, "True is no whole number; seeds"),
        ({"seeds": {1, 2}}, "a set for seeds"),
        ({"seeds": range(10**13)}, "more than half of the memory"),
        ({"label": {"a": 1}}, "a dict for label"),
        ({"label": {"2", "3"}}, "a set for label"),
        ({"label": np.zeros((2, 2))}, "label of 2 axes"),
        ({"label": pd.DataFrame({"a": [1]})}, "label of 2 axes"),
        ({"label": range(10**13)}, "more than half of the memory"),
        ({"label": [[2]]}, "no class"),
        ({"label": b"2"}, "no class"),
        ({"label_index": 4}, r"no label of index 4; label_index; give an index from 0 \(001\) to 3 \(004\)"),
        ({"index": -1}, "no label of index -1"),
        ({"label_index": "x"}, "no label of index x"),
        ({"label_index": 1.5}, "1.5 is no whole number"),
        ({"label": 2, "label_index": 2}, "two values for label"),
        ({"index": 2, "label_index": 2}, "two values for label"),
    ],
)
def test_what_is_refused_in_one_line(pipe: Pipeline, words: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        pipe(**words)


@pytest.mark.parametrize(
    "words",
    [
        {"label_index": 1},
        {"index": 1},
        {"where": {"label_index": 1}},
        {"where": {"index": "1"}},
        {"label_index": np.array([1])},
        {"index": [torch.tensor(1)]},
    ],
)
def test_an_index_has_a_word_of_its_own(pipe: Pipeline, words: dict[str, Any]) -> None:
    assert pipe(**words).columns["label"] == ["002"]
    with pytest.raises(SettingsError, match="two values for label"):
        pipe(3, **words)


def test_rows_that_are_embedded_take_the_same_words(pipe: Pipeline) -> None:
    rows = [{"label": 2}, {"label_index": np.int64(1)}, {"index": 1}, {"label": "002"}]
    assert pipe.embed(rows).vector.argmax(1).tolist() == [1] * 4
    with pytest.raises(SettingsError, match="several values for label; a row; give a row for each"):
        pipe.embed([{"label": [1, 2]}])


def test_a_generator_without_choices_has_no_index() -> None:
    with pytest.raises(SettingsError, match="no choices; index; leave the index out"):
        pipeline(condition=Condition())(index=1)


def test_indices_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pipeline(condition=NUMBERED).save_pretrained(tmp_path / "pipe")
    out = tmp_path / "x.npz"
    for words in (["--label-index", 1], ["--label_index", 1], ["--where", "label_index=1"], ["--index", 1]):
        assert run("sample", tmp_path / "pipe", *words, "--n", 2, "--out", out) == 0
        assert np.load(out)["label"].tolist() == [1, 1]
    assert run("sample", tmp_path / "pipe", "--label", "2", "--label", "3.0", "--out", out) == 0
    assert np.load(out)["label"].tolist() == [1, 2]
    capsys.readouterr()
    assert run("sample", tmp_path / "pipe", "--label", "9", "--out", out) == 2
    assert "did you mean" not in capsys.readouterr().err


def test_advice_on_two_names_works() -> None:
    pipe = pipeline(condition=Condition(label=Label(names=("7", "007"))))
    with pytest.raises(SettingsError) as refused:
        pipe(7)
    text, index = refused.value.do.split("exactly so: ")[1].split("; or give its index: label_index=")
    assert pipe(eval(text)).columns["label"] == ["7"] and pipe(label_index=int(index)).columns["label"] == ["7"]


@pytest.mark.parametrize("column", ["index", "label_index"])
def test_columns_that_an_index_is_called_after_are_refused(column: str) -> None:
    with pytest.raises(ValueError, match="is the name of something else"):
        Condition(label=Label(names=("a",)), other=Label(names=("a",), column=column))


def test_the_cards_example_takes_a_name_that_is_a_number(tmp_path: Path) -> None:
    pipeline(condition=NUMBERED).save_pretrained(tmp_path)
    assert 'pipe(label="001"' in (tmp_path / "README.md").read_text()
