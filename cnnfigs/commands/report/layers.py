"""The table of a network's layers, and what they cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from cnnfigs.arithmetic import Layer, multiply_adds
from cnnfigs.arithmetic.receptive import KnownFields
from cnnfigs.drawing.document import scrolling
from cnnfigs.drawing.tables import Cell, html_table
from cnnfigs.illustrations.architectures.layer_table import how_counted
from cnnfigs.words import written

if TYPE_CHECKING:
    import keras

#: Rows of a table that is shown without a click.
OPEN_ROWS = 40


def layer_table(model: keras.Model, layers: Sequence[Layer], fields: KnownFields) -> str:
    """Write the section on the layers."""
    head = [
        *[Cell("Name"), Cell("Layer"), Cell("Output shape"), Cell("Parameters", number=True)],
        *[Cell("One number sees", number=True), Cell("How the parameters are counted"), Cell("Reads")],
    ]
    inputs = {layer.name for layer in layers if not layer.inputs}
    body: list[list[Cell]] = []
    above = ""
    for layer in layers:
        if not layer.inputs:
            continue
        reads = ", ".join("the input" if {name} == inputs else name for name in layer.inputs)
        body.append(
            [
                Cell(layer.name, heading=True),
                Cell(layer.class_name),
                Cell("(" + ", ".join(["None", *map(str, layer.output_shape)]) + ")"),
                Cell("" if layer.shares_weights_with else f"{layer.parameters:,}", number=True),
                Cell(written(fields.sizes.get(layer.name, ())), number=True),
                Cell(_counted(layer)),
                Cell("the layer above" if layer.inputs == (above,) else reads),
            ]
        )
        above = layer.name
    total = model.count_params()
    body.append([Cell("Total", heading=True), *[Cell("")] * 2, Cell(f"{total:,}", number=True), *[Cell("")] * 3])
    description = (
        f"The {len(body) - 1:,} layers of {model.name} with output shape and number of parameters, {total:,} in all."
    )
    table = scrolling(html_table([head, *body], description), "table of layers", wide=True)
    trainable = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    size = sum(
        int(np.prod(weight.shape)) * np.dtype(_kind_of_number(weight.dtype)).itemsize for weight in model.weights
    )
    words = (
        f"<p>{total:,} parameters, of which training may change {trainable:,}; they take {_memory(size)}. "
        f"{_work(layers)}Each number is derived from the layer's own sizes where its kind allows, and agrees with what "
        "Keras counts.</p>"
    )
    if len(body) > OPEN_ROWS:
        return f"{words}\n<details><summary>All {len(body) - 1:,} layers</summary>\n{table}\n</details>"
    return f"{words}\n{table}"


def _counted(layer: Layer) -> str:
    """Write how a layer's parameters are counted, where what is derived agrees with Keras."""
    try:
        return how_counted(layer)
    except (ValueError, IndexError):  # such as of a layer whose weights are quantised
        return "not derived"


def _work(layers: Sequence[Layer]) -> str:
    """Write how much one pass of convolutions and Dense layers takes."""
    try:
        work = sum(multiply_adds(layer) for layer in layers)
    except ValueError:
        return ""
    return f"For one input its convolutions and Dense layers multiply and add {work:,} times. " if work else ""


def _memory(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{size / 1e3:,.1f} kB"


def _kind_of_number(dtype: str) -> str:
    return "float16" if dtype == "bfloat16" else dtype  # which NumPy does not have
