"""The arithmetic by hand: published examples, brute force and every refusal, without Keras.

tests/test_arithmetic.py compares with Keras. What stands here takes a moment, so that `nox -s mutants` can ask it about
thousands of wrong versions of `cnnfigs.arithmetic`.
"""

import itertools
import math

import numpy as np
import pytest

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


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: sizes.output_size(5, 7), "kernel_size is 7: on an input of size 5 at most 5 fits"),
        (lambda: sizes.output_size(5, 8, padding=(1, 1)), "kernel_size is 8: .* size 5 with 2 padded cells at most 7"),
        (lambda: sizes.output_size(5, 3, dilation_rate=3), "kernel_size is 3, which spans 7 cells .* at most 5 fits"),
        (lambda: sizes.output_size(0, 3), "size is 0: a whole number of at least 1"),
        (lambda: sizes.output_size(-4, 3), "size is -4: a whole number of at least 1"),
        (lambda: sizes.output_size(5, 0), "kernel_size is 0: a whole number of at least 1"),
        (lambda: sizes.output_size(5, 2.5), "kernel_size is 2.5: a whole number of at least 1"),
        (lambda: sizes.output_size(5, True), "kernel_size is True: a whole number of at least 1"),
        (lambda: sizes.output_size(5, 3, strides=0), "strides is 0: a whole number of at least 1"),
        (lambda: sizes.output_size(5, 3, dilation_rate=0), "dilation_rate is 0: a whole number of at least 1"),
        (lambda: sizes.output_size(9, 3, 2, "same", 2), "strides is 2 and dilation_rate is 2: one of them must be 1"),
        (lambda: sizes.output_size(5, 3, padding="full"), "padding is 'full': 'valid', 'same' or a pair"),
        (lambda: sizes.output_size(5, 3, padding=(1, -1)), r"padding is \(1, -1\): .* of at least 0"),
        (lambda: sizes.transposed_output_size(0, 3), "size is 0: a whole number of at least 1"),
        (
            lambda: sizes.transposed_output_size(1, 3, padding=(2, 1)),
            r"padding \(2, 1\) cuts 3 cells off the 3 .* at most 2",
        ),
        (lambda: sizes.transposed_output_size(4, 3, 2, "valid", 2), "strides is 2 and dilation_rate is 2"),
        (lambda: max_pooling(IMAGE, 6), "kernel_size is 6: on an input of size 5 at most 5 fits"),
        (
            lambda: average_pooling(IMAGE, 2, padding=((2, 0), (0, 0))),
            "padding is .*: a window of pool_size 2 stands on",
        ),
        (lambda: max_pooling(IMAGE, (2, 2, 2)), r"kernel_size is \(2, 2, 2\): one number, or 2 for an image with 2"),
        (lambda: max_pooling(IMAGE, 2, padding=((1, 1),)), r"padding is \(\(1, 1\),\): 2 pairs"),
        (
            lambda: convolution(IMAGE[..., 0, 0], np.ones((3, 1, 1))),
            r"image has shape \(5,\): \(height, width, channels\)",
        ),
        (lambda: convolution(np.zeros((0, 5, 1)), np.ones((3, 3, 1, 1))), r"image has shape \(0, 5, 1\): every axis"),
        (lambda: convolution(IMAGE * np.nan, np.ones((3, 3, 1, 1))), r"image holds nan at \(0, 0, 0\): finite numbers"),
        (
            lambda: convolution(IMAGE, np.ones((3, 1, 1))),
            r"kernel has shape \(3, 1, 1\): \(kernel height, kernel width, ch",
        ),
        (lambda: convolution(IMAGE, np.ones((3, 3, 2, 1))), "kernel has slices for 2 channels: the image has 1"),
        (lambda: convolution(IMAGE, np.full((3, 3, 1, 1), np.inf)), "kernel holds NaN or infinity"),
        (
            lambda: convolution(IMAGE, np.ones((3, 3, 1, 2)), bias=[1.0]),
            r"bias is \[1.0\]: one finite number per filter",
        ),
        (lambda: convolution(IMAGE, np.ones((2, 2, 1, 1)), strides=(2, 1), dilation_rate=(1, 2)), "one must be all 1"),
        (lambda: transposed_convolution(IMAGE, np.ones((3, 3, 1, 2))), "kernel has slices for 2 channels"),
        (lambda: check_image(IMAGE - 1, "digit", (0, 1)), "digit holds values from -1 to -1: from 0 to 1 are accepted"),
        (
            lambda: parameter_count(Layer("mix", "LSTM", ("x",), ((4, 4),), (2,), parameters=56)),
            "layer 'mix' cannot be",
        ),
        (
            lambda: parameter_count(Layer("conv", "Conv2D", ("x",), ((4, 4, 1),), (2, 2, 1))),
            "kernel_size of layer 'conv'",
        ),
        (lambda: multiply_adds(Layer("dense", "Dense", ("x",), ((4,),), (2,))), "units of layer 'dense' is None"),
        (
            lambda: Layer("add", "Add", ("a", "b"), ((4,), (4,)), (4,)).input_shape,
            r"'add' \(Add\) has 2 inputs, not one",
        ),
        (lambda: receptive_fields(PATH[1:]), "layer 'conv' reads 'image', which is not among the layers before it"),
        (lambda: receptive_field(()), "layers is empty"),
        (
            lambda: receptive_fields((PATH[0], Layer("other", "InputLayer"))),
            r"layers has 2 inputs \['image', 'other'\]",
        ),
        (lambda: receptive_field(PATH, "dense"), "name is 'dense': accepted are 'image', 'conv'"),
        (lambda: receptive_region(PATH, (6, 0)), r"position is \(6, 0\): a place on the map of size \(6, 6\)"),
        (lambda: receptive_region(PATH, ()), r"position is \(\): a place on the map of size \(6, 6\)"),
        (lambda: receptive_field(PATH).at((1,)), r"position is \(1,\): one number per axis, 2,"),
    ],
)
def test_bad_input_is_told_in_one_line(call, told):
    with pytest.raises(ValueError, match=told) as caught:
        call()
    assert "\n" not in str(caught.value)
