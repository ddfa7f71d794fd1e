"""Networks with a fault planted in each, in Keras and in ONNX: where it must be found, and by which rule."""

import keras
import numpy as np
from graphs import Graph
from keras import layers as L  # noqa: N812 - so many are named


def stack(*middle, shape=(20, 20, 1), end=None, scaled=True):
    """A network that is in order but for what stands in the middle."""
    first = [L.Rescaling(1 / 255, name="scaled")] if scaled else []
    last = [L.Flatten(name="flat"), L.Dense(10, "softmax", name="answer")] if end is None else end
    return keras.Sequential([L.Input(shape, name="image"), *first, *middle, *last], name="planted")


def conv(name, filters=8, kernel=3, activation="relu", **more):
    return L.Conv2D(filters, kernel, activation=activation, name=name, **more)


def set_weights(model, **given):
    """Give layers weights by name."""
    for name, weights in given.items():
        model.get_layer(name).set_weights(weights)
    return model


def too_deep():
    return stack(*(conv(f"c{number}", 4, padding="same") for number in range(6)), shape=(8, 8, 1))


def too_shallow():
    end = [L.GlobalAveragePooling2D(name="mean"), L.Dense(3, "softmax", name="answer")]
    return stack(conv("c", 8, 5), shape=(28, 28, 1), end=end)


def pixels_lost():
    return stack(conv("c", 4, 2, strides=4), shape=(24, 24, 1))


def border_lost():
    return stack(conv("c", 4), L.MaxPooling2D(name="p"), shape=(9, 9, 1))


def gaps():
    return pixels_lost()


def uneven():
    return stack(conv("c", 4, strides=2, padding="same"), shape=(8, 8, 1))


def size_cut():
    return stack(L.MaxPooling2D(3, name="p"), shape=(11, 11, 1))


def weights_on_padding():
    return stack(conv("c", 4, 5, padding="same"), shape=(2, 2, 1))


def checkerboard():
    return stack(end=[L.Conv2DTranspose(1, 3, 2, activation="sigmoid", name="up")], shape=(8, 8, 4))


def heavy_dense():
    return stack(conv("c"), L.Flatten(name="row"), L.Dense(64, "relu", name="hidden"))


def bias_for_nothing():
    return stack(conv("c", activation=None), L.BatchNormalization(name="bn"), L.ReLU(name="r"))


def no_activation():
    return stack(conv("one", activation=None), conv("two", 16))


def no_activation_behind_normalization():
    return stack(conv("one", activation=None, use_bias=False), L.BatchNormalization(name="bn"), conv("two", 16))


def softmax_twice():
    return stack(conv("c"), end=[L.Flatten(), L.Dense(10, "softmax"), L.Softmax(name="again")])


def softmax_of_sigmoid():
    return stack(conv("c"), end=[L.Flatten(), L.Dense(10, "sigmoid"), L.Activation("softmax", name="again")])


def softmax_of_one():
    return stack(conv("c"), end=[L.Flatten(), L.Dense(1, "softmax", name="answer")])


def softmax_missing():
    return stack(conv("c"), end=[L.Flatten(), L.Dense(10, name="answer")])


def no_scaling():
    return stack(conv("c"), scaled=False)


def dead_filter():
    model = stack(conv("c", 4))
    kernel, bias = model.get_layer("c").get_weights()
    bias[2] = -100
    return set_weights(model, c=[kernel, bias])


def same_filter():
    model = stack(conv("c", 4))
    kernel, bias = model.get_layer("c").get_weights()
    kernel[..., 3] = kernel[..., 1] = np.abs(kernel[..., 1])
    return set_weights(model, c=[kernel, bias])


def shifted():
    """It weighs even columns against odd ones."""
    signs = np.tile([1.0, -1.0], 128)[:, np.newaxis]
    weights = np.concatenate([5 * signs, -5 * signs, np.zeros((256, 8))], axis=1)
    return set_weights(stack(shape=(16, 16, 1)), answer=[weights, np.zeros(10)])


def too_sure():
    model = stack(conv("c", 4))
    kernel, _ = model.get_layer("answer").get_weights()
    return set_weights(model, answer=[0 * kernel, np.eye(10)[3] * 40])


#: Each maker, with the rule and the layer that must be named; the empty one is the network as a whole.
IN_KERAS = [
    (too_deep, "field-beyond-input", "c4"),
    (too_shallow, "field-below-input", "mean"),
    (pixels_lost, "pixels-never-read", None),
    (border_lost, "pixels-never-read", None),
    (gaps, "stride-beyond-kernel", "c"),
    (uneven, "uneven-same", "c"),
    (size_cut, "odd-size-cut", "p"),
    (weights_on_padding, "weights-on-padding", "c"),
    (checkerboard, "checkerboard", "up"),
    (heavy_dense, "dense-heavy", "hidden"),
    (bias_for_nothing, "bias-without-effect", "c"),
    (no_activation, "no-activation-between", "two"),
    (no_activation_behind_normalization, "no-activation-between", "two"),
    (softmax_twice, "softmax-twice", "again"),
    (softmax_of_sigmoid, "softmax-twice", "again"),
    (softmax_of_one, "softmax-of-one", "answer"),
    (softmax_missing, "softmax-missing", "answer"),
    (no_scaling, "no-scaling", "image"),
    (dead_filter, "dead-channels", "c"),
    (same_filter, "duplicate-channels", "c"),
    (shifted, "shift-sensitive", None),
    (too_sure, "saturated-answer", None),
]


