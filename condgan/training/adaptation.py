"""How many images are augmented: as many as keep the discriminator from overfitting (Karras et al. 2020)."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

TOLD = 0.8
"""Share of the pairs of a real and a generated image that the discriminator is to tell apart. Karras et al. keep the
mean sign of the logits of real images at 0.6; of the difference of two logits, which is all that a relativistic loss
determines, that is 0.8 right."""
IMAGES = 20_000
"""In how many images none would become all, at the fastest; 500,000 of theirs, of trainings a hundred times as long."""
MOST = 0.8
"""The largest share: where more are changed, the generator learns the changes too (their section 2.2)."""
MEMORY = 0.98
"""Of the average of that share, per step."""


class Adaptation(nn.Module):
    """The share of the images that is augmented, which follows how well the discriminator tells real from generated
    (Karras et al. 2020, section 3.1)."""

    share: Float[Tensor, ""]
    told: Float[Tensor, ""]

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("share", torch.tensor(0.0))
        self.register_buffer("told", torch.tensor(0.5))

    @torch.no_grad()
    def update(self, accuracy: Float[Tensor, ""], images: int) -> None:
        """Take in a step of the discriminator on so many images, and the share of pairs that it told apart."""
        self.told.lerp_(accuracy.float(), 1 - MEMORY)
        self.share.add_((self.told - TOLD).sign() * (images / IMAGES)).clamp_(0, MOST)
