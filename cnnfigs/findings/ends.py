"""Rules about what stands first and last in a network."""

from __future__ import annotations

from collections.abc import Iterator

from cnnfigs.arithmetic import Layer
from cnnfigs.arithmetic.costs import Network
from cnnfigs.findings.graph import CONVOLUTIONS, behind_passed, end_of, operation
from cnnfigs.findings.rules import Found, Severity, network_rule

#: Functions that make probabilities.
_PROBABILITIES = ("softmax", "sigmoid", "log_softmax")
_LAYERS = {"Softmax": "softmax", "Sigmoid": "sigmoid", "LogSoftmax": "log_softmax"}
#: What scales the numbers of an image when it stands first.
_SCALING = (
    *["Rescaling", "Normalization", "BatchNormalization", "LayerNormalization", "TrueDivide", "Divide", "Multiply"],
    *["Subtract", "GroupNormalization", "UnitNormalization", "RMSNormalization"],
)
#: What may stand before that.
_BEFORE = (
    "ZeroPadding",
    "Resizing",
    "CenterCrop",
    "GetItem",
    "Stack",
    "Reshape",
    "ExpandDims",
    "Add",
    "Cast",
    "Permute",
)


def probabilities_by(layer: Layer) -> str:
    """Name the function by which a layer makes probabilities; empty where it does not."""
    name = _LAYERS.get(layer.class_name, layer.activation or "")
    return name if name in _PROBABILITIES else ""


@network_rule(
    "softmax-twice",
    Severity.WARNING,
    why="A softmax of probabilities makes them nearly equal: of ten classes none can get more than 23 %, and the loss "
    "cannot fall below 1.46. A wrong answer that is sure gets hardly any gradient, so that little is learned from it.",
    change="Leave one of the two out.",
    page="images-and-dense-layers",
)
def twice(network: Network) -> Iterator[Found]:
    """Find probabilities of which probabilities are made once more."""
    for name in network.outputs:
        layers = behind_passed(end_of(network, name))
        if len(layers) > 1 and probabilities_by(layers[0]) and probabilities_by(layers[1]):
            # A Dense layer between weighs the probabilities anew, as after attention.
            if layers[0].class_name not in ("Activation", *_LAYERS):
                continue
            message = (
                f"{layers[1].name} makes probabilities by {probabilities_by(layers[1])}, and this makes them again"
            )
            yield Found(layers[0].name, 2, message)


@network_rule(
    "softmax-of-one",
    Severity.WARNING,
    why="A softmax over one number is 1, whatever the number: the network always gives the same answer.",
    change='Use activation="sigmoid" for one of two classes, or as many units as there are classes.',
    page="images-and-dense-layers",
)
def of_one(network: Network) -> Iterator[Found]:
    """Find a softmax over one number."""
    for layer in network.layers:
        if probabilities_by(layer) == "softmax" and layer.output_shape[-1:] == (1,) and layer.axis is None:
            yield Found(layer.name, 1, "it makes a probability of one number, which is 1 always")


@network_rule(
    "softmax-missing",
    Severity.INFO,
    why="The outputs are no probabilities: they can have any size, and only their order tells the class.",
    change="Train with from_logits=True, and apply softmax to read them; or end in a softmax. If no classes are meant, "
    "all is well.",
    page="images-and-dense-layers",
)
def missing(network: Network) -> Iterator[Found]:
    """Find a row of several outputs that no function makes probabilities of."""
    if network.broken:
        return
    for name in network.outputs:
        layers = behind_passed(end_of(network, name))
        if not layers or len(network.shape(name)) != 1 or network.shape(name)[0] < 2:
            continue
        last = layers[0]
        if operation(last) in (*CONVOLUTIONS, "Dense") and last.activation in (None, "linear"):
            yield Found(
                last.name, network.shape(name)[0], f"its {network.shape(name)[0]:,} outputs are logits or other numbers"
            )


@network_rule(
    "no-scaling",
    Severity.INFO,
    why="Nothing at the beginning says which values the images have: shown 0 to 255 instead of 0 to 1, or the channels "
    "in another order, a network answers nonsense and says nothing.",
    change="Put the scaling into the network, such as Rescaling(1 / 255) as its first layer, or write down beside it "
    "what it expects.",
    page="images-and-dense-layers",
)
def no_scaling(network: Network) -> Iterator[Found]:
    """Find a network for images with no layer at its beginning that scales their values."""
    inputs = network.inputs
    if len(inputs) != 1:
        return
    ((start, shape),) = inputs.items()
    if len(shape) not in (2, 3) or (len(shape) == 3 and shape[-1] not in (1, 3, 4)):
        return
    name = start
    while True:
        after = [layer for layer in network.layers if name in layer.inputs]
        if any(layer.class_name in _SCALING for layer in after):
            return
        passed = [layer for layer in after if operation(layer) in _BEFORE or operation(layer).startswith("Random")]
        if len(after) != 1 or not passed:
            break
        name = after[0].name
    if any(operation(layer) in (*CONVOLUTIONS, "Dense", "Flatten") for layer in network.layers):
        yield Found(start, 0, "no layer at the beginning scales the values of its images")
