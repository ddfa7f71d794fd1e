"""A Keras model as plain layer records, for the arithmetic and the drawings that need no Keras."""

from __future__ import annotations

import math
from typing import Any

from cnnfigs.arithmetic import Layer, Padding, Shape
from cnnfigs.models.backend import load_keras


def layer_records(model: Any) -> tuple[Layer, ...]:
    """Read the layers of a Keras model, each after the layers that it reads.

    Branches are followed, nested models are opened (their layers are called ``"model/layer"``), and operations
    that are no layers, such as ``x + 1``, become records too. A layer called several times has a record per call:
    ``"name"``, ``"name (call 2)"``, ...

    Parameters
    ----------
    model
        A built functional or Sequential model with a fixed input size and the channels last.

    Returns
    -------
    tuple of Layer
        In the order in which Keras computes them.

    Raises
    ------
    ValueError
        If the model is not built, is a subclassed one, leaves a size open or has its channels first.

    Examples
    --------
    >>> import keras
    >>> model = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Conv2D(32, 3, name="conv")])
    >>> [(layer.name, layer.output_shape) for layer in layer_records(model)][1:]
    [('conv', (26, 26, 32))]
    """
    return tuple(record for record, _ in _calls(model))


def layer_outputs(model: Any) -> dict[str, Any]:
    """Return the symbolic output of each layer of a Keras model, by the names of :func:`layer_records`.

    A layer's own ``output`` is that of its first call, which need not be the one in this model: loading a Sequential
    model from a file calls its layers several times.

    Parameters
    ----------
    model
        As for :func:`layer_records`, without models inside, whose outputs are none of the model's own.
    """
    return {record.name: tensor for record, tensor in _calls(model)}


def functional_graph(model: Any) -> Any:
    """Return the functional graph behind a model.

    Raises
    ------
    ValueError
        If there is none: the model is not built, is a subclassed one, or is no model.
    """
    keras = load_keras()
    if not isinstance(model, keras.Model):
        raise ValueError(f"model: expected a Keras functional or Sequential model, got a {type(model).__name__}")
    sequential = isinstance(model, keras.Sequential)
    if sequential and not model.built:
        raise ValueError(
            f"model {model.name!r}: expected one that is built, got one whose input shape is unknown: begin it with "
            "keras.Input(shape) or call model.build(shape) first"
        )
    graph = model._functional if sequential else model
    if not hasattr(graph, "_nodes_by_depth"):
        raise ValueError(
            f"model {model.name!r}: expected a functional or Sequential model, got a subclassed one "
            f"({type(model).__name__}), so there is no graph of layers to read"
        )
    return graph


def _calls(model: Any) -> list[tuple[Layer, Any]]:
    """Return the record of each call of a layer, with its symbolic output."""
    calls: list[tuple[Layer, Any]] = []
    _read_graph(functional_graph(model), "", [], calls)
    return calls


def _read_graph(graph: Any, prefix: str, sources: list[str], calls: list[tuple[Layer, Any]]) -> list[str]:
    """Append the calls in a graph; `sources` names what a nested graph's inputs stand for.

    Returns the names of the records that make the graph's outputs.
    """
    made_by = dict(zip(map(id, graph.inputs[: len(sources)]), sources, strict=True))
    for depth in sorted(graph._nodes_by_depth, reverse=True):
        for node in graph._nodes_by_depth[depth]:
            if all(id(tensor) in made_by for tensor in node.output_tensors):
                continue  # an input of a nested model: its record is outside
            inputs = [made_by[id(tensor)] for tensor in node.input_tensors]
            if isinstance(node.operation, load_keras().Model):
                nested = functional_graph(node.operation)
                names = _read_graph(nested, f"{prefix}{node.operation.name}/", inputs, calls)
            else:
                record = _record(node, prefix, inputs, [before for before, _ in calls])
                calls.append((record, node.output_tensors[0]))
                names = [record.name] * len(node.output_tensors)
            made_by.update(zip(map(id, node.output_tensors), names, strict=True))
    return [made_by[id(tensor)] for tensor in graph.outputs]


def _record(node: Any, prefix: str, inputs: list[str], records: list[Layer]) -> Layer:
    """Make the record of one call of a layer."""
    layer = node.operation
    name = first = prefix + layer.name
    calls = sum(record.name == first or record.shares_weights_with == first for record in records)
    if calls:
        name = f"{first} (call {calls + 1})"
    if getattr(layer, "data_format", None) == "channels_first":
        raise ValueError(f"data_format of layer {name!r}: expected 'channels_last', got 'channels_first'")
    weights = getattr(layer, "trainable_weights", ())
    return Layer(
        name=name,
        class_name=type(layer).__name__,
        inputs=tuple(inputs),
        input_shapes=tuple(_shape(tensor, name) for tensor in node.input_tensors),
        output_shape=_shape(node.output_tensors[0], name),
        use_bias=bool(getattr(layer, "use_bias", False)),
        activation=getattr(getattr(layer, "activation", None), "__name__", None),
        units=getattr(layer, "units", None),
        scale=bool(getattr(layer, "scale", False)),
        center=bool(getattr(layer, "center", False)),
        parameters=layer.count_params() if hasattr(layer, "count_params") else 0,
        trainable_parameters=sum(math.prod(weight.shape) for weight in weights),
        axis=_axis(layer, node),
        shares_weights_with=first if calls else None,
        **_geometry(layer, node),
    )


