"""How each network looks and what it is called, the same in every picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Dashes = Literal["solid", "dashed", "dashdot", "dotted"]


@dataclass(frozen=True)
class NetworkLook:
    """The look of a network.

    Attributes
    ----------
    color
        A name of the palette.
    name
        What people call it.
    dashes
        How its line is drawn; it tells networks apart where their colours are alike.
    """

    color: str
    name: str
    dashes: Dashes = "solid"


#: Every network that is drawn, by what it is called in code.
NETWORK_LOOKS: Mapping[str, NetworkLook] = MappingProxyType(
    {
        "convnet": NetworkLook("network-convnet", "convnet"),
        "dense_512": NetworkLook("network-dense-512", "dense, 512 units"),
        "dense_131": NetworkLook("network-dense-131", "dense, 131 units", "dashed"),
        "unpooled": NetworkLook("network-unpooled", "no pooling"),
        "lenet5": NetworkLook("network-lenet5", "LeNet-5"),
        "mobilenet_v2": NetworkLook("network-mobilenet-v2", "MobileNetV2"),
        "convnet_global_average": NetworkLook("network-global-average", "global average", "dashed"),
        "convnet_global_max": NetworkLook("network-global-max", "global maximum", "dashdot"),
        # The same network once more, with zeros around its input.
        "convnet_global_max_padded": NetworkLook("network-global-max", "no unit lost", "dotted"),
        "convnet_mean_pooling": NetworkLook("network-mean-pooling", "mean pooling"),
        "convnet_pick_one": NetworkLook("network-pick-one", "one of the four"),
        "convnet_strided": NetworkLook("network-strided", "strides"),
    }
)


def network_look(network: str) -> NetworkLook:
    """Return the look of a network.

    Examples
    --------
    >>> network_look("dense_131").name
    'dense, 131 units'
    """
    return NETWORK_LOOKS[network]


def network_name(network: object) -> str:
    """Return what people call a network; a Keras model is called by what it is here.

    Examples
    --------
    >>> network_name("unpooled"), network_name(object())
    ('no pooling', 'a model of your own')
    """
    if not isinstance(network, str):
        return "a model of your own"
    return NETWORK_LOOKS[network].name if network in NETWORK_LOOKS else network
