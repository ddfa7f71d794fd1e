"""What reads what follows from the definition, and the costs are counted by letting Keras add up ones."""

import keras
import numpy as np
import pytest
from svg_numbers import texts

from cnnfigs.illustrations.separable import SeparableConvolution


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
        depthwise.count_params() + pointwise.count_params(),
        counted(standard, (height, width, channels)),
        counted(depthwise, (height, width, channels)) + counted(pointwise, (*out[:2], channels)),
    ]
    written = [int(text.replace(",", "")) for text in texts(picture) if text.replace(",", "").isdigit()]
    assert written == expected
    facts = picture.facts
    assert float(facts["times"]) == pytest.approx(expected[2] / expected[3], abs=0.05)
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


@pytest.mark.parametrize("value", [0, 17, 1.5])
def test_parameters_out_of_range_are_refused(value):
    with pytest.raises(ValueError, match=r"^block is .* accepted is"):
        SeparableConvolution(value)
