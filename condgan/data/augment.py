"""Random changes that leave the class as it is, on the device, over whole batches (kornia)."""

from functools import cached_property
from typing import Annotated, Literal

import torch
from jaxtyping import Float, UInt8
from pydantic import Field
from torch import Tensor, nn

from condgan.core.spec import Spec


class Augment(Spec):
    """How much each image may be changed at random; the default changes nothing."""

    rotation: Annotated[float, Field(ge=0, le=180)] = 0.0
    """Degrees of rotation, at most, either way."""
    translation: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Share of the width and height to shift by, at most."""
    flip: bool = False
    """Mirror left to right, half the time."""
    colour: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Change of brightness, contrast and saturation, at most, as a share."""
    on: Literal["real", "both"] = "real"
    """real: the generator learns the changed images too. both: real and generated images alike are changed before the
    discriminator sees them, so that few images go further and the changes do not leak (Zhao et al. 2020)."""

    @property
    def active(self) -> bool:
        """Whether anything is changed at all."""
        return bool(self.rotation or self.translation or self.flip or self.colour)

    @cached_property
    def geometry(self) -> nn.Sequential:
        """kornia's modules that move pixels."""
        from kornia import augmentation as K

        steps: list[nn.Module] = []
        if self.rotation or self.translation:
            shift = (self.translation, self.translation) if self.translation else None
            # padding with the border's own values: −1 would be black on a white ground
            steps.append(K.RandomAffine(self.rotation, shift, p=1.0, padding_mode="border"))
        if self.flip:
            steps.append(K.RandomHorizontalFlip())
        return nn.Sequential(*steps)

    @cached_property
    def tint(self) -> nn.Module:
        """kornia's modules that change grey levels, and, of three channels, their saturation."""
        from kornia import augmentation as K

        around_one = (1 - self.colour, 1 + self.colour)
        steps = [K.RandomBrightness(around_one, p=1.0), K.RandomContrast(around_one, p=1.0)]
        return nn.Sequential(*steps, K.RandomSaturation(around_one, p=1.0))

    def together(
        self, images: Float[Tensor, "b c h w"], pictures: UInt8[Tensor, "b k h w"], ids: bool
    ) -> tuple[Float[Tensor, "b c h w"], UInt8[Tensor, "b k h w"]]:
        """Images and the pictures that they are made from, both moved alike; of ``ids`` none comes between two."""
        if not self.active:
            return images, pictures
        from kornia.augmentation import AugmentationSequential

        kinds = ["input", "mask" if ids else "image"]
        both = AugmentationSequential(*self.geometry, data_keys=kinds)
        moved, given = both(images.add(1).div(2), pictures.float() / 255)
        return moved.mul(2).sub(1), given.mul(255).round().clamp(0, 255).to(torch.uint8)

    def apply(self, images: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        """Changed images, −1 … 1 as they came; differentiable. Draws from torch's own random state."""
        if not self.active:
            return images
        images = self.geometry(images.add(1).div(2))
        if self.colour:
            colours = 3 if images.shape[1] >= 3 else 1  # transparency keeps its values
            steps = self.tint if colours == 3 else self.tint[:2]  # type: ignore[index]
            images = torch.cat([steps(images[:, :colours]), images[:, colours:]], 1)
        return images.mul(2).sub(1)
