"""The slices are those of the trained network, and the patches are what its filter answers to."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from svg_numbers import numbers, texts

from cnnfigs.data import mnist
from cnnfigs.errors import ParameterError
from cnnfigs.illustrations.filters.second_layer import SecondLayer, stroke_in_words
from cnnfigs.models.weights import load


@pytest.fixture(scope="module")
def model():
    return load("convnet")


@pytest.mark.parametrize("channel", [27, 0])
def test_slices_are_those_of_the_layer_those_first_that_add_most(model, channel):
    picture = SecondLayer(channel)
    run = picture.result
    np.testing.assert_array_equal(run.slices, model.layers[2].get_weights()[0][..., channel])
    np.testing.assert_array_equal(run.kernels, model.layers[0].get_weights()[0][:, :, 0])
    assert run.slices.shape == (3, 3, 32)
    written = texts(picture)
    large = [int(text.removeprefix("map ")) for text in written if text.startswith("map ")]
    assert len(large) == 6
    drawn = large + [int(text) for text in written if text.isdecimal()]
    assert sorted(drawn) == list(range(32))
    # A slice's share, told by the answer to each patch with the slice and without it.
    first, pool, second = model.layers[:3]
    maps = np.asarray(pool(first(run.patches[..., None])))
    whole, bias = second.get_weights()
    shares = []
    for number in range(32):
        alone = np.zeros_like(whole)
        alone[:, :, number] = whole[:, :, number]
        shares.append(float(keras.ops.mean(keras.ops.conv(maps, alone)[..., channel])))
    np.testing.assert_allclose(run.contributions, shares, atol=1e-5)
    assert [shares[number] for number in drawn] == sorted(shares, reverse=True)
    assert sum(shares) + bias[channel] == pytest.approx(float(run.answers.mean()), abs=1e-4)


@pytest.mark.parametrize("channel", [27, 0])
def test_the_filter_answers_to_each_patch_what_is_written_below_it(model, channel):
    """A patch of 8×8 pixels is all that one number of the second layer sees: alone it gives the same answer."""
    picture = SecondLayer(channel)
    first, pool, second = model.layers[:3]
    alone = np.asarray(second(pool(first(picture.result.patches[..., None]))))
    assert alone.shape[1:3] == (1, 1)
    answers = [number for number in numbers(picture) if number % 1][-8:]  # before them stands what slices add
    np.testing.assert_allclose(answers, alone[:, 0, 0, channel], atol=0.006)


def test_no_digit_has_a_stronger_answer(model):
    reader = keras.Model(model.inputs, model.layers[2].output)
    maps = reader.predict(mnist().x_test[:1000, ..., None].astype(np.float32) / 255, batch_size=250, verbose=0)
    strongest = np.sort(maps[..., 27].max(axis=(1, 2)))[::-1][:8]
    np.testing.assert_allclose(SecondLayer(27).result.answers, strongest, atol=1e-5)


def test_description_tells_the_strongest_pair_and_the_stroke():
    picture = SecondLayer(27)
    text = picture.description
    first = picture.result.order[0]
    positive = int((load("convnet").layers[2].get_weights()[0][..., first, 27] > 0).sum())
    assert f"Map {first}, whose slice adds +" in text
    assert f"{positive} of 9 weights are positive." in text
    mean = picture.result.patches.mean(axis=0)
    assert mean[:, :3].mean() > mean[:, 5:].mean()
    assert mean[3:6, 6:].mean() < 0.1
    assert text.endswith("a bow that is open to the right.")


@pytest.mark.parametrize(
    ("open_side", "hole"),
    [
        ("left", np.s_[:, 3:6, :6]),
        ("right", np.s_[:, 3:6, 3:]),
        ("top", np.s_[:, :6, 3:6]),
        ("bottom", np.s_[:, 3:, 3:6]),
    ],
)
def test_the_open_side_of_a_stroke_is_named(open_side, hole):
    bow = np.ones((1, 9, 9), dtype=np.float32)
    bow[hole] = 0
    run = replace(SecondLayer().result, patches=bow)
    assert run.ink.tolist() == bow.reshape(3, 3, 3, 3).mean(axis=(1, 3)).tolist()
    shares, shape = stroke_in_words(run.ink)
    assert shape == f"It is a bow that is open to the {open_side}."
    assert "0\N{NO-BREAK SPACE}% in the centre" in shares
    assert stroke_in_words(np.ones((3, 3)))[1] == "No side of it is clearly open."


def test_what_the_network_does_not_have_is_refused(model):
    with pytest.raises(ParameterError, match=r"^filter: expected a whole number from 0 to 63, got 64$"):
        SecondLayer(64)
    short = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Conv2D(4, 3)], name="short")
    with pytest.raises(ValueError, match="network: expected one with a second Conv2D"):
        SecondLayer(0, short).run()
