"""What the page says in words is what the numbers say."""

import re

import keras
import numpy as np
import pytest
from page_words import DOCS, says

from cnnfigs.illustrations.architectures.patches import PatchAttention, PhotoPatches
from cnnfigs.illustrations.architectures.residual import SkipGradients
from cnnfigs.illustrations.filters.batch_normalization import BatchNormalization
from cnnfigs.illustrations.filters.depthwise import Depthwise
from cnnfigs.illustrations.filters.normalized_over import NormalizedOverWhat
from cnnfigs.illustrations.filters.separable import SeparableConvolution
from cnnfigs.illustrations.training_and_measured.fewer_examples import FewerExamples

PAGE = (DOCS / "later-networks.md").read_text("utf-8")


def test_layer_normalisation_looks_at_one_place_and_batch_normalisation_at_one_channel():
    assert says("later-networks", "takes mean and spread over all channels of one place")
    run = NormalizedOverWhat().result
    training, use, layer = (each.reads for each in run.readings)
    image, place, channel = run.chosen
    everything = np.zeros(training.shape, dtype=bool)
    expected = everything.copy()
    expected[:, :, channel] = True
    np.testing.assert_array_equal(training, expected)
    expected = everything.copy()
    expected[image, place] = True
    np.testing.assert_array_equal(layer, expected)
    expected = everything.copy()
    expected[run.chosen] = True
    np.testing.assert_array_equal(use, expected)
    weights = keras.layers.LayerNormalization(axis=-1)
    weights.build((None, 5, 4))
    assert [tuple(each.shape) for each in weights.weights] == [(4,), (4,)]  # a gamma and a beta for each channel


def test_there_is_an_exercise_for_each_idea():
    for exercise in ("NormalizedVector()", "SlopeThroughBlocks()", "SeparableWeights()", "AttendedValue()"):
        assert exercise in PAGE


def test_convnet_is_ahead_with_every_number_of_images_that_was_tried():
    assert says("later-networks", "ahead with every number of images that we tried")
    comparisons = FewerExamples().result.findings.comparisons
    assert len(comparisons) >= 14
    assert min(each.difference for each in comparisons) > 0


def test_an_image_depends_on_its_batch_in_training_only():
    layer = keras.layers.BatchNormalization()
    values = np.arange(6, dtype=np.float32).reshape(3, 2)
    assert (np.asarray(layer(values, training=True))[0] != np.asarray(layer(values[:2], training=True))[0]).any()
    alone = np.asarray(layer(values[:1], training=False))
    np.testing.assert_array_equal(np.asarray(layer(values, training=False))[:1], alone)


def test_peak_of_a_channel_is_empty_paper():
    """The value that paper gives lies in the fullest bin before normalisation."""
    from cnnfigs.models.weights import load

    model = load("convnet")
    maps = np.zeros((1, 28, 28, 1), dtype=np.float32)
    for layer in model.layers[:2]:
        maps = layer(maps)
    kernel, bias = model.get_layer("conv2d_2").get_weights()
    sums = np.asarray(maps)[0, 0, 0] @ kernel.sum(axis=(0, 1)) + bias
    run = BatchNormalization().result
    for channel in run.channels:
        fullest = channel.before.shares.argmax()
        assert run.edges[fullest] - 0.05 <= sums[channel.n] <= run.edges[fullest + 1] + 0.05


def test_gradient_fades_in_the_plain_stack_alone():
    plain, larger, skips = (stack.sizes.mean(axis=1) for stack in SkipGradients().result.stacks)
    assert (np.diff(plain) < 0).all()
    assert plain[0] / plain[-1] > 10_000
    assert larger[-1] > larger[0] / 10
    assert skips[-1] > skips[0]


def test_most_of_the_separable_convolution_is_pointwise():
    run = SeparableConvolution().result
    assert run.pointwise.parameters / (run.pointwise.parameters + run.depthwise.parameters) > 0.9
    assert run.output_shape[-1] == 96


def test_eye_finds_the_other_eye_with_trained_vectors():
    """The other eye, to the right in the photo, gets the most of all places far away; pixels do not find it alone."""
    assert says(
        "later-networks", "What its units see had grown before", "the two maps differ in more than the training"
    )
    run = PatchAttention().result
    row, column = run.patches[0]
    assert run.field > 5 * 16  # where a projected patch sees 16 pixels
    trained = run.trained[0].copy()
    trained[row - 2 : row + 3, column - 2 : column + 3] = 0
    place = np.unravel_index(trained.argmax(), trained.shape)
    assert place[0] in (6, 7)
    assert place[1] in (11, 12)
    assert trained[place] > 20 / 225
    assert trained[5:9, 10:14].sum() / trained.sum() > 0.5
    untrained = run.untrained[0].copy()
    untrained[row - 2 : row + 3, column - 2 : column + 3] = 0
    assert untrained[5:9, 10:14].sum() / untrained.sum() == pytest.approx(16 / 200, abs=0.12)


