"""Pages written by a generator of letters: can they be read, are hands told apart, how long does a page take?

python -m benchmarks.handwriting RUN --data alphabet --out runs/handwriting

``characters``: the rate of errors at which two readers of print read a page of more than 300 words from its raster
(rapidocr, and Tesseract where it is installed), beside the same text in the same layout whose letters are real images
of the test split. ``hands``: how often a classifier, which was trained on other hands, tells whether two lines are of
one hand. ``alike``: the share of letters of a page that have the same outline as another one. ``page``: seconds and
kilobytes of a page of 2,000 characters, the pipeline being loaded.
"""

import argparse
import json
import shutil
import subprocess
import time
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, UInt8
from PIL import Image
from scipy import ndimage
from sklearn.ensemble import HistGradientBoostingClassifier

import condgan as cg
from condgan.core.seeds import key
from condgan.gallery.handwriting.document import plain
from condgan.gallery.handwriting.hand import Hand
from condgan.gallery.handwriting.page import Page, Paper
from condgan.gallery.handwriting.pdf import pdf
from condgan.gallery.handwriting.raster import raster
from condgan.verbs.writer import Writer, alphabet_of, composed, hyphenation

TEXT = """\
Alice was beginning to get very tired of sitting by her sister on the bank, and of having nothing to do: once or twice
she had peeped into the book her sister was reading, but it had no pictures or conversations in it, "and what is the
use of a book," thought Alice "without pictures or conversations?"

So she was considering in her own mind (as well as she could, for the hot day made her feel very sleepy and stupid),
whether the pleasure of making a daisy-chain would be worth the trouble of getting up and picking the daisies, when
suddenly a White Rabbit with pink eyes ran close by her.

There was nothing so very remarkable in that; nor did Alice think it so very much out of the way to hear the Rabbit
say to itself, "Oh dear! Oh dear! I shall be late!" (when she thought it over afterwards, it occurred to her that she
ought to have wondered at this, but at the time it all seemed quite natural); but when the Rabbit actually took a
watch out of its waistcoat-pocket, and looked at it, and then hurried on, Alice started to her feet, for it flashed
across her mind that she had never before seen a rabbit with either a waistcoat-pocket, or a watch to take out of it,
and burning with curiosity, she ran across the field after it, and fortunately was just in time to see it pop down a
large rabbit-hole under the hedge.

In another moment down went Alice after it, never once considering how in the world she was to get out again. The
rabbit-hole went straight on like a tunnel for some way, and then dipped suddenly down, so suddenly that Alice had not
a moment to think about stopping herself before she found herself falling down a very deep well."""
"""Lewis Carroll, Alice's Adventures in Wonderland (1865), chapter I."""
INK, PAPER, DOTS = (31, 47, 87), Paper(), 200
HANDS, OTHERS, LINES = 40, 20, 6
"""Hands whose lines the classifier learns from, other ones that it is tested on, and lines of each."""
LINE = "the quick brown fox jumps over a lazy dog and runs home"


class Real(Writer):
    """Takes real images of the test split for letters, in the place of generated ones."""

    def __init__(self, pipe: cg.Pipeline, data: str, hand: Hand) -> None:
        test = cg.plan(data, preset="house", settings={"data": {"subset": "test"}}).dataset
        names = test.schema.columns["label"].names
        labels = test.columns["label"].tolist()  # type: ignore[union-attr]
        self.places: dict[str, list[int]] = {name: [] for name in names}
        for place, label in enumerate(labels):
            self.places[names[label]].append(place)
        self.pixels = test.target.movedim(1, -1).numpy()
        alphabet, field = alphabet_of(pipe, None)
        super().__init__(pipe, alphabet, field, {}, hand)

    def images(self, characters: Sequence[str]) -> UInt8[np.ndarray, "n h w c"]:
        chosen = []
        for character in characters:
            own = self.places[self.alphabet.classes[character]]
            chosen.append(own[key("letter", self.hand.seed, self.written) % len(own)])
            self.written += 1
        return self.pixels[chosen]


def writer_of(pipe: cg.Pipeline, hand: int) -> Writer:
    alphabet, field = alphabet_of(pipe, None)
    return Writer(pipe, alphabet, field, {}, Hand.of_seed(hand))


def pages(writer: Writer, text: str) -> list[Page]:
    return composed(plain(text.replace("\n\n", "\0").replace("\n", " ").replace("\0", "\n\n")), writer, PAPER, breaks)


breaks = hyphenation("en")


def errors(read: str, text: str) -> float:
    """The rate of errors in characters: edits for each character of the source, spaces and hyphens apart."""
    one, other = (normal(each) for each in (read, text))
    row = np.arange(len(other) + 1)
    target = np.array([*map(ord, other)])
    for place, character in enumerate(one, 1):
        changed = np.minimum(row[1:] + 1, row[:-1] + (target != ord(character)))
        found = np.concatenate([[place], changed])
        # an insertion may follow any of those before it
        row = np.minimum.accumulate(found - np.arange(len(found))) + np.arange(len(found))
    return float(row[-1]) / len(other)


def normal(text: str) -> str:
    text = text.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"').replace("''", '"')
    return "".join(each for each in text if not each.isspace() and each not in "-–—")


def rapid(picture: Image.Image) -> str:
    from rapidocr_onnxruntime import RapidOCR

    from condgan.data.scan import Read, paragraphs

    found, _ = RapidOCR()(np.asarray(picture)[..., ::-1])
    return paragraphs([Read(text, *np.min(box, 0), *np.max(box, 0)) for box, text, _ in found or ()])


