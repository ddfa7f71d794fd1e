"""What the page says in words is what the numbers say."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from page_words import says
from scipy import ndimage

from cnnfigs.data import mnist
from cnnfigs.experiments.catalog import shifted, with_images
from cnnfigs.illustrations.architectures.patches import PatchAttention, PhotoPatches
from cnnfigs.illustrations.architectures.residual import SkipGradients
from cnnfigs.illustrations.filters.batch_normalization import BatchNormalization
from cnnfigs.illustrations.filters.separable import SeparableConvolution
from cnnfigs.illustrations.training_and_measured.disturbances import Disturbances, TurnedDigits
from cnnfigs.illustrations.training_and_measured.fewer_examples import FewerExamples
from cnnfigs.illustrations.training_and_measured.shifted_digits import ShiftControls
from cnnfigs.statistics import wilson


def share(illustration, fact):
    return float(illustration.facts[fact].replace("\N{NO-BREAK SPACE}%", ""))


def test_network_is_patient_with_pens_and_not_with_places():
    ways = Disturbances()
    patient = ("pen thinner", "pen thicker", "paper light grey")
    assert min(share(ways, name) for name in patient) > 94
    assert max(share(ways, name) for name in ("moved 6 pixels", "turned 45°", "paper inverted")) < 70
    assert int(ways.facts["pen thinner times"]) > 3  # less is not nothing


def test_what_varied_in_the_training_is_not_what_the_network_bears_best():
    """Pens vary from digit to digit; grey paper and noise never occur. And yet these cost less."""
    assert says("limits-and-next", "a thinner pen hurts", "were never shown, and yet the mildest of both hurt less")
    images = mnist().x_train[:2000]
    pens = (images > 127).sum(axis=(1, 2))
    assert pens.std() / pens.mean() > 0.25
    assert (images[:, 0] == 0).mean() > 0.999  # paper is blank: neither grey nor noisy
    ways = {(each.kind, each.amount): each.accuracy for each in Disturbances().result.asked}
    never = min(ways["grey paper", 0.25], ways["noise", 0.2])
    assert never > max(ways["thinner", 2], ways["thicker", 3])


def test_moved_digits_are_moved_to_the_right_only():
    assert says("limits-and-next", "they are moved to the right only")
    run = Disturbances().result
    moved = next(each for each in run.asked if (each.kind, each.amount) == ("moved", 6))
    np.testing.assert_array_equal(moved.image[:, 6:], run.asked[0].image[:, :-6])


def test_price_of_augmentation_compares_the_same_images_and_steps():
    assert says("limits-and-next", "After as many steps on the same images, but unmoved")
    remedy, without = shifted("convnet", 1), with_images("convnet", 60_000, 1)
    assert replace(remedy, random_shift=0, asked=()) == without
    assert ShiftControls().result.remedy[0].mean[0] < FewerExamples().result.findings.of("convnet", 60000).mean
    usual = with_images("convnet", 10_000, 1)
    assert ShiftControls().result.usual[0].network == usual.network
    assert usual.images < remedy.images  # those without it saw fewer images


def test_convnet_is_ahead_with_every_number_of_images_that_was_tried():
    assert says("limits-and-next", "it paid with every number of images that we tried")
    comparisons = FewerExamples().result.findings.comparisons
    assert len(comparisons) >= 14
    assert min(each.difference for each in comparisons) > 0


def test_ten_thousand_digits_tell_a_share_to_about_one_per_cent():
    widest = max(high - low for low, high in (wilson(count, 10_000) for count in (100, 3000, 5000)))
    assert 0.015 < widest < 0.02


def test_digits_of_the_data_are_centred_and_inverted_ones_never_seen():
    images = mnist().x_train[:1000]
    centres = np.array([ndimage.center_of_mass(image) for image in images])
    assert np.abs(centres - 13.5).max() < 1
    assert (images.mean(axis=(1, 2)) < 127).all()


def test_lines_begin_together_and_part():
    run = TurnedDigits().result
    gaps = [each.mean_probability - each.accuracy for each in run.asked]
    assert gaps[0] < 0.01
    assert max(gaps) > 0.6
    assert run.asked[-1].accuracy > min(each.accuracy for each in run.asked)
    assert min(each.mean_probability for each in run.asked) > 0.8


def test_layers_change_nothing_when_the_network_is_used():
    layers = keras.layers
    image = mnist().x_test[:3].astype(np.float32)[..., None] / 255
    for layer in (
        layers.RandomRotation(30 / 360, fill_mode="constant"),
        layers.RandomTranslation(0.15, 0.15, fill_mode="constant"),
        layers.RandomZoom(0.2, fill_mode="constant"),
    ):
        np.testing.assert_array_equal(np.asarray(layer(image, training=False)), image)
        assert (np.asarray(layer(image, training=True)) != image).any()


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
        "limits-and-next", "What its units see had grown before", "the two maps differ in more than the training"
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
