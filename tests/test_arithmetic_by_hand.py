"""The arithmetic by hand: published examples, brute force and every refusal, without Keras.

tests/test_arithmetic.py compares with Keras. What stands here takes a moment, so that `nox -s mutants` can ask it about
thousands of wrong versions of `cnnfigs.arithmetic`.
"""

import functools
import itertools
import math
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnfigs.arithmetic import (
    Derivation,
    Layer,
    multiply_adds,
    parameter_derivation,
    size_derivation,
)
from cnnfigs.arithmetic.receptive import (
    as_image,
    known_fields,
    receptive_field,
    receptive_fields,
    receptive_region,
)
from cnnfigs.arithmetic.reference import (
    average_pooling,
    convolution,
    max_pooling,
    patches,
    transposed_convolution,
)
from cnnfigs.arithmetic.sizes import Axis, TransposedAxis
from cnnfigs.errors import ParameterError

# --- Sizes and windows told elsewhere ---------------------------------------------------------------------------------


def test_the_examples_of_dumoulin_and_visin():
    # "A guide to convolution arithmetic for deep learning", the captions of figures 2.1 to 2.7, 4.1, 4.6, 4.7 and 5.1
    assert Axis(4, 3).output_size() == 2
    assert Axis(5, 4, padding=(2, 2)).output_size() == 6
    assert Axis(5, 3, padding=(1, 1)).output_size() == 5
    assert Axis(5, 3, padding=(2, 2)).output_size() == 7
    assert Axis(5, 3, strides=2).output_size() == 2
    assert Axis(5, 3, strides=2, padding=(1, 1)).output_size() == 3
    assert Axis(6, 3, strides=2, padding=(1, 1)).output_size() == 3
    assert TransposedAxis(2, 3).output_size() == 4
    assert TransposedAxis(3, 3, strides=2, padding=(1, 1)).output_size() == 5
    assert TransposedAxis(3, 3, strides=2, padding=(1, 0)).output_size() == 6
    assert Axis(7, 3, dilation_rate=2).output_size() == 3


def test_the_tutorials_convnet_shrinks_as_it_says():
    size = 28
    told = []
    for kernel_size, strides in ((3, 1), (2, 2), (3, 1), (2, 2), (3, 1)):
        size = Axis(size, kernel_size, strides).output_size()
        told.append(size)
    assert told == [26, 13, 11, 5, 3]


@pytest.mark.parametrize("size", [5, 6])
def test_same_padding_depends_on_the_size(size):
    assert Axis(size, 3, strides=2, padding="same").padding_amounts() == {5: (1, 1), 6: (0, 1)}[size]


def test_the_formula_with_its_numbers_evaluates_to_the_size():
    for size, kernel_size, strides, padding in itertools.product((5, 6, 11), (2, 3), (1, 2), ("valid", "same")):
        for derivation in (
            Axis(size, kernel_size, strides, padding).derivation(),
            TransposedAxis(size, kernel_size, strides, padding).derivation(),
        ):
            formula = derivation.product.replace("⌊", "math.floor(").replace("⌋", ")")
            formula = formula.replace("−", "-").replace("·", "*")
            assert eval(formula, {"math": math}) == derivation.total, derivation
    assert str(Axis(5, 3, padding="same").derivation()) == "⌊(5 + 1 + 1 − 3) / 1⌋ + 1 = 5"


# --- References -------------------------------------------------------------------------------------------------------


def test_a_convolution_is_a_matrix_product_of_its_patches():
    random = np.random.default_rng(0)
    image, kernel = random.normal(size=(8, 7, 3)), random.normal(size=(3, 3, 3, 5))
    rows = patches(image, 3).reshape(-1, 27)
    np.testing.assert_allclose(convolution(image, kernel).reshape(-1, 5), rows @ kernel.reshape(27, 5))


def test_a_transposed_convolution_is_the_transpose_of_a_convolution():
    # <convolution(x), y> = <x, transposed convolution(y)>, which defines it, with dilation too
    random = np.random.default_rng(0)
    for window in ({"strides": 2}, {"dilation_rate": 3}, {"padding": ((2, 1), (0, 1))}):
        image, kernel = random.normal(size=(11, 13, 2)), random.normal(size=(3, 3, 2, 4))
        maps = convolution(image, kernel, **window)
        other = random.normal(size=maps.shape)
        back = transposed_convolution(other, kernel, **window)
        assert back.shape == image.shape
        assert np.sum(maps * other) == pytest.approx(np.sum(image * back))


def test_a_bias_is_added_once_to_each_number():
    image, kernel = np.ones((4, 4, 2)), np.ones((2, 2, 2, 1))
    assert (convolution(image, kernel, [0.5])[:, :, 0] == 8.5).all()
    assert transposed_convolution(image, np.ones((2, 2, 1, 2)), [0.5], strides=3)[2, 2, 0] == 0.5


# --- Sizes, windows and values by brute force -------------------------------------------------------------------------


def slid(size, kernel_size, strides, before, after, dilation_rate=1):
    """Slide a window over a padded axis, from place to place, and write down the cells under it."""
    found, first = [], -before
    while first + dilation_rate * (kernel_size - 1) < size + after:
        found.append([first + dilation_rate * tap for tap in range(kernel_size)])
        first += strides
    return found


