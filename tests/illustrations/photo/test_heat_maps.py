"""Grad-CAM is what the paper's equations give by hand, occlusion what direct predictions give."""

import numpy as np
import pytest
from scipy.stats import spearmanr
from svg_numbers import texts

from cnnfigs.data import cat_photo, mnist
from cnnfigs.illustrations.photo.heat_maps import DigitHeat, PhotoHeat
from cnnfigs.illustrations.photo.sanity_check import SanityCheck
from cnnfigs.models.imagenet import fitted, mobilenet_v2, network_input
from cnnfigs.models.weights import load
from cnnfigs.runs.filters.exciting import sums
from cnnfigs.runs.photo.heat_maps import compared, covered_photo_reader, enlarged, grad_cam, place_sums, starts
from cnnfigs.runs.photo.photo_answers import PARTS

PHOTO = fitted(cat_photo())
PIXELS = network_input(PHOTO[np.newaxis])
FOUR = mnist().x_test[4:5].astype("float32")[..., np.newaxis] / 255


@pytest.fixture(scope="module")
def model():
    return mobilenet_v2(225, 353)


@pytest.fixture(scope="module")
def convnet():
    return load("convnet")


@pytest.fixture(scope="module")
def cat():
    return PhotoHeat().result


@pytest.fixture(scope="module")
def four():
    return DigitHeat().result


def digit_scores(convnet, images):
    """Sums before softmax: the dense layer by hand, on what the layers before it make."""
    values = images
    for layer in convnet.layers[:-1]:
        values = layer(values)
    kernel, bias = convnet.layers[-1].get_weights()
    return np.asarray(values) @ kernel + bias


# Grad-CAM


@pytest.mark.parametrize("class_index", [285, 728, 3])
def test_grad_cam_of_the_photo_needs_no_gradient(model, class_index):
    """Behind the last maps are a mean and a dense layer: the gradient of each number is weight / number of places."""
    import keras

    maps = np.asarray(keras.Model(model.inputs, model.get_layer("out_relu").output)([PIXELS]))[0].astype(float)
    kernel, _ = model.get_layer("predictions").get_weights()
    weights = kernel[:, class_index].astype(float) / (maps.shape[0] * maps.shape[1])
    expected = np.maximum((maps * weights).sum(axis=-1), 0)
    result = grad_cam(model, model.output, PIXELS[0], class_index, "out_relu")
    np.testing.assert_allclose(result, expected, atol=1e-4 * expected.max())


@pytest.mark.parametrize("class_index", range(10))
def test_grad_cam_of_the_digit_from_the_dense_layer_by_hand(convnet, class_index):
    """Behind conv2d_3 there is one dense layer: the gradient is its kernel, laid out as the maps are."""
    import keras

    maps = np.asarray(keras.Model(convnet.inputs, convnet.get_layer("conv2d_3").output)([FOUR]))[0].astype(float)
    kernel = convnet.get_layer("dense").get_weights()[0].astype(float).reshape(3, 3, 128, 10)
    expected = np.maximum((maps * kernel[..., class_index].mean(axis=(0, 1))).sum(axis=-1), 0)
    result = grad_cam(convnet, sums(convnet, "dense"), FOUR[0], class_index, "conv2d_3")
    np.testing.assert_allclose(result, expected, atol=1e-5)


def test_grad_cam_of_a_lower_layer_by_finite_differences(convnet):
    """Each map of conv2d_2 a little larger and smaller everywhere: the change is its summed gradient."""
    import keras

    maps = np.asarray(keras.Model(convnet.inputs, convnet.get_layer("conv2d_2").output)([FOUR]))[0]
    step, weights = 1e-2, []
    behind = keras.Sequential(convnet.layers[3:-1])
    kernel, bias = convnet.layers[-1].get_weights()
    for channel in range(maps.shape[-1]):
        copies = np.repeat(maps[np.newaxis], 2, axis=0)
        copies[0, ..., channel] += step
        copies[1, ..., channel] -= step
        more, less = (np.asarray(behind(copies)) @ kernel + bias)[:, 4]
        weights.append(float(more - less) / (2 * step) / (maps.shape[0] * maps.shape[1]))
    expected = np.maximum((maps * np.array(weights)).sum(axis=-1), 0)
    result = grad_cam(convnet, sums(convnet, "dense"), FOUR[0], 4, "conv2d_2")
    np.testing.assert_allclose(result, expected, atol=0.03 * expected.max())


