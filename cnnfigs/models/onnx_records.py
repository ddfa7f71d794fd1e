"""An ONNX model as the same layer records as a Keras model: channels last, classes named as Keras names them.

What stands behind a convolution or a Dense layer and only it reads, a bias that is added or an activation function,
becomes a part of that layer, as in Keras. Shapes are inferred; what is computed for them alone, such as
the amounts of a padding, is settled in :mod:`cnnfigs.models.onnx_shapes`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from cnnfigs.arithmetic import Layer, Padding, Shape
from cnnfigs.arithmetic.costs import Network
from cnnfigs.arithmetic.sizes import Axis
from cnnfigs.models.files import ModelFileError
from cnnfigs.models.limits import require_modest
from cnnfigs.models.onnx_files import size_of
from cnnfigs.models.onnx_shapes import attributes, input_shapes, numbers, settle
from cnnfigs.telling import NAME, one_line

if TYPE_CHECKING:
    import onnx

#: Operators that are one function of each number, and how Keras calls them.
_ACTIVATIONS = {
    **{"Relu": "relu", "Sigmoid": "sigmoid", "Tanh": "tanh", "Softmax": "softmax", "LogSoftmax": "log_softmax"},
    **{"LeakyRelu": "leaky_relu", "Elu": "elu", "Selu": "selu", "Gelu": "gelu", "HardSigmoid": "hard_sigmoid"},
    **{"HardSwish": "hard_silu", "Softplus": "softplus", "Softsign": "softsign", "Celu": "celu", "Mish": "mish"},
    **{"Swish": "silu", "ThresholdedRelu": "thresholded_relu"},
}
_CLASSES = {
    **{"Relu": "ReLU", "LeakyRelu": "LeakyReLU", "Elu": "ELU", "PRelu": "PReLU", "Softmax": "Softmax"},
    **{"LogSoftmax": "LogSoftmax", "Sigmoid": "Sigmoid", "Tanh": "Tanh", "Gelu": "Gelu", "Selu": "Selu"},
    **{"HardSigmoid": "HardSigmoid", "HardSwish": "HardSilu", "Softplus": "Softplus", "Softsign": "Softsign"},
    **{"Add": "Add", "Sub": "Subtract", "Mul": "Multiply", "Div": "TrueDivide", "Sum": "Add", "Mean": "Average"},
    **{"Max": "Maximum", "Min": "Minimum", "Pow": "Power", "Clip": "Clip", "Dropout": "Dropout", "Cast": "Cast"},
    **{"Abs": "Absolute", "Neg": "Negative", "Sqrt": "Sqrt", "Exp": "Exp", "Log": "Log", "Celu": "Celu"},
    **{"BatchNormalization": "BatchNormalization", "Concat": "Concatenate", "MatMul": "Matmul", "Gemm": "Matmul"},
    **{"LayerNormalization": "LayerNormalization", "InstanceNormalization": "GroupNormalization"},
    **{"GroupNormalization": "GroupNormalization", "RMSNormalization": "RMSNormalization", "Einsum": "Einsum"},
    **{"Attention": "Attention", "Flatten": "Flatten", "Reshape": "Reshape", "Squeeze": "Squeeze"},
    **{"Unsqueeze": "ExpandDims", "Slice": "GetItem", "Split": "GetItem", "Transpose": "Permute"},
}
#: Functions of each number that Keras has no layer for: their own name is the activation.
_OF_EACH = ("Erf", "Sin", "Cos", "Floor", "Ceil", "Round", "Sign", "Reciprocal", "Mish", "Swish", "ThresholdedRelu")
_POOLS = {"MaxPool": "MaxPooling", "AveragePool": "AveragePooling", "LpPool": "AveragePooling"}
_GLOBAL = {"GlobalAveragePool": "GlobalAveragePooling", "GlobalMaxPool": "GlobalMaxPooling"}
_REDUCE = {
    "ReduceMean": ("GlobalAveragePooling", "Mean"),
    "ReduceMax": ("GlobalMaxPooling", "Max"),
    "ReduceSum": ("", "Sum"),
}
_RECURRENT = ("LSTM", "GRU", "RNN")
#: So many constants are followed through what is computed from them.
_MOST_CONSTANTS = 16
#: The kinds of floating-point numbers: of 32, 16 and 64 bits, and bfloat16.
_FLOATS = (1, 10, 11, 16)


#: Operators that read maps with the channels first, and those that leave them where they stand.
_READ_FIRST = ("Conv", "ConvTranspose", "BatchNormalization", "InstanceNormalization", *_POOLS, *_GLOBAL)
_LEAVE_AXES = (
    *_ACTIVATIONS,
    *_OF_EACH,
    "Add",
    "Sub",
    "Mul",
    "Div",
    "Clip",
    "Pad",
    "PRelu",
    "Dropout",
    "Cast",
    "Identity",
)


@dataclass(frozen=True)
class _Value:
    """A tensor of the graph.

    Attributes
    ----------
    record
        Which record makes it.
    shape
        Its shape, as in the file.
    first
        Whether its channels stand first.
    whole
        Whether its first axis is no batch, as behind a Transpose that moves the batch elsewhere.
    """

    record: str
    shape: Shape
    first: bool
    whole: bool = False

    @property
    def last(self) -> Shape:
        """Its shape without the batch axis and with the channels last."""
        if self.whole:
            return self.shape
        inner = self.shape[1:]
        return (*inner[1:], inner[0]) if self.first and len(inner) > 1 else inner

    def axis(self, axis: int) -> int:
        """Return where an axis of the file stands in that shape; -1 for the batch."""
        axis %= len(self.shape)
        if self.whole:
            return axis
        if axis == 0 or not self.first or len(self.shape) < 3:
            return axis - 1
        return len(self.shape) - 2 if axis == 1 else axis - 2


@dataclass(frozen=True)
class Tensor:
    """What a record's numbers are called in the file, and how they stand there, as :class:`_Value` says."""

    name: str
    shape: Shape
    first: bool
    whole: bool = False


