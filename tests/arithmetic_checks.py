"""What cnnfigs.arithmetic must agree on with Keras, one random configuration at a time.

tests/test_arithmetic.py tries a few hundred through Keras' layers, tests/prove many thousand through keras.ops. What
was tried is counted in TRIED, what was compared on the way in COMPARED.
"""

import math
from collections import Counter
from dataclasses import dataclass

import keras
import numpy as np
from hypothesis import strategies as st
from keras import layers

from cnnfigs.arithmetic import reference
from cnnfigs.arithmetic.receptive import receptive_field, receptive_fields, receptive_region
from cnnfigs.arithmetic.sizes import Axis, TransposedAxis
from cnnfigs.models.records import layer_records

OPERATIONS = ("convolution", "transposed convolution", "max pooling", "average pooling")
TRIED: Counter[tuple[str, int, str]] = Counter()
COMPARED: Counter[str] = Counter()


@dataclass(frozen=True)
class Case:
    operation: str
    size: tuple[int, ...]
    kernel_size: tuple[int, ...]
    strides: tuple[int, ...]
    padding: str | tuple[tuple[int, int], ...]
    dilation_rate: tuple[int, ...]
    channels: int = 1
    filters: int = 1
    seed: int = 0

    @property
    def rank(self):
        return len(self.size)

    @property
    def axes(self):
        """Size, kernel size, strides, padding and dilation rate of each axis."""
        padding = self.padding if self.explicit else (self.padding,) * self.rank
        return list(zip(self.size, self.kernel_size, self.strides, padding, self.dilation_rate, strict=True))

    @property
    def explicit(self):
        return isinstance(self.padding, tuple)

    @property
    def keras_padding(self):
        return "valid" if self.explicit else self.padding

    def count(self, what):
        TRIED[f"{self.operation}, {what}", self.rank, "explicit" if self.explicit else self.padding] += 1


@st.composite
def cases(draw, operation, largest=64, fitting=False, explicit=True):
    """Draw a configuration; with `fitting`, only one whose window fits on its input."""
    rank = draw(st.sampled_from((1, 2)))
    padding = draw(st.sampled_from(("valid", "same", "explicit") if explicit else ("valid", "same")))
    pooling = operation.endswith("pooling")
    dilated = not pooling and draw(st.booleans())
    axes = []
    for _ in range(rank):
        kernel_size = draw(st.integers(1, 11))
        strides = 1 if dilated else draw(st.integers(1, 5))
        most = (largest - 1) // (kernel_size - 1) if fitting and kernel_size > 1 else 4
        dilation_rate = draw(st.integers(1, max(1, min(most, 4)))) if dilated else 1
        most = kernel_size - 1 if pooling else 5  # a pooling's window must see one cell of the image
        pair = (draw(st.integers(0, most)), draw(st.integers(0, most))) if padding == "explicit" else (0, 0)
        span = dilation_rate * (kernel_size - 1) + 1
        slides = operation != "transposed convolution" and padding != "same"
        least = max(1, span - sum(pair)) if fitting and slides else 1
        axes.append((draw(st.integers(least, largest)), kernel_size, strides, pair, dilation_rate))
    size, kernel_size, strides, pairs, dilation_rate = zip(*axes, strict=True)
    return Case(
        operation,
        size,
        kernel_size,
        strides,
        pairs if padding == "explicit" else padding,
        dilation_rate,
        channels=draw(st.integers(1, 4)),
        filters=draw(st.integers(1, 3)),
        seed=draw(st.integers(0, 2**32 - 1)),
    )


def keras_layer(case, dtype="float32"):
    """Make Keras' layer for a case; explicit padding is not among its arguments."""
    window = {"strides": case.strides, "padding": case.keras_padding, "dtype": dtype}
    if case.operation.endswith("pooling"):
        name = "MaxPooling" if case.operation == "max pooling" else "AveragePooling"
        return getattr(layers, f"{name}{case.rank}D")(case.kernel_size, **window)
    name = f"Conv{case.rank}D" + ("Transpose" if case.operation == "transposed convolution" else "")
    return getattr(layers, name)(
        case.filters, case.kernel_size, dilation_rate=case.dilation_rate, bias_initializer="random_normal", **window
    )


def check_shape(case):
    """Compare our output sizes with the layer's compute_output_shape; what Keras refuses, we must refuse."""
    transposed = case.operation == "transposed convolution"
    try:
        axes = [(TransposedAxis if transposed else Axis)(*axis) for axis in case.axes]
        ours = tuple(axis.output_size() for axis in axes)
    except ValueError:
        ours = "refused"
    theirs = _keras_shape(case)
    case.count("shapes refused by both" if theirs == "refused" else "shapes")
    assert ours == theirs, case
    if ours != "refused":
        expected = case.size if transposed else ours
        for axis, places in zip(axes, expected, strict=True):
            assert axis.windows().shape == (places, axis.kernel_size), case


