"""Features of the images as a column of the data: what an image is like, and which others are nearest to it."""

from __future__ import annotations

from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from condgan.core.batch import Several
from condgan.core.cache import cached, digest
from condgan.core.errors import DataError, SettingsError
from condgan.core.schema import Column, Described
from condgan.core.seeds import some_of
from condgan.data.dataset import Dataset
from condgan.metrics.neighbours import nearest_others
from condgan.networks.extractor import Extractor, of_encoder, of_onnx
from condgan.training.contrast import learned

CENTRES, NUMBERS = 64, 8_192
"""Features that are kept to stand for those of all images, and the numbers of all of them, at most."""
LOOKED_AT = 10_000
"""Images whose features these are found among, at most."""
OWN = "cnn"


def extractor_of(described: Described, dataset: Dataset) -> Extractor:
    """What gives the features: an ONNX file, or a network that learns from the images.

    Raises:
        SettingsError: there is no such file, or it takes no such images.
    """
    if described.extractor == OWN:
        return of_encoder(learned(dataset.target))
    if not described.extractor.endswith(".onnx"):
        raise SettingsError(
            f"unknown extractor {described.extractor!r}",
            where=f"setting condition.{described.column}.extractor",
            do=f"set it to {OWN}, or to a file.onnx; in Python a module can be given: extractor=",
        )
    return of_onnx(Path(described.extractor))


def with_features(dataset: Dataset, described: Described, extractor: Extractor, own: bool = False) -> Dataset:
    """The data with a column of features: for each image those of its nearest neighbours; or with ``own`` its own, for
    images that are not trained on.

    Raises:
        SettingsError: the features are no finite numbers.
        DataError: too few images to have neighbours.
    """
    features = _features(dataset, extractor)
    column = Column("vectors", width=features.shape[1])
    if own:
        return dataset.with_column(described.column, column, features)
    if len(dataset) < 2:
        raise DataError("one image has no neighbours", where=f"{len(dataset)} images", do="give more")

    def make() -> dict[str, Tensor]:
        deviation, mean = torch.std_mean(features, 0)
        alike = (features - mean) / deviation.clamp(min=1e-6)
        places = nearest_others(alike, min(described.neighbours, len(features) - 1))
        return {"places": places.int(), "centres": _centres(features)}

    parts = {"features": digest(features), "neighbours": described.neighbours, "centres": [CENTRES, NUMBERS]}
    found = cached("neighbours", parts, make)
    centres = tuple(" ".join(f"{number:.3g}" for number in row) for row in found["centres"].tolist())
    column = column._replace(centres=centres)
    return dataset.with_column(described.column, column, Several(features, found["places"]))


def _features(dataset: Dataset, extractor: Extractor) -> Float[Tensor, "n d"]:
    """Of all images; computed once and kept."""
    # the hash knows the weights; what is made of some images tells other code apart
    parts = {"data": dataset.hash, "extractor": [extractor.hash, digest(extractor.features(dataset.target[:2]))]}
    found = cached("features", parts, lambda: {"features": extractor.features(dataset.target)})["features"]
    if not found.isfinite().all():
        raise SettingsError(
            "features that are no finite numbers", where=f"extractor {extractor.name}", do="give another extractor"
        )
    return found


def _centres(features: Float[Tensor, "n d"]) -> Float[Tensor, "k d"]:
    """k-means centres, that of the most images first: they stand for many images each, and are none of these."""
    from sklearn.cluster import KMeans

    some = features[some_of(len(features), LOOKED_AT)].double()
    count = max(1, min(CENTRES, NUMBERS // features.shape[1], len(some) // 2))
    found = KMeans(count, n_init=1, random_state=0).fit(some.numpy())
    sizes = torch.bincount(torch.from_numpy(found.labels_).long(), minlength=count)
    return torch.from_numpy(found.cluster_centers_)[sizes.argsort(descending=True, stable=True)].float()
