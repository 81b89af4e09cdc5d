"""What tells what an image is like, in the folder of a pipeline: its weights, or an ONNX file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from torch import Tensor

from condgan.core import disk
from condgan.core.batch import Shape
from condgan.networks.encoder import Encoder
from condgan.networks.extractor import Extractor, of_encoder, of_onnx

FILE = "extractor.onnx"
PREFIX = "extractor."
"""How the names of its weights begin, among those of the generator."""


def settings(extractor: Extractor) -> dict[str, Any]:
    """What ``config.json`` says of it."""
    return {"name": extractor.name, "hash": extractor.hash, "resizer": extractor.resizer}


def tensors(extractor: Extractor | None) -> dict[str, Tensor]:
    """Its weights, where it has any that can be kept."""
    content = None if extractor is None else extractor.content
    return {PREFIX + name: each for name, each in content.items()} if isinstance(content, Mapping) else {}


def write(folder: Path, extractor: Extractor | None) -> None:
    """The ONNX file, where it is one.

    Raises:
        OSError: it cannot be written.
    """
    if extractor is not None and isinstance(extractor.content, bytes):
        disk.write(folder / FILE, extractor.content)


def read(
    folder: Path, config: Mapping[str, Any] | None, weights: Mapping[str, Tensor], shape: Shape
) -> tuple[dict[str, Tensor], Extractor | None]:
    """The weights without those of the extractor, and the extractor, where it was kept.

    Raises:
        KeyError, RuntimeError, OSError: it is damaged.
    """
    own = {name: each for name, each in weights.items() if not name.startswith(PREFIX)}
    state = {name.removeprefix(PREFIX): each for name, each in weights.items() if name.startswith(PREFIX)}
    if config is None:
        return own, None
    if state:
        model = Encoder(shape, len(state["dense.weight"]))
        model.load_state_dict(state)
        return own, of_encoder(model)
    file = folder / FILE
    if not file.is_file():
        return own, None
    opened = cache(lambda: of_onnx(file))  # ONNX Runtime need not be there until it is used
    hash = str(config["hash"])
    return own, Extractor(
        str(config["name"]), hash, lambda images: opened().features(images), content=file.read_bytes()
    )
