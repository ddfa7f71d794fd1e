"""What the page says in words is what the networks did."""

from itertools import pairwise

import keras
import numpy as np
import pytest
from page_words import says

from cnnfigs.illustrations.architectures.every_layer import EveryLayer
from cnnfigs.illustrations.architectures.with_depth import WithDepth
from cnnfigs.illustrations.filters.filter_images import FilterImages
from cnnfigs.illustrations.filters.first_kernels import FirstKernels
from cnnfigs.illustrations.filters.gradient_ascent import GradientAscent
from cnnfigs.runs.photo.photo_answers import PARTS

DEAD = FilterImages(layers=("conv2d_3",), filters=(6, 17, 33, 31))


@pytest.fixture(scope="module")
def depth():
    run = WithDepth().result
    return {
        (when, each.layer): each
        for when, layers in (("trained", run.trained), ("initial", run.initial))
        for each in layers
    }


@pytest.fixture(scope="module")
def photos():
    return {layer.layer: layer for layer in FilterImages("mobilenet_v2").result.layers}


# First layers


def test_many_kernels_for_digits_have_a_side_of_each_sign():
    kernels = FirstKernels().result.convnet[..., 0, :]
    rows = kernels.sum(axis=1)[[0, 2]]
    columns = kernels.sum(axis=0)[[0, 2]]
    sides = [np.prod(each[:, number]) < 0 for each in (rows, columns) for number in range(32)]
    assert sum(a or b for a, b in zip(sides[:32], sides[32:], strict=True)) >= 12


def test_kernels_for_photos_are_black_and_white_or_of_one_colour():
    """In stripes the three slices agree; in spots of colour red, green and blue have different means."""
    kernels = np.delete(FirstKernels().result.mobilenet_v2, FirstKernels().result.faint, axis=-1)
    slices = kernels.reshape(9, 3, -1)
    agree = [np.corrcoef(slices[..., each].T)[np.triu_indices(3, 1)].min() for each in range(slices.shape[-1])]
    assert sum(value > 0.9 for value in agree) >= 6
    means = slices.mean(axis=0) / np.abs(slices).max(axis=(0, 1))
    colored = np.ptp(means, axis=0) > 0.5
    assert 4 <= colored.sum() <= 12


# Depth


def test_maps_of_the_digit_get_blank_and_some_are_shown_so():
    run = EveryLayer().result
    shown = run.outputs["conv2d_3"][..., :9]
    assert shown.shape[:2] == (3, 3)
    assert not shown.any(axis=(0, 1)).all()
    assert (run.outputs["conv2d_3"] == 0).mean() > 0.5
    assert run.outputs["conv2d_1"].any(axis=(0, 1)).all()


def test_digits_of_one_kind_move_together_only_in_the_trained_network(depth):
    layers = ["pixels", "conv2d_1", "max_pooling2d_1", "conv2d_2", "max_pooling2d_2", "conv2d_3"]
    trained = [depth["trained", layer].nearest for layer in layers]
    assert trained == sorted(trained)
    assert trained[-1] > trained[0] + 0.1
    assert min(trained) > 0.5  # where the chart begins
    initial = [depth["initial", layer].nearest for layer in layers]
    assert max(initial) - min(initial) < 0.03


def test_shares_rest_on_all_test_digits():
    """The first 2,000 alone are harder, and fewer digits make worse means: with these it was 73 to 93 %."""
    assert WithDepth().result.digits == 10_000


def test_zeros_go_up_with_convolutions_and_down_with_poolings(depth):
    layers = ("conv2d_1", "max_pooling2d_1", "conv2d_2", "max_pooling2d_2", "conv2d_3")
    zeros = [depth["trained", layer].zeros for layer in layers]
    assert [later > earlier for earlier, later in pairwise(zeros)] == [False, True, False, True]
    assert depth["trained", "conv2d_3"].zeros < depth["trained", "conv2d_2"].zeros


def test_blank_maps_are_next_to_none_at_first_and_many_at_last(depth):
    assert depth["trained", "conv2d_1"].blank < 0.005
    assert depth["trained", "conv2d_2"].blank < 0.01
    assert depth["trained", "conv2d_3"].blank > 0.15
    assert (
        0.5 * depth["trained", "conv2d_3"].blank
        < depth["initial", "conv2d_3"].blank
        < depth["trained", "conv2d_3"].blank
    )
    # About half of them are of filters that answer to no digit, of which there were hardly any before training.
    never = depth["trained", "conv2d_3"].never
    assert 0.4 < never / 128 / depth["trained", "conv2d_3"].blank < 0.6
    assert depth["initial", "conv2d_3"].never < never / 4


# Ascent


def test_network_likes_the_scribble_more_than_any_real_digit():
    """From every start with the gradient alone, and from more than half of them held back too."""
    run = GradientAscent().result
    assert all(ascent.sums[-1] > run.best for ascent in run.plain)
    assert len(run.plain) == len(run.regularized) >= 10
    above = [ascent.sums[-1] > run.best for ascent in run.regularized]
    assert any(above)
    assert not all(above)


