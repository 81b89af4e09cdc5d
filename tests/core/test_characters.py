"""Which character a class is, and what is written for others."""

import pytest

from condgan.core.characters import Alphabet, character_of, unknown_in
from condgan.core.extents import extent_of


@pytest.mark.parametrize(
    ("name", "character"),
    [
        ("7", "7"), ("CAP_A", "A"), ("SMALL_a", "a"), ("DIGIT_0", "0"), ("lower b", "b"), ("B_upper", "B"),
        ("a-lower", "a"), ("U+00E9", "é"), ("question mark", "?"), ("question_mark", "?"), ("EXCLAMATION", "!"),
        ("greek small letter alpha", "α"), ("T-shirt", None), ("cat", None), ("", None),
    ],
)  # fmt: skip
def test_names_of_classes(name: str, character: str | None) -> None:
    assert character_of(name) == character


def test_what_is_not_known_is_spelled_by_what_is_nearest() -> None:
    some = Alphabet(["A", "e", "i", "s", "u", "'", ",", "-", "(", ")", ".", "é"])
    spelled = {each: some.spell(each) for each in "aAEéèßü’–[{!;…☃"}
    assert spelled == {
        "a": "A", "A": "A", "E": "e", "é": "é", "è": "e", "ß": "ss", "ü": "u", "’": "'", "–": "-", "[": "(", "{": "(",
        "!": ".", ";": ",", "…": "...", "☃": "",
    }  # fmt: skip
    assert unknown_in(some, ["A ☃ é", "☃ E"]) == {"☃": ("", 2), "E": ("e", 1)}


@pytest.mark.parametrize("name", ["flower", "cape", "caps", "unicef", "U+D800", "supper"])
def test_names_that_are_no_characters(name: str) -> None:
    assert character_of(name) is None


def test_fractions_are_not_other_numbers() -> None:
    alphabet = Alphabet("0123456789/=x")
    assert [alphabet.spell(each) for each in "½≠×"] == ["1/2", "", "x"]


def test_where_characters_stand() -> None:
    x, h, g, dash, quote = (extent_of(each) for each in "xhg-'")
    assert x.bottom == pytest.approx(0, abs=0.05) and x.top == pytest.approx(1, abs=0.05)
    assert h.top > 1.4 and abs(h.bottom) < 0.05 and g.bottom < -0.4
    assert 0.2 < dash.bottom < dash.top < 0.8 and dash.width > 2 * (dash.top - dash.bottom)
    assert quote.bottom > 0.7
