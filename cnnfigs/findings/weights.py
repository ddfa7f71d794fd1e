"""Rules about where a network's parameters are, and those that do nothing."""

from __future__ import annotations

from collections.abc import Iterator

from cnnfigs.arithmetic.costs import Network
from cnnfigs.findings.graph import CONVOLUTIONS, PASSED, by_name, operation, readers
from cnnfigs.findings.rules import Found, Severity, network_rule
from cnnfigs.words import as_percent

#: A layer with more than this share of the parameters has most of them.
MOST = 0.5
#: Layers that a linear one can be followed by and stays linear.
_LINEAR = (*PASSED, "BatchNormalization", "ZeroPadding", "Cropping", "AveragePooling", "GlobalAveragePooling")


@network_rule(
    "dense-heavy",
    Severity.HINT,
    why="A Dense layer behind Flatten has a weight for each place of each map and shares none: it learns every place "
    "anew, needs more examples, and makes most of the file.",
    change="Pool or step once more before it, or join the maps by GlobalAveragePooling2D.",
    page="images-and-dense-layers",
)
def dense_heavy(network: Network) -> Iterator[Found]:
    """Find a Dense layer with most of the parameters of a network that has convolutions."""
    if not network.parameters or not any(operation(layer) in CONVOLUTIONS for layer in network.layers):
        return
    for layer in network.layers:
        share = layer.parameters / network.parameters
        if layer.class_name == "Dense" and share > MOST and not layer.shares_weights_with:
            message = (
                f"it has {layer.parameters:,} of the {network.parameters:,} parameters, {as_percent(share, 1)}: it "
                f"reads {layer.input_shape[-1]:,} numbers"
            )
            yield Found(layer.name, share, message)


@network_rule(
    "bias-without-effect",
    Severity.INFO,
    why="BatchNormalization subtracts the mean of each map, and with it whatever bias was added before: these "
    "parameters change nothing.",
    change="Set use_bias=False in the layer before BatchNormalization.",
    page="later-networks",
)
def bias(network: Network) -> Iterator[Found]:
    """Find biases that the BatchNormalization behind them takes away again."""
    read_by = readers(network)
    for layer in network.layers:
        after = read_by[layer.name]
        if (
            layer.use_bias
            and layer.activation in (None, "linear")
            and operation(layer) in (*CONVOLUTIONS, "Dense")
            and len(after) == 1
            and after[0].class_name == "BatchNormalization"
            and not layer.shares_weights_with
            and layer.name not in network.outputs
        ):
            count = layer.filters or layer.units or 0
            yield Found(layer.name, count, f"its {count:,} biases are taken away again by {after[0].name}")


@network_rule(
    "no-activation-between",
    Severity.WARNING,
    why="Two layers that only weigh and add, one behind the other, can do no more than a single one, of convolutions "
    "one with a larger window: without an activation function in between, the second layer makes nothing new possible.",
    change='Give the first one an activation function, such as activation="relu".',
    page="convolution-in-other-words",
)
def no_activation(network: Network) -> Iterator[Found]:
    """Find two layers with weights and no activation function between, the first not narrower than what it joins."""
    known, read_by = by_name(network), readers(network)
    weighing = (*CONVOLUTIONS, "Dense")
    for layer in network.layers:
        if operation(layer) not in weighing or not layer.inputs or operation(layer) == "DepthwiseConv":
            continue
        before = known[layer.inputs[0]]
        while operation(before) in _LINEAR and len(before.inputs) == 1 and len(read_by[before.name]) == 1:
            before = known[before.inputs[0]]
        if operation(before) not in weighing or operation(before) in ("DepthwiseConv", "SeparableConv"):
            continue
        if (
            before.activation not in (None, "linear")
            or len(read_by[before.name]) != 1
            or before.name in network.outputs
        ):
            continue
        # Two of 1×1 in a row are a design of their own, as between the blocks of MobileNetV3.
        if {*(layer.kernel_size or ()), *(before.kernel_size or ())} == {1}:
            continue
        width, wide = before.output_shape[-1], min(before.input_shape[-1], layer.output_shape[-1])
        # A narrow layer in between is a bottleneck: it keeps parameters down, and is meant to be linear.
        if width >= wide and before.shares_weights_with is None:
            yield Found(
                layer.name,
                layer.parameters,
                f"it weighs what {before.name} has weighed, with no activation function between the two",
            )
