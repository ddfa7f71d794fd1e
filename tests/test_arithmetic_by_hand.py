"""The arithmetic by hand: published examples, brute force and every refusal, without Keras.

tests/test_arithmetic.py compares with Keras. What stands here takes a moment, so that `nox -s mutants` can ask it about
thousands of wrong versions of `cnnfigs.arithmetic`.
"""

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
    parameter_count,
    parameter_derivation,
    size_derivation,
    sizes,
)
from cnnfigs.arithmetic.receptive import receptive_field, receptive_fields, receptive_region
from cnnfigs.arithmetic.reference import (
    average_pooling,
    check_image,
    convolution,
    max_pooling,
    patches,
    transposed_convolution,
)

# --- Sizes and windows told elsewhere ---------------------------------------------------------------------------------


def test_the_examples_of_dumoulin_and_visin():
    # "A guide to convolution arithmetic for deep learning", the captions of figures 2.1 to 2.7, 4.1, 4.6, 4.7 and 5.1
    assert sizes.output_size(4, 3) == 2
    assert sizes.output_size(5, 4, padding=(2, 2)) == 6
    assert sizes.output_size(5, 3, padding=(1, 1)) == 5
    assert sizes.output_size(5, 3, padding=(2, 2)) == 7
    assert sizes.output_size(5, 3, strides=2) == 2
    assert sizes.output_size(5, 3, strides=2, padding=(1, 1)) == 3
    assert sizes.output_size(6, 3, strides=2, padding=(1, 1)) == 3
    assert sizes.transposed_output_size(2, 3) == 4
    assert sizes.transposed_output_size(3, 3, strides=2, padding=(1, 1)) == 5
    assert sizes.transposed_output_size(3, 3, strides=2, padding=(1, 0)) == 6
    assert sizes.output_size(7, 3, dilation_rate=2) == 3


def test_the_tutorials_convnet_shrinks_as_it_says():
    size = 28
    told = []
    for kernel_size, strides in ((3, 1), (2, 2), (3, 1), (2, 2), (3, 1)):
        size = sizes.output_size(size, kernel_size, strides)
        told.append(size)
    assert told == [26, 13, 11, 5, 3]


@pytest.mark.parametrize("size", [5, 6])
def test_same_padding_depends_on_the_size(size):
    assert sizes.padding_amounts(size, 3, strides=2, padding="same") == {5: (1, 1), 6: (0, 1)}[size]


def test_what_a_stride_never_looks_at():
    assert sizes.unread_cells(11, 2, strides=2) == (10,)
    assert sizes.unread_cells(7, 1, strides=3) == (1, 2, 4, 5)
    assert sizes.unread_cells(11, 2, strides=2, padding="same") == ()


def test_the_formula_with_its_numbers_evaluates_to_the_size():
    for size, kernel_size, strides, padding in itertools.product((5, 6, 11), (2, 3), (1, 2), ("valid", "same")):
        for derivation in (
            sizes.output_size_derivation(size, kernel_size, strides, padding),
            sizes.transposed_output_size_derivation(size, kernel_size, strides, padding),
        ):
            formula = derivation.product.replace("⌊", "math.floor(").replace("⌋", ")")
            formula = formula.replace("−", "-").replace("·", "*")
            assert eval(formula, {"math": math}) == derivation.total, derivation
    assert str(sizes.output_size_derivation(5, 3, padding="same")) == "⌊(5 + 1 + 1 − 3) / 1⌋ + 1 = 5"


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
    assert sizes.padding_amounts(*axis) == (before, after)
    if not expected:
        with pytest.raises(ValueError, match=f"at most {size + before + after} fits"):
            sizes.windows(*axis)
        return
    assert sizes.output_size(*axis) == len(expected)
    assert sizes.windows(*axis).tolist() == expected
    assert sizes.unread_cells(*axis) == tuple(sorted({*range(size)} - {*itertools.chain(*expected)}))
    added = f" + {before} + {after}" if before + after else ""
    span = expected[0][-1] - expected[0][0] + 1
    assert str(sizes.output_size_derivation(*axis)) == f"⌊({size}{added} − {span}) / {strides}⌋ + 1 = {len(expected)}"


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
    window = (kernel_size, strides, padding, dilation_rate)
    if large < 1:
        with pytest.raises(ValueError, match=f"off the {covered} .*: at most {covered - 1} are accepted"):
            sizes.transposed_windows(size, *window)
        return
    after = covered - large - before
    assert sizes.transposed_cropping(*window) == (before, after)
    assert sizes.transposed_output_size(size, *window) == large
    reached = [[p * strides - before + dilation_rate * tap for tap in range(kernel_size)] for p in range(size)]
    assert sizes.transposed_windows(size, *window).tolist() == reached
    cut = "".join(f" − {n}" if n >= 0 else f" + {-n}" for n in (before, after)) if (before, after) != (0, 0) else ""
    derivation = sizes.transposed_output_size_derivation(size, *window)
    assert str(derivation) == f"({size} − 1)·{strides} + {span}{cut} = {large}"


