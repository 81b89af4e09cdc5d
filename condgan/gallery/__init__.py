"""Pictures of what a generator does."""

from condgan.gallery.animation import animate
from condgan.gallery.curves import draw_losses
from condgan.gallery.grid import grid, png
from condgan.gallery.pairs import side_by_side
from condgan.gallery.samples import Samples

__all__ = ["Samples", "animate", "draw_losses", "grid", "png", "side_by_side"]
