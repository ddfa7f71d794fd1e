import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import layers

from cnnfigs.arithmetic import parameter_derivation
from cnnfigs.arithmetic.receptive import receptive_region
from cnnfigs.models.records import layer_records


@pytest.fixture(scope="module")
def convnet() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((28, 28, 1), name="image"),
            layers.Conv2D(32, 3, activation="relu", name="conv_1"),
            layers.MaxPooling2D(2, name="pool_1"),
            layers.Conv2D(64, 3, activation="relu", name="conv_2"),
            layers.MaxPooling2D(2, name="pool_2"),
            layers.Conv2D(128, 3, activation="relu", name="conv_3"),
            layers.Flatten(name="flatten"),
            layers.Dense(10, activation="softmax", name="answer"),
        ]
    )


def test_the_convnet_is_read_layer_by_layer(convnet):
    records = layer_records(convnet)

    assert [record.output_shape for record in records] == [
        (28, 28, 1), (26, 26, 32), (13, 13, 32), (11, 11, 64), (5, 5, 64), (3, 3, 128), (1152,), (10,)
    ]  # fmt: skip
    assert [record.parameters for record in records] == [0, 320, 0, 18_496, 0, 73_856, 0, 11_530]
    assert [parameter_derivation(record).total for record in records] == [record.parameters for record in records]
    assert sum(record.parameters for record in records) == convnet.count_params() == 104_202
    assert [record.inputs for record in records[:3]] == [(), ("image",), ("conv_1",)]
    pooling, convolution = records[2], records[3]
    assert (pooling.kernel_size, pooling.strides, pooling.padding) == ((2, 2), (2, 2), "valid")
    assert (convolution.filters, convolution.activation, convolution.use_bias) == (64, "relu", True)


def model_of(*stack):
    return keras.Sequential([keras.Input((9, 9, 2), name="image"), *stack])


def test_the_order_is_the_one_in_which_layers_read_each_other():
    network = keras.applications.MobileNetV2(weights=None, input_shape=(96, 96, 3), classes=10)
    records = layer_records(network)

    assert [record.name for record in records] == [layer.name for layer in network.layers]
    assert sum(record.parameters for record in records) == network.count_params()
    assert sum(record.trainable_parameters for record in records) == sum(
        weight.numpy().size for weight in network.trainable_weights
    )
    for record, layer in zip(records[1:], network.layers[1:], strict=True):
        sources = layer.input if isinstance(layer.input, list) else [layer.input]
        assert record.inputs == tuple(tensor._keras_history.operation.name for tensor in sources)
        assert record.input_shapes == tuple(tensor.shape[1:] for tensor in sources)
        assert record.output_shape == layer.output.shape[1:]


def test_branches_are_followed_and_meet():
    image = keras.Input((9, 9, 2), name="image")
    left = layers.Conv2D(4, 3, padding="same", name="left")(image)
    right = layers.MaxPooling2D(3, strides=1, padding="same", name="right")(image)
    model = keras.Model(image, layers.Concatenate(name="meet")([left, right]))

    meet = layer_records(model)[-1]
    assert meet.inputs == ("left", "right")
    assert meet.input_shapes == ((9, 9, 4), (9, 9, 2))
    assert meet.output_shape == (9, 9, 6)


def test_nested_models_are_opened():
    inner = keras.Sequential([layers.Conv2D(4, 3, name="conv"), layers.ReLU(name="relu")], name="inner")
    outer = model_of(inner, layers.Flatten(name="flatten"), layers.Dense(3, name="dense"))

    records = layer_records(outer)
    assert [(record.name, record.inputs) for record in records] == [
        ("image", ()),
        ("inner/conv", ("image",)),
        ("inner/relu", ("inner/conv",)),
        ("flatten", ("inner/relu",)),
        ("dense", ("flatten",)),
    ]
    assert sum(record.parameters for record in records) == outer.count_params()


def test_a_layer_called_twice_has_two_records_and_one_set_of_weights():
    image = keras.Input((9, 9, 2), name="image")
    shared = layers.Conv2D(2, 3, padding="same", name="shared")
    model = keras.Model(image, shared(shared(image)))

    first, second = layer_records(model)[1:]
    assert (first.name, first.inputs, first.shares_weights_with) == ("shared", ("image",), None)
    assert (second.name, second.inputs, second.shares_weights_with) == ("shared (call 2)", ("shared",), "shared")
    own = [record.parameters for record in (first, second) if record.shares_weights_with is None]
    assert sum(own) == model.count_params()


def test_a_nested_model_called_twice_is_told_twice():
    image = keras.Input((9, 9, 2), name="image")
    inner = keras.Sequential([layers.Conv2D(2, 3, padding="same", name="conv")], name="inner")
    records = layer_records(keras.Model(image, inner(inner(image))))

    assert [record.name for record in records] == ["image", "inner/conv", "inner/conv (call 2)"]
    assert records[2].inputs == ("inner/conv",)
    assert records[2].shares_weights_with == "inner/conv"


