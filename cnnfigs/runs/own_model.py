"""What a reader's own network makes of an image: the maps of some of its layers, its answer, and where that comes from.

Any Keras functional or Sequential model will do. What a model does not allow is refused with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.models.backend import load_keras
from cnnfigs.models.records import functional_graph
from cnnfigs.runs.exciting import sums
from cnnfigs.runs.heat_maps import enlarged, grad_cam

if TYPE_CHECKING:
    import keras

Floats = NDArray[np.float32]

#: A Rescaling layer that divides by at least so much is there for whole numbers from 0 to 255.
DIVISOR_OF_BYTES = 32


@dataclass(frozen=True)
class Look:
    """What a network made of one image.

    Attributes
    ----------
    image
        As the network read it, shape (height, width, channels).
    maps
        Name of a layer to its maps, shape (height, width, channels).
    answer
        The network's output, shape (n,); empty where it gives something else than one row of numbers.
    """

    image: Floats
    maps: dict[str, Floats]
    answer: Floats


def opened(model: keras.Model, height: int, width: int) -> keras.Model:
    """Return a model without models inside and with a fixed input size, so that each of its layers can be asked.

    Parameters
    ----------
    model
        A functional or Sequential model.
    height, width
        Size of its images, where it leaves that open.

    Returns
    -------
    keras.Model
        The model itself where nothing is to be done, else a copy with the same weights. A layer that stands inside
        of a model keeps its name; where two have the same, the model's name goes before it.

    Raises
    ------
    ValueError
        If it is neither functional nor Sequential, or not built.
    """
    keras = load_keras()
    graph = functional_graph(model)
    nested = any(isinstance(layer, keras.Model) for layer in graph.layers)
    if not nested and not any(None in tensor.shape[1:] for tensor in graph.inputs):
        return model
    inputs = []
    for tensor in graph.inputs:
        sizes = iter((height, width))
        shape = [size if size is not None else next(sizes, None) for size in tensor.shape[1:]]
        inputs.append(keras.Input(shape, dtype=tensor.dtype, name=tensor.name))
    copies: dict[int, Any] = {}
    outputs = _follow(graph, inputs, "", copies, {tensor.name for tensor in graph.inputs})
    return keras.Model(inputs, outputs if len(outputs) > 1 else outputs[0], name=model.name)


def _follow(graph: Any, inputs: Sequence[Any], prefix: str, copies: dict[int, Any], taken: set[str]) -> list[Any]:
    """Call copies of a graph's layers on other inputs, those of models inside one by one; return the outputs."""
    keras = load_keras()
    made = dict(zip(map(id, graph.inputs), inputs, strict=True))
    for depth in sorted(graph._nodes_by_depth, reverse=True):
        for node in graph._nodes_by_depth[depth]:
            if all(id(tensor) in made for tensor in node.output_tensors):
                continue
            positional, named = node.arguments.fill_in(made)
            operation = node.operation
            if isinstance(operation, keras.Model):
                tensors = keras.tree.flatten((positional, named))
                outputs = _follow(
                    functional_graph(operation),
                    [tensor for tensor in tensors if isinstance(tensor, keras.KerasTensor)],
                    f"{prefix}{operation.name}_",
                    copies,
                    taken,
                )
            else:
                outputs = keras.tree.flatten(_copy(operation, prefix, copies, taken)(*positional, **named))
            made.update(zip(map(id, node.output_tensors), outputs, strict=True))
    return [made[id(tensor)] for tensor in graph.outputs]


def _copy(operation: Any, prefix: str, copies: dict[int, Any], taken: set[str]) -> Any:
    """Return the copy of a layer; a layer that is called twice has one copy."""
    if id(operation) not in copies:
        name = operation.name if operation.name not in taken else f"{prefix}{operation.name}"
        taken.add(name)
        copy = type(operation).from_config({**operation.get_config(), "name": name})
        if getattr(operation, "weights", None):
            # Only a layer that knows its input has weights to be set.
            copy.build_from_config(operation.get_build_config())
            copy.set_weights(operation.get_weights())
        copies[id(operation)] = copy
    return copies[id(operation)]


def reads_bytes(model: keras.Model) -> bool:
    """Whether a model rescales its images itself, and so reads whole numbers from 0 to 255."""
    keras = load_keras()
    rescaling = [layer for layer in model.layers if isinstance(layer, keras.layers.Rescaling)]
    return bool(rescaling) and float(np.max(np.abs(rescaling[0].scale))) <= 1 / DIVISOR_OF_BYTES


def image_shape(model: keras.Model) -> tuple[int, int, int]:
    """Return the height, width and channels of the images that a model reads.

    Raises
    ------
    ValueError
        If it has several inputs, or one that is no grey or RGB image.
    """
    if len(model.inputs) != 1:
        raise ValueError(f"it has {len(model.inputs)} inputs, not one")
    shape = tuple(model.inputs[0].shape[1:])
    if len(shape) != 3 or shape[2] not in (1, 3):
        raise ValueError(f"it reads arrays of shape {shape}, which are no images with 1 or 3 channels")
    return shape


def look(model: keras.Model, image: Floats, layers: Sequence[str]) -> Look:
    """Show an image to a model, and keep the maps of some of its layers and its answer.

    Parameters
    ----------
    model
        From :func:`opened`.
    image
        Shape (height, width, channels) of the model's input.
    layers
        Names of layers that make maps.

    Raises
    ------
    ValueError
        If the image has not the shape of the model's input.
    """
    keras = load_keras()
    expected = image_shape(model)
    if image.shape != expected:
        raise ValueError(f"image has shape {image.shape}: {model.name} reads {expected}")
    reader = keras.Model(model.inputs, [*(model.get_layer(name).output for name in layers), *model.outputs])
    outputs = keras.tree.flatten(reader([image[np.newaxis]], training=False))  # a single one comes without its list
    made = [np.asarray(output)[0] for output in outputs]
    maps = {name: found.astype(np.float32) for name, found in zip(layers, made, strict=False)}
    answers = made[len(layers) :]
    single = len(answers) == 1 and answers[0].ndim == 1
    return Look(image, maps, answers[0].astype(np.float32) if single else np.zeros(0, dtype=np.float32))


def answer_heat(model: keras.Model, image: Floats, class_index: int, layer: str) -> tuple[Floats, tuple[int, int]]:
    """Make the Grad-CAM map of one answer, from a layer's maps.

    Parameters
    ----------
    model
        From :func:`opened`; its last layer gives a number for each class.
    image
        Shape (height, width, channels) of the model's input.
    class_index
        The class.
    layer
        Name of the layer.

    Returns
    -------
    tuple of (ndarray, (int, int))
        Height and width of the image, values 0 to 1; and height and width of the layer's maps.

    Raises
    ------
    ValueError
        If the answer does not depend on the layer, or no map speaks for it.
    """
    logits = sums(model, model.layers[-1].name)
    coarse = grad_cam(model, logits, image, class_index, layer)
    largest = float(coarse.max())
    if not largest > 0:
        raise ValueError(f"no map of {layer} speaks for class {class_index}: where one would be warm, all is cold")
    return enlarged(coarse / largest, *image.shape[:2]), coarse.shape
