"""Who writes a document: a generator of characters, letter by letter, and how words become pages."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
from jaxtyping import UInt8

from condgan.core.characters import Alphabet
from condgan.core.errors import SettingsError, nearest
from condgan.core.form import FormField
from condgan.core.note import some
from condgan.core.seeds import key
from condgan.gallery.handwriting.document import Block
from condgan.gallery.handwriting.glyph import Glyph, glyphs, slanted, standing
from condgan.gallery.handwriting.hand import Hand
from condgan.gallery.handwriting.layout import Breaks, Word, runs_of
from condgan.gallery.handwriting.page import Page, Paper, numbered, pages_of
from condgan.pipeline import Pipeline

CALIBRATED = 64
"""Characters that say where the line is in the images, at most."""
LEAST = 2
"""Characters that a pipeline knows, at least, to be one of letters."""

logger = logging.getLogger(__name__)


def composed(blocks: Sequence[Block], writer: Writer, paper: Paper, breaks: Breaks) -> list[Page]:
    """A document on pages, with their numbers where there are several and the writer knows all digits.

    Raises:
        SettingsError: the margins leave no room.
    """
    runs = [runs_of(block) for block in blocks]
    letters = iter(writer.letters([run.text for each in runs for run in each]))
    words = [[Word(run.text, next(letters), run.underlined) for run in each] for each in runs]
    dashes = [
        tuple(dash for each in found for dash in each)
        for found in writer.letters(["-"] * (8 + sum(map(len, words)) // 20))
    ]
    pages = pages_of([*zip(blocks, words, strict=True)], writer.hand, paper, breaks, cycle(dashes))
    if len(pages) < 2 or not all(writer.alphabet.spell(digit) for digit in "0123456789"):
        return pages
    digits = writer.letters([str(number) for number in range(1, len(pages) + 1)])
    return numbered(pages, [[one for each in found for one in each] for found in digits], writer.hand, paper)


class Writer:
    """Generates letters, each from another seed."""

    def __init__(
        self, pipe: Pipeline, alphabet: Alphabet, field: FormField, asked: Mapping[str, Any], hand: Hand
    ) -> None:
        self.pipe, self.alphabet, self.field, self.asked, self.hand = pipe, alphabet, field, asked, hand
        self.written = 0
        known = [*alphabet.classes][:CALIBRATED]
        self.line = standing(known, self.images(known))

    def letters(self, texts: Sequence[str]) -> list[tuple[tuple[Glyph, ...], ...]]:
        """Of each character of each text the letters that are written for it."""
        spelled = [[self.alphabet.spell(character) for character in text] for text in texts]
        characters = [letter for text in spelled for each in text for letter in each]
        if not characters:
            return [tuple(() for _ in text) for text in spelled]
        upright = glyphs(characters, self.images(characters), self.hand.weight, self.line)
        made = iter([None if each is None else slanted(each, self.hand.slant) for each in upright])
        return [
            tuple(tuple(glyph for _ in each if (glyph := next(made)) is not None) for each in text) for text in spelled
        ]

    def images(self, characters: Sequence[str]) -> UInt8[np.ndarray, "n h w c"]:
        """Images of known characters."""
        self.pipe.require_memory(len(characters), "text", "write it in parts")
        seeds = [key("letter", self.hand.seed, self.written + place) for place in range(len(characters))]
        self.written += len(characters)
        latents = self.hand.latents(seeds, self.pipe.architecture.noise)
        rows = [{**self.asked, self.field.name: self.alphabet.classes[each]} for each in characters]
        return self.pipe.render(latents, self.pipe.embed(rows))


def alphabet_of(pipe: Pipeline, name: str | None) -> tuple[Alphabet, FormField]:
    """The characters that a generator knows, and the field whose classes they are.

    Raises:
        SettingsError: it knows none, or there is no such field.
    """
    choices = {field.name: field for field in pipe.condition.form() if field.choices}
    if name is not None and name not in choices:
        raise SettingsError(f"no field {name} with classes", where="field", do=nearest(name, choices))
    known = {each: Alphabet(field.choices) for each, field in choices.items() if name in (None, each)}
    best = max(known, key=lambda each: len(known[each]), default=None)
    if best is None or len(known[best]) < LEAST or pipe.condition.spatial():
        raise SettingsError(
            "this generator knows no letters",
            where=f"its classes: {some(next(iter(choices.values())).choices, 6) if choices else 'none'}",
            do="train one whose classes are called after characters, such as condgan train digits",
        )
    return known[best], choices[best]


def hyphenation(language: str) -> Breaks:
    """Where words of a language may be broken; nowhere where the package for that is not installed.

    Raises:
        SettingsError: a language that it does not know.
    """
    try:
        import pyphen
    except ImportError:
        logger.warning("words are not broken at the ends of lines: pip install 'condgan[write]'")
        return lambda word: ()
    found = pyphen.language_fallback(language)
    if found is None:
        raise SettingsError(f"no hyphenation for {language}", where="language", do="use one such as en, de, fr or es")
    known = pyphen.Pyphen(lang=found)
    return lambda word: [*reversed(known.positions(word))]
