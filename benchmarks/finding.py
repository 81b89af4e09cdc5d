"""Paths through latents, and images that are found again.

python -m benchmarks.finding RUN --data mnist --data-root ../shared/data

``norms``: how far the norm of a latent on a path is from what lies evenly between those of its ends, at most, as a
share. ``seam``: of a loop, the step from its last image to its first against the median step. ``again``: the share of
100 generated images that are found again at a PSNR of 30 dB and more, the class being looked for, too. ``classes``: the
share of real images of the test split for which the right class is found, and the median seconds for each.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

import condgan as cg
from condgan.gallery.path import change, spherical, times_of

LOOPS, EACH = 20, 100


def norms(width: int) -> float:
    """The largest deviation, over some loops through three latents."""
    worst = 0.0
    for loop in range(LOOPS):
        ends = torch.randn(3, width, generator=torch.Generator().manual_seed(loop))
        times = times_of(3, 24, True)
        found = spherical(ends, times).norm(dim=1)
        first = np.floor(times).astype(int)
        share = torch.from_numpy(times - first)
        length = ends.norm(dim=1).double()
        wanted = (1 - share) * length[first % 3] + share * length[(first + 1) % 3]
        worst = max(worst, float(((found - wanted) / wanted).abs().max()))
    return worst


def seam(pipe: cg.Pipeline, even: bool) -> float:
    """The largest over some loops."""
    found = []
    for loop in range(5 if even else LOOPS):
        seeds = [3 * loop, 3 * loop + 1, 3 * loop + 2]
        images = cg.interpolate(pipe, seeds=seeds, frames=24, loop=True, even=even).images[:, 0]
        steps = change(np.concatenate([images, images[:1]]))
        found.append(float(steps[-1] / np.median(steps)))
    return max(found)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--data", default="mnist")
    parser.add_argument("--data-root", default="../shared/data")
    asked = parser.parse_args()
    pipe = cg.Pipeline.from_pretrained(asked.run)
    found: dict[str, Any] = {
        "norms": norms(pipe.architecture.noise),
        "seam": seam(pipe, False),
        "seam, even": seam(pipe, True),
    }
    print(json.dumps(found), flush=True)
    (field,) = (each for each in pipe.condition.form() if each.choices)
    made = pipe([field.choices[n % len(field.choices)] for n in range(EACH)], seeds=range(1000, 1000 + EACH)).images
    matches, seconds = [], []
    for image in made:
        started = time.perf_counter()
        matches.append(cg.find(pipe, image))
        seconds.append(time.perf_counter() - started)
    found["again"] = float(np.mean([match.psnr >= 30 for match in matches]))
    found["again, class"] = float(
        np.mean([match.values[field.name] == field.choices[n % len(field.choices)] for n, match in enumerate(matches)])
    )
    found["again, seconds"] = float(np.median(seconds))
    print(json.dumps(found), flush=True)
    settings = {"data": {"subset": "test", "root": asked.data_root}}
    test = cg.plan(asked.data, preset="house", settings=settings).dataset
    chosen = np.random.default_rng(0).choice(len(test), EACH, replace=False)
    right, near, seconds = [], [], []
    for place in chosen.tolist():
        pixels = test.target[place].movedim(0, -1).numpy()
        started = time.perf_counter()
        match = cg.find(pipe, Image.fromarray(pixels.squeeze()))
        seconds.append(time.perf_counter() - started)
        name = test.schema.columns[field.name].names[int(test.columns[field.name][place])]
        right.append(match.values[field.name] == name)
        near.append(match.psnr)
    found |= {"classes": float(np.mean(right)), "PSNR": float(np.median(near)), "seconds": float(np.median(seconds))}
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
