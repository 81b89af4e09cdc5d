"""Clips: the image generator for each frame, steered by a motion code; a discriminator that compares a few frames.

An image is a clip of one frame.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import torch
from jaxtyping import Float, Int64, Shaped
from pydantic import PositiveInt
from torch import Tensor, nn
from torch.nn import functional as F

from condgan.core.batch import Shape
from condgan.core.cond import Cond, Tokens, Widths
from condgan.core.output import Output
from condgan.networks import ops
from condgan.networks.clock import Clock
from condgan.networks.inject import Head, append
from condgan.networks.resnet import SLOPE, Generator, ResidualArchitecture, Trunk

CODE, HIDDEN = 64, 128
"""Width of the motion code of a frame, and of the layers that make it."""
SLIGHT = 4.0
"""By how much differences between frames are raised before tanh: four grey levels become an eighth."""
BRIGHT = 0.98
"""Levels of a map beyond which it is not added: the last tanh reaches 1 at no finite number."""


class Video(ResidualArchitecture):
    """Residual networks for clips: frames of one content, each with a code of the motion at its time."""

    timed: ClassVar[bool] = True

    kind: Literal["video"] = "video"
    self_modulation: bool = True
    """Let the latent, to which the motion code belongs, choose the scale and shift after each normalisation."""
    motion: PositiveInt = 16
    """Numbers of a clip's noise that choose how it moves; the latent chooses what is seen."""
    frames: PositiveInt = 3
    """Frames of each clip, by chance, that both networks see in a step (Skorokhodov et al. 2022, section 3.2)."""
    features: PositiveInt = 256
    """Width of the discriminator's last features."""

    @property
    def noise(self) -> int:
        return self.latent + self.motion_noise

    @property
    def motion_noise(self) -> int:
        return self.motion

    def times(self, shape: Shape, n: int) -> Int64[Tensor, "n k"] | None:
        if shape.frames is None or shape.frames <= self.frames:
            return None
        return torch.rand(n, shape.frames).argsort(1)[:, : self.frames].sort(1).values

    def generator(self, shape: Shape, widths: Widths) -> nn.Module:
        return ClipGenerator(self, shape, widths)

    def discriminator(self, shape: Shape, widths: Widths, auxiliary: int = 0) -> nn.Module:
        return ClipDiscriminator(self, shape, widths, auxiliary)


class ClipGenerator(nn.Module):
    """Latent and motion code of each frame → image generator → frames.

    Where a map steers it, such as the first frame, the map is added before the last tanh: most of a clip never moves,
    and what does not move need not be drawn anew.
    """

    def __init__(self, spec: Video, shape: Shape, widths: Widths) -> None:
        super().__init__()
        self.latent, self.frames, self.clips = spec.latent, shape.frames or 1, shape.frames is not None
        self.steered = widths.vector > 0 and "vector" in spec.reads("generator")
        self.motion = Motion(spec.motion + widths.vector * self.steered, self.frames)
        keeps = widths.map > 0 and "spade" in spec.generator_injection
        self.image = Generator(spec.with_(latent=spec.latent + CODE), Shape(shape.channels, shape.size), widths)
        self.kept = ops.convolution(len(shape.size), widths.map, shape.channels, 1) if keeps else None
        if self.kept is not None:
            weight, bias = self.kept.parameters()
            nn.init.dirac_(weight)
            nn.init.zeros_(bias)

    def forward(self, z: Float[Tensor, "b noise"], cond: Cond) -> Float[Tensor, "b c *space"]:
        times = moments(cond, z, self.frames)
        content, noise = z[:, : self.latent], z[:, self.latent :]
        code = self.motion(append(noise, cond) if self.steered else noise, times)
        latents = torch.cat([over_time(content, times), code], 2).flatten(0, 1)
        repeated = each_frame(cond, times, self.clips)
        drawn = self.image.drawn(latents, repeated)
        if self.kept is not None:
            assert repeated.map is not None, "it has a width"
            drawn = drawn + self.kept(repeated.map.clamp(-BRIGHT, BRIGHT).atanh())
        frames = drawn.tanh()
        return frames.view(z.shape[0], times.shape[1], *frames.shape[1:]).movedim(1, 2) if self.clips else frames


