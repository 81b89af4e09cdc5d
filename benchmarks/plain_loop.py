"""How tutorials train: one PIL image at a time through a DataLoader, fp32, default Adam, ``.item()`` at each step.

The networks, the loss, the batch and the data are condgan's; only the loop is the tutorials'.
"""

from collections.abc import Iterator

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from condgan import data
from condgan.losses.objective import Gradients, total
from condgan.recipe import Recipe
from condgan.training.step import disagreement, generator_terms, judge
from condgan.training.trainer import build


class Pictures(Dataset[tuple[Tensor, int]]):
    """Samples one by one: an array to a picture, to a tensor, to −1 … 1."""

    def __init__(self, dataset: data.Dataset) -> None:
        self.images = dataset.images.movedim(1, -1).numpy()
        self.labels = dataset.labels.tolist()

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        pixels = self.images[index]
        picture = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
        tensor = torch.from_numpy(np.array(picture)).view(*pixels.shape).permute(2, 0, 1).float().div(255)
        return tensor.sub(0.5).div(0.5), self.labels[index]


class PlainLoop:
    """A tutorial's training of a recipe."""

    def __init__(self, recipe: Recipe, dataset: data.Dataset, device: str = "cpu") -> None:
        self.recipe, self.device = recipe, device
        torch.manual_seed(0)
        self.generator, self.discriminator = (player.to(device) for player in build(recipe, dataset.shape))
        lr, betas = recipe.optimizer.lr, recipe.optimizer.betas
        self.g_optimizer = torch.optim.Adam(self.generator.parameters(), lr=lr, betas=betas)
        self.d_optimizer = torch.optim.Adam(self.discriminator.parameters(), lr=lr, betas=betas)
        self.batches = self._batches(DataLoader(Pictures(dataset), recipe.training.batch, shuffle=True, drop_last=True))
        self.steps = 0

    def _batches(self, loader: DataLoader[tuple[Tensor, int]]) -> Iterator[tuple[Tensor, Tensor]]:
        while True:
            for images, labels in loader:
                yield images.to(self.device), labels.to(self.device)

    def step(self) -> tuple[float, float]:
        """One step of each player; the losses, as numbers."""
        recipe, objective, (real, labels) = self.recipe, self.recipe.objective, next(self.batches)
        real = recipe.augment.apply(real)
        z = torch.randn(len(real), recipe.architecture.noise, device=self.device)
        fake = self.generator(z, labels)
        due = self.steps % objective.every == 0
        self.d_optimizer.zero_grad()
        of_real, at_real = judge(self.discriminator, real, labels, due and objective.r1 > 0)
        of_fake, at_fake = judge(self.discriminator, fake.detach(), labels, due and objective.r2 > 0)
        terms = objective.discriminator(of_real, of_fake, lambda found: disagreement(recipe.condition, found, labels))
        d_loss = total(terms | objective.penalties(Gradients(at_real, at_fake)))
        d_loss.backward()
        self.d_optimizer.step()
        self.g_optimizer.zero_grad()
        of_fake = self.discriminator(fake, labels)
        g_loss = total(generator_terms(objective, recipe.condition, of_real.detach(), of_fake, labels))
        g_loss.backward()
        self.g_optimizer.step()
        self.steps += 1
        return d_loss.item(), g_loss.item()