def tesseract(picture: Image.Image, out: Path) -> str:
    picture.save(out)
    words = ["tesseract", str(out), "-", "--psm", "6", "-l", "eng"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def features(line: Image.Image) -> Float[np.ndarray, " f"]:
    """Of a line of writing: how its edges are turned, how wide strokes and gaps are, how high its ink stands."""
    ink = 1 - np.asarray(line.convert("L"), np.float32) / 255
    ink /= max(ink.max(), 1e-6)
    smooth = ndimage.gaussian_filter(ink, 1.0)
    down, right = np.gradient(smooth)
    angle, strength = np.arctan2(down, right) % np.pi, np.hypot(down, right)
    turned = np.histogram(angle, 24, (0, np.pi), weights=strength)[0]
    black = ink > 0.5
    inside = ndimage.distance_transform_edt(black)
    widths = np.percentile(inside[black], [50, 75, 90, 98])
    columns = black.any(0)
    gaps = np.diff(np.flatnonzero(np.diff(np.concatenate([[1], columns.astype(int), [1]]))))[::2]
    rows = ndimage.gaussian_filter1d(black.sum(1).astype(float), 1.0)
    high = (rows > 0.4 * rows.max()).sum(), (rows > 0.05 * rows.max()).sum()
    extent = np.flatnonzero(columns)[[0, -1]]
    return np.concatenate(
        [turned / turned.sum(), widths, np.percentile(gaps, [25, 50, 75, 90]) if len(gaps) else np.zeros(4), high,
         [extent[1] - extent[0], black.sum() / (extent[1] - extent[0])]]
    )  # fmt: skip


def hands(pipe: cg.Pipeline) -> dict[str, float]:
    """How often two lines are rightly told to be of one hand, or of two."""
    known = [lines_of(pipe, hand) for hand in range(100, 100 + HANDS + OTHERS)]

    def pairs(some: Sequence[list[np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
        same = [np.abs(one - other) for lines in some for one, other in combinations(lines, 2)]
        apart = [
            np.abs(one[first] - other[second])
            for one, other in combinations(some, 2)
            for first, second in zip(range(LINES), [1, 2, 3, 4, 5, 0], strict=True)
        ]
        chosen = np.random.default_rng(0).permutation(len(apart))[: len(same)]
        return np.stack([*same, *(apart[each] for each in chosen)]), np.repeat([1, 0], len(same))

    scale = np.std([each for lines in known[:HANDS] for each in lines], axis=0) + 1e-6
    known = [[each / scale for each in lines] for lines in known]
    model = HistGradientBoostingClassifier(random_state=0).fit(*pairs(known[:HANDS]))
    x, y = pairs(known[HANDS:])
    right = model.predict(x) == y
    return {"right": float(right.mean()), "same": float(right[y == 1].mean()), "apart": float(right[y == 0].mean())}


def lines_of(pipe: cg.Pipeline, hand: int) -> list[Float[np.ndarray, " f"]]:
    """Features of some lines of one hand, each with other words."""
    words = LINE.split()
    writer = writer_of(pipe, hand)
    found = []
    for place in range(LINES):
        chance = np.random.default_rng(place)
        text = " ".join(words[each] for each in chance.permutation(len(words)))
        (page,) = composed(plain(text), writer, Paper("A4", "plain", 10.0), breaks)
        picture = raster(page, Paper("A4", "plain", 10.0), (0, 0, 0), 150)
        found.append(features(picture.crop((0, 0, picture.width, 220))))
    return found


def alike(made: Sequence[Page]) -> float:
    """Share of the letters that have the outlines of another one."""
    seen = [b"".join(each.tobytes() for each in placed.glyph.outlines) for page in made for placed in page.letters]
    return 1 - len({*seen}) / len(seen)


def main() -> None:
    """Measure, and write what was found beside the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--data", default="alphabet")
    parser.add_argument("--out", type=Path, default=Path("runs/handwriting"))
    parser.add_argument("--hands", nargs="*", type=int, default=[1, 2, 3])
    asked = parser.parse_args()
    torch.set_num_threads(2)
    asked.out.mkdir(parents=True, exist_ok=True)
    pipe = cg.Pipeline.from_pretrained(asked.run)
    found: dict[str, Any] = {}
    for hand in asked.hands:
        for name, writer in (
            ("generated", writer_of(pipe, hand)),
            ("real", Real(pipe, asked.data, Hand.of_seed(hand))),
        ):
            made = pages(writer, TEXT)
            read: dict[str, list[str]] = {"rapidocr": [], "tesseract": []}
            for number, page in enumerate(made):
                picture = raster(page, PAPER, INK, DOTS)
                file = asked.out / f"{name}-{hand}-{number}.png"
                picture.save(file)
                read["rapidocr"].append(rapid(picture))
                if shutil.which("tesseract"):
                    read["tesseract"].append(tesseract(picture, file))
            found[f"characters, {name}, hand {hand}"] = {
                reader: errors("".join(texts), TEXT) for reader, texts in read.items() if texts
            }
            if name == "generated":
                found[f"alike, hand {hand}"] = alike(made)
            print(json.dumps(found), flush=True)
    text = f"{TEXT}\n\n{TEXT}"[:2000]
    started = time.perf_counter()
    content = pdf(pages(writer_of(pipe, 1), text), PAPER, INK)
    found["page"] = {
        "seconds": time.perf_counter() - started,
        "kilobytes": len(content) / 1000,
        "characters": len(text),
    }
    found["hands"] = hands(pipe)
    (asked.out / "figures.json").write_text(json.dumps(found, indent=2))
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