def test_what_is_not_said_is_one_and_valid():
    functions = [
        *[sizes.padding_amounts, sizes.output_size, sizes.output_size_derivation, sizes.windows, sizes.unread_cells],
        *[sizes.transposed_output_size, sizes.transposed_output_size_derivation, sizes.transposed_windows],
        lambda size, *arguments, **named: sizes.transposed_cropping(*arguments, **named),
    ]
    for function in functions:
        for given_, whole in (
            ({}, (1, "valid", 1)),
            ({"strides": 2}, (2, "valid", 1)),
            ({"padding": "same"}, (1, "same", 1)),
            ({"padding": (1, 0)}, (1, (1, 0), 1)),
            ({"dilation_rate": 2}, (1, "valid", 2)),
        ):
            np.testing.assert_array_equal(function(10, 3, **given_), function(10, 3, *whole))
    assert sizes.effective_kernel_size(4) == 4


def test_derivations_write_large_numbers_with_commas():
    assert str(sizes.output_size_derivation(1_000, 3)) == "⌊(1,000 − 3) / 1⌋ + 1 = 998"
    assert str(sizes.transposed_output_size_derivation(1_000, 3, 2)) == "(1,000 − 1)·2 + 3 = 2,001"


def test_numbers_of_numpy_are_whole_too():
    assert sizes.output_size(np.int64(5), np.int8(3)) == 3
    assert sizes.padding_amounts(5, 3, padding=[np.int64(1), 2]) == (1, 2)


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
    other = random.normal(size=(*(sizes.transposed_output_size(*axis) for axis in told), 2))
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


def test_an_image_is_given_back_as_float64_with_every_value_in_its_range():
    assert check_image([[0, 1]], value_range=(0, 1)).dtype == np.float64
    assert check_image(np.float32([[0.1]]))[0, 0] == float(np.float32(0.1))
    with pytest.raises(ValueError, match="photo holds values from -1 to 1: from 0 to 1"):
        check_image([[-1, 1]], "photo", (0, 1))
    for shape in ((1, 1), (1, 1, 1)):
        assert check_image(np.zeros(shape)).shape == shape
    for shape in ((1,), (1, 1, 1, 1)):
        with pytest.raises(ValueError, match=r"\(height, width, channels\) or \(length, channels\) is accepted"):
            check_image(np.zeros(shape))


# --- Parameters -------------------------------------------------------------------------------------------------------


def dense(units, size, use_bias=True):
    return Layer("dense", "Dense", ("flat",), ((size,),), (units,), units=units, use_bias=use_bias)


