"""A ``.keras`` file as a network of plain values, without Keras: its configuration is read as data.

The records are those that :mod:`cnnfigs.models.records` reads from the opened model. Parameters are counted from the
arrays that the file holds, and agree with what is derived; shapes follow from the layers' configurations, and are held
against those that the file names. What is not known here raises :class:`NotStaticError`; Keras knows it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from cnnfigs.arithmetic import Layer, Shape, parameter_derivation
from cnnfigs.arithmetic.costs import Network
from cnnfigs.arithmetic.sizes import Axis, TransposedAxis
from cnnfigs.errors import CnnfigsError
from cnnfigs.models.files import StoredArray, read_configuration
from cnnfigs.models.limits import require_modest
from cnnfigs.models.opening import OPEN_SIZES
from cnnfigs.telling import NAME, one_line

#: Layers and operations that give as many numbers as they read, several of which are made to fit each other.
_SAME = (
    *["Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax", "BatchNormalization", "LayerNormalization"],
    *[
        "GroupNormalization",
        "UnitNormalization",
        "RMSNormalization",
        "Normalization",
        "Rescaling",
        "Identity",
        "Dropout",
    ],
    *["SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "GaussianNoise", "GaussianDropout", "AlphaDropout"],
    *["ActivityRegularization", "Masking", "RandomFlip", "RandomRotation", "RandomZoom", "RandomContrast"],
    *["RandomTranslation", "RandomBrightness", "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"],
    *["TrueDivide", "Divide", "Relu", "Relu6", "Sigmoid", "HardSigmoid", "HardSilu", "Silu", "Gelu", "Tanh", "Elu"],
    *[
        "Selu",
        "Softplus",
        "Softsign",
        "LogSoftmax",
        "LeakyRelu",
        "Negative",
        "Square",
        "Sqrt",
        "Exp",
        "Log",
        "Absolute",
    ],
    *["LayerScale", "StochasticDepth", "CustomScaleLayer"],
)
_WINDOW = re.compile(r"(Conv|DepthwiseConv|SeparableConv|MaxPooling|AveragePooling)([123])D")
_TRANSPOSED = re.compile(r"Conv([123])DTranspose")
_MODELS = ("Functional", "Model", "Sequential")
#: So often are the layers of a graph gone through that wait for each other.
_MOST_ROUNDS = 2_000


#: A shape that may leave sizes open.
OpenShape = tuple[int | None, ...]


class NotStaticError(CnnfigsError, ValueError):
    """A configuration holds what only Keras knows."""


class _BrokenError(Exception):
    """Layers that do not fit each other, with both shapes."""


@dataclass
class _Reading:
    """What has been read so far."""

    arrays: dict[str, StoredArray]
    records: list[Layer] = field(default_factory=list)
    #: Name that a record has, by the place of its layer in the file of weights.
    names: dict[str, str] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)
    open_sizes: list[OpenShape] = field(default_factory=list)
    #: Names of the models inside of which it is read.
    inside: list[str] = field(default_factory=list)


def described_archive(path: Path) -> tuple[Network, list[OpenShape]]:
    """Read from a ``.keras`` file all that is told of its network without running it.

    Returns
    -------
    Network, list of tuple
        The network, up to the first layer that does not fit if there is one, and the shapes of inputs that leave sizes
        open.

    Raises
    ------
    NotStaticError
        If it takes Keras to know.
    cnnfigs.models.files.ModelFileError
        As :func:`cnnfigs.models.files.read_model`.
    ValueError
        If its layers are larger than any network's.
    """
    configuration, arrays = read_configuration(path)
    stored = {
        place: each
        for place, each in arrays.items()
        if not place.startswith("optimizer/") and "seed_generator" not in place
    }
    reading = _Reading(stored)
    broken, outputs = "", []
    try:
        outputs = _model(reading, configuration, "", [])
    except _BrokenError as error:
        broken = one_line(str(error))
    except (KeyError, TypeError, IndexError, AttributeError) as error:  # a configuration that is not as Keras writes it
        raise NotStaticError(f"its configuration is not as expected: {error}") from error
    own = [layer for layer in reading.records if not layer.shares_weights_with]
    whole = sum(each.size for each in stored.values())
    if not broken and sum(layer.parameters for layer in own) != whole:
        raise NotStaticError("not all arrays of the file belong to a layer that is known")
    for layer in own:
        _require_derived(layer)
    network = Network(
        name=one_line(str(configuration["config"].get("name", path.stem)), NAME),
        layers=tuple(reading.records),
        outputs=tuple(dict.fromkeys(outputs)),
        parameters=sum(layer.parameters for layer in own) if broken else whole,
        trainable_parameters=sum(layer.trainable_parameters for layer in own),
        weight_bytes=sum(each.size * each.width for each in stored.values()),
        broken=broken,
    )
    require_modest(network)
    return network, reading.open_sizes


def _require_derived(layer: Layer) -> None:
    """Leave to Keras a layer of which the file holds other arrays than its configuration asks for."""
    try:
        derived = parameter_derivation(layer).total
    except (ValueError, IndexError):  # a class that is not derived
        return
    if derived != layer.parameters:
        raise NotStaticError(
            f"layer '{layer.name}' asks for {derived:,} weights, and the file holds {layer.parameters:,}"
        )


def _model(reading: _Reading, configuration: dict[str, Any], place: str, inputs: Sequence[str]) -> list[str]:
    """Append the records of a model; return the names of those that give its outputs.

    Parameters
    ----------
    place
        Path of the model in the file of weights, with a stroke behind it.
    inputs
        Names of records that stand for its inputs, of a model inside.
    """
    kind, kept = configuration["class_name"], configuration["config"]
    if kind not in _MODELS or "layers" not in kept:
        raise NotStaticError(f"a {kind} is no graph of layers")
    frozen = kept.get("trainable") is False
    layers, places = kept["layers"], _places(kept["layers"], place)
    if kind == "Sequential":
        return _sequential(reading, kept, layers, places, inputs, frozen)
    return _graph(reading, kept, layers, places, inputs, frozen)


def _inside(reading: _Reading, configuration: dict[str, Any], place: str, inputs: Sequence[str]) -> list[str]:
    """Append the records of a model inside of another."""
    reading.inside.append(one_line(str(configuration["config"]["name"]), NAME))
    names = _model(reading, configuration, place, inputs)
    reading.inside.pop()
    return names


def _places(layers: Sequence[dict[str, Any]], place: str) -> list[str]:
    """Return where each layer's weights stand in the file, as Keras names them: by class, then numbered."""
    used: dict[str, int] = {}
    places = []
    for layer in layers:
        kind = str(layer["class_name"])
        plain = re.sub(
            r"([a-z])([A-Z])", r"\1_\2", re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", re.sub(r"\W+", "", kind))
        ).lower()
        # Operations that are no layers have no weights, and take no number.
        if str(layer.get("module", "")).startswith("keras.src.ops") or "activations" in str(layer.get("module", "")):
            places.append("")
            continue
        used[plain] = used.get(plain, -1) + 1
        places.append(f"{place}layers/{plain}" + (f"_{used[plain]}" if used[plain] else "") + "/")
    return places


