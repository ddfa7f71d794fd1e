"""The first blocks of MobileNetV2 with batch normalization folded into the kernels, against the network in Keras."""

from dataclasses import replace

import keras
import numpy as np

from cnnfigs.arithmetic.receptive import receptive_fields
from cnnfigs.data import cat_photo
from cnnfigs.explorers.own_photo import first_blocks_script
from cnnfigs.explorers.registry import SEEING_MORE
from cnnfigs.models.folded import first_blocks, records
from cnnfigs.models.imagenet import fitted, mobilenet_v2, network_input
from cnnfigs.models.records import layer_records


def test_folded_layers_give_what_keras_gives():
    """Built of Keras' layers without any batch normalization; and as many weights as Keras has there."""
    photo = fitted(cat_photo())
    original = mobilenet_v2(*photo.shape[:2])
    made = {"": keras.Input(photo.shape)}
    before = ""
    for layer in first_blocks():
        kind = getattr(keras.layers, layer.class_name)
        sizes = {} if kind is keras.layers.DepthwiseConv2D else {"filters": len(layer.bias)}
        convolution = kind(
            kernel_size=layer.kernel.shape[:2],
            strides=layer.strides,
            padding="same",
            activation=None if layer.activation == "linear" else layer.activation,
            **sizes,
        )
        output = convolution(made[before])
        convolution.set_weights([layer.kernel.reshape(convolution.kernel.shape), layer.bias])
        made[layer.name] = keras.layers.Add()([output, made[layer.adds]]) if layer.adds else output
        before = layer.name
    names = list(made)[1:]
    read = network_input(photo[np.newaxis])
    found = keras.Model(made[""], [made[name] for name in names])(read)
    expected = keras.Model(original.inputs, [original.get_layer(name).output for name in names])([read])
    for name, ours, theirs in zip(names, found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5 * np.abs(theirs).max(), err_msg=name)
    assert set(SEEING_MORE) <= set(names)
    end = next(at for at, layer in enumerate(original.layers) if layer.name == names[-1])
    kernels = [layer.get_weights() for layer in original.layers[:end] if "Conv2D" in type(layer).__name__]
    assert sum(layer.kernel.size for layer in first_blocks()) == sum(kernel.size for (kernel,) in kernels)


def test_records_have_the_sizes_and_fields_of_keras():
    # Keras counts the layers that it names by itself, from one network of a process to the next.
    *theirs, pooling, answer = layer_records(mobilenet_v2(225, 353))
    pooling = replace(pooling, name="global_average_pooling2d")
    theirs = (*theirs, pooling, replace(answer, inputs=(pooling.name,)))
    ours = records(225, 353)
    shapes, fields = {layer.name: layer.output_shape for layer in theirs}, receptive_fields(theirs)
    names = [layer.name for layer in ours[1:]]
    assert {"Conv1_relu", "block_3_project_BN", "block_16_depthwise_relu", "predictions"} <= set(names)
    assert {layer.name: layer.output_shape for layer in ours[1:]} == {name: shapes[name] for name in names}
    found = receptive_fields(ours)
    assert {name: found[name] for name in names} == {name: fields[name] for name in names}


def test_the_weights_are_at_most_200_kilobytes_as_they_ship():
    assert len(first_blocks_script().encode()) <= 200_000