def test_derivations_as_the_layer_table_writes_them():
    assert str(parameter_derivation(dense(10, 1152))) == "1,152·10 + 10 = 11,530"
    assert parameter_derivation(dense(10, 1152, use_bias=False)) == Derivation("1,152·10", 11_520)
    assert str(size_derivation((22, 22, 128))) == "22·22·128 = 61,952"
    assert str(parameter_derivation(Layer("pool", "MaxPooling2D", ("conv",), ((4, 4, 1),), (2, 2, 1)))) == "0"


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
        (lambda: sizes.output_size(5, 7), "kernel_size is 7: on an input of size 5 at most 5 fits"),
        (
            lambda: sizes.output_size(5, 8, padding=(1, 1)),
            "kernel_size is 8: on an input of size 5 with 2 padded cells at most 7 fits",
        ),
        (
            lambda: sizes.output_size(5, 3, dilation_rate=3),
            "kernel_size is 3, which spans 7 cells with its dilation_rate: on an input of size 5 at most 5 fits",
        ),
        (lambda: sizes.output_size(0, 3), "size is 0: a whole number of at least 1 is accepted"),
        (lambda: sizes.output_size(-4, 3), "size is -4: a whole number of at least 1 is accepted"),
        (lambda: sizes.output_size(5, 0), "kernel_size is 0: a whole number of at least 1 is accepted"),
        (lambda: sizes.output_size(5, 2.5), "kernel_size is 2.5: a whole number of at least 1 is accepted"),
        (lambda: sizes.output_size(5, True), "kernel_size is True: a whole number of at least 1 is accepted"),
        (lambda: sizes.output_size(5, 3, strides=0), "strides is 0: a whole number of at least 1 is accepted"),
        (
            lambda: sizes.output_size(5, 3, dilation_rate=0),
            "dilation_rate is 0: a whole number of at least 1 is accepted",
        ),
        (
            lambda: sizes.output_size(9, 3, 2, "same", 2),
            "strides is 2 and dilation_rate is 2: one of them must be 1, as in Keras",
        ),
        (
            lambda: sizes.output_size(5, 3, padding="full"),
            "padding is 'full': 'valid', 'same' or a pair (before, after) of whole numbers of at least 0 is accepted",
        ),
        (
            lambda: sizes.output_size(5, 3, padding=(1, -1)),
            "padding is (1, -1): 'valid', 'same' or a pair (before, after) of whole numbers of at least 0 is accepted",
        ),
        (lambda: sizes.transposed_output_size(0, 3), "size is 0: a whole number of at least 1 is accepted"),
        (
            lambda: sizes.transposed_output_size(1, 3, padding=(2, 1)),
            "padding (2, 1) cuts 3 cells off the 3 that a transposed convolution of size 1 covers: "
            "at most 2 are accepted",
        ),
        (
            lambda: sizes.transposed_output_size(4, 3, 2, "valid", 2),
            "strides is 2 and dilation_rate is 2: one of them must be 1, as in Keras",
        ),
        (lambda: max_pooling(IMAGE, 6), "kernel_size is 6: on an input of size 5 at most 5 fits"),
        (
            lambda: average_pooling(IMAGE, 2, padding=((2, 0), (0, 0))),
            "padding is ((2, 0), (0, 0)): a window of pool_size 2 stands on padding alone",
        ),
        (
            lambda: max_pooling(IMAGE, (2, 2, 2)),
            "kernel_size is (2, 2, 2): one number, or 2 for an image with 2 spatial axes",
        ),
        (
            lambda: max_pooling(IMAGE, 2, padding=((1, 1),)),
            "padding is ((1, 1),): 2 pairs (before, after), one per spatial axis, are accepted",
        ),
        (
            lambda: convolution(IMAGE[..., 0, 0], np.ones((3, 1, 1))),
            "image has shape (5,): (height, width, channels) or (length, channels) is accepted",
        ),
        (
            lambda: convolution(np.zeros((0, 5, 1)), np.ones((3, 3, 1, 1))),
            "image has shape (0, 5, 1): every axis needs a size of at least 1",
        ),
        (
            lambda: convolution(IMAGE * np.nan, np.ones((3, 3, 1, 1))),
            "image holds nan at (0, 0, 0): finite numbers are accepted",
        ),
        (
            lambda: convolution(IMAGE, np.ones((3, 1, 1))),
            "kernel has shape (3, 1, 1): (kernel height, kernel width, channels, filters) is accepted for this image",
        ),
        (lambda: convolution(IMAGE, np.ones((3, 3, 2, 1))), "kernel has slices for 2 channels: the image has 1"),
        (
            lambda: convolution(IMAGE, np.full((3, 3, 1, 1), np.inf)),
            "kernel holds NaN or infinity: finite numbers are accepted",
        ),
        (
            lambda: convolution(IMAGE, np.ones((3, 3, 1, 2)), bias=[1.0]),
            "bias is [1.0]: one finite number per filter, shape (2,), is accepted",
        ),
        (
            lambda: convolution(IMAGE, np.ones((2, 2, 1, 1)), strides=(2, 1), dilation_rate=(1, 2)),
            "strides is (2, 1) and dilation_rate is (1, 2): one must be all 1, as in Keras",
        ),
        (
            lambda: transposed_convolution(IMAGE, np.ones((3, 3, 1, 2))),
            "kernel has slices for 2 channels: the image has 1",
        ),
        (lambda: check_image(IMAGE - 1, "digit", (0, 1)), "digit holds values from -1 to -1: from 0 to 1 are accepted"),
        (
            lambda: parameter_count(Layer("mix", "LSTM", ("x",), ((4, 4),), (2,), parameters=56)),
            "the parameters of layer 'mix' cannot be derived: class LSTM is none of convolution, Dense and "
            "BatchNormalization",
        ),
        (
            lambda: parameter_count(Layer("conv", "Conv2D", ("x",), ((4, 4, 1),), (2, 2, 1))),
            "kernel_size of layer 'conv' is None: a Conv2D layer needs it",
        ),
        (
            lambda: multiply_adds(Layer("dense", "Dense", ("x",), ((4,),), (2,))),
            "units of layer 'dense' is None: a Dense layer needs it",
        ),
        (
            lambda: Layer("add", "Add", ("a", "b"), ((4,), (4,)), (4,)).input_shape,
            "layer 'add' (Add) has 2 inputs, not one: read input_shapes",
        ),
        (lambda: receptive_fields(PATH[1:]), "layer 'conv' reads 'image', which is not among the layers before it"),
        (lambda: receptive_field(()), "layers is empty: at least an input layer is needed"),
        (
            lambda: receptive_fields((PATH[0], Layer("other", "InputLayer"))),
            "layers has 2 inputs ['image', 'other']: one is accepted, what fields are told in",
        ),
        (lambda: receptive_field(PATH, "dense"), "name is 'dense': accepted are 'image', 'conv'"),
        (lambda: receptive_region(PATH, (6, 0)), "position is (6, 0): a place on the map of size (6, 6) is accepted"),
        (lambda: receptive_region(PATH, ()), "position is (): a place on the map of size (6, 6) is accepted"),
        (lambda: receptive_field(PATH).at((1,)), "position is (1,): one number per axis, 2, is accepted"),
        (
            lambda: sizes.transposed_cropping(3, padding="full"),
            "padding is 'full': 'valid', 'same' or a pair (before, after) of whole numbers is accepted",
        ),
        (
            lambda: sizes.padding_amounts(5, 3, padding=(1, 2, 3)),
            "padding is (1, 2, 3): 'valid', 'same' or a pair (before, after) of whole numbers of at least 0 is "
            "accepted",
        ),
        (
            lambda: sizes.padding_amounts(5, 3, padding=(1, 0.5)),
            "padding is (1, 0.5): 'valid', 'same' or a pair (before, after) of whole numbers of at least 0 is accepted",
        ),
        (lambda: sizes.transposed_cropping(3, 0), "strides is 0: a whole number of at least 1 is accepted"),
        (
            lambda: sizes.transposed_cropping(3, 2, dilation_rate=3),
            "strides is 2 and dilation_rate is 3: one of them must be 1, as in Keras",
        ),
        (lambda: check_image([[np.inf]]), "image holds inf at (0, 0): finite numbers are accepted"),
        (
            lambda: check_image([[0.5, 2.0]], value_range=(0, 1)),
            "image holds values from 0.5 to 2: from 0 to 1 are accepted",
        ),
        (
            lambda: convolution(IMAGE[0], np.ones((3, 3, 1, 1))),
            "kernel has shape (3, 3, 1, 1): (kernel size, channels, filters) is accepted for this image",
        ),
        (
            lambda: transposed_convolution(IMAGE[0], np.ones((3, 3, 1, 1))),
            "kernel has shape (3, 3, 1, 1): (kernel size, filters, channels) is accepted for this image",
        ),
        (
            lambda: convolution(IMAGE, np.ones((3, 3, 1, 0))),
            "kernel has shape (3, 3, 1, 0): (kernel height, kernel width, channels, filters) is accepted for this image",
        ),
        (
            lambda: convolution(IMAGE, np.ones((3, 3, 1, 1)), bias=[np.nan]),
            "bias is [nan]: one finite number per filter, shape (1,), is accepted",
        ),
        (
            lambda: convolution(IMAGE, np.ones((3, 3, 1, 1)), strides=(1,)),
            "strides is (1,): one number, or 2 for an image with 2 spatial axes",
        ),
        (
            lambda: convolution(IMAGE, np.ones((3, 3, 1, 1)), dilation_rate=(1, 2, 3)),
            "dilation_rate is (1, 2, 3): one number, or 2 for an image with 2 spatial axes",
        ),
        (
            lambda: convolution(IMAGE, np.ones((2, 2, 1, 1)), strides=2, dilation_rate=2),
            "strides is (2, 2) and dilation_rate is (2, 2): one must be all 1, as in Keras",
        ),
        (
            lambda: parameter_count(Layer("conv", "SeparableConv2D", ("x",), ((4, 4, 1),), (2, 2, 1), (3, 3))),
            "filters of layer 'conv' is None: a SeparableConv2D layer needs it",
        ),
        (
            lambda: parameter_count(Layer("conv", "SeparableConv2D", ("x",), ((4, 4, 1),), (2, 2, 1))),
            "kernel_size of layer 'conv' is None: a SeparableConv2D layer needs it",
        ),
        (
            lambda: parameter_count(Layer("conv", "Conv2D", ("x",), ((4, 4, 1),), (2, 2, 1), (3, 3))),
            "filters of layer 'conv' is None: a Conv2D layer needs it",
        ),
        (
            lambda: parameter_count(Layer("dense", "Dense", ("x",), ((4,),), (2,))),
            "units of layer 'dense' is None: a Dense layer needs it",
        ),
        (
            lambda: multiply_adds(Layer("conv", "Conv2D", ("x",), ((4, 4, 1),), (2, 2, 1))),
            "kernel_size of layer 'conv' is None: a Conv2D layer needs it",
        ),
        (
            lambda: multiply_adds(Layer("conv", "Conv2D", ("x",), ((4, 4, 1),), (2, 2, 1), (3, 3))),
            "filters of layer 'conv' is None: a Conv2D layer needs it",
        ),
        (
            lambda: receptive_field((PATH[0], Layer("odd", "Odd", ("image",), ((8, 8, 1),), (8, 8, 1)))),
            f"layer 'odd' has class Odd, whose receptive field is not known: accepted are {KNOWN}",
        ),
        (
            lambda: receptive_region((PATH[0], Layer("odd", "Odd", ("image",), ((8, 8, 1),), (8, 8, 1))), (0, 0)),
            f"layer 'odd' has class Odd, and what its numbers read is not known: accepted are {KNOWN}, "
            "transposed convolutions, and upsampling that repeats cells",
        ),
        (
            lambda: receptive_field((PATH[0], replace(PATH[1], strides=None))),
            "strides of layer 'conv' is None: a Conv2D needs one per axis",
        ),
        (
            lambda: receptive_field((PATH[0], replace(PATH[1], kernel_size=None))),
            "kernel_size of layer 'conv' is None: a Conv2D needs one per axis",
        ),
        (
            lambda: receptive_field((PATH[0], Layer("pad", "ZeroPadding2D", ("image",), ((8, 8, 1),), (9, 9, 1)))),
            "padding of layer 'pad' is None: a ZeroPadding2D needs one per axis",
        ),
        (
            lambda: receptive_field((PATH[0], Layer("scale", "Rescaling", ("image",), ((8, 8, 1),), (8, 8, 1, 1)))),
            "layer 'scale' (Rescaling) joins arrays of 3 and of 4 axes: layers that join maps along their channels are "
            "accepted",
        ),
        (
            lambda: receptive_field((PATH[0], Layer("scale", "Rescaling", ("image",), ((8, 8, 1),), (8, 9, 1)))),
            "layer 'scale' (Rescaling) makes a map of size (8, 9) of one of size (8, 8): layers that join maps along "
            "their channels are accepted",
        ),
    ],
)
def test_bad_input_is_told_in_one_line(call, told):
    with pytest.raises(ValueError, match=f"^{re.escape(told)}$"):
        call()