def _sequential(
    reading: _Reading, kept: dict[str, Any], layers: Any, places: list[str], inputs: Sequence[str], frozen: bool
) -> list[str]:
    names = list(inputs)
    if not names and (not layers or layers[0]["class_name"] != "InputLayer"):
        shape = kept.get("build_input_shape")
        if not isinstance(shape, list):
            raise NotStaticError("its input shape is not known")
        names = [_input(reading, "input_layer", shape)]
    for layer, place in zip(layers, places, strict=True):
        if layer["class_name"] == "InputLayer":
            names = names or [_input(reading, layer["config"]["name"], layer["config"]["batch_shape"])]
        elif layer["class_name"] in _MODELS:
            names = _inside(reading, layer, place, names)
        else:
            names = [_call(reading, layer, place, names, [], frozen)]
    return names


def _graph(
    reading: _Reading, kept: dict[str, Any], layers: Any, places: list[str], inputs: Sequence[str], frozen: bool
) -> list[str]:
    starts = [name for name, *_ in _histories(kept["input_layers"])]
    made: dict[tuple[str, int], list[str]] = {(name, 0): [given] for name, given in zip(starts, inputs, strict=False)}
    waiting = [
        (layer, place, number, node)
        for layer, place in zip(layers, places, strict=True)
        for number, node in enumerate(layer.get("inbound_nodes") or [None])
    ]
    for _ in range(_MOST_ROUNDS):
        left = []
        for layer, place, number, node in waiting:
            name = str(layer.get("name") or layer["config"]["name"])
            if (name, number) in made:
                continue
            if node is None:
                if layer["class_name"] != "InputLayer":
                    raise NotStaticError(f"layer '{name}' reads nothing")
                made[name, number] = [_input(reading, name, layer["config"]["batch_shape"])]
                continue
            tensors = list(_tensors(node))
            if not all((source, index) in made for source, index, _ in tensors):
                left.append((layer, place, number, node))
                continue
            read = [made[source, index] for source, index, _ in tensors]
            names = [outputs[min(at, len(outputs) - 1)] for outputs, (_, _, at) in zip(read, tensors, strict=True)]
            if layer["class_name"] in _MODELS:
                made[name, number] = _inside(reading, layer, place, names)
            else:
                made[name, number] = [_call(reading, layer, place, names, node.get("args", []), frozen)]
        if not left:
            break
        if len(left) == len(waiting):
            raise NotStaticError("its layers read each other in a circle")
        waiting = left
    else:
        raise NotStaticError("its layers are too much to be put in order")
    found = []
    for name, index, at in _histories(kept["output_layers"]):
        outputs = made[name, index]
        found.append(outputs[min(at, len(outputs) - 1)])
    return found


