"""Networks as records, made layer by layer with shapes worked out here; each can have a fault planted in it."""

import math
from dataclasses import replace

from cnnfigs.arithmetic import Layer
from cnnfigs.arithmetic.costs import Network


class Stack:
    """A network that grows a layer at a time; each reads the one before unless it is told otherwise."""

    def __init__(self, *shape):
        self.layers = [Layer("image", "InputLayer", output_shape=shape)]
        self.add("scaled", "Rescaling", shape)

    def add(self, name, class_name, shape, *inputs, **fields):
        inputs = inputs or (self.layers[-1].name,)
        shapes = tuple(next(each.output_shape for each in self.layers if each.name == name) for name in inputs)
        self.layers.append(Layer(name, class_name, inputs, shapes, tuple(shape), **fields))
        return self

    def window(self, name, class_name, kernel, strides=1, padding="valid", filters=None, inputs=(), **fields):
        before = next(each for each in self.layers if each.name == inputs[0]) if inputs else self.layers[-1]
        *places, channels = before.output_shape
        made = []
        for size in places:
            made.append(-(-size // strides) if padding == "same" else (size - kernel) // strides + 1)
        rank = len(places)
        weights = math.prod([kernel] * rank) * channels * filters + filters if filters else 0
        each = {"kernel_size": (kernel,) * rank, "strides": (strides,) * rank, "dilation_rate": (1,) * rank}
        return self.add(
            name, class_name, (*made, filters or channels), *inputs,
            **{**each, "padding": padding, "filters": filters, "use_bias": filters is not None, "parameters": weights},
            **fields,
        )  # fmt: skip

    def conv(self, name, filters, kernel=3, strides=1, padding="valid", activation="relu", inputs=(), **fields):
        return self.window(name, "Conv2D", kernel, strides, padding, filters, inputs, activation=activation, **fields)

    def pool(self, name, size=2, strides=None, **fields):
        return self.window(name, "MaxPooling2D", size, strides or size, **fields)

    def flat(self):
        return self.add("flat", "Flatten", (math.prod(self.layers[-1].output_shape),))

    def mean(self, name="mean"):
        return self.add(name, "GlobalAveragePooling2D", self.layers[-1].output_shape[-1:])

    def dense(self, name, units, activation="softmax"):
        read = self.layers[-1].output_shape[-1]
        shape = (*self.layers[-1].output_shape[:-1], units)
        weights = (read + 1) * units
        return self.add(name, "Dense", shape, units=units, use_bias=True, activation=activation, parameters=weights)

    def network(self, **changes):
        whole = Network(
            "planted", tuple(self.layers), (self.layers[-1].name,), sum(layer.parameters for layer in self.layers)
        )
        return replace(whole, **changes)


def clean():
    """A network in which nothing is to be found."""
    stack = Stack(20, 20, 1).conv("one", 8).pool("half").conv("two", 16, 2).pool("quarter").conv("three", 32, 3)
    return stack.flat().dense("answer", 10)