def test_maps_shown_are_the_enlarged_ones(model, cat):
    for heat in cat.heats:
        coarse = grad_cam(model, model.output, PIXELS[0], heat.class_index, "out_relu")
        np.testing.assert_allclose(heat.weighed, coarse, atol=1e-5)
        np.testing.assert_allclose(heat.grad_cam, enlarged(coarse / coarse.max(), 225, 353), atol=1e-5)


# Occlusion


def test_occlusion_of_the_digit_is_what_direct_predictions_give(convnet, four):
    whole = digit_scores(convnet, FOUR)[0]
    places = [(row, column) for row in range(24) for column in range(24)]
    covered = np.repeat(FOUR, len(places), axis=0)
    for copy, (row, column) in enumerate(places):
        covered[copy, row : row + 5, column : column + 5] = 0
    falls = whole - digit_scores(convnet, covered)
    assert four.patches == len(places)
    for heat in four.heats:
        assert heat.score == pytest.approx(whole[heat.class_index], abs=1e-4)
        assert heat.fall == pytest.approx(falls[:, heat.class_index].max(), abs=1e-4)
        assert heat.rise == pytest.approx(-falls[:, heat.class_index].min(), abs=1e-4)
        for pixel in [(0, 0), (14, 18), (20, 5), (27, 27)]:
            hiding = [
                fall[heat.class_index]
                for (row, column), fall in zip(places, falls, strict=True)
                if row <= pixel[0] < row + 5 and column <= pixel[1] < column + 5
            ]
            assert heat.occlusion[pixel] == pytest.approx(np.mean(hiding), abs=1e-4)


def test_occlusion_of_the_photo_is_what_direct_predictions_give(model, cat):
    """All patches over two pixels, one of them in a corner that a single patch covers."""
    whole = np.asarray(model(PIXELS))[0]
    for pixel in [(0, 0), (130, 220)]:
        scores = []
        for row in range(0, 177, 16):
            for column in range(0, 305, 16):
                if row <= pixel[0] < row + 49 and column <= pixel[1] < column + 49:
                    covered = PHOTO.copy()
                    covered[row : row + 49, column : column + 49] = 124
                    scores.append(np.asarray(model(network_input(covered[np.newaxis])))[0])
        for heat in cat.heats:
            expected = whole[heat.class_index] - np.mean([each[heat.class_index] for each in scores])
            assert heat.occlusion[pixel] == pytest.approx(expected, abs=2e-3)
    assert cat.patches == 12 * 20


def test_parts_that_are_hidden_as_a_whole_and_piece_by_piece_are_painted_over_and_predicted(model, cat):
    whole = np.asarray(model(PIXELS))[0]

    def fall(boxes, class_index):
        covered = PHOTO.copy()
        for top, left, height, width in boxes:
            covered[top : top + height, left : left + width] = 124
        return whole[class_index] - np.asarray(model(network_input(covered[np.newaxis])))[0][class_index]

    for heat in cat.heats:
        for part in heat.parts:
            assert part.hidden == pytest.approx(fall(PARTS[part.name], heat.class_index), abs=2e-3)
            expected = [fall([box], heat.class_index) for box in PARTS[part.name]]
            assert part.hidden_piece == pytest.approx(expected, abs=2e-3)