def _geometry(layer: Any, node: Any) -> dict[str, Any]:
    """Read kernel, strides, padding and groups of a layer that has such."""
    geometry: dict[str, Any] = {}
    kernel_size = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
    if isinstance(kernel_size, tuple):
        geometry["kernel_size"] = kernel_size
        geometry["strides"] = tuple(layer.strides)
        geometry["dilation_rate"] = tuple(getattr(layer, "dilation_rate", (1,) * len(kernel_size)))
        geometry["padding"] = _padding(layer, geometry, node)
        geometry["filters"] = getattr(layer, "filters", None)
        geometry["groups"] = getattr(layer, "groups", None) or 1
        geometry["depth_multiplier"] = getattr(layer, "depth_multiplier", None) or 1
    elif type(layer).__name__.startswith("ZeroPadding"):
        geometry["padding"] = _pairs(layer.padding)
    elif type(layer).__name__.startswith("Cropping"):
        geometry["padding"] = tuple((-before, -after) for before, after in _pairs(layer.cropping))
    elif type(layer).__name__.startswith("UpSampling"):
        geometry["strides"] = layer.size if isinstance(layer.size, tuple) else (layer.size,)
        geometry["interpolation"] = getattr(layer, "interpolation", "nearest")
    if type(layer).__name__.startswith("DepthwiseConv"):  # each channel is a group of its own
        geometry["groups"] = node.input_tensors[0].shape[-1]
        geometry["filters"] = geometry["groups"] * layer.depth_multiplier
    return geometry


def _axis(layer: Any, node: Any) -> tuple[int, ...] | None:
    """Return the axes that a layer works along, without the batch axis; None where it is the last one alone."""
    if not node.input_tensors or not node.input_tensors[0].shape:
        return None
    rank = len(node.input_tensors[0].shape)
    kind, axes = type(layer).__name__, getattr(layer, "axis", None)
    if kind in ("Permute", "Transpose"):  # the order in which they stand afterwards
        order = (0, *layer.dims) if kind == "Permute" else tuple(layer.axes or range(rank)[::-1])
        return tuple(axis - 1 for axis in order[1:]) if order[0] == 0 else None
    if kind == "GetItem":
        key = node.arguments.args[1] if len(node.arguments.args) > 1 else node.arguments.kwargs.get("key")
        axes = _picked_axes(tuple(key) if isinstance(key, list | tuple) else (key,), rank)
    axes = tuple(axes) if isinstance(axes, list | tuple) else (axes,)
    if not all(isinstance(axis, int) for axis in axes):
        return None
    places = tuple(sorted(axis % rank - 1 for axis in axes))
    return None if places == (rank - 2,) else places


def _picked_axes(key: tuple[Any, ...], rank: int) -> list[int]:
    """Return the axes of which ``x[key]`` takes less than all, or in another order."""
    picks = [each for each in key if each is not None]
    if Ellipsis in picks:
        dots = picks.index(Ellipsis)
        picks[dots : dots + 1] = [slice(None)] * (rank - len(picks) + 1)
    return [axis for axis, each in enumerate(picks) if each != slice(None)]


def _padding(layer: Any, geometry: dict[str, Any], node: Any) -> Padding:
    """Read the padding, as pairs where it is neither "valid" nor "same"."""
    padding: Padding = layer.padding
    spans = [d * (k - 1) + 1 for k, d in zip(geometry["kernel_size"], geometry["dilation_rate"], strict=True)]
    if layer.padding == "causal":  # so much before that no output sees a later input
        return tuple((span - 1, 0) for span in spans)
    if getattr(layer, "output_padding", None) is None:
        return padding
    # A transposed convolution whose output size was given: what is cut off follows from the two sizes.
    sizes, made = (_shape(tensor, layer.name)[:-1] for tensor in (node.input_tensors[0], node.output_tensors[0]))
    pairs = []
    for size, strides, span, places in zip(sizes, geometry["strides"], spans, made, strict=True):
        cut = (size - 1) * strides + span - places
        before = max(cut, 0) // 2 if padding == "same" else 0
        pairs.append((before, cut - before))
    return tuple(pairs)


def _pairs(padding: Any) -> tuple[tuple[int, int], ...]:
    """Write ZeroPadding1D's (before, after) as the others write theirs: a pair per axis."""
    return tuple(map(tuple, padding)) if isinstance(padding[0], tuple | list) else (tuple(padding),)


def _shape(tensor: Any, name: str) -> Shape:
    """Return a tensor's shape without its batch axis."""
    shape = tuple(tensor.shape)[1:]
    if None in shape:
        raise ValueError(
            f"shape at layer {name!r}: expected no open size, got {tuple(tensor.shape)}: build the model with a fixed "
            "input size, such as keras.Input((224, 224, 3))"
        )
    return shape
