"""Passes of an ONNX model in NumPy, node by node, by the reference evaluator of the package ``onnx``.

It computes convolutions and pooling slowly; these are done here, by the same formulas and with a view of all windows.
What no node reads any more is let go, so that a pass takes little more memory than its largest layers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.models.onnx_files import external_file
from cnnfigs.models.onnx_shapes import attributes, input_shapes, settle

if TYPE_CHECKING:
    import onnx

Array = NDArray[Any]
#: Nodes that run others, or that take as long as they like.
_NEVER = (
    "Loop",
    "Scan",
    "If",
    "SequenceMap",
    "NonMaxSuppression",
    "StringNormalizer",
    "RegexFullMatch",
    "TfIdfVectorizer",
)


class Pass:
    """A model that can be shown inputs.

    Parameters
    ----------
    model
        From :func:`cnnfigs.models.onnx_files.read_onnx`.
    name
        How messages call it.
    folder
        Where the files lie in which it keeps weights.

    Raises
    ------
    ValueError
        If it holds a node that is not run, or one of which it is not known how much it gives.
    cnnfigs.models.files.ModelFileError
        If weights that it keeps elsewhere are not there.
    """

    def __init__(self, model: onnx.ModelProto, name: str, folder: Path | None) -> None:
        import onnx

        self._nodes = list(model.graph.node)
        self._opsets = {each.domain: each.version for each in model.opset_import}
        self._evaluators: dict[int, Any] = {}
        self._outputs = [each.name for each in model.graph.output]
        self._weights: dict[str, Array] = {}
        self.input_shapes = input_shapes(model)
        self.kinds = {
            each.name: onnx.helper.tensor_dtype_to_np_dtype(each.type.tensor_type.elem_type)
            for each in model.graph.input
        }
        for node in self._nodes:
            if node.domain not in ("", "ai.onnx") or node.op_type in _NEVER:
                kind = f"{node.domain}.{node.op_type}" if node.domain else node.op_type
                raise ValueError(f"it holds a {kind}, which is not run")
        known = {*settle(model).shapes, *(each.name for each in model.graph.initializer)}
        for node in self._nodes:
            if node.output[0] not in known:
                raise ValueError(f"it is not known how much {node.name or node.op_type} gives")
        for tensor in model.graph.initializer:
            if tensor.data_location == tensor.EXTERNAL:
                path, begin, size = external_file(tensor, name, folder)
                kind = onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type)
                values = np.memmap(path, dtype="uint8", mode="r", offset=begin, shape=(size,)).view(kind)
                self._weights[tensor.name] = values.reshape(tuple(tensor.dims))
            elif tensor.HasField("raw_data") and tensor.data_type == 1:  # as it stands, not copied
                self._weights[tensor.name] = np.frombuffer(tensor.raw_data, "<f4").reshape(tuple(tensor.dims))
            else:
                self._weights[tensor.name] = onnx.numpy_helper.to_array(tensor)

    def run(self, inputs: dict[str, Array], wanted: Sequence[str]) -> dict[str, Array]:
        """Compute some tensors of the graph.

        Parameters
        ----------
        inputs
            Name of each input to its numbers, as the file lays them out.
        wanted
            Names of tensors.
        """
        needed = self._needed(wanted)
        left = Counter(each for number in needed for each in self._nodes[number].input if each)
        left.update(wanted)
        held: dict[str, Array] = dict(inputs)
        for number in needed:
            node = self._nodes[number]
            values = [self._weights.get(each, held.get(each)) if each else None for each in node.input]
            made = self._computed(number, values)
            held.update({name: each for name, each in zip(node.output, made, strict=False) if name})
            for each in node.input:
                left[each] -= 1
                if not left[each]:
                    held.pop(each, None)
        return {name: held[name] if name in held else self._weights[name] for name in wanted}

    def _needed(self, wanted: Sequence[str]) -> list[int]:
        """Return the numbers of the nodes that some tensors are made of."""
        names, needed = set(wanted), []
        for number in reversed(range(len(self._nodes))):
            if names & set(self._nodes[number].output):
                needed.append(number)
                names.update(self._nodes[number].input)
        return needed[::-1]

    def _computed(self, number: int, values: list[Array | None]) -> list[Array]:
        node = self._nodes[number]
        given = attributes(node)
        read = [each for each in values if each is not None]
        if len(node.output) == 1 and read and _is_plain(given, read[0]):
            if node.op_type == "Conv":
                return [_convolved(given, *read)]
            if node.op_type in ("MaxPool", "AveragePool"):
                return [_pooled(given, read[0], node.op_type == "MaxPool")]
            if node.op_type == "BatchNormalization" and not given.get("training_mode"):
                return [_normalized(given, *read)]
            if node.op_type == "Relu":
                return [np.maximum(read[0], 0)]
            if node.op_type == "Add":
                return [read[0] + read[1]]
        feeds = {name: value for name, value in zip(node.input, values, strict=True) if name and value is not None}
        if number not in self._evaluators:
            self._evaluators[number] = _evaluator(node, feeds, self._opsets)
        made: list[Array] = self._evaluators[number].run(None, feeds)
        return made


def _evaluator(node: onnx.NodeProto, feeds: dict[str, Array], opsets: dict[str, int]) -> Any:
    """Return what computes a node; some are made of others, which depends on the kinds of numbers that they read."""
    import onnx
    from onnx.reference import ReferenceEvaluator
    from onnx.reference.op_run import RuntimeContextError

    try:
        return ReferenceEvaluator(node, opsets=opsets)
    except RuntimeContextError:
        kinds = {name: onnx.helper.np_dtype_to_tensor_dtype(value.dtype) for name, value in feeds.items()}
        read = [onnx.helper.make_tensor_value_info(name, kinds[name], value.shape) for name, value in feeds.items()]
        given = [onnx.ValueInfoProto(name=name) for name in node.output if name]
        versions = [onnx.helper.make_opsetid(domain, version) for domain, version in opsets.items()]
        graph = onnx.helper.make_graph([node], "node", read, given)
        whole = onnx.shape_inference.infer_shapes(onnx.helper.make_model(graph, opset_imports=versions))
        return ReferenceEvaluator(whole)


def _is_plain(given: dict[str, Any], values: Array) -> bool:
    """Say whether windows stand on maps or sequences as the functions below have them."""
    return (
        values.ndim in (3, 4, 5)
        and values.dtype in (np.float32, np.float64)
        and given.get("auto_pad", "NOTSET") in ("NOTSET", "VALID")
        and not given.get("ceil_mode")
    )


def _windows(given: dict[str, Any], values: Array, kernel: Sequence[int], fill: float) -> Array:
    """View all windows: shape (batch, channels, places..., kernel...)."""
    rank = values.ndim - 2
    pads = given.get("pads") or [0] * (2 * rank)
    strides, dilations = given.get("strides") or [1] * rank, given.get("dilations") or [1] * rank
    if any(pads):
        pairs = [(0, 0), (0, 0), *zip(pads[:rank], pads[rank:], strict=True)]
        values = np.pad(values, pairs, constant_values=fill)
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilations, strict=True)]
    view = np.lib.stride_tricks.sliding_window_view(values, spans, tuple(range(2, 2 + rank)))
    steps = [slice(None, None, step) for step in (*strides, *dilations)]
    stepped: Array = view[(slice(None), slice(None), *steps)]
    return stepped


def _convolved(given: dict[str, Any], values: Array, kernels: Array, bias: Array | None = None) -> Array:
    """Convolve, in groups where there are some."""
    groups, rank = given.get("group", 1), values.ndim - 2
    view = _windows(given, values, kernels.shape[2:], 0)
    if groups > 1 and kernels.shape[:2] == (groups, 1):  # each channel by itself
        letters = "xyz"[:rank] + "uvw"[:rank]
        made = np.einsum(f"bc{letters},c{letters[rank:]}->bc{letters[:rank]}", view, kernels[:, 0], optimize=True)
    else:
        inner = tuple(range(1, kernels.ndim))
        across = (1, *range(2 + rank, 2 + 2 * rank))
        parts = [
            np.moveaxis(np.tensordot(part, kernel, axes=(across, inner)), -1, 1)
            for part, kernel in zip(np.split(view, groups, axis=1), np.split(kernels, groups), strict=True)
        ]
        made = parts[0] if groups == 1 else np.concatenate(parts, axis=1)
    whole: Array = made if bias is None else made + bias.reshape(-1, *(1,) * rank)
    return whole


def _normalized(
    given: dict[str, Any], values: Array, scale: Array, shift: Array, mean: Array, variance: Array
) -> Array:
    """Normalize each map by the mean and variance that were learned: one factor and one addend for each."""
    factor = scale / np.sqrt(variance + np.asarray(given.get("epsilon", 1e-5), variance.dtype))
    places = (1,) * (values.ndim - 2)
    made = values * factor.reshape(-1, *places)
    made += (shift - mean * factor).reshape(-1, *places)
    return np.asarray(made, values.dtype)


def _pooled(given: dict[str, Any], values: Array, largest: bool) -> Array:
    """Take the largest or the mean of each window."""
    kernel, rank = given["kernel_shape"], values.ndim - 2
    axes = tuple(range(2 + rank, 2 + 2 * rank))
    if largest:
        pooled: Array = _windows(given, values, kernel, -np.inf).max(axis=axes)
        return pooled
    total = _windows(given, values, kernel, 0).sum(axis=axes)
    if given.get("count_include_pad"):
        return np.asarray(total / np.prod(kernel), values.dtype)
    inside = _windows(given, np.ones((1, 1, *values.shape[2:]), values.dtype), kernel, 0).sum(axis=axes)
    return np.asarray(total / inside, values.dtype)
