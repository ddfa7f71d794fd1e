"""What a reader's own network makes of an image: the maps of some of its layers, its answer, and where that comes from.

Any Keras functional or Sequential model will do, once it is opened. What a model does not allow is refused with the
reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.arithmetic.costs import Network
from cnnfigs.arithmetic.receptive import as_image
from cnnfigs.models.backend import load_keras
from cnnfigs.models.records import layer_outputs
from cnnfigs.runs.photo.heat_maps import enlarged, weighed_maps
from cnnfigs.words import listed

if TYPE_CHECKING:
    import keras

Floats = NDArray[np.float32]

#: Where so much is subtracted from images, or they are divided by it, they hold whole numbers from 0 to 255.
FOR_BYTES = 32
#: Layers and operations that change nothing, or only the layout, when a network answers.
_PASSED = (
    *["Flatten", "Reshape", "Squeeze", "ExpandDims", "Identity", "Dropout", "SpatialDropout1D", "SpatialDropout2D"],
    *["GaussianNoise", "GaussianDropout", "AlphaDropout", "ActivityRegularization", "Cast"],
)
#: Activation functions as layers or operations of their own.
_ACTIVATIONS = (
    *["Activation", "Softmax", "LogSoftmax", "Sigmoid", "LogSigmoid", "HardSigmoid", "Tanh", "ReLU", "Relu", "Relu6"],
    *["LeakyReLU", "LeakyRelu", "PReLU", "ELU", "Elu", "Selu", "Gelu", "Silu", "Softplus", "Softsign"],
)
#: Layers whose activation function is the last thing that they compute.
_ACTIVATED = ("Dense", "EinsumDense", "Conv", "DepthwiseConv", "SeparableConv", "ConvTranspose")


@dataclass(frozen=True)
class Answer:
    """One output of a network for one image."""

    #: Of the output.
    name: str
    #: Name of the layer that gives it.
    layer: str
    #: Its numbers, shape (n,).
    values: Floats
    #: Name of the activation function that they come from, ``"linear"`` where there is none.
    activation: str


@dataclass(frozen=True)
class Look:
    """What a network made of one image."""

    #: As the network read it, shape (height, width, channels).
    image: Floats
    #: Name of a layer to its maps, shape (height, width, channels).
    maps: dict[str, Floats]
    #: Outputs that are one row of numbers.
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class ShownRange:
    """From which to which value the images of a network go, and how that is known."""

    low: float
    high: float
    why: str


def shown_range(model: keras.Model) -> ShownRange:
    """Find out which values a model was shown, from what it does first.

    Parameters
    ----------
    model
        An opened model. What divides, multiplies, subtracts, adds or normalises at its beginning is followed.
    """
    if len(model.inputs) == 1:
        return range_for(*_leading_arithmetic(model))
    return range_for(np.ones(1, np.float32), np.zeros(1, np.float32), [])


def range_for(factor: Floats, offset: Floats, names: Sequence[str]) -> ShownRange:
    """Find out which values a model was shown, from what it multiplies them with first, and then adds.

    Parameters
    ----------
    factor, offset
        One number, or one for each channel.
    names
        Of the layers that do so.
    """
    what = listed(names)
    if names and (1 / factor.max() >= FOR_BYTES or np.abs(offset / factor).max() >= FOR_BYTES):
        return ShownRange(0, 255, f"which {what} at its beginning is for")
    if names and (factor.min() >= FOR_BYTES or factor.max() > 1 or (offset < 0).any()):
        return ShownRange(0, 1, f"which {what} at its beginning is for")
    return ShownRange(0, 1, "which is assumed, since nothing at its beginning tells: --range LOW-HIGH sets another")


def _leading_arithmetic(model: keras.Model) -> tuple[Floats, Floats, list[str]]:
    """Follow what a model does to each number first: by what it multiplies, what it then adds, and in which layers."""
    factor, offset = np.ones(1, np.float32), np.zeros(1, np.float32)
    names: list[str] = []
    tensor = model.inputs[0]
    nodes = [node for nodes in model._nodes_by_depth.values() for node in nodes]
    while True:
        readers = _readers(nodes, tensor)
        ends = [_readers(nodes, node.output_tensors[0]) for node in readers]
        kinds = {type(node.operation).__name__ for node in (*readers, *ends[0])} if readers else set()
        if kinds == {"GetItem", "Stack"} and all(end == ends[0] and len(end) == 1 for end in ends):
            # Channels, taken one by one and put together in another order.
            tensor = ends[0][0].output_tensors[0]
            continue
        if len(readers) != 1 or len(readers[0].input_tensors) != 1:
            return factor, offset, names
        node = readers[0]
        step = _arithmetic(node)
        if step is None:
            return factor, offset, names
        times, plus = step
        if (times != 1).any() or (plus != 0).any():
            names.append(node.operation.name)
        try:
            factor, offset = factor * times, offset * times + plus
        except ValueError:  # more axes than channels
            return factor, offset, names
        tensor = node.output_tensors[0]


def _readers(nodes: Sequence[Any], tensor: Any) -> list[Any]:
    return [node for node in nodes if any(each is tensor for each in node.input_tensors)]


def _arithmetic(node: Any) -> tuple[Any, Any] | None:
    """Return by what a layer multiplies and what it then adds, for all channels or each; None if it does else."""
    layer, kind = node.operation, type(node.operation).__name__
    one, none = np.ones(1, np.float32), np.zeros(1, np.float32)
    if kind == "Rescaling":
        return _row(layer.scale), _row(layer.offset)
    if kind == "Normalization":
        deviation = np.maximum(np.sqrt(_row(layer.variance)), 1e-7)
        mean = _row(layer.mean)
        return (deviation, mean) if layer.invert else (1 / deviation, -mean / deviation)
    if kind == "BatchNormalization" and layer.axis in (-1, len(node.input_tensors[0].shape) - 1):
        deviation = np.sqrt(_row(layer.moving_variance) + layer.epsilon)
        return 1 / deviation, -_row(layer.moving_mean) / deviation
    if kind in ("TrueDivide", "Divide", "Multiply", "Subtract", "Add"):
        others = [each for each in node.arguments.args if not any(each is tensor for tensor in node.input_tensors)]
        if len(others) != 1 or (node.arguments.args[0] is others[0] and kind not in ("Multiply", "Add")):
            return None
        other = _row(others[0])
        if kind in ("Subtract", "Add"):
            return one, -other if kind == "Subtract" else other
        return (other, none) if kind == "Multiply" else (1 / other, none)
    kept = node.input_tensors[0].shape == node.output_tensors[0].shape
    if kind == "GetItem" and kept:  # channels in another order
        return one, none
    if kind.startswith(("Random", "ZeroPadding")) or kind in ("Resizing", "CenterCrop", *_PASSED):
        return one, none
    return None


def _row(values: Any) -> Floats:
    """Return numbers as a flat array: one, or one for each channel."""
    array: Floats = np.asarray(values, dtype=np.float32).ravel()
    return array


def image_shape(network: Network) -> tuple[int, int, int]:
    """Return the height, width and channels of the images that a model reads.

    Parameters
    ----------
    network
        Its records.

    Raises
    ------
    ValueError
        If it has several inputs, or one that is no grey or RGB image.
    """
    if len(network.inputs) != 1:
        raise ValueError(f"it has {len(network.inputs)} inputs, {', '.join(network.inputs)}, not one")
    (shape,) = network.inputs.values()
    begun = as_image(network.layers)[0]
    read = begun.output_shape if begun.class_name != "Embedding" else shape
    if len(read) == 2 and read[0] == read[1]:  # a square is read row by row
        read = (*read, 1)
    if len(read) != 3 or read[2] not in (1, 3):
        kinds = {1: "rows of numbers", 2: "sequences", 4: "volumes"}
        kind = kinds.get(len(shape))
        called = f"{kind}, arrays of shape {shape}" if kind else f"arrays of shape {shape}"
        raise ValueError(f"it reads {called}, which are no images with 1 or 3 channels")
    height, width, channels = read
    return height, width, channels


def look(model: keras.Model, image: Floats, layers: Sequence[str]) -> Look:
    """Show an image to a model, and keep the maps of some of its layers and its answers.

    Parameters
    ----------
    model
        From :func:`cnnfigs.models.opening.opened`.
    image
        Shape (height, width, channels), as many numbers as the model reads.
    layers
        Names of layers that make maps, as :func:`cnnfigs.models.records.layer_outputs` has them.

    Raises
    ------
    ValueError
        If the image has not the shape of the model's input, or the model gives no numbers.
    """
    keras = load_keras()
    known = layer_outputs(model)
    fields = [known[name] for name in layers]
    rows = [number for number, tensor in enumerate(model.outputs) if len(tensor.shape) == 2]
    reader = keras.Model(model.inputs, [*fields, *(model.outputs[number] for number in rows)] or model.outputs)
    made = [_floats(output)[0] for output in keras.tree.flatten(reader(_fed(model, image), training=False))]
    maps = dict(zip(layers, made, strict=False))
    answers = []
    for number, values in zip(rows, made[len(fields) :], strict=False):
        if not np.isfinite(values).all():
            raise ValueError(f"its output {model.output_names[number]!r} is no finite number: a weight may be none")
        layer = next((name for name, tensor in known.items() if tensor is model.outputs[number]), "")
        answers.append(
            Answer(model.output_names[number], layer, values, _tail(model, model.outputs[number]).activation)
        )
    return Look(image, maps, tuple(answers))


def _floats(tensor: Any) -> Floats:
    array: Floats = np.asarray(load_keras().ops.cast(tensor, "float32"))
    return array


def _fed(model: keras.Model, image: Floats) -> list[Any]:
    """Give an image the shape and kind of a model's input."""
    tensor = model.inputs[0]
    if image.size != np.prod(tensor.shape[1:]):
        raise ValueError(f"image has shape {image.shape}: {model.name} reads {tuple(tensor.shape[1:])}")
    batch = np.repeat(image.reshape(1, *tensor.shape[1:]), tensor.shape[0] or 1, axis=0)
    return [load_keras().ops.cast(batch, tensor.dtype)]


