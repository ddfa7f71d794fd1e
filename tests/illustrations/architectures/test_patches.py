"""Patches are those that slicing gives, and attention is what NumPy makes of the dot products."""

import keras
import numpy as np
import pytest
from svg_numbers import texts

from cnnfigs.illustrations.architectures.patches import PatchAttention, PhotoPatches
from cnnfigs.models.imagenet import mobilenet_v2, network_input
from cnnfigs.runs.architectures.patches import square_photo


def softmax_of_dots(vectors):
    """Attention of every vector to every other, normalised and asked by itself; shape (n, n)."""
    wide = vectors.astype(np.float64)
    normal = (wide - wide.mean(axis=1, keepdims=True)) / np.sqrt(wide.var(axis=1, keepdims=True) + 0.001)
    scores = np.exp(normal @ normal.T / np.sqrt(vectors.shape[1]))
    return scores / scores.sum(axis=1, keepdims=True)


@pytest.fixture(scope="module")
def projected():
    """Each patch sliced out, flattened and multiplied by the same random weights."""
    pixels = network_input(square_photo(240))
    weights = np.asarray(keras.initializers.GlorotUniform(1)((768, 64)))
    rows = [
        pixels[16 * row : 16 * row + 16, 16 * column : 16 * column + 16].reshape(-1)
        for row in range(15)
        for column in range(15)
    ]
    return np.stack(rows), np.stack(rows) @ weights


def test_patch_is_cut_flattened_and_projected(projected):
    picture = PhotoPatches(row=6, column=5)
    run = picture.result
    np.testing.assert_array_equal(run.patch, square_photo(240)[96:112, 80:96])
    np.testing.assert_allclose(run.flattened, projected[0][6 * 15 + 5], atol=1e-5)
    np.testing.assert_allclose(run.vector, projected[1][6 * 15 + 5], atol=1e-4)
    written = texts(picture)
    assert {"225 patches", "16×16×3", "768 numbers", "64 numbers"} <= set(written)
    assert picture.facts["parameters"] == f"{768 * 64 + 64:,}"
    assert run.largest_difference < 1e-4 < np.abs(run.vector).max()


def test_the_asking_patch_has_no_colour_of_the_scale_that_leaves_it_out():
    run, (axes,) = PatchAttention().result, PatchAttention().figure.axes
    maps = [np.asarray(image.get_array()) for image in axes.images if image.get_array().shape[:2] == (15, 15)]
    assert len(maps) == 2 * len(run.patches)
    for number, shades in enumerate(maps):
        row, column = run.patches[number // 2]
        (grey,) = set(shades[row, column, :3])
        light = shades[..., :3].mean(axis=-1)
        assert light.min() < grey < light.max()


def test_attention_is_softmax_of_dot_products(projected):
    picture = PatchAttention()
    run = picture.result
    model = mobilenet_v2()
    reader = keras.Model(model.inputs, model.get_layer("block_9_add").output)
    result = np.asarray(reader([network_input(square_photo(225))[None]]))[0].reshape(225, 64)
    for weights, vectors in ((run.untrained, projected[1]), (run.trained, result)):
        expected = softmax_of_dots(vectors)
        for (row, column), each in zip(run.patches, weights, strict=True):
            np.testing.assert_allclose(each.reshape(-1), expected[15 * row + column], atol=1e-4)
            assert each.sum() == pytest.approx(1, abs=1e-5)
    itself = softmax_of_dots(result)[6 * 15 + 5, 6 * 15 + 5]
    assert picture.facts["trained itself"] == f"{100 * itself:.0f}\N{NO-BREAK SPACE}%"
