"""First kernels and the depthwise convolution are those of the networks, and their sums are right."""

import numpy as np
from svg_numbers import texts

from cnnfigs.data import cat_photo
from cnnfigs.illustrations.filters.depthwise import Depthwise
from cnnfigs.illustrations.filters.first_kernels import FirstKernels, in_color
from cnnfigs.models.imagenet import fitted, mobilenet_v2, network_input
from cnnfigs.models.weights import load
from cnnfigs.runs.filters.depthwise import EYE


def test_kernels_are_the_first_layers():
    run = FirstKernels().result
    np.testing.assert_array_equal(run.convnet, load("convnet").layers[0].kernel.numpy())
    np.testing.assert_array_equal(run.mobilenet_v2, mobilenet_v2().get_layer("Conv1").kernel.numpy())


def test_faint_filters_are_counted_one_by_one():
    run = FirstKernels().result
    sizes = [max(abs(float(weight)) for weight in run.mobilenet_v2[..., each].ravel()) for each in range(32)]
    half = (sorted(sizes)[15] + sorted(sizes)[16]) / 2
    assert list(run.faint) == [each for each in range(32) if sizes[each] < half / 10]


def test_every_filter_is_numbered_twice():
    shown = [int(text) for text in texts(FirstKernels()) if text.isdigit()]
    assert sorted(shown) == sorted([*range(32), *range(32)])


def test_zero_is_grey_and_no_colour_is_out_of_range():
    kernels = np.zeros((3, 3, 3, 3), dtype=np.float32)
    kernels[..., 1], kernels[..., 2] = 1, -2
    colors = in_color(kernels, 1.0)
    assert (colors[..., 0] == 0.5).all()
    assert (colors[..., 1] == 1).all()
    assert (colors[..., 2] == 0).all()


def test_depthwise_output_is_a_correlation_of_each_map_alone():
    """Written out by hand: nine shifted copies of one map, each times its weight, and of no other map."""
    import keras

    model = mobilenet_v2(225, 353)
    before = keras.Model(model.inputs, model.get_layer("Conv1_relu").output)
    maps = np.pad(np.asarray(before([network_input(fitted(cat_photo())[np.newaxis])]))[0], ((1, 1), (1, 1), (0, 0)))
    illustration = Depthwise((0, 7, 31))
    run = illustration.result
    rows, columns = EYE
    for number, channel in enumerate(illustration.channels):
        total = np.zeros(run.outputs.shape[:2])
        for down in range(3):
            for right in range(3):
                shifted = maps[rows.start + down : rows.stop + down, columns.start + right : columns.stop + right]
                total += run.kernels[down, right, number] * shifted[..., channel]
        np.testing.assert_allclose(run.outputs[..., number], total, atol=1e-4)


def test_weights_are_counted_by_hand():
    assert Depthwise().result.parameters == (3 * 3 * 32, 32 * 16, 3 * 3 * 32 * 16)
    assert Depthwise().facts["both"] == "800"