@dataclass(frozen=True)
class _Tail:
    """The end of a network, found by its graph."""

    #: Name of the last activation function.
    activation: str
    #: The symbolic output, laid out as the answer; before that function once :meth:`bare` holds.
    scores: Any
    #: A layer that has the function inside; None if it stands alone, or there is none.
    layer: Any = None

    @contextmanager
    def bare(self) -> Iterator[None]:
        """Take the function away from the layer that has it inside."""
        if self.layer is None:
            yield
            return
        kept = self.layer.activation
        self.layer.activation = load_keras().activations.linear
        try:
            yield
        finally:
            self.layer.activation = kept


def _tail(model: keras.Model, output: Any) -> _Tail:
    """Go back from an output to the last activation function."""
    passed: list[Any] = []
    tensor = output
    while True:
        history = tensor._keras_history
        layer = history.operation
        node = layer._inbound_nodes[history.node_index]
        kind = type(layer).__name__
        named = getattr(getattr(layer, "activation", None), "__name__", "linear")
        if kind in _PASSED or (kind == "Activation" and named == "linear"):
            if len(node.input_tensors) != 1:
                return _Tail("linear", output)
            passed.append(node)
            tensor = node.input_tensors[0]
            continue
        if kind in _ACTIVATIONS and len(node.input_tensors) == 1:
            activation = named if kind == "Activation" else kind.lower()
            return _Tail(activation, _again(passed, tensor, node.input_tensors[0]))
        if re.sub("[123]D", "", kind) in _ACTIVATED and named != "linear":
            calls = [node for nodes in model._nodes_by_depth.values() for node in nodes if node.operation is layer]
            if len(calls) == 1:
                return _Tail(named, output, layer)
        return _Tail("linear", output)


