"""From letters to pages."""

from itertools import cycle, repeat

import numpy as np
import pytest

from condgan.gallery.handwriting.document import markdown, plain
from condgan.gallery.handwriting.glyph import Glyph, glyphs, ink_of, of_outlines, simplified, standing
from condgan.gallery.handwriting.hand import SHARED, Hand
from condgan.gallery.handwriting.layout import Word, lines_of, piece, runs_of
from condgan.gallery.handwriting.page import POINT, Paper, pages_of, ruling
from tests.letters import BASELINE, drawn

HAND = Hand.of_seed(3)


def images(text: str, crops: bool = False) -> np.ndarray:
    return np.stack([255 - (255 * drawn(each, crops).numpy()).astype(np.uint8) for each in text])[..., None]


def polygon(*points: tuple[float, float]) -> Glyph:
    return of_outlines([np.array(points, float)])


def square() -> Glyph:
    return polygon((0, 0), (1, 0), (1, 1), (0, 1))


def test_text_is_read_in_paragraphs_and_lines() -> None:
    found = plain("One\ntwo\n\nthree\n")
    assert [(each.text, each.kind) for each in found] == [("One", "line"), ("two", "paragraph"), ("three", "paragraph")]


def test_markdown_has_headings_lists_and_emphasis() -> None:
    found = markdown("# Head\n\nA *b c* d**e**\nf\n\n- one\n- two\n\n  3. three\n  4. four\n\n---\n\n```\ncode\n```\n")
    assert [(each.kind, each.level, each.marker) for each in found] == [
        ("heading", 1, ""),
        ("paragraph", 0, ""),
        ("item", 1, "-"),
        ("item", 1, "-"),
        ("item", 2, "3."),
        ("item", 2, "4."),
        ("rule", 0, ""),
        ("line", 0, ""),
    ]
    assert found[1].text == "A b c de f"
    assert [(each.text, each.underlined) for each in runs_of(found[1])] == [
        ("A", False), ("b", True), ("c", True), ("de", True), ("f", False)
    ]  # fmt: skip
    assert [each.text for each in runs_of(found[4])] == ["3.", "three"]


