"""Where networks become smaller, against the shapes that a real image has on its way through them."""

import keras
import numpy as np
import pytest
from svg_numbers import texts

from cnnfigs.illustrations.windows.halvings import Halvings
from cnnfigs.runs.windows.halvings import INPUT_SIZES


@pytest.mark.parametrize("network", INPUT_SIZES)
def test_steps_are_those_of_the_shapes_in_the_model(network):
    """Every height that Keras reports for a layer is one of the steps, but for padded ones."""
    size = INPUT_SIZES[network]
    model = getattr(keras.applications, network)(weights=None, include_top=False, input_shape=(size, size, 3))
    heights = {layer.output.shape[1] for layer in model.layers if "pad" not in layer.name}
    facts = Halvings((network,)).facts
    assert facts[f"{network} sizes"] == " → ".join(map(str, sorted(heights, reverse=True)))
    assert int(facts[f"{network} pools"]) == sum(
        isinstance(layer, keras.layers.MaxPooling2D | keras.layers.AveragePooling2D) for layer in model.layers
    )


@pytest.mark.parametrize("phone", [False, True])
def test_drawn_texts_tell_every_step(phone):
    written = ", ".join(texts(Halvings(("ResNet50",)), phone))
    sizes = ["224 → 112", "112 → 56", "56 → 28", "28 → 14", "14 → 7"]
    layers = ["convolution 7×7", "max pooling 3×3", *["convolution 1×1"] * 3]
    steps = [f"{size}, {layer}, strides 2" for size, layer in zip(sizes, layers, strict=True)]
    assert written == ", ".join(["ResNet-50: 1 max pooling", *steps])


def test_network_without_max_pooling_says_so():
    assert "MobileNetV2: no max pooling" in texts(Halvings(("MobileNetV2",)))
    assert "VGG-16: 5 max poolings" in texts(Halvings(("VGG16",)))


def test_our_cats_network_is_the_one_whose_weights_ship():
    from cnnfigs.data import imagenet_weights

    model = keras.applications.MobileNetV2(input_shape=(225, 225, 3), weights=str(imagenet_weights()))
    assert model.count_params() == sum(np.prod(weight.shape) for weight in model.weights)
    heights = {
        layer.output.shape[1] for layer in model.layers if len(layer.output.shape) == 4 and "pad" not in layer.name
    }
    assert Halvings().facts["MobileNetV2 sizes"].startswith("225 → 113 → 57 → 29 → 15 → 8")
    assert {225, 113, 57, 29, 15, 8} <= heights | {1}
