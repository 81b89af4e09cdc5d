"""Are samples copies of training images? A sample may be as near to one as an unseen real image is, not nearer."""

from typing import NamedTuple

from jaxtyping import Bool, Float
from torch import Tensor

from condgan.core.errors import SettingsError
from condgan.metrics.neighbours import Nearest, nearest

QUANTILE = 0.01
"""Share of unseen real images that lie as near to a training image as what counts as a copy."""


class Copies(NamedTuple):
    """Distances to the nearest training image."""

    samples: Nearest
    unseen: Nearest
    """Of real images that were not trained on."""
    threshold: float
    """Only one unseen image in a hundred lies nearer to a training image."""
    copies: Bool[Tensor, " n"]
    """Which samples lie no farther than that."""


def copies(samples: Float[Tensor, "n d"], training: Float[Tensor, "t d"], unseen: Float[Tensor, "m d"]) -> Copies:
    """Compare samples with unseen real images: where nothing is copied, one sample in a hundred counts as a copy.

    Raises:
        SettingsError: too few unseen images to know how near one in a hundred lies.
    """
    if len(unseen) < 1 / QUANTILE:
        raise SettingsError(
            "too few unseen images", where=f"{len(unseen)} of them", do=f"give at least {1 / QUANTILE:.0f}"
        )
    of_samples, of_unseen = nearest(samples, training), nearest(unseen, training)
    threshold = of_unseen.distances.double().quantile(QUANTILE).item()
    return Copies(of_samples, of_unseen, threshold, of_samples.distances <= threshold)
