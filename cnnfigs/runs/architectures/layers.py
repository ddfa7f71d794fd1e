"""The layers of a network, without showing it anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnfigs.arithmetic import Layer
from cnnfigs.models.networks import build
from cnnfigs.models.records import layer_records

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Layers:
    """The layers of a network."""

    network: str
    #: Records of its layers in order, without the input layers.
    layers: tuple[Layer, ...]
    #: How many parameters it has, as Keras counts them.
    parameters: int


def layers_of(network: str | keras.Model) -> Layers:
    """Read the layers of one of the tutorial's networks, or of any Keras functional or Sequential model."""
    model = build(network) if isinstance(network, str) else network
    records = tuple(layer for layer in layer_records(model) if layer.class_name != "InputLayer")
    return Layers(model.name, records, model.count_params())
