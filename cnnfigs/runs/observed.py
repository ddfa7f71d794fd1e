"""What a reader's own network makes of several images, and of these shifted, for the rules that look at that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnfigs.arithmetic import Layer
from cnnfigs.findings.observed import Observed
from cnnfigs.models.backend import load_keras
from cnnfigs.models.records import layer_outputs

if TYPE_CHECKING:
    import keras

Floats = NDArray[np.float32]

#: By how many pixels images are shifted, (down, right).
SHIFTS = ((0, 1), (1, 0), (1, 1), (2, 2))
#: So many numbers of each layer, and of all layers together, are looked at for all images.
MOST_OF_ONE, MOST_OF_ALL = 20_000_000, 100_000_000


def watched_layers(layers: Sequence[Layer], images: int) -> list[str]:
    """Name the layers whose maps are looked at: those behind an activation function, as far as memory allows.

    Parameters
    ----------
    layers
        Records of a network.
    images
        How many images it is shown.
    """
    whole, names = 0, []
    for layer in layers:
        size = images * int(np.prod(layer.output_shape))
        alone = layer.class_name in ("ReLU", "Relu", "Relu6", "LeakyReLU", "PReLU", "ELU", "Silu", "Gelu", "Activation")
        active = alone or layer.activation not in (None, "linear", "softmax", "sigmoid")
        is_map = len(layer.output_shape) == 3 and max(layer.output_shape[:-1]) > 1
        if active and is_map and size <= MOST_OF_ONE and whole + size <= MOST_OF_ALL:
            names.append(layer.name)
            whole += size
    return names


def observe(model: keras.Model, layers: Sequence[Layer], images: Sequence[Floats], activation: str) -> Observed:
    """Show images to a model, as they are and shifted.

    Parameters
    ----------
    model
        From :func:`cnnfigs.models.opening.opened`.
    layers
        Its records.
    images
        Each of shape (height, width, channels), as many numbers as the model reads.
    activation
        Name of the function that its first output comes from.
    """
    keras = load_keras()
    known = layer_outputs(model)
    names = watched_layers(layers, len(images))
    has_answers = len(model.outputs[0].shape) == 2
    ends = [model.outputs[0]] if has_answers else []
    tensor = model.inputs[0]

    def reader(wanted: list[object]) -> Callable[[Floats], list[Floats]]:
        part = keras.Model(model.inputs, wanted)

        def read(image: Floats) -> list[Floats]:
            batch = np.repeat(image.reshape(1, *tensor.shape[1:]), tensor.shape[0] or 1, axis=0)
            made = keras.tree.flatten(part([keras.ops.cast(batch, tensor.dtype)], training=False))
            return [np.asarray(keras.ops.cast(each, "float32"))[0] for each in made]

        return read

    if not names and not ends:
        return Observed({})
    read = reader([*(known[name] for name in names), *ends])
    return observed(read, reader(ends) if ends else None, names, images, activation)


def observed(
    read: Callable[[Floats], list[Floats]],
    answer: Callable[[Floats], list[Floats]] | None,
    names: Sequence[str],
    images: Sequence[Floats],
    activation: str,
) -> Observed:
    """Gather what a network makes of images.

    Parameters
    ----------
    read
        Returns for one image the maps of the named layers, and then the answer if there is one.
    answer
        Returns for one image the answer alone; None if there is none.
    names
        Of the layers.
    images, activation
        As for :func:`observe`.
    """
    made = [read(image) for image in images]
    maps = {name: np.stack([each[number] for each in made]) for number, name in enumerate(names)}
    if answer is None:
        return Observed(maps)
    moved = [np.stack([answer(shifted(image, *by))[0] for by in SHIFTS]) for image in images]
    return Observed(maps, np.stack([each[-1] for each in made]), np.stack(moved), SHIFTS, activation)


def shifted(image: Floats, down: int, right: int) -> Floats:
    """Move an image down and to the right; what was at its border is repeated.

    Examples
    --------
    >>> shifted(np.array([[1, 2, 3]], dtype=np.float32)[..., np.newaxis], 0, 1)[..., 0]
    array([[1., 1., 2.]], dtype=float32)
    """
    padded = np.pad(image, ((down, 0), (right, 0), (0, 0)), mode="edge")
    moved: Floats = padded[: image.shape[0], : image.shape[1]]
    return moved
