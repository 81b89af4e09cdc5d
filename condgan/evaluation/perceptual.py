"""The network of a perceptual loss, where no other is given."""

from typing import Self

from jaxtyping import Float
from torch import Tensor, nn

from condgan.data.dataset import Dataset
from condgan.evaluation.turns import of_turns
from condgan.networks.classifier import Classifier


class Perceptual(nn.Module):
    """The features after each convolution of a network that has learned how an image is rotated."""

    def __init__(self, network: Classifier) -> None:
        super().__init__()
        self.layers = network.convolutions

    @classmethod
    def of(cls, train: Dataset) -> Self:
        """That of the training images."""
        return cls(of_turns(train))

    def forward(self, images: Float[Tensor, "b c h w"]) -> list[Float[Tensor, "b d h2 w2"]]:
        found = []
        for layer in self.layers:
            if isinstance(layer, nn.AdaptiveMaxPool2d):
                break  # what follows has no positions
            images = layer(images)
            if isinstance(layer, nn.ReLU):
                found.append(images)
        return found