def amounts(size, kernel_size, strides, padding, dilation_rate=1):
    """Padding before and after; "same" is the least with which there is a place per stride, the odd cell after."""
    if padding == "valid":
        return 0, 0
    if padding != "same":
        return padding
    enough = math.ceil(size / strides)
    total = next(n for n in itertools.count() if len(slid(size, kernel_size, strides, n, 0, dilation_rate)) >= enough)
    return total // 2, math.ceil(total / 2)


@st.composite
def axes(draw, largest=16, kernels=5):
    """Draw size, kernel size, strides, padding and dilation rate of an axis."""
    dilation_rate = draw(st.integers(1, 3))
    strides = draw(st.integers(1, 4)) if dilation_rate == 1 else 1
    padding = draw(st.sampled_from(("valid", "same")) | st.tuples(st.integers(0, 3), st.integers(0, 3)))
    return draw(st.integers(1, largest)), draw(st.integers(1, kernels)), strides, padding, dilation_rate


@given(axes())
def test_windows_stand_where_they_come_to_when_slid(axis):
    size, kernel_size, strides, _, dilation_rate = axis
    before, after = amounts(*axis)
    expected = slid(size, kernel_size, strides, before, after, dilation_rate)
    if not expected:
        with pytest.raises(
            ParameterError, match=f"a span of at most {size + before + after} on an input of size {size}"
        ):
            Axis(*axis)
        return
    made = Axis(*axis)
    assert made.padding_amounts() == (before, after)
    assert made.output_size() == len(expected)
    assert made.windows().tolist() == expected
    added = f" + {before} + {after}" if before + after else ""
    span = expected[0][-1] - expected[0][0] + 1
    assert made.span() == span
    assert str(made.derivation()) == f"⌊({size}{added} − {span}) / {strides}⌋ + 1 = {len(expected)}"


@given(axes(), st.booleans())
def test_a_transposed_convolution_reaches_what_a_convolution_reads(axis, longer):
    size, kernel_size, strides, padding, dilation_rate = axis
    if longer and padding not in ("valid", "same"):
        padding = (padding[0], -padding[1])  # zeros after the last window
    span = dilation_rate * (kernel_size - 1) + 1
    covered = (size - 1) * strides + span
    if padding == "same":
        large = size * strides
        before, _ = amounts(large, kernel_size, strides, padding, dilation_rate)
    elif padding == "valid":
        before, large = 0, (size - 1) * strides + max(span, strides)
    else:
        before, large = padding[0], covered - sum(padding)
    arguments = (size, kernel_size, strides, padding, dilation_rate)
    if large < 1:
        with pytest.raises(ParameterError, match=f"at most {covered - 1} of the {covered} cells"):
            TransposedAxis(*arguments)
        return
    after = covered - large - before
    made = TransposedAxis(*arguments)
    assert made.padding_amounts() == (before, after)
    assert made.output_size() == large
    reached = [[p * strides - before + dilation_rate * tap for tap in range(kernel_size)] for p in range(size)]
    assert made.windows().tolist() == reached
    cut = "".join(f" − {n}" if n >= 0 else f" + {-n}" for n in (before, after)) if (before, after) != (0, 0) else ""
    assert str(made.derivation()) == f"({size} − 1)·{strides} + {span}{cut} = {large}"


def test_what_is_not_said_is_one_and_valid():
    for axis in (Axis, TransposedAxis):
        assert axis(10, 3) == axis(10, 3, 1, "valid", 1)


def test_derivations_write_large_numbers_with_commas():
    assert str(Axis(1_000, 3).derivation()) == "⌊(1,000 − 3) / 1⌋ + 1 = 998"
    assert str(TransposedAxis(1_000, 3, 2).derivation()) == "(1,000 − 1)·2 + 3 = 2,001"


def test_a_cell_of_zeros_more_is_added_in_the_formula():
    assert str(TransposedAxis(2, 2, strides=3).derivation()) == "(2 − 1)·3 + 2 − 0 + 1 = 6"


def test_numbers_of_numpy_are_whole_too():
    assert Axis(np.int64(5), np.int8(3)).output_size() == 3
    assert Axis(5, 3, padding=[np.int64(1), 2]).padding_amounts() == (1, 2)


@st.composite
def pictures(draw, pooling=False):
    """Draw an image or a signal, and a window for it: its keyword arguments, and the padding as amounts."""
    rank = draw(st.integers(1, 2))
    drawn = [draw(axes(largest=7, kernels=3)) for _ in range(rank)]
    kind = draw(st.sampled_from(("valid", "same", "pairs")))
    dilated = not pooling and draw(st.booleans())
    told = []
    for size, kernel_size, strides, _, dilation_rate in drawn:
        pair = (draw(st.integers(0, kernel_size - 1)), draw(st.integers(0, kernel_size - 1)))
        dilation_rate, strides = (max(dilation_rate, 2), 1) if dilated else (1, strides)
        span = dilation_rate * (kernel_size - 1) + 1
        told.append((max(size, span), kernel_size, strides, pair if kind == "pairs" else kind, dilation_rate))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    image = random.normal(size=(*(axis[0] for axis in told), draw(st.integers(1, 2))))
    _, kernel_size, strides, padding, dilation_rate = zip(*told, strict=True)
    window = {"strides": strides, "padding": padding if kind == "pairs" else kind}
    return random, image, kernel_size, window | ({} if pooling else {"dilation_rate": dilation_rate}), told


