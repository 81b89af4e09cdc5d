"""The default chooses by what the images are, and says so."""

import pytest

from condgan.data.character import LEAST, Character
from condgan.presets import fitting, get


def seen(images: int = 60_000, colour: bool = False, flat: float = 0.8, lopsided: float = 0.9) -> Character:
    return Character(images, colour, flat, lopsided)


@pytest.mark.parametrize(
    ("character", "preset", "flip", "said"),
    [
        (seen(), "house", False, "60,000 grey drawings (one colour covers 80% of an image); none is mirrored"),
        (seen(500), "house-few", False, "500 grey drawings"),
        (
            seen(flat=0.02, lopsided=0.5),
            "house-natural",
            True,
            "grey photos (no ground of one colour); half are mirrored",
        ),
        (seen(900, True, 0.02, 0.5), "house-natural-few", True, "900 colour photos"),
        (seen(flat=0.02), "house-natural", False, "none is mirrored"),
        (seen(lopsided=0.5), "house", False, "none is mirrored"),
        (
            seen(LEAST - 1, flat=1.0, lopsided=1.0),
            "house-few",
            False,
            "49 images, too few to tell photos from drawings",
        ),
    ],
)
def test_what_is_chosen(character: Character, preset: str, flip: bool, said: str) -> None:
    choice = fitting(character)
    assert choice.preset == preset and said in choice.reason
    assert get(choice.preset).override(choice.settings).augment.flip is flip
