"""ONNX graphs as records: against the same networks in Keras, published counts, and shapes that onnx infers."""

import numpy as np
import onnx
import pytest
from onnx import helper
from onnx.reference import ReferenceEvaluator
from onnx_networks import Built, convnet, resnet50

from cnnfigs.arithmetic.costs import costs
from cnnfigs.arithmetic.receptive import known_fields
from cnnfigs.models.described import described
from cnnfigs.models.onnx_passes import Pass
from cnnfigs.models.onnx_records import described_onnx
from cnnfigs.models.opening import opened
from cnnfigs.models.weights import load


def rows(built, *outputs):
    network = described_onnx(built.model(*outputs), "built").network
    assert network.broken == ""
    return {layer.name: layer for layer in network.layers}


@pytest.mark.parametrize("opset", [13, 17, onnx.defs.onnx_opset_version()])
def test_the_convnet_has_the_records_that_keras_has(opset):
    model = load("convnet")
    made = described_onnx(convnet(model, opset), "convnet").network
    expected = described(opened(model))
    assert made.layers == expected.layers
    assert (made.outputs, made.parameters, made.weight_bytes) == (
        expected.outputs,
        expected.parameters,
        expected.weight_bytes,
    )


def test_resnet50_has_the_published_numbers():
    """The 25,557,032 parameters of torchvision's, and its 4.09 thousand million multiply-adds."""
    network = described_onnx(resnet50(), "resnet50").network
    assert network.trainable_parameters == 25_557_032
    assert costs(network.layers, network.outputs).total == pytest.approx(4.09e9, rel=1e-3)
    # A. Araujo, W. Norris and J. Sim (2019): 483 for all of ResNet-50.
    field = known_fields(network.layers).fields["layer4.2.relu3"]
    assert (field.size, field.jump) == ((427, 427), (32, 32))
    shapes = {layer.name: layer.output_shape for layer in network.layers}
    assert shapes["maxpool"] == (56, 56, 64)
    assert shapes["layer4.2.add"] == (7, 7, 2048)
    assert shapes["fc"] == (1000,)


def test_channels_last_behind_a_transpose_stay_where_they_are():
    """As exports from TensorFlow have it: images with the channels last, turned before the first convolution."""
    built = Built(10, 12, 3)
    built.add("Transpose", "to_first", None, perm=[0, 3, 1, 2])
    built.conv("conv", 4, 3, 3)
    built.add("Transpose", "to_last", None, perm=[0, 2, 3, 1])
    built.add("Relu", "relu")
    built.add("Reshape", "flat", None, built.constant("shape", np.array([1, -1])))
    built.add("MatMul", "dense", None, built.constant("kernel", np.ones((320, 5), np.float32)))
    built.add("Add", "bias", None, built.constant("offset", np.ones(5, np.float32)))
    built.add("Softmax", "softmax", axis=-1)
    found = rows(built)
    assert list(found) == ["image", "conv", "flat", "dense"]
    assert found["image"].output_shape == (10, 12, 3)
    assert (found["conv"].output_shape, found["conv"].activation) == ((8, 10, 4), "relu")
    dense = found["dense"]
    assert (dense.units, dense.use_bias, dense.activation, dense.parameters) == (5, True, "softmax", 320 * 5 + 5)


@pytest.mark.parametrize(("limits", "kind"), [((0, 6), "Relu6"), ((0, 1), "Clip"), ((0, None), "Clip")])
@pytest.mark.parametrize("opset", [9, 17])
def test_a_clip_from_0_to_6_is_a_relu6_in_every_opset(limits, kind, opset):
    built = Built(3, 5, 5, opset=opset)
    told = {name: value for name, value in zip(("min", "max"), limits, strict=True) if value is not None}
    if opset < 11:
        built.add("Clip", "clip", **{name: float(value) for name, value in told.items()})
    else:
        held = [built.constant(name, np.float32(value)) for name, value in told.items()]
        built.add("Clip", "clip", None, *held)
    assert rows(built)["clip"].class_name == kind


