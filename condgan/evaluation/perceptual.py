"""The networks of a perceptual loss, where none is given in Python."""

from typing import Self

from jaxtyping import Float
from torch import Tensor, nn

from condgan.data.dataset import Dataset
from condgan.evaluation.turns import of_turns
from condgan.losses.paired import TURNS
from condgan.networks.blocks import PixelNorm
from condgan.networks.classifier import Classifier
from condgan.networks.pretrained import Pretrained, pretrained
from condgan.networks.projected import require_images, rough


class Perceptual(nn.Module):
    """The features after each convolution of a network that has learned how an image is rotated."""

    def __init__(self, network: Classifier) -> None:
        super().__init__()
        self.network = network

    @classmethod
    def of(cls, train: Dataset) -> Self:
        """That of the training images."""
        network = of_turns(train)
        assert isinstance(network, Classifier), "that of images"
        return cls(network)

    def forward(self, images: Float[Tensor, "b c h w"]) -> list[Float[Tensor, "b d h2 w2"]]:
        found = []
        for layer in self.network.convolutions:
            if isinstance(layer, nn.AdaptiveMaxPool2d):
                break  # what follows has no positions
            images = layer(images)
            if isinstance(layer, nn.ReLU):
                found.append(images)
        return found


class Scaled(nn.Module):
    """The maps of a pretrained network, each position at unit mean square over its channels, so that all count alike
    (Zhang et al. 2018, section 3)."""

    def __init__(self, network: Pretrained) -> None:
        super().__init__()
        self.network, self.scale = network, PixelNorm()

    def forward(self, images: Float[Tensor, "b c h w"]) -> list[Float[Tensor, "b d h2 w2"]]:
        return [self.scale(each) for each in self.network(images)]


def perceptual_network(name: str, train: Dataset) -> nn.Module:
    """The network that ``objective.perceptual.network`` names.

    Raises:
        SettingsError: there is none of that name, it cannot be loaded, or it does not take such images.
    """
    require_images(train.shape, "setting objective.perceptual", "leave it out")
    if name == TURNS:
        return Perceptual.of(train)
    network = pretrained(name)
    network.probe(rough(train.shape))
    return Scaled(network)
