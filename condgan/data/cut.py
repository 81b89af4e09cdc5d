"""A share of the images, which is kept from training to compare with."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Int64

from condgan.core.seeds import permutation


class Cut(NamedTuple):
    """The indices of either split, in order."""

    train: Int64[np.ndarray, " a"]
    test: Int64[np.ndarray, " b"]


def cut(n: int, share: float, classes: Int64[np.ndarray, " n"] | None = None) -> Cut:
    """Choose that share at random; for the same number of images it is the same.

    Where chance leaves a class out of a split, one of its images changes places with one of a class that has several
    there: what is learned can be compared, and the reverse.
    """
    order = permutation(n, "holdout")
    test, train = np.split(order, [round(n * share)])
    if classes is not None and len(test) and len(train):
        ids = classes + 1  # of an image without a class it is -1
        _complete(test, train, ids)
        _complete(train, test, ids)
    return Cut(np.sort(train), np.sort(test))


def _complete(part: Int64[np.ndarray, " a"], other: Int64[np.ndarray, " b"], classes: Int64[np.ndarray, " n"]) -> None:
    """Exchange images in place, until a part has one of each class of which the other has two, if it has room."""
    here, there = (np.bincount(classes[each], minlength=int(classes.max()) + 1) for each in (part, other))
    for missing in np.flatnonzero((here == 0) & (there > 1)):
        several = np.flatnonzero(here[classes[part]] > 1)
        if not len(several):
            return
        one, place = several[-1], np.flatnonzero(classes[other] == missing)[0]
        here[[missing, classes[part[one]]]] += 1, -1
        part[one], other[place] = other[place], part[one]