def test_a_model_cut_out_of_another_begins_at_its_own_input(convnet):
    middle = keras.Model(convnet.get_layer("pool_1").output, convnet.get_layer("pool_2").output)

    records = layer_records(middle)
    assert [record.class_name for record in records] == ["InputLayer", "Conv2D", "MaxPooling2D"]
    assert records[0].output_shape == (13, 13, 32)


def test_operations_that_are_no_layers_are_records_too():
    image = keras.Input((9, 9, 2), name="image")
    records = layer_records(keras.Model(image, layers.ReLU(6.0)(image + 3.0) / 6.0))

    assert [record.class_name for record in records] == ["InputLayer", "Add", "ReLU", "TrueDivide"]
    assert [record.parameters for record in records] == [0, 0, 0, 0]


def test_the_geometry_is_the_layers():
    def geometry(layer, *fields):
        record = layer_records(model_of(layer))[-1]
        return tuple(getattr(record, field) for field in fields)

    dilated = layers.Conv2D(4, (3, 2), dilation_rate=(2, 1), groups=2)
    assert geometry(dilated, "kernel_size", "dilation_rate", "groups") == ((3, 2), (2, 1), 2)
    depthwise = layers.DepthwiseConv2D(3, depth_multiplier=3, strides=2, padding="same")
    assert geometry(depthwise, "filters", "groups", "strides", "padding") == (6, 2, (2, 2), "same")
    assert geometry(layers.ZeroPadding2D(((0, 1), (2, 3))), "padding") == (((0, 1), (2, 3)),)
    assert geometry(layers.Cropping2D(((0, 1), (2, 3))), "padding") == (((0, -1), (-2, -3)),)
    assert geometry(layers.UpSampling2D((2, 3)), "strides", "interpolation") == ((2, 3), "nearest")
    assert geometry(layers.Dense(7, activation="tanh"), "units", "activation") == (7, "tanh")
    assert geometry(layers.BatchNormalization(scale=False), "scale", "center") == (False, True)


def test_the_geometry_on_one_axis():
    stack = [
        layers.ZeroPadding1D((1, 2)),
        layers.Conv1D(2, 3, dilation_rate=2, padding="causal"),
        layers.UpSampling1D(3),
    ]
    records = layer_records(keras.Sequential([keras.Input((20, 2)), *stack]))

    assert [record.padding for record in records[1:3]] == [((1, 2),), ((4, 0),)]
    assert (records[3].strides, records[3].interpolation) == ((3,), "nearest")


@pytest.mark.parametrize(
    ("kernel_size", "padding", "output_padding"),
    [
        *((kernel_size, padding, None) for kernel_size in (1, 2, 3, 4, 5) for padding in ("valid", "same")),
        *((kernel_size, "valid", more) for kernel_size in (2, 3, 4) for more in (0, 1)),
        # Keras fails with the other even kernels.
        *[(2, "same", 1), (3, "same", 0), (3, "same", 1), (4, "same", 1), (5, "same", 0)],
    ],
)
def test_a_transposed_convolution_lights_what_its_record_tells(kernel_size, padding, output_padding):
    layer = layers.Conv2DTranspose(
        1, kernel_size, strides=2, padding=padding, output_padding=output_padding, kernel_initializer="ones"
    )
    model = model_of(layer, layers.Identity())
    records = layer_records(model)
    pixel = np.zeros((1, 9, 9, 2), dtype="float32")
    pixel[0, 4, 4] = 1

    lit = np.asarray(model(pixel))[0, :, :, 0] > 0
    for place in np.ndindex(*lit.shape):
        assert lit[place] == all(4 in axis for axis in receptive_region(records, place))


def test_frozen_weights_are_told_apart():
    layer = layers.BatchNormalization()
    record = layer_records(model_of(layer))[-1]
    assert (record.parameters, record.trainable_parameters) == (8, 4)

    layer.trainable = False
    record = layer_records(model_of(layer))[-1]
    assert (record.parameters, record.trainable_parameters) == (8, 0)


class Subclassed(keras.Model):
    def call(self, inputs):
        return inputs


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: "convnet", "model: expected a Keras functional or Sequential model, got a str"),
        (lambda: layers.Dense(3), "model: expected a Keras functional or Sequential model, got a Dense"),
        (lambda: keras.Sequential([layers.Dense(3)], name="lazy"), r"model 'lazy': expected one .* call model.build"),
        (lambda: Subclassed(name="own"), r"model 'own': .*, got a subclassed one \(Subclassed\)"),
        (lambda: model_of(Subclassed(name="own")), r"model 'own': .*, got a subclassed one \(Subclassed\)"),
        (
            lambda: keras.Sequential([keras.Input((None, None, 3)), layers.ReLU()]),
            "expected no open size, got .*: build the model",
        ),
        (
            lambda: model_of(layers.ZeroPadding2D(data_format="channels_first", name="pad")),
            "layer 'pad': expected 'channels_last', got 'channels_first'",
        ),
    ],
)
def test_what_cannot_be_read_is_told_in_one_line(make, told):
    with pytest.raises(ValueError, match=told) as caught:
        layer_records(make())
    assert "\n" not in str(caught.value)


def test_importing_the_module_imports_no_keras():
    code = "import sys, cnnfigs.models.records; print({'keras', 'tensorflow'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
