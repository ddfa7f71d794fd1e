"""The table of a network's layers."""

from __future__ import annotations

from cnnfigs.arithmetic import Layer
from cnnfigs.arithmetic.costs import Network
from cnnfigs.arithmetic.receptive import KnownFields
from cnnfigs.commands.report.document import folded
from cnnfigs.drawing.document import scrolling
from cnnfigs.drawing.tables import Cell, html_table
from cnnfigs.illustrations.architectures.layer_table import how_counted
from cnnfigs.words import written

#: With what derived numbers agree, by what a network was read as.
COUNTED_BY = {"Keras": "Keras counts", "ONNX": "the file holds", "archive": "the file holds"}


def layer_table(network: Network, fields: KnownFields, counted_by: str) -> str:
    """Write the section on the layers.

    Parameters
    ----------
    network
        Its records.
    fields
        What the layers see, as far as it is known.
    counted_by
        With what the derived numbers of parameters agree, such as "Keras counts".
    """
    head = [
        *[Cell("Name"), Cell("Layer"), Cell("Output shape"), Cell("Parameters", number=True)],
        *[Cell("One number sees", number=True), Cell("How the parameters are counted"), Cell("Reads")],
    ]
    inputs = set(network.inputs)
    body: list[list[Cell]] = []
    above = ""
    for layer in network.layers:
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
                Cell(counted(layer)),
                Cell("the layer above" if layer.inputs == (above,) else reads),
            ]
        )
        above = layer.name
    total = network.parameters
    body.append([Cell("Total", heading=True), *[Cell("")] * 2, Cell(f"{total:,}", number=True), *[Cell("")] * 3])
    rows = len(body) - 1
    description = f"The {rows:,} layers of {network.name} with output shape and number of parameters, {total:,} in all."
    table = scrolling(html_table([head, *body], description), "table of layers", wide=True)
    words = (
        f"<p>{total:,} parameters, of which training may change {network.trainable_parameters:,}; they take "
        f"{memory(network.weight_bytes)}. Each number is derived from the layer's own sizes where its kind allows, and "
        f"agrees with what {counted_by}.</p>"
    )
    return f"{words}\n{folded(table, rows)}"


def counted(layer: Layer) -> str:
    """Write how a layer's parameters are counted, where what is derived agrees with what is there."""
    try:
        return how_counted(layer)
    except (ValueError, IndexError):  # such as of a layer whose weights are quantised
        return "not derived"


def memory(size: float) -> str:
    """Write a number of bytes.

    Examples
    --------
    >>> memory(20), memory(416_808), memory(104_202_000)
    ('20 B', '416.8 kB', '104.2 MB')
    """
    if size < 1e3:
        return f"{size:,.0f} B"
    return f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{size / 1e3:,.1f} kB"