class Motion(nn.Module):
    """The motion code of each frame, from the clip's motion noise, its condition and the time.

    Time enters by waves that fit into a clip of the training a whole number of times: a longer clip goes on from the
    beginning.
    """

    def __init__(self, width: int, frames: int) -> None:
        super().__init__()
        self.clock = Clock(frames)
        self.layers = nn.Sequential(
            nn.Linear(width + self.clock.width, HIDDEN),
            nn.LeakyReLU(SLOPE),
            nn.Linear(HIDDEN, HIDDEN),
            nn.LeakyReLU(SLOPE),
            nn.Linear(HIDDEN, CODE),
        )

    def forward(self, x: Float[Tensor, "b d"], times: Float[Tensor, "b k"]) -> Float[Tensor, "b k e"]:
        waves = self.clock(times)
        found: Tensor = self.layers(torch.cat([over_time(x, times), waves.to(x.dtype)], 2))
        return found


class ClipDiscriminator(nn.Module):
    """Frames, each with its difference from the one before → features of each → all of them, with their times → output.

    Without the differences, what flickers would hardly be seen: features of a frame say little of single pixels. The
    first frame's is that from the last one. In a step there are as many frames as are joined; of a whole clip all that
    follow each other are, and the mean is taken.
    """

    def __init__(self, spec: Video, shape: Shape, widths: Widths, auxiliary: int) -> None:
        super().__init__()
        self.frames, self.clips = shape.frames or 1, shape.frames is not None
        self.joined = min(spec.frames, self.frames)
        self.trunk = Trunk(spec, Shape(2 * shape.channels, shape.size), widths, spec.features)
        self.clock = Clock(self.frames)
        times = self.joined * self.clock.width + self.joined - 1
        self.join = nn.Linear(self.joined * spec.features + times, spec.features)
        self.head = Head(spec.features, widths, spec.discriminator_injection, auxiliary)

    def forward(self, x: Float[Tensor, "b c *space"], cond: Cond) -> Output:
        clips = x if self.clips else x[:, :, None]
        times = moments(cond, x, clips.shape[2])
        ends = range(self.joined, clips.shape[2] + 1)
        features = torch.stack([self.features(clips, times, cond, slice(end - self.joined, end)) for end in ends])
        return self.head(features.mean(0), cond)

    def features(
        self, clips: Float[Tensor, "b c t ..."], times: Float[Tensor, "b t"], cond: Cond, some: slice
    ) -> Float[Tensor, "b d"]:
        """The features of as many frames as are joined."""
        if self.clips and cond.map is not None and cond.map.dim() == 5:
            cond = cond._replace(map=cond.map[:, :, some])
        clips, times = clips[:, :, some], times[:, some]
        differences = (SLIGHT * (clips - clips.roll(1, 2))).tanh()
        frames = torch.cat([clips, differences], 1).movedim(2, 1).flatten(0, 1)
        each = self.trunk(frames, each_frame(cond, times, self.clips)).view(len(clips), -1)
        gaps = times.diff(dim=1) / self.frames
        told = torch.cat([each, self.clock(times).flatten(1).to(each.dtype), gaps.to(each.dtype)], 1)
        return F.leaky_relu(self.join(told), SLOPE)


def moments(cond: Cond, x: Float[Tensor, "n ..."], frames: int) -> Float[Tensor, "n k"]:
    """The times of the frames of each clip: all of it, unless others are asked for."""
    if cond.times is not None:
        return cond.times
    return torch.arange(frames, device=x.device).float().expand(x.shape[0], -1)


def over_time(x: Shaped[Tensor, "b ..."], times: Float[Tensor, "b k"]) -> Shaped[Tensor, "b k ..."]:
    """The same for each frame."""
    # in lengths, none of them -1, and without repeat_interleave: ONNX gets both wrong where the count may vary
    return x[:, None].expand(x.shape[0], times.shape[1], *x.shape[1:])


def each_frame(cond: Cond, times: Float[Tensor, "b k"], clips: bool) -> Cond:
    """The condition of a clip for each frame; of a map that moves, too, each its own."""

    def repeated(x: Tensor) -> Tensor:
        return over_time(x, times).flatten(0, 1)

    vector, tokens, map, _ = cond
    if map is not None:
        map = map.movedim(2, 1).flatten(0, 1) if clips and map.dim() == 5 else repeated(map)
    return Cond(
        None if vector is None else repeated(vector),
        None if tokens is None else Tokens(repeated(tokens.x), repeated(tokens.mask)),
        map,
    )
