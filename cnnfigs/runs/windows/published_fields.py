"""Receptive fields of well-known networks, computed from Keras' own models, beside the literature's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cnnfigs.arithmetic.receptive import receptive_field
from cnnfigs.models.backend import load_keras
from cnnfigs.models.records import layer_records

#: Size of the field of the last maps in pixels, from the table of A. Araujo, W. Norris and J. Sim (2019), "Computing
#: receptive fields of convolutional neural networks", Distill, doi:10.23915/distill.00021.
PUBLISHED: Mapping[str, int] = MappingProxyType(
    {"VGG16": 212, "MobileNet": 315, "ResNet50V2": 483, "InceptionV3": 1311}
)


@dataclass(frozen=True)
class PublishedField:
    """The receptive field of a well-known network's last maps."""

    #: Its name in ``keras.applications``.
    network: str
    #: How many of its layers have a window: convolutions and poolings.
    layers: int
    #: Height of its last maps for an image of 224×224 pixels.
    map_size: int
    #: Computed: pixels in a row that one unit can see, and pixels from one unit's field to its neighbour's.
    size: int
    jump: int
    #: The size that the literature gives.
    published: int


@dataclass(frozen=True)
class PublishedFields:
    """Well-known networks, in the order of their fields."""

    networks: tuple[PublishedField, ...]


def published_fields() -> PublishedFields:
    """Build the networks without weights and follow the receptive field through their layers."""
    keras = load_keras()
    fields = []
    for name, published in PUBLISHED.items():
        network = getattr(keras.applications, name)(weights=None, include_top=False, input_shape=(224, 224, 3))
        layers = layer_records(network)
        field = receptive_field(layers)
        windows = sum(layer.kernel_size is not None for layer in layers)
        fields.append(
            PublishedField(name, windows, layers[-1].output_shape[0], field.size[0], field.jump[0], published)
        )
    return PublishedFields(tuple(sorted(fields, key=lambda each: each.size)))