WINDOWS = [
    ("Conv", {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}, "same"),
    ("Conv", {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "strides": [2, 2]}, ((1, 1), (1, 1))),
    ("Conv", {"kernel_shape": [3, 3], "auto_pad": "SAME_UPPER", "strides": [2, 2]}, "same"),
    ("Conv", {"kernel_shape": [3, 3], "auto_pad": "SAME_LOWER", "strides": [2, 2]}, ((1, 0), (1, 1))),
    ("Conv", {"kernel_shape": [3, 3], "dilations": [2, 2]}, "valid"),
    ("MaxPool", {"kernel_shape": [2, 2], "strides": [2, 2], "ceil_mode": 1}, "same"),
    ("MaxPool", {"kernel_shape": [3, 3], "strides": [3, 3], "ceil_mode": 1}, ((0, 2), (0, 1))),
    ("AveragePool", {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 0, 1]}, ((1, 0), (1, 1))),
]


@pytest.mark.parametrize(("kind", "attributes", "padding"), WINDOWS)
def test_windows_have_the_geometry_of_the_operator(kind, attributes, padding):
    built = Built(2, 10, 11)
    if kind == "Conv":
        kernel = attributes.pop("kernel_shape")[0]
        built.conv("w", 4, 2, kernel, **attributes)
    else:
        built.add(kind, "w", None, **attributes)
    (_, window) = rows(built).values()
    assert window.padding == padding
    from cnnfigs.findings.graph import windows

    network = described_onnx(built.model(), "built").network
    ((_, axes),) = windows(network)
    assert tuple(axis.output_size() for axis in axes) == window.output_shape[:-1]


def test_groups_depthwise_and_transposed_convolutions_count_their_weights():
    built = Built(4, 9, 9)
    built.conv("grouped", 8, 4, 3, group=2)
    built.conv("depthwise", 16, 8, 3, group=8)
    kernel = built.constant("kernel", np.ones((16, 3, 3, 3), np.float32))
    built.add("ConvTranspose", "up", None, kernel, kernel_shape=[3, 3], strides=[2, 2], output_padding=[1, 1])
    found = rows(built)
    assert [found[name].class_name for name in ("grouped", "depthwise", "up")] == [
        "Conv2D",
        "DepthwiseConv2D",
        "Conv2DTranspose",
    ]
    assert found["grouped"].parameters == 3 * 3 * 2 * 8 + 8
    assert (found["depthwise"].parameters, found["depthwise"].depth_multiplier) == (3 * 3 * 16 + 16, 2)
    assert found["up"].output_shape == (12, 12, 3)
    from cnnfigs.arithmetic import parameter_derivation
    from cnnfigs.arithmetic.sizes import TransposedAxis

    assert all(parameter_derivation(layer).total == layer.parameters for layer in found.values())
    assert TransposedAxis(5, 3, 2, found["up"].padding[0]).output_size() == 12


def test_branches_padding_gates_and_means():
    built = Built(3, 8, 8)
    built.add("Pad", "pad", None, built.constant("pads", np.array([0, 0, 1, 2, 0, 0, 1, 2])))
    one = built.conv("one", 4, 3, 3)
    built.add("GlobalAveragePool", "squeeze")
    built.conv("gate", 4, 4, 1)
    built.add("Sigmoid", "open")
    gated = built.add("Mul", "gated", one, "open")
    built.add("Concat", "joined", one, gated, axis=1)
    built.add("ReduceMean", "mean", None, axes=[2, 3], keepdims=0)
    found = rows(built)
    assert found["pad"].padding == ((1, 1), (2, 2))
    assert found["gate"].activation == "sigmoid"
    assert found["gated"].inputs == ("one", "gate")
    assert found["joined"].output_shape == (8, 10, 8)
    assert (found["joined"].class_name, found["joined"].axis) == ("Concatenate", None)
    assert (found["mean"].class_name, found["mean"].output_shape) == ("GlobalAveragePooling2D", (8,))