@dataclass(frozen=True)
class OnnxNetwork:
    """A network from an ONNX model.

    Attributes
    ----------
    network
        Its records.
    tensors
        Name of a record to the tensor that it gives.
    """

    network: Network
    tensors: dict[str, Tensor]


@dataclass
class _Graph:
    """What is known of a graph while its records are made.

    Attributes
    ----------
    shapes
        Name of a tensor to its shape, as far as it is known.
    constants
        Name of a tensor to its numbers, of those that the file holds.
    batch
        How many inputs are read at once.
    computed
        Name of a tensor that is computed from constants and shapes alone to the constants among these.
    readers
        Name of a tensor to the nodes that read it.
    """

    shapes: dict[str, Shape]
    constants: dict[str, onnx.TensorProto]
    batch: int = 1
    computed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    readers: dict[str, list[onnx.NodeProto]] = field(default_factory=dict)
    #: Name of a tensor that is another one, but for its name or its kind of numbers, to that one.
    same: dict[str, str] = field(default_factory=dict)
    #: Inputs that are whole numbers.
    whole_numbers: set[str] = field(default_factory=set)
    values: dict[str, _Value] = field(default_factory=dict)
    records: list[Layer] = field(default_factory=list)
    #: Name of a record to the constants that are its weights, and to the tensor that it gives.
    weights: dict[str, list[str]] = field(default_factory=dict)
    tensors: dict[str, Tensor] = field(default_factory=dict)

    def root(self, name: str) -> str:
        """Return the tensor of which another is only another kind of numbers, or another name."""
        return self.same.get(name, name)

    def is_fixed(self, name: str) -> bool:
        return name in self.constants or name in self.computed

    def compute(self, node: onnx.NodeProto) -> None:
        """Note that what a node gives is computed from constants and shapes alone."""
        if node.op_type == "Constant" and node.output[0] in self.constants:
            return
        made_of = [name for each in node.input for name in self.computed.get(each, (each,)) if name in self.constants]
        self.computed.update(dict.fromkeys(node.output, tuple(dict.fromkeys(made_of))[:_MOST_CONSTANTS]))


