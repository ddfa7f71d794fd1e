"""What a unit can see of an image, and what it really looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnfigs.arithmetic.receptive import receptive_fields, receptive_region
from cnnfigs.data import mnist
from cnnfigs.models.backend import load_keras
from cnnfigs.models.networks import build
from cnnfigs.models.records import layer_records
from cnnfigs.models.training import as_input
from cnnfigs.models.weights import resolve

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Field:
    """The receptive field of the middle unit of a layer's maps."""

    #: The layer's name, and Keras' name of its class.
    layer: str
    class_name: str
    #: Height of its maps.
    map_size: int
    #: Pixels that one unit can see, and pixels from one unit's field to its neighbour's; square.
    size: int
    jump: int
    #: Row and column where the middle unit's field begins.
    first: tuple[int, int]


@dataclass(frozen=True)
class Fields:
    """The receptive fields of a network, layer by layer."""

    network: str
    #: One for each layer with maps, in order.
    fields: tuple[Field, ...]


def fields_of(network: str | keras.Model) -> Fields:
    """Follow the receptive field of the middle unit through a network's layers.

    Parameters
    ----------
    network
        Name of one of the tutorial's networks, or a Keras model with square images and windows.
    """
    model = build(network) if isinstance(network, str) else network
    layers = layer_records(model)
    theoretical = receptive_fields(layers)
    fields = []
    for layer in layers:
        if len(layer.output_shape) != 3 or not layer.inputs:
            continue
        middle = (layer.output_shape[0] // 2, layer.output_shape[1] // 2)
        field = theoretical[layer.name]
        rows, columns = field.at(middle)
        fields.append(
            Field(
                layer=layer.name,
                class_name=layer.class_name,
                map_size=layer.output_shape[0],
                size=field.size[0],
                jump=field.jump[0],
                first=(rows.start, columns.start),
            )
        )
    return Fields(model.name, tuple(fields))


@dataclass(frozen=True)
class EffectiveField:
    """Where in its field the middle unit of the last maps really looks."""

    network: str
    #: Its theoretical field.
    field: Field
    #: Mean absolute gradient of the unit's pre-activation, over all maps and many digits, by the pixels; shape
    #: (28, 28), the largest is 1; 0 outside the theoretical field.
    gradient: NDArray[np.float64]
    #: Over how many digits the mean was taken.
    digits: int
    #: Side of a square in the middle of the field, just under half as wide as the field.
    inner_side: int
    #: The share of the gradient that lies in that square.
    inner_share: float


def effective_field(network: str | keras.Model, digits: int) -> EffectiveField:
    """Measure where the middle unit of the last convolution looks, by gradient.

    The gradient is taken of the convolution's sum before its ReLU, so that units which happen to be off count too.

    Parameters
    ----------
    network
        Name of one of the tutorial's networks, or a Keras Sequential model whose last maps a convolution makes.
    digits
        How many test digits, the first ones.

    References
    ----------
    W. Luo, Y. Li, R. Urtasun and R. Zemel, "Understanding the effective receptive field in deep convolutional neural
    networks", Advances in Neural Information Processing Systems 29 (2016).
    """
    model = resolve(network)
    field = fields_of(model).fields[-1]
    rows, columns = (slice(first, first + field.size) for first in field.first)
    patches = as_input(mnist().x_test[:digits])[:, rows, columns]
    inside = np.abs(unit_gradients(model, field.layer, patches)).mean(axis=(0, 1)).astype(np.float64)
    gradient = np.zeros((28, 28))
    gradient[rows, columns] = inside / inside.max()
    # As odd or even as the field, so that it has the same middle.
    inner_side = field.size // 2 - (field.size // 2 + field.size) % 2
    margin = (field.size - inner_side) // 2
    inner = inside[margin : field.size - margin, margin : field.size - margin]
    return EffectiveField(model.name, field, gradient, digits, inner_side, float(inner.sum() / inside.sum()))


def unit_gradients(model: keras.Model, layer: str, patches: NDArray[np.float32]) -> NDArray[np.float32]:
    """Differentiate the sums of a convolution's single unit by the pixels that it sees.

    Parameters
    ----------
    model
        A Keras Sequential model.
    layer
        Name of one of its convolutions.
    patches
        As many pixels as one of its units sees, shape (n, size, size, 1).

    Returns
    -------
    numpy.ndarray
        Shape (n, filters, size, size).
    """
    load_keras()
    import tensorflow as tf

    last = model.get_layer(layer)
    pixels = tf.constant(patches)
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        # The layers see the field alone, so that their last map is this one unit.
        maps = pixels
        for below in model.layers[: model.layers.index(last)]:
            maps = below(maps)
        sums = tf.einsum("nhwc,hwcf->nf", maps, last.kernel) + last.bias
    gradients: NDArray[np.float32] = tape.batch_jacobian(sums, pixels).numpy()[..., 0]
    return gradients


@dataclass(frozen=True)
class LostEdge:
    """What ink on the last rows and columns does to the answer."""

    network: str
    #: A digit, and the same digit with ink on all pixels that never reach the answer, shape (28, 28).
    image: NDArray[np.float32]
    inked: NDArray[np.float32]
    #: How many of the last rows and columns those are.
    unread: int
    #: The largest change of any of the ten probabilities.
    change: float
    #: The largest change when the row and column before them get ink too.
    one_more: float
    #: How many digits have some ink on the rows and columns that are not read.
    test_digits: int
    training_digits: int
    #: Out of how many.
    test_asked: int
    training_asked: int
    #: The share of all the test digits' ink that lies there.
    test_ink: float


def lost_edge(network: str, index: int) -> LostEdge:
    """Put ink where a network cannot see it, and look at its answer."""
    model = resolve(network)
    read, _ = receptive_region(layer_records(model), (), name="flatten")
    unread = 28 - len(read)
    images = np.repeat(as_input(mnist().x_test[index : index + 1]), 3, axis=0)
    for number, lines in ((1, unread), (2, unread + 1)):
        if lines:
            images[number, -lines:] = 1
            images[number, :, -lines:] = 1
    # One by one: within a batch, the order of sums may differ from image to image.
    answers = [np.asarray(model(image[np.newaxis], training=False))[0] for image in images]
    return LostEdge(
        network=model.name,
        image=images[0, ..., 0],
        inked=images[1, ..., 0],
        unread=unread,
        change=float(np.abs(answers[1] - answers[0]).max()),
        one_more=float(np.abs(answers[2] - answers[0]).max()),
        test_digits=with_ink_behind(mnist().x_test, len(read)),
        training_digits=with_ink_behind(mnist().x_train, len(read)),
        test_asked=len(mnist().x_test),
        training_asked=len(mnist().x_train),
        test_ink=1 - float(mnist().x_test[:, : len(read), : len(read)].sum() / mnist().x_test.sum()),
    )


def with_ink_behind(images: NDArray[np.uint8], read: int) -> int:
    """Count the images that have ink behind the first so many rows and columns.

    Examples
    --------
    >>> images = np.zeros((3, 4, 4), dtype=np.uint8)
    >>> images[0, 1, 3], images[1, 2, 2] = 9, 9
    >>> with_ink_behind(images, 3)
    1
    """
    behind = images[:, read:].any(axis=(1, 2)) | images[:, :, read:].any(axis=(1, 2))
    return int(behind.sum())
