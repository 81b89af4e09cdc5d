"""Pictures from pictures, beside pix2pix as its public implementation trains it: the same CPU time of one core.

python -m benchmarks.public_pix2pix ../shared/data/camvid --size 96x128 --minutes 9
python -m benchmarks.public_pix2pix ../shared/data/emoji --preset edges2photo --minutes 6

Public: networks and training as published (Isola et al. 2017, appendix 6.1 and 6.2; with the settings that the
authors' PyTorch implementation starts with): a U-Net of 64 to 512 channels, dropout of a half, patches of 70 pixels,
one image a batch, Adam at 2e-4, the rate falling in the second half, random parts of enlarged pairs, mirrored half the
time. Written anew here; the data are read, the budget measured and the samples evaluated as condgan does it.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

import condgan as cg
from benchmarks.natural import figures
from condgan.core.batch import to_float
from condgan.core.cond import Cond
from condgan.networks.base import Conditioned
from condgan.training.trainer import build
from condgan.verbs.plan import Plan

ENLARGED = 286 / 256
"""By how much images are enlarged before a part of them is cut out."""
CHANNELS, MOST, L1, LR, BETAS = 64, 512, 100.0, 2e-4, (0.5, 0.999)


def _norm(features: int) -> nn.Module:
    # what batch normalisation does with one image a batch, in sampling, too
    return nn.InstanceNorm2d(features, affine=True)


class Generator(nn.Module):
    """A U-Net that halves the image as often as it can be halved, at most eight times."""

    def __init__(self, ins: int, outs: int, space: tuple[int, ...]) -> None:
        super().__init__()
        levels = next(level for level in range(8, 0, -1) if all(side % 2**level == 0 for side in space))
        widths = [min(MOST, CHANNELS * 2**level) for level in range(levels)]
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        for level, (a, b) in enumerate(zip([ins, *widths], widths, strict=False)):
            plain = level in (0, levels - 1)
            self.down.append(nn.Sequential(nn.Conv2d(a, b, 4, 2, 1, bias=plain), nn.Identity() if plain else _norm(b)))
        for level, (a, b) in enumerate(zip([outs, *widths], widths, strict=False)):
            features = b if level == levels - 1 else 2 * b
            # dropout belongs to the layers of most channels but the innermost
            dropped = 4 <= level < levels - 1
            body = [nn.ReLU(), nn.ConvTranspose2d(features, a, 4, 2, 1, bias=not level)]
            self.up.append(nn.Sequential(*body, *([_norm(a)] if level else [nn.Tanh()])))
            self.up[-1].dropped = dropped  # type: ignore[union-attr]

    def forward(self, z: Tensor, cond: Cond) -> Tensor:
        """Noise is left unread: chance comes from dropout, which stays on."""
        x = cond.map
        assert x is not None, "there is a picture"
        skips: list[Tensor] = []
        for level, down in enumerate(self.down):
            x = down(F.leaky_relu(x, 0.2) if level else x)
            skips.append(x)
        x = skips.pop()
        for up in reversed(self.up):
            x = up(x)
            x = F.dropout(x, 0.5) if up.dropped else x
            x = torch.cat([skips.pop(), x], 1) if skips else x
        return x


class Discriminator(nn.Sequential):
    """Patches of 70 pixels."""

    def __init__(self, ins: int) -> None:
        def layer(a: int, b: int, stride: int) -> list[nn.Module]:
            return [nn.Conv2d(a, b, 4, stride, 1, bias=False), _norm(b), nn.LeakyReLU(0.2)]

        first = [nn.Conv2d(ins, CHANNELS, 4, 2, 1), nn.LeakyReLU(0.2)]
        rest = [*layer(64, 128, 2), *layer(128, 256, 2), *layer(256, 512, 1)]
        super().__init__(*first, *rest, nn.Conv2d(512, 1, 4, 1, 1))


def started(module: nn.Module) -> None:
    """Weights from a normal distribution of 0.02, those of normalisations around 1."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, nn.InstanceNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)


