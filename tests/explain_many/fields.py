"""Which pixels really reach a number, found by running networks, for comparison with what is told of them."""

import keras
import numpy as np

from cnnfigs.arithmetic.receptive import as_image, known_fields, receptive_region
from cnnfigs.models.onnx_passes import Pass
from cnnfigs.models.opening import opened
from cnnfigs.models.records import layer_outputs, layer_records
from cnnfigs.runs.onnx_model import Shower

#: Layers of each model that are looked at, about.
CHECKED = 6
#: What works on each number alone: where it gives zero, a pixel that can count would not.
ALONE = ("ReLU", "LeakyReLU", "PReLU", "ELU", "Activation", "Softmax")
GATES = ("sigmoid", "hard_sigmoid")
#: Weights that are ones here; others of one axis are zeros.
ONES = ("gamma", "moving_variance", "variance")


def transparent(model, shape=None):
    """Make of a model one with the same windows, through which each pixel that can count does.

    It computes in float64, its kernels are above zero, it has no activation functions, and means instead of maxima.
    With a shape it reads images of that.
    """

    def clone(layer):
        kind, config = type(layer).__name__, layer.get_config()
        # A gate is never zero: what is made of products of maps with themselves would be.
        if kind in ALONE and config.get("activation") not in GATES:
            return keras.layers.Activation("linear", name=layer.name, dtype="float64")
        kind = kind.replace("MaxPooling", "AveragePooling")
        config["dtype"] = "float64"
        if config.get("activation") not in (None, *GATES):
            config["activation"] = "linear"
        return getattr(keras.layers, kind, type(layer)).from_config(config)

    starts = [keras.Input(shape or tensor.shape[1:], dtype="float64") for tensor in model.inputs]
    made = keras.models.clone_model(
        model, starts, clone_function=lambda layer: clone(layer) if isinstance(layer, keras.layers.Layer) else layer
    )
    random = np.random.default_rng(0)
    for layer in made.layers:
        for weight in getattr(layer, "weights", ()):
            if weight.dtype != "float64":
                continue
            if len(weight.shape) < 2:
                scales = weight.name in ONES or type(layer).__name__ == "LayerScale"
                weight.assign(np.full(weight.shape, float(scales)))
            else:
                depthwise = "Depthwise" in type(layer).__name__ or "depthwise" in weight.name
                read = np.prod(weight.shape[: 2 if depthwise else -1])
                weight.assign(random.uniform(0.5, 1.5, weight.shape) / read)
        if isinstance(layer, keras.layers.Normalization):
            layer.finalize_state()
    return made


def reached(model, names):
    """For each of some layers the place in the middle of its maps, and the pixels that the gradient there is not 0 at.

    The pixels are first and last row and column.
    """
    import tensorflow as tf

    outputs = layer_outputs(model)
    image = tf.random.uniform((1, *model.inputs[0].shape[1:]), 0.5, 1, "float64", seed=3)
    watched = keras.Model(model.inputs, [outputs[name] for name in names])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(image)
        scores = []
        for maps in keras.tree.flatten(watched(image, training=False)):
            place = tuple(size // 2 for size in maps.shape[1:-1])
            numbers = maps[(0, *place)]
            # Of a layer that normalizes the plain sum never changes.
            scores.append((place, tf.reduce_sum(numbers * tf.linspace(tf.constant(1.0, "float64"), 2.0, len(numbers)))))
    for name, (place, score) in zip(names, scores, strict=True):
        gradient = tape.gradient(score, image)
        yield name, place, box(np.asarray(gradient)[0] != 0) if gradient is not None else ()


def box(lit):
    """First row and column that are lit, and those behind the last, of an array with the channels last."""
    found = np.nonzero(lit.any(axis=-1))
    return tuple((int(axis.min()), int(axis.max()) + 1) for axis in found) if found[0].size else ()


class Compared:
    """Fields that were compared: how many, of how many the size stood inside of the image, and what is wrong."""

    def __init__(self):
        self.regions, self.sizes, self.wrong = 0, 0, []

    def add(self, records, known, name, place, lit):
        """Compare the pixels that reach a number with those that are told."""
        try:
            told = tuple((axis.start, axis.stop) for axis in receptive_region(records, place, name))
        except ValueError:  # a layer of which it is said that it is not known
            return
        self.regions += 1
        if told != lit and any(len(range(*axis)) for axis in told):
            self.wrong.append(f"what reaches {name} at {place}: told {told}, found {lit}")
        field = known.fields.get(name)
        if field is None or not any(field.jump):
            return
        sides = as_image(records)[0].output_shape
        # Along each axis on which it lies inside of the image; of a strip that is the long one.
        inside = [
            (axis.start, axis.stop) == found
            for axis, side, found in zip(field.at(place), sides, lit, strict=False)
            if axis.start >= 0 and axis.stop <= side
        ]
        self.sizes += bool(inside)
        if not all(inside):
            self.wrong.append(f"field of {name} at {place}: told {field.at(place)}, found {lit}")


def some(names):
    """Choose some names, the last among them."""
    return names[::-1][:: max(1, len(names) // CHECKED)][::-1]


def with_maps(records):
    """Name the layers that give maps of more than one place."""
    return [record.name for record in records if record.inputs and max((0, *record.output_shape[:-1])) > 1]


def compare_keras(model, shape=None):
    """Compare what is told of some layers of a Keras model; with a shape, of such images."""
    compared = Compared()
    flat = opened(model)
    if len(flat.inputs) != 1 or not flat.inputs[0].dtype.startswith("float") or len(flat.inputs[0].shape) != 4:
        return compared
    made = transparent(flat, shape)
    records = layer_records(made)
    known = known_fields(records)
    for name, place, lit in reached(made, some([name for name in with_maps(records) if name in known.sizes])):
        compared.add(records, known, name, place, lit)
    return compared


def compare_onnx(proto, made):
    """Compare what is told of some layers of a model in ONNX: each row and each column is lit once."""
    import onnx

    compared = Compared()
    records = made.network.layers
    if len(made.network.inputs) != 1 or len(records[0].output_shape) != 3:
        return compared
    bright = onnx.ModelProto()
    bright.CopyFrom(proto)
    for tensor in bright.graph.initializer:
        values = onnx.numpy_helper.to_array(tensor)
        if tensor.data_type == onnx.TensorProto.FLOAT and values.ndim > 1:
            changed = np.float32(1 / np.prod(values.shape[1:])) * (1 + 0.1 * np.abs(np.tanh(values)))
            tensor.CopyFrom(onnx.numpy_helper.from_array(changed.astype(np.float32), tensor.name))
    shower = Shower(made, Pass(bright, "bright", None))
    known = known_fields(records)
    names = some([name for name in with_maps(records) if name in known.sizes])
    sides = records[0].output_shape
    dark = np.ones(sides, np.float32)
    before = shower.read(dark, names)
    lit = {name: tuple(np.zeros(side, bool) for side in sides[:-1]) for name in names}
    places = {name: tuple(size // 2 for size in maps.shape[:-1]) for name, maps in zip(names, before, strict=True)}
    for axis, side in enumerate(sides[:-1]):
        for cell in range(side):
            image = dark.copy()
            image[(slice(None),) * axis + (cell,)] += 1
            for name, old, new in zip(names, before, shower.read(image, names), strict=True):
                lit[name][axis][cell] = (old[places[name]] != new[places[name]]).any()
    for name in names:
        boxes = tuple(box(each[:, np.newaxis])[0] if each.any() else (0, 0) for each in lit[name])
        compared.add(records, known, name, places[name], boxes)
    return compared
