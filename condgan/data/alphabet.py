"""An alphabet that is whole: capitals, small letters, digits, punctuation and accents, drawn from fonts of handwriting,
each drawing another."""

from __future__ import annotations

import tarfile
from pathlib import Path
from typing import Literal, NamedTuple, Self

import numpy as np
import torch
from jaxtyping import Float, UInt8
from PIL import Image, ImageDraw, ImageFont
from pydantic import PositiveInt, model_validator
from scipy import ndimage

from condgan.core import disk
from condgan.core.cache import cached
from condgan.core.errors import DataError, nearest
from condgan.core.note import READ, Note, some
from condgan.core.seeds import key
from condgan.core.specimen import ACCENTED, LETTERS, SIGNS
from condgan.data.base import Records, Source
from condgan.data.columns import LABEL, Classes
from condgan.data.download import downloaded

NAMES = ("alphabet", "alphabet/embedded")
CHARACTERS = LETTERS + SIGNS + ACCENTED
REGISTRY = "https://registry.npmjs.org/@fontsource"
VERSION = "5.3.0"
FONTS = {
    "architects-daughter": "99c0ac93b38d98a0f816e9c332686ad43729d90f",
    "bad-script": "79972990fd83a9a5bb421233099955de59e73665",
    "caveat": "b44c8fe760f6a1af6979e1b8e323d8e788253a31",
    "cedarville-cursive": "bd547540a126e3730acd0ebd5b81d9693d41014a",
    "coming-soon": "2153d906527ec77ec16e241a21974b9e60c9b2fb",
    "covered-by-your-grace": "09feae0ffaef24f68cd313208b9c80021d17f353",
    "gloria-hallelujah": "aa600c6e452fb5bc22d5f5663447e06dc33f07da",
    "gochi-hand": "39b6312727d712559a523d9e7cbeee07d6933dd3",
    "handlee": "d9564bd89c73439f43ffb9d32d823628bdf1e616",
    "homemade-apple": "0d1d1a44bc64960562215b97d662cfbf98ee2244",
    "indie-flower": "d4664a4ab38c53fc4f47b1b551736970edcfa78b",
    "just-another-hand": "6ea8f0631924ad10d39ef2068023493b19534044",
    "kalam": "bbb96db1d1dd8a505b1bde949bcfdfe842d44082",
    "nothing-you-could-do": "a7ddcf1880a319e6d2bc409305013ebdb07a93c4",
    "patrick-hand": "0dee1f2f7b07c6c13afca0573744d3d8ccc68281",
    "reenie-beanie": "5e2357ddc3be433358ffdf1694482c78dd97c7ee",
    "rock-salt": "b844722c367fb28ebc3e96d1340d898cb5437c47",
    "shadows-into-light": "b08c62d764bff431a993d5a490cf168eff057670",
}
"""Packages of fonts of handwriting, each with the SHA-1 that the registry publishes. Coming Soon, Homemade Apple, Just
Another Hand and Rock Salt are under the Apache licence 2.0, the others under the SIL Open Font License 1.1."""
PLAIN = ("DejaVuSans.ttf", "DejaVuSans-Oblique.ttf", "DejaVuSerif-Italic.ttf", "STIXGeneralItalic.ttf")
"""Fonts that come with matplotlib: they are of print."""
SUFFIXES = (".ttf", ".otf", ".woff", ".ttc")
LARGER = 2
"""How much larger characters are drawn than the images are."""
FILLED = 0.94
"""Share of the height of an image from the lowest character of a font to its highest."""
SHEAR, STRETCH, TURN, PEN, WARP, SMOOTH = 0.14, 0.09, 0.07, 0.9, 0.022, 0.12
"""How much drawings of one character differ: leaning, width and height, radians that they are turned by, the weight of
the pen in pixels of the drawing, how far points are moved (a share of the height) and how smoothly."""
TEST = 5
"""Each such drawing is of the test split."""


class Face(NamedTuple):
    """A font in which characters are drawn."""

    font: ImageFont.FreeTypeFont
    baseline: float
    """From the upper edge of an image, in pixels of the drawing."""
    characters: tuple[str, ...]


