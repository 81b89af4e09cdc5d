"""A pipeline whose images are letters in a font, each a little different by its latent."""

from pathlib import Path

import matplotlib
import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor, nn

from condgan.conditions import Condition, Label
from condgan.core.batch import Shape
from condgan.core.cond import Cond
from condgan.networks import MLP
from condgan.networks.base import Conditioned
from condgan.pipeline import Pipeline

SIDE, BASELINE, SIZE = 40, 29, 26


class Font(nn.Module):
    """The letter of a one-hot label, moved sideways by up to two pixels and made paler, by its latent."""

    def __init__(self, names: tuple[str, ...], crops: bool) -> None:
        super().__init__()
        self.images = nn.Parameter(torch.stack([drawn(name, crops) for name in names]))

    def forward(self, z: Tensor, cond: Cond) -> Tensor:
        assert cond.vector is not None
        images = torch.einsum("bk,khw->bhw", cond.vector, self.images)
        shift = z[:, 0].tanh() * 2 * 2 / SIDE
        at = torch.eye(2, 3).expand(len(z), 2, 3).clone()
        at[:, 0, 2] = shift
        grid = nn.functional.affine_grid(at, (len(z), 1, SIDE, SIDE), align_corners=False)
        ink = nn.functional.grid_sample(images[:, None], grid, align_corners=False)
        return 1 - 2 * ink * (0.9 + 0.1 * z[:, 1].tanh())[:, None, None, None]


def drawn(character: str, crops: bool) -> Tensor:
    """Ink from 0 to 1; as large as the image where it is cut out by itself."""
    file = Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")
    font = ImageFont.truetype(str(file), SIZE)
    image = Image.new("L", (SIDE, SIDE), 0)
    ImageDraw.Draw(image).text((SIDE / 2, BASELINE), character, 255, font, anchor="ms")
    if crops and (box := image.getbbox()):
        image = image.crop(box).resize((SIDE - 8, SIDE - 8))
        image = Image.fromarray(np.pad(np.asarray(image), 4))
    return torch.from_numpy(np.asarray(image, np.float32) / 255)


def letters(names: str | tuple[str, ...], crops: bool = False) -> Pipeline:
    """A pipeline of some characters."""
    condition = Condition(label=Label(column="label", names=tuple(names)))
    mlp = MLP(latent=4)
    return Pipeline(
        condition, mlp, Shape(1, (SIDE, SIDE)), Conditioned(Font(tuple(names), crops), condition.embedder())
    )
