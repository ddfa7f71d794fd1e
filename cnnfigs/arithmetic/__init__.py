"""The arithmetic of convolutional networks: pure functions on numbers and plain layer records.

A network is described by records: one :class:`Layer` for each layer, with its shapes, its geometry and the names of the
layers that it reads. Nothing needs Keras; :func:`cnnfigs.models.records.layer_records` turns a Keras model into
records. All shapes leave the batch axis out and have the channels last.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

Shape = tuple[int, ...]
Padding = Literal["valid", "same"] | tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Layer:
    """One layer of a network as plain values.

    Parameters
    ----------
    name
        Its name, unique in its network. A layer of a nested model is called ``"model/layer"``.
    class_name
        The name of its class in Keras: ``"Conv2D"``, ``"MaxPooling2D"``, ``"Dense"``, ``"Add"``, ...
    inputs
        Names of the layers that it reads, in order; empty for an input layer, several for a merging one.
    input_shapes
        Shape of each input, such as ``((28, 28, 1),)``, in the order of `inputs`.
    output_shape
        Shape of the (first) output, such as ``(26, 26, 32)``.
    kernel_size, strides, dilation_rate
        One number per spatial axis, or None where the layer has none. The kernel size of a pooling layer is its
        pool size; the strides of an UpSampling layer say how often it repeats each cell.
    padding
        ``"valid"``, ``"same"``, or the cells added before and after each spatial axis, as ZeroPadding layers have
        them: ``((1, 1), (1, 1))``. A Cropping layer has negative ones. None where there is no such thing.
    filters
        How many feature maps a convolution makes.
    units
        How many units a Dense layer has.
    use_bias
        Whether a bias is added to each unit or feature map.
    activation
        Name of the activation function as Keras writes it: ``"relu"``, ``"softmax"``, ``"linear"``, or None.
    groups
        In how many groups a convolution splits its channels; as many as there are channels in a depthwise one.
    depth_multiplier
        How many maps the depthwise half of a SeparableConv layer makes of each channel.
    scale, center
        Whether a normalising layer learns a factor and an offset for each channel.
    interpolation
        How an UpSampling layer fills its cells: ``"nearest"`` repeats them.
    axis
        Axes that a layer works along, such as a normalising or merging one, counted from 0 without the batch axis; None
        where it is the last one alone, as is usual. Of a Permute layer, the order in which they stand afterwards.
    parameters
        Number of weights as Keras reports it in ``model.summary()``, trainable or not.
    trainable_parameters
        How many of them training may change.
    shares_weights_with
        Where a model calls one layer several times: name of the record of the first call. None otherwise.
    """

    name: str
    class_name: str
    inputs: tuple[str, ...] = ()
    input_shapes: tuple[Shape, ...] = ()
    output_shape: Shape = ()
    kernel_size: tuple[int, ...] | None = None
    strides: tuple[int, ...] | None = None
    padding: Padding | None = None
    dilation_rate: tuple[int, ...] | None = None
    filters: int | None = None
    units: int | None = None
    use_bias: bool = False
    activation: str | None = None
    groups: int = 1
    depth_multiplier: int = 1
    scale: bool = False
    center: bool = False
    interpolation: str | None = None
    axis: tuple[int, ...] | None = None
    parameters: int = 0
    trainable_parameters: int = 0
    shares_weights_with: str | None = None

    @property
    def input_shape(self) -> Shape:
        """Shape of the only input.

        Raises
        ------
        ValueError
            If the layer reads none or several.
        """
        if len(self.input_shapes) != 1:
            raise ValueError(
                f"input_shape of layer {self.name!r} ({self.class_name}): expected one input, "
                f"got {len(self.input_shapes)}"
            )
        return self.input_shapes[0]


@dataclass(frozen=True)
class Derivation:
    """A number and the product that it comes from.

    As a string, both: ``"3·3·1·32 + 32 = 320"``.

    Parameters
    ----------
    product
        Text of the calculation, such as ``"3·3·1·32 + 32"``; empty where there is nothing to calculate.
    total
        Its result.
    """

    product: str
    total: int

    def __str__(self) -> str:
        return f"{self.product} = {self.total:,}" if self.product else f"{self.total:,}"


def _derivation(*terms: tuple[int, ...]) -> Derivation:
    """Write a sum of products; a term whose product is 0 is left out."""
    kept = [term for term in terms if math.prod(term)]
    product = " + ".join("·".join(f"{factor:,}" for factor in term) for term in kept)
    return Derivation(product, sum(math.prod(term) for term in kept))


def parameter_derivation(layer: Layer) -> Derivation:
    """Count a layer's parameters, and write down how.

    A filter has one slice per input channel of its group and one bias; a unit of a Dense layer has one weight per
    number that it reads and one bias.

    Parameters
    ----------
    layer
        Record of a convolution (transposed, grouped, depthwise and separable ones too), a Dense or a
        normalising layer, or of any layer without parameters.

    Raises
    ------
    ValueError
        If the layer has parameters and its class is not one of these.

    Examples
    --------
    >>> shapes = dict(input_shapes=((28, 28, 1),), output_shape=(26, 26, 32))
    >>> first = Layer("conv", "Conv2D", ("image",), **shapes, kernel_size=(3, 3), filters=32, use_bias=True)
    >>> print(parameter_derivation(first))
    3·3·1·32 + 32 = 320
    >>> dense = Layer("answer", "Dense", ("flat",), ((1152,),), (10,), units=10, use_bias=True)
    >>> parameter_derivation(dense)
    Derivation(product='1,152·10 + 10', total=11530)
    """
    kind = _kind(layer.class_name)
    channels = layer.input_shapes[0][-1] if layer.input_shapes else 0
    if kind == "separable convolution":
        kernel, filters = _needed(layer, "kernel_size", "filters")
        mixed = channels * layer.depth_multiplier
        return _derivation((*kernel, channels, layer.depth_multiplier), (mixed, filters), (filters * layer.use_bias,))
    if kind in ("convolution", "transposed convolution"):
        kernel, filters = _needed(layer, "kernel_size", "filters")
        return _derivation((*kernel, channels // layer.groups, filters), (filters * layer.use_bias,))
    if kind == "dense":
        (units,) = _needed(layer, "units")
        return _derivation((channels, units), (units * layer.use_bias,))
    if kind == "batch normalization":  # factor, offset, and the moving mean and variance
        axes = (-1,) if layer.axis is None else layer.axis
        sizes = [layer.input_shape[axis] for axis in axes]
        return _derivation((2 + layer.scale + layer.center, *sizes))
    if layer.parameters:
        raise ValueError(
            f"parameters of layer {layer.name!r}: expected a convolution, Dense or BatchNormalization to derive them, "
            f"got {layer.class_name}"
        )
    return Derivation("", 0)


def size_derivation(shape: Shape) -> Derivation:
    """Count the numbers in an array of this shape, as Flatten lays them out.

    Examples
    --------
    >>> print(size_derivation((3, 3, 128)))
    3·3·128 = 1,152
    """
    return _derivation(shape)


def multiply_adds(layer: Layer) -> int:
    """Count the multiplications with weights, each followed by an addition, for one image.

    Every number of a convolution's output takes one for each weight of its filter's slices; positions on padding
    count, as a layer computes them too. Biases, activations, pooling and normalisation are not counted: 0 for a layer
    that multiplies with no kernel.

    Examples
    --------
    >>> shapes = dict(input_shapes=((28, 28, 1),), output_shape=(26, 26, 32))
    >>> multiply_adds(Layer("conv", "Conv2D", ("image",), **shapes, kernel_size=(3, 3), filters=32))
    194688
    """
    kind = _kind(layer.class_name)
    if kind == "dense":
        (units,) = _needed(layer, "units")
        return math.prod(layer.input_shape) * int(units)
    if kind not in ("convolution", "transposed convolution", "separable convolution"):
        return 0
    kernel, filters = _needed(layer, "kernel_size", "filters")
    channels = layer.input_shape[-1]
    # A transposed convolution spreads each cell of its input, so these count.
    shape = layer.input_shape if kind == "transposed convolution" else layer.output_shape
    if kind == "separable convolution":
        products: int = channels * layer.depth_multiplier * (math.prod(kernel) + filters)
    else:
        products = math.prod(kernel) * (channels // layer.groups) * filters
    return math.prod(shape[:-1]) * products


def _kind(class_name: str) -> str:
    """Return the operation of a Keras class, whatever its number of spatial axes."""
    operation = class_name.replace("1D", "").replace("2D", "").replace("3D", "")
    return {
        "Conv": "convolution",
        "DepthwiseConv": "convolution",
        "ConvTranspose": "transposed convolution",
        "SeparableConv": "separable convolution",
        "Dense": "dense",
        "BatchNormalization": "batch normalization",
    }.get(operation, "other")


def _needed(layer: Layer, *fields: str) -> list[Any]:
    """Return the values of fields that this class of layer cannot do without."""
    for field in fields:
        if getattr(layer, field) is None:
            raise ValueError(f"{field} of layer {layer.name!r}: expected one for a {layer.class_name}, got None")
    return [getattr(layer, field) for field in fields]
