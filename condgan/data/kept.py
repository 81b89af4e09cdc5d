"""Decoded clips, kept in the cache: films take long to decode, and every command reads them again."""

from __future__ import annotations

import json
import logging
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
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
from condgan.data.decode import Decoded
from condgan.data.picture import Clip, Picture, Series
from condgan.data.timeline import Timeline
from condgan.data.undecoded import Undecoded

logger = logging.getLogger(__name__)


def kept(images: Undecoded, settings: Mapping[str, Any], make: Callable[[], Decoded]) -> Decoded:
    """Clips as they were decoded before, memory-mapped; or decoded now, and kept where all are files that can be read.

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
    if found.unreadable:
        return found
    draft = pixels.with_name(f"{disk.DRAFT}{os.getpid()}-{pixels.name}")
    try:
        pixels.parent.mkdir(parents=True, exist_ok=True)
        np.save(draft, found.images.numpy())
        draft.replace(pixels)
        disk.write(about, json.dumps(_about(found)).encode())
    except OSError:  # the cache saves time, and nothing depends on it
        draft.unlink(missing_ok=True)
    return found


def timelines(images: Sequence[Picture], make: Callable[[], list[Timeline | None]]) -> list[Timeline | None]:
    """The timelines of files as they were found before; or found now, and kept where all can be read."""
    name = _name(images, {"what": "timelines"})
    if name is None:
        return make()
    file = folder() / f"timelines-{name}.json"
    try:
        return [Timeline(tuple(places), *rest) for places, *rest in json.loads(file.read_text())]
    except (OSError, ValueError, TypeError):
        found = make()
    if all(found):
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            disk.write(file, json.dumps(found).encode())
        except OSError:
            pass
    return found


def _name(images: Sequence[Picture], settings: Mapping[str, Any]) -> str | None:
    """What stands for all files as they are; ``None`` where some are no files."""
    found = sha256(json.dumps([__version__, dict(settings)], sort_keys=True, default=str).encode())
    for image in images:
        files: Sequence[object] = image.files if isinstance(image, Series) else [getattr(image, "whole", image)]
        numbers = image.numbers if isinstance(image, Clip | Series) else ()
        for each in files:
            if not isinstance(each, Path | Member):
                return None
            try:
                stamp = (each.archive if isinstance(each, Member) else each).stat()
            except OSError:
                return None
            found.update(json.dumps([str(each), stamp.st_size, stamp.st_mtime_ns, *numbers]).encode())
    return found.hexdigest()[:24]


def _about(found: Decoded) -> dict[str, Any]:
    return {
        "kept": found.kept.tolist(),
        "sizes": [[list(size), count] for size, count in found.sizes.items()],
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
        (),
        Reading(tuple(levels), background, rate),
        tuple(Note(*each) for each in about["notes"]),
    )
