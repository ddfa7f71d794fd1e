"""Zeros are counted, and means compared, one digit at a time; what the layers give is what Keras gives."""

import keras
import numpy as np
import pytest
from svg_numbers import texts

from cnnfigs.data import mnist
from cnnfigs.illustrations.architectures.every_layer import EveryLayer
from cnnfigs.illustrations.architectures.with_depth import WithDepth
from cnnfigs.models.weights import load
from cnnfigs.runs.architectures.depth import measure
from cnnfigs.words import as_percent

DIGITS = 120


def layer_values(moment, images):
    """The image and what each layer with maps makes of it, layer by layer, one called after the other."""
    values = [images.astype("float32")[..., np.newaxis] / 255]
    for layer in load("convnet", moment).layers[:5]:
        values.append(np.asarray(layer(values[-1])))
    return values


@pytest.mark.parametrize("moment", ["trained", "initial"])
def test_zeros_blank_maps_and_silent_filters_are_counted(moment):
    result = measure(moment, DIGITS)
    for depth, values in zip(result, layer_values(moment, mnist().x_test[:DIGITS]), strict=True):
        assert depth.numbers == values[0].size
        assert depth.zeros == pytest.approx(np.count_nonzero(values == 0) / values.size, abs=1e-5)
        blank = [[not values[image, ..., each].any() for each in range(values.shape[-1])] for image in range(DIGITS)]
        assert depth.blank == pytest.approx(np.mean(blank), abs=1e-5)
        assert depth.never == sum(not values[..., each].any() for each in range(values.shape[-1]))


@pytest.mark.parametrize("moment", ["trained", "initial"])
def test_nearest_mean_is_found_by_plain_distances(moment):
    data = mnist()
    train, test = (layer_values(moment, images[:DIGITS]) for images in (data.x_train, data.x_test))
    for depth, seen, asked in zip(measure(moment, DIGITS), train, test, strict=True):
        means = [seen[data.y_train[:DIGITS] == kind].mean(axis=0) for kind in range(10)]
        right = 0
        for values, truth in zip(asked, data.y_test[:DIGITS], strict=True):
            distances = [float(np.square(values - mean, dtype=np.float64).sum()) for mean in means]
            right += int(np.argmin(distances)) == truth
        assert depth.nearest == pytest.approx(right / DIGITS, abs=1.5 / DIGITS)


def test_layers_are_named_as_in_the_network():
    run = WithDepth().result
    names = [layer.name for layer in load("convnet").layers[:5]]
    for layers in (run.trained, run.initial):
        assert [depth.layer for depth in layers] == ["pixels", *names]
    assert run.trained[0] == run.initial[0]


def test_more_digits_than_one_batch_are_counted_once():
    """Batches of 500 and a rest give the share of all."""
    depth = measure("trained", 620)[0]
    images = mnist().x_test[:620]
    assert depth.zeros == pytest.approx(np.count_nonzero(images == 0) / images.size, abs=1e-5)


@pytest.mark.parametrize("phone", [False, True])
def test_every_layer_writes_the_share_of_zeros(phone):
    values = layer_values("trained", mnist().x_test[4:5])[1:]
    shares = [as_percent(np.count_nonzero(each == 0) / each.size) for each in values]
    written = [text.rpartition(", ")[2] for text in texts(EveryLayer(), phone) if "%" in text]
    assert written == [f"{share} zeros" for share in shares]


def test_every_layer_shows_what_keras_gives():
    run = EveryLayer(index=61).result
    model = load("convnet")
    image = mnist().x_test[61:62].astype("float32")[..., np.newaxis] / 255
    np.testing.assert_allclose(
        run.outputs["conv2d_3"], keras.Model(model.inputs, model.layers[4].output)([image])[0], atol=1e-5
    )
    np.testing.assert_allclose(run.outputs["dense"], model(image)[0], atol=1e-6)
