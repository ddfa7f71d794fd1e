"""What layers cost, against published counts, TensorFlow's own counter, and memory added up by hand."""

import keras
import pytest
from profiler import counted_by_tensorflow

from cnnfigs.arithmetic import Layer
from cnnfigs.arithmetic.costs import Costs, costs, share_of_input
from cnnfigs.models.described import described
from cnnfigs.models.networks import build
from cnnfigs.models.opening import opened

layers = keras.layers


def small():
    image = keras.Input((17, 19, 3))
    maps = layers.Conv2D(8, (3, 5), strides=2, padding="same", activation="relu")(image)
    maps = layers.BatchNormalization()(layers.SeparableConv2D(6, 3, depth_multiplier=2)(maps))
    maps = layers.DepthwiseConv2D(3, padding="same")(layers.Conv2D(4, 1)(maps))
    maps = layers.Conv2D(5, 3)(layers.Concatenate()([maps, maps]))
    return keras.Model(image, layers.Dense(7)(layers.Flatten()(maps)))


@pytest.mark.parametrize(
    "make",
    [
        small,
        lambda: build("convnet"),
        lambda: build("dense_512"),
        lambda: keras.applications.MobileNetV2(weights=None),
        lambda: keras.applications.MobileNetV3Small(weights=None, input_shape=(224, 224, 3)),
    ],
)
def test_multiply_adds_are_those_that_tensorflow_counts(make):
    network = described(opened(make()))
    assert costs(network.layers, network.outputs).total == counted_by_tensorflow(make())


@pytest.mark.parametrize(
    ("name", "published"),
    [
        # Howard and others (2017), table 4: 569 million; Sandler and others (2018), table 4: 300 million.
        ("MobileNet", 569e6),
        ("MobileNetV2", 300e6),
        # Simonyan and Zisserman (2015) as counted by everyone: 15.5 thousand million.
        ("VGG16", 15.5e9),
        # Tan and Le (2019), table 2: 0.39 thousand million.
        ("EfficientNetB0", 0.39e9),
    ],
)
def test_multiply_adds_are_the_published_ones(name, published):
    network = described(opened(getattr(keras.applications, name)(weights=None)))
    assert costs(network.layers, network.outputs).total == pytest.approx(published, rel=0.015)


def test_groups_are_as_many_convolutions_on_their_share_of_the_channels():
    """TensorFlow's counter does not know of groups, nor of holes."""
    fields = {"kernel_size": (3, 3), "dilation_rate": (2, 2)}
    image = Layer("x", "InputLayer", output_shape=(9, 9, 6))
    whole = Layer("c", "Conv2D", ("x",), ((9, 9, 6),), (5, 5, 4), filters=4, groups=2, **fields)
    half = Layer("c", "Conv2D", ("x",), ((9, 9, 3),), (5, 5, 2), filters=2, **fields)
    assert costs([image, whole]).total == 2 * costs([image, half]).total == 2 * 5 * 5 * 3 * 3 * 3 * 2


def test_what_is_not_counted_is_named():
    steps = keras.Input((30, 4))
    model = keras.Model(steps, layers.Dense(2)(layers.LSTM(8, name="recurrent")(layers.Conv1D(4, 3)(steps))))
    network = described(opened(model))
    counted = costs(network.layers, network.outputs)
    assert counted.uncounted == ["recurrent"]
    assert counted.total == 28 * 3 * 4 * 4 + 8 * 2
    assert counted.flops == 2 * counted.total


def test_memory_is_what_stands_side_by_side():
    """A branch that is read again later is kept until then; a view needs none of its own."""
    plain = [
        Layer("image", "InputLayer", output_shape=(4, 4, 1)),  # 16
        Layer("wide", "Conv2D", ("image",), ((4, 4, 1),), (4, 4, 8), kernel_size=(1, 1), filters=8),  # 128
        Layer("low", "MaxPooling2D", ("wide",), ((4, 4, 8),), (2, 2, 8)),  # 32
        Layer("up", "UpSampling2D", ("low",), ((2, 2, 8),), (4, 4, 8)),  # 128
        Layer("sum", "Add", ("wide", "up"), ((4, 4, 8),) * 2, (4, 4, 8)),  # 128
        Layer("flat", "Flatten", ("sum",), ((4, 4, 8),), (128,)),
        Layer("answer", "Dense", ("flat",), ((128,),), (10,), units=10),
    ]
    counted = costs(plain)
    assert counted.numbers == {"image": 16, "wide": 128, "low": 32, "up": 128, "sum": 128, "flat": 0, "answer": 10}
    assert counted.at_once == 3 * 128
    assert counted.kept == 16 + 128 + 32 + 128 + 128 + 10
    assert costs(plain, ("low", "answer")).at_once == 3 * 128 + 32
    assert Costs({"a": 3, "b": None}, {}, 0).uncounted == ["b"]


def test_share_is_at_most_all_of_each_axis():
    assert share_of_input((14, 56), (28, 28, 1)) == 0.5
    assert share_of_input((30,), (20, 6)) == 1