def test_ink_is_what_differs_from_the_paper() -> None:
    """Dark on light, light on dark, colour on grey, and on a transparent ground: the same."""
    dark = images("g")
    light = 255 - dark
    coloured = np.concatenate([dark // 2 + 100, np.full_like(dark, 227), dark // 2 + 100], 3)
    clear = np.concatenate([np.zeros((*dark.shape[:3], 3), np.uint8), 255 - dark], 3)
    ink = [ink_of(each)[0] for each in (dark, light, coloured, clear)]
    for each in ink:
        assert np.abs(each - drawn("g", False).numpy()).max() < 0.1
    assert ink_of(np.full((1, 8, 8, 1), 200, np.uint8)).max() == 0


def test_letters_on_a_line_are_known_from_crops() -> None:
    text = "xhgpTA.'-"
    line = standing(text, images(text))
    assert line is not None and line.baseline == pytest.approx(BASELINE, abs=1.5)
    assert standing(text, images(text, crops=True)) is None
    assert standing("0123", images("0123")) is None


@pytest.mark.parametrize("crops", [False, True])
def test_letters_stand_where_they_do_in_print(crops: bool) -> None:
    text = "xhgT.'-"
    pixels = images(text, crops)
    found = dict(zip(text, glyphs(text, pixels, 0, standing(text, pixels)), strict=True))

    def ends(character: str) -> tuple[float, float]:
        glyph = found[character]
        assert glyph is not None
        points = np.concatenate(glyph.outlines)
        return points[:, 1].min(), points[:, 1].max()

    assert abs(ends("x")[0]) < 0.12 and 0.8 < ends("x")[1] < 1.25
    assert ends("h")[1] > 1.3 and ends("g")[0] < -0.35 and abs(ends("T")[0]) < 0.12
    assert ends("'")[0] > 0.6 and 0.1 < ends("-")[0] < ends("-")[1] < 0.9 and ends(".")[1] < 0.4


def test_holes_stay_holes_and_specks_go() -> None:
    (glyph,) = glyphs("o", images("o"), 0, None)
    assert glyph is not None and len(glyph.outlines) == 2
    dirty = images("o")
    dirty[0, 2, 2] = 90
    (clean,) = glyphs("o", dirty, 0, None)
    assert clean is not None and len(clean.outlines) == 2
    assert glyphs("o", np.full((1, 20, 20, 1), 255, np.uint8), 0, None) == [None]
    bold, fine = (glyphs("l", images("l"), weight, None)[0] for weight in (1, -1))
    assert bold is not None and fine is not None and bold.width > fine.width


def test_simplified_outlines_stay_near() -> None:
    angle = np.linspace(0, 2 * np.pi, 200)
    circle = np.stack([np.cos(angle), np.sin(angle)], 1)
    few = simplified(circle)
    assert 8 < len(few) < 60
    assert np.hypot(*few.T).min() > 0.999
    middles = (few + np.roll(few, -1, 0)) / 2
    assert np.hypot(*middles.T).min() > 1 - 0.013


def test_letters_are_as_near_as_their_outlines() -> None:
    """An L lets a T reach over it; two squares stand side by side."""
    low = polygon((0, 0), (1, 0), (1, 0.2), (0.2, 0.2), (0.2, 1), (0, 1))
    high = polygon((0, 1), (0, 0.8), (0.4, 0.8), (0.4, 0), (0.6, 0), (0.6, 0.8), (1, 0.8), (1, 1))
    side = piece("", [square(), square()], HAND)
    assert side.places[1] == pytest.approx(1 + HAND.letter_space)
    assert side.width == pytest.approx(2 + HAND.letter_space)
    over = piece("", [low, high], HAND)
    assert over.places[1] < 1 + HAND.letter_space - 0.3


def words(*texts: str) -> list[Word]:
    return [Word(text, tuple((square(),) for _ in text)) for text in texts]


def test_lines_are_broken_between_words_and_syllables() -> None:
    width = 9 * 1.0 + 8 * HAND.letter_space
    found = [*lines_of(words("abcd", "efg", "hyphenated"), lambda _: width, HAND, lambda _: (), repeat(()))]
    assert [each.text for each in found[0].pieces] == ["abcd", "efg"]
    broken = [*lines_of(words("ab", "hyphenated"), lambda _: width, HAND, lambda _: (6, 2), cycle([(square(),)]))]
    assert [[each.text for each in line.pieces] for line in broken] == [["ab", "hy-"], ["phenated"]]
    assert [line.words for line in broken] == [("ab", "hyphenated"), ("",)]
    for line in [*found, *broken]:
        assert all(place + each.width <= width + 1e-9 for place, each in zip(line.places, line.pieces, strict=True))


def test_a_word_that_no_line_has_room_for_is_cut() -> None:
    found = [
        *lines_of(words("abcdefgh"), lambda _: 4.6 + 4 * HAND.letter_space, HAND, lambda _: (), repeat((square(),)))
    ]
    assert "".join(each.text.rstrip("-") for line in found for each in line.pieces) == "abcdefgh"
    assert len(found) > 1 and "".join(text for line in found for text in line.words) == "abcdefgh"
    narrow = [*lines_of(words("ab"), lambda _: 0.5, HAND, lambda _: (), repeat(()))]
    assert "".join(each.text.rstrip("-") for line in narrow for each in line.pieces) == "ab"


def test_pages_hold_all_words_within_their_margins() -> None:
    (block,) = plain(" ".join(["word"] * 900))
    text = words(*[run.text for run in runs_of(block)])
    for ruled in ("plain", "ruled", "squared"):
        paper = Paper("A5", ruled)  # type: ignore[arg-type]
        pages = pages_of([(block, text)], HAND, paper, lambda _: (), repeat(()))
        assert len(pages) > 2 and sum(len(page.text) for page in pages) == 900
        assert sum(len(page.letters) for page in pages) == 3600
        margin, edge = paper.margin * POINT, (148 - paper.margin) * POINT
        for page in pages:
            for letter in page.letters:
                assert margin - 1 <= letter.x and letter.x + letter.glyph.width * letter.scale <= edge + 1
                assert margin < letter.y < (210 - paper.margin) * POINT + 2
        assert bool(ruling(paper)) == (ruled != "plain")


def test_a_hand_is_its_own_and_standard_normal_over_all() -> None:
    assert Hand.of_seed(1) == Hand.of_seed(1) != Hand.of_seed(2)
    latents = np.stack(
        [Hand.of_seed(seed).latents([4 * seed + n for n in range(4)], 32).numpy() for seed in range(200)]
    )
    assert abs(latents.mean(0)).max() < 0.25 and latents.std(0).mean() == pytest.approx(1, abs=0.05)
    within = np.mean([np.corrcoef(each[0], each[1])[0, 1] for each in latents])
    assert within == pytest.approx(SHARED, abs=0.05)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Mr X\\\n12 High Street\\\nLondon", ["Mr X", "12 High Street", "London"]),
        ("<div>Hidden <b>text</b></div>\n\nand <i>more</i>", ["Hidden text", "and more"]),
        ("1. # Head\n2. ```\n   code\n   ```", ["1. Head", "2. code"]),
        ("| a | b |\n|---|---|\n| 1 | 2 |", ["a; b", "1; 2"]),
        (">" * 25 + " deep", ["deep"]),
        ("\n".join("  " * level + f"- {level}" for level in range(15)), [f"- {level}" for level in range(15)]),
    ],
)
def test_nothing_of_a_document_is_lost(text: str, lines: list[str]) -> None:
    assert [block.text for block in markdown(text)] == lines
