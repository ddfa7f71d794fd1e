"""The windows on the digit are where the trained filters really answer, and the answers are those of Keras."""

import keras
import numpy as np
import pytest
from matplotlib.patches import Rectangle
from svg_numbers import number, numbers, texts

from cnnfigs.data import mnist
from cnnfigs.drawing.widths import PHONE, WIDTH
from cnnfigs.illustrations.filters.global_and_local import GlobalAndLocal
from cnnfigs.illustrations.filters.local_patterns import LocalPatterns, weights_in_words
from cnnfigs.models.weights import load


def digit(index):
    return mnist().x_test[index].astype(np.float32)[..., None] / 255


@pytest.fixture(scope="module")
def layer():
    return load("convnet").layers[0]


@pytest.mark.parametrize("index", [4, 0, 61])
def test_answers_in_the_picture_are_those_of_the_layer(layer, index):
    picture = LocalPatterns(index=index)
    maps = np.asarray(layer(digit(index)[None]))[0]
    expected = []
    for pattern in picture.result.patterns:
        np.testing.assert_array_equal(pattern.kernel, layer.get_weights()[0][:, :, 0, pattern.channel])
        for (row, column), patch in zip(pattern.places, pattern.patches, strict=True):
            np.testing.assert_array_equal(patch, digit(index)[row : row + 3, column : column + 3, 0])
            expected.append(maps[row, column, pattern.channel])
    np.testing.assert_allclose(numbers(picture), expected, atol=0.005)


@pytest.mark.parametrize("index", [4, 0, 61])
def test_windows_are_among_the_strongest_places_and_share_no_pixel(layer, index):
    run = LocalPatterns(index=index).result
    maps = np.asarray(layer(digit(index)[None]))[0]
    covered = np.zeros((28, 28), dtype=int)
    for pattern in run.patterns:
        values = maps[..., pattern.channel]
        for row, column in pattern.places:
            covered[row : row + 3, column : column + 3] += 1
            assert values[row, column] > 0.6 * values.max()
    assert covered.max() == 1
    assert covered.sum() == 9 * 2 * len(run.patterns)


@pytest.mark.parametrize("width", [WIDTH, PHONE])
@pytest.mark.parametrize("index", [4, 0, 61])
def test_letters_stand_beside_the_windows_and_cover_none(index, width):
    """Every pixel of every window can be compared with the patch, and each letter touches a window of its own."""
    picture = LocalPatterns(index=index)
    figure = picture.drawn(width)
    shapes = [shape.get_bbox() for shape in figure.findobj(Rectangle) if shape.get_linewidth() == 2.5]
    assert len(shapes) == 2 * len(picture.result.patterns)
    side = shapes[0].width
    # The digit is drawn first, the filters with their letters later.
    letters = [text for text in figure.axes[0].texts if text.get_text() in "ABCDE"][: len(shapes)]
    for letter, own in zip(letters, shapes, strict=True):
        x, y = letter.get_position()
        for window in shapes:
            across = abs(x - (window.x0 + window.x1) / 2) - side / 2
            down = abs(y - (window.y0 + window.y1) / 2) - side / 2
            assert max(across, down) >= 9, letter.get_text()
            if window is own:
                assert max(across, down) <= 16, letter.get_text()


@pytest.mark.parametrize("turns", range(4))
def test_large_weights_are_told_where_they_are(turns):
    sides = ["upper row", "left column", "lower row", "right column"]
    edge = np.array([[1, 0.8, 1], [0.1, 0, -0.1], [-0.9, -1, -0.8]])
    text = weights_in_words(np.rot90(edge, turns))
    assert text == f"positive in the whole {sides[turns]}, negative in the whole {sides[(turns + 2) % 4]}"


def test_description_names_the_digit_and_the_weights_of_each_filter(layer):
    picture = LocalPatterns(index=4)
    assert picture.description.startswith(f"A {mnist().y_test[4]} broken into local patterns")
    for pattern in picture.result.patterns:
        kernel = layer.get_weights()[0][:, :, 0, pattern.channel]
        assert f"filter {pattern.channel}: Its large weights: {weights_in_words(kernel)}." in picture.description


def test_first_filter_stands_at_its_strongest_place_of_all(layer):
    first = LocalPatterns(index=4).result.patterns[0]
    values = np.asarray(layer(digit(4)[None]))[0, ..., first.channel]
    assert values.max() == pytest.approx(first.values[0])


def test_fewer_patterns_are_the_first_ones():
    some, all_five = LocalPatterns(patterns=2), LocalPatterns()
    assert [each.channel for each in some.result.patterns] == [each.channel for each in all_five.result.patterns[:2]]
    assert {"A", "B"} <= set(texts(some))
    assert "C" not in texts(some)


def test_network_without_a_convolution_in_front_is_refused():
    flat = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(10)], name="flat")
    with pytest.raises(ValueError, match="network: expected one that begins with a Conv2D"):
        LocalPatterns(network=flat).run()


def test_unit_and_filter_are_those_that_answer_most_strongly(layer):
    run = GlobalAndLocal(index=4).result
    dense = load("dense_512").layers[-2]
    answers = np.asarray(dense(digit(4).reshape(1, -1)))[0]
    assert run.unit == answers.argmax()
    np.testing.assert_array_equal(run.unit_weights.ravel(), dense.get_weights()[0][:, run.unit])
    maps = np.asarray(layer(digit(4)[None]))[0]
    assert maps[..., run.channel].max() == maps.max()
    np.testing.assert_array_equal(run.kernel, layer.get_weights()[0][:, :, 0, run.channel])


def test_global_and_local_counts_are_those_of_keras(layer):
    weights = {"unit": load("dense_512").layers[-2].get_weights()[0].shape[0], "filter": layer.kernel[..., 0].shape}
    written = texts(GlobalAndLocal())
    assert f"{weights['unit']} weights" in written
    assert f"{np.prod(weights['filter'])} weights" in written
    assert GlobalAndLocal().facts["places"] == str(np.prod(layer.compute_output_shape((1, 28, 28, 1))[1:3]))


def test_description_of_unit_and_filter_tells_their_weights(layer):
    picture = GlobalAndLocal(index=4)
    text = picture.description
    assert f"First, a {mnist().y_test[4]} of 784 pixels" in text
    weights = load("dense_512").layers[-2].get_weights()[0][:, picture.result.unit].reshape(28, 28)
    under = weights[digit(4)[..., 0] > 0.5].mean()
    assert f"they are {under:.3f} on average" in text
    means = {(row, column): weights[row : row + 4, column : column + 4].mean() for row, column in np.ndindex(28, 28)}
    squares = {place: mean for place, mean in means.items() if place[0] % 4 == place[1] % 4 == 0}
    for kind, (row, column) in (
        ("most positive means: ", max(squares, key=squares.get)),
        ("most negative means: ", min(squares, key=squares.get)),
    ):
        assert f"{kind}rows {row} to {row + 3}, columns {column} to {column + 3}: " in text
    kernel, mask, ink = (
        np.array([[number(cell) for cell in line] for line in each.texts]) for each in picture.told.numbers
    )
    np.testing.assert_allclose(kernel, layer.get_weights()[0][:, :, 0, picture.result.channel], atol=0.0051)
    np.testing.assert_allclose(mask, weights, atol=0.0051)
    np.testing.assert_allclose(ink, digit(4)[..., 0], atol=0.0051)