def _histories(told: Any) -> Iterator[tuple[str, int, int]]:
    """Yield name, call and output of each tensor that a configuration names, however they are put together."""
    if isinstance(told, dict):
        told = [told[key] for key in sorted(told)]  # as Keras flattens it
    if len(told) == 3 and isinstance(told[0], str):
        yield told[0], int(told[1]), int(told[2])
        return
    for each in told:
        yield from _histories(each)


def _tensors(told: Any) -> Iterator[tuple[str, int, int]]:
    """Yield name, call and output of each tensor among the arguments of a call, in order."""
    waiting = [told]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if part.get("class_name") == "__keras_tensor__":
                name, index, at = part["config"]["keras_history"]
                yield str(name), int(index), int(at)
                continue
            part = list(part.values())
        if isinstance(part, list):
            waiting += part[::-1]


def _input(reading: _Reading, name: str, batch_shape: Sequence[int | None]) -> str:
    shape = tuple(batch_shape[1:])
    if None in shape:
        reading.open_sizes.append(shape)
    size, places = OPEN_SIZES.get(len(shape)), max(1, len(shape) - 1)
    settled = [size if each is None and axis < places else each for axis, each in enumerate(shape)]
    fixed = tuple(each for each in settled if isinstance(each, int) and each >= 0)
    if len(fixed) != len(shape):
        raise NotStaticError(f"the input '{name}' leaves its channels open")
    free = _free(reading, one_line(str(name), NAME))
    reading.records.append(Layer(free, "InputLayer", output_shape=fixed))
    return free


def _free(reading: _Reading, name: str) -> str:
    """Return a name that no record has: with those of the models around it before it, as an opened model has it."""
    taken = {record.name for record in reading.records}
    longer = "".join(f"{each}_" for each in reading.inside) + name
    candidates = [name, longer, *(f"{longer}_{number}" for number in range(2, 1000))]
    return next((each for each in candidates if each not in taken), f"{name}_{len(taken)}")


def _call(reading: _Reading, layer: dict[str, Any], place: str, inputs: list[str], arguments: Any, frozen: bool) -> str:
    """Append the record of one call of a layer, and return its name."""
    kept, kind = layer["config"], str(layer["class_name"])
    shapes = {record.name: record.output_shape for record in reading.records}
    read = tuple(shapes[name] for name in inputs)
    key = place or f"operation {kept['name']}"
    first = reading.names.get(key)
    name = one_line(str(kept["name"]), NAME)
    if first is None:
        name = first = reading.names[key] = _free(reading, name)
        reading.counted[key] = 1
    else:
        reading.counted[key] += 1
        name = f"{first} (call {reading.counted[key]})"
    if kept.get("data_format") == "channels_first" or "quantized" in str(kept.get("dtype", "")).lower():
        raise NotStaticError(f"layer '{name}' is laid out or stored in another way")
    if not read:
        raise NotStaticError(f"layer '{name}' reads nothing")
    _require_built(layer, name, read)
    try:
        geometry = _geometry(kind, kept, read[0])
        _require_sizes(kept, geometry, name, len(read[0]) - 1)
        shape = _shape(kind, kept, geometry, read)
    except NotStaticError:
        raise
    except TypeError as error:
        raise NotStaticError(f"layer '{name}' has sizes that there are not") from error
    except ValueError as error:
        told = " and ".join(str((None, *each)) for each in read)
        raise _BrokenError(f"layer '{name}' ({kind}) does not fit what it reads, {told}: {error}") from error
    if not all(type(each) is int and each > 0 for each in shape):
        raise NotStaticError(f"layer '{name}' gives a shape that there is not")
    parameters, trainable = _weights(reading, kind, kept, place, read[0], frozen)
    reading.records.append(
        Layer(
            name=name,
            class_name=kind,
            inputs=tuple(inputs),
            input_shapes=read,
            output_shape=shape,
            use_bias=bool(kept.get("use_bias", False)),
            activation=_function(kept.get("activation")),
            units=kept.get("units"),
            scale=_is_scaled(kind, kept, "scale"),
            center=_is_scaled(kind, kept, "center"),
            parameters=parameters,
            trainable_parameters=trainable,
            axis=_axis(kind, kept, read[0]),
            shares_weights_with=first if name != first else None,
            **geometry,
        )
    )
    return name


