"""What LeNet-5 says: the codes of its last hidden layer, its table of connections, and its sizes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.arithmetic import Derivation
from cnnfigs.data import mnist
from cnnfigs.models.backend import load_keras
from cnnfigs.models.lenet5 import BOUND, bitmaps, lenet5_layers
from cnnfigs.models.networks import build
from cnnfigs.models.records import layer_records
from cnnfigs.models.training import RECIPE, as_input
from cnnfigs.models.weights import load, record


@dataclass(frozen=True)
class Codes:
    """What F6 says to one digit of each kind, and how far that is from each bitmap."""

    #: Shape (10, 28, 28), values 0 to 1: a test image of each digit.
    images: NDArray[np.float32]
    #: Shape (10, 12, 7): what F6 says to each, in the order of a bitmap.
    codes: NDArray[np.float32]
    #: Shape (10, 12, 7), −1 or 1: what it should say.
    bitmaps: NDArray[np.float32]
    #: Shape (10, 10): the squared distance of each code to each bitmap.
    penalties: NDArray[np.float32]

    @property
    def nearest(self) -> NDArray[np.intp]:
        """The bitmap nearest to each code, shape (10,)."""
        nearest: NDArray[np.intp] = self.penalties.argmin(axis=1)
        return nearest

    @property
    def ordered(self) -> NDArray[np.float32]:
        """Each code's squared distances, the smallest first, shape (10, 10)."""
        return np.sort(self.penalties, axis=1)


def lenet5_codes(which: int) -> Codes:
    """Show LeNet-5 the test image number `which`, counted from 0, of each digit.

    Raises
    ------
    ValueError
        If there is no such image of one of the digits.
    """
    keras = load_keras()
    labels = mnist().y_test
    fewest = int(np.bincount(labels).min())
    if not 0 <= which < fewest:
        raise ValueError(f"which: expected a whole number from 0 to {fewest - 1}, got {which}")
    chosen = [int(np.flatnonzero(labels == digit)[which]) for digit in range(10)]
    images = as_input(mnist().x_test[chosen])
    model = load("lenet5")
    reader = keras.Model(model.inputs, [model.get_layer("F6").output, model.get_layer("output").output])
    codes, penalties = (np.asarray(output) for output in reader([images], training=False))
    return Codes(images[..., 0], codes.reshape(10, 12, 7), bitmaps(), penalties)


@dataclass(frozen=True)
class Connections:
    """Which maps of S2 the maps of C3 read."""

    #: Shape (6, 16): whether map r of S2 is read by map c of C3, read off the masked kernel.
    connected: NDArray[np.bool_]
    #: How many parameters C3 has.
    parameters: int


def lenet5_connections() -> Connections:
    """Read the connections off the trained kernel: a slice that is all zero is none."""
    layer = load("lenet5").get_layer("C3")
    kernel = np.asarray(layer.kernel)
    return Connections((kernel != 0).any(axis=(0, 1)), layer.count_params())


@dataclass(frozen=True)
class LayerSize:
    """How large a layer of LeNet-5 is."""

    #: The paper's name of it.
    name: str
    #: Shape of what it makes.
    shape: tuple[int, ...]
    #: Its trainable parameters, as Keras counts them.
    parameters: int
    #: The same from its geometry.
    derivation: Derivation
    #: How many inputs its units read and biases they have, each place of a map counted.
    connections: int