class AlphabetSource(Source):
    """Characters in fonts of handwriting. Each stands on one line in its image, in the size that it has beside others:
    centred crops lose both."""

    kind: Literal["alphabet"] = "alphabet"
    name: str = "alphabet"
    """alphabet, whose fonts are downloaded; or alphabet/embedded, in fonts of print that are there."""
    fonts: str = ""
    """A folder of fonts (.ttf, .otf, .woff) in the place of these."""
    characters: str = CHARACTERS
    """What is drawn, where a font has it."""
    each: PositiveInt = 25
    """Drawings of each character in each font; every fifth is of the test split."""
    side: PositiveInt = 48
    """Pixels of an image, which is square."""

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.name not in NAMES:
            raise ValueError(f"no alphabet of that name; {nearest(self.name, NAMES)}")
        return self

    @classmethod
    def recognise(cls, data: str, root: str, reads: frozenset[str]) -> Self | None:
        return cls(name=data.lower()) if data.lower() in NAMES else None

    def title(self) -> str:
        return self.name

    def records(self) -> Records:
        files = self._files()
        known = {
            "fonts": [[file.name, file.stat().st_size] for file in files],
            "characters": self.characters,
            "each": self.each,
            "side": self.side,
            "ways": [SHEAR, STRETCH, TURN, PEN, WARP, SMOOTH, FILLED, LARGER],
        }
        found = cached("alphabet", known, lambda: drawn(files, self.characters, self.each, self.side))
        images, labels, turn = (found[name].numpy() for name in ("images", "labels", "turn"))
        chosen = (turn % TEST == TEST - 1) == (self.subset != "train")
        there = sorted({*labels.tolist()})
        names = tuple(self.characters[place] for place in there)
        ids = np.searchsorted(np.array(there), labels[chosen])
        notes = (Note("fonts", f"drawn in {some([file.stem for file in files], 4)}", READ),)
        return Records(images[chosen], {LABEL: Classes(ids, names)}, notes=notes)

    def _files(self) -> list[Path]:
        """The files of the fonts.

        Raises:
            DataError: there are none.
        """
        if self.fonts:
            home = Path(self.fonts).expanduser()
            found = sorted(file for file in home.rglob("*") if file.suffix.lower() in SUFFIXES)
            if not found:
                raise DataError("no fonts", where=home, do=f"give a folder of {', '.join(SUFFIXES)} files")
            return found
        if self.name == "alphabet/embedded":
            import matplotlib

            return [Path(matplotlib.get_data_path(), "fonts", "ttf", each) for each in PLAIN]
        return [_fetched(name, sha1) for name, sha1 in FONTS.items()]


def drawn(files: list[Path], characters: str, each: int, side: int) -> dict[str, torch.Tensor]:
    """Characters in some fonts: uint8 images n,h,w, black on white; the places of their characters; and which drawing
    of its character in its font each is."""
    images: list[UInt8[np.ndarray, "h w"]] = []
    labels: list[int] = []
    turn: list[int] = []
    for file in files:
        face = _face(file, characters, side * LARGER)
        for character in face.characters:
            plain = _plain(face, character, side * LARGER)
            for number in range(each):
                chance = np.random.Generator(np.random.Philox(key=key("alphabet", file.name, character, number)))
                images.append(_varied(plain, chance, side))
                labels.append(characters.index(character))
                turn.append(number)
    return {
        "images": torch.from_numpy(np.stack(images)),
        "labels": torch.tensor(labels),
        "turn": torch.tensor(turn),
    }