def seen(image, told, fill):
    """What the windows see: places, window, channels, with NumPy's own padding and sliding windows."""
    rank = len(told)
    padded = np.pad(image, [*(amounts(*axis) for axis in told), (0, 0)], constant_values=fill)
    spans = [dilation_rate * (kernel_size - 1) + 1 for _, kernel_size, _, _, dilation_rate in told]
    view = np.lib.stride_tricks.sliding_window_view(padded, spans, axis=tuple(range(rank)))
    steps = (slice(None, None, axis[2]) for axis in told)
    taps = (slice(None, None, axis[4]) for axis in told)
    return np.moveaxis(view[(*steps, slice(None), *taps)], rank, -1)


@given(pictures(), st.booleans())
def test_convolution_is_a_sum_over_numpys_sliding_windows(drawn, biased):
    random, image, kernel_size, window, told = drawn
    kernel = random.normal(size=(*kernel_size, image.shape[-1], 3))
    bias = random.normal(size=3) if biased else None
    view = seen(image, told, 0.0)
    np.testing.assert_array_equal(patches(image, kernel_size, **window), view)
    np.testing.assert_array_equal(patches(image, kernel_size, **window, fill=7.0), seen(image, told, 7.0))
    expected = np.tensordot(view, kernel, axes=image.ndim) + (0 if bias is None else bias)
    np.testing.assert_allclose(convolution(image, kernel, bias, **window), expected, atol=1e-12)


@given(pictures(), st.booleans())
def test_transposed_convolution_is_defined_by_a_scalar_product(drawn, biased):
    # <convolution(x), y> = <x, transposed convolution(y)> for all x and y
    random, image, kernel_size, window, told = drawn
    kernel = random.normal(size=(*kernel_size, 2, image.shape[-1]))
    bias = random.normal(size=2)
    spread = transposed_convolution(image, kernel, bias if biased else None, **window) - (bias if biased else 0)
    other = random.normal(size=(*(TransposedAxis(*axis).output_size() for axis in told), 2))
    assert spread.shape == other.shape
    collected = convolution(other, kernel, **window)
    assert np.sum(other * spread) == pytest.approx(np.sum(collected * image), abs=1e-9)


@given(pictures(pooling=True))
def test_pooling_looks_at_the_cells_of_the_image_only(drawn):
    _, image, kernel_size, window, told = drawn
    view, rank = seen(image, told, np.nan), len(told)
    within = tuple(range(rank, 2 * rank))
    np.testing.assert_array_equal(max_pooling(image, kernel_size, **window), np.nanmax(view, axis=within))
    np.testing.assert_allclose(average_pooling(image, kernel_size, **window), np.nanmean(view, axis=within))


def test_windows_of_a_pooling_stand_side_by_side_unless_told():
    image = np.arange(36.0).reshape(6, 6, 1)
    assert max_pooling(image)[:, :, 0].tolist() == [[7, 9, 11], [19, 21, 23], [31, 33, 35]]
    assert average_pooling(image)[0, :, 0].tolist() == [3.5, 5.5, 7.5]
    assert max_pooling(image, 3).shape == average_pooling(image, (3, 3)).shape == (2, 2, 1)
    for pooling in (max_pooling, average_pooling):
        np.testing.assert_array_equal(pooling(image, 2), pooling(image, 2, 2, "valid"))
        assert pooling(image, 3, 2, "same").shape == (3, 3, 1)


def test_what_is_not_said_of_a_window_is_one_and_valid():
    random = np.random.default_rng(5)
    image, kernel = random.normal(size=(6, 6, 2)), random.normal(size=(3, 3, 2, 2))
    whole = {"strides": 1, "padding": "valid", "dilation_rate": 1}
    np.testing.assert_array_equal(patches(image, 3), patches(image, 3, **whole, fill=0.0))
    np.testing.assert_array_equal(patches(image, 3, padding="same"), patches(image, 3, padding="same", fill=0.0))
    np.testing.assert_array_equal(convolution(image, kernel), convolution(image, kernel, None, **whole))
    np.testing.assert_array_equal(
        transposed_convolution(image, kernel), transposed_convolution(image, kernel, None, **whole)
    )


def test_an_image_becomes_float64():
    assert patches([[0, 1]], 1).dtype == np.float64
    assert patches(np.float32([[0.1]]), 1)[0, 0] == float(np.float32(0.1))
    for shape in ((1, 1), (1, 1, 1)):
        assert patches(np.zeros(shape), 1).size == 1
    for shape in ((1,), (1, 1, 1, 1)):
        with pytest.raises(ValueError, match=r"expected shape \(height, width, channels\) or \(length, channels\)"):
            patches(np.zeros(shape), 1)


# --- Parameters -------------------------------------------------------------------------------------------------------


def dense(units, size, use_bias=True):
    return Layer("dense", "Dense", ("flat",), ((size,),), (units,), units=units, use_bias=use_bias)


def test_derivations_as_the_layer_table_writes_them():
    assert str(parameter_derivation(dense(10, 1152))) == "1,152·10 + 10 = 11,530"
    assert parameter_derivation(dense(10, 1152, use_bias=False)) == Derivation("1,152·10", 11_520)
    assert str(size_derivation((22, 22, 128))) == "22·22·128 = 61,952"
    assert str(parameter_derivation(Layer("pool", "MaxPooling2D", ("conv",), ((4, 4, 1),), (2, 2, 1)))) == "0"


def record(class_name, shape, made, **told):
    """A layer that reads one map."""
    return Layer("it", class_name, ("image",), (shape,), made, **told)


MAP = (9, 8, 6)
WINDOW = {"kernel_size": (3, 2)}


