"""How tutorials train: files or PIL images one at a time through a DataLoader, fp32, default Adam, ``.item()`` at each
step.

The networks, the losses, the batch and the data are condgan's; only the loop is the tutorials'.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils import data as torch_data

from condgan.core.batch import Shape
from condgan.core.bundle import Bundle
from condgan.core.output import Output
from condgan.data.dataset import Dataset
from condgan.losses import Step
from condgan.losses.objective import total
from condgan.recipe import Recipe
from condgan.training.round import seen
from condgan.training.trainer import build, predicted

Item = tuple[Tensor, Bundle]


class Labelled(torch_data.Dataset[Item]):
    """Samples one by one: an array to a picture, to a tensor, to −1 … 1."""

    def __init__(self, dataset: Dataset) -> None:
        self.images = dataset.target.movedim(1, -1).numpy()
        self.labels = torch.as_tensor(dataset.columns["label"])

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> Item:
        pixels = self.images[index]
        picture = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
        tensor = torch.from_numpy(np.array(picture)).view(*pixels.shape).permute(2, 0, 1).float().div(255)
        return tensor.sub(0.5).div(0.5), {"label.id": self.labels[index]}


class Files(torch_data.Dataset[Item]):
    """Pairs one by one: both files opened, brought to the size, mirrored half the time, made tensors of."""

    def __init__(self, sources: list[Path], targets: list[Path], size: tuple[int, int], key: str) -> None:
        """``key``: the tensor of the bundle that the pictures become; of ids they are read as they are."""
        self.pairs = list(zip(sources, targets, strict=True))
        self.size, self.key = (size[1], size[0]), key

    def __len__(self) -> int:
        return len(self.pairs)

    def __getitem__(self, index: int) -> Item:
        source, target = map(Image.open, self.pairs[index])
        source = source.resize(self.size, Image.Resampling.NEAREST)
        target = target.convert("RGB").resize(self.size, Image.Resampling.LANCZOS)
        ids = self.key.endswith(".ids")
        picture = np.array(source)[None] if ids else np.moveaxis(np.array(source.convert("RGB")), -1, 0)
        y = torch.from_numpy(np.ascontiguousarray(picture))
        x = torch.from_numpy(np.array(target)).permute(2, 0, 1).float().div(255).sub(0.5).div(0.5)
        mirrored = bool(torch.rand(()) < 0.5)
        return (x.flip(2) if mirrored else x), {self.key: y.flip(2) if mirrored else y}


class PlainLoop:
    """A tutorial's training of a recipe: real and generated images pass the discriminator in turn."""

    def __init__(self, recipe: Recipe, items: torch_data.Dataset[Item], shape: Shape, device: str = "cpu") -> None:
        self.recipe, self.device, self.tasks = recipe, device, predicted(recipe)
        torch.manual_seed(0)
        self.generator, self.discriminator = (player.to(device) for player in build(recipe, shape))
        settings = recipe.optimizer
        rates = (settings.lr, settings.discriminator_lr or settings.lr)
        self.g_optimizer, self.d_optimizer = (
            torch.optim.Adam(player.parameters(), lr=lr, betas=settings.betas)
            for player, lr in zip((self.generator, self.discriminator), rates, strict=True)
        )
        loader = torch_data.DataLoader(items, recipe.training.batch, shuffle=True, drop_last=True)
        self.batches = self._batches(loader)
        self.steps = 0

    def _batches(self, loader: torch_data.DataLoader[Item]) -> Iterator[Item]:
        while True:
            for images, bundle in loader:
                yield images.to(self.device), {name: each.to(self.device) for name, each in bundle.items()}

    def step(self) -> tuple[float, float]:
        """One step of each player; the losses, as numbers."""
        objective, (real, y) = self.recipe.objective, next(self.batches)
        if not self.recipe.condition.spatial():
            real = self.recipe.augment.apply(real)
        z = torch.randn(len(real), self.recipe.architecture.noise, device=self.device)
        fake = self.generator(z, y)
        due = self.steps % objective.every == 0
        places = objective.places(due)
        self.d_optimizer.zero_grad()
        of_real, at_real, _ = seen(self.discriminator, real, y, "real" in places)
        of_fake, at_fake, _ = seen(self.discriminator, fake.detach(), y, "fake" in places)
        step = self._step(real, fake.detach(), of_real, of_fake, z, y)
        gradients = {place: found for place, found in (("real", at_real), ("fake", at_fake)) if found is not None}
        d_loss = total(objective.losses(step._replace(gradients=gradients), "discriminator", due))
        d_loss.backward()
        self.d_optimizer.step()
        self.g_optimizer.zero_grad()
        step = self._step(real, fake, of_real.detach(), self.discriminator(fake, y), z, y)
        g_loss = total(objective.losses(step, "generator", False))
        g_loss.backward()
        self.g_optimizer.step()
        self.steps += 1
        return d_loss.item(), g_loss.item()

    def _step(self, real: Tensor, fake: Tensor, of_real: Output, of_fake: Output, z: Tensor, y: Bundle) -> Step:
        return Step(real, fake, of_real, of_fake, z, y, self.tasks, self.discriminator, lambda: (z, fake), {})
