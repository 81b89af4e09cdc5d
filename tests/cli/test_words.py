"""Whatever is typed or stands in a recipe: a result, or one line and a status; never a traceback."""

import contextlib
import io
from collections.abc import Callable
from pathlib import Path

import pytest
import tomli_w
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from condgan import Recipe
from condgan.cli import main
from condgan.core.errors import SettingsError
from condgan.toml import read_recipe, write_toml

SECTIONS = [name for name, value in Recipe().plain().items() if isinstance(value, dict)]
FIELDS = sorted({field for name in SECTIONS for field in Recipe().plain()[name]})
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["", "none", "concat", "1e999", "-0", "nan", "64x", "9" * 400]),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)
QUIET = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUIET
@given(
    st.dictionaries(
        st.one_of(st.sampled_from([*SECTIONS, "seed"]), st.text(max_size=8)),
        st.one_of(
            VALUES, st.dictionaries(st.one_of(st.sampled_from([*FIELDS, "kind"]), st.text()), VALUES, max_size=4)
        ),
        max_size=4,
    )
)
def test_any_settings(values: dict[str, object]) -> None:
    """A recipe, or one line; and a recipe survives its own TOML."""
    try:
        recipe = Recipe.parse(values, where="x.toml")
    except SettingsError as error:
        assert "\n" not in error.line() and error.what
        return
    assert Recipe.parse(read_back(recipe)) == recipe


def read_back(recipe: Recipe) -> dict[str, object]:
    import tomllib

    return tomllib.loads(write_toml(recipe))


@QUIET
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_any_file_as_a_recipe(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.toml").write_bytes(content)
    try:
        read_recipe(tmp_path / "x.toml")
    except SettingsError as error:
        assert "\n" not in error.line() and "x.toml" in error.line()


@QUIET
@given(st.dictionaries(st.sampled_from([*SECTIONS, "seed"]), VALUES, max_size=3))
def test_any_toml_as_a_recipe(tmp_path: Path, values: dict[str, object]) -> None:
    """What stands in a file is what is given in Python: the same recipe, or the same complaint."""
    given = {name: value for name, value in values.items() if value is not None}  # TOML has no null
    file = tmp_path / "y.toml"
    file.write_bytes(tomli_w.dumps(given).encode())
    assert outcome(lambda: read_recipe(file)) == outcome(lambda: Recipe.parse(given, where=str(file)))


def outcome(make: Callable[[], Recipe]) -> Recipe | str:
    try:
        return make()
    except SettingsError as error:
        return error.line()


WORDS = st.one_of(
    st.sampled_from(
        ["--preset", "--recipe", "--images", "--minutes", "--seed", "--device", "--precision", "--out", "--resume"]
    ),
    st.sampled_from(["--training.batch", "--data.size", "--architecture.kind", "--optimizer.lr", "--skip-bad", "--n"]),
    st.sampled_from(
        [
            "house",
            "cpu",
            "0",
            "-1",
            "1e5",
            "mlp",
            "x",
            "=",
            "--",
            "-",
            "--label",
            "a.b",
            "--a.b.c",
            "--a..b",
            "--condition",
            "--condition.label.width",
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
)


@QUIET
@given(
    st.sampled_from(["train", "sample", "doctor", "presets", "tarin", "--version"]),
    st.lists(WORDS.filter(lambda word: word not in ("--help", "-h")), max_size=5),
)
def test_any_words(tmp_path: Path, verb: str, words: list[str]) -> None:
    """No data are named, so that nothing begins; whatever comes of it is a status and at most one line of error."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        patch.chdir(tmp_path)
        with pytest.raises(SystemExit) as exit:
            main([verb, str(tmp_path / "nothing"), *words] if verb in ("train", "sample", "doctor") else [verb, *words])
    assert exit.value.code in (0, 2, 3, 4)
    assert (exit.value.code == 0) == (not err.getvalue()) and "Traceback" not in err.getvalue()
    if exit.value.code:
        assert err.getvalue().startswith("error[") and err.getvalue().count("\n") == 1
    assert sorted(each.name for each in tmp_path.iterdir()) in ([], ["x.toml"], ["y.toml"])
