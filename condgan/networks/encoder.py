"""A small network that tells what an image is like, learned without labels (``training.contrast``)."""

from jaxtyping import Float
from torch import Tensor, nn

from condgan.core.batch import Shape
from condgan.networks import ops
from condgan.networks.classifier import GRID, Classifier

WIDTH = 64
"""Features of an image."""


class Encoder(nn.Module):
    """The convolutions of a classifier, and a dense layer to normalised features."""

    def __init__(self, shape: Shape, width: int = WIDTH) -> None:
        super().__init__()
        self.convolutions = Classifier(shape, 1).convolutions
        self.dense = nn.Linear(96 * GRID ** len(shape.space), width, bias=False)
        self.norm = ops.batch_norm(0, width, affine=False)

    def forward(self, images: Float[Tensor, "b c *space"]) -> Float[Tensor, "b d"]:
        return self.norm(self.dense(self.convolutions(images)))