def _keras_shape(case):
    size = case.size
    transposed = case.operation == "transposed convolution"
    try:
        if case.explicit and not transposed:
            size = tuple(n + before + after for n, (before, after) in zip(size, case.padding, strict=True))
        shape = tuple(keras_layer(case).compute_output_shape((1, *size, case.channels))[1:-1])
    except ValueError:
        return "refused"
    if case.explicit and transposed:
        # The layer keeps gaps behind the last window; without them, this is what the windows cover.
        gaps = [max(s - k, 0) for k, s in zip(case.kernel_size, case.strides, strict=True)]
        shape = tuple(n - gap - sum(pair) for n, gap, pair in zip(shape, gaps, case.padding, strict=True))
        if min(shape) < 1:
            return "refused"
    return shape


def numbers(case):
    """Draw an image, a kernel (none for pooling) and a bias."""
    random = np.random.default_rng(case.seed)
    image = random.normal(size=(*case.size, case.channels))
    last = (case.channels, case.filters)
    if case.operation == "transposed convolution":
        last = last[::-1]
    return image, random.normal(size=(*case.kernel_size, *last)), random.normal(size=case.filters)


def ours(case, image, kernel, bias):
    window = {"strides": case.strides, "padding": case.padding}
    if case.operation.endswith("pooling"):
        pooling = reference.max_pooling if case.operation == "max pooling" else reference.average_pooling
        return pooling(image, case.kernel_size, **window)
    transposed = case.operation == "transposed convolution"
    operation = reference.transposed_convolution if transposed else reference.convolution
    return operation(image, kernel, bias, dilation_rate=case.dilation_rate, **window)


def theirs(case, image, kernel, bias):
    """Compute the same with keras.ops in float64, explicit padding by padding or cutting by hand."""
    window = {"strides": case.strides, "padding": case.keras_padding}
    if case.operation == "transposed convolution":
        # On a CPU Keras fails with dilation: the kernel is dilated by hand, with zeros between its numbers.
        spans = [d * (k - 1) + 1 for k, d in zip(case.kernel_size, case.dilation_rate, strict=True)]
        spread = np.zeros((*spans, *kernel.shape[-2:]))
        spread[tuple(slice(None, None, d) for d in case.dilation_rate)] = kernel
        result = _in_float64(keras.ops.conv_transpose, image, spread, **window)
        if case.explicit:
            covered = [(n - 1) * s + span for n, s, span in zip(case.size, case.strides, spans, strict=True)]
            pairs = zip(covered, case.padding, strict=True)
            result = result[tuple(slice(before, max(n - after, 0)) for n, (before, after) in pairs)]
        return result + bias
    padded = _padded(case, image, -np.inf if case.operation == "max pooling" else 0.0)
    if case.operation == "convolution":
        window["dilation_rate"] = case.dilation_rate
        return _in_float64(keras.ops.conv, padded, kernel, **window) + bias
    if case.operation == "max pooling":
        return _in_float64(keras.ops.max_pool, padded, case.kernel_size, **window)
    result = _in_float64(keras.ops.average_pool, padded, case.kernel_size, **window)
    if case.explicit:  # divided by the share of each window that lies on the image
        ones = _padded(case, np.ones_like(image), 0.0)
        result = result / _in_float64(keras.ops.average_pool, ones, case.kernel_size, **window)
    return result


def _in_float64(operation, image, *arguments, **window):
    # As a tensor: TensorFlow makes float32 of an array of float64 on its way into a 2-D max pooling.
    result = np.asarray(operation(keras.ops.convert_to_tensor(image[np.newaxis], "float64"), *arguments, **window))[0]
    assert result.dtype == np.float64
    return result


def _padded(case, image, fill):
    return np.pad(image, (*case.padding, (0, 0)), constant_values=fill) if case.explicit else image


def check_values(case):
    """Compare our values in float64 with those of keras.ops, to 1e-9 of the sum of absolute products."""
    image, kernel, bias = numbers(case)
    expected = theirs(case, image, kernel, bias)
    if expected.size == 0:  # transposed, and all of it cut off
        try:
            ours(case, image, kernel, bias)
        except ValueError:
            case.count("values refused, as nothing is left")
            return
        raise AssertionError(case)
    case.count("values")
    _check_close(case, ours(case, image, kernel, bias), expected, image, kernel, bias, 1e-9)


def check_layer(case):
    """Compare our values with those of Keras' layer in float32, to 1e-4 of the sum of absolute products."""
    image, kernel, bias = (array.astype("float32") for array in numbers(case))
    layer = keras_layer(case)
    if not case.operation.endswith("pooling"):
        layer.build((1, *image.shape))
        layer.set_weights([kernel, bias])
    expected = np.asarray(layer(image[np.newaxis]))[0]
    case.count("layers")
    _check_close(case, ours(case, image, kernel, bias), expected, image, kernel, bias, 1e-4)


