"""Small pairs made here: label maps of three classes, and photos that are their colours with noise."""

from pathlib import Path

import numpy as np
from PIL import Image

COLOURS = np.array([(30, 60, 200), (200, 160, 40), (20, 120, 30)], np.uint8)
NAMES = ("sky", "sand", "grass")


def ids(seed: int, size: tuple[int, int] = (12, 18)) -> np.ndarray:
    """Stripes of the three classes, of chance heights and a chance column."""
    chance = np.random.default_rng(seed)
    found = np.zeros(size, np.uint8)
    found[chance.integers(2, size[0] // 2) :] = 1
    found[:, : chance.integers(2, size[1] // 2)] = 2
    return found


def photo(seed: int, size: tuple[int, int] = (12, 18)) -> Image.Image:
    noise = np.random.default_rng(seed).integers(-20, 20, (*size, 3))
    return Image.fromarray((COLOURS[ids(seed, size)] + noise).clip(0, 255).astype(np.uint8))


def layout(seed: int, size: tuple[int, int] = (12, 18)) -> Image.Image:
    """A palette image of ids."""
    image = Image.fromarray(ids(seed, size))
    image.putpalette(COLOURS.tobytes())
    return image


def make_pairs(home: Path, split: str = "train", count: int = 10, first: int = 0) -> Path:
    """Two folders of files of the same names, below a split."""
    for side in ("label", "photo"):
        (home / split / side).mkdir(parents=True, exist_ok=True)
    for seed in range(first, first + count):
        layout(seed).save(home / split / "label" / f"{seed}.png")
        photo(seed).save(home / split / "photo" / f"{seed}.png")
    (home / "classes.txt").write_text("\n".join(NAMES))
    return home
