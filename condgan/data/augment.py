"""Random changes that leave the class as it is, on the device, over whole batches (kornia)."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Annotated, Literal, Self

import torch
from jaxtyping import Float
from pydantic import Field, model_validator
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
    """Share of the width and height to shift by, at most; without rotation by whole pixels."""
    flip: bool = False
    """Mirror left to right, half the time."""
    colour: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Change of brightness, contrast and saturation, at most, as a share."""
    on: Literal["real", "both"] = "real"
    """real: the generator learns the changed images too. both: real and generated images alike are changed before the
    discriminator sees them, so that few images go further and the changes do not leak (Zhao et al. 2020)."""
    adaptive: bool = False
    """Rotate, shift and recolour not all images but as many as it takes to keep the discriminator from overfitting
    (Karras et al. 2020, section 3). The others show it what no changed image does: the finest patterns."""

    @model_validator(mode="after")
    def _adapts_what_both_see(self) -> Self:
        if self.adaptive and self.on != "both":
            raise ValueError("adaptive is for real and generated images alike: set on to both, or adaptive to false")
        if self.adaptive and not (self.rotation or self.translation or self.colour):
            raise ValueError("adaptive has nothing to adapt: set rotation, translation or colour, or adaptive to false")
        return self

    @property
    def active(self) -> bool:
        """Whether anything is changed at all."""
        return bool(self.rotation or self.translation or self.flip or self.colour)

    @cached_property
    def motion(self) -> nn.Sequential:
        """kornia's module that rotates and shifts, if any."""
        from kornia import augmentation as K

        if not (self.rotation or self.translation):
            return nn.Sequential()
        shift = (self.translation, self.translation) if self.translation else None
        # images that are shifted alone are so by whole pixels: resampled ones would hide the finest patterns
        resample = "bilinear" if self.rotation else "nearest"
        # padding with the border's own values: −1 would be black on a white ground
        return nn.Sequential(K.RandomAffine(self.rotation, shift, resample=resample, p=1.0, padding_mode="border"))

    @cached_property
    def mirror(self) -> nn.Sequential:
        """kornia's module that mirrors, if any."""
        from kornia import augmentation as K

        return nn.Sequential(*([K.RandomHorizontalFlip()] if self.flip else []))

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
        self,
        images: Float[Tensor, "b c *space"],
        bundle: Mapping[str, Tensor],
        spatial: Mapping[str, Interpolation],
        share: Tensor | None = None,
    ) -> tuple[Float[Tensor, "b c *space"], Bundle]:
        """Changed images, and the tensors of their conditions that move with them, by one transform of each sample.

        Args:
            images: −1 … 1.
            bundle: encoded conditions, any tensors.
            spatial: the names of those to move (UInt8[b k *space], of the images' extent) and how each is interpolated;
                of ``nearest`` no new values arise. Where there are any, colours stay as they are.
            share: as ``apply`` takes it; without such tensors only.
        """
        if not self.active or not spatial:
            return self.apply(images, share), dict(bundle)
        from kornia.augmentation import AugmentationSequential

        keys = ["input", *("mask" if how == "nearest" else "image" for how in spatial.values())]
        transform = AugmentationSequential(*self.motion, *self.mirror, data_keys=keys)
        flat = flattened(images.add(1).div(2))
        moved, *others = transform(flat, *(bundle[name].float() / 255 for name in spatial))
        levels = [each.mul(255).round().clamp(0, 255).to(torch.uint8) for each in others]
        return moved.reshape(images.shape).mul(2).sub(1), {**bundle, **dict(zip(spatial, levels, strict=True))}

    def apply(self, images: Float[Tensor, "b c *space"], share: Tensor | None = None) -> Float[Tensor, "b c *space"]:
        """Changed images, −1 … 1 as they came; differentiable. Takes chance from torch's own random state.

        Args:
            images: −1 … 1.
            share: how many of them are rotated and shifted, and how many recoloured, 0 … 1 (Float[]); ``None``: all.
        """
        if not self.active:
            return images
        moved = self.mirror(_some(flattened(images.add(1).div(2)), self.motion, share)).reshape(images.shape)
        if self.colour:
            rows = moved.flatten(2, -2)  # the frames of a clip one below another: all of them alike
            moved = _some(rows, self._recoloured, share).reshape(images.shape)
        return moved.mul(2).sub(1)

    def _recoloured(self, images: Float[Tensor, "b c *space"]) -> Float[Tensor, "b c *space"]:
        colours = 3 if images.shape[1] >= 3 else 1  # transparency keeps its values
        steps = self.tint if colours == 3 else self.tint[:2]  # type: ignore[index]
        return torch.cat([steps(images[:, :colours]), images[:, colours:]], 1)


def flattened(images: Float[Tensor, "b c *space"]) -> Float[Tensor, "b d h w"]:
    """The frames of a clip as channels, so that all are moved alike; an image as it is."""
    return images.flatten(1, 2) if images.dim() == 5 else images


def _some(images: Tensor, change: Callable[[Tensor], Tensor], share: Tensor | None) -> Tensor:
    """The images, as many of them changed as ``share`` says: each by chance."""
    changed = change(images)
    if share is None:
        return changed
    chosen = torch.rand(len(images), *[1] * (images.dim() - 1), device=images.device) < share
    return torch.where(chosen, changed, images)
