"""The model card: what a stranger needs to know of a pipeline, in the Hub's form."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from condgan.core.form import FormField
from condgan.pipeline.parents import line, parents_of

TAGS = {
    (False, False): "unconditional-image-generation",
    (False, True): "image-to-image",
    (True, False): "other",
    (True, True): "image-to-video",
}
"""The Hub's word for what it does: whether it makes clips, and whether it takes pictures."""
REPORT = "report"
"""The folder of a report, beside the card."""
TEMPLATE = """---
library_name: condgan
pipeline_tag: {tag}
tags:
- condgan
- gan
- conditional-gan
{header}---

# {title}

A generator of {size}, trained with [condgan](https://pypi.org/project/condgan/) {version} on {data}
({images} {noun} shown). Architecture: {architecture}.{parents}{picture}

```python
import condgan as cg

pipe = cg.Pipeline.from_pretrained("{name}")
{example}
```

## What can be requested

{asks}

{measured}## What it was trained on

{data}, of which {images} {noun} were shown in the training, each counted as often as it was shown.{hash} The pipeline
holds names and values that stand in the data, but none of its {noun}.

## What it is not

Its {noun} are made up. They can be of the wrong class, and they can resemble {noun} it was trained on:
measure both before you rely on it.
{licence}"""


class Shown(NamedTuple):
    """A figure of a report."""

    name: str
    value: float | None
    """Of the samples; ``None``: there were too few."""
    samples: str
    """The same in words, with its interval."""
    real: str
    """Its real-data reference."""


class Measured(NamedTuple):
    """What a card says of a report."""

    data: str
    """What the samples were compared with."""
    figures: Sequence[Shown]
    files: Mapping[str, bytes]
    """The numbers and the page, by their names."""


class Published(NamedTuple):
    """What the card of a pipeline says more where anyone may find it."""

    name: str
    """``owner/name``."""
    licence: str = ""
    """As the Hub calls it; empty where none was given."""
    report: Measured | None = None


def card(config: dict[str, Any], form: Sequence[FormField], picture: str = "", public: Published | None = None) -> str:
    """The text of the model card of a pipeline's ``config.json``; ``picture``: a file that it shows."""
    trained = config["trained"]
    data = trained.get("data", "unknown data")
    *frames, height, width = config["shape"]["space"]
    noun = "clips" if frames else "images"
    channels = {1: "grey", 3: "colour", 4: "colour and transparency"}[config["shape"]["channels"]]
    asks = "\n".join(f"- `{field.name}`: {field.described()}" for field in form)
    pictures = any(field.required and field.type != "vector" for field in form)
    tag = TAGS[bool(frames), pictures]
    return TEMPLATE.format(
        name=public.name if public else "PATH OR OWNER/NAME",
        header=_header(public, tag) if public else "",
        measured=_measured(public.report) if public and public.report else "",
        licence=_licence(public.licence) if public else "",
        hash=f" Their hash is `{trained['data_hash']}`." if "data_hash" in trained else "",
        title=f"condgan: {data}",
        size=f"{width}×{height} {channels} {noun}" + "".join(f" of {count} frames" for count in frames),
        noun=noun,
        picture=f"\n\n![Samples]({picture})" if picture else "",
        version=config["version"],
        data=data,
        images=f"{trained.get('images', 0):,}",
        architecture=config["architecture"]["kind"],
        parents=_parents(trained),
        tag=tag,
        example=f'pipe({", ".join([*_words(form), "seeds=[1, 2, 3]"])}).save("samples.{"webp" if frames else "png"}")',
        asks=asks or "Nothing: it is a plain GAN, without a condition.",
    )


def _header(public: Published, tag: str) -> str:
    """The lines of YAML that say the licence and the figures; JSON's texts are YAML's, too."""
    licence = f"license: {json.dumps(public.licence)}\n" if public.licence else ""
    shown = [each for each in public.report.figures if each.value is not None] if public.report else []
    if not shown or not public.report:
        return licence
    index = {
        "name": public.name,
        "results": [
            {
                "task": {"type": tag},
                "dataset": {"name": public.report.data, "type": public.report.data},
                "metrics": [{"name": each.name, "type": _slug(each.name), "value": each.value} for each in shown],
            }
        ],
    }
    return f"{licence}model-index:\n- {json.dumps(index, ensure_ascii=False)}\n"


def _slug(name: str) -> str:
    """The name of a figure as a word."""
    return re.sub(r"\W+", "-", name).strip("-").lower()


def _measured(report: Measured) -> str:
    """A table of the figures."""
    rows = [f"| {_cell(each.name)} | {each.samples} | {each.real} |" for each in report.figures]
    named = " and ".join(f"`{REPORT}/{name}`" for name in report.files)
    return "\n".join(
        [
            "## How good it is",
            "",
            f"Compared with images of {line(report.data)}; each interval is of 95 %. More: {named}.",
            "",
            "| | samples | real data |",
            "|---|---|---|",
            *rows,
            "\n",
        ]
    )


def _cell(text: str) -> str:
    return line(text).replace("|", "\\|")


def _licence(licence: str) -> str:
    """The last section of the card."""
    text = f"These files are under the licence `{licence}`." if licence else "None is given: ask before you use it."
    return f"\n## Licence\n\n{text}\n"


def _parents(trained: dict[str, Any]) -> str:
    """Whose training this one continues, the newest first."""
    found = parents_of(trained)
    return f"\nIts training started from {', which started from '.join(map(str, found))}." if found else ""


def _words(form: Sequence[FormField]) -> list[str]:
    """An example of keywords: what has to be given, and values of the first fields that may be."""
    required = [
        f"{field.name}={f'[0.0] * {field.width}' if field.type == 'vector' else json.dumps('PICTURE.png')}"
        for field in form
        if field.required
    ]
    others = [field for field in form if field.example() is not None and field.name.isidentifier()]
    given = [f"{field.name}={json.dumps(field.example(), ensure_ascii=False)}" for field in others]
    return [*required, *given[:2]]
