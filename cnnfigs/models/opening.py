"""A Keras model opened: each of its layers can be read, also those of models inside, and it computes what it did."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from cnnfigs.models.backend import load_keras
from cnnfigs.models.records import functional_graph, layer_records

if TYPE_CHECKING:
    import keras

#: Places per axis of an input that leaves them open, by its number of axes: sequences, images, volumes.
OPEN_SIZES = {1: 128, 2: 128, 3: 224, 4: 32}
#: So much of its largest number may a layer's output differ, by the kind of its numbers.
TOLERANCE = {"float16": 2e-2, "bfloat16": 1e-1}
#: So many numbers may the layers give in one pass, 5 GB, and so often may they multiply and add, which takes seconds.
#: The most of keras.applications are a thousand million, of EfficientNetB7, and 61 times that, of ConvNeXtXLarge.
MOST_NUMBERS, MOST_WORK = 1_200_000_000, 200_000_000_000
#: Of what a layer inside gives, about so many numbers are compared, evenly chosen; of outputs all.
COMPARED = 100_000
#: A step of a recurrent layer takes as long as so many of these.
STEP = 1_000_000


def opened(model: keras.Model) -> keras.Model:
    """Return a functional or Sequential model with the same layers, without models inside and with fixed input sizes.

    Its layers are the model's own, called once more, so that all that they hold is what it was. Where layers inside of
    models have the same name as others, theirs gets that of their model before it. It is compared with the model on one
    input before it is returned.

    Raises
    ------
    ValueError
        If it is neither functional nor Sequential, not built, cannot be computed, takes too much memory or time for it,
        or computes something else once it is opened; the message names the layer.
    """
    keras = load_keras()
    graph = functional_graph(model)
    inputs = [_fixed(tensor) for tensor in graph.inputs]
    taken = {tensor._keras_history.operation.name: id(tensor) for tensor in inputs}
    outputs = _called(graph, inputs, "", taken)
    flat = keras.Model(inputs, outputs if len(outputs) > 1 else outputs[0], name=model.name)
    layer_records(flat)  # what these refuse they refuse in clearer words than a pass that fails
    _weigh(flat)
    _compare(model, flat)
    return flat


def input_names(model: keras.Model) -> list[str]:
    """Return the names of a model's inputs."""
    return [tensor._keras_history.operation.name for tensor in model.inputs]


def _fixed(tensor: Any) -> Any:
    """Make an input like another, of a fixed size."""
    shape = tuple(tensor.shape[1:])
    size = OPEN_SIZES.get(len(shape))
    # Of the axes only those of places are known to fit any size; one of channels stays open, and is refused.
    places = max(1, len(shape) - 1)
    fixed = [size if each is None and axis < places else each for axis, each in enumerate(shape)]
    name = tensor._keras_history.operation.name
    return load_keras().Input(batch_shape=(tensor.shape[0], *fixed), dtype=tensor.dtype, name=name)


def _called(graph: Any, inputs: Sequence[Any], prefix: str, taken: dict[str, int]) -> list[Any]:
    """Call a graph's layers on other inputs, those of models inside one by one; return the outputs."""
    keras = load_keras()
    made = dict(zip(map(id, graph.inputs), inputs, strict=True))
    for depth in sorted(graph._nodes_by_depth, reverse=True):
        for node in graph._nodes_by_depth[depth]:
            if all(id(tensor) in made for tensor in node.output_tensors):
                continue
            positional, named = node.arguments.fill_in(made)
            operation = node.operation
            if isinstance(operation, keras.Model):
                tensors = [each for each in keras.tree.flatten((positional, named)) if _is_symbolic(each)]
                inside = functional_graph(operation)
                outputs = _called(inside, tensors, f"{prefix}{operation.name}_", taken)
            else:
                _name_apart(operation, prefix, taken)
                outputs = keras.tree.flatten(operation(*positional, **named))
            made.update(zip(map(id, node.output_tensors), outputs, strict=True))
    return [made[id(tensor)] for tensor in graph.outputs]


def _is_symbolic(value: Any) -> bool:
    return isinstance(value, load_keras().KerasTensor)


def _name_apart(operation: Any, prefix: str, taken: dict[str, int]) -> None:
    """Give a layer another name where a different one has its own: a model's layers must differ by name."""
    name = operation.name
    if taken.get(name, id(operation)) != id(operation):
        candidates = [f"{prefix}{name}", *(f"{prefix}{name}_{number}" for number in range(2, 1000))]
        operation.name = next(each for each in candidates if each not in taken)
    taken[operation.name] = id(operation)