def _check_close(case, result, expected, image, kernel, bias, tolerance):
    assert result.shape == expected.shape, case
    if case.operation == "max pooling":
        assert np.array_equal(result, expected), case
        return
    scale = theirs(case, *(np.abs(array).astype("float64") for array in (image, kernel, bias)))
    assert (np.abs(result - expected) <= tolerance * scale).all(), case


@st.composite
def networks(draw, rank, plain=False):
    """Draw a network whose weights are all positive; a plain one is a stack of windows and padding on a long signal."""

    def layer(name, *arguments, **options):
        return getattr(layers, f"{name}{rank}D")(*arguments, **options)

    ones = {"kernel_initializer": "ones", "use_bias": False}
    lengths = st.integers(50, 70) if plain else st.integers(8, 13)
    image = map_ = keras.Input((*(draw(lengths) for _ in range(rank)), 1))
    kinds = ["conv", "dilated", "max", "average", "border"]
    if not plain:
        kinds += ["crop", "up", "transposed", "branch", "join"]
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(kinds))
        smallest = min(map_.shape[1:-1])
        kernel_size, strides = draw(st.integers(1, 3)), draw(st.integers(1, 3))
        padding = draw(st.sampled_from(("same", "valid"))) if smallest >= 5 else "same"
        if kind == "conv":
            map_ = layer("Conv", 1, kernel_size, strides=strides, padding=padding, **ones)(map_)
        elif kind == "dilated":
            map_ = layer("Conv", 1, kernel_size, dilation_rate=2, padding=padding, **ones)(map_)
        elif kind == "max":
            map_ = layer("MaxPooling", kernel_size, strides=strides, padding=padding)(map_)
        elif kind == "average":
            map_ = layer("AveragePooling", kernel_size, strides=strides, padding=padding)(map_)
        elif kind == "border":
            pair = (draw(st.integers(0, 2)), draw(st.integers(0, 2)))
            map_ = layer("ZeroPadding", pair if rank == 1 else (pair,) * rank)(map_)
        elif kind == "crop" and smallest >= 4:
            pair = (draw(st.integers(0, 1)), draw(st.integers(0, 1)))
            map_ = layer("Cropping", pair if rank == 1 else (pair,) * rank)(map_)
        elif kind == "up" and smallest <= 8:
            map_ = layer("UpSampling", 2)(map_)
        elif kind == "transposed" and smallest <= 8:
            map_ = getattr(layers, f"Conv{rank}DTranspose")(1, kernel_size, strides=2, padding=padding, **ones)(map_)
        elif kind == "branch":
            left = layer("Conv", 1, kernel_size, strides=strides, padding="same", **ones)(map_)
            right = layer("MaxPooling", 2, strides=strides, padding="same")(map_)
            map_ = layers.Concatenate()([left, right]) if draw(st.booleans()) else layers.Add()([left, right])
        elif kind == "join":
            gate = layer("GlobalAveragePooling", keepdims=True)(map_)
            map_ = layers.Add()([map_, gate])
    return keras.Model(image, map_)


def lit_pixels(model):
    """For each pixel of the image, light it alone; tell which numbers of the map are then above zero."""
    size = model.input_shape[1:-1]
    images = np.eye(math.prod(size), dtype="float32").reshape(-1, *size, 1)
    answers = np.asarray(model(images)).max(axis=-1) > 0
    return answers.reshape(*size, *answers.shape[1:])


def box(lit):
    """Give the smallest box of ranges around the true values."""
    if not lit.any():
        return (range(0),) * lit.ndim
    return tuple(range(int(axis.min()), int(axis.max()) + 1) for axis in np.nonzero(lit))


def check_region(model):
    """Compare the pixels that we say reach a number with those that light it, for all numbers of a network."""
    records, lit = layer_records(model), lit_pixels(model)
    rank = lit.ndim // 2
    TRIED["receptive regions", rank, "networks"] += 1
    try:
        field = receptive_field(records)
    except ValueError:
        field = None  # behind upsampling, and where branches move apart
    for place in np.ndindex(*lit.shape[rank:]):
        region = receptive_region(records, place)
        assert region == box(lit[(..., *place)]), (place, records)
        if field and all(region):
            for seen, could in zip(region, field.at(place), strict=True):
                assert could.start <= seen.start, (place, records)
                assert seen.stop <= could.stop, (place, records)


def check_field(model):
    """Compare the theoretical field with the pixels that light a number, wherever it lies inside the image."""
    records, lit = layer_records(model), lit_pixels(model)
    fields = receptive_fields(records)
    dropped = sum(field.jump[0] for field in fields.values())  # strides may leave so much unread at the end
    TRIED["receptive fields", 1, "networks"] += 1
    for place in range(lit.shape[1]):
        (could,) = fields[records[-1].name].at((place,))
        if could.start >= 0 and could.stop <= lit.shape[0] - dropped:
            COMPARED["numbers whose whole field lies inside the image"] += 1
            assert box(lit[:, place]) == (could,), (place, records)
