"""Labels of any form as class indices."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from jaxtyping import Int64

from condgan.core.errors import DataError
from condgan.core.names import NUMBER
from condgan.data.names import canonical, ordered, require_distinct

WHOLE = re.compile(r"-?\d+\.0*")
"""A whole number as other programs write it once some are missing: ``3.0``."""


def index_labels(
    values: Sequence[str | int] | np.ndarray, names: tuple[str, ...] | None, where: str
) -> tuple[Int64[np.ndarray, " n"], tuple[str, ...]]:
    """Labels of any form as class indices, with the names in index order.

    Raises:
        DataError: not one label an item, one that is not among the names, or names that nobody could tell apart.
    """
    labels = _one_each(np.asarray(values), where)
    if names is None:
        texts = _texts(labels, where)
        known, places = np.unique(texts, return_inverse=True)
        require_distinct(known.tolist(), where)
        forms = [canonical(name) for name in known.tolist()]
        order = {name: index for index, name in enumerate(ordered(forms))}
        return np.array([order[form] for form in forms], np.int64)[places], tuple(order)
    require_distinct(names, where)
    own = tuple(map(canonical, names))
    if np.issubdtype(labels.dtype, np.integer):
        wrong = np.flatnonzero((labels < 0) | (labels >= len(own)))
        if len(wrong):
            raise DataError(
                f"label {labels[wrong[0]]} is out of range",
                where=f"{where}, item {wrong[0]}",
                do=f"labels must be 0 to {len(own) - 1}, one for each class name",
            )
        return labels.astype(np.int64), own
    place = {name: index for index, name in enumerate(own)}
    given = [canonical(text) for text in _texts(labels, where).tolist()]
    unknown = sorted(set(given) - set(place))
    if unknown:
        raise DataError(f"label {unknown[0]!r} is not a class", where=where, do=f"classes: {', '.join(own[:20])}")
    return np.array([place[text] for text in given], np.int64), own


def _one_each(labels: np.ndarray, where: str) -> np.ndarray:
    """One label an item; of one-hot rows their places."""
    if labels.ndim == 2 and labels.shape[1] == 1:
        return labels[:, 0]
    numbers = labels.ndim == 2 and labels.shape[1] > 1 and np.issubdtype(labels.dtype, np.number)
    if numbers and np.isin(labels, (0, 1)).all() and (labels.sum(1) == 1).all():
        return labels.argmax(1)
    if labels.ndim != 1:
        raise DataError(f"labels of shape {labels.shape}", where=where, do="give one label an image, or one-hot rows")
    return labels


def _texts(labels: np.ndarray, where: str) -> np.ndarray:
    """Labels as text: whole numbers without a fraction, whatever type they come in; bytes as what they spell."""
    if np.issubdtype(labels.dtype, np.floating):
        if not (np.isfinite(labels).all() and (labels == np.rint(labels)).all()):
            raise DataError("labels with fractions are no classes", where=where, do="give whole numbers, or names")
        labels = np.array([str(int(value)) for value in labels.tolist()], np.str_)
    listed = [value.decode(errors="replace") if isinstance(value, bytes) else str(value) for value in labels.tolist()]
    if listed and all(NUMBER.fullmatch(text.strip()) for text in listed):
        listed = [text.strip().partition(".")[0] if WHOLE.fullmatch(text.strip()) else text for text in listed]
    return np.array(listed, np.str_)
