"""The model card: what a stranger needs to know of a pipeline, in the Hub's form."""

import json
from collections.abc import Sequence
from typing import Any

from condgan.core.form import FormField
from condgan.pipeline.parents import parents_of

TAGS = {
    (False, False): "unconditional-image-generation",
    (False, True): "image-to-image",
    (True, False): "other",
    (True, True): "image-to-video",
}
"""The Hub's word for what it does: whether it makes clips, and whether it takes pictures."""
TEMPLATE = """---
library_name: condgan
pipeline_tag: {tag}
tags:
- condgan
- gan
- conditional-gan
---

# {title}

A generator of {size}, trained with [condgan](https://pypi.org/project/condgan/) {version} on {data}
({images} {noun} shown). Architecture: {architecture}.{parents}{picture}

```python
import condgan as cg

pipe = cg.Pipeline.from_pretrained("PATH OR OWNER/NAME")
{example}
```

## What can be requested

{asks}

## What it is not

Its {noun} are made up. They can be of the wrong class, and they can resemble {noun} it was trained on:
measure both before you rely on it.
"""


def card(config: dict[str, Any], form: Sequence[FormField], picture: str = "") -> str:
    """The text of the model card of a pipeline's ``config.json``; ``picture``: a file that it shows."""
    trained = config["trained"]
    data = trained.get("data", "unknown data")
    *frames, height, width = config["shape"]["space"]
    noun = "clips" if frames else "images"
    channels = {1: "grey", 3: "colour", 4: "colour and transparency"}[config["shape"]["channels"]]
    asks = "\n".join(f"- `{field.name}`: {field.described()}" for field in form)
    pictures = any(field.required and field.type != "vector" for field in form)
    return TEMPLATE.format(
        title=f"condgan: {data}",
        size=f"{width}×{height} {channels} {noun}" + "".join(f" of {count} frames" for count in frames),
        noun=noun,
        picture=f"\n\n![Samples]({picture})" if picture else "",
        version=config["version"],
        data=data,
        images=f"{trained.get('images', 0):,}",
        architecture=config["architecture"]["kind"],
        parents=_parents(trained),
        tag=TAGS[bool(frames), pictures],
        example=f'pipe({", ".join([*_words(form), "seeds=[1, 2, 3]"])}).save("samples.{"webp" if frames else "png"}")',
        asks=asks or "Nothing: it is a plain GAN, without a condition.",
    )


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
