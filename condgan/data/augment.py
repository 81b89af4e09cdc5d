"""Random changes that leave the class as it is, on the device, over whole batches (kornia)."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal

import torch
from jaxtyping import Float
from pydantic import Field
from torch import Tensor, nn

from condgan.core.bundle import Bundle
from condgan.core.needs import UNMOVED, Need
from condgan.core.spec import Spec

Interpolation = Literal["nearest", "bilinear"]


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

    def needs(self) -> tuple[Need, ...]:
        if not self.colour and self.on == "real":
            return ()
        alike = "pictures and images are to be changed alike: set augment.colour to 0 and augment.on to real"
        return (Need(UNMOVED, alike),)

    def move(
        self, images: Float[Tensor, "b c *space"], bundle: Mapping[str, Tensor], spatial: Mapping[str, Interpolation]
    ) -> tuple[Float[Tensor, "b c *space"], Bundle]:
        """Changed images, and the tensors of their conditions that move with them, by one transform of each sample.

        Args:
            images: −1 … 1.
            bundle: encoded conditions, any tensors.
            spatial: the names of those to move (UInt8[b k *space], of the images' extent) and how each is interpolated;
                of ``nearest`` no new values arise. Where there are any, colours stay as they are.
        """
        if not self.active or not spatial:
            return self.apply(images), dict(bundle)
        from kornia.augmentation import AugmentationSequential

        keys = ["input", *("mask" if how == "nearest" else "image" for how in spatial.values())]
        transform = AugmentationSequential(*self.geometry, data_keys=keys)
        moved, *others = transform(images.add(1).div(2), *(bundle[name].float() / 255 for name in spatial))
        levels = [each.mul(255).round().clamp(0, 255).to(torch.uint8) for each in others]
        return moved.mul(2).sub(1), {**bundle, **dict(zip(spatial, levels, strict=True))}

    def apply(self, images: Float[Tensor, "b c *space"]) -> Float[Tensor, "b c *space"]:
        """Changed images, −1 … 1 as they came; differentiable. Takes chance from torch's own random state."""
        if not self.active:
            return images
        images = self.geometry(images.add(1).div(2))
        if self.colour:
            colours = 3 if images.shape[1] >= 3 else 1  # transparency keeps its values
            steps = self.tint if colours == 3 else self.tint[:2]  # type: ignore[index]
            images = torch.cat([steps(images[:, :colours]), images[:, colours:]], 1)
        return images.mul(2).sub(1)
