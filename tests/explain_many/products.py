"""Multiply-adds counted by multiplying, where TensorFlow's profiler does not know of a layer or counts it otherwise."""

import numpy as np
import tensorflow as tf

from cnnfigs.models.opening import opened
from cnnfigs.models.records import functional_graph


def counted_by_products(model):
    """Count how many products with a weight all layers of a model take for one input.

    Each layer reads ones; then the gradient of the sum of what it gives counts, for each weight, how often it is
    multiplied. What "same" adds around is added as ones before, since places on padding count.
    """
    graph = functional_graph(opened(model))
    return sum(
        products(node.operation, node.input_tensors[0].shape[1:], node.output_tensors[0].shape[1:])
        for nodes in graph._nodes_by_depth.values()
        for node in nodes
        if node.input_tensors
    )


def products(layer, read, made):
    """Count the products of one call of a layer."""
    kind = type(layer).__name__
    if kind.startswith("SeparableConv"):  # as the two that it is made of
        *places, channels = made
        deep = layer.depth_multiplier * read[-1]
        return sum(int(np.prod(places)) * each for each in (int(np.prod(layer.kernel_size)) * deep, deep * channels))
    if not hasattr(layer, "kernel") or not ("Conv" in kind or kind == "Dense"):
        return 0
    config = {**layer.get_config(), "activation": "linear", "use_bias": False, "dtype": "float64"}
    config.pop("quantization_config", None)
    shape = read
    if "Conv" in kind:
        config["padding"] = "valid"
        config.pop("output_padding", None)
        if "Transpose" not in kind:
            steps = zip(made[:-1], layer.strides, layer.dilation_rate, layer.kernel_size, strict=True)
            shape = (*((n - 1) * s + d * (k - 1) + 1 for n, s, d, k in steps), read[-1])
    alone = type(layer).from_config(config)
    alone.build((1, *shape))
    with tf.GradientTape() as tape:
        tape.watch(alone.kernel.value)
        total = tf.reduce_sum(alone(tf.ones((1, *shape), "float64")))
    return int(tf.reduce_sum(tape.gradient(total, alone.kernel.value)))