def test_starts_end_in_other_images_and_all_shown_can_be_read():
    """For the network, that is: each is a 3 beyond doubt, as it is for a reader."""
    from cnnfigs.models.weights import load

    ends = np.stack([ascent.images[-1] for ascent in GradientAscent().result.regularized[:5]])
    answers = load("convnet").predict(ends, verbose=0)
    assert (answers.argmax(axis=1) == 3).all()
    different = np.corrcoef(ends.reshape(len(ends), -1))[np.triu_indices(len(ends), 1)]
    assert different.max() < 0.95


def test_held_back_has_fewer_changes_from_pixel_to_pixel():
    run = GradientAscent().result

    def roughness(image):
        return sum(np.abs(np.diff(image[..., 0], axis=axis)).mean() for axis in (0, 1))

    for held, alone in zip(run.regularized, run.plain, strict=True):
        assert roughness(held.images[-1]) < 0.9 * roughness(alone.images[-1])
    assert np.mean([each.images[-1].mean() for each in run.regularized]) < np.mean(
        [each.images[-1].mean() for each in run.plain]
    )


def test_description_does_not_call_noise_even():
    """The start is noise: no two pixels are equal, as a word like even would have it."""
    run = GradientAscent().result
    assert run.plain[0].images[0].std() > 0
    assert "even grey" not in GradientAscent().description


def test_found_pieces_of_the_first_layer_are_nearly_the_best_possible_and_made_ones_are_not():
    assert says("what-convnets-learn", "The made images stay below the found ones there")
    for excited in FilterImages().result.layers[0].excited:
        assert 0.99 * excited.possible < excited.found[0].sum <= excited.possible + 1e-5
        assert excited.made.sums[-1] < excited.found[0].sum


def test_made_images_and_found_pieces_of_digits_resemble_each_other():
    for layer in FilterImages().result.layers:
        alike = [
            np.corrcoef(excited.made.images[-1].ravel(), excited.found[0].crop.ravel())[0, 1]
            for excited in layer.excited
        ]
        assert min(alike) > 0
        assert np.mean(alike) > 0.2


def test_every_made_photo_excites_more_than_the_cat_does(photos):
    for layer in photos.values():
        for excited in layer.excited:
            assert excited.made.sums[-1] > excited.found[0].sum
            # The views hold the photo as it is.
            assert excited.in_views >= excited.found[0].sum - 1e-3


def test_made_photos_are_ahead_of_other_views_of_the_cat_and_most_of_all_in_the_last_maps(photos):
    run = FilterImages("mobilenet_v2").result
    assert run.views == 32
    ratios = [each.made.sums[-1] / each.in_views for each in photos["out_relu"].excited]
    assert min(ratios) > 3
    others = [each.made.sums[-1] / each.in_views for each in photos["block_10_expand_relu"].excited]
    assert min(others) > 1
    assert np.mean(ratios) > np.mean(others)


def test_eyes_are_found_by_two_of_the_four_filters_of_block_10(photos):
    """The middle of the found piece lies in the box of an eye, or the piece holds half of one; boxes drawn by hand."""

    def covered(box):
        top, left, height, width = box
        return max(
            max(0, min(top + height, row + rows) - max(top, row))
            * max(0, min(left + width, column + columns) - max(left, column))
            / (rows * columns)
            for row, column, rows, columns in PARTS["eyes"]
        )

    assert says("what-convnets-learn", "two of the four filters find an eye")
    shares = [covered(excited.found[0].box) for excited in photos["block_10_expand_relu"].excited]
    assert sum(share > 0.5 for share in shares) == 2
    assert len(shares) == 4


def test_one_photo_was_searched():
    assert says("what-convnets-learn", "only one photo was searched", "Other photos may reach more")
    assert FilterImages("mobilenet_v2").result.searched == 1


def test_goldfish_is_orange(photos):
    red, _, blue = photos["predictions"].excited[1].made.images[-1].mean(axis=(0, 1))
    assert photos["predictions"].excited[1].name == "goldfish"
    others = [photos["predictions"].excited[each].made.images[-1].mean(axis=(0, 1)) for each in (0, 2, 3)]
    assert red - blue > max(other[0] - other[2] for other in others)


# Failures


def test_three_filters_are_dead_and_the_fourth_nearly():
    excited = DEAD.result.layers[0].excited
    assert [each.fires == 0 for each in excited] == [True, True, True, False]
    assert excited[3].fires < 0.001
    for each in excited:
        assert each.made.sums[-1] < 1
        assert each.made.images[-1].std() < 0.2


def test_dead_filter_of_the_photo_network_is_one_of_the_faint(photos):
    assert says("what-convnets-learn", "a filter is silent for another reason")
    assert photos["Conv1_relu"].excited[0].fires == 0
    assert 0 in FirstKernels().result.faint
    excited = photos["Conv1_relu"].excited[0]
    assert max(abs(excited.made.sums[-1]), abs(excited.found[0].sum)) < 0.1  # next to zero whatever it sees


def test_a_probability_grows_when_only_the_others_fall():
    assert says("what-convnets-learn", "if the image only spoke against all other digits")
    logits = np.zeros((2, 10))
    logits[1, 1:] = -5
    before, after = np.asarray(keras.ops.softmax(logits))[:, 0]
    assert logits[0, 0] == logits[1, 0]
    assert after > 9 * before
