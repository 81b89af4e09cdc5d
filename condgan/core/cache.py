"""What takes long to compute and never changes, kept for the next time under a name made of all that it depends on."""

import json
import os
from collections.abc import Callable, Mapping
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from condgan.core import disk
from condgan.core.version import __version__


def folder() -> Path:
    """``$CONDGAN_CACHE``, else the system's place for caches."""
    import pooch

    return Path(os.environ.get("CONDGAN_CACHE") or pooch.os_cache("condgan"))


def cached(kind: str, parts: Mapping[str, Any], make: Callable[[], dict[str, Tensor]]) -> dict[str, Tensor]:
    """Tensors from the cache, or made now and kept; where nothing can be kept, made each time.

    Args:
        kind: what they are, for people who look into the folder.
        parts: all that the result depends on besides the versions of condgan and torch, as plain JSON values.
        make: makes them.
    """
    made_by = {"condgan": __version__, "torch": version("torch")}
    name = sha256(json.dumps({**parts, **made_by}, sort_keys=True).encode()).hexdigest()[:16]
    file = folder() / f"{kind}-{name}.safetensors"
    try:
        return load(file.read_bytes())
    except (OSError, SafetensorError):
        found = {key: value.contiguous() for key, value in make().items()}
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        disk.write(file, save(found))
    except OSError:
        pass
    return found


def digest(*tensors: Tensor) -> str:
    """16 hexadecimal digits that stand for the values, types and shapes of some tensors."""
    found = sha256()
    for each in tensors:
        found.update(f"{each.dtype}{tuple(each.shape)}".encode())
        found.update(each.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return found.hexdigest()[:16]