def public(made: Plan, minutes: float, seed: int) -> tuple[cg.Pipeline, int]:
    """Networks and training as published; the pipeline, and the images seen."""
    torch.manual_seed(seed)
    dataset, shape = made.dataset, made.dataset.shape
    generator = build(made.recipe, shape)[0]
    maps = generator.embedder.widths.map
    generator.body = Generator(maps, shape.channels, shape.space).apply(started)
    discriminator = Discriminator(maps + shape.channels).apply(started)
    players = [torch.optim.Adam(each.parameters(), LR, BETAS) for each in (generator, discriminator)]
    images, began = 0, time.process_time()
    while (share := (time.process_time() - began) / 60 / minutes) < 1:
        for player in players:
            player.param_groups[0]["lr"] = LR * min(1.0, 2 - 2 * share)
        step(generator, discriminator, players, *item(made))
        images += 1
    recipe = made.recipe
    trained = {"images": images, "data": recipe.data.title(), "data_hash": dataset.hash}
    reading = dataset.schema.target.reading
    return cg.Pipeline(recipe.condition, recipe.architecture, shape, generator, trained, reading=reading), images


def item(made: Plan) -> tuple[Tensor, dict[str, Tensor]]:
    """A pair, enlarged, a part of it, mirrored half the time."""
    dataset = made.dataset
    batch = dataset.batch(torch.randint(len(dataset), (1,)))
    bundle = made.recipe.condition.vary(made.recipe.condition.targets(dataset.schema, batch))
    real, space = to_float(batch.target), dataset.shape.space
    large = [round(side * ENLARGED) for side in space]
    corner = [int(torch.randint(a - b + 1, ())) for a, b in zip(large, space, strict=True)]
    mirrored = bool(torch.rand(()) < 0.5)

    def part(x: Tensor, mode: str) -> Tensor:
        x = F.interpolate(x, large, mode=mode)[:, :, corner[0] :, corner[1] :][:, :, : space[0], : space[1]]
        return x.flip(3) if mirrored else x

    spatial = made.recipe.condition.spatial()
    moved = {name: part(bundle[name].float(), "nearest").to(bundle[name].dtype) for name in spatial}
    return part(real, "bicubic").clamp(-1, 1), {**bundle, **moved}


def step(
    generator: Conditioned,
    discriminator: nn.Module,
    players: list[torch.optim.Adam],
    real: Tensor,
    bundle: dict[str, Tensor],
) -> None:
    """One of each player."""
    source = generator.embedder(bundle).map
    fake = generator(torch.empty(1, 0), bundle)
    players[1].zero_grad()
    of_fake, of_real = (discriminator(torch.cat([source, each], 1)) for each in (fake.detach(), real))
    (0.5 * (F.softplus(of_fake).mean() + F.softplus(-of_real).mean())).backward()
    players[1].step()
    players[0].zero_grad()
    (F.softplus(-discriminator(torch.cat([source, fake], 1))).mean() + L1 * (fake - real).abs().mean()).backward()
    players[0].step()


def main() -> None:
    """Train and evaluate both, and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--preset", default="pix2pix")
    parser.add_argument("--size")
    parser.add_argument("--minutes", type=float, default=9)
    parser.add_argument("--seeds", nargs="*", type=int, default=[0])
    parser.add_argument("--out", type=Path, default=Path("runs/public"))
    parser.add_argument("--only", nargs="*", default=["condgan", "public"])
    asked = parser.parse_args()
    torch.set_num_threads(1)
    data: dict[str, Any] = {"size": asked.size} if asked.size else {}
    if asked.preset == "edges2photo":
        data |= {"holdout": 0.1, "labelled": False}
    words = {"preset": asked.preset, "settings": {"data": data}}
    for seed in asked.seeds:
        for who in asked.only:
            out = asked.out / f"{asked.folder.name}-{who}-{seed}"
            made = cg.plan(asked.folder, **words)
            if who == "public":
                pipe, images = public(made, asked.minutes, seed)
                pipe.save_pretrained(out)
            else:
                for last in cg.train(asked.folder, out=out, seed=seed, minutes=asked.minutes, **words):
                    images = last.progress.images
                pipe = last.pipeline
            found = figures(cg.evaluate(pipe, made.recipe.data, n=5_000, out=out / "report").report)
            print(
                json.dumps({"who": who, "data": asked.folder.name, "seed": seed, "images": images, **found}), flush=True
            )


if __name__ == "__main__":
    main()
