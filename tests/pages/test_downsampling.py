"""What the page says in words is what the networks and the digits say."""

from itertools import pairwise

import keras
import numpy as np
import pytest
from page_words import says

from cnnfigs.data import mnist
from cnnfigs.illustrations.architectures.layer_table import LayerTable
from cnnfigs.illustrations.training_and_measured.ways_of_downsampling import DownsamplingDifferences
from cnnfigs.illustrations.windows.effective_field import EffectiveField, area
from cnnfigs.illustrations.windows.field_growth import FieldGrowth
from cnnfigs.illustrations.windows.lost_edge import LostEdge
from cnnfigs.illustrations.windows.peephole import Peephole
from cnnfigs.illustrations.windows.published_fields import PublishedFields
from cnnfigs.models.weights import load


@pytest.fixture(scope="module")
def fields():
    return {each.network: each.fields for each in FieldGrowth().result.networks}


def test_most_parameters_of_the_unpooled_network_are_in_its_dense_layer():
    run = LayerTable("unpooled").result
    (dense,) = (layer for layer in run.layers if layer.class_name == "Dense")
    assert dense.parameters > run.parameters / 2
    assert dense.parameters > LayerTable().result.parameters


def test_maps_hardly_shrink_without_pooling(fields):
    assert fields["unpooled"][-1].map_size > 0.75 * 28
    assert fields["convnet"][-1].map_size < 0.25 * 28


def test_steps_double_with_each_pooling_and_not_without(fields):
    for before, after in pairwise(fields["convnet"]):
        assert after.jump == before.jump * (2 if after.class_name == "MaxPooling2D" else 1)
    assert {field.jump for field in fields["unpooled"]} == {1}
    assert fields["convnet"][-1].jump == 4
    sizes = [1, *(field.size for field in fields["unpooled"])]
    assert [after - before for before, after in pairwise(sizes)] == [2, 2, 2]


def test_one_layer_more_at_the_end_reaches_farther_than_one_at_the_beginning(fields):
    """The answer to the question beside the explorer: at the end each step is four pixels wide."""
    assert 2 * fields["convnet"][-1].jump > 2 * fields["convnet"][0].jump


def test_a_unit_of_the_pooled_network_sees_most_of_a_digit_and_one_of_the_other_does_not(fields):
    """Where the middle unit looks, of the ink of the digits that are shown."""
    images = Peephole().result.images
    shares = {}
    for network in ("convnet", "unpooled"):
        field = fields[network][-1]
        rows, columns = (slice(first, first + field.size) for first in field.first)
        shares[network] = images[:, rows, columns].sum() / images.sum()
    assert shares["convnet"] > 0.5
    assert shares["unpooled"] < 0.25
    assert {fields[name][-1].size for name in fields} <= set(Peephole().window_sizes)


def test_both_units_look_at_the_middle_more_than_at_the_edge():
    for each in EffectiveField().result.networks:
        assert each.inner_share > 1.5 * area(each)
        first, size = each.field.first[0], each.field.size
        inside = each.gradient[first : first + size, first : first + size]
        edge = np.concatenate([inside[0], inside[-1], inside[:, 0], inside[:, -1]])
        assert edge.mean() < inside.mean()


def test_many_paths_lead_from_the_middle_and_one_from_the_corner():
    """Three convolutions of ones: the slope of the unit by a pixel is the number of paths between them."""
    paths = np.ones((1, 1, 1, 1), dtype=np.float32)
    for _ in range(3):
        paths = keras.layers.Conv2DTranspose(1, 3, kernel_initializer="ones")(paths)
    seen = np.asarray(paths)[0, ..., 0]
    assert seen.shape == (7, 7)
    assert seen[0, 0] == 1
    assert seen[3, 3] == seen.max() == 49


def test_unpooled_network_makes_more_errors_with_every_seed():
    found = DownsamplingDifferences().result
    (unpooled,) = (each for each in found.comparisons if each.name == "unpooled")
    assert (unpooled.each > 0).all()
    assert len(unpooled.seeds) >= 3


def test_ink_behind_what_is_read_changes_nothing_and_one_row_more_does():
    run = LostEdge().result
    assert run.unread == 2
    assert run.change == 0
    assert run.one_more > 0


def test_digits_do_have_ink_where_the_convnet_never_looks():
    """Counted pixel by pixel; and the convnet gives these digits the same answers without that ink."""
    assert says("downsampling", "digits have ink on the rows and columns that are never read", "`fig-edge test digits`")
    run, digits = LostEdge().result, mnist()
    for images, counted in ((digits.x_test, run.test_digits), (digits.x_train, run.training_digits)):
        edge = np.ones((28, 28), dtype=bool)
        edge[:26, :26] = False
        assert counted == sum(bool(row.any()) for row in images[:, edge])
        assert counted / len(images) > 0.1
    inked = digits.x_test[digits.x_test[:, edge].any(axis=1)]
    without = inked.copy()
    without[:, edge] = 0
    model = load("convnet")
    answers = [model.predict(each[..., None] / 255, verbose=0) for each in (inked, without)]
    np.testing.assert_allclose(*answers, atol=1e-6)


def test_it_is_little_ink():
    assert says("downsampling", "It is little, {fact}`fig-edge test ink` of all the ink")
    assert 0 < LostEdge().result.test_ink < 0.01


def test_large_networks_are_as_published_and_the_later_see_more_than_the_photo():
    sizes = {each.network: each.size for each in PublishedFields().result.networks}
    assert all(each.size == each.published for each in PublishedFields().result.networks)
    assert 200 < sizes.pop("VGG16") < 224
    assert min(sizes.values()) > 224
