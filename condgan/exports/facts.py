"""What an exported generator says of itself: enough to use it without condgan."""

from __future__ import annotations

import json
import math
from typing import Any

from condgan.core.bundle import TIMES
from condgan.core.form import FormField
from condgan.core.port import Port
from condgan.core.version import __version__
from condgan.exports.program import IMAGES, NOISE, VALUES, ports_of
from condgan.pipeline import Pipeline

LATENTS = (
    "for each sample its own seed: Philox4x32-10 (Salmon et al. 2011) with the key (seed mod 2^32, seed div 2^32) and "
    "the counters (0, 0, 0, 0), (1, 0, 0, 0), ... gives four numbers of 32 bits each; u = (number + 0.5) / 2^32; each "
    "two, u1 and u2, give sqrt(-2 ln u1) cos(2 pi u2) and sqrt(-2 ln u1) sin(2 pi u2), in 64 bits, rounded to 32"
)


def facts(pipeline: Pipeline) -> dict[str, Any]:
    """As JSON: what it takes, under which names, in which range and unit, and what it gives out."""
    *frames, height, width = pipeline.shape.space
    size, channels = f"{'frames,' * bool(frames)}{height},{width}", pipeline.shape.channels
    form = {field.name: field for field in pipeline.condition.form()}
    trained = pipeline.trained
    return {
        "library": "condgan",
        "version": __version__,
        "latent": {
            "name": NOISE,
            "width": pipeline.architecture.noise,
            "of motion": pipeline.architecture.motion_noise,
            "from seeds": LATENTS,
        },
        "inputs": [_input(port, form.get(port.name)) for port in ports_of(pipeline)],
        "outputs": {IMAGES: f"uint8 n,{size},{channels}", VALUES: f"float32 n,{channels},{size}, -1 to 1"},
        "size": [*frames, height, width, channels],
        "frame_rate": pipeline.reading.rate,
        "background": pipeline.reading.background,
        "trained": {name: trained[name] for name in ("images", "data", "data_hash") if name in trained},
    }


def _input(port: Port, field: FormField | None) -> dict[str, Any]:
    """A tensor, with what people are asked for."""
    nan = port.missing is not None and math.isnan(port.missing)
    shown = {} if field is None else {"field": field.type, "unit": field.unit, "help": field.help}
    example = {} if field is None or not field.such_as else {"such as": field.such_as}
    return {
        "name": port.name,
        "type": port.type,
        "shape": ["n", "frames"] if port.name == TIMES else ["n", *port.shape],
        "low": port.low,
        "high": port.high,
        "missing": "NaN" if nan else port.missing,
        "meaning": port.help,
        **({"names": port.names} if port.names else {}),
        **({"colours": port.colours} if port.colours else {}),
        **shown,
        **example,
    }


def as_text(found: dict[str, Any]) -> str:
    """As one line of JSON."""
    return json.dumps(found, ensure_ascii=False)
