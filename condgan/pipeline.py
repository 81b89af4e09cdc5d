"""The artefact that outlives the run: a folder of JSON and safetensors that anyone can call."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from PIL.Image import Image, Resampling
from pydantic import TypeAdapter
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn
from torch.nn import functional as F

from condgan.artefact import CARD, CONFIG, WEIGHTS, first_line, located, read_config
from condgan.card import card
from condgan.conditions.base import Condition
from condgan.core import disk, tiling
from condgan.core.batch import Batch, Shape, to_float, to_uint8
from condgan.core.bounds import require_memory
from condgan.core.errors import DataError, SettingsError
from condgan.core.palette import Palette
from condgan.core.seeds import noise
from condgan.data.decode import MODES, Picture, fitted, levelled, opened
from condgan.data.layouts import array_of, numbers
from condgan.gallery import Samples, side_by_side
from condgan.networks.base import Architecture, Conditioned, Style
from condgan.recipe import AnyArchitecture, AnyCondition

PER_SAMPLE = 512
"""Bytes that a sample takes beside its image and its latent: its seed, its label and their handling."""
TILES = 16
"""Parts of a large picture that are computed at a time."""


class Pipeline:
    """A trained generator with the names of what it can be asked for."""

    def __init__(
        self,
        condition: Condition,
        architecture: Architecture,
        shape: Shape,
        generator: nn.Module,
        trained: dict[str, Any] | None = None,
        palette: Palette | None = None,
    ) -> None:
        self.condition, self.architecture, self.shape = condition, architecture, shape
        self.generator = generator.eval()
        self.trained = trained or {}
        self.palette = palette
        """The classes of what it makes, where that are painted label maps."""

    def to(self, device: str | torch.device) -> Self:
        """Move the generator to a device."""
        self.generator.to(device)
        return self

    @torch.no_grad()
    def __call__(
        self,
        labels: Sequence[str | int] | str | int | None = None,
        *,
        n: int | None = None,
        seeds: Sequence[int] | None = None,
        batch: int = 250,
    ) -> Samples:
        """Draw images.

        Args:
            labels: class names or indices, taken in turn; by default every class in turn.
            n: how many images; by default as many as there are seeds or labels, else ten of each class, fewer of many
                classes, so that they are about 100.
            seeds: one for each image; by default 0, 1, 2, … The same seed and label give the same image in any batch.
            batch: images computed at a time.

        Raises:
            SettingsError: a label is not in the list, or the numbers do not agree.
        """
        asked = [labels] if isinstance(labels, str | int) else labels
        n, seeds = self._plan(asked, n, seeds)
        encoded = (
            self.condition.in_turn(n) if asked is None else self.condition.encode(asked).repeat(-(-n // len(asked)))[:n]
        )
        images = self.draw(noise(seeds, self.architecture.noise), encoded, batch)
        return Samples(images, encoded.numpy(), np.asarray(seeds, np.int64), self.names)

    @property
    def names(self) -> tuple[str, ...]:
        """The classes that it draws, in index order; none of a plain GAN."""
        fields = self.condition.describe().fields
        return fields[0].choices if fields else ()

    def _plan(
        self, asked: Sequence[str | int] | None, n: int | None, seeds: Sequence[int] | None
    ) -> tuple[int, list[int]]:
        if asked is not None and not len(asked):
            raise SettingsError("no labels", where="labels", do="name at least one, or leave them out for all in turn")
        if n is None:
            classes = max(1, self.condition.outputs)
            n = max(len(seeds or ()), len(asked or ())) or min(10, max(1, 100 // classes)) * classes
        each = math.prod(self.shape.space) * self.shape.channels + PER_SAMPLE + 16 * self.architecture.noise
        size = max(n, len(seeds or ())) * each
        require_memory(size, f"{n:,} images", "n", "draw them in parts, with other seeds each", SettingsError)
        seeds = list(range(n) if seeds is None else seeds)
        if n < 1 or len(seeds) != n:
            raise SettingsError(f"{n} images but {len(seeds)} seeds", where="n and seeds", do="give one seed an image")
        if min(seeds) < 0 or max(seeds) >= 2**63:
            raise SettingsError("seed out of range", where="seeds", do="give numbers from 0 to 2^63 − 1")
        return n, seeds

    @torch.no_grad()
    def draw(self, latents: Tensor, encoded: Tensor, batch: int = 250) -> np.ndarray:
        """Images (uint8 n,h,w,c) from latents (Float[n latent]) and encoded conditions."""
        device = next(self.generator.parameters()).device
        images = np.empty((len(latents), *self.shape.space, self.shape.channels), np.uint8)
        for start in range(0, len(latents), batch):
            part = slice(start, start + batch)
            out = self.generator(latents[part].to(device), encoded[part].to(device))
            images[part] = to_uint8(out.movedim(1, -1)).cpu().numpy()
        return images

    @torch.no_grad()
    def translate(
        self,
        pictures: Sequence[Picture],
        *,
        label: str | int | None = None,
        like: Picture | None = None,
        instances: Sequence[Picture] | None = None,
        seeds: Sequence[int] | None = None,
    ) -> list[np.ndarray]:
        """Images made from pictures, each of the size of its own; larger ones than those of the training in parts.

        Args:
            pictures: opened with Pillow, arrays h,w[,c] of uint8, paths, or the bytes of image files.
            label: the class beside all of them, where the generator takes one.
            like: an example of the style, in the place of seeds, where the generator has learnt to tell it.
            instances: for each label map one of instance ids, where the generator was trained with them.
            seeds: one for each; by default 0, 1, 2, …

        Returns:
            uint8 arrays h,w,c. Where label maps are made, their colours are exactly those of the classes.

        Raises:
            SettingsError: the generator takes no pictures, or the numbers do not agree.
            DataError: a picture cannot be read, or is no label map of the generator's classes.
        """
        if not self.condition.pictures:
            raise SettingsError("this generator takes no pictures", where="pictures", do="call it with labels")
        seeds = list(range(len(pictures)) if seeds is None else seeds)
        if len(seeds) != len(pictures):
            raise SettingsError(f"{len(pictures)} pictures but {len(seeds)} seeds", do="give one seed a picture")
        if instances is not None:
            self.require_instances()
            if len(instances) != len(pictures):
                raise SettingsError(
                    f"{len(pictures)} pictures but {len(instances)} maps of instances",
                    where="instances",
                    do="give one a picture",
                )
        latents = noise(seeds, self.architecture.noise)
        if like is not None:
            latents = self.style(like).expand(len(pictures), -1)
        made = []
        for place, picture in enumerate(pictures):
            value = self._value(picture, place)
            beside: Any = label
            if instances is not None and label is None:  # what takes instances refuses a label beside them
                beside = numbers(np.asarray(_untouched(instances[place], place)))
            try:
                encoded = self.condition.encode([value if beside is None else (value, beside)])
            except DataError as error:  # the condition knows it as the only one
                name = str(picture) if isinstance(picture, str | Path) else f"picture {place}"
                raise DataError(error.what, where=error.where.replace("picture 0", name, 1), do=error.do) from None
            made.append(self._translate(encoded, latents[place, None]))
        return made

    def require_instances(self) -> None:
        """Refuse instances where the generator was trained without.

        Raises:
            SettingsError: it was.
        """
        if not self.condition.plain().get("boundaries"):
            raise SettingsError("this generator was trained without instances", where="instances", do="leave them out")

    def _value(self, picture: Picture | str, place: int) -> Image | np.ndarray:
        """A picture as the condition takes it: of label maps the ids as they are, of any other its levels in 8 bits."""
        plain = self.condition.plain()
        if plain["kind"] != "layout" and not plain.get("painted"):
            return levelled(opened(picture, place))
        return _untouched(picture, place)

    @torch.no_grad()
    def style(self, like: Picture) -> Tensor:
        """The latent (Float[1 latent]) of an example, brought to the size of the training.

        Raises:
            SettingsError: the generator has not learnt to tell one.
            DataError: it cannot be read.
        """
        if not self.architecture.learns_style:
            raise SettingsError(
                "this generator has learnt no style", where="like", do="train one with --architecture.style true"
            )
        mode = MODES[self.shape.channels]
        size = (self.shape.space[0], self.shape.space[1])
        example = np.asarray(fitted(levelled(opened(like)).convert(mode), size, "crop", Resampling.LANCZOS))
        image = torch.from_numpy(example.copy()).view(*size, -1).movedim(-1, 0)[None]
        device = next(self.generator.parameters()).device
        found: Style = self.generator.get_submodule("body.style")(to_float(image).to(device))
        return found.mean.cpu()

    def _translate(self, encoded: Tensor, latent: Tensor) -> np.ndarray:
        """One picture of any size."""
        height, width = encoded.shape[2:]
        high, wide = self.shape.space
        missing = (0, max(0, wide - width), 0, max(0, high - height))
        encoded = F.pad(encoded.float(), missing, mode="replicate").to(encoded.dtype)
        space = (encoded.shape[2], encoded.shape[3])
        where = tiling.places(space, (high, wide))
        device = next(self.generator.parameters()).device

        def parts() -> Iterator[Tensor]:
            for start in range(0, len(where), TILES):
                some = torch.cat([encoded[..., rows, columns] for rows, columns in where[start : start + TILES]])
                yield from self.generator(latent.expand(len(some), -1).to(device), some.to(device))

        whole = tiling.together(parts(), where, (self.shape.channels, *space))[:, :height, :width]
        made = to_uint8(whole.movedim(0, -1)).cpu().numpy()
        return self.exact(made)

    def exact(self, images: np.ndarray) -> np.ndarray:
        """Images (uint8 …,h,w,c) as they are; label maps in the colours of their classes and no other."""
        return images if self.palette is None else self.palette.paint(self.palette.nearest(images))

    def beside(self, items: Batch, encoded: Tensor, seeds: int = 2) -> Any:
        """A picture of what some items are to be made from, what is made of it with each seed, and the truth."""
        latents = noise(range(seeds), self.architecture.noise)
        columns = {"input": _last(self.condition.show(encoded))}
        for index in range(seeds):
            drawn = self.draw(latents[index].expand(len(encoded), -1), encoded)
            columns[f"seed {index}"] = self.exact(drawn)
        return side_by_side({**columns, "truth": _last(items.images)})

    def sheet(self) -> Any:
        """A picture of every class (160 at most), each row from one seed, so that only the label differs along it."""
        classes = min(self.condition.outputs, 160)
        if not classes:
            return self(n=64).grid()
        rows = min(10, 160 // classes)
        return self(range(classes), seeds=[index // classes for index in range(classes * rows)]).grid()

    def save_pretrained(self, folder: str | Path) -> None:
        """Write ``config.json``, ``model.safetensors`` and the model card ``README.md``, each whole or not at all."""
        from condgan.core.version import __version__

        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        config = {
            "library": "condgan",
            "version": __version__,
            "shape": {"channels": self.shape.channels, "space": list(self.shape.space)},
            "condition": self.condition.plain(),
            "architecture": self.architecture.plain(),
            **({"palette": self.palette._asdict()} if self.palette else {}),
            "trained": self.trained,
        }
        tensors = {name: value.contiguous().cpu() for name, value in self.generator.state_dict().items()}
        disk.write(folder / WEIGHTS, save(tensors, {"format": "pt"}))
        for name, text in ((CONFIG, json.dumps(config, indent=2)), (CARD, card(config, self.condition.describe()))):
            disk.write(folder / name, text.encode())

    @classmethod
    def from_pretrained(cls, name: str | Path) -> Self:
        """A pipeline from a folder, or from a repository of the Hugging Face Hub.

        Raises:
            SettingsError: there is no pipeline there, or it is damaged.
        """
        folder = located(name)
        config = read_config(folder)
        try:
            condition: Condition = TypeAdapter(AnyCondition).validate_python(config["condition"])
            architecture: Architecture = TypeAdapter(AnyArchitecture).validate_python(config["architecture"])
            shape = Shape(config["shape"]["channels"], tuple(config["shape"]["space"]))
            palette = TypeAdapter(Palette).validate_python(config["palette"]) if "palette" in config else None
            embedder = condition.embedder()
            with torch.device("meta"):  # a config may lie: nothing is allocated before the weights are held against it
                generator = Conditioned(architecture.generator(shape, embedder.widths), embedder)
            generator.load_state_dict(load_file(folder / WEIGHTS), assign=True)
            generator.float()
        except (KeyError, TypeError, ValueError, RuntimeError, OSError, SafetensorError) as error:
            raise SettingsError("damaged pipeline", where=folder, do=f"save it again ({first_line(error)})") from None
        return cls(condition, architecture, shape, generator, config.get("trained"), palette)


def _untouched(picture: Picture | str, place: int) -> Image | np.ndarray:
    """A picture or an array, with the numbers that are in it."""
    array = array_of(Path(picture) if isinstance(picture, str) else picture)
    return opened(picture, place) if array is None else array


def _last(images: Tensor) -> np.ndarray:
    """Channels last, as pictures are drawn."""
    return images.movedim(1, -1).numpy()
