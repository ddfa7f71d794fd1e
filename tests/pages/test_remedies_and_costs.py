"""What the page says in words is what the numbers say."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from page_words import says

from cnnfigs.data import mnist
from cnnfigs.experiments.catalog import shifted, with_images
from cnnfigs.illustrations.architectures.answer_costs import CostsOfAnAnswer
from cnnfigs.illustrations.training_and_measured.designs import SmallDesigns
from cnnfigs.illustrations.training_and_measured.fewer_examples import FewerExamples
from cnnfigs.illustrations.training_and_measured.shifted_digits import ShiftControls
from cnnfigs.illustrations.training_and_measured.ways_of_downsampling import (
    DownsamplingCosts,
    DownsamplingDifferences,
    OverfittingWithoutPooling,
)
from cnnfigs.illustrations.windows.halvings import Halvings
from cnnfigs.models.networks import NETWORKS, build

PAGE = (Path(__file__).parents[2] / "docs" / "remedies-and-costs.md").read_text("utf-8")


def test_price_of_augmentation_compares_the_same_images_and_steps():
    assert says("remedies-and-costs", "After as many steps on the same images, but unmoved")
    remedy, without = shifted("convnet", 1), with_images("convnet", 60_000, 1)
    assert replace(remedy, random_shift=0, asked=()) == without
    assert ShiftControls().result.remedy[0].mean[0] < FewerExamples().result.findings.of("convnet", 60000).mean
    usual = with_images("convnet", 10_000, 1)
    assert ShiftControls().result.usual[0].network == usual.network
    assert usual.images < remedy.images  # those without it saw fewer images


def test_layers_change_nothing_when_the_network_is_used():
    layers = keras.layers
    image = mnist().x_test[:3].astype(np.float32)[..., None] / 255
    for layer in (
        layers.RandomRotation(30 / 360, fill_mode="constant"),
        layers.RandomTranslation(0.15, 0.15, fill_mode="constant"),
        layers.RandomZoom(0.2, fill_mode="constant"),
    ):
        np.testing.assert_array_equal(np.asarray(layer(image, training=False)), image)
        assert (np.asarray(layer(image, training=True)) != image).any()


def test_no_network_of_the_tutorial_has_dropout_or_weight_decay():
    assert says("remedies-and-costs", "Our networks have none of the three")
    for name in NETWORKS:
        assert not [layer for layer in build(name).layers if "Dropout" in type(layer).__name__]
    recipe = (Path(__file__).parents[2] / "cnnfigs" / "models" / "training.py").read_text("utf-8")
    assert "weight_decay" not in recipe
    assert "schedule" not in recipe.lower()


def test_means_against_learning_by_heart_are_called_as_keras_calls_them():
    assert keras.layers.Dropout(0.5).rate == 0.5
    assert keras.optimizers.AdamW(0.001, weight_decay=0.1).weight_decay == 0.1
    schedule = keras.optimizers.schedules.CosineDecay(0.001, decay_steps=10_000)
    assert float(schedule(0)) > float(schedule(5_000)) > float(schedule(9_999))
    for name in ("Dropout(0.5)", "AdamW(0.001, weight_decay=0.1)", "CosineDecay(0.001, decay_steps=10_000)"):
        assert name in PAGE


def test_a_dense_layer_uses_a_weight_once():
    facts = CostsOfAnAnswer().facts
    assert facts["dense_512 uses"] == "1"
    assert says("remedies-and-costs", "In a dense layer each weight is used once, in a convolution once in every place")
    convnet = {each.network: each for each in CostsOfAnAnswer().result.networks}["convnet"]
    # By hand: 26 rows and columns of places of the first convolution, 11 of the second, 3 of the third, and the dense.
    by_hand = 26 * 26 * 9 * 32 + 11 * 11 * 9 * 32 * 64 + 3 * 3 * 9 * 64 * 128 + 1152 * 10
    assert convnet.multiply_adds == by_hand


def test_both_networks_know_their_training_images_after_fixed_steps():
    assert says("remedies-and-costs", "Both know nearly all their training images by then")
    for each in OverfittingWithoutPooling().result.measured:
        assert each.training_accuracy.min() > 0.99


def test_ways_of_downsampling_are_within_a_few_images_in_a_thousand():
    assert max(abs(each.difference) for each in DownsamplingDifferences().result.comparisons) < 0.01
    costs = {each.network: each for each in DownsamplingCosts().result.costs}
    assert costs["convnet_strided"].multiply_adds < costs["convnet"].multiply_adds
    assert costs["convnet_pick_one"].parameters == costs["convnet"].parameters
    assert costs["convnet_strided"].parameters > costs["convnet"].parameters


def test_weight_decay_takes_one_part_in_ten_thousand():
    """In Keras the learning rate multiplies it: where there is no slope, a step leaves all but that part."""
    assert says("remedies-and-costs", "0.001 times 0.1 is one part in ten thousand")
    optimizer = keras.optimizers.AdamW(0.001, weight_decay=0.1)
    weight = keras.Variable(np.ones(3, dtype=np.float32))
    optimizer.build([weight])
    optimizer.apply([keras.ops.zeros(3)], [weight])
    np.testing.assert_allclose(np.asarray(weight), 1 - 1 / 10_000, rtol=1e-6)


def test_networks_are_as_the_page_tells():
    run = {network.network: network.steps for network in Halvings().result.networks}
    assert all(step.pools for step in run["VGG16"])
    assert sum(step.pools for step in run["ResNet50"]) == 1
    assert not any(step.pools for step in (*run["MobileNetV2"], *run["ConvNeXtTiny"]))
    assert (run["ConvNeXtTiny"][0].kernel_size, run["ConvNeXtTiny"][0].strides) == (4, 4)
    assert {step.kernel_size for step in run["ResNet50"][2:]} == {1}
    assert all(step.strides <= step.kernel_size for step in (*run["MobileNetV2"], *run["ConvNeXtTiny"]))
    assert any(step.strides > step.kernel_size for step in run["ResNet50"])


@pytest.mark.parametrize(("kernel_size", "strides"), [(1, 2), (2, 2), (3, 2), (2, 3), (4, 4)])
def test_cells_are_skipped_exactly_where_strides_are_larger_than_the_window(kernel_size, strides):
    """A transposed convolution hands each place's look back to the cells that it sees."""
    assert says("remedies-and-costs", "As long as the strides are not larger than the window", "no cell is skipped")
    looks = keras.layers.Conv2DTranspose(1, kernel_size, strides=strides, kernel_initializer="ones")
    seen = np.asarray(looks(keras.ops.ones((1, 4, 4, 1))))[0, : 3 * strides + kernel_size, : 3 * strides + kernel_size]
    assert (seen == 0).any() == (strides > kernel_size)


