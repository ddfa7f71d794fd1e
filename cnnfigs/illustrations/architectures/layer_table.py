"""A network as a table: layers, shapes, and where each number of parameters comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnnfigs.arithmetic import Layer, parameter_derivation, size_derivation
from cnnfigs.drawing.tables import Cell
from cnnfigs.illustrations.base import Table
from cnnfigs.illustrations.description import Description
from cnnfigs.illustrations.networks import Network, network_words
from cnnfigs.runs.architectures.layers import Layers, layers_of
from cnnfigs.words import written


@dataclass(frozen=True)
class LayerTable(Table):
    """The layers of a network, their output shapes, and their parameters with the products they come from.

    A Keras model must be functional or Sequential.
    """

    network: Network = "convnet"

    def run(self) -> Layers:
        return layers_of(self.network)

    def tabulate(self, run: Layers) -> list[list[Cell]]:
        """Return a row for each layer, and one for the total."""
        return layer_rows(run.layers, run.parameters)

    def describe(self, run: Layers) -> Description:
        shown = network_words(self.network) if isinstance(self.network, str) else "network"
        return Description(
            f"The layers of the {shown}, with output shapes and parameters: {run.parameters:,} parameters in all.",
            [
                f"The {len(run.layers)} layers of the network {run.network} stand one in each row.",
                "Each has its output shape, how its parameters are counted, and their number.",
            ],
        )

    def state_facts(self, run: Layers) -> dict[str, str]:
        biases = sum(layer.filters or layer.units or 0 for layer in run.layers if layer.use_bias)
        facts = {
            "parameters": f"{run.parameters:,}",
            "weights": f"{run.parameters - biases:,}",
            "biases": f"{biases:,}",
        }
        for layer in run.layers:
            facts[f"{layer.name} parameters"] = f"{layer.parameters:,}"
            facts[f"{layer.name} derivation"] = how_counted(layer)
            facts[f"{layer.name} shape"] = written(layer.output_shape)
            if layer.class_name == "Flatten":
                facts[f"{layer.name} size"] = str(size_derivation(layer.input_shape))
        return facts


def how_counted(layer: Layer) -> str:
    """Write where a layer's number of parameters comes from.

    Raises
    ------
    ValueError
        If the number derived is not the one that Keras counts.

    Examples
    --------
    >>> how_counted(Layer("dense", "Dense", ("flat",), ((784,),), (10,), units=10, use_bias=True, parameters=7_850))
    '784·10 + 10 = 7,850'
    """
    if layer.shares_weights_with:
        return f"those of {layer.shares_weights_with}"
    if layer.class_name == "Flatten":
        return f"none: lays out {size_derivation(layer.input_shape)} numbers"
    try:
        derivation = parameter_derivation(layer)
    except ValueError:  # a class that the arithmetic does not know
        return "not derived"
    if derivation.total != layer.parameters:
        raise ValueError(
            f"{layer.name}: its parameters are derived as {derivation}, but Keras counts {layer.parameters:,}"
        )
    return str(derivation) if derivation.product else "none"


def layer_rows(layers: Sequence[Layer], parameters: int) -> list[list[Cell]]:
    """Return the heads, a row for each layer, and one for the total."""
    head = [
        Cell("Layer"),
        Cell("Output shape"),
        Cell("How the parameters are counted"),
        Cell("Parameters", number=True),
    ]
    body = [
        [
            Cell(layer.class_name, heading=True),
            Cell(f"({', '.join(['None', *map(str, layer.output_shape)])})"),
            Cell(how_counted(layer)),
            Cell(f"{layer.parameters:,}", number=True),
        ]
        for layer in layers
    ]
    total = [Cell("Total", heading=True), Cell(""), Cell(""), Cell(f"{parameters:,}", number=True)]
    return [head, *body, total]
