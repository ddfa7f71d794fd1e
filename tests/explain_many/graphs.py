"""Networks in ONNX, built node by node after publications; their weights are zeros, since only counts are compared."""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "models"))
from onnx_networks import Built


class Graph(Built):
    """A graph whose convolutions have zeros as weights, each with what follows it."""

    def conv_of(self, name, filters, channels, kernel, step=1, pad=None, normal=False, active=True, **more):
        """Add a convolution, padded as "same" is for odd kernels, with normalisation and activation behind it."""
        pads = [kernel // 2 if pad is None else pad] * 4
        shape = (filters, channels // more.get("group", 1), kernel, kernel)
        bias = not normal
        self.conv(
            name, filters, channels, kernel, np.zeros(shape, np.float32), bias, strides=[step] * 2, pads=pads, **more
        )
        if normal:
            self.normal(f"{name}.bn", filters)
        return self.add("Relu", f"{name}.relu") if active else self.last

    def pool(self, name, kernel=3, step=2, pads=(0, 0, 0, 0), **more):
        return self.add("MaxPool", name, kernel_shape=[kernel] * 2, strides=[step] * 2, pads=list(pads), **more)

    def dense_of(self, name, units, read):
        return self.dense(name, np.zeros((read, units), np.float32), np.zeros(units, np.float32))


def alexnet_v2():
    """As TF-Slim has it, up to its last pooling."""
    graph = Graph(3, 224, 224)
    for name, filters, channels, kernel, step, pad, pools in [
        ("conv1", 64, 3, 11, 4, 0, "pool1"),
        ("conv2", 192, 64, 5, 1, 2, "pool2"),
        ("conv3", 384, 192, 3, 1, 1, ""),
        ("conv4", 384, 384, 3, 1, 1, ""),
        ("conv5", 256, 384, 3, 1, 1, "pool5"),
    ]:
        graph.conv_of(name, filters, channels, kernel, step, pad)
        if pools:
            graph.pool(pools)
    return graph.model()


def alexnet():
    graph = Graph(3, 224, 224)
    graph.conv_of("conv1", 64, 3, 11, 4, 2)
    graph.pool("pool1")
    graph.conv_of("conv2", 192, 64, 5)
    graph.pool("pool2")
    for name, filters, channels in [("conv3", 384, 192), ("conv4", 256, 384), ("conv5", 256, 256)]:
        graph.conv_of(name, filters, channels, 3)
    graph.pool("pool5")
    graph.add("Flatten", "flat")
    for name, units, read in [("fc6", 4096, 9216), ("fc7", 4096, 4096), ("fc8", 1000, 4096)]:
        graph.dense_of(name, units, read)
        if name != "fc8":
            graph.add("Relu", f"{name}.relu")
    return graph.model()


def squeezenet1_1():
    graph = Graph(3, 224, 224)
    graph.conv_of("conv1", 64, 3, 3, 2, 0)
    channels = 64
    for number, (squeezed, filters, pools) in enumerate(
        [(16, 64, True), (16, 64, False), (32, 128, True), (32, 128, False), (48, 192, True), (48, 192, False)]
        + [(64, 256, False)] * 2
    ):
        if pools:
            graph.pool(f"pool{number}", ceil_mode=1)
        start = graph.conv_of(f"squeeze{number}", squeezed, channels, 1)
        one = graph.conv_of(f"one{number}", filters, squeezed, 1)
        three = graph.conv_of(f"three{number}", filters, squeezed, 3, source=start)
        graph.add("Concat", f"fire{number}", one, three, axis=1)
        channels = 2 * filters
    graph.conv_of("classes", 1000, channels, 1)
    graph.add("GlobalAveragePool", "mean")
    graph.add("Flatten", "flat")
    return graph.model()


def mobilenet_v2():
    graph = Graph(3, 224, 224)
    graph.conv_of("stem", 32, 3, 3, 2, normal=True)
    channels = 32
    plan = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
    for stage, (wider, filters, blocks, step) in enumerate(plan):
        for number in range(blocks):
            name, start, wide = f"{stage}.{number}", graph.last, wider * channels
            if wider > 1:
                graph.conv_of(f"{name}.wide", wide, channels, 1, normal=True)
            graph.conv_of(f"{name}.depth", wide, wide, 3, step if number == 0 else 1, normal=True, group=wide)
            end = graph.conv_of(f"{name}.narrow", filters, wide, 1, normal=True, active=False)
            if number:
                graph.add("Add", f"{name}.sum", start, end)
            channels = filters
    graph.conv_of("last", 1280, channels, 1, normal=True)
    graph.add("GlobalAveragePool", "mean")
    graph.add("Flatten", "flat")
    graph.dense_of("classes", 1000, 1280)
    return graph.model()


def resnet(blocks, bottleneck=True, groups=1, width=64, late=False, top=True):
    """A ResNet as torchvision has it; ``late``, as TF-Slim has it, where the last block of a stage steps."""
    graph = Graph(3, 224, 224)
    graph.conv_of("conv1", 64, 3, 7, 2, normal=True)
    graph.pool("pool1", pads=(0, 0, 1, 1) if late else (1, 1, 1, 1))
    channels = 64
    for stage, count in enumerate(blocks):
        base = 64 * 2**stage
        wide, filters = base * groups * width // 64, base * (4 if bottleneck else 1)
        for number in range(count):
            steps = stage < 3 and number == count - 1 if late else stage and number == 0
            step = 2 if steps else 1
            name, start = f"{stage}.{number}", graph.last
            if bottleneck:
                graph.conv_of(f"{name}.one", wide, channels, 1, normal=True)
                graph.conv_of(f"{name}.two", wide, wide, 3, step, normal=True, group=groups)
                end = graph.conv_of(f"{name}.three", filters, wide, 1, normal=True, active=False)
            else:
                graph.conv_of(f"{name}.one", filters, channels, 3, step, normal=True)
                end = graph.conv_of(f"{name}.two", filters, filters, 3, normal=True, active=False)
            if channels != filters or (step > 1 and not late):
                shape = (filters, channels, 1, 1)
                graph.conv(
                    f"{name}.skip", filters, channels, 1, np.zeros(shape, np.float32), False, start, strides=[step] * 2
                )
                start = graph.normal(f"{name}.skip.bn", filters)
            elif step > 1:  # TF-Slim takes every second number
                start = graph.add("MaxPool", f"{name}.skip", start, kernel_shape=[1, 1], strides=[step] * 2)
            graph.add("Add", f"{name}.sum", start, end)
            graph.add("Relu", f"stage{stage + 1}" if number == count - 1 else f"{name}.relu")
            channels = filters
    if top:
        graph.add("GlobalAveragePool", "mean")
        graph.add("Flatten", "flat")
        graph.dense_of("classes", 1000, channels)
    return graph.model()


#: What others have published numbers of, and how it is made.
GRAPHS = {
    "alexnet_v2": alexnet_v2,
    "resnet_v1_50": lambda: resnet((3, 4, 6, 3), late=True, top=False),
    "resnet_v1_101": lambda: resnet((3, 4, 23, 3), late=True, top=False),
    "resnet_v1_152": lambda: resnet((3, 8, 36, 3), late=True, top=False),
    "alexnet": alexnet,
    "resnet18": lambda: resnet((2, 2, 2, 2), bottleneck=False),
    "resnet34": lambda: resnet((3, 4, 6, 3), bottleneck=False),
    "resnet50": lambda: resnet((3, 4, 6, 3)),
    "resnext50_32x4d": lambda: resnet((3, 4, 6, 3), groups=32, width=4),
    "squeezenet1_1": squeezenet1_1,
    "mobilenet_v2": mobilenet_v2,
}
