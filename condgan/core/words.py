"""Text cut into words, in the same way for every part of condgan."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache
from unicodedata import category, normalize

MOST_WORDS, MOST_DIFFERENT = 32, 20_000
"""Words of a text that are read, and different words that are told apart, at most."""
APART = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff])"
)
"""Signs of scripts that put no space between words (Thai, Lao, Burmese, Khmer, Chinese, Japanese): each, with its
marks, is a word of its own."""
WORDLIKE = frozenset("#*@&%+")
"""Signs of punctuation that are words all the same."""
SELECTORS = re.compile("[\ufe00-\ufe0f]")
"""Signs that say how the one before them is drawn."""


@lru_cache(maxsize=1 << 16)
def words_of(text: str) -> tuple[str, ...]:
    """The words of a text in their order, without case and punctuation; the same for composed and decomposed accents.

    ``"A red heart, please!"`` has the words a, red, heart, please; ``"keycap: #"`` has keycap and #.
    """
    plain = normalize("NFC", normalize("NFKC", SELECTORS.sub("", text)).casefold()).replace("’", "'")
    words: list[str] = []
    within = False
    """Whether the next letter goes on with the last word."""
    for place, sign in enumerate(plain):
        kind = category(sign)
        if kind[0] == "M" and words and within:
            words[-1] += sign
        elif APART.match(sign) and kind[0] in "LN":
            words.append(sign)
            within = True  # for its marks
        elif kind[0] in "LN":
            if within and words and not APART.match(words[-1][0]):
                words[-1] += sign
            else:
                words.append(sign)
            within = True
        elif sign == "'" and within and plain[place + 1 : place + 2].isalnum():
            words[-1] += sign
        else:
            if kind[0] == "S" or sign in WORDLIKE:
                words.append(sign)
            # signs that are not seen, such as those that join, end no word
            within = within and kind == "Cf"
    return tuple(words)


def grams_of(word: str, least: int = 3, most: int = 4) -> frozenset[str]:
    """The pieces of a word of so many letters, with marks for its beginning and end (Bojanowski et al. 2017, section
    3.2)."""
    marked = f"<{word}>"
    return frozenset(
        marked[start : start + size] for size in range(least, most + 1) for start in range(len(marked) - size + 1)
    )


def likeness(one: str, other: str) -> float:
    """How much of two words is the same, letters in their order: 1 for the same word, 0 for no letter in common
    (Ratcliff & Metzener 1988)."""
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
