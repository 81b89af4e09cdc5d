"""Labelled images from anywhere."""

from condgan.data.arrays import Npz
from condgan.data.augment import Augment
from condgan.data.base import Dataset, Source
from condgan.data.find import find
from condgan.data.folder import Folder
from condgan.data.hub import Hub
from condgan.data.named import Named
from condgan.data.pairs import Pairs
from condgan.data.table import Table

__all__ = ["Augment", "Dataset", "Folder", "Hub", "Named", "Npz", "Pairs", "Source", "Table", "find"]