def test_shapes_that_are_computed_in_the_graph_are_followed():
    """As PyTorch exports ``x.view(x.size(0), -1)``."""
    built = Built(2, 4, 4)
    conv = built.conv("conv", 3, 2, 3)
    built.add("Shape", "sizes")
    built.add("Gather", "batch", None, built.constant("zero", np.array(0)), axis=0)
    built.add("Unsqueeze", "row", None, built.constant("axes", np.array([0])))
    built.add("Concat", "wanted", None, built.constant("rest", np.array([-1])), axis=0)
    built.add("Reshape", "flat", conv, "wanted")
    found = rows(built)
    assert list(found) == ["image", "conv", "flat"]
    assert (found["flat"].class_name, found["flat"].output_shape) == ("Flatten", (12,))


def test_a_shape_that_does_not_fit_ends_the_records_with_both_shapes():
    built = Built(1, 6, 6)
    built.conv("conv", 2, 1, 3)
    built.add("Flatten", "flat")
    built.dense("dense", np.ones((30, 4), np.float32), np.ones(4, np.float32))
    built.add("Relu", "never")
    network = described_onnx(built.model(), "built").network
    assert [layer.name for layer in network.layers] == ["image", "conv", "flat"]
    assert network.outputs == ()
    assert "dense (Gemm) does not fit" in network.broken
    assert "(1, 32)" in network.broken
    assert "(30, 4)" in network.broken


def test_a_weight_that_two_layers_use_counts_once():
    built = Built(2, 6, 6)
    one = built.conv("one", 2, 2, 3, bias=False)
    built.add("Conv", "two", one, "one.weight", kernel_shape=[3, 3])
    network = described_onnx(built.model(), "built").network
    assert network.layers[2].shares_weights_with == "one"
    assert network.parameters == network.trainable_parameters == 2 * 2 * 9


@pytest.mark.parametrize("side", [13, 14])
def test_passes_give_what_the_reference_evaluator_gives(side):
    built = Built(4, side, side)
    built.conv("grouped", 8, 4, 3, group=2, pads=[1, 0, 2, 1], strides=[2, 1])
    built.conv("depthwise", 8, 8, 3, group=8, dilations=[1, 2])
    built.normal("bn", 8)
    built.add("Relu", "relu")
    built.add("MaxPool", "max", None, kernel_shape=[3, 3], pads=[1, 1, 1, 1])
    built.add("AveragePool", "mean", None, kernel_shape=[2, 2], pads=[1, 0, 0, 1])
    built.add("AveragePool", "counted", None, kernel_shape=[2, 2], pads=[1, 1, 1, 1], count_include_pad=1)
    built.conv("wide", 5, 8, 1)
    built.add("GlobalAveragePool", "all")
    built.add("Flatten", "flat")
    names = ["grouped", "depthwise", "relu", "max", "mean", "counted", "wide", "flat"]
    model = built.model(*names)
    image = np.random.default_rng(1).normal(size=(1, 4, side, side)).astype(np.float32)
    expected = ReferenceEvaluator(model).run(names, {"image": image})
    made = Pass(model, "built", None).run({"image": image}, names)
    for name, values in zip(names, expected, strict=True):
        np.testing.assert_allclose(made[name], values, atol=2e-6, rtol=2e-6, err_msg=name)


def test_the_convnet_answers_as_keras_does():
    model = load("convnet")
    image = np.random.default_rng(2).uniform(size=(1, 28, 28, 1)).astype(np.float32)
    made = Pass(convnet(model), "convnet", None)
    (name,) = made.input_shapes
    (answer,) = made.run({name: image.transpose(0, 3, 1, 2)}, ["dense/softmax"]).values()
    np.testing.assert_allclose(answer, model.predict(image, verbose=0), atol=2e-6)


def test_inputs_that_are_held_too_are_no_inputs():
    model = Built(1, 4, 4)
    model.conv("conv", 2, 1, 3)
    whole = model.model()
    for tensor in whole.graph.initializer:
        whole.graph.input.append(helper.make_tensor_value_info(tensor.name, 1, tensor.dims))
    assert list(described_onnx(whole, "built").network.inputs) == ["image"]
