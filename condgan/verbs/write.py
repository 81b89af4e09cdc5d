"""``cg.write``."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from PIL import ImageColor

from condgan.core import disk
from condgan.core.bounds import read_text
from condgan.core.characters import unknown_in
from condgan.core.defaults import with_own_defaults
from condgan.core.errors import DataError, SettingsError, nearest
from condgan.core.form import FormField
from condgan.core.note import some
from condgan.core.specimen import ACCENTED, LETTERS, SIGNS
from condgan.core.values import whole
from condgan.data.scan import text_of
from condgan.gallery.grid import png
from condgan.gallery.handwriting.document import Block, markdown, plain
from condgan.gallery.handwriting.hand import Hand
from condgan.gallery.handwriting.page import SIZES, Page, Paper
from condgan.gallery.handwriting.pdf import pdf
from condgan.gallery.handwriting.raster import raster
from condgan.gallery.handwriting.specimen import specimen
from condgan.pipeline import Pipeline
from condgan.pipeline.supplied import Where, values_of
from condgan.training.engine import pick
from condgan.verbs.writer import Writer, alphabet_of, composed, hyphenation

MARKDOWN, PICTURES = (".md", ".markdown"), (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp")
INK = "#1f2f57"

logger = logging.getLogger(__name__)


class Written(NamedTuple):
    """A document in a hand."""

    pages: Sequence[Page]
    paper: Paper
    ink: tuple[int, int, int]
    instead: Mapping[str, str]
    """The characters that the generator does not know, with what was written in the place of each."""

    def save(self, out: str | Path, dots: int = 150) -> list[Path]:
        """Save as a PDF, or as pictures (.png) with so many dots an inch, of several pages X-1.png, X-2.png, …

        Raises:
            SettingsError: another suffix, no write permission, or a PDF without fpdf2.
            DiskError: the disk is full or fails.
        """
        path = require_page(out)
        if path.suffix.lower() == ".pdf":
            files = {path: pdf(self.pages, self.paper, self.ink)}
        else:
            several = len(self.pages) > 1
            names = [path.with_stem(f"{path.stem}-{n}") if several else path for n in range(1, len(self.pages) + 1)]
            pictures = (png(raster(page, self.paper, self.ink, dots)) for page in self.pages)
            files = dict(zip(names, pictures, strict=True))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            for file, content in files.items():
                disk.write(file, content)
        except OSError as error:
            raise disk.refusal(error, "cannot write the page", path, "choose another --out") from None
        return [*files]


def require_page(out: str | Path) -> Path:
    """Where to save pages, if that can be.

    Raises:
        SettingsError: another suffix than .pdf or .png.
    """
    path = Path(out)
    if path.suffix.lower() not in (".pdf", ".png"):
        raise SettingsError(f"cannot write a page as {path.suffix or 'a folder'}", where=path, do="use .pdf or .png")
    return path


@with_own_defaults
def write(
    pipeline: str | Path | Pipeline,
    source: str | Path | None = None,
    *,
    text: str | None = None,
    out: str | Path | None = None,
    hand: int = 0,
    paper: str = "A4",
    ruling: Literal["plain", "ruled", "squared"] = "plain",
    margin: float = 22.0,
    size: float = 2.1,
    ink: str = INK,
    language: str = "en",
    field: str | None = None,
    device: str = "auto",
    where: Where = None,
    **fields: Any,
) -> Written:
    """Write a document by hand, each letter generated for itself.

    Args:
        pipeline: a run's folder, a name on the Hub, or a pipeline, with characters for classes.
        source: a text or Markdown (.md) file, a picture of print, or ``-`` for text on the standard input.
        text: the text itself, as Markdown, in the place of a file.
        out: .pdf or .png; by default nothing is written to disk.
        hand: a seed: whose hand it is. All letters share a part of their latent, their slant, size, spacing and pen.
        paper: A4, A5 or Letter.
        ruling: plain, ruled or squared.
        margin: in millimetres.
        size: the height of a small x, in millimetres.
        ink: a colour, by name or as #rrggbb.
        language: of hyphenation, such as en, de or fr.
        field: whose classes are characters; by default the one that has most.
        device: auto, cpu, cuda or mps.
        where: other values by their public names, as for a pipeline: one of each.
        fields: the same by name.

    Raises:
        SettingsError: no pipeline there, or none of characters; a setting that does not fit; or ``out`` cannot be
            written.
        DataError: the file cannot be read, or holds nothing that can be written.
        DiskError: the disk is full or fails.
    """
    if out is not None:
        require_page(out)
    pipe = pipeline if isinstance(pipeline, Pipeline) else Pipeline.from_pretrained(pipeline)
    pipe.require_images("condgan write")
    alphabet, chosen = alphabet_of(pipe, field)
    sheet, colour = _paper(paper, ruling, margin, size), _colour(ink)
    blocks = [block for block in _blocks(source, text) if block.kind == "rule" or block.text.strip()]
    unknown = unknown_in(alphabet, [block.text for block in blocks])
    if not any(alphabet.spell(each) for block in blocks for each in block.text):
        raise DataError("nothing to write", where=source or "text", do=f"give text with {some(alphabet.classes, 8)}")
    _tell(unknown)
    breaks = hyphenation(language)
    asked = _asked(pipe, chosen, fields, where)
    own = Hand.of_seed(whole(hand, "hand"))
    pipe.to(pick(device))
    pages = composed(blocks, Writer(pipe, alphabet, chosen, asked, own), sheet, breaks)
    written = Written(pages, sheet, colour, {character: spelled for character, (spelled, _) in unknown.items()})
    if out is not None:
        written.save(out)
    return written


def write_form(out: str | Path, characters: str = LETTERS + SIGNS + ACCENTED, times: int = 3) -> Path:
    """Write the form that people fill in with letters of their own, as a PDF; ``condgan train`` takes scans of it.

    Args:
        out: .pdf.
        characters: what is asked for.
        times: how often each.

    Raises:
        SettingsError: another suffix, no characters, no write permission, or fpdf2 is not installed.
        DiskError: the disk is full or fails.
    """
    path = Path(out)
    if path.suffix.lower() != ".pdf" or not characters or times < 1:
        raise SettingsError("no form", where=path, do="give a name that ends in .pdf, and at least one character")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        disk.write(path, specimen(characters, times))
    except OSError as error:
        raise disk.refusal(error, "cannot write the form", path, "choose another name") from None
    return path


def _asked(pipe: Pipeline, chosen: FormField, fields: Mapping[str, Any], where: Where) -> dict[str, Any]:
    """What else the letters are asked to be, the same for all.

    Raises:
        SettingsError: several values of one, or one of the letters themselves.
    """
    found: dict[str, Any] = {}
    for name, values in values_of(pipe.condition.form(), (), fields, where).items():
        values = [*getattr(values, "values", values)]
        if name == chosen.name or len(values) > 1:
            what = "the letters are what is written" if name == chosen.name else f"{len(values)} values"
            raise SettingsError(f"{what}: {name}", where=name, do="leave it out, or give one value")
        found[name] = values[0]
    (row,) = pipe.completed({**found, chosen.name: chosen.choices[0]}, [0])
    return row


def _blocks(source: str | Path | None, text: str | None) -> list[Block]:
    """The document.

    Raises:
        SettingsError: both a file and a text, or none.
        DataError: the file cannot be read.
    """
    if (source is None) == (text is None):
        raise SettingsError(
            "a file and a text" if text is not None else "no text", where="source", do="give one of them"
        )
    if text is not None:
        return markdown(text)
    assert source is not None
    path = Path(source)
    if path.suffix.lower() in PICTURES:
        return plain(text_of(path))
    try:
        content = _standard_input() if str(source) == "-" else read_text(path)
    except (OSError, ValueError) as error:
        raise DataError("cannot read the text", where=source, do=f"give a text file in UTF-8 ({error})") from None
    content = content.removeprefix("\ufeff")
    return markdown(content) if path.suffix.lower() in MARKDOWN else plain(content)


def _standard_input() -> str:
    """In UTF-8, whatever the terminal is set to."""
    stream = getattr(sys.stdin, "buffer", None)
    return sys.stdin.read() if stream is None else str(stream.read().decode())


def _paper(size: str, ruling: str, margin: float, x_height: float) -> Paper:
    """The paper.

    Raises:
        SettingsError: a size or a ruling that is not known, or lengths that make no sense.
    """
    sizes = {each.lower(): each for each in SIZES}
    if size.lower() not in sizes:
        raise SettingsError(f"no paper {size}", where="paper", do=nearest(size, SIZES))
    if ruling not in ("plain", "ruled", "squared"):
        raise SettingsError(f"no ruling {ruling}", where="ruling", do="use plain, ruled or squared")
    if not 0 <= margin < 200:
        raise SettingsError(f"a margin of {margin} mm", where="margin", do="give 0 or more, such as 22")
    if not 0.3 <= x_height <= 15:
        raise SettingsError(f"a small x of {x_height} mm", where="size", do="give 0.3 to 15, such as 2.1")
    return Paper(sizes[size.lower()], ruling, margin, x_height)  # type: ignore[arg-type]


def _colour(ink: str) -> tuple[int, int, int]:
    """A colour as numbers.

    Raises:
        SettingsError: it is none.
    """
    try:
        red, green, blue, *_ = ImageColor.getrgb(ink)
    except ValueError:
        raise SettingsError(f"no colour {ink}", where="ink", do="give a name such as navy, or #rrggbb") from None
    return red, green, blue


def _tell(unknown: Mapping[str, tuple[str, int]]) -> None:
    """Say which characters are not known, and what is written in their place."""
    replaced = [f"{each} as {spelled}" for each, (spelled, _) in unknown.items() if spelled]
    left = [f"{each} ({times})" for each, (spelled, times) in unknown.items() if not spelled]
    if replaced:
        logger.warning("characters that the generator does not know are written as others: %s", some(replaced, 20))
    if left:
        logger.warning("characters that are left out, since nothing is like them: %s", some(left, 20))
