"""A depthwise convolution of MobileNetV2: each map has a kernel of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import cat_photo
from cnnfigs.models.backend import load_keras
from cnnfigs.models.imagenet import fitted, mobilenet_v2, network_input

Floats = NDArray[np.float32]

#: The layer, the one before it, and the 1×1 convolution behind it that mixes the maps.
LAYER, BEFORE, BEHIND = "expanded_conv_depthwise", "Conv1_relu", "expanded_conv_project"
#: Rows and columns of the maps around the cat's left eye.
EYE = (slice(26, 62), slice(44, 92))


@dataclass(frozen=True)
class DepthwiseRun:
    """Some maps of the layer, around an eye of the cat."""

    #: What goes in, shape (rows, columns, channels).
    inputs: Floats
    #: Shape (3, 3, channels).
    kernels: Floats
    #: What comes out, before the bias: shape (rows, columns, channels).
    outputs: Floats
    #: How many maps there are in all, and how many the 1×1 convolution behind makes of them.
    maps: tuple[int, int]
    #: How many weights the layer has, how many the 1×1 convolution behind it, and how many an ordinary convolution in
    #: the place of both would have.
    parameters: tuple[int, int, int]


def depthwise(channels: Sequence[int]) -> DepthwiseRun:
    """Show the photo of the cat to the first depthwise convolution.

    Parameters
    ----------
    channels
        Which maps to keep, 0 to 31.
    """
    keras = load_keras()
    photo = fitted(cat_photo())
    model = mobilenet_v2(*photo.shape[:2])
    layer, behind = model.get_layer(LAYER), model.get_layer(BEHIND)
    reader = keras.Model(model.inputs, [model.get_layer(BEFORE).output, layer.output])
    inputs, outputs = (np.asarray(each)[0] for each in reader([network_input(photo[np.newaxis])], training=False))
    (kernels,) = layer.get_weights()
    ordinary = keras.layers.Conv2D(behind.filters, layer.kernel_size, use_bias=False)
    ordinary.build((None, *inputs.shape))
    chosen = list(channels)
    return DepthwiseRun(
        inputs=inputs[EYE][..., chosen],
        kernels=kernels[..., chosen, 0],
        outputs=outputs[EYE][..., chosen],
        maps=(inputs.shape[-1], behind.filters),
        parameters=(layer.count_params(), behind.count_params(), ordinary.count_params()),
    )