def _weigh(model: keras.Model) -> None:
    """Refuse a model of which one pass takes too much memory or time."""
    numbers = work = 0
    for nodes in model._nodes_by_depth.values():
        for node in nodes:
            layer, made = node.operation, [_numbers(tensor.shape) for tensor in node.output_tensors]
            if 0 in made:
                raise ValueError(f"layer '{layer.name}' gives no numbers: its shape is {node.output_tensors[0].shape}")
            places = _numbers(node.output_tensors[0].shape[:-1])
            if "Attention" in type(layer).__name__:  # each place is compared with each
                made.append(places**2 * (getattr(layer, "num_heads", None) or 1))
            numbers += sum(made)
            inner = getattr(layer, "layer", layer)
            if hasattr(inner, "return_sequences"):  # step after step, which takes longer than the numbers in it
                shape = node.input_tensors[0].shape
                places = _numbers(shape[:-1])
                work += STEP * _numbers(shape[1 : 2 if inner is layer else 3])
            work += places * (layer.count_params() if hasattr(layer, "count_params") else 0)
            work += made[0] * math.prod(getattr(layer, "pool_size", None) or ())
    for what, count, most in (
        ("numbers that its layers give", numbers, MOST_NUMBERS),
        ("multiplications", work, MOST_WORK),
    ):
        if count > most:
            raise ValueError(f"{what}: expected at most {most:,} in one pass, got {count:,}")


def _numbers(shape: Sequence[int | None]) -> int:
    return math.prod(1 if each is None else each for each in shape)


def _compare(model: keras.Model, flat: keras.Model) -> None:
    """Compare two models of the same layers on one input, layer by layer and every output."""
    samples = [_sample(tensor, number) for number, tensor in enumerate(flat.inputs)]
    struct = load_keras().tree.pack_sequence_as(functional_graph(model)._inputs_struct, samples)
    first: dict[str, list[Any]] = defaultdict(list)

    def keep(name: str, value: Any) -> None:
        first[name].append(_chosen(value))

    def cross_out(name: str, value: Any) -> None:
        # A layer that stands inside of models is called in another order once they are opened.
        first[name] = [each for each in first[name] if not _equal(each, _chosen(value))]

    try:
        with _overheard(flat, keep):
            expected = load_keras().tree.flatten(model(struct, training=False))
        with _overheard(flat, cross_out):
            actual = load_keras().tree.flatten(flat(samples, training=False))
    except Exception as error:
        raise ValueError(f"one pass of the model {model.name!r} fails: {error}") from error
    for name, left in first.items():
        if left:
            raise _differs(f"layer {name!r}")
    for name, one, other in zip(flat.output_names, expected, actual, strict=True):
        if not _equal(np.asarray(one), np.asarray(other)):
            raise _differs(f"output {name!r}")


def _differs(what: str) -> ValueError:
    return ValueError(
        f"opened, it does not compute the same: on one input {what} gives other numbers, as one that draws random "
        "ones or keeps a state does; nothing is reported of it"
    )


def _sample(tensor: Any, number: int) -> Any:
    """Make one input: numbers from 0 to 1, or what stands for words."""
    import tensorflow as tf

    shape = (tensor.shape[0] or 1, *tensor.shape[1:])
    generator = np.random.default_rng(number)
    if tensor.dtype == "string":
        return tf.constant(np.full(shape, "word"))
    if tensor.dtype.startswith(("int", "uint", "bool")):
        return tf.constant(generator.integers(0, 2, shape), tensor.dtype)
    return tf.cast(tf.constant(generator.uniform(size=shape)), tensor.dtype)


@contextmanager
def _overheard(model: keras.Model, listen: Callable[[str, Any], None]) -> Iterator[None]:
    """Listen to what each layer of a model gives while something is computed, by its name, call after call."""
    keras = load_keras()
    from unittest.mock import patch

    own = {id(operation) for operation in model.operations}
    plain = keras.Operation.__call__

    def call(operation: Any, *positional: Any, **named: Any) -> Any:
        given = plain(operation, *positional, **named)
        first = keras.tree.flatten(given)[0]
        if id(operation) in own and hasattr(first, "numpy"):
            listen(operation.name, first.numpy())
        return given

    with patch.object(keras.Operation, "__call__", call):
        yield


def _chosen(values: Any) -> Any:
    """Choose some of many numbers, so that not all that layers gave are in memory twice."""
    return values.ravel()[:: max(1, values.size // COMPARED)].copy()


def _equal(one: Any, other: Any) -> bool:
    """Whether two arrays hold the same, but for rounding."""
    if one.shape != other.shape:
        return False
    if one.dtype.kind not in "fiub" and str(one.dtype) != "bfloat16":  # words
        return bool((one == other).all())
    expected, actual = np.asarray(one, np.float64), np.asarray(other, np.float64)
    finite = np.abs(expected[np.isfinite(expected)])
    tolerance = TOLERANCE.get(str(one.dtype), 1e-3) * max(1e-6, float(finite.max(initial=0)))
    return np.allclose(expected, actual, rtol=0, atol=tolerance, equal_nan=True)
