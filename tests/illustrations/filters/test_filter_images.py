"""Ascent really climbs, real pieces are the best there are, and bad names are told near ones."""

from functools import cache

import numpy as np
import pytest
from svg_numbers import number, texts

from cnnfigs.data import cat_photo, mnist
from cnnfigs.illustrations.filters.filter_images import SHOWN, FilterImages
from cnnfigs.illustrations.filters.gradient_ascent import GradientAscent
from cnnfigs.models.imagenet import fitted, mobilenet_v2, network_input
from cnnfigs.models.weights import load
from cnnfigs.runs.filters.exciting import (
    LAYERS,
    VIEW_SIZES,
    ascend,
    largest_in_views,
    middle_unit,
    photo_views,
    search_digits,
    search_photo,
)
from cnnfigs.runs.photo.visual_hierarchy import gradients

IMAGES = mnist().x_test.astype("float32")[..., np.newaxis] / 255


@pytest.fixture(scope="module")
def digits():
    return FilterImages().result


@pytest.fixture(scope="module")
def photos():
    return FilterImages("mobilenet_v2").result


@cache
def weights_by_layer():
    """The convnet's layers with their weights in float64."""
    return [
        (layer.name, [np.asarray(each, dtype=np.float64) for each in layer.get_weights()])
        for layer in load("convnet").layers
    ]


