"""A data set of the Hugging Face Hub, through ``datasets``."""

from pathlib import Path
from typing import Literal, Self

from condgan.core.errors import DataError
from condgan.data.base import Records, Source
from condgan.data.columns import LABEL
from condgan.data.table import from_arrow

PREFIX = "hf:"
"""How DATA begins that is on the Hub."""


class Hub(Source):
    """An image data set by its ``owner/name`` on the Hub."""

    kind: Literal["hub"] = "hub"
    name: str
    """``owner/name``."""
    image: str | None = None
    """Column of the images; by default the one named image or the like."""
    labelled: bool = True
    """Whether it has a column of labels; else only its images are read, for generators that take no label."""
    label: str | None = None
    """Column of the labels; by default the one named label or the like."""

    @classmethod
    def recognise(cls, data: str, root: str, reads: frozenset[str]) -> Self | None:
        if not data.startswith(PREFIX):
            return None
        return cls(name=data.removeprefix(PREFIX), labelled=LABEL in reads)

    def title(self) -> str:
        return self.name

    def records(self) -> Records:
        try:
            from datasets import Image, load_dataset
        except ImportError:
            raise DataError(
                "reading from the Hub needs the package datasets",
                where=f"{PREFIX}{self.name}",
                do="pip install 'condgan[hub]'",
            ) from None
        try:
            found = load_dataset(self.name, split="validation" if self.subset == "val" else self.subset)
        except Exception as error:  # the Hub's client raises many kinds; each means that the data cannot be had
            raise DataError(
                f"cannot load {self.subset} split",
                where=f"{PREFIX}{self.name}",
                do=str(error).splitlines()[0] if str(error) else type(error).__name__,
            ) from None
        for name, feature in found.features.items():
            if isinstance(feature, Image):
                found = found.cast_column(name, Image(decode=False))
        table = found.with_format("arrow")[:]
        return from_arrow(table, self.image, self.label, Path.cwd(), f"{PREFIX}{self.name}", self.labelled)
