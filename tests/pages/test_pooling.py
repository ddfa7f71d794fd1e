"""What the page says in words is what the layers and the trained maps do."""

import re
from pathlib import Path

import keras
import numpy as np
import pytest
from page_words import says

from cnnfigs.data import mnist
from cnnfigs.illustrations.filters.equivariance import ShiftTable
from cnnfigs.illustrations.training_and_measured.shifted_digits import ShiftedDigits
from cnnfigs.illustrations.training_and_measured.ways_of_downsampling import DownsamplingDifferences
from cnnfigs.illustrations.windows.max_pooling import MaxPooling
from cnnfigs.illustrations.windows.pooled_maps import PooledMaps, PoolingAlternatives
from cnnfigs.illustrations.windows.pooling_shift import PoolingShift
from cnnfigs.illustrations.windows.pooling_table import PoolingTable
from cnnfigs.models.networks import build
from cnnfigs.models.training import RECIPE
from cnnfigs.runs.windows.pooling import WAYS, downsample

PAGE = (Path(__file__).parents[2] / "docs" / "pooling.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def ways():
    return PoolingAlternatives().result


@pytest.fixture(scope="module")
def shift():
    return PoolingShift().result.change


def test_windows_stand_side_by_side_and_keep_the_largest():
    run = MaxPooling().result
    blocks = run.numbers.reshape(2, 2, 2, 2).swapaxes(1, 2).reshape(2, 2, 4)
    np.testing.assert_array_equal(run.pooled, blocks.max(axis=-1))


def test_place_in_the_window_is_forgotten():
    """The numbers of each window in another order, and the output is the same."""
    numbers = MaxPooling().result.numbers
    moved = numbers.reshape(2, 2, 2, 2)[:, ::-1, :, ::-1].reshape(4, 4)
    assert (moved != numbers).any()
    pooled = [downsample(each[None, ..., None], "maximum", 2, 2) for each in (numbers, moved)]
    np.testing.assert_array_equal(*pooled)


def test_poolings_learn_nothing():
    poolings = [layer for layer in build("convnet").layers if "pooling" in layer.name]
    assert len(poolings) == 2
    assert sum(layer.count_params() for layer in poolings) == 0


def test_strokes_stay_dark_and_where_they_were():
    """The darkest place of each map that is shown is found in the window that it stood in."""
    run = PooledMaps().result
    before, after = run.maps, run.pooled["maximum"]
    lit = before.max(axis=(0, 1)) > 0
    for number in np.flatnonzero(lit):
        row, column = np.unravel_index(before[..., number].argmax(), before.shape[:2])
        assert after[row // 2, column // 2, number] == before[..., number].max()


def test_a_quarter_of_the_numbers_is_left():
    run = PooledMaps().result
    assert run.pooled["maximum"].size * 4 == run.maps.size
    assert PooledMaps().facts["share"].split()[0] == "25"


def test_a_convolution_mixes_all_maps_and_a_pooling_none():
    run = PoolingTable().result
    assert run.pooling_reads == 1
    assert run.convolution_reads == run.convolution.input_shape[-1] > 1


def test_a_strided_convolution_is_the_whole_map_and_one_of_each_four():
    image = np.random.default_rng(3).random((1, 12, 12, 1)).astype(np.float32)
    every, second = (keras.layers.Conv2D(4, 3, strides=strides) for strides in (1, 2))
    whole = np.asarray(every(image))
    second.build(image.shape)
    second.set_weights(every.get_weights())
    np.testing.assert_allclose(np.asarray(second(image)), whole[:, ::2, ::2], atol=1e-6)


def test_maximum_keeps_the_peak_and_the_others_do_not(ways):
    assert ways.kept_peak["maximum"] == 1
    assert ways.kept_peak["average"] < ways.kept_peak["pick one"] < 1
    assert ways.unseen == {"maximum": 0, "average": 0, "pick one": 0.75}


def test_pooling_softens_a_step_and_picking_one_hardly_does(shift):
    assert shift["maximum"] < shift["average"] < shift["pick one"] <= shift["no pooling"]
    assert shift["no pooling"] - shift["pick one"] < 0.1 * shift["no pooling"]
    assert min(shift.values()) > 0.25  # none of them is near zero


def test_maxima_are_larger_numbers_than_the_means(ways):
    assert ways.pooled["maximum"].mean() > ways.pooled["average"].mean()


def test_what_jumps_into_the_next_window_changes_two_outputs():
    line = np.zeros((1, 2, 4, 1), dtype=np.float32)
    line[0, 0, 1] = 1
    jumped = np.roll(line, 1, axis=2)
    before, after = (downsample(each, "maximum", 2, 2) for each in (line, jumped))
    assert (before != after).sum() == 2


@pytest.mark.parametrize("way", WAYS)
def test_maximum_does_not_care_what_is_smaller_and_the_mean_does(way):
    window = np.array([[5, 1], [2, 3]], dtype=np.float32)
    other = np.array([[5, 1], [4, 3]], dtype=np.float32)
    changed = [downsample(each[None, ..., None], way, 2, 2).item() for each in (window, other)]
    assert (changed[0] != changed[1]) == (way == "average")


def test_moved_by_four_pixels_is_said_with_its_conditions():
    """Other pages have other shares of right answers after the same shift: this one says which network it is of."""
    facts = ShiftTable().facts
    assert facts["trained on"] == f"{60_000 - RECIPE.validation_images:,}"
    assert facts["seed"] == str(RECIPE.seed)
    (section,) = re.findall(r"## What follows a moved digit, and what does not\n(.*?)\n## ", PAGE, flags=re.DOTALL)
    for words in ("shifts trained on", "shifts seed", "to the right"):
        assert words in " ".join(section.split())


def test_a_global_end_helps_much_and_not_wholly():
    facts = ShiftedDigits().facts
    flat, largest = (float(facts[f"{name} 4"].split()[0]) for name in ("convnet", "convnet_global_max"))
    assert flat + 20 < largest < 95


def test_the_maximum_is_narrowly_ahead_of_picking_one():
    """In points, with the interval: it begins just above zero."""
    low = float(re.findall(r"\(([+−][\d.]+) to", DownsamplingDifferences().facts["convnet_pick_one compared"])[0])
    assert 0 < low < 0.1


def test_only_the_largest_number_of_a_window_is_told_how_to_change():
    import tensorflow as tf

    window = tf.Variable(np.array([[5, 1], [2, 3]], dtype=np.float32)[None, ..., None])
    for layer, told in ((keras.layers.MaxPooling2D(2), 1), (keras.layers.AveragePooling2D(2), 4)):
        with tf.GradientTape() as tape:
            pooled = tf.reduce_sum(layer(window))
        assert np.count_nonzero(tape.gradient(pooled, window)) == told


def test_moved_ink_stays_in_the_image_and_reaches_in_some_what_the_network_never_reads():
    facts = ShiftTable().facts
    looked = int(facts["looked"].replace(",", ""))
    digits = mnist().x_test[:looked]
    moved = digits[~digits[:, :, -4:].any(axis=(1, 2))]
    assert len(moved) == int(facts["images"].replace(",", ""))
    # Moved by four, what was four columns from the end is there: the last two are not read (page on downsampling).
    unread = moved[:, :, -6:-4].any(axis=(1, 2)).sum()
    assert 0 < unread < len(moved) / 2


def test_without_strides_a_pooling_steps_by_its_own_size_and_a_convolution_by_one_cell():
    assert says(
        "pooling", "a pooling in Keras moves them by their own size", "A convolution moves its window by one cell"
    )
    for size in (2, 3):
        assert keras.layers.MaxPooling2D(size).compute_output_shape((1, 12, 12, 1))[1] == 12 // size
        assert keras.layers.Conv2D(1, size).compute_output_shape((1, 12, 12, 1))[1] == 12 - size + 1