def sums_by_hand(patch, layer):
    """A filter's sum for a patch that is exactly as large as it sees, layer after layer in NumPy and float64."""
    maps = patch.astype(np.float64)
    for name, weights in weights_by_layer():
        if name.startswith("conv"):
            windows = np.lib.stride_tricks.sliding_window_view(maps, (3, 3), axis=(0, 1))
            maps = np.einsum("hwcij,ijcf->hwf", windows, weights[0]) + weights[1]
        elif name.startswith("max"):
            rows, columns = (size // 2 for size in maps.shape[:2])
            maps = maps[: 2 * rows, : 2 * columns].reshape(rows, 2, columns, 2, -1).max(axis=(1, 3))
        elif name == "dense":
            maps = maps.ravel() @ weights[0] + weights[1]
        if name == layer:
            return maps.reshape(-1, maps.shape[-1])[0] if maps.ndim > 1 else maps
        maps = np.maximum(maps, 0)
    raise AssertionError(layer)


# Ascent


def test_sums_of_made_images_are_those_of_the_layer(digits):
    for layer in digits.layers:
        for excited in layer.excited:
            for image, total in zip(excited.made.images, excited.made.sums, strict=True):
                assert sums_by_hand(image, layer.layer)[excited.filter] == pytest.approx(total, abs=2e-3)


@pytest.mark.thorough
def test_ascent_climbs_above_its_start_and_above_random_images(digits, photos):
    random = np.random.default_rng(8)
    for run, network in ((digits, "convnet"), (photos, "mobilenet_v2")):
        for layer in run.layers:
            unit = middle_unit(network, layer.layer)
            channels = 1 if network == "convnet" else 3
            empty = 0.0 if network == "convnet" else 0.5
            shown = np.full((20, unit.size, unit.size, channels), empty, dtype=np.float32)
            inside = slice(unit.first, unit.first + unit.side)
            shown[:, inside, inside] = random.random((20, unit.side, unit.side, channels))
            others = np.asarray(unit.reader(shown))
            for excited in layer.excited:
                start, end = excited.made.sums[0], excited.made.sums[-1]
                assert end > start
                # A filter next to zero can hardly be excited at all.
                assert end > others[:, excited.filter].max() or excited.fires == 0


def test_first_layer_alone_ends_at_ink_where_the_kernel_is_positive():
    """Of all images from 0 to 1 this one excites a single kernel most; it can be read off the weights."""
    kernel, bias = load("convnet").layers[0].get_weights()
    filters = [0, 5, 22]
    (made,) = ascend(middle_unit("convnet", "conv2d_1"), filters, keep=(0, 400), regularized=False)
    for each, ascent in zip(filters, made, strict=True):
        best = np.maximum(kernel[..., 0, each], 0).sum() + bias[each]
        assert 0.97 * best < ascent.sums[-1] <= best + 1e-4
        strong = np.abs(kernel[..., 0, each]) > 0.05
        np.testing.assert_array_equal(ascent.images[-1, ..., 0][strong] > 0.5, kernel[..., 0, each][strong] > 0)


def test_pixels_stay_between_paper_and_ink(digits, photos):
    for run in (digits, photos):
        for layer in run.layers:
            for excited in layer.excited:
                assert excited.made.images.min() >= 0
                assert excited.made.images.max() <= 1
                assert excited.made.images.shape[1:3] == (layer.field_size, layer.field_size)


def test_made_photo_excites_its_class_in_the_network_itself(photos):
    (last,) = (layer for layer in photos.layers if layer.layer == "predictions")
    assert [excited.name for excited in last.excited][:2] == ["tench", "goldfish"]
    for excited in last.excited:
        pixels = np.rint(255 * excited.made.images[-1:]).astype(np.uint8)
        logits = np.asarray(mobilenet_v2(129, 129)(network_input(pixels)))[0]
        assert logits.argmax() == excited.filter
        assert logits[excited.filter] == pytest.approx(excited.made.sums[-1], rel=0.03)


def test_both_ways_begin_at_the_same_grey_and_both_climb():
    run = GradientAscent().result
    for ascent in (*run.plain, *run.regularized):
        assert list(ascent.sums) == sorted(ascent.sums)
        assert ascent.images[0].std() < 0.05
    others = [ascent.sums[-1] for ascent in run.regularized[1:5]]
    for phone in (False, True):
        shown = [number(text.split()[1]) for text in texts(GradientAscent(), phone) if text.startswith("score")]
        assert shown == pytest.approx([*run.plain[0].sums, *run.regularized[0].sums, *others], abs=0.051)


def test_scores_over_the_starts_are_those_of_keras():
    """Every end is shown to the dense layer by hand; the facts give the least and the most."""
    illustration = GradientAscent()
    for name in ("plain", "regularized"):
        ascents = getattr(illustration.result, name)
        totals = [sums_by_hand(ascent.images[-1], "dense")[3] for ascent in ascents]
        assert totals == pytest.approx([ascent.sums[-1] for ascent in ascents], abs=2e-3)
        assert illustration.facts[f"{name} reach"] == f"{min(totals):.1f} to {max(totals):.1f}"


def test_labels_below_the_images_do_not_run_into_each_other():
    """The names of filters of one row, each of which begins at the left of its group."""
    for illustration in (
        FilterImages("mobilenet_v2"),
        FilterImages(layers=("conv2d_3",), filters=(6, 17, 33, 31)),
    ):
        figure = illustration.figure
        figure.draw_without_rendering()
        names = [text for text in figure.axes[0].texts if text.get_text().startswith("filter")]
        boxes = [text.get_window_extent() for text in names]
        for box, other in ((one, two) for one in boxes for two in boxes if one is not two):
            assert not box.overlaps(other)
            if abs(box.y0 - other.y0) < 1 and box.x0 < other.x0:
                assert other.x0 - box.x1 > 8


# Real pieces


@pytest.mark.parametrize(("layer", "filter", "side"), [("conv2d_1", 3, 3), ("conv2d_2", 9, 8), ("conv2d_3", 2, 18)])
def test_found_pieces_are_the_best_of_all_places_of_some_digits(layer, filter, side):
    """Every place of 20 digits, cut out by hand and summed by hand."""
    jump = {"conv2d_1": 1, "conv2d_2": 2, "conv2d_3": 4}[layer]
    images = IMAGES[:20]
    best = []
    for index, image in enumerate(images):
        ends = range(0, 28 - side + 1, jump)
        sums = {
            (row, column): sums_by_hand(image[row : row + side, column : column + side], layer)[filter]
            for row in ends
            for column in ends
        }
        place = max(sums, key=sums.get)
        best.append((sums[place], index, place))
    best.sort(reverse=True)
    (result,), (fires,), _ = search_digits(len(images), layer, [filter], 2)
    for piece, (total, index, (row, column)) in zip(result, best, strict=False):
        assert piece.image == index
        assert piece.sum == pytest.approx(total, abs=1e-4)
        assert piece.box == (row, column, side, side)
        np.testing.assert_array_equal(piece.crop, images[index, row : row + side, column : column + side])
    assert fires == sum(total > 0 for total, _, _ in best) / len(images)


def test_largest_sum_in_views_is_the_one_found_if_the_photo_is_the_only_view(photos):
    layers = [layer.layer for layer in photos.layers]
    result = largest_in_views([fitted(cat_photo())], layers)
    for layer in photos.layers:
        for excited in layer.excited:
            assert result[layer.layer][excited.filter] == pytest.approx(excited.found[0].sum, abs=2e-3)


def test_views_are_the_photo_in_each_size_turned_and_mirrored():
    views = photo_views()
    assert len({view.tobytes() for view in views}) == len(views) == 8 * len(VIEW_SIZES)
    assert any(np.array_equal(view, fitted(cat_photo())) for view in views)
    assert {min(view.shape[:2]) for view in views} == {height for height, _ in VIEW_SIZES}


def test_dense_piece_is_the_whole_digit_with_the_highest_score():
    (result,), _, silent = search_digits(60, "dense", [7], 1)
    scores = [sums_by_hand(image, "dense") for image in IMAGES[:60]]
    assert result[0].image == int(np.argmax([each[7] for each in scores]))
    assert result[0].box == (0, 0, 28, 28)
    assert silent == sum(max(each[kind] for each in scores) <= 0 for kind in range(10))


@pytest.mark.parametrize("layer", ["block_1_expand_relu", "block_6_expand_relu"])
def test_pieces_of_the_photo_are_at_the_largest_sums(layer):
    import keras

    photo = fitted(cat_photo())
    model = mobilenet_v2(*photo.shape[:2])
    maps = np.asarray(keras.Model(model.inputs, model.get_layer(layer).input)([network_input(photo[np.newaxis])]))[0]
    filters = [3, 8]
    result, fires, silent = search_photo(photo, layer, filters, 2)
    for each, pieces, share in zip(filters, result, fires, strict=True):
        assert share == (maps[..., each] > 0).mean()
        assert pieces[0].sum == pytest.approx(maps[..., each].max(), abs=1e-5)
        assert maps[(*pieces[0].place, each)] == maps[..., each].max()
        assert pieces[1].sum <= pieces[0].sum
        assert pieces[1].place != pieces[0].place
        for piece in pieces:
            assert piece.sum == pytest.approx(maps[(*piece.place, each)], abs=1e-5)
            (gradient,), _ = gradients(photo, layer, [(each, piece.place, 0.0)])
            top, left, height, width = piece.box
            assert gradient[top : top + height, left : left + width].sum() >= 0.899 * gradient.sum()
    assert silent == sum(maps[..., each].max() <= 0 for each in range(maps.shape[-1]))


def test_dead_filters_stay_at_zero_for_every_digit(digits):
    import keras

    model = load("convnet")
    reader = keras.Model(model.inputs, model.get_layer("conv2d_3").output)
    batches = np.split(IMAGES, 10)
    largest = np.max([np.asarray(reader([batch])).max(axis=(0, 1, 2)) for batch in batches], axis=0)
    (layer,) = (each for each in digits.layers if each.layer == "conv2d_3")
    assert layer.silent == np.count_nonzero(largest == 0)
    failures = FilterImages(layers=("conv2d_3",), filters=(6, 17, 33, 31)).result.layers[0]
    for excited in failures.excited:
        assert (excited.fires == 0) == (largest[excited.filter] == 0)
        assert (excited.found[0].sum <= 0) == (largest[excited.filter] == 0)


@pytest.mark.parametrize("phone", [False, True])
def test_picture_writes_all_sums(digits, phone):
    written = [
        number(text) for text in texts(FilterImages(), phone) if text.replace(".", "").replace("−", "").isdigit()
    ]
    expected = []
    for layer in digits.layers:
        for excited in layer.excited:
            expected += [excited.made.sums[-1], excited.found[0].sum]
    assert written == pytest.approx(expected, abs=0.051)


# Names and ranges


def test_layers_are_those_of_the_networks():
    assert list(LAYERS["convnet"]) == [layer.name for layer in load("convnet").layers if layer.weights]
    names = [layer.name for layer in mobilenet_v2().layers]
    assert list(LAYERS["mobilenet_v2"]) == [name for name in names if name.endswith(("relu", "predictions"))]
    for network, layers in SHOWN.items():
        assert set(layers) <= set(LAYERS[network])


@pytest.mark.parametrize(
    ("make", "near"),
    [
        (lambda: FilterImages(layers=("conv2d",)), "conv2d_3"),
        (lambda: FilterImages("mobilenet_v2", layers=("block_3_expand",)), "block_3_expand_relu"),
        (lambda: FilterImages("mobilenet_v2", layers=("conv2d_1",)), "Conv1_relu"),
    ],
)
def test_unknown_layer_is_refused_with_near_names(make, near):
    with pytest.raises(ValueError, match=rf"^layers: expected a layer such as .*\b{near}\b"):
        make()


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: FilterImages(filters=(0, 32)), "filter: expected a whole number from 0 to 31, got 32"),
        (lambda: GradientAscent(filter=10), "filter: expected a whole number from 0 to 9, got 10"),
        (
            lambda: FilterImages("mobilenet_v2", ("predictions",), (1000,)).result,
            "filter: expected 0 to 999 for predictions of mobilenet_v2, got 1000",
        ),
    ],
)
def test_filter_that_a_layer_lacks_is_refused(make, told):
    with pytest.raises(ValueError, match=f"^{told}$"):
        make()
