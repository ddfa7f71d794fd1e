"""The ImageNet network answers as the original does, and reads any image."""

import numpy as np
import pytest
from PIL import Image

from cnnfigs.data import cat_photo, imagenet_classes
from cnnfigs.models.imagenet import (
    RELU_LAYERS,
    as_photo,
    best_answers,
    fitted,
    mobilenet_v2,
    network_input,
    probabilities,
    resized,
)


def test_five_best_answers_to_the_square_photo_are_those_of_the_original():
    photo = resized(cat_photo()[0:300, 75:375], 225, 225)
    answer = probabilities(photo[np.newaxis])[0]
    best = best_answers(answer, 5)
    assert best == [285, 282, 281, 287, 728]
    np.testing.assert_allclose(answer[best], [0.59, 0.21, 0.14, 0.02, 0.01], atol=0.02)
    assert answer.sum() == pytest.approx(1)
    names = imagenet_classes()
    assert [names[index] for index in best] == ["Egyptian cat", "tiger cat", "tabby", "lynx", "plastic bag"]


def test_there_are_a_thousand_class_names():
    names = imagenet_classes()
    assert len(names) == len(set(names)) == 1000
    assert (names[0], names[1], names[999]) == ("tench", "goldfish", "toilet tissue")


def test_names_of_the_layers_are_those_of_the_network():
    import keras

    model = mobilenet_v2(225, 225)
    assert tuple(layer.name for layer in model.layers if isinstance(layer, keras.layers.ReLU)) == RELU_LAYERS


def test_input_is_normalised_as_published():
    photo = np.random.default_rng(0).integers(0, 256, (4, 5, 3), dtype=np.uint8)
    expected = np.stack(
        [
            (photo[..., 0] / 255 - 0.485) / 0.229,
            (photo[..., 1] / 255 - 0.456) / 0.224,
            (photo[..., 2] / 255 - 0.406) / 0.225,
        ],
        axis=-1,
    )
    np.testing.assert_allclose(network_input(photo), expected, atol=1e-5)


@pytest.mark.parametrize("size", [(224, 225), (225, 224), (1, 225)])
def test_sizes_at_which_padding_would_differ_are_refused(size):
    with pytest.raises(ValueError, match="expected one more than a multiple of 32"):
        mobilenet_v2(*size)


def test_grey_and_transparent_images_become_rgb():
    random = np.random.default_rng(1)
    grey = random.integers(0, 256, (6, 7), dtype=np.uint8)
    expected = np.repeat(grey[..., np.newaxis], 3, axis=2)
    for image in (grey, grey[..., np.newaxis], Image.fromarray(grey), grey / 255, grey.astype(int)):
        np.testing.assert_array_equal(as_photo(image), expected)
    rgba = random.integers(0, 256, (6, 7, 4), dtype=np.uint8)
    on_white = Image.new("RGBA", (7, 6), "white")
    on_white.alpha_composite(Image.fromarray(rgba))
    np.testing.assert_allclose(as_photo(rgba).astype(int), np.asarray(on_white.convert("RGB")).astype(int), atol=1)
    opaque = np.dstack([grey, np.full_like(grey, 255)])
    np.testing.assert_array_equal(as_photo(opaque), expected)


@pytest.mark.parametrize(
    "image",
    [
        "no such thing",
        None,
        7,
        [[1, 2], [3]],
        np.zeros((0, 5)),
        np.zeros((4, 4, 5), dtype=np.uint8),
        np.zeros((2, 4, 4, 3), dtype=np.uint8),
        np.full((4, 4), np.nan),
        np.full((4, 4), 300),
        np.full((4, 4), 1.5),
        np.zeros((4, 4), dtype=complex),
        object(),
    ],
)
def test_what_is_no_image_is_refused_in_one_line(image):
    with pytest.raises(
        ValueError, match=r"^image: expected an array of shape \(height, width\) .*, got an? "
    ) as caught:
        as_photo(image)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((300, 451), (225, 353)),
        ((1, 1), (225, 225)),
        ((1, 5000), (225, 353)),
        ((800, 600), (289, 225)),
        ((224, 224), (225, 225)),
    ],
)
def test_any_size_becomes_one_at_which_the_network_works_as_trained(size, expected):
    photo = np.random.default_rng(2).integers(0, 256, (*size, 3), dtype=np.uint8)
    assert fitted(photo).shape == (*expected, 3)


def test_resizing_smooths_where_it_shrinks():
    """A chequerboard of single pixels becomes grey, and no single pixel is merely picked."""
    board = (np.indices((64, 64)).sum(axis=0) % 2 * 255).astype(np.uint8)
    small = resized(np.repeat(board[..., np.newaxis], 3, axis=2), 16, 16)
    assert abs(small.astype(int) - 128).max() < 20
