"""Decoded clips, kept in the cache: films take long to decode, and every command reads them again."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import torch

from condgan.core import disk
from condgan.core.cache import folder
from condgan.core.levels import Reading
from condgan.core.note import Note
from condgan.core.version import __version__
from condgan.data.archive import Member
from condgan.data.decode import Decoded, Undecoded, Unreadable
from condgan.data.picture import Clip, Picture, Series

logger = logging.getLogger(__name__)


def kept(images: Undecoded, settings: Mapping[str, Any], make: Callable[[], Decoded]) -> Decoded:
    """Clips as they were decoded before, memory-mapped; or decoded now, and kept where all of them are files.

    Args:
        images: the clips.
        settings: all that decoding depends on besides the files.
        make: decodes them.
    """
    name = None if isinstance(images, np.ndarray) else _name(images, settings)
    if name is None:
        return make()
    pixels, about = (folder() / f"clips-{name}{suffix}" for suffix in (".npy", ".json"))
    try:
        return _read(pixels, json.loads(about.read_text()))
    except (OSError, ValueError, KeyError, TypeError):
        logger.warning("decoding %s clips, once for these files", f"{len(images):,}")
    found = make()
    try:
        pixels.parent.mkdir(parents=True, exist_ok=True)
        draft = pixels.with_name(disk.DRAFT + pixels.name)
        np.save(draft, found.images.numpy())
        draft.with_suffix(".npy").replace(pixels)
        disk.write(about, json.dumps(_about(found)).encode())
    except OSError:  # the cache saves time, and nothing depends on it
        pass
    return found


def _name(images: Undecoded, settings: Mapping[str, Any]) -> str | None:
    """What stands for all files as they are; ``None`` where some are no files."""
    found = sha256(json.dumps([__version__, dict(settings)], sort_keys=True, default=str).encode())
    for image in images:
        parts = list(_files(image))
        if not parts:
            return None
        found.update(json.dumps(parts).encode())
    return found.hexdigest()[:24]


def _files(image: Picture | np.ndarray) -> Iterator[list[Any]]:
    """The files of a clip with their sizes and times; nothing where one is no file."""
    if not isinstance(image, Clip | Series):
        return
    files = [image.whole] if isinstance(image, Clip) else [image.files[number] for number in image.numbers]
    if not all(isinstance(each, Path | Member) for each in files):
        return
    for each in files:
        assert isinstance(each, Path | Member), "nothing else is left"
        stamp = (each.archive if isinstance(each, Member) else each).stat()
        yield [str(each), stamp.st_size, stamp.st_mtime_ns, *image.numbers]


def _about(found: Decoded) -> dict[str, Any]:
    return {
        "kept": found.kept.tolist(),
        "sizes": [[list(size), count] for size, count in found.sizes.items()],
        "unreadable": found.unreadable,
        "reading": found.reading,
        "notes": found.notes,
    }


def _read(pixels: Path, about: Mapping[str, Any]) -> Decoded:
    """What was kept. Changes of it stay in memory."""
    images = np.load(pixels, mmap_mode="c", allow_pickle=False)
    levels, background, rate = about["reading"]
    return Decoded(
        torch.from_numpy(images),
        np.array(about["kept"], np.int64),
        Counter({tuple(size): count for size, count in about["sizes"]}),
        tuple(Unreadable(*each) for each in about["unreadable"]),
        Reading(tuple(levels), background, rate),
        tuple(Note(*each) for each in about["notes"]),
    )
