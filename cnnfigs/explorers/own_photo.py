"""The first blocks of a large network, for photos of the reader's, as scripts for a browser.

What the network is made of comes with the explorer, and so does the cat. The weights are much larger: they come when
the reader asks for maps.
"""

from __future__ import annotations

from cnnfigs.data import cat_photo
from cnnfigs.explorers.inputs import script
from cnnfigs.images import jpeg
from cnnfigs.models.export import packed
from cnnfigs.models.folded import FoldedLayer, first_blocks
from cnnfigs.models.imagenet import DEVIATION, MEAN, fitted

#: Weights have 16 bits, and 32 in layers with fewer weights than this. With 8 bits the deepest maps would be off by a
#: fifth of their largest number: the first depthwise convolution has large weights beside small ones, and what its
#: rounding changes grows from layer to layer.
FEW = 1000


def own_photo_script() -> str:
    """Write the layers without their weights, how a photo is prepared, the cat, and how large the weights are."""
    layers = [
        {
            "name": layer.name,
            "className": layer.class_name,
            "kernelSize": layer.kernel.shape[:2],
            "strides": (layer.strides, layer.strides),
            "padding": "same",
            "activation": layer.activation,
            "filters": len(layer.bias),
            "bits": bits(layer),
            **({"adds": layer.adds} if layer.adds else {}),
        }
        for layer in first_blocks()
    ]
    mean, deviation = ([round(float(value), 3) for value in values] for values in (MEAN, DEVIATION))
    return script(
        ownPhoto={
            "layers": layers,
            "mean": mean,
            "deviation": deviation,
            "cat": jpeg(fitted(cat_photo()), 80),
            "kilobytes": round(len(first_blocks_script()) / 1000),
        }
    )


def first_blocks_script() -> str:
    """Write the weights of each layer by its name."""
    return script(firstBlocks={layer.name: packed(layer.kernel, layer.bias, bits(layer)) for layer in first_blocks()})


def bits(layer: FoldedLayer) -> int:
    """Return how many bits each weight of a layer gets."""
    return 32 if layer.kernel.size < FEW else 16
