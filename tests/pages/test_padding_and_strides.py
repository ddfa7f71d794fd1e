"""What the page says in words is what the numbers say."""

import keras
import numpy as np
import pytest
from page_words import says

from cnnfigs.data import mnist
from cnnfigs.illustrations.windows.dilation import Dilation
from cnnfigs.illustrations.windows.padding import Padding
from cnnfigs.illustrations.windows.same_sizes import SameSizes
from cnnfigs.illustrations.windows.strides import Strides
from cnnfigs.illustrations.windows.transposed import TransposedConvolution
from cnnfigs.illustrations.windows.window_animation import WindowAnimation


def test_middle_is_seen_from_nine_places_and_the_corner_from_one():
    """A transposed convolution hands each place's look back to the cells that it sees."""
    looks = keras.layers.Conv2DTranspose(1, 3, kernel_initializer="ones")(keras.ops.ones((1, 3, 3, 1)))
    seen = np.asarray(looks)[0, ..., 0]
    assert (seen[2, 2], seen[0, 0]) == (9, 1)
    assert Padding().result.output.shape == (3, 3)


def test_same_is_the_size_divided_by_the_strides_rounded_up():
    assert says("padding-and-strides", "divided by the strides, rounded up")
    run = SameSizes().result
    assert run.strides[0] == 1
    for size, outputs in zip(run.sizes, run.outputs, strict=True):
        assert outputs == tuple(-(-size // strides) for strides in run.strides)
    assert all(outputs[0] == size for size, outputs in zip(run.sizes, run.outputs, strict=True))
    assert all(outputs[1] < size for size, outputs in zip(run.sizes, run.outputs, strict=True))


def test_zeros_on_each_side_move_every_window_by_one_cell():
    image = Strides(size=6, padding="same").result.slide.image[None, ..., None]
    both = keras.layers.ZeroPadding2D(1)(image)
    elsewhere = keras.layers.Conv2D(1, 3, strides=2, kernel_initializer="ones")(both)
    ours = Strides(size=6, padding="same").result.slide
    moved = keras.layers.Conv2D(1, 3, strides=2, kernel_initializer="ones")(
        keras.ops.pad(image, ((0, 0), (1, 0), (1, 0), (0, 0)))
    )
    assert elsewhere.shape[1:3] == ours.output.shape
    assert (np.asarray(elsewhere) == np.asarray(moved)).all()
    assert (np.asarray(elsewhere)[0, ..., 0] != ours.output).any()


def test_paper_around_digits_is_zero_for_nearly_all():
    border = mnist().x_test.copy()
    border[:, 1:-1, 1:-1] = 0
    assert (border.max(axis=(1, 2)) == 0).mean() > 0.98


def test_next_place_of_a_dilated_window_reads_what_this_one_left_out():
    cells = Dilation().result.slides[1].cells
    assert set(cells[0]) | set(cells[1]) >= set(range(cells[0, 0], cells[1, -1] + 1))


def test_middle_of_the_spread_has_the_sum_of_all():
    run = TransposedConvolution().result
    assert run.output[2, 2] == run.output.max() == run.image.sum()


def test_dilated_layers_of_one_rate_see_a_grid_with_gaps_and_of_two_rates_all():
    """A transposed convolution hands the look of one number back to the cells that it sees."""
    for rates, gaps in (((2, 2), True), ((1, 2), False)):
        seen = keras.ops.ones((1, 1, 1, 1))
        for rate in rates:
            seen = keras.layers.Conv2DTranspose(1, 3, dilation_rate=rate, kernel_initializer="ones")(seen)
        assert (np.asarray(seen) == 0).any() == gaps


def test_a_transposed_convolution_is_the_transposed_matrix():
    """Column by column: what the layers make of an image with a single 1."""
    there = keras.layers.Conv2D(1, 3, strides=2, use_bias=False)
    back = keras.layers.Conv2DTranspose(1, 3, strides=2, use_bias=False)
    there.build((None, 5, 5, 1))
    back.build((None, 2, 2, 1))
    back.set_weights(there.get_weights())
    matrix = np.asarray(there(np.eye(25).reshape(25, 5, 5, 1))).reshape(25, 4)
    transposed = np.asarray(back(np.eye(4).reshape(4, 2, 2, 1))).reshape(4, 25)
    np.testing.assert_allclose(transposed, matrix.T, atol=1e-6)


def test_output_padding_brings_the_sixth_cell_back():
    two = keras.ops.ones((1, 2, 2, 1))
    assert keras.layers.Conv2DTranspose(1, 3, strides=2)(two).shape[1] == 5
    assert keras.layers.Conv2DTranspose(1, 3, strides=2, output_padding=1)(two).shape[1] == 6


@pytest.mark.parametrize(("kernel_size", "even"), [(2, True), (3, False), (4, True), (5, False)])
def test_overlaps_are_even_where_the_strides_divide_the_window(kernel_size, even):
    spread = keras.layers.Conv2DTranspose(1, kernel_size, strides=2, kernel_initializer="ones")
    inside = np.asarray(spread(keras.ops.ones((1, 8, 8, 1))))[0, 5:-5, 5:-5, 0]
    assert (np.ptp(inside) == 0) == even


def test_descriptions_count_rows_and_columns_from_zero():
    """As maps[:, :, n] does: the first window stands at row 0, and strides of 2 keep rows 0, 2 and so on."""
    run = Strides(size=5, kernel_size=3, strides=2)
    kept = [int(place) for place in run.result.kept]
    assert kept[0] == 0
    assert f"keep rows and columns {', '.join(map(str, kept))}," in run.description
    middle = Dilation().result.slides[1]
    cells = ", ".join(map(str, middle.cells[len(middle.cells) // 2]))
    assert f"Dilation rate 2: The window reads rows and columns {cells}," in Dilation().description
    assert "row 0, column 0: " in WindowAnimation().to_html()
