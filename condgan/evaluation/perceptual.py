"""What a perceptual loss looks with, where nobody gave it a network."""

from jaxtyping import Float
from torch import Tensor, nn

from condgan.data import Dataset
from condgan.evaluation.turns import of_turns


class Perceptual(nn.Module):
    """The features after each convolution of a network that has learnt how an image is turned."""

    def __init__(self, train: Dataset) -> None:
        super().__init__()
        self.layers = of_turns(train).convolutions

    def forward(self, images: Float[Tensor, "b c h w"]) -> list[Float[Tensor, "b d h2 w2"]]:
        found = []
        for layer in self.layers:
            if isinstance(layer, nn.AdaptiveMaxPool2d):
                break  # what follows knows no places
            images = layer(images)
            if isinstance(layer, nn.ReLU):
                found.append(images)
        return found
