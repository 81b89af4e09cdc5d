"""The generator as a program of tensors alone: ``torch.export`` follows it."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram

from condgan.core.batch import to_uint8
from condgan.core.bundle import TIMES
from condgan.core.errors import SettingsError
from condgan.core.palette import Palette
from condgan.core.port import Port
from condgan.pipeline import Pipeline

NOISE, IMAGES, VALUES = "z", "images", "values"
"""Names of the first input, and of the outputs."""
TRACED = 2
"""Samples with which the program is followed: of one, its axis would be taken for one that is always 1."""


class Portable(nn.Module):
    """Latents and the tensors of the ports → images of 8 bits, as ``pipe(…).images`` has them, and −1 … 1."""

    def __init__(self, pipeline: Pipeline) -> None:
        super().__init__()
        self.generator, self.condition, self.palette = pipeline.generator, pipeline.condition, pipeline.palette
        for each in self.modules():
            each.eval()

    def forward(
        self, z: Float[Tensor, "n noise"], values: dict[str, Tensor]
    ) -> tuple[UInt8[Tensor, "n *space c"], Float[Tensor, "n c *space"]]:
        bundle = self.condition.read(values)
        if TIMES in values:
            bundle[TIMES] = values[TIMES]
        found = self.generator(z, bundle)
        images = to_uint8(found).movedim(1, -1)
        return (images if self.palette is None else exact(images, self.palette)), found


def exact(images: UInt8[Tensor, "n h w 3"], palette: Palette) -> UInt8[Tensor, "n h w 3"]:
    """Each position in the colour of the class that it is nearest to, as ``Palette.nearest`` has it."""
    colours = torch.tensor(palette.colours, dtype=torch.float32)
    # the square of a distance without that of the position itself; whole numbers below 2^24, so that floats are exact
    apart = colours.square().sum(1) - 2 * images.float() @ colours.T
    return colours[apart.argmin(-1)].to(torch.uint8)


def ports_of(pipeline: Pipeline) -> tuple[Port, ...]:
    """What it takes beside the latents.

    Raises:
        SettingsError: what a part of its condition takes cannot be written as tensors without condgan, or a field has
            the name of something else.
    """
    ports = pipeline.condition.ports(pipeline.shape.size)
    if taken := [port.name for port in ports if port.name in (NOISE, TIMES, IMAGES, VALUES)]:
        raise SettingsError(
            f"a field is called {taken[0]}, as something else is in an exported generator",
            where=f"{NOISE}, {TIMES}, {IMAGES} and {VALUES} are taken",
            do="rename that column of the data, and train again",
        )
    frames = pipeline.shape.frames
    if frames is None or not pipeline.architecture.timed:
        return ports
    return (*ports, Port(TIMES, "float32", (frames,), 0, frames - 1, None, "the time of each frame: 0, 1, 2, …"))


def inputs(pipeline: Pipeline, n: int, seed: int = 0) -> dict[str, Tensor]:
    """Latents of some seeds, with values by chance."""
    chance = torch.Generator().manual_seed(seed)
    values = {port.name: port.random(n, chance) for port in ports_of(pipeline)}
    if pipeline.shape.frames is not None and TIMES in values:
        values[TIMES] = torch.arange(pipeline.shape.frames).float().expand(n, -1).contiguous()
    return {NOISE: pipeline.noise(range(seed, seed + n)), **values}


def program(pipeline: Pipeline) -> ExportedProgram:
    """The program for any number of samples, and of clips for any number of frames.

    Raises:
        SettingsError: it does what ``torch.export`` cannot follow, or the condition cannot be written as tensors.
    """
    given = inputs(pipeline, TRACED)
    samples = Dim("n", min=1, max=1 << 16)
    axes: dict[str, dict[int, Dim]] = {name: {0: samples} for name in given}
    if TIMES in given:
        axes[TIMES][1] = Dim("frames", min=2, max=1 << 12)
    noise = given.pop(NOISE)
    shapes = {NOISE: axes.pop(NOISE), "values": axes}
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            return torch.export.export(Portable(pipeline), (noise, given), dynamic_shapes=shapes, strict=False)
    except Exception as error:
        raise SettingsError(
            "the generator cannot be exported",
            where=f"{pipeline.architecture.kind}: {next(iter(str(error).splitlines()), type(error).__name__)[:200]}",
            do="export one of another architecture, or use it with condgan",
        ) from error


def run(module: nn.Module, given: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
    """What a program makes."""
    values = dict(given)
    with torch.no_grad():
        found: tuple[Tensor, Tensor] = module(values.pop(NOISE), values)
    return found
