"""What the illustrations of networks share: the parameters, the choice of maps, and how a layer is told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any

from cnnfigs.arithmetic import Layer
from cnnfigs.data import mnist_labels
from cnnfigs.drawing.networks import NETWORK_LOOKS
from cnnfigs.models.networks import NETWORKS
from cnnfigs.models.weights import record
from cnnfigs.parameters import Choice, Such, Whole, require_whole

#: What a layer is called in a picture, where its Keras name is long.
PLAIN_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "InputLayer": "image",
        "Conv2D": "convolution",
        "MaxPooling2D": "max pooling",
        "AveragePooling2D": "average pooling",
        "GlobalAveragePooling2D": "global average",
        "GlobalMaxPooling2D": "global maximum",
        "Flatten": "flatten",
        "Dense": "dense",
    }
)

#: What each network is called in a picture, by its name in code.
NETWORK_NAMES: Mapping[str, str] = MappingProxyType({name: look.name for name, look in NETWORK_LOOKS.items()})
_IN_CODE = re.compile(rf"\b({'|'.join(NETWORK_NAMES)})\b")
#: The layers of MobileNetV2 before and behind its blocks.
_LAYER_WORDS: Mapping[str, str] = MappingProxyType(
    {"Conv1_relu": "first layer", "expanded_conv_depthwise_relu": "block 0, depthwise", "out_relu": "last maps"}
)

#: What the network for photos was trained on.
TRAINED_ON_PHOTOS = "MobileNetV2, trained on the photos of ImageNet by torchvision, its weights converted for Keras"


def _is_network(value: object) -> bool:
    return (isinstance(value, str) and value in NETWORKS) or hasattr(value, "get_weights")


NetworkName = Annotated[str, Choice(*NETWORKS), "name of one of the tutorial's networks"]
#: Its type hint is no closer than this, because Keras is not imported here.
Network = Annotated[
    Any, Such(_is_network, f"{', '.join(NETWORKS)} or a Keras model", wrong=("no such thing", 1, None)), "a network"
]
Filter = Annotated[int, Whole(0), "which filter"]


def require_filter(value: object, network: object = "convnet", layer: int | str = 0) -> None:
    """Refuse what is not the number of a filter of a layer.

    Parameters
    ----------
    value
        The number.
    network
        Name of one of the tutorial's networks; of a Keras model only its run can tell how many filters a layer has.
    layer
        Which convolution, from 0, or the name of a layer.

    Raises
    ------
    ParameterError
        Naming what is expected and what was given.
    """
    most = None
    if isinstance(network, str):
        layers = record(network)["layers"]
        convolutions = [each for each in layers if each["class_name"] == "Conv2D"]
        candidates = (
            convolutions[layer:] if isinstance(layer, int) else [each for each in layers if each["name"] == layer]
        )
        if candidates:
            most = candidates[0]["output_shape"][-1] - 1
    require_whole("filter", value, 0, most)


def plain_name(layer: Layer) -> str:
    """Return what a layer is called in a picture."""
    return PLAIN_NAMES.get(layer.class_name, layer.class_name)


def network_words(name: str) -> str:
    """Return what a network is called in a picture.

    Examples
    --------
    >>> network_words("dense_131"), network_words("my_own")
    ('dense, 131 units', 'my own')
    """
    return NETWORK_NAMES.get(name, name.replace("_", " "))


def with_network_names(text: str) -> str:
    """Replace the names that networks have in code by what they are called in a picture.

    Examples
    --------
    >>> with_network_names("dense_512 with 60,000 images")
    'dense, 512 units with 60,000 images'
    """
    return _IN_CODE.sub(lambda match: NETWORK_NAMES[match[0]], text)


def layer_words(name: str) -> str:
    """Return what a layer is called in a picture, without what it has in common with its neighbours.

    Examples
    --------
    >>> layer_words("conv2d_2"), layer_words("max_pooling2d_1"), layer_words("block_8_expand_relu")
    ('convolution 2', 'max pooling 1', 'block 8')
    >>> layer_words("Conv1_relu"), layer_words("out_relu"), layer_words("block_8_depthwise_relu")
    ('first layer', 'last maps', 'block 8, depthwise')
    """
    if name in _LAYER_WORDS:
        return _LAYER_WORDS[name]
    words = name.removesuffix("_relu").removesuffix("_expand").replace("_depthwise", ", depthwise")
    return words.replace("conv2d", "convolution").replace("2d", "").replace("_", " ")


def trained_on(*networks: object) -> str:
    """Say in a few words what networks were trained on, as their records have it.

    Parameters
    ----------
    *networks
        Names of networks of the tutorial, or Keras models, of which nothing is known.

    Examples
    --------
    >>> trained_on("convnet", "unpooled")
    'convnet and convnet without pooling, seed 1, trained on 55,000 digits'
    """
    trainings: dict[str, list[str]] = {}
    for network in networks:
        if isinstance(network, str):
            recipe = record(network)["recipe"]
            images = len(mnist_labels("train")) - recipe["validation_images"]
            how = f"seed {recipe['seed']}, trained on {images:,} digits"
            trainings.setdefault(how, []).append(network_words(network))
        else:
            trainings.setdefault("trained by you", []).append("a model of your own")
    groups = [
        (f"{', '.join(others)} and {last}" if others else last, how) for how, (*others, last) in trainings.items()
    ]
    return "; ".join(f"{names}, {how}" for names, how in groups)
