"""The shapes of an ONNX model's tensors, and what is computed for them alone: no weight is read, no image shown."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.arithmetic import Shape
from cnnfigs.models.files import ModelFileError
from cnnfigs.telling import one_line

if TYPE_CHECKING:
    import onnx

#: Places per axis of an input that leaves them open, by its number of axes without the batch: as for Keras models.
OPEN_SIZES = {2: 128, 3: 224, 4: 32}
#: So many numbers has a tensor at most that may be a shape; so many may be multiplied to compute one.
SMALL, _MOST_PRODUCT = 1024, 1 << 20
#: So often are shapes inferred anew, and so many tensors are computed each time.
_MOST_ROUNDS, _MOST_FOUND = 12, 5_000
#: Operators of which shapes are computed; each gives little where it reads little, see :func:`_is_little`.
_SETTLED = (
    *[
        "Constant",
        "ConstantOfShape",
        "Concat",
        "Reshape",
        "Slice",
        "Transpose",
        "Cast",
        "Gather",
        "Squeeze",
        "Unsqueeze",
    ],
    *[
        "Add",
        "Sub",
        "Mul",
        "Div",
        "Mod",
        "Neg",
        "Abs",
        "Floor",
        "Ceil",
        "Round",
        "Sqrt",
        "Pow",
        "Min",
        "Max",
        "Identity",
    ],
    *[
        "Equal",
        "Greater",
        "Less",
        "GreaterOrEqual",
        "LessOrEqual",
        "Not",
        "And",
        "Or",
        "Where",
        "Expand",
        "Tile",
        "Range",
    ],
    *["ReduceProd", "ReduceSum", "ReduceMax", "ReduceMin", "Flatten"],
)


def input_shapes(model: onnx.ModelProto) -> dict[str, Shape]:
    """Return the shape of each input of a model, sizes that it leaves open settled."""
    held = {each.name for each in model.graph.initializer}
    shapes = {}
    for each in model.graph.input:
        if each.name in held:
            continue
        dims = [dim.dim_value if dim.HasField("dim_value") else None for dim in each.type.tensor_type.shape.dim]
        size = OPEN_SIZES.get(len(dims) - 1, 1)
        shapes[each.name] = tuple(
            (1 if axis == 0 else size) if dim is None or dim <= 0 else dim for axis, dim in enumerate(dims)
        )
    return shapes


@dataclass(frozen=True)
class Settled:
    """What is known of the tensors of a model before any image is shown to it.

    Attributes
    ----------
    shapes
        Name of a tensor to its shape; those that cannot be known are left out.
    constants
        Small tensors that are computed from constants and shapes alone, such as the amounts of a padding.
    """

    shapes: dict[str, Shape]
    constants: dict[str, onnx.TensorProto]


def settle(model: onnx.ModelProto) -> Settled:
    """Infer the shapes of a model's tensors without its weights, and compute what these need.

    Raises
    ------
    cnnfigs.models.files.ModelFileError
        If its operators cannot be read.
    """
    constants: dict[str, onnx.TensorProto] = {}
    for _ in range(_MOST_ROUNDS):
        shapes = _inferred(model, constants)
        found = _computed(model, shapes, constants)
        if not found:
            break
        constants.update(found)
    return Settled(shapes, constants)


def _inferred(model: onnx.ModelProto, constants: Mapping[str, onnx.TensorProto]) -> dict[str, Shape]:
    """Infer shapes, with some tensors taken as constants."""
    import onnx

    graph = onnx.GraphProto(name="shapes")
    graph.node.extend(node for node in model.graph.node if not node.output or node.output[0] not in constants)
    graph.initializer.extend(constants.values())
    inputs = input_shapes(model)
    for each in model.graph.input:
        if each.name in inputs:
            kind = each.type.tensor_type.elem_type
            graph.input.append(onnx.helper.make_tensor_value_info(each.name, kind, inputs[each.name]))
    for tensor in model.graph.initializer:
        if math.prod(tensor.dims) <= SMALL and tensor.data_location != tensor.EXTERNAL:
            graph.initializer.append(tensor)  # it may be a shape
        else:
            graph.input.append(onnx.helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims))
    for each in model.graph.output:
        graph.output.append(onnx.ValueInfoProto(name=each.name))
    bare = onnx.ModelProto(ir_version=max(model.ir_version, 4), opset_import=model.opset_import, graph=graph)
    try:
        told = onnx.shape_inference.infer_shapes(bare, data_prop=True).graph
    except Exception as error:  # what the C++ side throws has no class of its own
        raise ModelFileError(f"its shapes cannot be inferred: {one_line(str(error), 200)}") from error
    shapes = {**inputs, **{name: tuple(each.dims) for name, each in constants.items()}}
    for each in (*told.value_info, *told.output):
        if each.type.HasField("tensor_type") and each.type.tensor_type.HasField("shape"):
            dims = each.type.tensor_type.shape.dim
            if all(dim.HasField("dim_value") and dim.dim_value >= 0 for dim in dims):
                shapes[each.name] = tuple(dim.dim_value for dim in dims)
    return shapes


def _computed(
    model: onnx.ModelProto, shapes: Mapping[str, Shape], known: Mapping[str, onnx.TensorProto]
) -> dict[str, onnx.TensorProto]:
    """Compute the small tensors that are made of small constants and of shapes."""
    import onnx

    values: dict[str, NDArray[Any]] = {name: onnx.numpy_helper.to_array(each) for name, each in known.items()}
    for tensor in model.graph.initializer:
        if math.prod(tensor.dims) <= SMALL and tensor.data_location != tensor.EXTERNAL:
            values[tensor.name] = onnx.numpy_helper.to_array(tensor)
    opsets = {each.domain: each.version for each in model.opset_import}
    found: dict[str, onnx.TensorProto] = {}
    for node in model.graph.node:
        if len(node.output) != 1 or node.output[0] in values or node.domain not in ("", "ai.onnx"):
            continue
        if node.op_type in ("Shape", "Size"):
            if node.input[0] not in shapes:
                continue
            given = attributes(node)
            shape = np.array(shapes[node.input[0]], dtype=np.int64)
            made = shape[given.get("start", 0) : given.get("end")] if node.op_type == "Shape" else shape.prod()
        elif node.op_type in _SETTLED and all(each in values for each in node.input if each):
            read = [values[each] for each in node.input if each]
            if not _is_little(node, read):
                continue
            try:
                made = _evaluated(node, [values.get(each) for each in node.input], opsets)
            except Exception:  # what the evaluator throws has no class of its own; then it stays unknown
                continue
        else:
            continue
        if made.size <= SMALL and made.dtype.kind in "iufb":
            values[node.output[0]] = made
            if node.op_type != "Constant":
                found[node.output[0]] = onnx.numpy_helper.from_array(np.asarray(made), node.output[0])
            if len(found) >= _MOST_FOUND:
                break
    return found


def _is_little(node: onnx.NodeProto, read: Sequence[NDArray[Any]]) -> bool:
    """Say whether it takes little to compute a node, before it is done."""
    if node.op_type == "ConstantOfShape":
        return bool(math.prod(map(int, read[0].ravel())) <= SMALL)
    if node.op_type in ("Expand", "Tile"):
        return bool(math.prod(max(1, int(each)) for each in read[1].ravel()) * read[0].size <= SMALL)
    if node.op_type == "Range":
        start, limit, step = (float(each.ravel()[0]) for each in read)
        return bool(step and abs((limit - start) / step) <= SMALL)
    return math.prod(max(1, each.size) for each in read) <= _MOST_PRODUCT


def _evaluated(node: onnx.NodeProto, values: Sequence[NDArray[Any] | None], opsets: Mapping[str, int]) -> NDArray[Any]:
    from onnx.reference import ReferenceEvaluator

    feeds = {name: value for name, value in zip(node.input, values, strict=True) if name}
    made: Any = ReferenceEvaluator(node, opsets=dict(opsets)).run(None, feeds)  # of one output
    return np.asarray(made[0])


def attributes(node: onnx.NodeProto) -> dict[str, Any]:
    """Return the attributes of a node that are plain values."""
    import onnx

    kinds = (1, 2, 3, 6, 7, 8)  # numbers, words, and lists of them
    told = {each.name: onnx.helper.get_attribute_value(each) for each in node.attribute if each.type in kinds}
    return {key: value.decode("utf-8", "replace") if isinstance(value, bytes) else value for key, value in told.items()}


def numbers(tensor: onnx.TensorProto) -> list[Any]:
    """Return the numbers of a small constant as a flat list; none of a large one."""
    import onnx

    if math.prod(tensor.dims) > SMALL or tensor.data_location == tensor.EXTERNAL:
        return []
    told: list[Any] = onnx.numpy_helper.to_array(tensor).ravel().tolist()
    return told
