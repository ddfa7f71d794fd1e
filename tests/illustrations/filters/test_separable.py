"""What reads what follows from the definition, and the costs are counted by letting Keras add up ones."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from matplotlib.colors import to_rgba
from svg_numbers import texts

from cnnfigs.drawing.palette import color
from cnnfigs.illustrations.filters.separable import SeparableConvolution


def counted(layer, shape):
    """Multiply-adds of a layer: with ones everywhere, its outputs add up to the number of products."""
    height, width, channels = shape
    # Places on padding count, so the ones go on around.
    if layer.kernel_size == (3, 3):
        strides = layer.strides[0]
        height, width = ((size - 1) // strides * strides + 3 for size in (height, width))
    ones = np.ones((1, height, width, channels), dtype=np.float32)
    same = type(layer).from_config({**layer.get_config(), "padding": "valid"})
    same(ones)
    same.set_weights([np.ones_like(weights) for weights in same.get_weights()])
    return int(np.asarray(same(ones), dtype=np.float64).sum())


@pytest.mark.parametrize("block", [3, 12])
def test_costs_are_those_of_the_layers(block):
    """Block 3 steps by two and pads before its window, which counts the same."""
    picture = SeparableConvolution(block)
    model = keras.applications.MobileNetV2(input_shape=(225, 225, 3), weights=None)
    depthwise, pointwise = model.get_layer(f"block_{block}_depthwise"), model.get_layer(f"block_{block}_project")
    height, width, channels = model.get_layer(f"block_{block}_expand_relu").output.shape[1:]
    out = pointwise.output.shape[1:]
    standard = keras.layers.Conv2D(out[-1], 3, strides=depthwise.strides, use_bias=False)
    standard.build((None, height, width, channels))
    expected = [
        standard.count_params(),
        counted(standard, (height, width, channels)),
        depthwise.count_params() + pointwise.count_params(),
        counted(depthwise, (height, width, channels)) + counted(pointwise, (*out[:2], channels)),
    ]
    for phone in (False, True):
        words = [text.replace(",", "") for text in texts(picture, phone)]
        assert [int(word) for word in words if word.isdigit()] == expected
    facts = picture.facts
    assert float(facts["times"]) == pytest.approx(expected[1] / expected[3], abs=0.05)
    # Howard et al. 2017, section 3.1.
    assert float(facts["share"]) == pytest.approx(1 / out[-1] + 1 / 9, abs=0.0006)


def test_what_reads_what():
    run = SeparableConvolution().result
    maps = run.standard.reads.shape[0]
    assert run.standard.reads.shape == (maps, 3, 3, maps)
    assert run.standard.reads.all()
    own = np.eye(maps, dtype=bool)
    np.testing.assert_array_equal(run.depthwise.reads, np.broadcast_to(own[:, None, None], (maps, 3, 3, maps)))
    middle = np.zeros((3, 3), dtype=bool)
    middle[1, 1] = True
    np.testing.assert_array_equal(run.pointwise.reads, np.broadcast_to(middle[None, ..., None], (maps, 3, 3, maps)))


def test_all_that_one_output_cell_reads_is_orange():
    """Both ways read the same cells of the input: those that change the output, found with Keras by a gradient."""
    maps = SeparableConvolution().result.standard.reads.shape[0]
    axes = SeparableConvolution().figure.axes[0]
    cells = [each for each in axes.patches if each.get_facecolor() == to_rgba(color("kernel-fill"))]
    sheets = {}
    for each in axes.patches:
        if each.get_edgecolor() == to_rgba(color("input")):
            within = [
                cell
                for cell in cells
                if each.get_x() <= cell.get_x() < each.get_x() + each.get_width()
                and each.get_y() <= cell.get_y() < each.get_y() + each.get_height()
            ]
            sheets.setdefault(each.get_x(), []).append(len(within))
    standard, both = (sheets[x] for x in sorted(sheets))
    ones = {"depthwise_initializer": "ones"}, {"kernel_initializer": "ones"}
    for marked, layers in (
        (standard, [keras.layers.Conv2D(maps, 3, **ones[1])]),
        (both, [keras.layers.DepthwiseConv2D(3, **ones[0]), keras.layers.Conv2D(maps, 1, **ones[1])]),
    ):
        model, image = keras.Sequential(layers), tf.Variable(np.ones((1, 5, 5, maps), dtype=np.float32))
        with tf.GradientTape() as tape:
            middle = model(image)[0, 1, 1, maps // 2]
        assert marked == np.count_nonzero(tape.gradient(middle, image)[0], axis=(0, 1)).tolist()
