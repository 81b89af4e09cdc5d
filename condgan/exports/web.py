"""The generator as one page that opens anywhere, from a file, without a network."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from condgan.core.errors import SettingsError
from condgan.exports.facts import as_text, facts
from condgan.exports.onnx import onnx_of
from condgan.exports.parity import Parity
from condgan.exports.runtime import Runtime, runtime
from condgan.pipeline import Pipeline

SCRIPTS = ("latents.mjs", "gif.mjs", "controls.mjs", "saving.mjs", "page.mjs")
"""In the order in which they run: the last one begins."""
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


class Page(NamedTuple):
    """A page, and the scripts beside it that hold its large parts, by their names; none where all is in the page."""

    text: bytes
    beside: dict[str, bytes]


def page_of(
    pipeline: Pipeline, said: Said, folder: str | Path | None = None, int8: bool = False, split: str = ""
) -> tuple[Page, Parity]:
    """The page, and how near its model is to the generator in PyTorch.

    Args:
        pipeline: the generator.
        said: what the page says of it.
        folder: with the files of the npm package onnxruntime-web; by default they are downloaded once.
        int8: with weights of 8 bits.
        split: the name of a folder beside the page for its large parts; empty: all is in the page.

    Raises:
        SettingsError: as ``onnx_of``; or the page would be too large.
        DataError: onnxruntime-web cannot be downloaded.
    """
    model, parity = onnx_of(pipeline, int8)
    page = rendered(model, facts(pipeline), parity, said, runtime(folder), split)
    if len(page.text) > LARGEST:
        raise SettingsError(
            f"the page would have {len(page.text) / 1e6:,.0f} MB",
            where=f"the model alone has {len(model) / 1e6:,.0f} MB",
            do="give --split, which puts its large parts into a folder beside it" + ", or --quantize int8" * (not int8),
        )
    return page, parity


def rendered(model: bytes, known: dict[str, Any], parity: Parity, said: Said, ran: Runtime, split: str = "") -> Page:
    """The page; arguments as of ``page_of``."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    room = files("condgan.exports") / "page"
    read = {name: room.joinpath(name).read_text(encoding="utf-8") for name in ("page.html", "page.css", *SCRIPTS)}
    script = "\n".join(read[name].replace("export function", "function") for name in SCRIPTS)
    packed = {"runtime": ran.script, "wasm": ran.wasm, "model": gzip.compress(model, 9, mtime=0)}
    parts = {name: base64.b64encode(content).decode() for name, content in packed.items()}
    # a script is all that a page from a file may load from another one
    beside = {f"{name}.js": f'(window.condganParts ??= {{}}).{name} = "{text}";' for name, text in parts.items()}
    environment = Environment(
        loader=FunctionLoader(read.__getitem__), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    text = environment.get_template("page.html").render(
        title=said.title,
        subtitle=f"A conditional generator that runs in this page: {_size(known)}.",
        style=Markup(read["page.css"]),
        script=Markup(script),
        # a name in the data must not end the script that holds it
        facts=Markup(as_text(known).replace("<", "\\u003c")),
        parts={} if split else {name: Markup(text) for name, text in parts.items()},
        scripts=[f"{quote(split)}/{name}" for name in beside] if split else [],
        verdict=said.verdict,
        figures=said.figures,
        card=said.card,
        parity=str(parity),
    )
    return Page(text.encode(), {name: each.encode() for name, each in beside.items()} if split else {})


def _size(known: dict[str, Any]) -> str:
    *frames, height, width, channels = known["size"]
    colour = {1: "grey", 3: "colour", 4: "colour and transparency"}[channels]
    return f"{width}×{height}, {colour}" + "".join(f", clips of {count} frames" for count in frames)