def test_convolution_agrees_to_the_last_digits():
    """Within some units of the last digit of 32-bit numbers; and only a difference of 0 is called none."""
    run = PhotoPatches().result
    assert run.largest_difference < 20 * np.spacing(np.float32(np.abs(run.vector).max()))
    assert ("exactly" in PhotoPatches().facts["agreement"]) == (run.largest_difference == 0)


def test_all_windows_of_the_photo_network_but_the_first_are_depthwise():
    from cnnfigs.models.imagenet import mobilenet_v2

    assert says("later-networks", "after the first, all its 3×3 convolutions are")
    layers = [layer for layer in mobilenet_v2().layers if "Conv2D" in type(layer).__name__]
    windows = [layer for layer in layers if layer.kernel_size != (1, 1)]
    assert {layer.kernel_size for layer in windows} == {(3, 3)}
    first, *others = [type(layer).__name__ for layer in windows]
    assert first == "Conv2D"
    assert set(others) == {"DepthwiseConv2D"}


def test_depthwise_and_mixing_take_less_than_a_fifth():
    weights, mixing, ordinary = Depthwise().result.parameters
    assert 5 * (weights + mixing) < ordinary


def test_small_example_of_attention_is_a_softmax():
    assert says("later-networks", "2, 1 and 0", "0.67, 0.24 and 0.09", "0.67·10 + 0.24·20 + 0.09·60 = 16.9")
    weights = np.asarray(keras.ops.softmax(np.array([2.0, 1.0, 0.0])))
    np.testing.assert_allclose(weights, [0.67, 0.24, 0.09], atol=0.005)
    assert pytest.approx(16.9) == 0.67 * 10 + 0.24 * 20 + 0.09 * 60


def test_small_example_of_a_spread():
    assert says("later-networks", "with mean 3 and spread 1.63, become −1.22, 0 and 1.22")
    values = np.array([1.0, 3.0, 5.0])
    assert values.std() == pytest.approx(1.63, abs=0.005)
    assert (values[2] - 3) / values.std() == pytest.approx(1.22, abs=0.005)


def test_frozen_batch_normalisation_uses_what_it_stored():
    assert says("later-networks", "in Keras it also makes it use the stored averages")
    values = np.array([[1.0], [3.0]], dtype=np.float32)
    layer = keras.layers.BatchNormalization()
    assert np.abs(np.asarray(layer(values, training=True))).max() < 1.1
    layer.trainable = False
    np.testing.assert_allclose(layer(values, training=True), layer(values, training=False))


def test_block_of_the_page_adds_what_goes_around():
    (code,) = re.findall(r"\(residual-block\)=\n```python\n(.*?)```", PAGE, flags=re.S)
    names = {"layers": keras.layers}
    exec(compile(code, "later-networks.md", "exec"), names)
    image = keras.Input((8, 8, 4))
    same, wider = (keras.Model(image, names["block"](image, filters)) for filters in (4, 6))
    for weight in same.weights:
        weight.assign(keras.ops.zeros(weight.shape))
    values = np.random.default_rng(1).normal(size=(1, 8, 8, 4)).astype("float32")
    np.testing.assert_allclose(same(values), np.maximum(values, 0), atol=1e-6)  # nothing is added
    assert wider.output_shape == (None, 8, 8, 6)


def test_a_block_that_adds_nothing_passes_on_what_a_block_gave_it_and_plain_layers_pass_on_nothing():
    assert says("later-networks", "the block passes on what came out of the block before it")
    (code,) = re.findall(r"\(residual-block\)=\n```python\n(.*?)```", PAGE, flags=re.S)
    names = {"layers": keras.layers}
    exec(compile(code, "later-networks.md", "exec"), names)
    given = keras.Input((6, 6, 4))
    skipping = keras.Model(given, names["block"](given, 4))
    plain = keras.Sequential([given, *(keras.layers.Conv2D(4, 3, padding="same", activation="relu") for _ in range(2))])
    for network in (skipping, plain):
        network.set_weights([np.zeros_like(each) for each in network.get_weights()])
    before = np.random.default_rng(0).random((1, 6, 6, 4), dtype=np.float32)  # a block ends with ReLU: none is negative
    np.testing.assert_array_equal(np.asarray(skipping(before)), before)
    assert not np.asarray(plain(before)).any()


def test_a_bias_in_front_of_batch_normalisation_changes_nothing():
    assert says("later-networks", "`use_bias=False`")
    sums = np.random.default_rng(0).normal(size=(8, 5, 5, 3)).astype(np.float32)
    layer = keras.layers.BatchNormalization()
    bias = np.array([3, -1, 0.5], dtype=np.float32)
    plain, shifted = (np.asarray(layer(each, training=True)) for each in (sums, sums + bias))
    np.testing.assert_allclose(shifted, plain, atol=1e-4)


def test_a_photo_twice_as_high_and_wide_needs_sixteen_times_as_many_answers():
    patches = int(PhotoPatches().facts["patches"])
    rows = columns = round(patches**0.5)
    assert rows * columns == patches
    assert (2 * rows * 2 * columns) ** 2 == 16 * patches**2
