"""The whole way of a digit through a convnet at a glance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnfigs.drawing.layout import Piece, grid
from cnnfigs.drawing.pieces import Bars, Digit, Pipeline, Raster, Stage, strip
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers, Part
from cnnfigs.illustrations.networks import trained_on
from cnnfigs.looks import ink_in_words, strong_places
from cnnfigs.parameters import TestImage
from cnnfigs.runs.activations import Activations, activations, test_digit
from cnnfigs.words import as_percent, percent, written

#: How many maps are shown of the first layers, and of the last.
FEW, MANY = 4, 16


@dataclass(frozen=True)
class Overview(Picture):
    """One digit's way through the convnet: image, convolution, pooling, flatten, dense, class."""

    index: TestImage = 4

    def run(self) -> Activations:
        return activations("convnet", test_digit(self.index))

    def draw(self, run: Activations) -> Piece:
        """Draw the image, the most telling maps of some layers, the flattened numbers and the probabilities."""
        convolved, pooled, last = (run.outputs[name] for name in ("conv2d_1", "max_pooling2d_1", "conv2d_3"))
        # A pooled map stands beside the map that it comes from.
        shown = run.order["conv2d_1"][:FEW]
        # 1,152 numbers on 144 pixels: the largest of each eight.
        flat = run.outputs["flatten"].reshape(-1, 8).max(axis=1)
        probabilities = run.outputs["dense"]
        return Pipeline(
            [
                Stage("image", Digit(run.image[..., 0], 112), [written(run.image.shape)], "input"),
                Stage("convolution", maps(convolved[..., shown], 70, 2), [written(convolved.shape)]),
                Stage("pooling", maps(pooled[..., shown], 35, 2), [written(pooled.shape)]),
                Stage("… and so on", maps(last[..., run.order["conv2d_3"][:MANY]], 15, 4), [written(last.shape)]),
                Stage("flatten", strip(flat, 144), [written(run.outputs["flatten"].shape)]),
                Stage("dense", Bars(probabilities, [*map(str, range(10))], 60, pitch=16), ["10 digits"], "output"),
            ],
            gap=4,
            arrow=16,
        )

    def describe(self, run: Activations) -> Description:
        sizes = {name: written(output.shape) for name, output in run.outputs.items()}
        probabilities = run.outputs["dense"]
        others = np.delete(probabilities, probabilities.argmax())
        return Description(
            "A digit on its way through a convnet: it becomes smaller and smaller maps, then a row of numbers, and at "
            f"last ten bars, the longest that of the {probabilities.argmax()}.",
            [
                f"It begins with a handwritten digit of {written(run.image.shape[:2])} pixels: "
                f"{ink_in_words(run.image[..., 0])}.",
                f"A convolution makes maps of it, {sizes['conv2d_1']} numbers in all; {FEW} of the maps are shown.",
                f"Each map is strong where the digit has what its filter looks for, and no two of the {FEW} are alike.",
                _strong(f"Where each of these maps is strong, {_laid(FEW, 2)}", run, "conv2d_1", FEW),
                f"Pooling shrinks the maps to {sizes['max_pooling2d_1']}; those of the same {FEW} are shown.",
                "Convolution and pooling once more and a last convolution leave maps of only "
                f"{sizes['conv2d_3']}; {MANY} are shown.",
                _strong(f"Where each of these small maps is strong, {_laid(MANY, 4)}", run, "conv2d_3", MANY),
                f"Flatten lays them in a row of {sizes['flatten']} numbers. It is drawn as one long, thin strip of "
                "green stripes across it, the darker the larger; in the wide picture it stands upright.",
                f"A dense layer turns these into ten probabilities: the longest bar, with "
                f"{percent(probabilities.max())}, is that of the digit {probabilities.argmax()}.",
                f"Of the other {len(others)} bars the longest has {percent(others.max())}"
                f"{', and so they look empty' if others.max() < 0.005 else ''}.",
            ],
            [
                Numbers(
                    "The ten probabilities",
                    probabilities,
                    percent,
                    rows=["probability"],
                    columns=[*map(str, range(probabilities.size))],
                )
            ],
        )

    def state_facts(self, run: Activations) -> dict[str, str]:
        probabilities = run.outputs["dense"]
        return {
            "answer": str(probabilities.argmax()),
            "probability": percent(probabilities.max()),
            "trained": trained_on("convnet"),
            "few": f"{FEW} of {run.outputs['conv2d_1'].shape[-1]}",
            "many": f"{MANY} of {run.outputs['conv2d_3'].shape[-1]}",
        }


def _strong(heading: str, run: Activations, layer: str, count: int) -> Part:
    """Tell where the first, most telling maps of a layer hold most."""
    maps = ((channel, run.outputs[layer][..., channel]) for channel in run.order[layer][:count])
    places = (
        f"Map {channel}, up to {each.max():.2f}: {strong_places(each)}{_ground(each, run.image)}."
        for channel, each in maps
    )
    return Part(heading, tuple(places))


def _laid(count: int, columns: int) -> str:
    """Say how so many maps are laid out, which are told in this order."""
    return f"{columns} in a row, {count // columns} rows from above"


def _ground(values: NDArray[np.float32], image: NDArray[np.float32]) -> str:
    """Say of a map as large as the image, but for its edges, how its ground looks: what it is on empty paper."""
    margin = image.shape[0] - values.shape[0] + 1
    if margin > 3 or image[:margin, :margin].any() or not values.any():
        return ""
    share = float(values[0, 0] / values.max())
    return f"; its ground, the empty paper, is tinted, {as_percent(share)} of the largest" if share > 0.01 else ""


def maps(values: NDArray[np.float32], side: float, columns: int) -> Piece:
    """Return feature maps, shape (height, width, maps), beside and below each other, each so wide."""
    return grid([Raster(each, side, frame="output") for each in np.moveaxis(values, -1, 0)], columns, gap=4)
