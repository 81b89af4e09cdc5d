"""Which preset fits some data, and what of it their images change."""

from typing import Any, NamedTuple

from condgan.data.character import Character

FEW = 3_000
"""Images, below which they are few."""


class Choice(NamedTuple):
    """A preset for some data."""

    preset: str
    settings: dict[str, Any]
    """What the images change of it, as section → field → value."""
    reason: str
    """For people, in one line: what was seen of the images, and what follows from it."""


def fitting(seen: Character) -> Choice:
    """The preset for images of a kind, where none is asked for."""
    if seen.axes == 3:
        return Choice("video", {}, f"{seen.images:,} clips")
    few = seen.images < FEW
    if not seen.known:
        reason = f"{seen.images:,} images, too few to tell photos from drawings; none is mirrored"
        return Choice("house-few" if few else "house", {}, reason)
    kind = f"{'colour' if seen.colour else 'grey'} {'photos' if seen.photographic else 'drawings'}"
    ground = "no ground of one colour" if seen.photographic else f"one colour covers {seen.flat:.0%} of an image"
    preset = ("house-natural" if seen.photographic else "house") + "-few" * few
    # a drawing whose mirror image looks alike may still be another sign
    flip = seen.symmetric and seen.photographic
    mirrored = "half are mirrored, for mirror images are as likely" if flip else "none is mirrored"
    settings = {"augment": {"flip": True}} if flip else {}
    return Choice(preset, settings, f"{seen.images:,} {kind} ({ground}); {mirrored}")
