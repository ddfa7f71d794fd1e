"""Patches times filters give what a convolution layer gives, on the drawn crop and in the network."""

import keras
import numpy as np
import pytest
from color_numbers import KERNEL, small_photo
from svg_numbers import numbers

from cnnfigs.arithmetic.reference import patches
from cnnfigs.illustrations.filters.patch_matrix import PatchesAsRows
from cnnfigs.models.weights import load

EDGES = np.repeat(np.array([[-1.0, 0, 1]] * 3)[..., None], 3, axis=-1)
FILTERS = np.stack([KERNEL, EDGES], axis=-1)


@pytest.mark.parametrize(("row", "column"), [(21, 24), (3, 7)])
def test_every_number_is_right(row, column):
    crop = small_photo()[row : row + 4, column : column + 4]
    rows = patches(crop, 3).transpose(0, 1, 4, 2, 3).reshape(4, 27)
    lying = FILTERS.transpose(3, 2, 0, 1).reshape(2, 27)
    maps = np.asarray(keras.ops.conv(crop[None], FILTERS, padding="valid"))[0]

    run = PatchesAsRows(row, column).result.small
    np.testing.assert_allclose(run.patches, rows)
    np.testing.assert_allclose(run.weights, lying.T)
    np.testing.assert_allclose(run.product, maps.reshape(4, 2), atol=1e-12)
    np.testing.assert_allclose(run.maps, maps, atol=1e-12)
    cells = [*crop.ravel(), *rows.ravel(), *lying.ravel(), *maps.ravel(), *maps.ravel()]
    for phone in (False, True):
        assert sorted(numbers(PatchesAsRows(row, column), phone)) == pytest.approx(sorted(cells), abs=1e-9)


def test_sizes_are_those_of_the_second_convolution():
    layer = load("convnet").layers[2]
    _, height, width, filters = layer.output.shape
    size = np.prod(layer.kernel.shape[:3])
    facts = PatchesAsRows().facts
    assert facts["layer patches"] == f"{height * width}×{size}"
    assert facts["layer weights"] == f"{size}×{filters}"
    assert facts["layer product"] == f"{height * width}×{filters}"


def test_product_agrees_with_the_layer_as_told():
    picture = PatchesAsRows()
    assert 3 <= int(picture.facts["layer decimals"]) <= 15
    assert picture.result.layer.difference < 0.5 * 10 ** -int(picture.facts["layer decimals"])
