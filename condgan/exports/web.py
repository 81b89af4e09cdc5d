"""The generator as one page that opens anywhere, from a file, without a network."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from condgan.core.errors import SettingsError
from condgan.exports.facts import as_text, facts
from condgan.exports.onnx import onnx_of
from condgan.exports.parity import Parity
from condgan.exports.runtime import Runtime, runtime
from condgan.pipeline import Pipeline

SCRIPTS = ("latents.mjs", "gif.mjs", "page.mjs")
LARGEST = 200_000_000
"""Bytes of a page, from which on browsers are slow to open it or do not."""


class Said(NamedTuple):
    """What a page says of its generator."""

    title: str
    card: str = ""
    """The model card, as text."""
    verdict: Sequence[str] = ()
    figures: Sequence[tuple[str, str, str]] = ()
    """Of the report: name, value of the samples, and of real data."""


def page_of(
    pipeline: Pipeline, said: Said, folder: str | Path | None = None, int8: bool = False
) -> tuple[bytes, Parity]:
    """The page, and how near its model is to the generator in PyTorch.

    Args:
        pipeline: the generator.
        said: what the page says of it.
        folder: with the files of the npm package onnxruntime-web; by default they are downloaded once.
        int8: with weights of 8 bits.

    Raises:
        SettingsError: as ``onnx_of``; or the page would be too large.
        DataError: onnxruntime-web cannot be downloaded.
    """
    model, parity = onnx_of(pipeline, int8)
    page = rendered(model, facts(pipeline), parity, said, runtime(folder)).encode()
    if len(page) > LARGEST:
        raise SettingsError(
            f"the page would have {len(page) / 1e6:,.0f} MB",
            where=f"the model alone has {len(model) / 1e6:,.0f} MB",
            do="set quantize to int8; or export X.onnx, and load it in a page of your own with onnxruntime-web",
        )
    return page, parity


def rendered(model: bytes, known: dict[str, Any], parity: Parity, said: Said, ran: Runtime) -> str:
    """The text of the page."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    room = files("condgan.exports") / "page"
    read = {
        name: room.joinpath(name).read_text()
        for name in ("page.html", "page.css", "page.mjs", "latents.mjs", "gif.mjs")
    }
    script = "\n".join(
        read[name].replace("export function", "function") for name in ("latents.mjs", "gif.mjs", "page.mjs")
    )
    parts = {"runtime": ran.script, "wasm": ran.wasm, "model": gzip.compress(model, 9, mtime=0)}
    environment = Environment(
        loader=FunctionLoader(read.__getitem__), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("page.html").render(
        title=said.title,
        subtitle=f"A conditional generator that runs in this page: {_size(known)}.",
        style=Markup(read["page.css"]),
        script=Markup(script),
        # a name in the data must not end the script that holds it
        facts=Markup(as_text(known).replace("<", "\\u003c")),
        parts={name: Markup(base64.b64encode(content).decode()) for name, content in parts.items()},
        verdict=said.verdict,
        figures=said.figures,
        card=said.card,
        parity=str(parity),
    )


def _size(known: dict[str, Any]) -> str:
    *frames, height, width, channels = known["size"]
    colour = {1: "grey", 3: "colour", 4: "colour and transparency"}[channels]
    return f"{width}×{height}, {colour}" + "".join(f", clips of {count} frames" for count in frames)
