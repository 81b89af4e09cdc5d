"""Losses of an auxiliary head that tells the condition from the image; one value a sample."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn.functional import relu

TEMPERATURE, MARGIN = 0.5, 0.98
"""As Kang et al. 2021 have them on CIFAR-10; images repel each other where the cosine between them is above
1 − ``MARGIN``."""


def data_to_data(
    embedding: Float[Tensor, "b d"], proxy: Float[Tensor, "b d"], other: Bool[Tensor, "b b"]
) -> Float[Tensor, " b"]:
    """Cross-entropy of each sample's own proxy against the samples of other conditions (Kang et al. 2021, eq. 7).

    Args:
        embedding: of the images, of length 1.
        proxy: of each image's condition, of length 1.
        other: whether two samples are of different conditions.
    """
    with torch.autocast(embedding.device.type, enabled=False):  # bf16 would round angles away
        pull = relu(MARGIN - (embedding * proxy).sum(1)) / TEMPERATURE
        push = relu(embedding @ embedding.T - (1 - MARGIN)) / TEMPERATURE
        return pull + torch.cat([-pull[:, None], push.masked_fill(~other, -torch.inf)], 1).logsumexp(1)
