"""How fast pairs are trained on: condgan against the tutorials' loop, which opens and resizes two files a sample.

python -m benchmarks.translation ../shared/data/camvid

``ratio`` is what ``benchmarks.throughput`` calls so: the same networks, batch, loss, data and size.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

import condgan as cg
from benchmarks.results import interleaved, keep, ratio, steps, typical
from condgan.data import Pairs
from condgan.losses.objective import Pair, total
from condgan.recipe import Recipe
from condgan.training.engine import accelerator
from condgan.training.step import generator_terms
from condgan.training.trainer import Trainer, build

CASES = ("pix2pix", "spade")
PORTIONS, SECONDS = 7, 3.0


class Files(Dataset[tuple[Tensor, Tensor]]):
    """Pairs one by one: both files opened, brought to the size, mirrored half the time, made tensors of."""

    def __init__(self, inputs: list[Path], targets: list[Path], size: tuple[int, int], ids: bool) -> None:
        self.pairs = list(zip(inputs, targets, strict=True))
        self.size, self.ids = (size[1], size[0]), ids

    def __len__(self) -> int:
        return len(self.pairs)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        given, target = map(Image.open, self.pairs[index])
        given = given.resize(self.size, Image.Resampling.NEAREST)
        target = target.convert("RGB").resize(self.size, Image.Resampling.LANCZOS)
        picture = np.array(given)[None] if self.ids else np.moveaxis(np.array(given.convert("RGB")), -1, 0)
        y = torch.from_numpy(np.ascontiguousarray(picture))
        x = torch.from_numpy(np.array(target)).permute(2, 0, 1).float().div(255).sub(0.5).div(0.5)
        return (x.flip(2), y.flip(2)) if torch.rand(()) < 0.5 else (x, y)


class PairLoop:
    """A tutorial's training on pairs: real and generated ones judged in turn, ``.item()`` at each step."""

    def __init__(self, recipe: Recipe, files: Files, shape: Any) -> None:
        self.recipe = recipe
        torch.manual_seed(0)
        self.generator, self.discriminator = build(recipe, shape)
        settings = recipe.optimizer
        rates = (settings.lr, settings.discriminator_lr or settings.lr)
        self.g_optimizer, self.d_optimizer = (
            torch.optim.Adam(player.parameters(), lr=lr, betas=settings.betas)
            for player, lr in zip((self.generator, self.discriminator), rates, strict=True)
        )
        self.batches = self._batches(DataLoader(files, recipe.training.batch, shuffle=True, drop_last=True))

    def _batches(self, loader: DataLoader[tuple[Tensor, Tensor]]) -> Iterator[tuple[Tensor, Tensor]]:
        while True:
            yield from loader

    def step(self) -> tuple[float, float]:
        """One step of each player; the losses, as numbers."""
        objective, condition, (real, y) = self.recipe.objective, self.recipe.condition, next(self.batches)
        z = torch.randn(len(real), self.recipe.architecture.noise)
        fake = self.generator(z, y)
        self.d_optimizer.zero_grad()
        of_real, of_fake = self.discriminator(real, y), self.discriminator(fake.detach(), y)
        d_loss = total(objective.discriminator(of_real, of_fake, lambda verdict: verdict.logits))
        d_loss.backward()
        self.d_optimizer.step()
        self.g_optimizer.zero_grad()
        of_fake, of_real = self.discriminator(fake, y), of_real.detach()
        terms = generator_terms(objective, condition, of_real, of_fake, y)
        g_loss = total(terms | objective.pair(Pair(real, fake, of_real, of_fake, z, None)))
        g_loss.backward()
        self.g_optimizer.step()
        return d_loss.item(), g_loss.item()


def case(preset: str, folder: Path, size: str) -> dict[str, Any]:
    """One preset on the pairs of a folder."""
    made = cg.plan(folder, preset=preset, settings={"data": {"size": size}})
    source = made.recipe.data
    assert isinstance(source, Pairs), "a folder of pairs is asked for"
    (inputs, targets), *_ = source.directed()
    ours = Trainer(made.recipe, made.dataset, accelerator("cpu", "fp32"))
    files = Files(list(inputs), list(targets), made.dataset.shape.space, made.recipe.condition.kind == "layout")
    plain = PairLoop(made.recipe, files, made.dataset.shape)
    portion = max(1, round(SECONDS / typical(ours.step, 3)))
    times = interleaved({"ours": steps(ours.step, portion), "plain": steps(plain.step, portion)}, PORTIONS)
    return {
        "preset": preset,
        "data": folder.name,
        "shape": str(made.dataset.shape),
        "batch": made.recipe.training.batch,
        **ratio(times, "plain", "ours"),
        "images_per_second": ours.images_a_step * portion / median(times["ours"]),
        "plain_images_per_second": ours.images_a_step * portion / median(times["plain"]),
    }


def main() -> None:
    """Measure, print a line each, and keep them in results/latest.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--preset", nargs="*", default=list(CASES))
    parser.add_argument("--size", default="60x80")
    options = parser.parse_args()
    rows = []
    for preset in options.preset:
        rows.append(case(preset, options.folder, options.size))
        print(json.dumps(rows[-1]), flush=True)
        keep("translation", rows)


if __name__ == "__main__":
    main()
