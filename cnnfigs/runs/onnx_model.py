"""What a reader's own network in ONNX makes of an image: maps, answer, and the parts of the image that count for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnfigs.arithmetic.costs import costs
from cnnfigs.findings.graph import PASSED, end_of, operation
from cnnfigs.findings.observed import Observed
from cnnfigs.models.onnx_passes import Pass
from cnnfigs.models.onnx_records import OnnxNetwork, Tensor
from cnnfigs.models.onnx_shapes import input_shapes, numbers
from cnnfigs.runs.observed import observed, watched_layers
from cnnfigs.runs.own_model import Answer, Look, ShownRange, range_for
from cnnfigs.telling import NAME, one_line

if TYPE_CHECKING:
    import onnx

Floats = NDArray[np.float32]

#: An image is covered part by part in so many rows and columns at most, and all passes take so many multiply-adds.
MOST_CELLS, MOST_WORK = 14, 40_000_000_000


class Shower:
    """A model in ONNX to which images can be shown."""

    def __init__(self, made: OnnxNetwork, run: Pass) -> None:
        self._made, self._run = made, run
        (self._input,) = made.network.inputs
        self.rows = [name for name in made.network.outputs if len(made.tensors[name].shape) == 2]

    def read(self, image: Floats, names: Sequence[str]) -> list[Floats]:
        """Return what some records give for an image of shape (height, width, channels), with the channels last."""
        tensor = self._made.tensors[self._input]
        values = image
        if len(tensor.shape) == 4:
            values = image.transpose(2, 0, 1) if tensor.first else image
        batch = np.repeat(values.reshape(1, *tensor.shape[1:]), tensor.shape[0], axis=0)
        wanted = [self._made.tensors[name] for name in names]
        kind = self._run.kinds[tensor.name]
        given = self._run.run({tensor.name: batch.astype(kind)}, [each.name for each in wanted])
        return [_last(given[each.name], each) for each in wanted]

    def look(self, image: Floats, layers: Sequence[str]) -> Look:
        """Show an image, and keep the maps of some layers and the answers.

        Raises
        ------
        ValueError
            If the network gives no numbers.
        """
        made = self.read(image, [*layers, *self.rows])
        answers = []
        for name, values in zip(self.rows, made[len(layers) :], strict=True):
            if not np.isfinite(values).all():
                raise ValueError(f"its output {name!r} is no finite number: a weight may be none")
            answers.append(Answer(name, name, values, self.activation(name)))
        return Look(image, dict(zip(layers, made, strict=False)), tuple(answers))

    def activation(self, output: str) -> str:
        """Name the last activation function before an output."""
        for layer in end_of(self._made.network, output):
            if operation(layer) in PASSED:
                continue
            alone = {"Softmax": "softmax", "Sigmoid": "sigmoid", "LogSoftmax": "log_softmax"}
            return alone.get(layer.class_name, layer.activation or "linear")
        return "linear"

    def observe(self, images: Sequence[Floats]) -> Observed:
        """Show images as they are and shifted, for the rules that look at that."""
        names = watched_layers(self._made.network.layers, len(images))
        ends = self.rows[:1]
        answer = (lambda image: self.read(image, ends)) if ends else None
        activation = self.activation(ends[0]) if ends else "linear"
        return observed(lambda image: self.read(image, [*names, *ends]), answer, names, images, activation)

    def answer(self, image: Floats) -> Floats:
        """Return the first answer to an image."""
        return self.read(image, self.rows[:1])[0]

    @property
    def cells(self) -> int:
        """In how many rows and columns an image is covered, so that all passes take some seconds at most."""
        work = max(1, costs(self._made.network.layers).total)
        return min(MOST_CELLS, int((MOST_WORK / work) ** 0.5))


def _last(values: NDArray[np.generic], tensor: Tensor) -> Floats:
    """Return the first of a batch, with the channels last; all where no axis is that of the batch."""
    one: Floats = np.asarray(values if tensor.whole else values[0], dtype=np.float32)
    return np.moveaxis(one, 0, -1) if tensor.first and one.ndim > 1 else one


def covered(read: Callable[[Floats], Floats], image: Floats, cells: int, index: int, sign: int) -> Floats:
    """Cover each part of an image with its mean colour, and return how much a score falls.

    After M. Zeiler and R. Fergus, "Visualizing and understanding convolutional networks", European Conference on
    Computer Vision (2014), section 4.2.

    Parameters
    ----------
    read
        Returns the answer to an image.
    image
        Shape (height, width, channels).
    cells
        Rows and columns of parts, at most as many as the image has.
    index
        Which number of the answer.
    sign
        -1 for what speaks against it.

    Returns
    -------
    ndarray, shape (cells, cells)
        0 where it does not fall.
    """
    height, width = image.shape[:2]
    rows, columns = min(cells, height), min(cells, width)
    down, across = np.linspace(0, height, rows + 1).round(), np.linspace(0, width, columns + 1).round()
    before = sign * float(read(image)[index])
    falls = np.zeros((rows, columns), np.float32)
    for row in range(rows):
        for column in range(columns):
            changed = image.copy()
            changed[int(down[row]) : int(down[row + 1]), int(across[column]) : int(across[column + 1])] = image.mean(
                (0, 1)
            )
            falls[row, column] = max(0.0, before - sign * float(read(changed)[index]))
    return falls


def onnx_range(model: onnx.ModelProto) -> ShownRange:
    """Find out which values a model was shown, from what it does to each number first."""
    factor, offset = np.ones(1, np.float32), np.zeros(1, np.float32)
    names: list[str] = []
    constants = {each.name: each for each in model.graph.initializer}
    constants |= {
        node.output[0]: each.t
        for node in model.graph.node
        if node.op_type == "Constant"
        for each in node.attribute
        if each.name == "value"
    }
    (tensor,) = input_shapes(model)
    while True:
        readers = [node for node in model.graph.node if tensor in node.input]
        step = _arithmetic(readers[0], tensor, constants) if len(readers) == 1 else None
        if step is None:
            return range_for(factor, offset, names)
        times, plus = step
        if (times != 1).any() or (plus != 0).any():
            names.append(one_line(readers[0].name or readers[0].output[0], NAME))
        try:
            factor, offset = factor * times, offset * times + plus
        except ValueError:  # more axes than channels
            return range_for(factor, offset, names)
        tensor = readers[0].output[0]


def _arithmetic(
    node: onnx.NodeProto, tensor: str, constants: dict[str, onnx.TensorProto]
) -> tuple[Floats, Floats] | None:
    """Return by what a node multiplies and what it then adds, for all channels or each; None if it does else."""
    one, none = np.ones(1, np.float32), np.zeros(1, np.float32)
    if node.op_type in ("Identity", "Cast", "Transpose", "Pad"):
        return one, none
    held = [np.asarray(numbers(constants[each]), np.float32) for each in node.input if each in constants]
    if node.op_type == "BatchNormalization" and len(held) == 4 and all(each.size for each in held):
        scale, bias, mean, variance = held
        times: Floats = scale / np.sqrt(variance + np.float32(1e-5))
        return times, np.asarray(bias - mean * times, np.float32)
    if len(held) != 1 or not held[0].size or len(node.input) != 2:
        return None
    (other,) = held
    if node.op_type in ("Mul", "Add"):
        return (other, none) if node.op_type == "Mul" else (one, other)
    if node.input[0] == tensor and node.op_type in ("Div", "Sub"):
        return (np.asarray(1 / other, np.float32), none) if node.op_type == "Div" else (one, -other)
    return None
