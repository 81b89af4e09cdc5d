"""Words as a condition: sprites with captions made from their fields, and emoji with their names.

python -m benchmarks.captions sprites --data-root ../shared/data --images 300000
python -m benchmarks.captions emoji --data-root ../shared/data --images 100000 --only "learned vectors" minilm

Sprites: each character has a caption of each of four forms; a fifth of the combinations of the four attributes, and two
other forms, are held out. The same fields as attributes are the path to compare with. ``fields``: the share of samples
of held-out combinations whose field is as the caption says, by classifiers that were trained on real images; ``swap``:
one word of a caption changed, the noise being the same. Emoji: split by the name before the colon, so that no skin tone
of a thing is in both splits. One thread; stopped, the same command goes on.
"""

import argparse
import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import torch
from PIL import Image

import condgan as cg
from condgan.core.seeds import key
from condgan.evaluation.samples import generate
from condgan.evaluation.tasks import fields as fields_of
from condgan.evaluation.tasks import trained
from condgan.pipeline import Pipeline

WORDS = {
    "body": ("light", "tan", "grey", "lavender", "brown", "dark"),
    "bottom": ("white", "golden", "red", "grey", "teal", "green"),
    "top": ("maroon", "cyan", "cream", "steel", "leather", "formal"),
    "hair": ("green", "blue", "orange", "white", "red", "purple"),
}
"""What the values of the fields are called: colours of hair are also those of trousers."""
ACTS = {"slash": "fights", "spellcast": "casts a spell", "walk": "walks"}
FORMS = (
    "a {body} hero with {hair} hair, a {top} shirt and {bottom} trousers {act} facing {side}",
    "{act} {side}: {hair} hair, {body} skin, {bottom} trousers, {top} shirt",
    "someone with {body} skin who {act} to the {side}, wearing a {top} shirt, {bottom} trousers and {hair} hair",
    "{hair} haired character in a {top} shirt, {bottom} trousers, {body} skin; it {act}, seen from the {side}",
)
HELD_OUT_FORMS = (
    "{bottom} trousers, {top} shirt, {hair} hair and {body} skin: a hero who {act} {side}",
    "facing {side}, a character of {body} skin {act} in {bottom} trousers with a {top} shirt and {hair} hair",
)
FIELDS = (*WORDS, "action")
FRAME = 3
"""Of each clip: in the first one figures stand still, whatever they are about to do."""
SIDE, SHARE, EACH = 32, 0.2, 600
"""Pixels a side, share of the combinations that are held out, and samples a measure."""
BY_FIELDS: dict[str, Any] = {"condition": {"parts": {"attributes": {"only": list(FIELDS)}}}}
WAYS: dict[str, dict[str, Any]] = {
    "learned vectors": {},
    "frozen random vectors": {"condition": {"text": {"frozen": True}}},
    "skip-gram before, frozen": {"condition": {"text": {"start": "skip-gram", "frozen": True}}},
    "skip-gram before": {"condition": {"text": {"start": "skip-gram"}}},
    "skip-gram before and jointly": {"condition": {"text": {"start": "skip-gram"}}, "objective": {"skip_gram": 0.1}},
    "skip-gram jointly": {"objective": {"skip_gram": 0.1}},
    "wordllama": {"condition": {"text": {"encoder": "wordllama"}}},
    "minilm": {"condition": {"text": {"encoder": "minilm"}}},
    "without matching": {"objective": {"matching": 0}},
    "with attention": {
        "condition": {"text": {"tokens": True}},
        "architecture": {"generator_injection": ["concat", "affine", "attend"]},
    },
    "attributes": BY_FIELDS,
}


def told(form: str, fields: dict[str, str]) -> str:
    """A caption of a form."""
    act, _, side = fields["action"].partition("_")
    return form.format(act=ACTS[act], side=side, **{name: fields[name] for name in WORDS})


