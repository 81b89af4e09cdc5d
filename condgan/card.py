"""The model card: what a stranger needs to know of a pipeline, in the Hub's form."""

from typing import Any

from condgan.conditions.base import Form

TEMPLATE = """---
library_name: condgan
pipeline_tag: {tag}
tags:
- condgan
- gan
- conditional-gan
---

# {title}

A generator of {size} images, trained with [condgan](https://pypi.org/project/condgan/) {version} on {data}
({images} images shown). Architecture: {architecture}.

```python
import condgan as cg

pipe = cg.Pipeline.from_pretrained("PATH OR OWNER/NAME")
{example}
```

## What it can be asked for

{asks}

## What it is not

Its images are made up. They can be of the wrong class, and they can resemble images it was trained on:
measure both before you rely on it.
"""


def card(config: dict[str, Any], form: Form) -> str:
    """The text of the model card of a pipeline's ``config.json``."""
    trained = config["trained"]
    data = trained.get("data", "unknown data")
    size = "×".join(map(str, reversed(config["shape"]["space"])))
    channels = {1: "grey", 3: "colour", 4: "colour and transparency"}[config["shape"]["channels"]]
    asks = "\n".join(
        f"- `{field.name}` ({field.help})" + (f": {', '.join(field.choices)}" if field.choices else "")
        for field in form.fields
    )
    pictures = any(not field.choices for field in form.fields)
    named = next((field.choices[0] for field in form.fields if field.choices), None)
    label = f', label="{named}"' if pictures and named else f'"{named}", n=3, ' if named else "n=3, " * (not pictures)
    return TEMPLATE.format(
        title=f"condgan: {data}",
        size=f"{size} {channels}",
        version=config["version"],
        data=data,
        images=f"{trained.get('images', 0):,}",
        architecture=config["architecture"]["kind"],
        tag="image-to-image" if pictures else "unconditional-image-generation",
        example=f'(image,) = pipe.translate(["PICTURE.png"]{label})'
        if pictures
        else f'pipe({label}seeds=[1, 2, 3]).save("samples.png")',
        asks=asks or "Nothing: it is a plain GAN, without a condition.",
    )