def _require_sizes(kept: dict[str, Any], geometry: dict[str, Any], name: str, places: int) -> None:
    """Leave to Keras a layer that says of its sizes what is no whole number above zero, or not one for each axis."""
    counts = [kept.get("units", 1), *(geometry.get(each) or 1 for each in ("filters", "groups", "depth_multiplier"))]
    steps = [each for key in ("kernel_size", "strides", "dilation_rate") for each in geometry.get(key, ())]
    if not all(type(each) is int and each > 0 for each in (*counts, *steps)):
        raise NotStaticError(f"layer '{name}' has sizes that there are not")
    padding, strides = geometry.get("padding"), geometry.get("strides", ())
    if {len(each) for each in (padding, strides) if isinstance(each, tuple) and each} - {places}:
        raise NotStaticError(f"layer '{name}' has other sizes than axes")


def _require_built(layer: dict[str, Any], name: str, read: tuple[Shape, ...]) -> None:
    """Refuse a layer that was built for another shape than it reads."""
    built = (layer.get("build_config") or {}).get("input_shape")
    if not isinstance(built, list) or not built or isinstance(built[0], list | dict) or len(read) != 1:
        return
    for axis, (wanted, got) in enumerate(zip(built[1:], read[0], strict=False)):
        # How many places there are is not built in; how many channels, or numbers of a row, is.
        if axis == len(read[0]) - 1 and wanted is not None and wanted != got:
            raise _BrokenError(
                f"layer '{name}' ({layer['class_name']}) does not fit: it was built for {tuple(built)}, and reads "
                f"{(None, *read[0])}"
            )


def _function(told: Any) -> str | None:
    """Return the name of an activation function."""
    if isinstance(told, dict):
        told = told.get("config") if told.get("class_name") == "function" else told.get("class_name")
    return told if isinstance(told, str) else None


def _is_scaled(kind: str, kept: dict[str, Any], key: str) -> bool:
    # What Rescaling calls so are numbers, and counts as learned if it is not zero, as in the records of Keras.
    value = kept.get(key, False)
    return bool(value) if not isinstance(value, list | dict) else True


def _axis(kind: str, kept: dict[str, Any], read: Shape) -> tuple[int, ...] | None:
    """Return the axes that a layer works along, as :mod:`cnnfigs.models.records` has them."""
    if kind == "Permute":
        return tuple(axis - 1 for axis in kept["dims"])
    axes = kept.get("axis")
    axes = tuple(axes) if isinstance(axes, list) else (axes,)
    if not all(isinstance(axis, int) for axis in axes):
        return None
    rank = len(read) + 1
    places = tuple(sorted(axis % rank - 1 for axis in axes))
    return None if places == (rank - 2,) else places


def _pair(value: Any, rank: int) -> tuple[int, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,) * rank


def _geometry(kind: str, kept: dict[str, Any], read: Shape) -> dict[str, Any]:
    """Return kernel, strides, padding and groups of a layer that has such."""
    window = _WINDOW.fullmatch(kind) or _TRANSPOSED.fullmatch(kind)
    if window:
        rank = int(window[window.lastindex or 1])
        if len(read) != rank + 1:
            raise ValueError(f"expected {rank + 1} axes")
        kernel = _pair(kept.get("kernel_size") or kept.get("pool_size"), rank)
        strides = _pair(kept.get("strides") or (kernel if "Pooling" in kind else 1), rank)
        dilation = _pair(kept.get("dilation_rate", 1), rank)
        padding: Any = kept["padding"]
        if padding == "causal":
            padding = tuple((d * (k - 1), 0) for k, d in zip(kernel, dilation, strict=True))
        if kept.get("output_padding") is not None:
            raise NotStaticError("a size that a transposed convolution was given")
        depthwise = kind.startswith("DepthwiseConv")
        multiplier = kept.get("depth_multiplier") or 1
        return {
            "kernel_size": kernel,
            "strides": strides,
            "dilation_rate": dilation,
            "padding": padding,
            "filters": read[-1] * multiplier if depthwise else kept.get("filters"),
            "groups": read[-1] if depthwise else kept.get("groups") or 1,
            "depth_multiplier": multiplier,
        }
    if kind.startswith(("ZeroPadding", "Cropping")):
        told = kept["padding" if kind.startswith("Zero") else "cropping"]
        pairs = tuple(map(tuple, told)) if isinstance(told[0], list) else (tuple(told),)
        sign = 1 if kind.startswith("Zero") else -1
        return {"padding": tuple((sign * before, sign * after) for before, after in pairs)}
    if kind.startswith("UpSampling"):
        return {
            "strides": _pair(kept["size"], len(read) - 1),
            "interpolation": kept.get("interpolation", "nearest"),
        }
    return {}


