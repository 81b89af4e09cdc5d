"""Weights of 8 bits: a quarter of the size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from onnx import ModelProto

LEAST = 4_096
"""Numbers of a tensor from which on it is worth it."""


def quantized(model: ModelProto) -> ModelProto:
    """The model with its large tensors as whole numbers, each row with its own scale (Jacob et al. 2018, section 2.1,
    without offsets); what is computed stays in 32 bits."""
    from onnx import ModelProto as Model
    from onnx import TensorProto, helper, numpy_helper

    found = Model()
    found.CopyFrom(model)
    kept, nodes = [], []
    for tensor in found.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.ndim < 2 or values.size < LEAST:
            kept.append(tensor)
            continue
        rows = values.reshape(len(values), -1)
        scale = np.maximum(np.abs(rows).max(1), np.float32(1e-12)) / np.float32(127)
        whole = np.round(rows / scale[:, None]).astype(np.int8).reshape(values.shape)
        names = [f"{tensor.name}_{what}" for what in ("int8", "scale")]
        kept += [numpy_helper.from_array(each, name) for each, name in zip((whole, scale), names, strict=True)]
        nodes.append(helper.make_node("DequantizeLinear", names, [tensor.name], axis=0))
    nodes += found.graph.node
    for field, content in (("initializer", kept), ("node", nodes)):
        content = [type(each).FromString(each.SerializeToString()) for each in content]
        found.graph.ClearField(field)
        getattr(found.graph, field).extend(content)
    return found