@pytest.mark.parametrize(
    ("layer", "told", "products"),
    [
        (record("Conv2D", MAP, (7, 7, 4), **WINDOW, filters=4, use_bias=True), "3·2·6·4 + 4 = 148", 49 * 144),
        (record("Conv2D", MAP, (7, 7, 4), **WINDOW, filters=4), "3·2·6·4 = 144", 49 * 144),
        (record("Conv2D", MAP, (7, 7, 4), **WINDOW, filters=4, groups=3), "3·2·2·4 = 48", 49 * 48),
        (record("Conv1D", (9, 6), (7, 4), kernel_size=(3,), filters=4, use_bias=True), "3·6·4 + 4 = 76", 7 * 72),
        (record("Conv3D", (3, *MAP), (3, 7, 7, 1), kernel_size=(1, 3, 2), filters=1), "1·3·2·6·1 = 36", 147 * 36),
        (
            record("DepthwiseConv2D", MAP, (7, 7, 12), **WINDOW, filters=12, groups=6, use_bias=True),
            "3·2·1·12 + 12 = 84",
            49 * 72,
        ),
        (
            record("SeparableConv2D", MAP, (7, 7, 5), **WINDOW, filters=5, depth_multiplier=2, use_bias=True),
            "3·2·6·2 + 12·5 + 5 = 137",
            49 * (72 + 60),
        ),
        (record("SeparableConv2D", MAP, (7, 7, 5), **WINDOW, filters=5), "3·2·6·1 + 6·5 = 66", 49 * 66),
        (
            record("Conv2DTranspose", MAP, (18, 16, 4), **WINDOW, filters=4, use_bias=True),
            "3·2·6·4 + 4 = 148",
            72 * 144,
        ),
        (record("Dense", (1152,), (10,), units=10, use_bias=True), "1,152·10 + 10 = 11,530", 11_520),
        (record("Dense", MAP, (9, 8, 4), units=4), "6·4 = 24", 9 * 8 * 6 * 4),
        (record("BatchNormalization", MAP, MAP, scale=True, center=True), "4·6 = 24", 0),
        (record("BatchNormalization", MAP, MAP, scale=True), "3·6 = 18", 0),
        (record("BatchNormalization", MAP, MAP), "2·6 = 12", 0),
        (record("BatchNormalization", MAP, MAP, center=True, axis=(0, 1)), "3·9·8 = 216", 0),
        (record("MaxPooling2D", MAP, (3, 4, 6), kernel_size=(3, 2)), "0", 0),
        (Layer("image", "InputLayer", output_shape=MAP), "0", 0),
    ],
)
def test_parameters_and_products_counted_by_hand(layer, told, products):
    assert str(parameter_derivation(layer)) == told
    assert multiply_adds(layer) == products


def test_where_nothing_is_counted_nothing_is_written():
    assert parameter_derivation(record("ReLU", MAP, MAP)) == Derivation("", 0)
    assert str(Derivation("", 1_000)) == "1,000"
    assert size_derivation((9, 8)) == Derivation("9·8", 72)


def test_a_layer_without_what_its_record_may_say():
    bare = Layer("it", "ReLU")
    assert (bare.inputs, bare.input_shapes, bare.output_shape, bare.groups) == ((), (), (), 1)
    with pytest.raises(ValueError, match=r"^input_shape of layer 'it' \(ReLU\): expected one input, got 0$"):
        _ = bare.input_shape


# --- Receptive fields by brute force ----------------------------------------------------------------------------------