def _face(file: Path, characters: str, side: int) -> Face:
    """A font, as large as an image has room for all its characters.

    Raises:
        DataError: it cannot be read, or has none of them.
    """
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with file.open("rb") as stream, TTFont(stream, fontNumber=0, lazy=True) as font:
            known = font.getBestCmap() or {}
        there = tuple(dict.fromkeys(each for each in characters if ord(each) in known))
        large = ImageFont.truetype(str(file), 200)
        boxes = [large.getbbox(each, anchor="ls") for each in there]
    except (OSError, ValueError, TTLibError) as error:
        raise DataError("cannot read a font", where=file, do=f"take it away, or give another ({error})") from None
    if not boxes:
        raise DataError("a font without these characters", where=file, do="take it away, or give others")
    # one odd flourish is not to make all else small
    top, bottom = -np.percentile([box[1] for box in boxes], 3), np.percentile([box[3] for box in boxes], 97)
    size = FILLED * side / (top + bottom)
    return Face(
        ImageFont.truetype(str(file), max(4, round(200 * size))),
        side / 2 + size * (top - bottom) / 2,
        there,
    )


def _plain(face: Face, character: str, side: int) -> Float[np.ndarray, "h w"]:
    """Ink from 0 to 1, in the middle of a square; what is too wide is made narrower."""
    left, _, right, _ = face.font.getbbox(character, anchor="ls")
    width = max(side, round(right - left) + 2)
    paper = Image.new("L", (width, side), 0)
    ImageDraw.Draw(paper).text(((width - right - left) / 2, face.baseline), character, 255, face.font, anchor="ls")
    if width > side:
        paper = paper.resize((side, side), Image.Resampling.LANCZOS)
    return np.asarray(paper, np.float32) / 255


def _varied(plain: Float[np.ndarray, "h w"], chance: np.random.Generator, side: int) -> UInt8[np.ndarray, "s s"]:
    """A drawing of its own: leaning, turned, stretched, in another pen, its points moved smoothly (Simard et al. 2003,
    section 2); about the line, so that it stays on it."""
    large = len(plain)
    shear, turn = chance.uniform(-SHEAR, SHEAR), chance.uniform(-TURN, TURN)
    wide, high = 1 + chance.uniform(-STRETCH, STRETCH, 2)
    matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) @ np.array([[1, 0], [shear, 1]])
    matrix = matrix @ np.diag([1 / high, 1 / wide])
    middle = np.array([large * 0.6, large / 2])
    field = chance.standard_normal((2, 9, 9))
    smooth = np.stack([ndimage.zoom(ndimage.gaussian_filter(each, SMOOTH * 9), large / 9, order=1) for each in field])
    smooth *= WARP * large / max(smooth.std(), 1e-6)
    grid = np.stack(np.meshgrid(np.arange(large), np.arange(large), indexing="ij")).astype(np.float64)
    places = np.einsum("ij,jhw->ihw", matrix, grid - middle[:, None, None]) + middle[:, None, None] + smooth
    ink = ndimage.map_coordinates(plain, places, order=1, mode="constant")
    # another pen: the outline moves outwards or inwards
    blurred = ndimage.gaussian_filter(ink, 1.0)
    ink = np.clip((blurred - 0.5 + 0.18 * PEN * chance.uniform(-1, 1)) * 2.2 + 0.5, 0, 1)
    small = ink.reshape(side, LARGER, side, LARGER).mean((1, 3))
    return (255 * (1 - small)).round().astype(np.uint8)


def _fetched(name: str, sha1: str) -> Path:
    """A font from the cache, downloaded and checked where it is not there yet.

    Raises:
        DataError: it cannot be downloaded.
    """
    do = "give alphabet/embedded, or a folder of fonts: --data.fonts FOLDER"
    url = f"{REGISTRY}/{name}/-/{name}-{VERSION}.tgz"
    archive = downloaded(url, f"sha1:{sha1}", "fonts", f"the font {name}", do)
    font = archive.with_name(f"{name}.woff")
    if font.is_file():
        return font
    try:
        with tarfile.open(archive) as packed:
            inside = packed.extractfile(f"package/files/{name}-latin-400-normal.woff")
            assert inside is not None, "a font is a file"
            disk.write(font, inside.read())
    except (OSError, KeyError, tarfile.TarError) as error:
        raise DataError(f"cannot unpack the font {name}", where=archive, do=f"{do} ({type(error).__name__})") from None
    return font
