"""The same network as ``.keras`` and as ``.onnx`` has the same report, layer by layer, but for what is named here."""

import keras
import onnx
import pytest
from onnx_networks import as_onnx

from cnnfigs.commands.explain import explain
from cnnfigs.commands.report.data import as_data
from cnnfigs.models.networks import build

layers = keras.layers


def strided():
    stack = [layers.Conv2D(8, 3, 2, padding="same", activation="relu"), layers.AveragePooling2D(3, 2, padding="same")]
    stack += [layers.ZeroPadding2D(((0, 1), (1, 2))), layers.Conv2D(8, (3, 5), dilation_rate=2, activation="tanh")]
    return keras.Sequential([keras.Input((47, 61, 3)), *stack, layers.Flatten(), layers.Dense(1, "sigmoid")])


def residual():
    image = keras.Input((40, 40, 3))
    maps = kept = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(8, 3, use_bias=False)(image)))
    maps = layers.Conv2D(8, 3, padding="same", activation="relu")(maps)
    maps = layers.Add()([layers.Conv2D(8, 3, padding="same")(maps), kept])
    return keras.Model(image, layers.Dense(5)(layers.GlobalAveragePooling2D()(layers.Activation("relu")(maps))))


def branched():
    image = keras.Input((32, 32, 3))
    maps = layers.MaxPooling2D()(layers.Conv2D(6, 3, padding="same", activation="relu")(image))
    one = layers.Conv2D(4, 1, activation="relu")(maps)
    five = layers.Conv2D(4, 5, padding="same", groups=2, activation="relu")(maps)
    maps = layers.Concatenate()([one, five, layers.MaxPooling2D(3, 1, padding="same")(maps)])
    return keras.Model(image, layers.Dense(3, "softmax")(layers.Flatten()(maps)))


def faulty():
    """With gaps, two convolutions without activation between, and a second softmax."""
    stack = [
        layers.Rescaling(1 / 255),
        layers.Conv2D(6, 2, 3),
        layers.Conv2D(8, 3),
        layers.MaxPooling2D(),
        layers.Flatten(),
    ]
    return keras.Sequential(
        [keras.Input((50, 50, 3)), *stack, layers.Dense(4, "softmax"), layers.Activation("softmax")]
    )


def application(name):
    return getattr(keras.applications, name)(weights=None, input_shape=(64, 64, 3), classes=7)


MAKERS = {
    **{each.__name__: each for each in (strided, residual, branched, faulty)},
    **{f"tutorial's {name}": lambda name=name: build(name) for name in ("convnet", "unpooled")},
    **{name: lambda name=name: application(name) for name in ("VGG16", "ResNet50", "MobileNetV2", "DenseNet121")},
}


@pytest.fixture(scope="module", params=MAKERS)
def told(request, tmp_path_factory):
    """What is told of a network as both files."""
    folder = tmp_path_factory.mktemp("same")
    model = MAKERS[request.param]()
    model.save(folder / "own.keras")
    onnx.save(as_onnx(model), folder / "own.onnx")
    return [as_data(explain(folder / f"own.{kind}")) for kind in ("keras", "onnx")]


#: Layers and the operators that do what they do, which are told by their own names.
NAMED = {"Activation": ("ReLU", "Softmax", "Sigmoid"), "ReLU": ("Relu6",), "Rescaling": ("Multiply",)}


@pytest.mark.thorough
def test_every_layer_is_told_alike_but_for_its_class(told):
    by_name = [{layer.pop("name"): layer for layer in each["layers"]} for each in told]
    for name in by_name[0]:
        kinds = [layers[name].pop("class") for layers in by_name]
        assert kinds[0] == kinds[1] or kinds[1] in NAMED[kinds[0]], name
    assert by_name[0] == by_name[1]


def test_totals_inputs_and_outputs_are_the_same(told):
    kinds = [each["network"].pop("kind") for each in told]
    assert kinds == ["archive", "ONNX"]
    assert told[0]["network"].pop("name") in ("sequential", told[1]["network"].pop("name"))
    assert told[0]["network"] == told[1]["network"]
    assert told[0]["totals"] == told[1]["totals"]


def test_the_same_is_found(told):
    rows = [sorted(each["findings"], key=lambda found: (found["rule"], found["layer"] or "")) for each in told]
    assert rows[0] == rows[1]
