"""LeNet-5, the network that read the digits of bank cheques, after the paper that described it.

Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied to document recognition", Proceedings
of the IEEE 86 (1998), 2278–2324, section II.B and appendix A. Kept are all layers with their learned coefficients, the
table of connections of C3, the scaled tanh, the range of the first weights, and the output units that compare with a
drawn bitmap of each digit, with the loss that belongs to them. The bitmaps are drawn anew, 7 by 12 as theirs.
"""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.models.backend import load_keras

if TYPE_CHECKING:
    import keras

#: The paper's table I: which maps of S2 each map of C3 reads.
CONNECTIONS = (
    (0, 1, 2),
    (1, 2, 3),
    (2, 3, 4),
    (3, 4, 5),
    (0, 4, 5),
    (0, 1, 5),
    (0, 1, 2, 3),
    (1, 2, 3, 4),
    (2, 3, 4, 5),
    (0, 3, 4, 5),
    (0, 1, 4, 5),
    (0, 1, 2, 5),
    (0, 1, 3, 4),
    (1, 2, 4, 5),
    (0, 2, 3, 5),
    (0, 1, 2, 3, 4, 5),
)

#: The constant j of the paper's equation 9, which is said to be positive there but not how large.
BOUND = 1.0

#: What F6 is to say to each digit, 12 rows of 7; # is +1 and . is −1.
BITMAPS = """
..###.. ...#... .#####. .#####. ....##. ####### ..####. ####### .#####. .#####.
.##.##. ..##... ##...## ##...## ....##. ##..... .##.... ####### ##...## ##...##
##...## .###... ##...## .....## ...###. ##..... ##..... .....## ##...## ##...##
##...## ####... .....## .....## ...###. ##..... ##..... .....## ##...## ##...##
##...## ..##... .....## ....##. ..#.##. ##..... ##..... ....##. .##.##. ##...##
##...## ..##... ....##. ..###.. .##.##. ######. ##.###. ....##. ..###.. .##..##
##...## ..##... ...##.. ..###.. .#..##. .....## ###..## ...##.. .##.##. ..#####
##...## ..##... ..##... ....##. ##..##. .....## ##...## ...##.. ##...## .....##
##...## ..##... .##.... .....## ####### .....## ##...## ..##... ##...## .....##
##...## ..##... ##..... .....## ....##. ##...## ##...## ..##... ##...## .....##
.##.##. ..##... ##..... ##...## ....##. ##...## ##...## .##.... ##...## ....##.
..###.. ######. ####### .#####. ....##. .#####. .#####. .##.... .#####. .####..
"""


def bitmaps() -> NDArray[np.float32]:
    """Return the ten bitmaps, shape (10, 12, 7), −1 for paper and 1 for ink.

    Examples
    --------
    >>> bitmaps()[1, :3].astype(int).tolist()
    [[-1, -1, -1, 1, -1, -1, -1], [-1, -1, 1, 1, -1, -1, -1], [-1, 1, 1, 1, -1, -1, -1]]
    """
    rows = [line.split() for line in BITMAPS.strip().splitlines()]
    ink = np.array([[list(cells) for cells in row] for row in rows]) == "#"
    return np.where(ink.swapaxes(0, 1), np.float32(1), np.float32(-1))