def graph(*steps, side=20, channels=1, scaled=True):
    """A graph of convolutions, poolings and dense layers, told as (kind, name, ...)."""
    built = Graph(channels, side, side)
    if scaled:
        built.add("Div", "scaled", None, built.constant("range", np.float32(255)))
    for kind, name, *more in steps:
        if kind == "conv":
            filters, read, kernel, *rest = more
            built.conv(name, filters, read, kernel, **(rest[0] if rest else {}))
        elif kind == "dense":
            units, read = more
            weights = built.random.normal(size=(read, units)).astype(np.float32) / np.float32(np.sqrt(read))
            built.dense(name, weights, np.zeros(units, np.float32))
        else:
            built.add(kind, name, **(more[0] if more else {}))
    return built.model()


FLAT, MEAN, SOFTMAX = ("Flatten", "flat"), ("GlobalAveragePool", "mean"), ("Softmax", "softmax", {"axis": 1})


def relu(name):
    return ("Relu", name)


#: The same of graphs in ONNX.
IN_ONNX = [
    ("too_deep", "field-beyond-input", "c4",
     lambda: graph(*(step for n in range(6) for step in
                     [("conv", f"c{n}", 4, 4 if n else 1, 3, {"pads": [1] * 4}), relu(f"r{n}")]),
                   FLAT, ("dense", "answer", 3, 256), SOFTMAX, side=8)),
    ("too_shallow", "field-below-input", "mean",
     lambda: graph(("conv", "c", 8, 1, 5), relu("r"), MEAN, FLAT, ("dense", "answer", 3, 8), SOFTMAX, side=28)),
    ("pixels_lost", "pixels-never-read", None,
     lambda: graph(("conv", "c", 4, 1, 2, {"strides": [4, 4]}), relu("r"), FLAT, ("dense", "answer", 3, 144), SOFTMAX,
                   side=24)),
    ("gaps", "stride-beyond-kernel", "c",
     lambda: graph(("conv", "c", 4, 1, 2, {"strides": [4, 4]}), relu("r"), FLAT, ("dense", "answer", 3, 144), SOFTMAX,
                   side=24)),
    ("size_cut", "odd-size-cut", "p",
     lambda: graph(("MaxPool", "p", {"kernel_shape": [3, 3], "strides": [3, 3]}), FLAT, ("dense", "answer", 3, 9),
                   SOFTMAX, side=11)),
    ("weights_on_padding", "weights-on-padding", "c",
     lambda: graph(("conv", "c", 4, 1, 5, {"pads": [2] * 4}), relu("r"), FLAT, ("dense", "answer", 3, 16), SOFTMAX,
                   side=2)),
    ("uneven", "uneven-same", "c",
     lambda: graph(("conv", "c", 4, 1, 3, {"strides": [2, 2], "auto_pad": "SAME_UPPER"}), relu("r"), FLAT,
                   ("dense", "answer", 3, 64), SOFTMAX, side=8)),
    ("heavy_dense", "dense-heavy", "hidden",
     lambda: graph(("conv", "c", 8, 1, 3), relu("r"), FLAT, ("dense", "hidden", 64, 2592), relu("r2"),
                   ("dense", "answer", 3, 64), SOFTMAX)),
    ("no_activation", "no-activation-between", "two",
     lambda: graph(("conv", "one", 8, 1, 3), ("conv", "two", 16, 8, 3), relu("r"), FLAT,
                   ("dense", "answer", 3, 4096), SOFTMAX)),
    ("softmax_twice", "softmax-twice", "again",
     lambda: graph(("conv", "c", 8, 1, 3), relu("r"), FLAT, ("dense", "answer", 3, 2592), SOFTMAX,
                   ("Softmax", "again", {"axis": 1}))),
    ("softmax_of_one", "softmax-of-one", "answer",
     lambda: graph(("conv", "c", 8, 1, 3), relu("r"), FLAT, ("dense", "answer", 1, 2592), SOFTMAX)),
    ("softmax_missing", "softmax-missing", "answer",
     lambda: graph(("conv", "c", 8, 1, 3), relu("r"), FLAT, ("dense", "answer", 3, 2592))),
    ("no_scaling", "no-scaling", "image",
     lambda: graph(("conv", "c", 8, 1, 3), relu("r"), FLAT, ("dense", "answer", 3, 2592), SOFTMAX, scaled=False)),
    ("checkerboard", "checkerboard", "up", lambda: up()),
]  # fmt: skip


def up():
    """A transposed convolution whose kernel is no multiple of its step."""
    built = Graph(4, 8, 8)
    built.add("Div", "scaled", None, built.constant("range", np.float32(255)))
    weights = built.constant("up.weight", built.random.normal(size=(4, 1, 3, 3)).astype(np.float32))
    built.add("ConvTranspose", "up", None, weights, kernel_shape=[3, 3], strides=[2, 2])
    built.add("Sigmoid", "end")
    return built.model()
