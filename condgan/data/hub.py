"""A data set of the Hugging Face Hub, through ``datasets``."""

from collections.abc import Callable
from typing import Any, Literal, Self

from condgan.core.errors import DataError, NoSplitError, said
from condgan.data.base import Records, Source
from condgan.data.cells import Columns
from condgan.data.columns import LABEL
from condgan.data.folder import of_judge
from condgan.data.splits import Split

PREFIX = "hf:"
"""How DATA begins that is on the Hub."""
NAMED: dict[Split, str] = {"val": "validation"}
"""Splits that are called otherwise there."""


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
        found, split = self._loaded(load_dataset)
        for name, feature in found.features.items():
            if isinstance(feature, Image):
                found = found.cast_column(name, Image(decode=False))
        table = found.with_format("arrow")[:]
        where = f"{PREFIX}{self.name}"
        columns = Columns(table, self.image, self.label, self.labelled, None, where, self.reader)
        records = columns.records(range(len(table)))
        notes = (*records.notes, *of_judge({split}, self.subset, split))
        return records._replace(split=split, notes=notes)

    def _loaded(self, load: Callable[..., Any]) -> tuple[Any, Split]:
        """The split, and what it is called: where there is no test split, the validation split.

        Raises:
            NoSplitError: there is none.
            DataError: it cannot be had.
        """
        wanted: tuple[Split, ...] = ("test", "val") if self.subset == "test" else (self.subset,)
        for split in wanted:
            try:
                return load(self.name, split=NAMED.get(split, split)), split
            except Exception as error:  # the Hub's client raises many kinds; each means that the data cannot be had
                reason = said(error)
                missing = "split" in reason.lower()
                if not missing:
                    break
        kind = NoSplitError if missing else DataError
        raise kind(f"cannot load {self.subset} split", where=f"{PREFIX}{self.name}", do=reason)