def sprites(root: Path, out: Path) -> None:
    """A frame of each clip as two tables, with captions and fields; written once."""
    rows = [*csv.DictReader((root / "sprites" / "attributes.csv").open())]
    combinations = sorted({tuple(row[name] for name in WORDS) for row in rows}, key=lambda each: key("held out", *each))
    held_out = {*combinations[: round(SHARE * len(combinations))]}
    found: dict[str, list[dict[str, Any]]] = {"train": [], "test": []}
    for action in sorted(each.name for each in (root / "sprites").iterdir() if each.is_dir()):
        for row in rows:
            combination = tuple(row[name] for name in WORDS)
            fields = {name: WORDS[name][int(row[name])] for name in WORDS} | {"action": action}
            with Image.open(root / "sprites" / action / f"{row['clip']}.webp") as frames:
                frames.seek(FRAME)
                image = frames.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX)
            split = "test" if combination in held_out else "train"
            forms = HELD_OUT_FORMS if split == "test" else FORMS
            found[split].append({"image": png(image), "captions": [told(form, fields) for form in forms], **fields})
    write(found, out)


def emoji(root: Path, out: Path, side: int = SIDE) -> None:
    """Emoji as two tables, split by the name before the colon; written once."""
    found: dict[str, list[dict[str, Any]]] = {"train": [], "test": []}
    for line in (root / "emoji" / "metadata.jsonl").read_text().splitlines():
        row = json.loads(line)
        base = row["text"].split(":")[0]
        split = "test" if key("base name", base) % 5 == 0 else "train"
        with Image.open(root / "emoji" / row["file_name"]) as opened:
            image = opened.convert("RGB").resize((side, side), Image.Resampling.BOX)
        found[split].append({"image": png(image), "text": row["text"], "group": row["group"]})
    write(found, out)


def png(image: Image.Image) -> dict[str, Any]:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return {"bytes": buffer.getvalue(), "path": None}