def _again(passed: list[Any], tensor: Any, before: Any) -> Any:
    """Call the layers behind a tensor once more, on what stands before it."""
    for node in reversed(passed):
        positional, named = node.arguments.fill_in({id(tensor): before})
        tensor, before = node.output_tensors[0], node.operation(*positional, **named)
    return before


def answer_heat(
    model: keras.Model, image: Floats, class_index: int, layer: str, output: int = 0, sign: int = 1
) -> tuple[Floats, tuple[int, int]]:
    """Make the Grad-CAM map of one answer, from a layer's maps.

    The score is the model's own output before its last activation function.

    Parameters
    ----------
    model
        From :func:`cnnfigs.models.opening.opened`.
    image
        Shape (height, width, channels), as many numbers as the model reads.
    class_index
        Which number of the output.
    layer
        Name of the layer.
    output
        Which of the model's outputs, among those that are rows of numbers.
    sign
        -1 for what speaks against it.

    Returns
    -------
    tuple of (ndarray, (int, int))
        Height and width of the image, values 0 to 1; and height and width of the layer's maps.

    Raises
    ------
    ValueError
        If the answer does not depend on the layer, or no map speaks for it.
    """
    rows = [tensor for tensor in model.outputs if len(tensor.shape) == 2]
    tail = _tail(model, rows[output])
    maps, gradient = _gradient(model, image, layer_outputs(model)[layer], tail, class_index)
    if gradient is None:
        raise ValueError(f"the answer does not depend on the maps of {layer}")
    coarse: Floats = weighed_maps(maps, sign * gradient)[0].numpy()
    largest = float(coarse.max())
    if not largest > 0:
        what = "for" if sign > 0 else "against"
        raise ValueError(f"no map of {layer} speaks {what} class {class_index}: where one would be warm, all is cold")
    return enlarged(coarse / largest, *image.shape[:2]), coarse.shape


def _gradient(model: keras.Model, image: Floats, index: Any, tail: _Tail, class_index: int) -> tuple[Any, Any]:
    """Return a layer's maps, and the gradient of one score by each of their numbers."""
    import tensorflow as tf

    reader = load_keras().Model(model.inputs, [index, tail.scores])
    (pixels,) = _fed(model, image)
    with tail.bare(), tf.GradientTape() as tape:
        # The layer's maps are part of the way only where something before them is watched.
        tape.watch(pixels)
        maps, scores = reader([pixels], training=False)
        # Half precision rounds small gradients to 0; only their proportions count.
        score = scores[0, class_index] * (1024 if scores.dtype == tf.float16 or maps.dtype == tf.float16 else 1)
    gradient = tape.gradient(score, maps)
    return tf.cast(maps, tf.float32), None if gradient is None else tf.cast(gradient, tf.float32)