def test_what_is_told_of_small_designs_is_so():
    assert says("remedies-and-costs", "many more parameters than the same", "neither saw such digits")
    assert says("playground", "In place it is the other way round")
    run = SmallDesigns().result
    of = {str(each.design): each for each in run.reached}
    plain, pooled, largest = of["8k3-8k3"], of["8k3p-8k3p"], of["8k3p-8k3p-global_max"]
    assert plain.parameters > 10 * pooled.parameters
    assert plain.home > pooled.home > largest.home
    assert largest.moved > max(plain.moved, pooled.moved)
    assert max(plain.moved, pooled.moved) < run.asked / 2
    assert of["8k5-8k5-global_max"].moved > of["8k5-8k5-dense_32"].moved
    assert of["8k5-8k5-global_max"].home < of["8k5-8k5-dense_32"].home


def test_designs_are_all_that_a_few_switches_make():
    assert says("remedies-and-costs", "one to three blocks", "max pooling or average pooling, or a stride of two")
    reached = SmallDesigns().result.reached
    assert {len(each.design.blocks) for each in reached} == {1, 2, 3}
    assert {block.downsampling for each in reached for block in each.design.blocks} == {
        "none",
        "max pooling",
        "average pooling",
        "strides",
    }
    assert {(each.design.last, each.design.dense > 0) for each in reached} == {
        ("flatten", False),
        ("flatten", True),
        ("global max", False),
    }