def described_onnx(model: onnx.ModelProto, name: str) -> OnnxNetwork:
    """Read from an ONNX model all that is told of it without running it.

    Parameters
    ----------
    model
        From :func:`cnnfigs.models.onnx_files.read_onnx`.
    name
        What the network is called if the model does not say.

    Returns
    -------
    OnnxNetwork
        Up to the first node whose shape cannot be known; then the network's `broken` says why.

    Raises
    ------
    cnnfigs.models.files.ModelFileError
        If it has no input, or its layers are larger than any network's.
    """
    graph = _begun(model, name)
    outputs = {each.name for each in model.graph.output}
    readers: dict[str, int] = {}
    for node in model.graph.node:
        for each in node.input:
            if not _is_same(graph, node):
                readers[graph.root(each)] = readers.get(graph.root(each), 0) + 1
            elif node.output:
                graph.same[node.output[0]] = graph.root(each)
    for each in outputs:  # what is an output has to stay one
        readers[graph.root(each)] = readers.get(graph.root(each), 0) + 2
    broken = ""
    for node in model.graph.node:
        fixed = all(graph.is_fixed(each) for each in node.input if each) and (node.input or node.op_type == "Constant")
        if fixed or node.op_type in ("Shape", "Size"):
            graph.compute(node)
            continue
        missing = [each for each in node.output if each and each not in graph.shapes]
        if missing[:1] == list(node.output[:1]):
            broken = _misfit(graph, node)
            break
        _add(graph, node, readers)
    records = tuple(_with_parameters(graph, record) for record in graph.records)
    used = {each for names in graph.weights.values() for each in names}
    sizes = {each: math.prod(graph.constants[each].dims) for each in used}
    network = Network(
        name=one_line(model.graph.name, NAME) or name,
        layers=records,
        outputs=tuple(
            dict.fromkeys(graph.values[each.name].record for each in model.graph.output if each.name in graph.values)
        ),
        parameters=sum(sizes.values()),
        trainable_parameters=sum(
            sizes[each] for each in {each for record in records for each in _trained(graph, record)}
        ),
        weight_bytes=sum(size_of(graph.constants[each]) for each in used),
        broken=broken,
    )
    require_modest(network)
    return OnnxNetwork(network, graph.tensors)


def open_inputs(model: onnx.ModelProto) -> bool:
    """Say whether a model leaves sizes beside the batch open."""
    held = {each.name for each in model.graph.initializer}
    return any(
        not dim.HasField("dim_value")
        for each in model.graph.input
        if each.name not in held
        for dim in each.type.tensor_type.shape.dim[1:]
    )


