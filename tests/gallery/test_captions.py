"""Text in pictures: in fonts that have it, as code points where none has, and cut to what fits."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from condgan.gallery import captions, grid

UNASSIGNED = "\U00050000"
MISSING = ("犬", "あ", "한", "\u1400", "𒀀")
"""Of scripts that DejaVu Sans lacks."""


@pytest.fixture(autouse=True)
def no_memory() -> Iterator[None]:
    """What a test finds of fonts, the next does not know."""
    captions._spelled.cache_clear()
    yield
    captions._spelled.cache_clear()


def caption(text: str, width: int = 400) -> np.ndarray:
    """A caption alone on white paper."""
    paper = Image.new("L", (width, 15), "white")
    captions.write(ImageDraw.Draw(paper), (0, 0), text, width, "black")
    return np.asarray(paper)


def plain(text: str, font: captions.Font) -> np.ndarray:
    """A text in one font, whether the font has it or not."""
    paper = Image.new("L", (400, 15), "white")
    ImageDraw.Draw(paper).text((0, first().getmetrics()[0]), text, "black", font, anchor="ls")
    return np.asarray(paper)


def first() -> captions.Font:
    return captions._font(captions._first())


def box() -> np.ndarray:
    """What DejaVu Sans shows for a character that it lacks, alone, without margins."""
    shown = plain(UNASSIGNED, first())
    rows, columns = np.where(shown < 255)
    return shown[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


def holds(paper: np.ndarray, part: np.ndarray) -> bool:
    """Whether a part stands anywhere on the paper."""
    return bool((np.lib.stride_tricks.sliding_window_view(paper, part.shape) == part).all((2, 3)).any())


def font_of(path: Path, character: str, blank: bool = False) -> Path:
    """A font file with one character, a filled square, or nothing at all."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    def glyph(points: list[tuple[int, int]]) -> object:
        pen = TTGlyphPen(None)
        for place in points[:1]:
            pen.moveTo(place)
        for place in points[1:]:
            pen.lineTo(place)
        if points:
            pen.closePath()
        return pen.glyph()

    square = [(100, 0), (100, 800), (900, 800), (900, 0)]
    builder = FontBuilder(1000)
    builder.setupGlyphOrder([".notdef", "square"])
    builder.setupCharacterMap({ord(character): "square"})
    builder.setupGlyf({".notdef": glyph([]), "square": glyph([] if blank else square)})
    builder.setupHorizontalMetrics({".notdef": (1000, 0), "square": (1000, 100)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": path.stem, "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)
    return path


def test_the_box_of_a_font_would_be_noticed() -> None:
    """The test below can fail: a font alone shows boxes."""
    assert all(holds(plain(f"a {character} b", first()), box()) for character in (*MISSING, UNASSIGNED))


@pytest.mark.parametrize(
    "text", [*MISSING, UNASSIGNED, "\ue000", "\udc80", "犬小屋", "a 犬 and あ", "x\ufe0fy\u200bz\u2028"]
)
def test_a_caption_shows_no_empty_boxes(text: str) -> None:
    shown = caption(text)
    assert (shown < 128).any() and not holds(shown, box())


@pytest.mark.parametrize("text", ["T-shirt/top", "Zürich", "Ωμέγα", "жук", "עברית", "عربي", "a\u0301"])
def test_what_dejavu_has_is_drawn_in_it(text: str) -> None:
    np.testing.assert_array_equal(caption(text), plain(text, first()))
    assert (caption(text) < 128).any() and not holds(caption(text), box())


@pytest.mark.parametrize("text", MISSING)
def test_what_no_font_has_is_written_as_its_code_point(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(captions, "_others", tuple)
    np.testing.assert_array_equal(caption(f"a{text}b"), caption(f"aU+{ord(text):04X}b"))


def test_what_another_font_has_is_drawn_in_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fonts that are missing, damaged, of other characters, or blank are passed over."""
    (tmp_path / "damaged.ttf").write_bytes(b"\0\1\0\0no font")
    other, blank = font_of(tmp_path / "other.ttf", "あ"), font_of(tmp_path / "blank.ttf", "犬", blank=True)
    dogs = font_of(tmp_path / "dogs.ttf", "犬")
    fonts = (tmp_path / "none.ttf", tmp_path / "damaged.ttf", other, blank, dogs)
    monkeypatch.setattr(captions, "_others", lambda: fonts)
    np.testing.assert_array_equal(caption("犬"), plain("犬", captions._font(dogs)))
    assert [part for part, _ in captions.parts("a 犬犬あ ж")] == ["a ", "犬犬", "あ", " ж"]
    assert (caption("犬") < 128).sum() >= 36  # the square


def test_a_font_of_boxes_for_everything_is_not_taken() -> None:
    """matplotlib brings one, and so does macOS."""
    assert not any("lastresort" in file.name.lower() for file in captions._others())


def test_a_missing_character_is_searched_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    searches: list[str] = []

    def search(character: str) -> None:
        searches.append(character)

    monkeypatch.setattr(captions, "_font_with", search)
    for _ in range(3):
        caption("plain words, 犬 and 犬")
    assert searches == ["犬"]


@pytest.mark.parametrize("text", ["U" * 500, "automobile", "犬" * 50, "a 犬 " * 50, "жук " * 50])
def test_as_much_is_shown_as_fits(text: str) -> None:
    for width in (0, 5, 56, 100):
        short = captions.shortened(text, width)
        assert text.startswith(short) and captions._length(short) <= width
        assert short == text or captions._length(text[: len(short) + 1]) > width


def test_line_breaks_are_spaces() -> None:
    np.testing.assert_array_equal(caption("a\nb\tc\u3000d\0e"), caption("a b c d e"))


def test_a_long_name_stays_within_its_column() -> None:
    """It is cut above columns and below images, so that it does not run into the next."""
    images = np.full((2, 64, 64, 1), 255, np.uint8)
    for names in (["U" * 100, ""], ["犬" * 100, ""]):
        paper = np.asarray(grid(images, 2, names).convert("L"))
        assert (paper[:, :66] < 128).any() and not (paper[:, 67:] < 128).any()
