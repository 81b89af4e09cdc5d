"""A picture: a photo, a drawing, or grey levels to be coloured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, NamedTuple, Self

import numpy as np
import torch
from PIL import Image
from pydantic import NonNegativeInt, model_validator
from torch import Tensor

from condgan.conditions.base import Example, Interpolation, Row, Shown, Whole
from condgan.conditions.derive import edges, first_frame, lightness
from condgan.conditions.segmentation import ids_of, segmentation
from condgan.core.batch import MODES, Batch, to_float
from condgan.core.bundle import Bundle
from condgan.core.cond import Cond, Embedder, Widths
from condgan.core.errors import SettingsError
from condgan.core.form import FormField
from condgan.core.levels import AS_IS, BYTE, Reading, in_mode, reading_of, to_bytes
from condgan.core.needs import CLIPS, GROUND_TRUTH, IMAGES, LIGHTNESS, MAP, Need
from condgan.core.palette import Palette
from condgan.core.port import Port
from condgan.core.schema import Column, Schema
from condgan.core.task import Task

Of = Literal["pair", "grey", "edges", "first"]


class Derived(NamedTuple):
    """Pictures that are made from the images themselves, so that any folder of photos is one of pairs."""

    make: Any
    """From images (uint8 n,c,*space) to pictures (uint8 n,k,h,w)."""
    given: str | None
    """The mode in which a person's picture is read; ``None``: that of the images, whose channels the pictures have."""
    provides: frozenset[str]
    help: str


DERIVED: dict[str, Derived] = {
    "grey": Derived(lightness, "RGB", frozenset({LIGHTNESS}), "a picture to colour"),
    "edges": Derived(edges, "L", frozenset(), "a drawing, dark on white"),
    "first": Derived(first_frame, None, frozenset(), "the first frame"),
}