def _begun(model: onnx.ModelProto, name: str) -> _Graph:
    constants = {each.name: each for each in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "Constant" and len(node.output) == 1:
            tensor = next((each.t for each in node.attribute if each.name == "value"), None)
            if tensor is not None:
                constants[node.output[0]] = tensor
    inputs = input_shapes(model)
    if not inputs:
        raise ModelFileError(f"{name}: expected a model that reads something, got one without inputs")
    settled = settle(model)
    # Settled ones are known by their numbers, and are no weights.
    graph = _Graph(settled.shapes, {**settled.constants, **constants}, next(iter(inputs.values()), (1,))[:1][0])
    graph.whole_numbers |= {each.name for each in model.graph.input if each.type.tensor_type.elem_type not in _FLOATS}
    for node in model.graph.node:
        for each in node.input:
            graph.readers.setdefault(each, []).append(node)
    for each, shape in inputs.items():
        record = _free(graph, one_line(each, NAME))
        graph.values[each] = _Value(record, shape, _is_first(model, each, len(shape)))
        graph.records.append(Layer(record, "InputLayer", output_shape=graph.values[each].last))
        graph.tensors[record] = Tensor(each, shape, graph.values[each].first)
    return graph


def _is_first(model: onnx.ModelProto, name: str, rank: int) -> bool:
    """Say whether the channels of an input stand first: by what reads it first."""
    if rank < 3:
        return False
    waiting = [name]
    for node in model.graph.node:
        if not any(each in waiting for each in node.input):
            continue
        if node.op_type == "Transpose":
            order = list(attributes(node).get("perm", range(rank)[::-1]))
            return order != [0, rank - 1, *range(1, rank - 1)]
        if node.op_type in ("Conv", "ConvTranspose", *_POOLS, *_GLOBAL, "BatchNormalization", "InstanceNormalization"):
            return True
        if node.op_type in ("MatMul", "Gemm", *_RECURRENT):
            return False
        waiting += node.output
    return rank > 3


def _free(graph: _Graph, name: str) -> str:
    """Return a name that no record has yet."""
    taken = {record.name for record in graph.records}
    number, free = 2, name or "layer"
    while free in taken:
        free, number = f"{name[: NAME - 6]}_{number}", number + 1
    return free


def _add(graph: _Graph, node: onnx.NodeProto, readers: dict[str, int]) -> None:
    """Make the record of a node, or let it become a part of the one before."""
    read = [each for each in node.input if each in graph.values]
    if not read:  # random numbers, say
        graph.compute(node)
        return
    first, out = graph.values[read[0]], node.output[0]
    shape = graph.shapes[out]
    given = attributes(node)
    if _is_same(graph, node):
        graph.values[out] = first
        return
    if _folded(graph, node, read, readers):
        graph.values[out] = replace(first, shape=shape)
        graph.tensors[first.record] = Tensor(out, shape, first.first)
        return
    turned = node.op_type == "Transpose" and _turned(first, given)
    if turned:
        graph.values[out] = _Value(first.record, shape, turned == "first")
        return
    if node.op_type in _READ_FIRST and len(first.shape) > 2 and not first.first:
        first = graph.values[read[0]] = _turned_first(graph, first)
    name = _free(graph, one_line(node.name, NAME) or one_line(out, NAME))
    stays = _stays_first(graph, node, [graph.values[each] for each in read], shape)
    value = _Value(name, shape, stays, not stays and len(shape) > 1 and shape[0] != graph.batch)
    fields = _fields(graph, node, given, first, value)
    fields.setdefault("class_name", _class(node, given, [graph.values[each] for each in read], value))
    inputs = [graph.values[each] for each in read]
    graph.records.append(
        Layer(
            name=name,
            inputs=tuple(each.record for each in inputs),
            input_shapes=tuple(each.last for each in inputs),
            **{"output_shape": value.last, **fields},
        )
    )
    graph.tensors[name] = Tensor(out, shape, value.first, value.whole)
    graph.weights[name] = _weights(graph, node)
    for other in node.output:
        if other in graph.shapes:
            graph.values[other] = replace(value, shape=graph.shapes[other])


def _weights(graph: _Graph, node: onnx.NodeProto) -> list[str]:
    """Name the constants that are weights of a node, also those that it does not read as they are."""
    found = []
    for each in node.input:
        if each in graph.computed:
            made_of = [name for name in graph.computed[each] if math.prod(graph.constants[name].dims) > 1]
            found += [name for name in made_of if _is_weight(graph, node, name)]
        elif _is_weight(graph, node, each):
            found.append(each)
    return list(dict.fromkeys(found))


def _is_weight(graph: _Graph, node: onnx.NodeProto, name: str) -> bool:
    """Say whether an input of a node is made of weights, and no size, axis or single number."""
    tensor = graph.constants.get(name)
    if tensor is None or tensor.data_type not in (1, 10, 11, 16, 2, 3):
        return False
    if node.op_type in ("Reshape", "Pad", "Slice", "Resize", "Clip", "Expand", "Upsample", "Dropout"):
        return False
    return node.op_type in ("Conv", "ConvTranspose", "Gemm", "MatMul") or math.prod(tensor.dims) > 1


def _folded(graph: _Graph, node: onnx.NodeProto, read: Sequence[str], readers: dict[str, int]) -> bool:
    """Let a bias or an activation function become a part of the layer before, which nothing else reads."""
    made = graph.values[read[0]]
    before = graph.records[-1]
    weighs = before.name == made.record and (before.filters or before.units)
    if not weighs or len(read) != 1 or readers.get(graph.root(read[0]), 0) != 1 or before.activation is not None:
        return False
    fixed = [each for each in node.input if graph.is_fixed(each)]
    if node.op_type == "Add" and len(fixed) == 1 and not before.use_bias:
        wanted = before.filters or before.units
        places = (1,) * (len(made.shape) - 2)
        fits = (
            [(wanted, *places), (1, wanted, *places)] if made.first else [(wanted,), (1, wanted), (1, *places, wanted)]
        )
        if _dims(graph, fixed[0]) in fits:
            graph.records[-1] = replace(before, use_bias=True)
            made_of = graph.computed.get(fixed[0], (fixed[0],))
            graph.weights[before.name] += [each for each in made_of if graph.constants[each].data_type in _FLOATS]
            return True
        return False
    given = attributes(node)
    if node.op_type in ("Softmax", "LogSoftmax") and made.axis(given.get("axis", -1)) != len(made.last) - 1:
        return False
    if node.op_type in _ACTIVATIONS and len(node.input) == 1:
        graph.records[-1] = replace(before, activation=_ACTIVATIONS[node.op_type])
        return True
    return False


def _turned(value: _Value, given: dict[str, Any]) -> str:
    """Say where the channels stand behind a Transpose that moves only them; empty for any other."""
    rank = len(value.shape)
    order = list(given.get("perm", range(rank)[::-1]))
    channel = 1 if value.first else rank - 1
    if rank < 3 or value.whole or sorted(order) != list(range(rank)) or order[0] != 0:
        return ""
    places = [axis for axis in order if axis not in (0, channel)]
    if places != sorted(places):
        return ""
    return {1: "first", rank - 1: "last"}.get(order.index(channel), "")


def _is_same(graph: _Graph, node: onnx.NodeProto) -> bool:
    """Say whether a node gives the numbers that it reads: exporters cast floating-point numbers to what they are."""
    if node.op_type != "Cast":
        return node.op_type == "Identity"
    return attributes(node).get("to") in _FLOATS and node.input[0] not in graph.whole_numbers


def _turned_first(graph: _Graph, value: _Value) -> _Value:
    """Move the channels of what is read as maps to where records have them."""
    name = _free(graph, f"{value.record[: NAME - 10]}:channels")
    turned = _Value(name, value.shape, True)
    order = (*range(1, len(turned.last)), 0) if not value.whole else None
    graph.records.append(Layer(name, "Permute", (value.record,), (value.last,), output_shape=turned.last, axis=order))
    graph.tensors[name] = replace(graph.tensors[value.record], first=True)
    return turned


def _is_read_first(graph: _Graph, name: str) -> bool:
    """Say whether a tensor is read, behind what leaves its axes where they are, as maps with the channels first."""
    waiting, seen = [name], {name}
    while waiting:
        for node in graph.readers.get(waiting.pop(), []):
            if node.op_type in _READ_FIRST and node.input[0] in seen:
                return True
            new = [each for each in node.output if each not in seen] if node.op_type in _LEAVE_AXES else []
            seen.update(new)
            waiting += new
    return False


def _stays_first(graph: _Graph, node: onnx.NodeProto, read: Sequence[_Value], shape: Shape) -> bool:
    """Say whether the channels of what a node gives stand first."""
    if node.op_type in _READ_FIRST:
        return True
    if len(shape) < 3 or node.op_type in ("Transpose", "MatMul", *_RECURRENT):
        return False
    if node.op_type in ("Reshape", "Squeeze", "Unsqueeze", "Flatten"):
        before = read[0]
        if len(before.shape) < 3:  # a row that is laid out as maps
            return len(shape) > 3
        return (before.first and shape[1] == before.shape[1]) or _is_read_first(graph, node.output[0])
    return max(read, key=lambda value: len(value.shape)).first


def _class(node: onnx.NodeProto, given: dict[str, Any], read: Sequence[_Value], made: _Value) -> str:
    """Name the class of Keras that does what a node does."""
    kind = node.op_type
    if node.domain not in ("", "ai.onnx"):
        return one_line(f"{node.domain}.{kind}", NAME)
    if kind in ("Reshape", "Flatten", "Squeeze", "Unsqueeze"):
        before = read[0]
        # Numbers that stand with the channels first, in an order that records with the channels last cannot tell.
        kept = before.first == made.first and (not made.first or made.shape[1] == before.shape[1])
        rows = min(len(before.shape), len(made.shape)) < 3
        if not (kept or rows) and max((*before.last[:-1], *made.last[:-1]), default=1) > 1:
            return "Reshape of channels"
        return "Flatten" if len(made.last) == 1 else _CLASSES[kind]
    if kind in _OF_EACH:
        return "Activation"
    return _CLASSES.get(kind, one_line(kind, NAME))


def _fields(graph: _Graph, node: onnx.NodeProto, given: dict[str, Any], read: _Value, made: _Value) -> dict[str, Any]:
    """Return what a record has beside its class and shapes."""
    kind = node.op_type
    rank = len(read.shape) - 2
    if kind in ("Conv", "ConvTranspose", *_POOLS):
        return _window(graph, node, given, read, made)
    if kind in _GLOBAL:
        return {"class_name": f"{_GLOBAL[kind]}{rank}D"}
    if kind == "Clip":
        return {"class_name": "Relu6" if _limits(graph, node, given) == [0, 6] else "Clip"}
    if kind in ("Gemm", "MatMul"):
        return _dense(graph, node, given, read)
    if kind in _REDUCE:
        return _reduced(graph, node, given, read, made)
    if kind == "BatchNormalization":
        return {"scale": True, "center": True}
    if kind == "Pad":
        return _padded(graph, node, given, read, made)
    if kind in ("Resize", "Upsample"):
        steps = [b / a for a, b in zip(read.last[:-1], made.last[:-1], strict=True)]
        mode = given.get("mode", "nearest")
        if all(step == int(step) and step >= 1 for step in steps):
            whole = tuple(map(int, steps))
            return {"class_name": f"UpSampling{len(whole)}D", "strides": whole, "interpolation": mode}
        return {"class_name": "Resizing"}
    if kind == "Transpose":
        order = [read.axis(axis) for axis in given.get("perm", range(len(read.shape))[::-1])]
        return {"axis": tuple(order[1:]) if order[0] == -1 and not made.whole else None}
    if kind in ("Softmax", "LogSoftmax", "Concat", "LayerNormalization"):
        axis = read.axis(given.get("axis", 1 if kind == "Concat" else -1))
        return {"axis": None if axis == len(read.last) - 1 else (axis,)}
    if kind in ("Slice", "Split") and len(read.shape) == len(made.shape):
        changed = tuple(axis for axis, (a, b) in enumerate(zip(read.last, made.last, strict=True)) if a != b)
        return {"axis": None if changed == (len(read.last) - 1,) else changed or tuple(range(len(read.last)))}
    if kind in _RECURRENT and len(made.shape) == 4:  # steps, directions, batch, numbers
        return {"class_name": kind, "output_shape": (made.shape[0], made.shape[1] * made.shape[3])}
    if kind in _OF_EACH:
        return {"activation": kind.lower()}
    return {}


def _limits(graph: _Graph, node: onnx.NodeProto, given: dict[str, Any]) -> list[Any]:
    """Return between which numbers a Clip keeps what it reads: inputs from opset 11 on; None where it is not known."""
    told = [numbers(graph.constants[each]) if each in graph.constants else [] for each in node.input[1:3]]
    return [each[0] if len(each) == 1 else None for each in told] or [given.get("min"), given.get("max")]


def _window(graph: _Graph, node: onnx.NodeProto, given: dict[str, Any], read: _Value, made: _Value) -> dict[str, Any]:
    """Return the geometry of a convolution or a pooling."""
    kind, rank = node.op_type, len(read.shape) - 2
    dims = _dims(graph, node.input[1]) if kind not in _POOLS and len(node.input) > 1 else ()
    kernel = tuple(given.get("kernel_shape") or dims[2:])
    strides = tuple(given.get("strides") or (1,) * rank)
    dilation = tuple(given.get("dilations") or (1,) * rank)
    fields: dict[str, Any] = {"kernel_size": kernel, "strides": strides, "dilation_rate": dilation}
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    sizes, places = read.last[:-1], made.last[:-1]
    pads = list(given.get("pads") or (0,) * (2 * rank))
    pairs = tuple(zip(pads[:rank], pads[rank:], strict=True))
    told = given.get("auto_pad", "NOTSET")
    if kind == "ConvTranspose":
        # What is cut off follows from the two sizes, however the file says it.
        cut = [(n - 1) * s + span - m for n, s, span, m in zip(sizes, strides, spans, places, strict=True)]
        pairs = tuple((before, whole - before) for whole, (before, _) in zip(cut, pairs, strict=True))
        fields["padding"] = "valid" if not any(map(any, pairs)) else pairs
    else:
        if told.startswith("SAME"):
            whole = [max((-(-n // s) - 1) * s + span - n, 0) for n, s, span in zip(sizes, strides, spans, strict=True)]
            pairs = tuple((n // 2, n - n // 2) if told == "SAME_UPPER" else (n - n // 2, n // 2) for n in whole)
        if given.get("ceil_mode"):  # a last window that hangs over the border
            over = [
                max((m - 1) * s + span - n - sum(pair), 0)
                for n, m, s, span, pair in zip(sizes, places, strides, spans, pairs, strict=True)
            ]
            pairs = tuple((before, after + more) for (before, after), more in zip(pairs, over, strict=True))
        fields["padding"] = _named(pairs, sizes, kernel, strides, dilation)
    if kind in _POOLS:
        return {**fields, "class_name": f"{_POOLS[kind]}{rank}D"}
    groups, channels = given.get("group", 1), read.last[-1]
    filters = made.last[-1]
    fields |= {"filters": filters, "groups": groups, "use_bias": len(node.input) > 2 and bool(node.input[2])}
    if kind == "ConvTranspose":
        return {**fields, "class_name": f"Conv{rank}DTranspose"}
    if groups == channels > 1 and filters % channels == 0:
        return {**fields, "class_name": f"DepthwiseConv{rank}D", "depth_multiplier": filters // channels}
    return {**fields, "class_name": f"Conv{rank}D"}


def _named(pairs: tuple[tuple[int, int], ...], sizes: Shape, kernel: Shape, strides: Shape, dilation: Shape) -> Padding:
    """Call padding as Keras does where it is that."""
    if not any(map(any, pairs)):
        return "valid"
    try:
        same = [
            Axis(n, k, s, "same", d).padding_amounts()
            for n, k, s, d in zip(sizes, kernel, strides, dilation, strict=True)
        ]
    except ValueError:
        return pairs
    return "same" if list(pairs) == same else pairs


def _dims(graph: _Graph, name: str) -> Shape:
    return tuple(graph.constants[name].dims) if name in graph.constants else graph.shapes.get(name, ())


def _dense(graph: _Graph, node: onnx.NodeProto, given: dict[str, Any], read: _Value) -> dict[str, Any]:
    """Return what makes a product with weights a Dense layer; nothing where it is one of two tensors."""
    weights = node.input[1]
    dims = _dims(graph, weights)
    if not graph.is_fixed(weights) or len(dims) != 2 or given.get("transA"):
        return {}
    units = dims[0] if given.get("transB") else dims[1]
    return {"class_name": "Dense", "units": units, "use_bias": len(node.input) > 2 and bool(node.input[2])}


def _reduced(graph: _Graph, node: onnx.NodeProto, given: dict[str, Any], read: _Value, made: _Value) -> dict[str, Any]:
    """Return over which axes a mean or the like is taken; over all places it is global pooling."""
    axes = given.get("axes")
    if axes is None and len(node.input) > 1 and node.input[1] in graph.constants:
        axes = numbers(graph.constants[node.input[1]])
    where = sorted(read.axis(axis) for axis in axes or range(1, len(read.shape)))
    pooling, plain = _REDUCE[node.op_type]
    places = list(range(len(read.last) - 1))
    if pooling and where == places and places:
        return {"class_name": f"{pooling}{len(places)}D"}
    return {"class_name": plain, "axis": tuple(where)}


def _padded(graph: _Graph, node: onnx.NodeProto, given: dict[str, Any], read: _Value, made: _Value) -> dict[str, Any]:
    """Return how many zeros are added around maps; nothing where it is no such padding."""
    rank = len(read.shape)
    told = numbers(graph.constants[node.input[1]]) if len(node.input) > 1 and node.input[1] in graph.constants else []
    whole = given.get("mode", "constant") == "constant" and len(told) == 2 * rank and len(node.input) < 4
    pairs = {read.axis(axis): (told[axis], told[rank + axis]) for axis in range(rank)} if whole else {}
    places = len(read.last) - 1
    if not whole or any(pairs[-1]) or any(pairs[places]):
        return {}
    padding = tuple(pairs[axis] for axis in range(places))
    flat = [each for pair in padding for each in pair]
    if min(flat) >= 0:
        return {"class_name": f"ZeroPadding{places}D", "padding": padding}
    return {"class_name": f"Cropping{places}D", "padding": padding} if max(flat) <= 0 else {}


def _with_parameters(graph: _Graph, record: Layer) -> Layer:
    """Count the weights of a record; those that another one has already are shared with it."""
    names = graph.weights.get(record.name, [])
    owner = next((each for each, others in graph.weights.items() if names and set(names) <= set(others)), record.name)
    count, trained = (
        sum(math.prod(graph.constants[each].dims) for each in some) for some in (names, _trained(graph, record))
    )
    shared = owner if owner != record.name else None
    return replace(record, parameters=count, trainable_parameters=trained, shares_weights_with=shared)


def _trained(graph: _Graph, record: Layer) -> list[str]:
    """Name the weights of a record that training may change: no mean and no spread of what was seen."""
    if record.class_name in ("Subtract", "TrueDivide"):
        return []
    names = graph.weights.get(record.name, [])
    return names[:2] if record.class_name == "BatchNormalization" else names


def _misfit(graph: _Graph, node: onnx.NodeProto) -> str:
    """Say why the shape of what a node gives is not known, with the shapes that it reads."""
    told = []
    for each in node.input:
        shape = _dims(graph, each)
        if shape or each in graph.values:
            kind = "weights" if each in graph.constants else "an input"
            told.append(f"{kind} of shape {shape}")
    name = one_line(node.name or node.output[0], NAME)
    return f"{name} ({one_line(node.op_type, NAME)}) does not fit, or gives what is not known before: it reads " + (
        " and ".join(told) or "nothing that is known"
    )
