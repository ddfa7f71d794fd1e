"""Stacks of layers for the explorer of receptive fields, in the short form of its addresses.

A layer is ``c`` or ``p``, convolution or pooling, and its window, then what differs from strides 1, no dilation and
padding "valid": ``c3s2same`` has strides 2 and "same" padding, ``c3d2`` dilation rate 2, ``p3s2e1`` explicit padding of
1 on each side. Layers that look at each place alone are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cnnfigs.models.weights import record


@dataclass(frozen=True)
class Stack:
    """A network's windows, and what it looks at.

    Parameters
    ----------
    picture
        ``"digit"``, 28×28 pixels, or ``"photo"``, 224×224.
    layers
        In the short form, with commas between them.
    """

    picture: str
    layers: str


#: The tutorial's networks that convolve.
OURS = ("convnet", "unpooled", "lenet5")


def stacks() -> dict[str, Stack]:
    """Return all stacks by the network's name: the tutorial's, then well-known ones."""
    return {**{name: Stack("digit", short_form(record(name)["layers"])) for name in OURS}, **KNOWN}


def short_form(layers: list[dict[str, Any]]) -> str:
    """Write the windows of a network's record in the short form; a layer that pads joins the window after it.

    Examples
    --------
    >>> border = {"padding": [[2, 2], [2, 2]]}
    >>> window = {"class_name": "Conv2D", "kernel_size": [5, 5], "strides": [2, 2], "padding": "valid"}
    >>> short_form([border, window, {"class_name": "Flatten"}])
    'c5s2e2'
    """
    windows, border = [], 0
    for layer in layers:
        if "kernel_size" in layer:
            (size, _), (strides, _) = layer["kernel_size"], layer["strides"]
            kind = "c" if "Conv" in layer["class_name"] else "p"
            padding = f"e{border}" if border else layer["padding"].removeprefix("valid")
            windows.append(f"{kind}{size}{f's{strides}' if strides > 1 else ''}{padding}")
            border = 0
        elif isinstance(layer.get("padding"), list):
            border = layer["padding"][0][0]
    return ",".join(windows)


def _repeated(*groups: tuple[int, str]) -> str:
    return ",".join(layer for times, layer in groups for _ in range(times))


#: Well-known networks. A branching one is followed along its widest windows, which make its field.
KNOWN: Mapping[str, Stack] = {
    "AlexNet": Stack("photo", "c11s4,p3s2,c5e2,p3s2,c3e1,c3e1,c3e1,p3s2"),
    "VGG16": Stack("photo", ",".join(["c3same,c3same,p2s2"] * 2 + ["c3same,c3same,c3same,p2s2"] * 3)),
    "ResNet50": Stack(
        "photo",
        _repeated(
            *((1, "c7s2e3"), (1, "p3s2e1"), (3, "c3same"), (1, "c1s2"), (4, "c3same")),
            *((1, "c1s2"), (6, "c3same"), (1, "c1s2"), (3, "c3same")),
        ),
    ),
    "MobileNet": Stack(
        "photo",
        _repeated(
            *((1, "c3s2same"), (1, "c3same"), (1, "c3s2same"), (1, "c3same"), (1, "c3s2same"), (1, "c3same")),
            *((1, "c3s2same"), (5, "c3same"), (1, "c3s2same"), (1, "c3same")),
        ),
    ),
}
