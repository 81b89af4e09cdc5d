"""Small architectures of every kind, conditions, and bundles for them."""

from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import nn

from condgan.conditions import Condition, Label, Layout, Picture
from condgan.core.batch import Shape
from condgan.core.bundle import Bundle
from condgan.core.cond import Cond, Tokens, Widths
from condgan.core.needs import HEAD, MAP
from condgan.networks import DCGAN, MLP, Architecture, Maxout, Projected, ResNet, Spade, UNet, Video, register
from condgan.networks.base import Conditioned


class Pretrained(nn.Module):
    """In the place of a network that was trained on other images: three maps, dropout, statistics of batches."""

    def __init__(self) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(7)
            self.convolutions = nn.ModuleList(nn.Conv2d(a, b, 3, 2, 1) for a, b in ((3, 6), (6, 9), (9, 12)))
            self.norm, self.dropout = nn.BatchNorm2d(6), nn.Dropout(0.5)

    def forward(self, images: torch.Tensor) -> list[torch.Tensor]:
        first = self.dropout(self.norm(self.convolutions[0](images).relu()))
        second = self.convolutions[1](first).relu()
        return [first, second, self.convolutions[2](second)]


NETWORK = "small"
"""The name by which it is known."""
register(NETWORK, Pretrained)
SMALL: dict[str, Architecture] = {
    "mlp": MLP(generator_widths=(16, 24), discriminator_widths=(24, 16)),
    "maxout": Maxout(generator_widths=(16, 8, 24), discriminator_widths=(16, 8, 16), dropout=0.0),
    "dcgan": DCGAN(channels=8, most_channels=16),
    "resnet": ResNet(channels=16, least_channels=8, features=16, self_modulation=True),
    "unet": UNet(channels=8, most_channels=16, patch_channels=8),
    "spade": Spade(channels=16, least_channels=8, patch_channels=8),
    "projected": Projected(
        channels=16, least_channels=8, network=NETWORK, least_side=16, scales=3, mixed=8, features=16
    ),
    "video": Video(channels=16, least_channels=8, features=16, motion=4),
}
VARIANTS: dict[str, Architecture] = {
    **SMALL,
    "maxout, dropout": SMALL["maxout"].with_(dropout=0.5),
    "dcgan, spade": SMALL["dcgan"].with_(generator_injection=("spade", "map"), spectral_norm=True),
    "resnet, spade": SMALL["resnet"].with_(generator_injection=("spade", "concat"), self_modulation=False),
    "unet, latent": SMALL["unet"].with_(latent=5, dropout=0.0),
    "unet, network": SMALL["unet"].with_(network=NETWORK),
    "unet, smooth": SMALL["unet"].with_(smooth=True),
    "unet, scales": SMALL["unet"].with_(patch_scales=2, patch_norm="group"),
    "resnet, smooth": SMALL["resnet"].with_(smooth=True),
    "projected, spade": Projected(
        channels=16, network=NETWORK, generator_injection=("spade", "concat"), mixed=8, features=16, scales=1
    ),
    "spade, style": SMALL["spade"].with_(style=True, generator_injection=("spade", "affine")),
}
LABEL = Condition(label=Label(names=("a", "b", "c")))
EMBEDDING = Condition(label=Label(names=("a", "b", "c"), encoding="embedding", width=5))
PICTURE = Condition(picture=Picture(channels=3))
CONDITIONS: dict[str, Condition] = {
    "none": Condition(),
    "label": LABEL,
    "embedding": EMBEDDING,
    "picture": PICTURE,
    "layout": Condition(
        layout=Layout(names=("a", "b", "c"), colours=((0, 0, 0), (1, 1, 1), (2, 2, 2)), boundaries=True)
    ),
    "picture, label": Condition(picture=Picture(channels=1), label=Label(names=("a", "b"))),
    "label, dropout": Condition(label=Label(names=("a", "b", "c"), dropout=0.1)),
}
IMAGES = [Shape(1, (28, 28)), Shape(3, (32, 32)), Shape(1, (16, 8)), Shape(4, (33, 21)), Shape(3, (5, 3))]
CLIP = Shape(3, (4, 12, 10))


def fits(spec: Architecture, condition: Condition) -> bool:
    """Whether an architecture has all that it needs of a condition, and reads all of its carriers."""
    widths = condition.embedder().widths
    carriers = {name for name, width in zip(widths._fields, widths, strict=True) if width}
    maps = MAP in condition.provides() or MAP not in {need.what for need in spec.needs()}
    return maps and carriers <= spec.reads("generator")


def auxiliary(spec: Architecture, outputs: int = 3) -> int:
    """Outputs of an auxiliary head, where the architecture has one."""
    return outputs if HEAD in spec.provides() else 0


def pair(spec: Architecture, condition: Condition, shape: Shape, outputs: int = 0) -> tuple[Conditioned, Conditioned]:
    """Both networks."""
    ours, theirs = condition.embedder(), condition.embedder()
    return (
        Conditioned(spec.generator(shape, ours.widths), ours),
        Conditioned(spec.discriminator(shape, theirs.widths, outputs), theirs),
    )


def bundle(condition: Condition, space: tuple[int, ...], n: int) -> Bundle:
    """Values of any condition: choices in turn, pictures of noise."""
    chance = np.random.default_rng(0)

    def value(kind: str, choices: tuple[str, ...], index: int) -> Any:
        match kind:
            case "choice":
                return choices[index % len(choices)]
            case "picture":
                return Image.fromarray(chance.integers(0, 256, (*space, 3), np.uint8))
            case "layout":
                return chance.integers(0, 3, space, np.uint8)
        raise AssertionError(f"no example of a {kind}")

    rows = [{field.name: value(field.type, field.choices, index) for field in condition.form()} for index in range(n)]
    return condition.encode(rows) if rows else {}


def carriers(shape: Shape, n: int, widths: Widths) -> Cond:
    """Embedded conditions of chance values."""
    vector = torch.randn(n, widths.vector) if widths.vector else None
    words = Tokens(torch.randn(n, 3, widths.tokens), torch.ones(n, 3, dtype=torch.bool)) if widths.tokens else None
    return Cond(vector, words, torch.randn(n, widths.map, *shape.space) if widths.map else None)
