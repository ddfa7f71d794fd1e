"""The code of the page runs, and its words are what the numbers say."""

import re
from pathlib import Path

import keras
import numpy as np
import pytest
from page_words import says

from cnnfigs.illustrations.photo.platelet_map import HeadAsConvolution, PlateletMap, PlateletScores
from cnnfigs.illustrations.windows.dilation import Dilation
from cnnfigs.illustrations.windows.transposed import TransposedConvolution
from cnnfigs.models.transfer import small_convnet

PAGE = (Path(__file__).parents[2] / "docs" / "from-labels-to-masks.md").read_text("utf-8")


def test_the_five_lines_make_a_convolution_that_computes_the_same():
    assert says("from-labels-to-masks", "In Keras it is five lines")
    keras.utils.set_random_seed(1)
    classifier = small_convnet()
    maps = np.random.default_rng(1).normal(size=(3, *classifier.layers[-2].input.shape[1:])).astype("float32")
    code, _ = re.findall(r"```python\n(.*?)```", PAGE, flags=re.S)
    assert len(code.splitlines()) == 5
    names = {"keras": keras, "maps": maps, "dense": classifier.layers[-1]}
    exec(compile(code, "from-labels-to-masks.md", "exec"), names)
    expected = np.asarray(classifier.layers[-1](maps.reshape(3, -1)))
    assert np.abs(np.asarray(names["head"](maps))[:, 0, 0] - expected).max() < 1e-4


def test_the_head_has_a_weight_for_each_number_of_the_last_maps():
    facts = HeadAsConvolution().facts
    rows, columns, channels = map(int, facts["maps"].split("×"))
    assert facts["numbers"] == f"{rows * columns * channels:,}"
    assert facts["parameters"] == f"{(rows * columns * channels + 1) * int(facts['units']):,}"
    assert float(facts["difference"]) < 1e-5


def test_a_second_training_with_its_own_mistakes_helps():
    run = PlateletMap().result
    assert max(each.score for each in run.twice) > max(each.score for each in run.once)


def test_a_higher_mark_finds_less_and_more_surely():
    run = PlateletScores().result
    recalls = [each.recall for each in run.twice]
    assert recalls[0] > recalls[-1]
    assert run.twice[0].precision < max(each.precision for each in run.twice)


def test_the_small_u_net_makes_a_mask_as_large_as_its_image():
    assert says("from-labels-to-masks", "From here maps of 8×8 become a mask of 32×32")
    _, code = re.findall(r"```python\n(.*?)```", PAGE, flags=re.S)
    names = {"keras": keras, "layers": keras.layers}
    exec(compile(code, "from-labels-to-masks.md", "exec"), names)
    assert names["small"].shape[1:3] == (8, 8)
    assert names["network"].output_shape == (None, 32, 32, 1)


def test_two_squares_that_overlap_by_half_share_a_third():
    assert says("from-labels-to-masks", "it is a third: not enough")
    one, other = np.zeros((2, 4, 8), dtype=bool)
    one[:, :4] = other[:, 2:6] = True
    assert (one & other).sum() / (one | other).sum() == 1 / 3 < 0.5


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


def test_cells_are_covered_once_twice_and_four_times_by_turns():
    assert says("from-labels-to-masks", "cells are covered once, twice and four times, by turns")
    spread = keras.layers.Conv2DTranspose(1, 3, strides=2, kernel_initializer="ones")
    inside = np.asarray(spread(keras.ops.ones((1, 6, 6, 1))))[0, 2:-2, 2:-2, 0]
    assert set(inside.flat) == {1, 2, 4}
    assert (inside[2:] == inside[:-2]).all()
    assert (inside[1:] != inside[:-1]).all()


def test_windows_as_wide_as_the_strides_do_not_overlap():
    assert says("from-labels-to-masks", "as wide as its strides, so that nothing overlaps")
    spread = keras.layers.Conv2DTranspose(1, 4, strides=4, kernel_initializer="ones")
    assert (np.asarray(spread(keras.ops.ones((1, 8, 8, 1)))) == 1).all()
