"""What the filters of a network's first layer answer to one image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import cat_photo
from cnnfigs.models.weights import load
from cnnfigs.runs.activations import test_digit


@dataclass(frozen=True)
class FirstMaps:
    """The feature maps of the convnet's first layer for one digit."""

    #: The digit as the layer reads it, shape (28, 28, 1), values 0 to 1.
    image: NDArray[np.float32]
    #: The layer's filters, shape (3, 3, 1, 32), and a number for each, shape (32,).
    kernel: NDArray[np.float32]
    bias: NDArray[np.float32]
    #: What the layer returns, after ReLU, shape (26, 26, 32).
    maps: NDArray[np.float32]


@dataclass(frozen=True)
class StrongestResponse:
    """One filter's feature map, and where it is largest."""

    #: The digit as the layer reads it, shape (28, 28, 1), values 0 to 1.
    image: NDArray[np.float32]
    #: The filter's only slice, shape (3, 3), and its bias.
    kernel: NDArray[np.float32]
    bias: float
    #: What the layer returns for this filter, after ReLU, shape (26, 26).
    response_map: NDArray[np.float32]
    #: Where it is largest; the window stands on the same row and column of the image.
    row: int
    column: int
    #: The value there.
    strongest: float
    #: How many filters the layer has.
    filters: int
    #: In how many places the response is exactly zero.
    zeros: int


@dataclass(frozen=True)
class ChannelStacks:
    """Arrays with one, three and 32 channels."""

    #: A digit, shape (28, 28, 1), values 0 to 1.
    grey: NDArray[np.float32]
    #: The cat's face, shape (28, 28, 3), values 0 to 1.
    colour: NDArray[np.float32]
    #: The feature maps of the convnet's first layer for the digit, shape (26, 26, 32).
    maps: NDArray[np.float32]


def first_maps(index: int) -> FirstMaps:
    """Show a test image of MNIST to the first layer of the trained convnet."""
    image = test_digit(index)
    layer = load("convnet").get_layer("conv2d_1")
    kernel, bias = layer.get_weights()
    maps = np.asarray(layer(image[np.newaxis]))[0]
    return FirstMaps(image, kernel, bias, maps)


def strongest_response(index: int, n: int) -> StrongestResponse:
    """Find where filter `n` of the first layer answers a test image most strongly."""
    run = first_maps(index)
    response_map = run.maps[:, :, n]
    row, column = np.unravel_index(response_map.argmax(), response_map.shape)
    return StrongestResponse(
        image=run.image,
        kernel=run.kernel[:, :, 0, n],
        bias=float(run.bias[n]),
        response_map=response_map,
        row=int(row),
        column=int(column),
        strongest=float(response_map[row, column]),
        filters=run.maps.shape[-1],
        zeros=int((response_map == 0).sum()),
    )


def channel_stacks(index: int) -> ChannelStacks:
    """Put a grey digit, the cat's face in colour and the digit's first feature maps beside each other."""
    run = first_maps(index)
    # Each number of the face is the mean of 10×10 pixels.
    face = cat_photo()[:280, 85:365].reshape(28, 10, 28, 10, 3).mean(axis=(1, 3)) / 255
    return ChannelStacks(run.image, face.astype(np.float32), run.maps)