@cache
def lenet5_layers() -> SimpleNamespace:
    """Return what Keras does not have ready, entered with Keras so that a saved model finds it.

    Returns
    -------
    types.SimpleNamespace
        The function ``scaled_tanh`` and the layers ``Subsampling``, ``PartialConv2D`` and ``BitmapDistance``.
    """
    keras = load_keras()
    register = keras.saving.register_keras_serializable(package="cnnfigs")

    @register  # type: ignore[untyped-decorator]
    def scaled_tanh(x: Any) -> Any:
        """Squash to ±1.7159, so that 1 and −1 are kept: appendix A of the paper."""
        return 1.7159 * keras.ops.tanh(x * (2 / 3))

    @register
    class Subsampling(keras.layers.Layer):  # type: ignore[misc, name-defined]
        """Add up each 2×2 cells of a map, multiply by a learned coefficient, add a learned bias, squash."""

        pool_size = strides = (2, 2)
        padding = "valid"
        use_bias = True
        activation = staticmethod(scaled_tanh)

        def build(self, input_shape: tuple[Any, ...]) -> None:
            shape = input_shape[-1:]
            self.coefficient = self.add_weight(shape=shape, initializer=_within(4), name="coefficient")
            self.bias = self.add_weight(shape=shape, initializer="zeros", name="bias")

        def call(self, inputs: Any) -> Any:
            sums = 4 * keras.ops.average_pool(inputs, self.pool_size, self.strides, self.padding)
            return self.activation(self.coefficient * sums + self.bias)

    @register
    class PartialConv2D(keras.layers.Layer):  # type: ignore[misc, name-defined]
        """Convolve with filters that each read some of the maps: the other slices of the kernel are zero."""

        strides = (1, 1)
        padding = "valid"
        use_bias = True
        activation = staticmethod(scaled_tanh)

        def __init__(self, connections: Any, kernel_size: int, **arguments: Any) -> None:
            super().__init__(**arguments)
            self.connections = tuple(map(tuple, connections))
            self.kernel_size = (kernel_size, kernel_size)
            self.filters = len(self.connections)

        def build(self, input_shape: tuple[Any, ...]) -> None:
            self.mask = np.zeros((input_shape[-1], self.filters), dtype=np.float32)
            for number, maps in enumerate(self.connections):
                self.mask[list(maps), number] = 1
            # Only the slices of connected maps are weights; each has a place among all slices of the kernel.
            self.placing = np.eye(self.mask.size, dtype=np.float32)[np.flatnonzero(self.mask)]
            _, made = self.mask.nonzero()
            read = self.kernel_size[0] * self.kernel_size[1] * self.mask.sum(axis=0)[made]
            self.slices = self.add_weight(
                shape=(*self.kernel_size, len(made)),
                initializer=lambda shape, dtype: _within(1)(shape, dtype) / read,
                name="slices",
            )
            self.bias = self.add_weight(shape=(self.filters,), initializer="zeros", name="bias")

        @property
        def kernel(self) -> Any:
            """The masked kernel, shape (height, width, maps read, maps made)."""
            return keras.ops.reshape(keras.ops.matmul(self.slices, self.placing), (*self.kernel_size, *self.mask.shape))

        def call(self, inputs: Any) -> Any:
            return self.activation(keras.ops.conv(inputs, self.kernel, padding=self.padding) + self.bias)

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "connections": self.connections, "kernel_size": self.kernel_size[0]}

    @register
    class BitmapDistance(keras.layers.Layer):  # type: ignore[misc, name-defined]
        """Compare with the ten bitmaps: the squared distance to each is the penalty of that digit.

        The paper's loss, equation 9, is that of a softmax of the penalties, which a model gets from Keras, and a term
        that draws the nearest bitmap nearer, which does not depend on the label and is added here.
        """

        def call(self, inputs: Any) -> Any:
            centers = bitmaps().reshape(10, -1)
            penalties = keras.ops.sum((inputs[:, np.newaxis] - centers) ** 2, axis=-1)
            all_together = keras.ops.logsumexp(-penalties, axis=-1)
            self.add_loss(keras.ops.mean(keras.ops.softplus(-BOUND - all_together)))
            return penalties

    def _within(fan_in: int) -> Any:
        """First weights: evenly from −2.4/n to 2.4/n for a unit that reads n numbers."""
        return keras.initializers.RandomUniform(-2.4 / fan_in, 2.4 / fan_in)

    return SimpleNamespace(
        scaled_tanh=scaled_tanh,
        Subsampling=Subsampling,
        PartialConv2D=PartialConv2D,
        BitmapDistance=BitmapDistance,
        within=_within,
    )


def lenet5() -> keras.Model:
    """Build LeNet-5: seven layers as in the paper, 60,000 trainable parameters.

    It reads (28, 28, 1) with values from 0 to 1 as all networks here do, and makes of it the paper's input: 32×32,
    paper −0.1 and ink 1.175.
    """
    keras = load_keras()
    layers, own = keras.layers, lenet5_layers()
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.ZeroPadding2D(2, name="padding"),
            layers.Rescaling(1.275, offset=-0.1, name="rescaling"),
            layers.Conv2D(6, 5, activation=own.scaled_tanh, kernel_initializer=own.within(25), name="C1"),
            own.Subsampling(name="S2"),
            own.PartialConv2D(CONNECTIONS, 5, name="C3"),
            own.Subsampling(name="S4"),
            layers.Conv2D(120, 5, activation=own.scaled_tanh, kernel_initializer=own.within(400), name="C5"),
            layers.Flatten(name="flatten"),
            layers.Dense(84, activation=own.scaled_tanh, kernel_initializer=own.within(120), name="F6"),
            own.BitmapDistance(name="output"),
            layers.Rescaling(-1.0, name="scores"),
            layers.Activation("softmax", name="softmax"),
        ],
        name="lenet5",
    )
