"""Images and what belongs to them, from anywhere."""

from typing import TYPE_CHECKING

from condgan.core.lazy import lazily
from condgan.data.find import find as find  # at once: later, the module of that name would stand in its place

if TYPE_CHECKING:
    from condgan.data.arrays import Arrays as Arrays
    from condgan.data.augment import Augment as Augment
    from condgan.data.base import SOURCES as SOURCES
    from condgan.data.base import Records as Records
    from condgan.data.base import Source as Source
    from condgan.data.columns import Boundaries as Boundaries
    from condgan.data.columns import Classes as Classes
    from condgan.data.columns import LabelMaps as LabelMaps
    from condgan.data.columns import Numbers as Numbers
    from condgan.data.columns import Pictures as Pictures
    from condgan.data.columns import Texts as Texts
    from condgan.data.columns import Vectors as Vectors
    from condgan.data.dataset import Dataset as Dataset
    from condgan.data.folder import Folder as Folder
    from condgan.data.hub import Hub as Hub
    from condgan.data.idx import Idx as Idx
    from condgan.data.named import Named as Named
    from condgan.data.pairs import Pairs as Pairs
    from condgan.data.stylegan import StyleGAN as StyleGAN
    from condgan.data.subjects import Subjects as Subjects
    from condgan.data.table import Table as Table
    from condgan.data.webdataset import WebDataset as WebDataset

__getattr__ = lazily(
    {
        "SOURCES": "condgan.data.base",
        "Arrays": "condgan.data.arrays",
        "Augment": "condgan.data.augment",
        "Boundaries": "condgan.data.columns",
        "Classes": "condgan.data.columns",
        "Dataset": "condgan.data.dataset",
        "Folder": "condgan.data.folder",
        "Idx": "condgan.data.idx",
        "Hub": "condgan.data.hub",
        "LabelMaps": "condgan.data.columns",
        "Named": "condgan.data.named",
        "Numbers": "condgan.data.columns",
        "Pairs": "condgan.data.pairs",
        "Pictures": "condgan.data.columns",
        "Records": "condgan.data.base",
        "Source": "condgan.data.base",
        "StyleGAN": "condgan.data.stylegan",
        "Subjects": "condgan.data.subjects",
        "Table": "condgan.data.table",
        "Texts": "condgan.data.columns",
        "Vectors": "condgan.data.columns",
        "WebDataset": "condgan.data.webdataset",
    }
)
