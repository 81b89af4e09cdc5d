"""The generator as ONNX, for any language that has onnxruntime."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from condgan.core.errors import SettingsError
from condgan.exports.facts import as_text, facts
from condgan.exports.parity import Parity, Run, compared, require_parity
from condgan.exports.program import IMAGES, NOISE, VALUES, ports_of, program
from condgan.exports.quantize import quantized
from condgan.pipeline import Pipeline

if TYPE_CHECKING:
    from onnx import ModelProto

METADATA = "condgan"
"""The key of the metadata under which the model says what it takes, as JSON; ``parity`` is beside it."""


def onnx_of(pipeline: Pipeline, int8: bool = False) -> tuple[bytes, Parity]:
    """The model, and how near it is to the generator in PyTorch; that is in its metadata, too. ``int8``: with weights
    of 8 bits, whose images are to be like, not the same.

    Raises:
        SettingsError: a package is missing, an operation is none that ONNX has, or the model makes other images.
    """
    require_packages()
    model = _translated(pipeline)
    parity = compared(pipeline, session(model.SerializeToString()))
    require_parity(parity)
    if int8:
        model = quantized(model)
        parity = compared(pipeline, session(model.SerializeToString()))
    for key, value in ((METADATA, as_text(facts(pipeline))), ("parity", str(parity))):
        model.metadata_props.add(key=key, value=value)
    return model.SerializeToString(), parity


def require_packages() -> None:
    """Refuse where a package is missing.

    Raises:
        SettingsError: one is.
    """
    try:
        import onnxruntime
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise SettingsError(
            f"{error.name} is not installed", where="export to ONNX", do="pip install 'condgan[onnx]'"
        ) from None
    onnxruntime.set_default_logger_severity(3)


def session(model: bytes) -> Run:
    """The model in onnxruntime, on the processor."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    found = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    names = [each.name for each in found.get_outputs()]

    def exported(given: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
        return dict(zip(names, found.run(names, dict(given)), strict=True))

    return exported


def _translated(pipeline: Pipeline) -> ModelProto:
    names = [NOISE, *(port.name for port in ports_of(pipeline))]
    followed = program(pipeline)
    try:
        with quiet():
            found: Any = torch.onnx.export(
                followed, dynamo=True, verbose=False, input_names=names, output_names=[IMAGES, VALUES]
            )
    except Exception as error:
        why = next((line.strip() for line in reversed(str(error).splitlines()) if line.strip()), type(error).__name__)
        raise SettingsError(
            "the generator does something that ONNX has no operation for",
            where=f"{pipeline.architecture.kind}: {why[:200]}",
            do="export it as X.pt2, which PyTorch runs without condgan",
        ) from error
    model: ModelProto = found.model_proto
    for node in (*model.graph.node, *(each for function in model.functions for each in function.node)):
        node.ClearField("metadata_props")  # stack traces, with paths of this machine
        node.ClearField("doc_string")
    return model


@contextmanager
def quiet() -> Iterator[None]:
    """Without what the exporter says of packages that are not needed, and of its own steps."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "onnxscript", "onnx_ir")]
    before = [each.level for each in loggers]
    for each in loggers:
        each.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            yield
    finally:
        for each, level in zip(loggers, before, strict=True):
            each.setLevel(level)