class Picture(Whole):
    """A picture of the same extent as the one to be made (Isola et al. 2017)."""

    from_data: ClassVar[tuple[str, ...]] = ("channels", "palette", "range", "background")

    kind: Literal["picture"] = "picture"
    of: Of = "pair"
    """Where the pictures come from: from the data's pairs; or made from the images themselves: their grey levels, to be
    coloured, their edges, to be filled in, or the first frame of clips, to go on from."""
    channels: NonNegativeInt = 0
    """Of the pictures; 0: as the data have them."""
    palette: Palette | None = None
    """The classes of label maps that are given in their colours; taken from the data."""
    range: tuple[float, float] | None = None
    """The levels that become black and white; taken from the data."""
    background: str | None = None
    """The colour under what is transparent; taken from the data."""

    @model_validator(mode="after")
    def _always_there(self) -> Self:
        if self.dropout:
            raise ValueError("a picture cannot be left out: set dropout to 0")
        return self

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.column} if self.of == "pair" else ())

    def provides(self) -> frozenset[str]:
        more = DERIVED[self.of].provides if self.of in DERIVED else frozenset()
        return frozenset({"map", MAP, GROUND_TRUTH}) | more

    def needs(self) -> tuple[Need, ...]:
        do = "first frames are for clips: set data.frames to clip, or leave the picture out"
        images = f"{self.of} is made of images, and the data are clips: set condition.{self.column}.of to first"
        what = {"first": Need(CLIPS, do), "grey": Need(IMAGES, images), "edges": Need(IMAGES, images)}
        return (what[self.of],) if self.of in what else ()

    def complete(self, schema: Schema) -> Self:
        palette, channels, reading = None, 1, schema.target.reading
        if self.of == "first":
            channels = schema.target.channels
        if self.of == "pair":
            found = schema.columns.get(self.column)
            if found is None or found.storage != "pixels":
                raise SettingsError(
                    "the data are no pairs of pictures",
                    where=f"setting condition.{self.column}.of",
                    do="give pairs, or set it to grey or edges to make the pictures from the images",
                )
            palette, reading = found.palette, found.reading
            channels = 3 if palette else found.channels
        if self.channels not in (0, channels) or (self.palette and self.palette != palette):
            raise SettingsError(
                f"the data have other pictures, of {channels} channels, than the condition",
                where=f"setting condition.{self.column}.channels and palette",
                do="leave them out, and set data.input_channels",
            )
        if self.range is not None and self.background is not None:
            reading = Reading(self.range, self.background)
        return self.with_(channels=channels, palette=palette, range=reading.levels, background=reading.background)

    def form(self) -> tuple[FormField, ...]:
        what = DERIVED[self.of].help if self.of in DERIVED else "a picture"
        return (FormField(self.column, "layout" if self.palette else "picture", required=True, help=what),)

    def encode(self, rows: Sequence[Row]) -> Bundle:
        """Pictures of one size. For grey levels any picture will do; for edges a drawing of dark lines on white; where
        label maps are given in their colours, any kind of label map."""
        values = [row[self.column] for row in rows]
        if self.palette:
            maps = [self.palette.ids(require_levels(value), f"item {n}") for n, value in enumerate(values)]
            return {"pixels": torch.from_numpy(self.palette.paint(np.stack(maps))).movedim(-1, 1).contiguous()}
        derived = DERIVED.get(self.of)
        mode = (derived and derived.given) or MODES[self.channels]
        usual = Reading(self.range or BYTE, self.background or AS_IS.background)
        readings = [reading_of(value, usual) for value in map(require_levels, values)]
        arrays = [
            np.array(in_mode(require_picture(value, reading), mode, reading))
            for value, reading in zip(values, readings, strict=True)
        ]
        pictures = torch.from_numpy(np.stack([each.reshape(*each.shape[:2], -1) for each in arrays])).movedim(-1, 1)
        # a drawing is there already; grey levels are made of whatever is given
        return {"pixels": lightness(pictures) if self.of == "grey" else pictures.contiguous()}

    def ports(self, size: Sequence[int]) -> tuple[Port, ...]:
        what = {"grey": "lightness (CIE L*, 0 … 100 as 0 … 255)", "edges": "dark lines on white"}.get(self.of, "pixels")
        names, colours = (self.palette.names, self.palette.colours) if self.palette else ((), ())
        return (Port(self.column, "uint8", (*size, self.channels), 0, 255, None, what, names, colours),)

    def read(self, values: Mapping[str, Tensor]) -> Bundle:
        return {"pixels": values[self.column].movedim(-1, 1)}

    def targets(self, schema: Schema, batch: Batch, key: int) -> Bundle:
        if self.of in DERIVED:
            return {"pixels": DERIVED[self.of].make(batch.target)}
        pixels = batch.columns[self.column]
        assert isinstance(pixels, Tensor), "a column of pictures is one of pixels"
        if self.palette:
            coloured = torch.from_numpy(self.palette.paint(pixels[:, 0].numpy()))
            return {"pixels": coloured.movedim(-1, 1).contiguous()}
        return {"pixels": pixels}

    def vary(self, bundle: Bundle) -> Bundle:
        return bundle

    def embedder(self) -> Embedder:
        return Pixels(self.channels)

    def spatial(self) -> Mapping[str, Interpolation]:
        return {"pixels": "bilinear"}

    def tasks(self) -> Mapping[str, Task]:
        palette = self.palette
        if palette is None:
            return {}
        return {self.column: segmentation(palette.names, lambda bundle: ids_of(palette, bundle["pixels"]))}

    def examples(self, n: int) -> None:
        return None

    def show(self, bundle: Bundle) -> dict[str, Shown]:
        return {self.column: bundle["pixels"]}

    def continued(self, parent: Self) -> Self:
        if self.channels != parent.channels:
            raise SettingsError(
                f"the generator takes pictures of {parent.channels} channels, these have {self.channels}",
                where=f"setting condition.{self.column}",
                do=f"set data.input_channels to {parent.channels}, or train without it",
            )
        if self.palette != parent.palette:
            raise SettingsError(
                "the generator takes pictures of other classes or colours than these",
                where=f"setting condition.{self.column}",
                do="give label maps of the same classes, in the same colours, or train without it",
            )
        return self

    def inherit(self, parent: Self, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return dict(state)

    @classmethod
    def example(cls) -> Example:
        pixels = torch.randint(0, 256, (4, 3, 8, 8), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
        schema = Schema(Column("pixels", channels=3), {"picture": Column("pixels", channels=3)})
        return Example(cls(column="picture"), schema, Batch(pixels.flip(3), {"picture": pixels}))


class Pixels(Embedder):
    """A picture as a map of its values, −1 … 1."""

    def __init__(self, channels: int) -> None:
        super().__init__(Widths(map=channels))

    def forward(self, bundle: Bundle) -> Cond:
        return Cond(map=to_float(bundle["pixels"]))


def require_levels(value: Any) -> Image.Image | np.ndarray:
    """A picture or an array, with the numbers that are in it.

    Raises:
        SettingsError: it is neither.
    """
    return value if isinstance(value, np.ndarray) else require_picture(value)


def require_picture(value: Any, reading: Reading = AS_IS) -> Image.Image:
    """A picture, and nothing else; of an array the levels in 8 bits.

    Raises:
        SettingsError: it is none.
    """
    if isinstance(value, np.ndarray):
        levels = value[..., 0] if value.ndim == 3 and value.shape[2] == 1 else value
        return Image.fromarray(levels if levels.dtype == np.uint8 else to_bytes(levels, reading.levels))
    if not isinstance(value, Image.Image):
        raise SettingsError("not a picture", where=f"{type(value).__name__} {value!r}", do="give an opened image")
    return value
