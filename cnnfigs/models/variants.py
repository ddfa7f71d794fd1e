"""Networks that only the experiments train: the convnet with one thing changed, and networks that look through a hole.

As the tutorial's networks they read one grey image with values from 0 to 1 and answer with ten probabilities; without
shipped weights, since what ships of an experiment is its records.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from types import MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from cnnfigs.models.backend import load_keras
from cnnfigs.models.networks import NETWORKS

if TYPE_CHECKING:
    import keras

#: Filters of the networks that look through a hole.
PEEPHOLE_FILTERS = 64
#: Zeros around the image with which no unit is lost, however the digit lies: at least the field of 18, less one; 19
#: makes the sizes of a 44×44 image even before both poolings: 82, 80, 40, 38, 19, 17.
PADDING = 19


def convnet_global_average() -> keras.Model:
    """Build the convnet that takes the mean of each last map: how much of a feature there is, not where.

    Otherwise as the convnet; 93,962 parameters. After M. Lin, Q. Chen and S. Yan, "Network in network",
    International Conference on Learning Representations (2014), section 3.2.
    """
    keras = load_keras()
    layers = keras.layers
    pooling = [layers.MaxPooling2D(pool_size=2, name=f"max_pooling2d_{number}") for number in (1, 2)]
    return _three_convolutions("convnet_global_average", pooling, layers.GlobalAveragePooling2D(name="global_average"))


def convnet_global_max_padded() -> keras.Model:
    """Build the convnet with global maximum on an image with so many zeros around it that no unit is lost."""
    keras = load_keras()
    layers = keras.layers
    pooling = [layers.MaxPooling2D(pool_size=2, name=f"max_pooling2d_{number}") for number in (1, 2)]
    last = layers.GlobalMaxPooling2D(name="global_max_pooling2d")
    return _three_convolutions("convnet_global_max_padded", pooling, last, [layers.ZeroPadding2D(PADDING)])


def convnet_mean_pooling() -> keras.Model:
    """Build the convnet with the mean of each 2×2 in place of the maximum; 104,202 parameters."""
    keras = load_keras()
    layers = keras.layers
    pooling = [layers.AveragePooling2D(pool_size=2, name=f"average_pooling2d_{number}") for number in (1, 2)]
    return _three_convolutions("convnet_mean_pooling", pooling, layers.Flatten(name="flatten"))


def convnet_pick_one() -> keras.Model:
    """Build the convnet with one value of each 2×2 in place of the maximum, always from the same corner.

    Which corner differs from map to map, so that the units of the next layer see as far as with the maximum: the
    weights and the fields are the convnet's, 104,202 and 18×18, and only what is passed on of each 2×2 differs.
    """
    layers = load_keras().layers
    pooling = [own_layers().PickOne(name=f"pick_one_{number}") for number in (1, 2)]
    return _three_convolutions("convnet_pick_one", pooling, layers.Flatten(name="flatten"))


def convnet_strided() -> keras.Model:
    """Build the convnet whose first two convolutions step by two and nothing pools; 113,162 parameters, field 15×15.

    After J. T. Springenberg, A. Dosovitskiy, T. Brox and M. Riedmiller, "Striving for simplicity: the all convolutional
    net", International Conference on Learning Representations, workshop (2015), section 2.
    """
    keras = load_keras()
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, kernel_size=3, strides=2, activation="relu", name="conv2d_1"),
            layers.Conv2D(64, kernel_size=3, strides=2, activation="relu", name="conv2d_2"),
            layers.Conv2D(128, kernel_size=3, activation="relu", name="conv2d_3"),
            layers.Flatten(name="flatten"),
            layers.Dense(10, activation="softmax", name="dense"),
        ],
        name="convnet_strided",
    )


def _three_convolutions(name: str, pooling: list[Any], last: Any, first: list[Any] | None = None) -> keras.Model:
    """Build the convnet with other layers after its first two convolutions, after the third, and in front."""
    keras = load_keras()
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            *(first or []),
            layers.Conv2D(32, kernel_size=3, activation="relu", name="conv2d_1"),
            pooling[0],
            layers.Conv2D(64, kernel_size=3, activation="relu", name="conv2d_2"),
            pooling[1],
            layers.Conv2D(128, kernel_size=3, activation="relu", name="conv2d_3"),
            last,
            layers.Dense(10, activation="softmax", name="dense"),
        ],
        name=name,
    )


def peephole(kernel_size: int, blank_windows: bool) -> keras.Model:
    """Build the network that sees the digit through a hole only: each window votes, and the votes' mean decides.

    One convolution, then one of 1×1 that gives each window ten logits, then the mean of the windows' logits. No unit
    sees more than its window, and the mean forgets where the windows were. Since a 1×1 convolution is linear, the mean
    of the votes is the vote of the mean: the mean comes first here, which takes a fraction of the time. After
    W. Brendel and M. Bethge, "Approximating CNNs with bag-of-local-features models works surprisingly well on
    ImageNet", International Conference on Learning Representations (2019), section 2.

    Parameters
    ----------
    kernel_size
        Side of the windows in pixels, 1 to 28.
    blank_windows
        Whether windows without ink vote too.
    """
    keras = load_keras()
    layers = keras.layers
    image = keras.Input((28, 28, 1))
    windows = layers.Conv2D(PEEPHOLE_FILTERS, kernel_size, activation="relu", name="conv2d")(image)
    if blank_windows:
        mean = layers.GlobalAveragePooling2D(name="mean")(windows)
    else:
        most_ink = layers.MaxPooling2D(pool_size=kernel_size, strides=1, name="most_ink")(image)
        mean = own_layers().MeanOfInked(name="mean")([windows, most_ink])
    answer = layers.Dense(10, activation="softmax", name="dense")(mean)
    return keras.Model(image, answer, name=f"peephole_{kernel_size}" + ("" if blank_windows else "_inked"))


@cache
def own_layers() -> SimpleNamespace:
    """Return the layers that Keras does not have.

    Returns
    -------
    types.SimpleNamespace
        The layers ``PickOne`` and ``MeanOfInked``.
    """
    keras = load_keras()

    class PickOne(keras.layers.Layer):  # type: ignore[misc, name-defined]
        """Pass on one value of each 2×2, from one corner of four, which differs from map to map.

        A mask leaves that value and zeros, whose mean is a quarter of it: faster than to cut it out.
        """

        pool_size = strides = (2, 2)
        padding = "valid"

        def build(self, input_shape: tuple[Any, ...]) -> None:
            rows, columns, maps = np.indices(input_shape[1:])
            self.mask = (2 * (rows % 2) + columns % 2 == maps % 4).astype(np.float32)

        def call(self, inputs: Any) -> Any:
            return 4 * keras.ops.average_pool(inputs * self.mask, self.pool_size, self.strides, self.padding)

    class MeanOfInked(keras.layers.Layer):  # type: ignore[misc, name-defined]
        """Take the mean over those windows that have ink."""

        def call(self, inputs: Any) -> Any:
            windows, most_ink = inputs
            inked = keras.ops.cast(most_ink > 0, windows.dtype)
            count = keras.ops.maximum(keras.ops.sum(inked, axis=(1, 2)), 1)
            return keras.ops.sum(windows * inked, axis=(1, 2)) / count

    return SimpleNamespace(PickOne=PickOne, MeanOfInked=MeanOfInked)


def on_canvas(model: keras.Model, side: int) -> keras.Model:
    """Build the same layers, untrained, for images of another size.

    Parameters
    ----------
    model
        A Sequential model.
    side
        Height and width of the images.
    """
    keras = load_keras()
    copies = [type(layer).from_config(layer.get_config()) for layer in model.layers]
    return keras.Sequential([keras.Input((side, side, 1)), *copies], name=model.name)


#: Sizes of the holes.
WINDOWS = (3, 5, 7, 11, 18, 28)

#: The networks that look through a hole: all windows vote, or only those with ink.
PEEPHOLES: Mapping[str, Callable[[], keras.Model]] = MappingProxyType(
    {
        **{f"peephole_{size}": partial(peephole, size, True) for size in WINDOWS},
        **{f"peephole_{size}_inked": partial(peephole, size, False) for size in WINDOWS},
    }
)

#: Every network that an experiment can train, by name: the tutorial's and these.
TRAINABLE: Mapping[str, Callable[[], keras.Model]] = MappingProxyType(
    {
        **NETWORKS,
        "convnet_global_average": convnet_global_average,
        "convnet_global_max_padded": convnet_global_max_padded,
        "convnet_mean_pooling": convnet_mean_pooling,
        "convnet_pick_one": convnet_pick_one,
        "convnet_strided": convnet_strided,
        **PEEPHOLES,
    }
)
