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
        "unpooled": NetworkLook("network-unpooled", "convnet without pooling"),
        "lenet5": NetworkLook("network-lenet5", "LeNet-5"),
        "mobilenet_v2": NetworkLook("network-mobilenet-v2", "MobileNetV2"),
        "convnet_global_average": NetworkLook("network-global-average", "convnet, global average", "dashed"),
        "convnet_global_max": NetworkLook("network-global-max", "convnet, global maximum", "dashdot"),
        # The same network once more, with zeros around its input.
        "convnet_global_max_padded": NetworkLook("network-global-max", "convnet, no unit lost", "dotted"),
        "convnet_mean_pooling": NetworkLook("network-mean-pooling", "convnet, average pooling"),
        "convnet_pick_one": NetworkLook("network-pick-one", "convnet, one of four kept"),
        "convnet_strided": NetworkLook("network-strided", "convnet with strides"),
        # They are smaller than the tutorial's others, and stand in no picture with these.
        "small_convnet": NetworkLook("network-convnet", "small convnet", "dashed"),
        "small_dense": NetworkLook("network-dense-131", "dense, 32 units"),
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
