"""Text cut into words."""

import pytest

from condgan.core.words import likeness, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A red heart, please!", ("a", "red", "heart", "please")),
        ("woman’s hat (blue)", ("woman's", "hat", "blue")),
        ("keycap: #", ("keycap", "#")),
        ("CAFE\u0301 Caf\u00e9", ("caf\u00e9", "caf\u00e9")),
        ("Grüße straße", ("grüsse", "strasse")),
        ("half-moon 3.5 cm", ("half", "moon", "3", "5", "cm")),
        ("snake_case", ("snake", "case")),
        ("红色 心", ("红", "色", "心")),
        ("красное сердце", ("красное", "сердце")),
        ("हिन्दी दिल", ("हिन्दी", "दिल")),
        ("İstanbul", ("i̇stanbul",)),
        ("❤️ heart", ("❤", "heart")),
        ("50 % off; a+b", ("50", "%", "off", "a", "+", "b")),
        ("心。心", ("心", "心")),
        (" … -- ", ()),
        ("", ()),
    ],
)
def test_words(text: str, words: tuple[str, ...]) -> None:
    assert words_of(text) == words


def test_words_are_alike_by_their_pieces() -> None:
    assert likeness("heart", "heart") == 1 and likeness("heart", "moon") == 0
    assert likeness("hearts", "heart") > likeness("heat", "heart") > likeness("seat", "heart") > 0