@pytest.mark.thorough
@pytest.mark.parametrize("patch_size", [1, 90, 225])
def test_covered_photos_are_read_as_if_computed_as_a_whole(model, patch_size):
    grey = network_input(np.full(3, 124, dtype=np.uint8))
    last = 225 - patch_size, 353 - patch_size
    places = [(0, 0), last, (last[0] // 3, last[1] // 2)]
    copies = np.repeat(PIXELS, len(places), axis=0)
    for copy, (row, column) in zip(copies, places, strict=True):
        copy[row : row + patch_size, column : column + patch_size] = grey
    result = covered_photo_reader(PIXELS[0], grey, patch_size)(places)
    np.testing.assert_allclose(result, np.asarray(model(copies)), atol=1e-4)


def test_patches_cover_each_side_to_its_end():
    for size, patch_size, strides in [(225, 49, 16), (28, 5, 3), (28, 28, 1), (10, 3, 10), (353, 100, 90)]:
        covered = np.zeros(size, dtype=bool)
        for start in starts(size, patch_size, strides):
            assert start + patch_size <= size
            covered[start : start + patch_size] = True
        assert covered[0]
        assert covered[-1]
        if strides <= patch_size:
            assert covered.all()


# The exact map


@pytest.mark.parametrize("index", [4, 18, 247])
def test_nine_cells_and_the_bias_add_up_to_keras_score(convnet, index):
    """The model's own probabilities, as ratios: differences of scores are logarithms of these."""
    image = mnist().x_test[index : index + 1].astype("float32")[..., np.newaxis] / 255
    exact = place_sums(convnet, image[0])
    scores = np.array([each.cells.sum() + each.bias for each in exact])
    np.testing.assert_allclose(scores, digit_scores(convnet, image)[0], atol=1e-4)
    probabilities = np.exp(scores - scores.max())
    np.testing.assert_allclose(probabilities / probabilities.sum(), np.asarray(convnet(image))[0], atol=1e-5)
    assert {each.cells.shape for each in exact} == {(3, 3)}
    assert {each.field for each in exact} == {18}


def test_a_cell_is_what_the_score_loses_without_that_place(convnet, four):
    """Set all maps to zero at one place, and let Keras' dense layer add up again."""
    import keras

    maps = np.asarray(keras.Model(convnet.inputs, convnet.get_layer("conv2d_3").output)([FOUR]))
    kernel, bias = convnet.layers[-1].get_weights()
    dense = keras.layers.Dense(10)
    dense.build((None, kernel.shape[0]))
    dense.set_weights([kernel, bias])
    for row, column in np.ndindex(3, 3):
        without = maps.copy()
        without[:, row, column] = 0
        lost = np.asarray(dense(maps.reshape(1, -1)) - dense(without.reshape(1, -1)))[0]
        for heat in four.heats:
            assert heat.exact.cells[row, column] == pytest.approx(lost[heat.class_index], abs=1e-4)


# Agreement


def test_correlation_is_spearmans(cat, four):
    for heat in (*cat.heats, *four.heats):
        if heat.grad_cam.any():
            expected = spearmanr(heat.grad_cam.ravel(), heat.occlusion.ravel()).statistic
            assert heat.correlation == pytest.approx(expected, abs=1e-6)


def test_disagreement_is_a_difference_of_ranks():
    one, other = np.random.default_rng(1).random((2, 6, 7))
    difference, correlation = compared(one, other)
    flat = [(other.ravel() < value).mean() for value in other.ravel()]
    base = [(one.ravel() < value).mean() for value in one.ravel()]
    np.testing.assert_allclose(difference.ravel(), (np.array(flat) - base) * 42 / 41, atol=1e-6)
    assert compared(one, one)[1] == pytest.approx(1)
    assert compared(one, -one)[1] == pytest.approx(-1)
    assert abs(correlation) < 1
    empty, none = compared(np.zeros((6, 7)), other)
    assert not empty.any()
    assert none == 0


def test_parts_are_means_over_their_boxes(cat):
    for heat in cat.heats:
        nose = next(part for part in heat.parts if part.name == "nose and mouth")
        assert nose.occlusion == pytest.approx(float(heat.occlusion[158:218, 160:244].mean()), abs=1e-4)
        assert nose.grad_cam == pytest.approx(float(heat.grad_cam[158:218, 160:244].mean()), abs=1e-4)


def test_pictures_write_scores_and_correlations(cat, four):
    for illustration, run, phone in [
        (made, run, phone) for made, run in ((PhotoHeat(), cat), (DigitHeat(), four)) for phone in (False, True)
    ]:
        shown = texts(illustration, phone)
        for heat in run.heats:
            assert f"{heat.name}: score {heat.score:.1f}" in shown
            if heat.exact is not None:
                numbers = [f"{cell:.1f}".replace("-", "−") for cell in heat.exact.cells.ravel()]
                assert any(shown[first : first + 9] == numbers for first in range(len(shown)))
                assert f"together {heat.exact.cells.sum():.1f}" in shown
            elif heat.grad_cam.any():
                written = f"correlation {heat.correlation:.2f}".replace("-", "−")
                assert written in [text.ljust(len(written), "0") for text in shown]
            else:
                assert "nothing speaks for it" in shown


# Sanity


def test_maps_of_the_trained_network_are_those_of_the_photo(cat):
    np.testing.assert_allclose(SanityCheck().result.networks[0].grad_cam, cat.heats[0].grad_cam, atol=1e-5)


@pytest.mark.thorough
def test_gradient_times_pixel_by_finite_differences(model):
    """The nine pixels of one square, each colour a little more and less."""
    place = (20, 40)
    product = SanityCheck().result.networks[0].gradient_input[place]
    step, total = 0.05, 0.0
    for row in range(3 * place[0], 3 * place[0] + 3):
        for column in range(3 * place[1], 3 * place[1] + 3):
            summed = 0.0
            for color in range(3):
                copies = np.repeat(PIXELS, 2, axis=0)
                copies[0, row, column, color] += step
                copies[1, row, column, color] -= step
                more, less = np.asarray(model(copies))[:, 285]
                summed += float(more - less) / (2 * step) * PIXELS[0, row, column, color]
            total += abs(summed) / 9
    assert total == pytest.approx(product, rel=0.15)


def test_spoilt_networks_are_compared_by_spearman():
    trained, last, whole = SanityCheck().result.networks
    for spoilt in (last, whole):
        assert len(spoilt.grad_cam_correlations) == len(spoilt.gradient_input_correlations) == 4
        for name in ("grad_cam", "gradient_input"):
            reference, other = (getattr(each, name).ravel() for each in (trained, spoilt))
            expected = spearmanr(reference, other).statistic
            assert getattr(spoilt, f"{name}_correlations")[0] == pytest.approx(expected, abs=1e-6)


@pytest.mark.thorough
def test_shared_network_is_not_spoilt(model):
    """The sanity check works on copies: the network that others use answers as before."""
    SanityCheck(class_index=3, seeds=2).run()
    fresh = np.asarray(mobilenet_v2.__wrapped__(225, 353)(PIXELS))
    np.testing.assert_allclose(np.asarray(model(PIXELS)), fresh, atol=1e-4)


# Bad parameters


@pytest.mark.parametrize(
    ("make", "near"),
    [
        (lambda: PhotoHeat(layer="out"), "out_relu"),
        (lambda: PhotoHeat(layer="block_16_relu"), "block_16_expand_relu"),
    ],
)
def test_unknown_layer_is_refused_with_near_names(make, near):
    with pytest.raises(ValueError, match=rf"^layer: expected a layer such as .*\b{near}\b"):
        make()


def test_array_that_is_no_photo_is_refused():
    with pytest.raises(ValueError, match=r"^image: expected .+, got "):
        PhotoHeat(image=np.zeros((3, 3, 9)))


def test_any_photo_has_heat_maps():
    noise = np.random.default_rng(6).integers(0, 256, (50, 80), dtype=np.uint8)
    illustration = PhotoHeat(noise, classes=(0,), patch_size=113, strides=112)
    assert len(texts(illustration)) == len(texts(illustration, phone=True)) > 0
    assert illustration.result.heats[0].parts == ()


def test_where_occlusion_is_darkest_is_told_with_the_parts_that_lie_there(cat):
    picture = PhotoHeat()
    text = picture.describe(picture.result).text
    for heat in picture.result.heats:
        rows, columns = np.nonzero(heat.occlusion >= 0.8 * heat.occlusion.max())
        told = f"within rows {rows.min()} to {rows.max()} and columns {columns.min()} to {columns.max()}"
        assert told in text
    assert f"{told}: on part of the ear at the right" in text
