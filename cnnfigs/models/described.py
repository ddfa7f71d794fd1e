"""A Keras model as a network of plain values."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from cnnfigs.arithmetic.costs import Network
from cnnfigs.models.records import layer_outputs, layer_records
from cnnfigs.telling import NAME, one_line


def described(model: Any) -> Network:
    """Read from an opened Keras model all that is told of it without running it.

    Parameters
    ----------
    model
        From :func:`cnnfigs.models.opening.opened`.
    """
    outputs = layer_outputs(model)
    records = layer_records(model)
    # A file's input is no layer that reading renames.
    shown = {record.name: record.name if record.inputs else one_line(record.name, NAME) for record in records}
    return Network(
        name=model.name,
        layers=tuple(
            replace(record, name=shown[record.name], inputs=tuple(shown[name] for name in record.inputs))
            for record in records
        ),
        outputs=tuple(name for tensor in model.outputs for name, made in outputs.items() if made is tensor),
        parameters=model.count_params(),
        trainable_parameters=sum(math.prod(weight.shape) for weight in model.trainable_weights),
        weight_bytes=sum(math.prod(weight.shape) * _bytes(weight.dtype) for weight in model.weights),
    )


def _bytes(dtype: str) -> int:
    return 2 if dtype == "bfloat16" else np.dtype(dtype).itemsize  # which NumPy does not have
