"""Which character a class is, and what is written for one that no class is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from condgan.core.names import folded

CASED = re.compile(
    r"(?i:(cap|capital|upper|uppercase)|(small|lower|lowercase)|digit|num|number|letter)(?:[ _\-.]+|(?=[A-Z0-9]))(\w)"
)
CASED_BEHIND = re.compile(r"(\w)[ _\-.]+(?i:(cap|capital|upper|uppercase)|(small|lower|lowercase))")
CODE = re.compile(r"(?:[uU]\+|0x)([0-9a-fA-F]{2,6})|uni([0-9A-F]{4})")
NAMED = {
    "space": " ", "dot": ".", "period": ".", "full stop": ".", "point": ".", "comma": ",", "colon": ":",
    "semicolon": ";", "exclamation": "!", "exclamation mark": "!", "question": "?", "question mark": "?",
    "slash": "/", "backslash": "\\", "quote": '"', "double quote": '"', "apostrophe": "'", "single quote": "'",
    "hyphen": "-", "minus": "-", "dash": "-", "plus": "+", "equals": "=", "equal": "=", "at": "@", "hash": "#",
    "number sign": "#", "percent": "%", "ampersand": "&", "and": "&", "left parenthesis": "(", "open": "(",
    "right parenthesis": ")", "close": ")", "asterisk": "*", "star": "*", "underscore": "_",
}  # fmt: skip
"""What people call signs that no file name may have."""
ALIKE = {
    "‘": "'", "’": "'", "‚": ",", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-", "‐": "-",
    "‑": "-", "−": "-", "…": "...", "•": "-", "×": "x", "÷": ":", "´": "'", "`": "'", "ﬁ": "fi", "ﬂ": "fl", "ß": "ss",
    "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "ı": "i", "đ": "d", "Đ": "D",
    "[": "(", "]": ")", "{": "(", "}": ")", "<": "(", ">": ")", "·": ".", "¿": "?", "¡": "!", ";": ",", ":": ".",
    "!": ".", "?": ".", "_": "-", "~": "-", "|": "/", "\\": "/", "*": "x", "⁄": "/",
    "½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3", "≠": "", "≤": "", "≥": "",
}  # fmt: skip
"""What stands for a sign, once the sign itself is not known; of the signs in their place the same holds."""


def character_of(name: str) -> str | None:
    """The character that a class is called after; ``None``: none.

    ``"7"``, ``"CAP_A"``, ``"a lower"``, ``"U+00E9"``, ``"question mark"`` and Unicode's own names are known.
    """
    if len(name) == 1:
        return name
    if found := CASED.fullmatch(name):
        return found[3].upper() if found[1] else found[3].lower() if found[2] else found[3]
    if found := CASED_BEHIND.fullmatch(name):
        return found[1].upper() if found[2] else found[1].lower()
    if found := CODE.fullmatch(name):
        code = int(found[1] or found[2], 16)
        return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else None
    plain = " ".join(re.split(r"[ _\-]+", name.strip().casefold()))
    if plain in NAMED:
        return NAMED[plain]
    try:
        named = unicodedata.lookup(plain.upper())
    except KeyError:
        return None
    return named if unicodedata.category(named) != "So" else None  # a cat is no character


class Alphabet:
    """The characters that a generator knows, with the class of each."""

    def __init__(self, classes: Sequence[str]) -> None:
        self.classes: dict[str, str] = {}
        for name in classes:
            character = character_of(name)
            if character is not None and not character.isspace():
                self.classes.setdefault(unicodedata.normalize("NFC", character), name)

    def __contains__(self, character: str) -> bool:
        return character in self.classes

    def __len__(self) -> int:
        return len(self.classes)

    @cached_property
    def cased(self) -> Mapping[str, str]:
        """Known characters by themselves without case."""
        return {folded(each): each for each in reversed(self.classes)}

    def spell(self, character: str) -> str:
        """The known characters that are written for one; empty where there are none."""
        seen: set[str] = set()
        todo = character
        while todo and todo not in seen:
            if all(each in self.classes for each in todo):
                return todo
            seen.add(todo)
            todo = "".join(each if each in self.classes else self._instead(each) for each in todo)
        return ""

    def _instead(self, character: str) -> str:
        """What is nearest to a character: its other case, itself without accents, or a sign that is used for it."""
        other = self.cased.get(folded(character))
        if other is not None:
            return other
        if character in ALIKE:
            return ALIKE[character]
        bare = "".join(each for each in unicodedata.normalize("NFKD", character) if not unicodedata.combining(each))
        return bare if bare != character else ""


def unknown_in(alphabet: Alphabet, texts: Iterable[str]) -> dict[str, tuple[str, int]]:
    """The characters that are not known, with what is put in the place of each, and how often it occurs."""
    found: dict[str, tuple[str, int]] = {}
    for text in texts:
        for character in text:
            if not character.isspace() and character not in alphabet:
                spelled, times = found.get(character, (alphabet.spell(character), 0))
                found[character] = spelled, times + 1
    return found