def _shape(kind: str, kept: dict[str, Any], geometry: dict[str, Any], read: tuple[Shape, ...]) -> Shape:
    """Return the shape of what a layer gives, without the batch axis."""
    *places, channels = read[0]
    if kind in _SAME:
        try:
            return tuple(map(int, np.broadcast_shapes(*read)))
        except ValueError as error:
            raise ValueError("expected shapes of one size") from error
    if kind == "Concatenate":
        axis = kept["axis"] % (len(read[0]) + 1) - 1
        others = {(len(each), each[:axis], each[axis + 1 :]) for each in read}
        if len(others) > 1 or axis < 0:
            raise ValueError("expected shapes that differ along one axis only")
        return (*read[0][:axis], sum(each[axis] for each in read), *read[0][axis + 1 :])
    if len(read) != 1:
        raise NotStaticError(f"a {kind} of several inputs")
    window = _WINDOW.fullmatch(kind) or _TRANSPOSED.fullmatch(kind)
    if window:
        axis_kind = TransposedAxis if _TRANSPOSED.fullmatch(kind) else Axis
        padding = geometry["padding"]
        pairs = padding if isinstance(padding, tuple) else (padding,) * len(places)
        each = (geometry[name] for name in ("kernel_size", "strides"))
        sizes = zip(places, *each, pairs, geometry["dilation_rate"], strict=True)
        if geometry["filters"] is not None and channels % geometry["groups"]:
            raise ValueError(f"expected a multiple of {geometry['groups']} channels")
        return (*(axis_kind(*axis).output_size() for axis in sizes), geometry["filters"] or channels)
    if kind == "Dense":
        return (*places, kept["units"])
    if kind == "Embedding":
        return (*read[0], kept["output_dim"])
    if kind == "Flatten":
        return (math.prod(read[0]),)
    if kind == "Reshape":
        return _reshaped(kept["target_shape"], read[0])
    if kind == "Permute":
        return tuple(read[0][axis - 1] for axis in kept["dims"])
    if kind.startswith(("GlobalAveragePooling", "GlobalMaxPooling")):
        return (*(1 for _ in places), channels) if kept.get("keepdims") else (channels,)
    if kind.startswith(("ZeroPadding", "Cropping")):
        made = tuple(n + sum(pair) for n, pair in zip(places, geometry["padding"], strict=True))
        if min(made) < 1:
            raise ValueError("nothing is left")
        return (*made, channels)
    if kind.startswith("UpSampling"):
        return (*(n * step for n, step in zip(places, geometry["strides"], strict=True)), channels)
    raise NotStaticError(f"a {kind}")


def _reshaped(wanted: Sequence[int], read: Shape) -> Shape:
    known = math.prod(each for each in wanted if each != -1)
    whole = math.prod(read)
    if list(wanted).count(-1) > 1 or (known != whole if -1 not in wanted else not known or whole % known):
        raise ValueError(f"expected {known:,} numbers, or a multiple where one side is open, for {tuple(wanted)}")
    return tuple(whole // known if each == -1 else each for each in wanted)


def _weights(
    reading: _Reading, kind: str, kept: dict[str, Any], place: str, read: Shape, frozen: bool
) -> tuple[int, int]:
    """Count the numbers that the file holds for a layer, and those of them that training may change."""
    if not place:
        return 0, 0
    sizes = [each.size for path, each in reading.arrays.items() if path.startswith(place)]
    whole = sum(sizes)
    if frozen or kept.get("trainable") is False or kind == "Normalization":
        return whole, 0
    if kind == "BatchNormalization":  # the moving mean and variance are kept, not trained
        axis = kept.get("axis", -1)
        axes = axis if isinstance(axis, list) else [axis]
        return whole, whole - 2 * math.prod(read[each % (len(read) + 1) - 1] for each in axes)
    return whole, whole
