"""Multiply-adds as TensorFlow counts them, for comparison."""

import tensorflow as tf


def counted_by_tensorflow(model):
    """Multiply-adds of one pass by TensorFlow's profiler, which counts both of their operations, without biases."""
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    specification = [tf.TensorSpec((1, *tensor.shape[1:]), tensor.dtype) for tensor in model.inputs]
    pass_ = tf.function(lambda *values: model(list(values), training=False)).get_concrete_function(*specification)
    frozen = convert_variables_to_constants_v2(pass_).graph.as_graph_def()
    with tf.Graph().as_default() as graph:
        tf.graph_util.import_graph_def(frozen, name="")
        options = tf.compat.v1.profiler.ProfileOptionBuilder.float_operation()
        options["output"] = "none"
        options["account_type_regexes"] = ["Conv2D", "DepthwiseConv2dNative", "MatMul", "Conv2DBackpropInput"]
        return tf.compat.v1.profiler.profile(graph, options=options).total_float_ops // 2
