"""A classifier that slides gives what it gives on crops, and places are matched to boxes as the page says."""

from itertools import permutations

import numpy as np
import pytest

from cnnfigs.data.blood_cells import SIDE, Box, boxes, part, photo
from cnnfigs.illustrations.photo.platelet_map import PlateletMap
from cnnfigs.models.transfer import as_convolution, as_input, small_convnet
from cnnfigs.runs.photo.platelets import APART, BESIDE, STRIDE, found_places, matched, smoothed


def test_a_dense_head_read_as_a_convolution_gives_what_it_gives_on_each_crop():
    """With random weights, in every place of a small photo, within 1e-5."""
    import keras

    keras.utils.set_random_seed(3)
    classifier = small_convnet()
    pixels = photo(part("test")[0])[:136, :160]
    whole = np.asarray(as_convolution(classifier, 136, 160)(as_input(pixels[np.newaxis]), training=False))[0]
    assert whole.shape == (8, 11, 2)
    crops = [
        pixels[STRIDE * y : STRIDE * y + SIDE, STRIDE * x : STRIDE * x + SIDE] for y in range(8) for x in range(11)
    ]
    answers = np.asarray(classifier(as_input(np.stack(crops)), training=False))
    assert np.abs(answers - whole.reshape(-1, 2)).max() < 1e-5
    assert np.ptp(answers) > 0.01  # they are not all alike


def test_the_head_keeps_its_weights():
    classifier = small_convnet()
    dense, head = classifier.layers[-1], as_convolution(classifier, 96, 96).layers[-1]
    assert np.array_equal(dense.get_weights()[0], head.get_weights()[0].reshape(dense.get_weights()[0].shape))
    assert np.array_equal(dense.get_weights()[1], head.get_weights()[1])
    assert head.get_weights()[0].shape == (6, 6, 64, 2)


def test_places_are_apart_and_reach_the_mark():
    logits = np.random.default_rng(1).normal(size=(51, 71)).astype(np.float32)
    places = found_places(smoothed(logits), 0.5)
    assert len(places) > 10
    for number, (x, y) in enumerate(places):
        for a, b in places[:number]:
            assert max(abs(x - a), abs(y - b)) >= APART
        row, column = (y - SIDE // 2) // STRIDE, (x - SIDE // 2) // STRIDE
        rows = [min(max(each, 0), 50) for each in range(row - 1, row + 2)]
        columns = [min(max(each, 0), 70) for each in range(column - 1, column + 2)]
        assert logits[np.ix_(rows, columns)].mean() >= 0.5


@pytest.mark.parametrize(
    ("place", "right"),
    [((110, 110), True), ((92, 110), True), ((91, 110), False), ((127, 127), True), ((128, 127), False)],
)
def test_a_place_is_right_in_a_box_or_a_few_pixels_beside_it(place, right):
    assert BESIDE == 8
    assert bool(matched([place], [Box("Platelets", 100, 100, 120, 120)])) is right


def test_no_box_serves_two_places():
    targets = [Box("Platelets", 100, 100, 140, 140)]
    assert len(matched([(110, 110), (130, 130)], targets)) == 1


def test_what_the_picture_counts_is_counted_again_by_hand():
    """Rectangles painted pixel by pixel; the most pairs that any order of the boxes gives."""
    run = PlateletMap().result
    targets = boxes(run.name, "Platelets")
    most = 0
    for order in permutations(targets):
        left, hits = list(order), 0
        for x, y in run.places:
            inside = [b for b in left if b.left - 8 <= x < b.right + 8 and b.top - 8 <= y < b.bottom + 8]
            if inside:
                hits += 1
                left.remove(inside[0])
        most = max(most, hits)
    assert sum(run.right) == most


def test_counts_fit_the_data():
    run = PlateletMap().result
    assert (run.photos, run.platelets) == (72, 69)
    for found in (*run.once, *run.twice):
        assert found.right + found.missed == 83
    assert run.test.right + run.test.missed == 69
    assert run.difference < 1e-5
    assert run.compared == 48


def test_the_mark_was_chosen_on_the_validation_part():
    run = PlateletMap().result
    best = max(run.twice, key=lambda found: 2 * found.right / (2 * found.right + found.wrong + found.missed))
    assert run.mark == best.mark
