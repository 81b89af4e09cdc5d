"""The words that a generator knows, and what becomes of one that it does not."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

import torch
from jaxtyping import Int64
from torch import Tensor

from condgan.core.words import grams_of, likeness, words_of

PADDING, UNKNOWN, FIRST = 0, 1, 2
"""The ids of no word, of a word that is not known, and of the first word of the vocabulary."""
LIKE = 0.75
"""How like a known one a word must be to be read as it: hearts and heart are 0.91, boxes and box 0.75. It begins with
the same letter, too: unhappy is not read as happy."""
NEAR, CANDIDATES = 3, 64
"""Known words that are named for one that is not; and those that are looked at, which have most pieces in common."""


class Spelled(NamedTuple):
    """The words of a text as the generator reads them."""

    ids: tuple[int, ...]
    replaced: tuple[tuple[str, str], ...]
    """Words that are not known, each with the known one that it is read as."""
    unknown: tuple[str, ...]
    """Words that are like no known one."""


class Vocabulary:
    """Words by their ids. A plural or a slip of the pen is read as the known word that it is most like, of those with
    which it has pieces in common."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)
        self.ids = {word: index for index, word in enumerate(self.words, FIRST)}
        self.spell = lru_cache(maxsize=1 << 17)(self._spelled)
        self.nearest = lru_cache(maxsize=1 << 15)(self._nearest)

    def __len__(self) -> int:
        """How many ids there are."""
        return FIRST + len(self.words)

    @cached_property
    def by_gram(self) -> dict[str, list[str]]:
        """The words that have each piece."""
        found: dict[str, list[str]] = defaultdict(list)
        for word in self.words:
            for gram in grams_of(word):
                found[gram].append(word)
        return found

    def _nearest(self, word: str) -> tuple[str, ...]:
        """The known words most like one, the likest first, and of those equally like the most frequent."""
        shared = Counter(each for gram in grams_of(word) for each in self.by_gram.get(gram, ()))
        others = sorted(shared, key=lambda each: (-shared[each], self.ids[each]))[:CANDIDATES]
        return tuple(sorted(others, key=lambda each: (-likeness(word, each), self.ids[each]))[:NEAR])

    def like(self, word: str) -> str | None:
        """The known word that one is read as, which is itself where it is known; ``None``: none is like it."""
        if word in self.ids:
            return word
        found = (each for each in self.nearest(word) if each[0] == word[0] and likeness(word, each) >= LIKE)
        return next(found, None)

    def _spelled(self, text: str) -> Spelled:
        ids: list[int] = []
        replaced: dict[str, str] = {}
        unknown: dict[str, None] = {}
        for word in words_of(text):
            found = self.like(word)
            if found is None:
                unknown[word] = None
                ids.append(UNKNOWN)
                continue
            if found != word:
                replaced[word] = found
            ids.append(self.ids[found])
        return Spelled(tuple(ids), tuple(replaced.items()), tuple(unknown))

    def tensor(self, texts: Sequence[str], length: int) -> Int64[Tensor, "b n"]:
        """The ids of the words of some texts, cut after so many words or filled up to as many."""
        found = torch.full((len(texts), length), PADDING, dtype=torch.int64)
        for row, text in enumerate(texts):
            ids = self.spell(text).ids[:length]
            found[row, : len(ids)] = torch.tensor(ids, dtype=torch.int64)
        return found
