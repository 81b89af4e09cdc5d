"""What runs ONNX in a browser: onnxruntime-web, downloaded once and kept."""

from __future__ import annotations

import gzip
import tarfile
from pathlib import Path
from typing import NamedTuple

from condgan.core.cache import folder as cache
from condgan.core.disk import write
from condgan.core.errors import SettingsError
from condgan.data.download import downloaded

VERSION = "1.30.0"
URL = f"https://registry.npmjs.org/onnxruntime-web/-/onnxruntime-web-{VERSION}.tgz"
CHECKSUM = "sha256:d2228df7e4616bc3348bf504ee888f3bec43789a273f0a63f3e68d203ce3bf71"
SCRIPT, WASM = "ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm"
"""The smallest that run everything: the script with all that it needs but the machine code, and that."""


class Runtime(NamedTuple):
    """Both files, compressed with gzip."""

    script: bytes
    wasm: bytes


def runtime(folder: str | Path | None = None) -> Runtime:
    """Onnxruntime-web, from a folder that has its files, from the cache, or downloaded (33 MB).

    Raises:
        SettingsError: the folder lacks them.
        DataError: it cannot be downloaded.
    """
    if folder is not None:
        return Runtime(*(_packed(_found(Path(folder), name).read_bytes()) for name in (SCRIPT, WASM)))
    kept = cache() / f"onnxruntime-web-{VERSION}"
    if not (kept / f"{WASM}.gz").is_file():
        do = "give a folder with the files of the npm package: --runtime FOLDER"
        package = downloaded(URL, CHECKSUM, "onnxruntime-web", "onnxruntime-web", do)
        kept.mkdir(parents=True, exist_ok=True)
        with tarfile.open(package) as archive:
            for name in (SCRIPT, WASM):
                member = archive.extractfile(f"package/dist/{name}")
                assert member is not None, "the checksum says what is in the package"
                write(kept / f"{name}.gz", _packed(member.read()))
        package.unlink()
    return Runtime(*((kept / f"{name}.gz").read_bytes() for name in (SCRIPT, WASM)))


def _found(folder: Path, name: str) -> Path:
    for place in (folder, folder / "dist", folder / "package" / "dist"):
        if (place / name).is_file():
            return place / name
    raise SettingsError(f"no {name}", where=folder, do=f"give the unpacked npm package onnxruntime-web {VERSION}")


def _packed(content: bytes) -> bytes:
    return gzip.compress(content, 9, mtime=0)
