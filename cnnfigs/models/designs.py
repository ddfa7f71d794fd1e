"""Small convnets put together of blocks, as a reader designs them: their layers without Keras, and built in Keras.

As the tutorial's networks they read one grey image of shape (28, 28, 1) with values from 0 to 1 and answer with ten
probabilities. Convolutions have padding "valid" and ReLU.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, get_args

from cnnfigs.arithmetic import Layer, Shape, multiply_adds, parameter_derivation
from cnnfigs.arithmetic.sizes import Axis
from cnnfigs.models.backend import load_keras
from cnnfigs.parameters import require

if TYPE_CHECKING:
    import keras

#: What makes a block's maps smaller: nothing, the maximum or the mean of each 2×2, or a convolution that steps by two.
Downsampling = Literal["none", "max pooling", "average pooling", "strides"]
#: What becomes of the last maps: all their numbers in a row, or the largest of each map.
Last = Literal["flatten", "global max"]

#: How a block is written short.
LETTERS: Mapping[Downsampling, str] = MappingProxyType(
    {"none": "", "max pooling": "p", "average pooling": "a", "strides": "s"}
)
#: What pools, as Keras calls it.
POOLINGS: Mapping[Downsampling, tuple[str, str]] = MappingProxyType(
    {"max pooling": ("MaxPooling2D", "max_pooling2d"), "average pooling": ("AveragePooling2D", "average_pooling2d")}
)
SIDE, CLASSES = 28, 10


@dataclass(frozen=True)
class Block:
    """A convolution, and what makes its maps smaller.

    Parameters
    ----------
    filters
        How many, 1 or more.
    kernel_size
        Height and width of a kernel, 1 or more.
    downsampling
        What makes the maps smaller.
    """

    filters: int
    kernel_size: int
    downsampling: Downsampling = "none"

    def __post_init__(self) -> None:
        require(self.filters >= 1, "filters", self.filters, "1 or more")
        require(self.kernel_size >= 1, "kernel_size", self.kernel_size, "1 or more")
        require(self.downsampling in get_args(Downsampling), "downsampling", self.downsampling, ", ".join(LETTERS))

    def __str__(self) -> str:
        return f"{self.filters}k{self.kernel_size}{LETTERS[self.downsampling]}"

    @property
    def strides(self) -> int:
        """By how many pixels the convolution steps."""
        return 2 if self.downsampling == "strides" else 1


@dataclass(frozen=True)
class Design:
    """A small convnet for one digit.

    Parameters
    ----------
    blocks
        From the image on, 1 or more.
    last
        What becomes of the last maps.
    dense
        Units of a Dense layer with ReLU before the ten of the answer; 0 for none.

    Raises
    ------
    ParameterError
        If a field is out of range, or a window does not fit on the maps that it would move over.

    Examples
    --------
    >>> design = Design((Block(8, 3, "max pooling"), Block(16, 3, "max pooling")), dense=32)
    >>> str(design), design.parameters, design.multiply_adds
    ('8k3p-16k3p-dense_32', 14410, 201184)
    """

    blocks: tuple[Block, ...]
    last: Last = "flatten"
    dense: int = 0

    def __post_init__(self) -> None:
        require(len(self.blocks) >= 1, "blocks", self.blocks, "1 or more")
        require(self.last in get_args(Last), "last", self.last, ", ".join(get_args(Last)))
        require(self.dense >= 0, "dense", self.dense, "0 or more")
        _ = self.layers

    def __str__(self) -> str:
        parts = [*map(str, self.blocks), *["global_max"] * (self.last != "flatten")]
        return "-".join([*parts, *[f"dense_{self.dense}"] * bool(self.dense)])

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """Its layers as plain records, from the image to the answer, named as :func:`build` names them."""
        made = [Layer("image", "InputLayer", output_shape=(SIDE, SIDE, 1))]

        def add(name: str, class_name: str, output_shape: Shape, **fields: Any) -> None:
            before = made[-1]
            made.append(Layer(name, class_name, (before.name,), (before.output_shape,), output_shape, **fields))

        def window(name: str, class_name: str, kernel_size: int, strides: int, channels: int, **fields: Any) -> None:
            size = Axis(made[-1].output_shape[0], kernel_size, strides).output_size()
            geometry = {"kernel_size": (kernel_size,) * 2, "strides": (strides,) * 2, "padding": "valid"}
            add(name, class_name, (size, size, channels), **geometry, dilation_rate=(1, 1), **fields)

        for number, block in enumerate(self.blocks, start=1):
            fields: dict[str, Any] = {"filters": block.filters, "use_bias": True, "activation": "relu"}
            window(f"conv2d_{number}", "Conv2D", block.kernel_size, block.strides, block.filters, **fields)
            if block.downsampling in POOLINGS:
                class_name, name = POOLINGS[block.downsampling]
                window(f"{name}_{number}", class_name, 2, 2, block.filters)
        height, width, channels = made[-1].output_shape
        if self.last == "flatten":
            add("flatten", "Flatten", (height * width * channels,))
        else:
            add("global_max_pooling2d", "GlobalMaxPooling2D", (channels,))
        if self.dense:
            add("dense_1", "Dense", (self.dense,), units=self.dense, use_bias=True, activation="relu")
        add("dense", "Dense", (CLASSES,), units=CLASSES, use_bias=True, activation="softmax")
        return tuple(made)

    @property
    def parameters(self) -> int:
        """Number of its weights and biases."""
        return sum(parameter_derivation(layer).total for layer in self.layers)

    @property
    def multiply_adds(self) -> int:
        """Multiply-adds for one image."""
        return sum(map(multiply_adds, self.layers))


def build(design: Design) -> keras.Model:
    """Build a design in Keras, untrained."""
    keras = load_keras()
    layers = keras.layers
    model = keras.Sequential([keras.Input((28, 28, 1))], name="design")
    for number, block in enumerate(design.blocks, start=1):
        window = {"kernel_size": block.kernel_size, "strides": block.strides}
        model.add(layers.Conv2D(block.filters, **window, activation="relu", name=f"conv2d_{number}"))
        if block.downsampling in POOLINGS:
            class_name, name = POOLINGS[block.downsampling]
            model.add(getattr(layers, class_name)(pool_size=2, name=f"{name}_{number}"))
    if design.last == "flatten":
        model.add(layers.Flatten(name="flatten"))
    else:
        model.add(layers.GlobalMaxPooling2D(name="global_max_pooling2d"))
    if design.dense:
        model.add(layers.Dense(design.dense, activation="relu", name="dense_1"))
    model.add(layers.Dense(10, activation="softmax", name="dense"))
    return model
