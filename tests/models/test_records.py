import keras
import pytest
from keras import layers

from cnnfigs.arithmetic import parameter_count
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
    assert [parameter_count(record) for record in records] == [record.parameters for record in records]
    assert sum(record.parameters for record in records) == convnet.count_params() == 104_202
    assert [record.inputs for record in records[:3]] == [(), ("image",), ("conv_1",)]
    pooling, convolution = records[2], records[3]
    assert (pooling.kernel_size, pooling.strides, pooling.padding) == ((2, 2), (2, 2), "valid")
    assert (convolution.filters, convolution.activation, convolution.use_bias) == (64, "relu", True)
