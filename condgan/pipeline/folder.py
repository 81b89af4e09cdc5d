"""A pipeline on disk: ``config.json``, ``model.safetensors`` and the model card ``README.md``; of attributes also
``combinations.json``, by which what is not asked for is filled in."""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from PIL import ImageColor
from pydantic import TypeAdapter
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

from condgan.conditions.condition import Condition
from condgan.core import disk
from condgan.core.batch import Shape
from condgan.core.bounds import read_text
from condgan.core.errors import SettingsError
from condgan.core.levels import Reading
from condgan.core.palette import Palette
from condgan.core.version import __version__, is_later
from condgan.networks.base import ARCHITECTURES, Architecture, Conditioned
from condgan.networks.extractor import Extractor
from condgan.pipeline import extraction
from condgan.pipeline.card import card
from condgan.pipeline.combinations import Combinations
from condgan.pipeline.parents import networks_of, parents_of

logger = logging.getLogger(__name__)
CONFIG, WEIGHTS, CARD, COMBINATIONS = "config.json", "model.safetensors", "README.md", "combinations.json"
FILM = "film.webp"
UPDATE = "update: pip install --upgrade condgan"
FILES = (CONFIG, WEIGHTS, CARD, COMBINATIONS, FILM, extraction.FILE)
"""All that a pipeline may be of."""


class Saved(NamedTuple):
    """What a folder holds."""

    condition: Condition
    architecture: Architecture
    shape: Shape
    generator: Conditioned
    trained: dict[str, Any]
    """What is known of the training: ``images``, ``data``, ``data_hash``, ``alarms``, ``parents``."""
    palette: Palette | None
    """The classes of the images, where these are colour-coded label maps."""
    reading: Reading = Reading()
    """How the images were read that it was trained on."""
    combinations: Combinations | None = None
    """Which values went together in these images, where some may be left out."""
    extractor: Extractor | None = None
    """What tells from an image what samples are to be like, where the generator takes that."""


def write(folder: Path, saved: Saved, film: bytes | None = None) -> None:
    """Write the files, each whole or not at all. ``film``: what the card shows of clips.

    Raises:
        OSError: they cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "library": "condgan",
        "version": __version__,
        "shape": {"channels": saved.shape.channels, "space": list(saved.shape.space)},
        "condition": saved.condition.plain(),
        "architecture": saved.architecture.plain(),
        **({"palette": saved.palette._asdict()} if saved.palette else {}),
        **({"reading": saved.reading._asdict()} if saved.reading != Reading() else {}),
        **({"extractor": extraction.settings(saved.extractor)} if saved.extractor else {}),
        "trained": saved.trained,
    }
    tensors: Mapping[str, Tensor] = {**saved.generator.state_dict(), **extraction.tensors(saved.extractor)}
    extraction.write(folder, saved.extractor)
    disk.write(
        folder / WEIGHTS, save({name: each.contiguous().cpu() for name, each in tensors.items()}, {"format": "pt"})
    )
    if film is not None:
        disk.write(folder / FILM, film)
    picture = "" if film is None else FILM
    texts = {CONFIG: json.dumps(config, indent=2), CARD: card(config, saved.condition.form(), picture)}
    if saved.combinations is not None:
        texts[COMBINATIONS] = saved.combinations.text()
    for name, text in texts.items():
        disk.write(folder / name, text.encode())


def read(folder: Path) -> Saved:
    """What ``write`` wrote; what a later version of condgan wrote is read where it can be, and told.

    Raises:
        SettingsError: there is no pipeline there, it is damaged, or of a later version that saves it in another way.
    """
    config = read_config(folder)
    version = str(config.get("version", ""))
    try:
        condition = Condition.model_validate(config["condition"])
        architecture = ARCHITECTURES.parse(config["architecture"])
        shape = Shape(config["shape"]["channels"], tuple(config["shape"]["space"]))
        palette = TypeAdapter(Palette).validate_python(config["palette"]) if "palette" in config else None
        reading = TypeAdapter(Reading).validate_python(config.get("reading", {}))
        ImageColor.getrgb(reading.background)
        trained = dict(config.get("trained") or {})
        parents_of(trained)
        networks_of(trained)
        embedder = condition.embedder()
        with torch.device("meta"):  # a config may lie: nothing is allocated before the weights are compared with it
            generator = Conditioned(architecture.generator(shape, embedder.widths), embedder)
        tensors = load_file(folder / WEIGHTS)
        own, extractor = extraction.read(folder, config.get("extractor"), tensors, shape)
        generator.load_state_dict(own, assign=True)
        generator.float()
        table = folder / COMBINATIONS
        known = Combinations.parse(read_text(table)) if condition.fieldwise and table.is_file() else None
    except (KeyError, TypeError, ValueError, RuntimeError, OSError, SafetensorError, AttributeError) as error:
        if is_later(version):
            raise SettingsError(_of_later(version), where=folder, do=UPDATE) from None
        raise SettingsError("damaged pipeline", where=folder, do=f"save it again ({first_line(error)})") from None
    if is_later(version):
        logger.warning("%s; it may make other images here: %s; %s", _of_later(version), folder, UPDATE)
    return Saved(condition, architecture, shape, generator, trained, palette, reading, known, extractor)


def _of_later(version: str) -> str:
    return f"a pipeline of condgan {version}, and this is {__version__}"


def read_config(folder: Path) -> dict[str, Any]:
    """A pipeline's ``config.json``.

    Raises:
        SettingsError: there is none, or it cannot be read.
    """
    if folder.is_file():
        raise SettingsError(
            "a file, not a pipeline",
            where=folder,
            do=f"give a folder with {CONFIG} and {WEIGHTS}; no pickle is read",
        )
    try:
        config = json.loads(read_text(folder / CONFIG))
        if not isinstance(config, dict):
            raise ValueError("not an object")
        return config
    except FileNotFoundError:
        raise SettingsError("no pipeline", where=folder, do=f"give a folder with {CONFIG} and {WEIGHTS}") from None
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsError("cannot read pipeline", where=folder / CONFIG, do=first_line(error)) from None


def first_line(error: Exception) -> str:
    """What an error says first, else its kind."""
    return (str(error).splitlines() or [type(error).__name__])[0]
