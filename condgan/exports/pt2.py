"""The generator as a program that PyTorch runs without condgan."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping

import numpy as np
import torch

from condgan.exports.facts import as_text, facts
from condgan.exports.parity import Parity, compared, require_parity
from condgan.exports.program import IMAGES, VALUES, program, run
from condgan.pipeline import Pipeline

FACTS = "condgan.json"
"""The file in the archive that says what the program takes, and how near it is."""


def pt2_of(pipeline: Pipeline) -> tuple[bytes, Parity]:
    """The program, and how near it is to the generator itself.

    Raises:
        SettingsError: ``torch.export`` cannot follow the generator, or the program makes other images.
    """
    followed, buffer = program(pipeline), io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.export.save(followed, buffer)
        again = torch.export.load(io.BytesIO(buffer.getvalue())).module()

    def exported(given: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
        images, values = run(again, {name: torch.from_numpy(each) for name, each in given.items()})
        return {IMAGES: images.numpy(), VALUES: values.numpy()}

    parity = compared(pipeline, exported)
    require_parity(parity)
    buffer, said = io.BytesIO(), {**facts(pipeline), "parity": str(parity)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.export.save(followed, buffer, extra_files={FACTS: as_text(said)})
    return buffer.getvalue(), parity
