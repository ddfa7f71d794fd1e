"""Networks as ONNX, built node by node."""

import numpy as np
import onnx
from onnx import helper, numpy_helper

FLOAT = onnx.TensorProto.FLOAT


class Built:
    """An ONNX graph that grows a node at a time; each reads the one before unless it is told otherwise."""

    def __init__(self, *shape, opset=17, name="image"):
        self.nodes, self.weights, self.last, self.opset = [], [], name, opset
        self.inputs = [helper.make_tensor_value_info(name, FLOAT, ["batch", *shape])]
        self.random = np.random.default_rng(0)

    def constant(self, name, values):
        self.weights.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def add(self, kind, name, *inputs, outputs=1, **attributes):
        """Add a node; a first input of None is what the one before gives."""
        inputs = [self.last if each is None else each for each in (inputs or (None,))]
        made = [name if number == 0 else f"{name}:{number}" for number in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, made, name=name, **attributes))
        self.last = name
        return name

    def conv(self, name, filters, channels, kernel, kernel_values=None, bias=True, source=None, group=1, **attributes):
        sides = (kernel, kernel) if isinstance(kernel, int) else kernel
        shape = (filters, channels // group, *sides)
        scale = np.float32(1 / np.sqrt(np.prod(shape[1:])))
        values = self.random.normal(size=shape).astype(np.float32) * scale if kernel_values is None else kernel_values
        inputs = [source, self.constant(f"{name}.weight", values)]
        if bias is not False:
            zeros = np.zeros(filters, np.float32) if bias is True else bias
            inputs.append(self.constant(f"{name}.bias", zeros))
        return self.add("Conv", name, *inputs, kernel_shape=list(sides), group=group, **attributes)

    def normal(self, name, channels, source=None):
        ones, zeros = np.ones(channels, np.float32), np.zeros(channels, np.float32)
        held = [(f"{name}.{part}", each) for part, each in zip("wbmv", (ones, zeros, zeros, ones), strict=True)]
        return self.add("BatchNormalization", name, source, *(self.constant(*each) for each in held))

    def dense(self, name, weights, bias):
        held = self.constant(f"{name}.weight", weights), self.constant(f"{name}.bias", bias)
        return self.add("Gemm", name, None, *held)

    def model(self, *outputs, name="built"):
        ends = [helper.make_tensor_value_info(each, FLOAT, None) for each in outputs or [self.last]]
        graph = helper.make_graph(self.nodes, name, self.inputs, ends, self.weights)
        opsets = [helper.make_opsetid("", self.opset)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=8)

    def save(self, path, *outputs, **named):
        onnx.save(self.model(*outputs, **named), path)
        return path


def convnet(model, opset=17):
    """The tutorial's convnet with its weights, as PyTorch would lay it out; its layers keep their names."""
    built = Built(1, 28, 28, opset=opset, name=model.inputs[0]._keras_history.operation.name)
    for layer in model.layers:
        weights = [each.astype(np.float32) for each in layer.get_weights()]
        if layer.name.startswith("conv"):
            kernel, bias = weights
            kernel = kernel.transpose(3, 2, 0, 1)
            built.conv(layer.name, kernel.shape[0], kernel.shape[1], kernel.shape[2], kernel, bias)
            built.add("Relu", f"{layer.name}/relu")
        elif layer.name.startswith("max"):
            built.add("MaxPool", layer.name, kernel_shape=[2, 2], strides=[2, 2])
        elif layer.name == "flatten":
            height, width, channels = layer.input.shape[1:]
            built.add("Flatten", "flatten")
        else:
            kernel, bias = weights
            # Rows of the kernel in the order in which maps with the channels first are laid out.
            kernel = kernel.reshape(height, width, channels, -1).transpose(2, 0, 1, 3).reshape(len(kernel), -1)
            built.dense(layer.name, kernel, bias)
            built.add("Softmax", f"{layer.name}/softmax", axis=1)
    return built.model(name="convnet")


def resnet50(side=224, opset=17):
    """A ResNet-50 as PyTorch has it (version 1.5: the 3×3 convolutions step), with random weights."""
    built = Built(3, side, side, opset=opset)

    def block(name, source, channels, filters, step):
        built.conv(f"{name}.conv1", filters, channels, 1, bias=False, source=source)
        built.normal(f"{name}.bn1", filters)
        built.add("Relu", f"{name}.relu1")
        built.conv(f"{name}.conv2", filters, filters, 3, bias=False, pads=[1] * 4, strides=[step] * 2)
        built.normal(f"{name}.bn2", filters)
        built.add("Relu", f"{name}.relu2")
        built.conv(f"{name}.conv3", 4 * filters, filters, 1, bias=False)
        end = built.normal(f"{name}.bn3", 4 * filters)
        if channels != 4 * filters:
            built.conv(f"{name}.downsample", 4 * filters, channels, 1, bias=False, source=source, strides=[step] * 2)
            source = built.normal(f"{name}.downsample.bn", 4 * filters)
        built.add("Add", f"{name}.add", end, source)
        return built.add("Relu", f"{name}.relu3")

    built.conv("conv1", 64, 3, 7, bias=False, pads=[3] * 4, strides=[2, 2])
    built.normal("bn1", 64)
    built.add("Relu", "relu")
    source, channels = built.add("MaxPool", "maxpool", kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4), 64
    for stage, (filters, blocks) in enumerate([(64, 3), (128, 4), (256, 6), (512, 3)], 1):
        for number in range(blocks):
            step = 2 if stage > 1 and number == 0 else 1
            source, channels = block(f"layer{stage}.{number}", source, channels, filters, step), 4 * filters
    built.add("GlobalAveragePool", "avgpool")
    built.add("Flatten", "flatten")
    weights = built.random.normal(size=(2048, 1000)).astype(np.float32) / 45
    built.dense("fc", weights, np.zeros(1000, np.float32))
    return built.model(name="resnet50")


def as_onnx(model, opset=17):
    """A functional Keras model as a graph in ONNX with the channels first, whose nodes are called as its layers."""
    (start,) = model.inputs
    height, width, channels = start.shape[1:]
    built = Built(channels, height, width, opset=opset, name=start._keras_history.operation.name)
    names = {id(start): built.last}
    laid_out = {}  # shapes of maps that have been laid out as rows
    graph = model._functional if type(model).__name__ == "Sequential" else model
    for depth in sorted(graph._nodes_by_depth, reverse=True):
        for node in graph._nodes_by_depth[depth]:
            if not node.input_tensors:
                continue
            layer, made = node.operation, node.output_tensors[0]
            read = [names[id(each)] for each in node.input_tensors]
            shape = node.input_tensors[0].shape[1:]
            if id(node.input_tensors[0]) in laid_out:
                laid_out[id(made)] = laid_out[id(node.input_tensors[0])]
            if type(layer).__name__ == "Flatten":
                laid_out[id(made)] = shape
            names[id(made)] = _add_layer(built, layer, read, shape, laid_out.pop(id(node.input_tensors[0]), None))
    return built.model(*(names[id(each)] for each in model.outputs), name=model.name)


def _add_layer(built, layer, read, shape, maps):
    """Add the nodes of one layer, which reads this shape; the name of the last."""
    kind, name = type(layer).__name__, layer.name
    weights = [np.asarray(each) for each in layer.get_weights()]
    if kind in ("Conv2D", "DepthwiseConv2D"):
        kernel = weights[0].transpose(3, 2, 0, 1)
        if kind == "DepthwiseConv2D":
            kernel = weights[0].reshape(*weights[0].shape[:2], 1, -1).transpose(3, 2, 0, 1)
        groups = shape[-1] if kind == "DepthwiseConv2D" else layer.groups
        bias = weights[1] if layer.use_bias else False
        padding = {"auto_pad": "SAME_UPPER"} if layer.padding == "same" else {}
        end = built.conv(
            name, len(kernel), shape[-1], kernel.shape[2:], kernel, bias, read[0], groups,
            strides=list(layer.strides), dilations=list(layer.dilation_rate), **padding,
        )  # fmt: skip
    elif kind == "Dense":
        kernel, bias = weights
        if maps is not None:  # its rows in the order in which maps with the channels first are laid out
            kernel = kernel.reshape(*maps, -1).transpose(2, 0, 1, 3).reshape(len(kernel), -1)
        end = built.add("Gemm", name, read[0], built.constant(f"{name}.w", kernel), built.constant(f"{name}.b", bias))
    elif kind == "BatchNormalization":
        gone = [np.ones(shape[-1], np.float32)] if not layer.scale else []
        gone += weights[:1] if layer.scale else []
        held = [*gone, *weights[int(layer.scale) :]]
        inputs = [built.constant(f"{name}.{part}", each) for part, each in zip("wbmv", held, strict=True)]
        end = built.add(kind, name, read[0], *inputs, epsilon=layer.epsilon)
    elif kind in ("MaxPooling2D", "AveragePooling2D"):
        padding = {"auto_pad": "SAME_UPPER"} if layer.padding == "same" else {}
        operator = "MaxPool" if kind.startswith("Max") else "AveragePool"
        end = built.add(
            operator, name, read[0], kernel_shape=list(layer.pool_size), strides=list(layer.strides), **padding
        )
    elif kind == "ZeroPadding2D":
        (above, below), (left, right) = layer.padding
        pads = built.constant(f"{name}.pads", np.array([0, 0, above, left, 0, 0, below, right]))
        end = built.add("Pad", name, read[0], pads)
    elif kind == "Rescaling":
        end = built.add("Mul", name, read[0], built.constant(f"{name}.scale", np.float32(layer.scale)))
    elif kind == "GlobalAveragePooling2D":
        end = built.add("ReduceMean", name, read[0], axes=[2, 3], keepdims=0)
    elif kind == "ReLU" and layer.max_value is not None:
        limits = [built.constant(f"{name}.{each}", np.float32(value)) for each, value in (("low", 0), ("high", 6))]
        end = built.add("Clip", name, read[0], *limits)
    else:
        operator, more = {
            "Add": ("Add", {}), "Concatenate": ("Concat", {"axis": 1}), "Flatten": ("Flatten", {}),
            "Dropout": ("Identity", {}), "ReLU": ("Relu", {}), "Activation": ("", {}),
        }[kind]  # fmt: skip
        end = built.add(operator, name, *read, **more) if operator else read[0]
    activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
    if activation != "linear":
        operator = {"relu": "Relu", "softmax": "Softmax", "sigmoid": "Sigmoid", "tanh": "Tanh"}[activation]
        own = name if kind == "Activation" else f"{name}/{activation}"
        end = built.add(operator, own, end, **({"axis": 1} if operator == "Softmax" else {}))
    return end