def write(found: dict[str, list[dict[str, Any]]], out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for split, rows in found.items():
        parquet.write_table(pa.Table.from_pylist(rows), out / f"{split}-00000.parquet")


def train(name: str, data: Path, run: Path, budget: dict[str, Any], seed: int) -> Pipeline:
    """A generator by one of the ways; one that is done is taken as it is."""
    words = {"preset": "text", "out": run, "settings": WAYS[name], "seed": seed, **budget}
    for snapshot in cg.train(data, **words):
        print(f"{run}: {snapshot}", flush=True)
    return cg.Pipeline.from_pretrained(run)


class Judge:
    """Classifiers of the fields, trained on the real images of the training split."""

    def __init__(self, data: Path) -> None:
        made = cg.plan(data, preset="house", settings=BY_FIELDS)
        self.condition = made.recipe.condition
        fields = [each for each in fields_of(self.condition, made.dataset.schema).values() if each.requested]
        self.network = trained(fields, made.dataset)

    def right(self, images: torch.Tensor, rows: Sequence[dict[str, str]]) -> dict[str, torch.Tensor]:
        """Of each image whether each field is predicted to be as in its row."""
        found = self.network.predict(images, self.condition.encode(rows))
        return {name: found[name].scores for name in FIELDS}

    def classes(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
        """The likeliest value of each field."""
        return {name: found.argmax(1) for name, found in self.network.outputs(images).items()}


def figures_of_sprites(pipe: Pipeline, data: Path) -> dict[str, Any]:
    """How many samples of held-out combinations are as they are asked to be, field by field; and what one changed
    value changes."""
    judge, text = Judge(data), "text" in pipe.condition.parts
    table = parquet.read_table(data / "test-00000.parquet").to_pylist()
    chosen = [table[place] for place in np.random.default_rng(0).choice(len(table), EACH, replace=False)]
    rows = [{name: row[name] for name in FIELDS} for row in chosen]
    real = torch.stack([pixels(row["image"]) for row in chosen])
    found: dict[str, Any] = {"real": mean_of(judge.right(real, rows))}
    forms = {"seen forms": FORMS, "held-out forms": HELD_OUT_FORMS} if text else {"fields": ("",)}
    for label, some in forms.items():
        found[label] = mean_of(judge.right(sample(pipe, rows, some, text), rows))
        found[f"{label}, swapped"] = swapped(pipe, judge, rows, some, text)
    return found


def swapped(
    pipe: Pipeline, judge: Judge, rows: Sequence[dict[str, str]], forms: Sequence[str], text: bool
) -> dict[str, float]:
    """One field changed, the noise being the same: share of samples of which that field is as it is asked to be then,
    and share of the other fields that are predicted otherwise than before."""
    names = [FIELDS[place % len(FIELDS)] for place in range(len(rows))]
    values = {name: sorted({row[name] for row in rows}) for name in FIELDS}
    others = [
        {**row, name: values[name][(values[name].index(row[name]) + 1 + place % 4) % len(values[name])]}
        for place, (row, name) in enumerate(zip(rows, names, strict=True))
    ]
    before, after = (sample(pipe, each, forms, text) for each in (rows, others))
    right, old, new = judge.right(after, others), judge.classes(before), judge.classes(after)
    followed = [right[name][place].item() for place, name in enumerate(names)]
    moved = [
        float(old[other][place] != new[other][place])
        for place, name in enumerate(names)
        for other in FIELDS
        if other != name
    ]
    return {"followed": sum(followed) / len(followed), "others changed": sum(moved) / len(moved)}


def sample(pipe: Pipeline, rows: Sequence[dict[str, str]], forms: Sequence[str], text: bool) -> torch.Tensor:
    """A sample of each row, by a caption of one of the forms in turn, or by its fields."""
    asked = [{"text": told(forms[n % len(forms)], row)} if text else dict(row) for n, row in enumerate(rows)]
    return generate(pipe, pipe.condition.encode(asked), range(len(asked)))


def mean_of(right: dict[str, torch.Tensor]) -> dict[str, float]:
    return {name: each.mean().item() for name, each in right.items()}


def pixels(image: dict[str, Any]) -> torch.Tensor:
    """UInt8[c h w]."""
    with Image.open(io.BytesIO(image["bytes"])) as opened:
        return torch.from_numpy(np.asarray(opened.convert("RGB")).copy()).movedim(-1, 0)


def figures_of_report(run: Path, data: Path) -> dict[str, Any]:
    """The main figures of the report, each with its real-data reference."""
    report = cg.evaluate(run, data, n=5_000, repeats=2, quick=True, out=run / "report").report
    plain: dict[str, Any] = json.loads(report.model_dump_json())
    words, fidelity = plain["words"], plain["fidelity"]
    found = {"Fréchet distance": [fidelity["frechet_distance"], fidelity["real"]["frechet_distance"]]}
    if words is not None:
        found |= {"R@1": [words["recall_1"], words["real_1"]], "R@5": [words["recall_5"], words["real_5"]]}
        if words["swap"] is not None:
            found["followed"] = [words["swap"]["followed"], words["swap"]["real"]]
    return {name: [pair[0]["value"], pair[1]["value"]] for name, pair in found.items()}


def main() -> None:
    """Do what is asked for, then list all that is done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", choices=["sprites", "emoji"])
    parser.add_argument("--data-root", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("runs/captions"))
    parser.add_argument("--only", nargs="*", default=list(WAYS), choices=WAYS)
    parser.add_argument("--seeds", nargs="*", type=int, default=[0])
    parser.add_argument("--images", type=int)
    parser.add_argument("--minutes", type=float)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    budget = {name: value for name in ("images", "minutes") if (value := getattr(asked, name)) is not None}
    data = asked.out / asked.data
    if not (data / "test-00000.parquet").is_file():
        (sprites if asked.data == "sprites" else emoji)(asked.data_root.resolve(), data)
    for name in asked.only:
        for seed in asked.seeds:
            run = asked.out / f"{asked.data}-{name.replace(' ', '-').replace(',', '')}-{seed}"
            if not (run / "figures.json").is_file():
                pipe = train(name, data, run, budget, seed)
                found = figures_of_report(run, data)
                if asked.data == "sprites":
                    found |= figures_of_sprites(pipe, data)
                last = json.loads((run / "metrics.jsonl").read_text().splitlines()[-1])
                found |= {"images": last["images"], "seconds": last["seconds"]}
                (run / "figures.json").write_text(json.dumps(found, indent=2))
    for file in sorted(asked.out.glob(f"{asked.data}-*/figures.json")):
        print(file.parent.name, json.dumps(json.loads(file.read_text())))


if __name__ == "__main__":
    main()
