"""Small faces with attributes that show: hair is a colour, smiling a bar, age a size, things are dots."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

HAIR = {"black": (20, 20, 20), "brown": (120, 70, 20), "red": (220, 40, 30)}
THINGS = ("glasses", "hat")
SIDE = 12


def face(row: dict[str, Any], noise: np.random.Generator) -> np.ndarray:
    """The picture of a row."""
    image = noise.integers(0, 12, (SIDE, SIDE, 3)).astype(np.uint8) + 200
    image[:3] = HAIR[row["hair"]]
    if row["smiling"] == "yes":
        image[-2:, 3:9] = (255, 0, 160)
    image[3 : 3 + round(row["age"] / 16), :2] = (0, 60, 255)
    for thing, place in zip(THINGS, (4, 8), strict=True):
        if thing in row["things"]:
            image[4:6, place : place + 2] = (0, 130, 0)
    return image


def rows(n: int, seed: int = 0) -> list[dict[str, Any]]:
    """Attributes of so many faces, each by itself."""
    chance = np.random.default_rng(seed)
    return [
        {
            "hair": str(chance.choice(list(HAIR))),
            "smiling": str(chance.choice(["yes", "no"])),
            "things": [thing for thing in THINGS if chance.random() < 0.4],
            "age": int(chance.integers(1, 81)),
        }
        for _ in range(n)
    ]


def make_faces(file: Path, n: int = 96, seed: int = 0, missing: float = 0.0) -> list[dict[str, Any]]:
    """Write a CSV table of faces with their images beside it; returns what it says.

    ``missing``: share of the values that the table does not tell.
    """
    chance = np.random.default_rng(seed + 1)
    told = rows(n, seed)
    home = file.parent / file.stem
    home.mkdir(parents=True, exist_ok=True)
    with file.open("w", newline="") as opened:
        table = csv.writer(opened)
        table.writerow(["file_name", "hair", "smiling", "things", "age [years]"])
        for index, row in enumerate(told):
            name = f"{home.name}/{index:04d}.png"
            Image.fromarray(face(row, chance)).save(file.parent / name)
            cells = [row["hair"], row["smiling"], "|".join(row["things"]) or "none of them", str(row["age"])]
            table.writerow([name, *("" if chance.random() < missing else cell for cell in cells)])
    return told
