"""The call: what people ask for, as images."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from jaxtyping import Float, UInt8
from PIL.Image import Image
from torch import Tensor

from condgan.conditions.condition import Condition
from condgan.core.batch import Batch, Shape, to_uint8
from condgan.core.bounds import require_memory
from condgan.core.bundle import TIMES, Bundle
from condgan.core.cond import Cond
from condgan.core.defaults import with_own_defaults
from condgan.core.errors import DataError, SettingsError
from condgan.core.levels import Reading
from condgan.core.needs import POSTERIOR
from condgan.core.palette import Palette
from condgan.core.seeds import noise
from condgan.core.values import seeds_of, whole
from condgan.data.picture import Picture
from condgan.gallery import Samples
from condgan.gallery.animation import encoded
from condgan.gallery.samples import RATE
from condgan.networks.base import Architecture, Conditioned
from condgan.networks.extractor import Extractor
from condgan.pipeline import folder, hub, sampling, tiles
from condgan.pipeline.card import Measured
from condgan.pipeline.clips import clip_times, of_training_size, with_motion
from condgan.pipeline.combinations import Combinations, filled
from condgan.pipeline.hub import Pushed
from condgan.pipeline.like import features_of, images_of
from condgan.pipeline.requests import Sweep, require_in_range, swept
from condgan.pipeline.sheets import optional_part, shown, side_by_side
from condgan.pipeline.supplied import Where, latents_of, opened_as, values_of

logger = logging.getLogger(__name__)
PER_SAMPLE = 512
"""Bytes that a sample takes beside its image and its latent: its seed, its values and their handling."""
ROWS = 4
"""Of a sweep, each from another seed, where no seeds are given."""


class Pipeline:
    """A trained generator with the names of what can be requested of it."""

    def __init__(
        self,
        condition: Condition,
        architecture: Architecture,
        shape: Shape,
        generator: Conditioned,
        trained: Mapping[str, Any] | None = None,
        palette: Palette | None = None,
        reading: Reading | None = None,
        combinations: Combinations | None = None,
        extractor: Extractor | None = None,
    ) -> None:
        self.condition, self.architecture, self.shape = condition, architecture, shape
        self.generator = generator.eval()
        self.trained = dict(trained or {})
        self.palette = palette
        """The classes of what it generates, where these are colour-coded label maps."""
        self.reading = Reading() if reading is None else reading
        """How the images were read that it was trained on."""
        self.combinations = combinations
        """Which values went together in these images: what is not asked for is filled from them."""
        self.extractor = extractor
        """What tells from an image what samples are to be like, where the generator takes that."""
        self.revision: str | None = None
        """The commit of the Hub that it was read from."""

    def to(self, device: str | torch.device) -> Self:
        """Move the generator to a device."""
        self.generator.to(device)
        return self

    @with_own_defaults
    def __call__(
        self,
        *first: Any,
        n: int | None = None,
        seeds: Iterable[int] | int | None = None,
        where: Where = None,
        like: Picture | Image | str | Sequence[Any] | None = None,
        free: bool = False,
        extrapolate: bool = False,
        frames: int | None = None,
        loop: bool = False,
        motion: Iterable[int] | int | None = None,
        **fields: Any,
    ) -> Samples:
        """Generate images, or clips.

        A value may be one, or several in a list, an array of one axis, a series, a range or an iterator. Text may be
        several, ``"black|brown"``, and of a number a sweep, ``"20..70"`` or in five steps ``"20..70/5"``: it goes along
        a row, each row from another seed; two sweeps make a grid from one seed.

        Args:
            first: the value of the first field of the form, such as the class, or several. Where class names are
                numbers, a number is the name: 7 is the class "7", or "007". Where none is, it is an index.
            n: how many images, of a sweep how many rows; by default as many as there are seeds or values, else ten of
                each class, fewer of many classes, so that they are about 100.
            seeds: one for each image; by default 0, 1, 2, … On one machine the same seed and values give the same
                image, whatever else is asked for with them.
            where: values by their public names, for names that are no Python words; or as text,
                ``"hair=black|brown, age=20..70"``.
            like: a picture that samples are to be like, or several, taken in turn: what they show, where the generator
                has learned that by ``instance``; their style, in the place of seeds, where it has learned a style.
            free: leave attributes that are not asked for unknown. By default they are those of training images that
                have what is asked for.
            extrapolate: allow numbers beyond those of the training.
            frames: of clips: how many, by default as in the training. A longer clip goes on from the beginning.
            loop: of clips: let them end where they begin, at another speed where their frames do not suffice.
            motion: of clips: seeds of how they move, one or several, taken in turn; by default the same as ``seeds``.
            fields: values by their public names: one for all images, or a list, taken in turn. Of a class that is not
                named every value is taken in turn, unless pictures have to be supplied; ``None`` leaves a value out,
                where the training did so. ``label_index`` is an index in the classes of ``label``, from 0,
                and so for every field with choices; ``index`` is one of the first of these. Pictures may be opened
                with Pillow, arrays h,w[,c] of uint8 (n,h,w,c: several), paths, or the bytes of image files, of any
                size.

        Raises:
            SettingsError: a name or a value is not one of the form's, or the numbers do not agree.
            DataError: a picture cannot be read, or is no label map of the generator's classes.
        """
        form = self.condition.form()
        asked = values_of(form, first, fields, where)
        sweeps = {name: each for name, each in asked.items() if isinstance(each, Sweep)}
        lists = {name: each for name, each in asked.items() if not isinstance(each, Sweep)}
        examples = None if like is None else self.examples_of(like)
        lists |= self._alike(examples, lists)
        chosen = None if seeds is None else seeds_of(seeds)
        n, seeds = self._plan(lists, None if n is None else whole(n, "n"), chosen, len(sweeps))
        rows, seeds, across = swept(self._rows(lists, n), seeds, sweeps)
        times = clip_times(self.shape, self.architecture.timed, frames, loop)
        self.require_memory(len(rows) if times is None else -(-len(rows) * len(times) // self.shape.space[0]))
        if not extrapolate:
            require_in_range(form, rows)
        rows = rows if free else self.filled(rows, seeds, [*sweeps])
        latents = self.noise(seeds)
        if motion is not None:
            latents = with_motion(self.architecture, latents, motion)
        if examples is not None and POSTERIOR in self.architecture.provides():
            latents = latents_of(self.generator, examples)[torch.arange(len(rows)) % len(examples)]
        spatial = self.condition.spatial()
        if spatial and self.shape.frames is None:
            parts = [self._of_pictures(row, place, latents[place, None]) for place, row in enumerate(rows)]
            images: Any = [image for image, _ in parts]
            same = len({each.shape for each in images}) == 1
            images = np.stack(images) if same else images
            columns = {name: [each[name][0] for _, each in parts] for name in parts[0][1]}
        else:
            bundle = self.condition.encode(of_training_size(self.condition, self.shape, rows) if spatial else rows)
            if times is not None:
                bundle[TIMES] = times.expand(len(rows), -1)
            images, columns = self.exact(self.generate(latents, bundle)), self._texts(bundle)
        choices = {field.name: field.choices for field in form if field.type == "choice"}
        return Samples(images, columns, np.asarray(seeds, np.int64), choices, across, self.reading.rate)

    def _plan(
        self, asked: Mapping[str, Sequence[Any]], n: int | None, seeds: Sequence[int] | None, sweeps: int
    ) -> tuple[int, list[int]]:
        """How many images, of sweeps how many rows or grids, and the seed of each."""
        if n is None:
            counts = [len(field.choices) for field in self.condition.form() if field.choices]
            classes = max([1, *counts])
            most = max([len(seeds or ()), *map(len, asked.values())], default=0)
            if sweeps:
                n = most if seeds is not None or most > 1 else ROWS if sweeps == 1 else 1
            else:
                n = most or min(10, max(1, 100 // classes)) * classes
        self.require_memory(max(n, len(seeds or ())))
        seeds = list(range(n) if seeds is None else seeds)
        if n < 1 or len(seeds) != n:
            raise SettingsError(f"{n} images but {len(seeds)} seeds", where="n and seeds", do="give one seed an image")
        if min(seeds) < 0 or max(seeds) >= 2**63:
            raise SettingsError("seed out of range", where="seeds", do="give numbers from 0 to 2^63 − 1")
        return n, seeds

    def require_images(self, where: str) -> None:
        """Refuse what is for generators of images alone.

        Raises:
            SettingsError: it makes clips.
        """
        if self.shape.frames is not None:
            raise SettingsError(
                "this generator makes clips, and that is for images", where=where, do="use condgan sample"
            )

    def require_memory(
        self, n: int, where: str = "n", do: str = "generate them in parts, with other seeds each"
    ) -> None:
        """Refuse more images than fit into the memory, with an advice.

        Raises:
            SettingsError: they do not.
        """
        each = math.prod(self.shape.space) * self.shape.channels + PER_SAMPLE + 16 * self.architecture.noise
        require_memory(n * each, f"{n:,} images", where, do, SettingsError)

    def _rows(self, asked: Mapping[str, Sequence[Any]], n: int) -> list[dict[str, Any]]:
        """What each image is asked to be; of what is left out each value is taken in turn, but of fields that may be
        left out by themselves."""
        rows: list[dict[str, Any]] = [
            {name: values[index % len(values)] for name, values in asked.items()} for index in range(n)
        ]
        examples = self.condition.examples(n)
        if examples is None:  # where pictures have to be supplied, so has all that goes with them
            return rows
        optional = {*self.condition.fieldwise}
        if asked:  # a text that nobody gives is left out, unless it is all that there is
            texts = {field.name for field in self.condition.form() if field.type == "text"}
            optional |= {name for name in texts if optional_part(self.condition, name)}
        in_turn = [{name: value for name, value in row.items() if name not in optional} for row in examples]
        return [{**more, **row} for row, more in zip(rows, in_turn, strict=True)]

    def completed(self, row: Mapping[str, Any], seeds: Sequence[int]) -> list[dict[str, Any]]:
        """What samples of some seeds are asked to be, with values for what a row leaves out, as a call has them.

        Raises:
            SettingsError: a value is not one of the form's.
        """
        return self.filled(self._rows({name: [value] for name, value in row.items()}, len(seeds)), seeds)

    def filled(
        self, rows: Sequence[Mapping[str, Any]], seeds: Sequence[int], swept: Sequence[str] = ()
    ) -> list[dict[str, Any]]:
        """The rows with values for attributes that are left out, as training images have them together."""
        if self.combinations is None:
            return [dict(row) for row in rows]
        return filled(self.condition, self.combinations, rows, seeds, swept)

    def _of_pictures(
        self, row: Mapping[str, Any], place: int, latent: Float[Tensor, "1 noise"]
    ) -> tuple[UInt8[np.ndarray, "h w c"], dict[str, Any]]:
        """One image, of the size of its own pictures, and its other values."""
        types = {field.name: field.type for field in self.condition.form()}
        supplied = {
            name: None if value is None else opened_as(types.get(name), value, place) for name, value in row.items()
        }
        try:
            bundle = self.condition.encode([supplied])
        except DataError as error:  # the condition knows it as its only item
            name = next((str(each) for each in row.values() if isinstance(each, str | Path)), f"item {place}")
            raise DataError(error.what, where=error.where.replace("item 0", name, 1), do=error.do) from None
        image = tiles.of_any_size(self.generator, latent, bundle, self.condition.spatial(), self.shape)
        return self.exact(to_uint8(image.movedim(0, -1)).cpu().numpy()), self._texts(bundle)

    def _texts(self, bundle: Bundle) -> dict[str, Any]:
        """The values as people see them, without those that are pictures."""
        found = self.condition.show(bundle)
        return {name: shown for name, shown in found.items() if not isinstance(shown, Tensor)}

    @with_own_defaults
    def noise(self, seeds: Sequence[int]) -> Float[Tensor, "n noise"]:
        """The latents of some seeds, each of its own seed alone."""
        return noise(seeds, self.architecture.noise)

    @with_own_defaults
    def generate(self, latents: Float[Tensor, "n noise"], bundle: Bundle) -> UInt8[np.ndarray, "n *space c"]:
        """Images of encoded conditions, of the size of the training."""
        return sampling.generate(self.generator, latents, bundle, self.shape)

    @with_own_defaults
    def embed(self, rows: Sequence[Mapping[str, Any]]) -> Cond:
        """What people ask for, as the networks get it; embedded conditions may be mixed."""
        rows = [self._single(row) for row in rows]
        return sampling.embed(self.generator, self.condition.encode(rows), len(rows), self.shape)

    def _single(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """What one sample is asked to be, with names in the place of indices."""
        found = values_of(self.condition.form(), (), row, None)
        if several := [name for name, each in found.items() if isinstance(each, Sweep) or len(each) > 1]:
            raise SettingsError(f"several values for {several[0]}", where="a row", do="give a row for each")
        return {name: each[0] for name, each in found.items() if not isinstance(each, Sweep)}

    @with_own_defaults
    def render(self, latents: Float[Tensor, "n noise"], cond: Cond) -> UInt8[np.ndarray, "n *space c"]:
        """Images of embedded conditions, of the size of the training."""
        return self.exact(sampling.render(self.generator, latents, cond, self.shape))

    @with_own_defaults
    def examples_of(self, like: Picture | Image | str | Sequence[Any]) -> UInt8[Tensor, "n c h w"]:
        """Pictures that samples are to be like, brought to the size of the training.

        Raises:
            SettingsError: the generator has not learned to take any.
            DataError: one cannot be read.
        """
        if self.condition.described is None and POSTERIOR not in self.architecture.provides():
            raise SettingsError(
                "this generator takes no picture to be like",
                where="like",
                do="leave it out; one that takes it is trained with --preset instance, "
                "or for a style with --preset spade --architecture.style true --objective.style 0.05",
            )
        return images_of(like, self.shape, self.reading)

    def _alike(
        self, examples: UInt8[Tensor, "n c h w"] | None, asked: Mapping[str, Sequence[Any]]
    ) -> dict[str, Sequence[Any]]:
        """The features of examples as values of the field that takes them, where there is one."""
        described = self.condition.described
        if examples is None or described is None:
            return {}
        if described.column in asked:
            raise SettingsError(
                f"two values for {described.column}", where=f"like and {described.column}", do="give one of them"
            )
        width = next(field.width for field in self.condition.form() if field.name == described.column)
        return {described.column: features_of(examples, described, self.extractor, width)}

    def exact(self, images: UInt8[np.ndarray, "*n c"]) -> UInt8[np.ndarray, "*n c"]:
        """Images as they are; label maps in the colours of their classes and no other."""
        return images if self.palette is None else self.palette.paint(self.palette.nearest(images))

    @with_own_defaults
    def side_by_side(self, batch: Batch, bundle: Bundle, seeds: int = 2) -> Image:
        """A row for each item: its pictures, what is generated of it with each seed, and the ground truth; of clips one
        film strip below another."""
        return side_by_side(self, batch, bundle, seeds)

    @with_own_defaults
    def sheet(self, across: str | None = None, down: str | None = None) -> Image:
        """The values of one field side by side (160 at most, 32 in a row), from one seed, so that only the value
        differs; further rows are from other seeds; or those of two fields, ``across`` and ``down``, from one seed.
        Clips are shown as film strips, one after another.

        Where a text is all that is asked for, a row for each of some captions, and another seed in each column.

        Args:
            across: a field; by default the first that has choices, else the first of numbers, or of yes and no.
            down: another field.

        Raises:
            SettingsError: pictures have to be supplied, or there is no such field.
        """
        samples, width = shown(self, across, down)
        return samples.grid(width)

    @with_own_defaults
    def film(self) -> list[Image]:
        """The clips of the sheet as they move, side by side: a picture for each frame.

        Raises:
            SettingsError: pictures have to be supplied, or the generator makes images.
        """
        return shown(self)[0].film()

    @with_own_defaults
    def save_pretrained(self, path: str | Path) -> None:
        """Write ``config.json``, ``model.safetensors`` and the model card ``README.md``, each whole or not at all; of
        clips also ``film.webp``, which the card shows, where nothing has to be supplied."""
        film = None
        if self.shape.frames is not None and self.condition.examples(1) is not None:
            pictures = self.film()
            film = encoded(pictures, ".webp", [1 / (self.reading.rate or RATE)] * len(pictures))
        folder.write(
            Path(path),
            folder.Saved(
                self.condition,
                self.architecture,
                self.shape,
                self.generator,
                self.trained,
                self.palette,
                self.reading,
                self.combinations,
                self.extractor,
            ),
            film,
        )

    @classmethod
    @with_own_defaults
    def from_pretrained(cls, name: str | Path, revision: str | None = None) -> Self:
        """A pipeline from a folder, or from the Hugging Face Hub, where ``pipe.revision`` is its commit.

        Args:
            name: a folder, ``owner/name``, or ``owner/name@revision``.
            revision: on the Hub: a branch, a tag or a commit; by default the newest.

        Raises:
            SettingsError: there is no pipeline there, it is damaged, or it is of a later version of condgan.
        """
        found = hub.located(name, revision)
        pipe = cls(**folder.read(found.folder)._asdict())
        pipe.revision = found.revision
        return pipe

    @with_own_defaults
    def push_to_hub(
        self,
        name: str,
        *,
        private: bool = False,
        token: str | None = None,
        licence: str = "",
        report: Measured | None = None,
    ) -> Pushed:
        """Save it in a repository of the Hugging Face Hub, in one commit, with a sheet of samples on its card.

        Args:
            name: ``owner/name``; made where there is none yet.
            private: for its owner's eyes only.
            token: one that may write; by default the one that ``hf auth login`` or ``HF_TOKEN`` gave.
            licence: as the Hub calls it, such as ``mit`` or ``cc-by-4.0``.
            report: what the card says of a report; ``cg.push`` takes it from the folder of a run.

        Raises:
            SettingsError: no such name, no permission to write, or the Hub refuses it or cannot be reached.
        """
        return hub.push(self, name, private, token, licence, report)
