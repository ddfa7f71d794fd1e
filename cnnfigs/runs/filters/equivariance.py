"""What becomes of a network's maps and of its answer when the digit moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import mnist
from cnnfigs.images import shifted
from cnnfigs.models.training import as_input
from cnnfigs.models.weights import load
from cnnfigs.runs.activations import activations, test_digit
from cnnfigs.runs.training_and_measured.evaluation import answers_to

Map = NDArray[np.float32]


@dataclass(frozen=True)
class EquivarianceRun:
    """One map of the convnet's first layer, before and after the digit moved."""

    #: The digit, shape (28, 28).
    image: Map
    moved_image: Map
    #: The first layer's map for each of them, shape (26, 26).
    response_map: Map
    moved_map: Map
    #: The first map moved as the digit was, minus the second, where both have values: shape (26 - rows, 26 - columns).
    difference: Map
    #: The largest absolute difference in any map of the layer.
    largest_difference: float
    #: How many maps the layer makes.
    filters: int


@dataclass(frozen=True)
class MovedLayer:
    """How well one layer's maps follow the digit."""

    #: Name of the layer in Keras.
    name: str
    #: By how many pixels the digit must move for the maps to move by one cell.
    step: int
    #: For each shift, the largest difference between moved maps and maps of the moved digit, as a share of the
    #: largest value; where the shift is no whole number of cells, of the better of the two nearest.
    differences: tuple[float, ...]


@dataclass(frozen=True)
class MovedLayers:
    """How well every layer follows the digit, and what becomes of the answer."""

    #: By how many pixels the digit moved to the right.
    shifts: tuple[int, ...]
    #: Convolutions and poolings in order.
    layers: tuple[MovedLayer, ...]
    #: The network's answer to the moved digit, for each shift, and its probability.
    answers: tuple[int, ...]
    probabilities: tuple[float, ...]
    #: How many test images were moved for the count of errors: of those looked at, the ones that lose no ink.
    images: int
    #: How many of those the network gets wrong where they are.
    errors_unmoved: int
    #: How many after each shift.
    errors: tuple[int, ...]


def equivariance(index: int, n: int, rows: int, columns: int) -> EquivarianceRun:
    """Move a test image down and to the right, and compare what filter `n` of the first layer makes of it.

    Parameters
    ----------
    index
        Which of MNIST's test images, 0 to 9999.
    n
        Which filter.
    rows, columns
        By how many pixels the digit moves.
    """
    layer = load("convnet").get_layer("conv2d_1")
    image = test_digit(index)
    moved = shifted(image, rows, columns)
    before, after = np.asarray(layer(np.stack([image, moved])))
    difference = _overlap_difference(before, after, rows, columns)
    return EquivarianceRun(
        image=image[..., 0],
        moved_image=moved[..., 0],
        response_map=before[..., n],
        moved_map=after[..., n],
        difference=difference[..., n],
        largest_difference=float(np.abs(difference).max()),
        filters=difference.shape[-1],
    )


def moved_layers(index: int, shifts: tuple[int, ...], images: int) -> MovedLayers:
    """Move a test image to the right and see how well the maps of every layer follow; then move many.

    Parameters
    ----------
    index
        Which of MNIST's test images, 0 to 9999.
    shifts
        By how many pixels.
    images
        How many test images, from the first, to look at for the count of errors. Those whose ink would be pushed out
        of the image by the largest shift are left out.
    """
    model = load("convnet")
    image = test_digit(index)
    before = activations(model, image)
    after = [activations(model, shifted(image, 0, shift)) for shift in shifts]
    layers, step = [], 1
    for record in before.layers:
        if record.kernel_size is None or record.strides is None:
            continue
        step *= record.strides[-1]
        maps = before.outputs[record.name]
        differences = []
        for shift, run in zip(shifts, after, strict=True):
            nearest = {shift // step, -(-shift // step)}
            largest = (np.abs(_overlap_difference(maps, run.outputs[record.name], 0, cells)).max() for cells in nearest)
            differences.append(float(min(largest) / maps.max()))
        layers.append(MovedLayer(record.name, step, tuple(differences)))
    probabilities = [run.outputs[before.layers[-1].name] for run in after]
    digits, labels = as_input(mnist().x_test[:images]), mnist().y_test[:images]
    whole = ~digits[:, :, -max(shifts) :].any(axis=(1, 2, 3))
    digits, labels = digits[whole], labels[whole]
    wrong = [
        int((answers_to("convnet", shifted(digits, 0, shift)).argmax(axis=1) != labels).sum()) for shift in (0, *shifts)
    ]
    return MovedLayers(
        shifts=shifts,
        layers=tuple(layers),
        answers=tuple(int(each.argmax()) for each in probabilities),
        probabilities=tuple(float(each.max()) for each in probabilities),
        images=len(digits),
        errors_unmoved=wrong[0],
        errors=tuple(wrong[1:]),
    )


def _overlap_difference(before: Map, after: Map, rows: int, columns: int) -> Map:
    """Move maps, shape (height, width, channels), down and to the right, and subtract others where both have values."""
    height, width = before.shape[:2]
    difference: Map = before[: height - rows, : width - columns] - after[rows:, columns:]
    return difference
