"""What the page says in words is what the networks did."""

from itertools import pairwise

import numpy as np
import pytest

from cnnfigs.illustrations.depthwise import Depthwise
from cnnfigs.illustrations.every_layer import EveryLayer
from cnnfigs.illustrations.filter_images import FilterImages
from cnnfigs.illustrations.first_kernels import FirstKernels
from cnnfigs.illustrations.gradient_ascent import GradientAscent
from cnnfigs.illustrations.heat_maps import DigitHeat, PhotoHeat
from cnnfigs.illustrations.sanity_check import SanityCheck
from cnnfigs.illustrations.with_depth import WithDepth

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


def test_depthwise_and_mixing_take_less_than_a_fifth():
    weights, mixing, ordinary = Depthwise().result.parameters
    assert 5 * (weights + mixing) < ordinary


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
    assert trained[-1] > trained[0] + 0.15
    initial = [depth["initial", layer].nearest for layer in layers]
    assert max(initial) - min(initial) < 0.03


def test_zeros_go_up_with_convolutions_and_down_with_poolings(depth):
    layers = ("conv2d_1", "max_pooling2d_1", "conv2d_2", "max_pooling2d_2", "conv2d_3")
    zeros = [depth["trained", layer].zeros for layer in layers]
    assert [later > earlier for earlier, later in pairwise(zeros)] == [False, True, False, True]
    assert depth["trained", "conv2d_3"].zeros < depth["trained", "conv2d_2"].zeros


def test_blank_maps_are_next_to_none_at_first_and_many_at_last(depth):
    assert depth["trained", "conv2d_1"].blank < 0.005
    assert depth["trained", "conv2d_2"].blank < 0.01
    assert depth["trained", "conv2d_3"].blank > 0.15


# Ascent


def test_network_likes_the_scribble_more_than_any_real_digit():
    run = GradientAscent().result
    assert run.plain.sums[-1] > run.best


def test_held_back_has_fewer_changes_from_pixel_to_pixel():
    run = GradientAscent().result

    def roughness(image):
        return sum(np.abs(np.diff(image[..., 0], axis=axis)).mean() for axis in (0, 1))

    assert roughness(run.regularized.images[-1]) < 0.75 * roughness(run.plain.images[-1])
    assert run.regularized.images[-1].mean() < run.plain.images[-1].mean()


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
    ratios = [each.made.sums[-1] / each.found[0].sum for each in photos["out_relu"].excited]
    assert sum(ratio > 10 for ratio in ratios) == 3


def test_eye_is_found_by_the_first_filter_of_block_10(photos):
    """The box lies over one of the eyes, whose boxes were drawn by hand."""
    from cnnfigs.runs.photo_answers import PARTS

    top, left, height, width = photos["block_10_expand_relu"].excited[0].found[0].box
    middle = (top + height / 2, left + width / 2)
    assert any(
        row <= middle[0] < row + rows and column <= middle[1] < column + columns
        for row, column, rows, columns in PARTS["eyes"]
    )


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
    assert photos["Conv1_relu"].excited[0].fires == 0
    assert 0 in FirstKernels().result.faint


# Heat maps


def test_plastic_bag_is_the_ear_on_the_right_for_both():
    cat, bag = PhotoHeat().result.heats
    assert bag.name == "plastic bag"
    for values in (bag.grad_cam, bag.occlusion):
        row, column = np.unravel_index(values.argmax(), values.shape)
        assert row < 60
        assert column > 240
    assert bag.correlation > 0.5
    assert cat.correlation < 0.5


def test_both_mark_cheek_and_nose_of_the_cat_and_only_grad_cam_the_forehead():
    cat = PhotoHeat().result.heats[0]
    for values in (cat.grad_cam, cat.occlusion):
        row, column = np.unravel_index(values.argmax(), values.shape)
        assert row > 110
        assert 150 < column < 270
    forehead = (slice(0, 60), slice(110, 220))
    assert cat.grad_cam[forehead].mean() > cat.grad_cam.mean()
    assert cat.occlusion[forehead].mean() < 0.1
    parts = {part.name: part for part in cat.parts}
    assert parts["eyes"].grad_cam > 0.9 * parts["nose and mouth"].grad_cam
    assert parts["eyes"].occlusion < 0.5 * parts["nose and mouth"].occlusion


def test_on_the_digit_they_do_not_agree():
    run = DigitHeat().result
    four, nine = run.heats
    assert abs(four.correlation) < 0.2
    row, column = np.unravel_index(four.grad_cam.argmax(), four.grad_cam.shape)
    assert row > 18
    assert column >= 14
    # Occlusion follows the ink: where covering counts, there is ink within the patch's reach.
    ink = run.image[..., 0] > 0.3
    near = np.zeros_like(ink)
    for place in np.argwhere(ink):
        near[max(0, place[0] - 4) : place[0] + 5, max(0, place[1] - 4) : place[1] + 5] = True
    assert near[four.occlusion > 1].all()
    assert not nine.grad_cam.any()
    assert nine.occlusion.max() > 5


# Sanity


def test_gradient_times_pixel_fails_the_check_and_grad_cam_changes():
    _, last, whole = SanityCheck().result.networks
    assert min(last.gradient_input_correlations) > 0.7
    assert max(last.grad_cam_correlations) < min(last.gradient_input_correlations)
    assert min(whole.gradient_input_correlations) > 0.3
    assert max(whole.grad_cam_correlations) > 0.5


def test_shuffled_network_has_a_cloud_between_the_eyes():
    values = SanityCheck().result.networks[1].grad_cam
    row, column = np.unravel_index(values.argmax(), values.shape)
    assert 60 <= row <= 140
    assert 170 <= column <= 230