class Network:
    """Records of a random network, and what its numbers see, followed back place by place.

    ``sources`` names for each layer the cells that one place reads, per axis and input: None for all of them.
    """

    def __init__(self, *sizes):
        self.sizes = sizes
        self.records = [Layer("image", "InputLayer", output_shape=(*sizes, 1))]
        self.sources = {}
        self.field, self.pixels = functools.cache(self.field), functools.cache(self.pixels)

    def add(self, class_name, inputs, sizes, sources, **told):
        """Add a layer; ``sources`` gives, for an axis and a place on it, the cells of each input."""
        shapes = tuple(self[name].output_shape for name in inputs)
        name = f"{len(self.records)}"
        channels = sum(shape[-1] for shape in shapes) if class_name == "Concatenate" else 1
        self.records.append(Layer(name, class_name, tuple(inputs), shapes, (*sizes, channels), **told))
        self.sources[name] = sources
        return name

    def __getitem__(self, name):
        return next(layer for layer in self.records if layer.name == name)

    def places(self, name):
        return self[name].output_shape[:-1]

    def window(self, class_name, name, kernel_size, strides, padding, dilation_rate=1):
        """Add a convolution or a pooling, alike on all axes; nothing where it does not fit."""
        told = [(n, kernel_size, strides, padding, dilation_rate) for n in self.places(name)]
        stands = [slid(*axis[:3], *amounts(*axis), dilation_rate) for axis in told]
        if not all(stands):
            return name
        before = [amounts(*axis)[0] for axis in told]

        def sources(axis, place):
            first = place * strides - before[axis]
            return [[first + dilation_rate * tap for tap in range(kernel_size)]]

        each = {"kernel_size": kernel_size, "strides": strides, "dilation_rate": dilation_rate}
        each = {field: (value,) * len(told) for field, value in each.items()}
        return self.add(f"{class_name}{len(told)}D", [name], map(len, stands), sources, **each, padding=padding)

    def border(self, name, before, after):
        sizes_ = [n + before + after for n in self.places(name)]
        if min(sizes_) < 1:
            return name
        class_name = f"{'ZeroPadding' if before + after >= 0 else 'Cropping'}{len(sizes_)}D"
        padding = ((before, after),) * len(sizes_)
        return self.add(class_name, [name], sizes_, lambda axis, place: [[place - before]], padding=padding)

    def merged(self, class_name, *names):
        """Join branches; one with a single place is repeated."""
        largest = [max(each) for each in zip(*map(self.places, names), strict=True)]

        def sources(axis, place):
            return [[place if self.places(name)[axis] == largest[axis] else 0] for name in names]

        return self.add(class_name, names, largest, sources)

    def joined(self, name):
        sizes_ = self.places(name)
        return self.add(
            f"GlobalAveragePooling{len(sizes_)}D", [name], [1] * len(sizes_), lambda axis, _: [[*range(sizes_[axis])]]
        )

    def upsampled(self, name, factor):
        sizes_ = [n * factor for n in self.places(name)]
        told = {"strides": (factor,) * len(sizes_), "interpolation": "nearest"}
        return self.add(f"UpSampling{len(sizes_)}D", [name], sizes_, lambda axis, place: [[place // factor]], **told)

    def transposed(self, name, kernel_size, strides, padding):
        told = [(n, kernel_size, strides, padding) for n in self.places(name)]
        sizes_ = [TransposedAxis(*axis).output_size() for axis in told]
        before = max(kernel_size - strides, 0) // 2 if padding == "same" else 0

        def sources(axis, place):
            return [[q for q in range(told[axis][0]) if 0 <= place - q * strides + before < kernel_size]]

        each = {"kernel_size": (kernel_size,) * len(told), "strides": (strides,) * len(told), "padding": padding}
        return self.add(f"Conv{len(told)}DTranspose", [name], sizes_, sources, **each)

    def field(self, name, axis, place):
        """The pixels on one axis from the first to the last that a number can see, as if maps had no border."""
        if name == "image":
            return range(place, place + 1)
        reads = zip(self[name].inputs, self.sources[name](axis, place), strict=True)
        found = [self.field(source, axis, cell) for source, cells in reads for cell in cells]
        return range(min(each.start for each in found), max(each.stop for each in found))

    def pixels(self, name, place):
        """The pixels of the image that reach the number at a place."""
        if name == "image":
            return {place}
        found = set()
        each = [self.sources[name](axis, position) for axis, position in enumerate(place)]
        for source, cells in zip(self[name].inputs, zip(*each, strict=True), strict=True):
            for cell in itertools.product(*cells):
                if all(0 <= position < n for position, n in zip(cell, self.places(source), strict=True)):
                    found |= self.pixels(source, cell)
        return found


def box(pixels, rank):
    """The smallest box of ranges around some pixels."""
    if not pixels:
        return (range(0),) * rank
    return tuple(range(min(axis), max(axis) + 1) for axis in zip(*pixels, strict=True))


@st.composite
def networks(draw, spread):
    """Draw a network; with ``spread`` it may have layers whose numbers see fields of different sizes."""
    network = Network(*(draw(st.integers(5, 9)) for _ in range(draw(st.integers(1, 2)))))
    name = "image"
    kinds = ["Conv", "AveragePooling", "dilated", "pointwise", "border", "branches"]
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from([*kinds, "up", "transposed"] if spread else kinds))
        kernel_size, strides = draw(st.integers(1, 3)), draw(st.integers(1, 3))
        padding = draw(st.sampled_from(("valid", "same")))
        if kind in ("Conv", "AveragePooling"):
            name = network.window(kind, name, kernel_size, strides, padding)
        elif kind == "dilated":
            name = network.window("Conv", name, kernel_size, 1, padding, 2)
        elif kind == "pointwise":
            class_name = draw(st.sampled_from(("ReLU", "BatchNormalization", "Dropout", "Softmax", "Dense")))
            name = network.add(class_name, [name], network.places(name), lambda _, place: [[place]])
        elif kind == "border":
            name = network.border(name, draw(st.integers(-1, 2)), draw(st.integers(-1, 2)))
        elif kind == "branches":
            left = network.window("Conv", name, kernel_size, strides, "same")
            right = network.window("MaxPooling", name, 2, strides, "same")
            name = network.merged(draw(st.sampled_from(("Add", "Concatenate", "Maximum"))), left, right)
        elif kind == "up" and max(network.places(name)) < 8:
            name = network.upsampled(name, draw(st.integers(2, 3)))
        elif kind == "transposed" and max(network.places(name)) < 8:
            name = network.transposed(name, kernel_size, strides, padding)
    if draw(st.booleans()):  # a gate over all places, at the end: beyond the map's border it has none
        network.merged("Multiply", *draw(st.permutations([name, network.joined(name)])))
    return network


def every_place(network):
    return itertools.product(*map(range, network.records[-1].output_shape[:-1]))


@given(networks(spread=False))
def test_fields_are_those_that_are_followed_back_place_by_place(network):
    last, rank = network.records[-1].name, len(network.sizes)
    field = receptive_field(network.records)
    for place in every_place(network):
        assert field.at(place) == tuple(network.field(last, axis, place[axis]) for axis in range(rank))
    fields = receptive_fields(network.records)
    assert {*fields} == {layer.name for layer in network.records}
    assert known_fields(network.records).sizes == {name: each.size for name, each in fields.items()}
    assert known_fields(network.records).fields == fields
    # All places laid out in a row, and an answer from them.
    count = math.prod(network.records[-1].output_shape)
    flat = Layer("flat", "Flatten", (last,), (network.records[-1].output_shape,), (count,))
    dense = Layer("dense", "Dense", ("flat",), ((count,),), (3,), units=3)
    corners = [(0, n - 1) for n in network.records[-1].output_shape[:-1]]
    ends = [[network.field(last, axis, place) for place in corner] for axis, corner in enumerate(corners)]
    whole = tuple(range(first.start, final.stop) for first, final in ends)
    if as_image([*network.records, flat, dense]) != (*network.records, flat, dense):
        return  # rows of numbers that nothing but Flatten reads are taken for an image
    seen_ = receptive_field([*network.records, flat, dense])
    assert (seen_.at((0,) * rank), seen_.at((5,) * rank)) == (whole, whole)
    pixels = set().union(*(network.pixels(last, place) for place in every_place(network)))
    assert receptive_region([*network.records, flat, dense], ()) == box(pixels, rank)


@given(networks(spread=True))
def test_the_pixels_that_reach_a_number_are_found_by_following_it_back(network):
    for place in every_place(network):
        pixels = network.pixels(network.records[-1].name, place)
        assert receptive_region(network.records, place) == box(pixels, len(network.sizes)), place


@given(st.data())
def test_numbers_that_are_laid_out_anew_see_what_they_saw(data):
    """A map whose numbers are numbered goes through the same layouts in NumPy."""
    rows, columns = data.draw(st.sampled_from(((4, 6), (6, 4), (3, 8), (2, 12))))
    numbers = np.arange(rows * columns).reshape(rows, columns, 1)
    records = [Layer("image", "InputLayer", output_shape=(rows, columns, 1))]
    for step in range(data.draw(st.integers(1, 3))):
        if data.draw(st.booleans()):
            shapes = [(4, 6), (24,), (2, 3, 4), (2, 2, 6), (12, 2), (4, 3, 2, 1), (3, 8, 1), (1, 24)]
            made, axis = numbers.reshape(data.draw(st.sampled_from(shapes))), None
        else:
            axis = tuple(data.draw(st.permutations(range(numbers.ndim))))
            made = numbers.transpose(axis)
        class_name = "Reshape" if axis is None else "Permute"
        before = records[-1].name
        records.append(Layer(f"{step}", class_name, (before,), (numbers.shape,), made.shape, axis=axis))
        numbers = made
    known = known_fields(records)
    assert known.unknown == {}
    assert all(size == (1, 1) for size in known.sizes.values())
    # A layer that mixes what stands at one place sees the box around it.
    mixed = [
        *records,
        Layer("mixed", "Dense", (records[-1].name,), (numbers.shape,), (*numbers.shape[:-1], 2), units=2),
    ]
    known = known_fields(mixed)
    pixels = np.stack(np.unravel_index(numbers, (rows, columns)), axis=-1)
    low, high = pixels.min(axis=-2), pixels.max(axis=-2) + 1
    exact = tuple((high - low).reshape(-1, 2).max(axis=0))
    assert known.sizes["mixed"] == exact
    if "mixed" in known.fields and numbers.ndim == 3:
        for place in np.ndindex(numbers.shape[:-1]):
            assert known.fields["mixed"].at(place) == tuple(map(range, low[place], high[place]))
    elif numbers.ndim == 3:  # that these fields move evenly is not to be overlooked
        first = np.moveaxis(np.indices(low.shape[:-1]), 0, -1)
        jump = [low[1, 0, 0] - low[0, 0, 0] if low.shape[0] > 1 else 1, low[0, -1, 1] - low[0, 0, 1]]
        jump[1] = jump[1] // (low.shape[1] - 1) if low.shape[1] > 1 else 1
        assert not ((low == low[0, 0] + first * jump).all() and (high - low == high[0, 0] - low[0, 0]).all())


# --- Bad input --------------------------------------------------------------------------------------------------------

IMAGE = np.zeros((5, 5, 1))
PATH = (
    Layer("image", "InputLayer", (), (), (8, 8, 1)),
    Layer("conv", "Conv2D", ("image",), ((8, 8, 1),), (6, 6, 2), (3, 3), (1, 1), "valid", (1, 1), filters=2),
)


KNOWN = (
    "convolutions, pooling, padding, cropping, Flatten, Reshape, Permute, Dense, layers that work on each place alone "
    "or join all places"
)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: Axis(5, 7), "kernel_size: expected a span of at most 5 on an input of size 5, got 7"),
        (
            lambda: Axis(5, 8, padding=(1, 1)),
            "kernel_size: expected a span of at most 7 on an input of size 5 with 2 padded cells, got 8",
        ),
        (
            lambda: Axis(5, 3, dilation_rate=3),
            "kernel_size: expected a span of at most 5 on an input of size 5, got 3, which spans 7 cells with its "
            "dilation_rate",
        ),
        (lambda: Axis(0, 3), "size: expected a whole number of 1 or more, got 0"),
        (lambda: Axis(-4, 3), "size: expected a whole number of 1 or more, got -4"),
        (lambda: Axis(5, 0), "kernel_size: expected a whole number of 1 or more, got 0"),
        (lambda: Axis(5, 2.5), "kernel_size: expected a whole number of 1 or more, got 2.5"),
        (lambda: Axis(5, True), "kernel_size: expected a whole number of 1 or more, got True"),
        (lambda: Axis(5, 3, strides=0), "strides: expected a whole number of 1 or more, got 0"),
        (
            lambda: Axis(5, 3, dilation_rate=0),
            "dilation_rate: expected a whole number of 1 or more, got 0",
        ),
        (
            lambda: Axis(9, 3, 2, "same", 2),
            "strides: expected 1 where dilation_rate is 2, as in Keras, got 2",
        ),
        (
            lambda: Axis(5, 3, padding="full"),
            "padding: expected 'valid', 'same' or two whole numbers (before, after), got 'full'",
        ),
        (
            lambda: Axis(5, 3, padding=(1, -1)),
            "padding: expected 0 or more cells before and after, got (1, -1)",
        ),
        (lambda: TransposedAxis(0, 3), "size: expected a whole number of 1 or more, got 0"),
        (
            lambda: TransposedAxis(1, 3, padding=(2, 1)),
            "padding: expected at most 2 of the 3 cells cut off that a transposed convolution of size 1 covers, "
            "got (2, 1)",
        ),
        (
            lambda: TransposedAxis(4, 3, 2, "valid", 2),
            "strides: expected 1 where dilation_rate is 2, as in Keras, got 2",
        ),
        (lambda: max_pooling(IMAGE, 6), "kernel_size: expected a span of at most 5 on an input of size 5, got 6"),
        (
            lambda: average_pooling(IMAGE, 2, padding=((2, 0), (0, 0))),
            "padding: expected a cell of the image in each window of 2, got ((2, 0), (0, 0))",
        ),
        (
            lambda: max_pooling(IMAGE, (2, 2, 2)),
            "kernel_size: expected one for each of 2 spatial axes, got (2, 2, 2)",
        ),
        (
            lambda: max_pooling(IMAGE, 2, padding=((1, 1),)),
            "padding: expected one for each of 2 spatial axes, got ((1, 1),)",
        ),
        (
            lambda: convolution(IMAGE[..., 0, 0], np.ones((3, 1, 1))),
            "image: expected shape (height, width, channels) or (length, channels), got (5,)",
        ),
        (
            lambda: convolution(np.zeros((0, 5, 1)), np.ones((3, 3, 1, 1))),
            "image: expected a size of 1 or more on each axis, got shape (0, 5, 1)",
        ),
        (
            lambda: convolution(IMAGE * np.nan, np.ones((3, 3, 1, 1))),
            "image: expected finite numbers, got nan at (0, 0, 0)",
        ),
        (
            lambda: convolution(IMAGE, np.ones((3, 1, 1))),
            "kernel: expected shape (kernel height, kernel width, channels, filters) for this image, got (3, 1, 1)",
        ),
        (
            lambda: convolution(IMAGE, np.ones((3, 3, 2, 1))),
            "kernel: expected slices for the 1 channels of the image, got 2",
        ),
        (
            lambda: convolution(IMAGE, np.full((3, 3, 1, 1), np.inf)),
            "kernel: expected finite numbers, got NaN or infinity",
        ),
        (
            lambda: convolution(IMAGE, np.ones((3, 3, 1, 2)), bias=[1.0]),
            "bias: expected a finite number per filter, shape (2,), got [1.0]",
        ),
        (
            lambda: convolution(IMAGE, np.ones((2, 2, 1, 1)), strides=(2, 1), dilation_rate=(1, 2)),
            "strides: expected 1 where dilation_rate is (1, 2), as in Keras, got (2, 1)",
        ),
        (
            lambda: transposed_convolution(IMAGE, np.ones((3, 3, 1, 2))),
            "kernel: expected slices for the 1 channels of the image, got 2",
        ),
        (
            lambda: parameter_derivation(Layer("mix", "LSTM", ("x",), ((4, 4),), (2,), parameters=56)),
            "parameters of layer 'mix': expected a convolution, Dense or BatchNormalization to derive them, got LSTM",
        ),
        (
            lambda: parameter_derivation(Layer("conv", "Conv2D", ("x",), ((4, 4, 1),), (2, 2, 1))),
            "kernel_size of layer 'conv': expected one for a Conv2D, got None",
        ),
        (
            lambda: multiply_adds(Layer("dense", "Dense", ("x",), ((4,),), (2,))),
            "units of layer 'dense': expected one for a Dense, got None",
        ),
        (
            lambda: Layer("add", "Add", ("a", "b"), ((4,), (4,)), (4,)).input_shape,
            "input_shape of layer 'add' (Add): expected one input, got 2",
        ),
        (lambda: receptive_fields(PATH[1:]), "inputs of layer 'conv': expected layers before it, got 'image'"),
        (lambda: receptive_field(()), "layers: expected an input layer at least, got none"),
        (
            lambda: receptive_fields((PATH[0], Layer("other", "InputLayer"))),
            "layers: expected one input, in whose pixels fields are measured, got ['image', 'other']",
        ),
        (lambda: receptive_field(PATH, "dense"), "name: expected 'image', 'conv', got 'dense'"),
        (lambda: receptive_region(PATH, (6, 0)), "position: expected a place on the map of size (6, 6), got (6, 0)"),
        (lambda: receptive_region(PATH, ()), "position: expected a place on the map of size (6, 6), got ()"),
        (lambda: receptive_field(PATH).at((1,)), "position: expected one number for each of 2 axes, got (1,)"),
        (
            lambda: TransposedAxis(5, 3, padding="full"),
            "padding: expected 'valid', 'same' or two whole numbers (before, after), got 'full'",
        ),
        (
            lambda: Axis(5, 3, padding=(1, 2, 3)),
            "padding: expected 'valid', 'same' or two whole numbers (before, after), got (1, 2, 3)",
        ),
        (
            lambda: Axis(5, 3, padding=(1, 0.5)),
            "padding: expected 'valid', 'same' or two whole numbers (before, after), got (1, 0.5)",
        ),
        (lambda: TransposedAxis(5, 3, 0), "strides: expected a whole number of 1 or more, got 0"),
        (
            lambda: TransposedAxis(5, 3, 2, dilation_rate=3),
            "strides: expected 1 where dilation_rate is 3, as in Keras, got 2",
        ),
        (lambda: patches([[np.inf]], 1), "image: expected finite numbers, got inf at (0, 0)"),
        (
            lambda: convolution(IMAGE[0], np.ones((3, 3, 1, 1))),
            "kernel: expected shape (kernel size, channels, filters) for this image, got (3, 3, 1, 1)",
        ),
        (
            lambda: transposed_convolution(IMAGE[0], np.ones((3, 3, 1, 1))),
            "kernel: expected shape (kernel size, filters, channels) for this image, got (3, 3, 1, 1)",
        ),
        (
            lambda: convolution(IMAGE, np.ones((3, 3, 1, 0))),
            "kernel: expected shape (kernel height, kernel width, channels, filters) for this image, got (3, 3, 1, 0)",
        ),
        (
            lambda: convolution(IMAGE, np.ones((3, 3, 1, 1)), bias=[np.nan]),
            "bias: expected a finite number per filter, shape (1,), got [nan]",
        ),
        (
            lambda: convolution(IMAGE, np.ones((3, 3, 1, 1)), strides=(1,)),
            "strides: expected one for each of 2 spatial axes, got (1,)",
        ),
        (
            lambda: convolution(IMAGE, np.ones((3, 3, 1, 1)), dilation_rate=(1, 2, 3)),
            "dilation_rate: expected one for each of 2 spatial axes, got (1, 2, 3)",
        ),
        (
            lambda: convolution(IMAGE, np.ones((2, 2, 1, 1)), strides=2, dilation_rate=2),
            "strides: expected 1 where dilation_rate is (2, 2), as in Keras, got (2, 2)",
        ),
        (
            lambda: parameter_derivation(Layer("conv", "SeparableConv2D", ("x",), ((4, 4, 1),), (2, 2, 1), (3, 3))),
            "filters of layer 'conv': expected one for a SeparableConv2D, got None",
        ),
        (
            lambda: parameter_derivation(Layer("conv", "SeparableConv2D", ("x",), ((4, 4, 1),), (2, 2, 1))),
            "kernel_size of layer 'conv': expected one for a SeparableConv2D, got None",
        ),
        (
            lambda: parameter_derivation(Layer("conv", "Conv2D", ("x",), ((4, 4, 1),), (2, 2, 1), (3, 3))),
            "filters of layer 'conv': expected one for a Conv2D, got None",
        ),
        (
            lambda: parameter_derivation(Layer("dense", "Dense", ("x",), ((4,),), (2,))),
            "units of layer 'dense': expected one for a Dense, got None",
        ),
        (
            lambda: multiply_adds(Layer("conv", "Conv2D", ("x",), ((4, 4, 1),), (2, 2, 1))),
            "kernel_size of layer 'conv': expected one for a Conv2D, got None",
        ),
        (
            lambda: multiply_adds(Layer("conv", "Conv2D", ("x",), ((4, 4, 1),), (2, 2, 1), (3, 3))),
            "filters of layer 'conv': expected one for a Conv2D, got None",
        ),
        (
            lambda: receptive_field((PATH[0], Layer("odd", "Odd", ("image",), ((8, 8, 1),), (8, 8, 1)))),
            f"layer 'odd': expected a class whose receptive field is known ({KNOWN}), got Odd",
        ),
        (
            lambda: receptive_region((PATH[0], Layer("odd", "Odd", ("image",), ((8, 8, 1),), (8, 8, 1))), (0, 0)),
            f"layer 'odd': expected a class of whose numbers it is known what they read ({KNOWN}, transposed "
            "convolutions, and upsampling that repeats cells), got Odd",
        ),
        (
            lambda: receptive_field((PATH[0], replace(PATH[1], strides=None))),
            "strides of layer 'conv': expected one per axis of a Conv2D, got None",
        ),
        (
            lambda: receptive_field((PATH[0], replace(PATH[1], kernel_size=None))),
            "kernel_size of layer 'conv': expected one per axis of a Conv2D, got None",
        ),
        (
            lambda: receptive_field((PATH[0], Layer("pad", "ZeroPadding2D", ("image",), ((8, 8, 1),), (9, 9, 1)))),
            "padding of layer 'pad': expected one per axis of a ZeroPadding2D, got None",
        ),
        (
            lambda: receptive_field((PATH[0], Layer("scale", "Rescaling", ("image",), ((8, 8, 1),), (8, 8, 1, 1)))),
            "layer 'scale' (Rescaling): expected to join maps along their channels, got arrays of 3 and of 4 axes",
        ),
        (
            lambda: receptive_field((PATH[0], Layer("scale", "Rescaling", ("image",), ((8, 8, 1),), (8, 9, 1)))),
            "layer 'scale' (Rescaling): expected to join maps along their channels, got one of size (8, 8) for one of "
            "size (8, 9)",
        ),
    ],
)
def test_bad_input_is_told_in_one_line(call, told):
    with pytest.raises(ValueError, match=f"^{re.escape(told)}$"):
        call()
