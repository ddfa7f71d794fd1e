"""Networks that answer whether a crop of a blood smear holds a platelet: a small one, and one trained on photos.

MobileNetV2 is cut in two behind its thirteenth block. The *lower half* is never trained further, so what it makes of a
crop is computed once. The *upper half*, three blocks and a convolution, may be.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import Bytes
from cnnfigs.data.blood_cells import SIDE
from cnnfigs.images import resized
from cnnfigs.models.backend import load_keras
from cnnfigs.models.compiled import compiled, outputs
from cnnfigs.models.imagenet import mobilenet_v2, network_input

if TYPE_CHECKING:
    import keras

#: Height and width at which MobileNetV2 gets a crop: twice its size, and one more than a multiple of 32.
ENLARGED = 161
#: The last layer of the lower half.
CUT = "block_13_project_BN"
#: Crops shown to it at once.
AT_ONCE = 16
#: Crops in a step of a training, and steps whose crops are prepared at once.
BATCH, PREPARED = 32, 50
#: A smear has no upper side, so a crop is shown turned and mirrored, in eight views.
VIEWS = 8


def small_convnet() -> keras.Model:
    """Build the convnet that is trained from scratch: reads a crop with values 0 to 1, gives two logits.

    Nothing is padded. So each of its layers, moved over a whole photo, gives what it gives on a crop.
    """
    keras = load_keras()
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 3)),
            layers.Conv2D(16, kernel_size=5, strides=2, activation="relu", name="conv2d_1"),
            layers.MaxPooling2D(pool_size=2, name="max_pooling2d_1"),
            layers.Conv2D(32, kernel_size=3, activation="relu", name="conv2d_2"),
            layers.MaxPooling2D(pool_size=2, name="max_pooling2d_2"),
            layers.Conv2D(64, kernel_size=3, activation="relu", name="conv2d_3"),
            layers.Flatten(name="flatten"),
            layers.Dense(2, name="dense"),
        ],
        name="small_convnet",
    )


def as_convolution(model: keras.Model, height: int, width: int) -> keras.Model:
    """Turn a classifier of crops into a network that reads a whole photo: its dense head becomes a convolution.

    The head's weights are the kernels' weights, in another shape. What stands before the head stays as it is.

    Parameters
    ----------
    model
        A :class:`keras.Sequential` without padding that ends with `Flatten` and `Dense`.
    height, width
        Size of the photos.

    Returns
    -------
    keras.Model
        Reads (height, width, channels), gives for each place what the classifier gives for the crop there.

    References
    ----------
    J. Long, E. Shelhamer and T. Darrell, "Fully convolutional networks for semantic segmentation", IEEE Conference on
    Computer Vision and Pattern Recognition (2015), 3431–3440, section 3.1.
    """
    keras = load_keras()
    *body, flatten, dense = model.layers
    rows, columns, channels = flatten.input.shape[1:]
    weights, bias = dense.get_weights()
    units = len(bias)
    head = keras.layers.Conv2D(units, (rows, columns), activation=dense.activation, name=dense.name)
    copies = [each.__class__.from_config(each.get_config()) for each in body]
    made = keras.Sequential([keras.Input((height, width, model.input_shape[-1])), *copies, head])
    for copy, each in zip(copies, body, strict=True):
        copy.set_weights(each.get_weights())
    head.set_weights([weights.reshape(rows, columns, channels, units), bias])
    return made


def enlarged(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Turn crops of shape (n, 80, 80, 3) into MobileNetV2's input, (n, 161, 161, 3)."""
    return network_input(np.stack([resized(each, ENLARGED, ENLARGED) for each in images]))


@cache
def _lower_half() -> Callable[[Any], Any]:
    keras = load_keras()
    whole = mobilenet_v2(ENLARGED, ENLARGED)
    return compiled(keras.Model(whole.input, whole.get_layer(CUT).output))


def lower_half(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Show crops of shape (n, 80, 80, 3) to the lower half: gives its maps, (n, 6, 6, 160)."""
    return outputs(_lower_half(), enlarged(images), AT_ONCE)


def upper_half() -> keras.Model:
    """Return a new copy of the upper half: reads the lower half's maps, gives a mean for each of 1,280 last maps.

    Its batch normalisations stay as they are, also in training: so few crops would give poor means.
    """
    keras = load_keras()
    whole = mobilenet_v2(ENLARGED, ENLARGED)
    cut = whole.get_layer(CUT).output
    part = keras.Model(cut, whole.get_layer("out_relu").output)
    copy = keras.models.clone_model(part)
    copy.set_weights(part.get_weights())
    for layer in copy.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False
    return keras.Sequential([copy, keras.layers.GlobalAveragePooling2D()], name="upper_half")


def as_input(images: Bytes) -> NDArray[np.float32]:
    """Turn crops into the small convnet's input, with values from 0 to 1."""
    return images.astype(np.float32) / np.float32(255)


def as_it_is(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give a network what was kept for it, unchanged."""
    return values


def view(images: NDArray[Any], number: int) -> NDArray[Any]:
    """Show square images in one of eight views: turned by quarters, then from 4 on mirrored too.

    Examples
    --------
    >>> view(np.array([[1, 2], [3, 4]]).reshape(1, 2, 2, 1), 1)[0, :, :, 0]
    array([[2, 4],
           [1, 3]])
    """
    turned = np.rot90(images, number % 4, axes=(1, 2))
    return turned[:, :, ::-1] if number >= 4 else turned


def fit_views(
    model: keras.Model,
    shown: Callable[[NDArray[Any]], NDArray[np.float32]],
    views: NDArray[Any],
    labels: Bytes,
    course: tuple[NDArray[np.intp], int, float],
    random: np.random.Generator,
) -> None:
    """Train for a number of steps: all chosen crops in a random order, each in a random view, over and over.

    Parameters
    ----------
    model
        Gives two logits.
    shown
        Turns what is kept of the crops into the model's input.
    views
        What is kept of each crop in each view, shape (8, crops, ...).
    labels
        Shape (crops,).
    course
        Numbers of the crops to train on, steps, and step size of Adam.
    random
        Draws order and views.
    """
    keras = load_keras()
    chosen, steps, rate = course
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(rate), loss)
    rounds = -(-steps * BATCH // len(chosen))
    stream = np.concatenate([random.permutation(chosen) for _ in range(rounds)])[: steps * BATCH]
    for part_of_it in np.split(stream, steps // PREPARED):
        turns = random.integers(0, VIEWS, len(part_of_it))
        images = shown(views[turns, part_of_it])
        model.fit(images, labels[part_of_it], batch_size=BATCH, shuffle=False, verbose=0)