@dataclass(frozen=True)
class Sizes:
    """The layers of LeNet-5 with their sizes, in order."""

    layers: tuple[LayerSize, ...]

    @property
    def parameters(self) -> int:
        """All trainable parameters."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def connections(self) -> int:
        """All connections."""
        return sum(layer.connections for layer in self.layers)


def lenet5_sizes() -> Sizes:
    """Count the parameters and connections of every layer that the paper names."""
    model = build("lenet5")
    sizes = []
    for each in layer_records(model)[1:]:
        layer: Any = model.get_layer(each.name)
        maps, units = each.output_shape[-1], math.prod(each.output_shape)
        if each.class_name == "Subsampling":
            product, total = f"2·{maps}", 2 * maps
            connections = units * (math.prod(layer.pool_size) + 1)
        elif each.class_name in ("Conv2D", "PartialConv2D"):
            slices = int(layer.mask.sum()) if each.class_name == "PartialConv2D" else each.input_shape[-1] * maps
            window = math.prod(layer.kernel_size)
            product, total = f"{window}·{slices:,} + {maps}", window * slices + maps
            connections = total * (units // maps)
        elif each.class_name == "Dense":
            read = each.input_shape[-1]
            product, total = f"{read}·{maps} + {maps}", read * maps + maps
            connections = total
        elif each.class_name == "BitmapDistance":
            product, total = "", 0
            connections = each.input_shape[-1] * maps
        else:
            continue
        sizes.append(
            LayerSize(each.name, each.output_shape, layer.count_params(), Derivation(product, total), connections)
        )
    return Sizes(tuple(sizes))


@dataclass(frozen=True)
class Rebuilt:
    """How LeNet-5 is built and trained."""

    #: Side of its input in pixels.
    side: int
    #: What paper and ink are in it.
    paper: float
    ink: float
    #: How many it has.
    parameters: int
    #: Of its activation, limit times tanh of slope times the sum.
    limit: float
    slope: float
    #: First weights lie evenly within plus or minus this, divided by how many inputs a unit reads.
    spread: float
    #: Rows and columns of a bitmap.
    code: tuple[int, ...]
    #: How many images it is trained on.
    images: int
    #: How many times, or after how many passes its weights were taken.
    passes: int


@dataclass(frozen=True)
class Rebuilding:
    """LeNet-5 in its paper and here, and what there is only here."""

    #: The same of both.
    theirs: Rebuilt
    ours: Rebuilt
    #: The constant of the loss.
    bound: float
    #: Keras' name of the optimiser, and how many images it sees at a time.
    optimizer: str
    batch_size: int
    #: How many images decide when to stop.
    held_out: int
    #: Of the network that is shown here.
    seed: int


#: Sections II.B, III.A, III.B and appendix A of the paper.
PUBLISHED = Rebuilt(32, -0.1, 1.175, 60_000, 1.7159, 2 / 3, 2.4, (12, 7), 60_000, 20)


def lenet5_rebuilding() -> Rebuilding:
    """Measure on the network, and read off the recipe, what the paper says of its own."""
    keras = load_keras()
    model = build("lenet5")
    picture = np.zeros((1, 28, 28, 1), dtype=np.float32)
    picture[0, 0, 0] = 1
    scaled = np.asarray(keras.Model(model.inputs, model.get_layer("rescaling").output)([picture], training=False))[0]
    squash = lenet5_layers().scaled_tanh
    limit = float(squash(np.float32(1e6)))
    spreads = [
        math.prod(layer.kernel.shape[:-1]) * float(np.abs(layer.kernel).max())
        for layer in (model.get_layer("C1"), model.get_layer("C5"), model.get_layer("F6"))
    ]
    ours = Rebuilt(
        side=scaled.shape[0],
        paper=round(float(scaled.min()), 4),
        ink=round(float(scaled.max()), 4),
        parameters=model.count_params(),
        limit=round(limit, 4),
        slope=round(float(squash(np.float32(1e-3))) / 1e-3 / limit, 3),
        spread=round(max(spreads), 1),
        code=bitmaps().shape[1:],
        images=len(mnist().x_train) - RECIPE.validation_images,
        passes=record("lenet5")["best_epoch"],
    )
    return Rebuilding(
        PUBLISHED, ours, BOUND, RECIPE.optimizer, RECIPE.batch_size, RECIPE.validation_images, RECIPE.seed
    )
