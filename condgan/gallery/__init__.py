"""Pictures of what a generator generates."""

from condgan.gallery.animation import animate
from condgan.gallery.curves import draw_losses, lines_of
from condgan.gallery.grid import columns_of, grid, png
from condgan.gallery.samples import Samples

__all__ = ["Samples", "animate", "columns_of", "draw_losses", "grid", "lines_of", "png"]
