"""Flatten: the last maps laid out in one row, for the dense layer to read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnfigs.arithmetic import size_derivation
from cnnfigs.drawing.layout import CLOSE, Piece, column, either, matrix
from cnnfigs.drawing.pieces import Arrow, Bars, Pipeline, Raster, Stage, Tiles, space
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
from cnnfigs.parameters import TestImage
from cnnfigs.runs.activations import Activations, activations, test_digit
from cnnfigs.words import percent, written

#: The layers that are drawn, the maps in a row, the numbers in a line of the folded row, and what can be answered.
LAYERS, COLUMNS, FOLD, DIGITS = ("conv2d_3", "flatten", "dense"), 16, 18, tuple("0123456789")


@dataclass(frozen=True)
class Flattening(Picture):
    """The convnet's last feature maps for a digit, the same numbers in one row, and the answer made of them."""

    index: TestImage = 4

    def run(self) -> Activations:
        return activations("convnet", test_digit(self.index))

    def draw(self, run: Activations) -> Piece:
        """Draw all last maps, the row folded to fit the page, and the probabilities."""
        maps, flat, probabilities = (run.outputs[name] for name in LAYERS)
        shares = [percent(share) if share == probabilities.max() else "" for share in probabilities]

        tiles = Tiles(maps, 5, COLUMNS, gap=4)
        last = Stage(f"{maps.shape[-1]} maps", tiles, [written(maps.shape)], "output")
        strip = Stage("flatten", Raster(flat.reshape(-1, FOLD), 54, frame="output"), [f"{flat.size:,} numbers"])
        dense = Stage("dense", Bars(probabilities, DIGITS, 70, shares), ["10 digits"], "output")
        beside = matrix(
            [[strip.words("start"), space(), dense.words("middle")], [strip.piece, Arrow(length=20), dense.piece]],
            gap=8,
            between=CLOSE,
        )
        return either(
            Pipeline([last, strip, dense], gap=12, arrow=30),
            column(column(last.words("start"), tiles, gap=CLOSE), Arrow(down=True), beside, gap=10, align="middle"),
        )

    def describe(self, run: Activations) -> Description:
        maps, flat, probabilities = (run.outputs[name] for name in LAYERS)
        blank = np.count_nonzero((maps == 0).all(axis=(0, 1)))
        return Description(
            f"The convnet’s {maps.shape[-1]} last maps for a digit, the same {flat.size:,} numbers in one row, and the "
            "ten answers made of them.",
            [
                f"First {maps.shape[-1]} small maps of {written(maps.shape[:2])} cells: {blank} are empty, most have a "
                "few strong cells.",
                f"Then the same {flat.size:,} numbers in one long row, folded here into a narrow strip; "
                f"{np.count_nonzero(flat == 0):,} of them are zero.",
                "Then the ten bars that the dense layer makes of them; the longest, with "
                f"{percent(probabilities.max())}, is that of {probabilities.argmax()}.",
            ],
            [
                Numbers("The answers", probabilities, percent, rows=["probability"], columns=DIGITS),
                Numbers(
                    "The strongest value of each map, as they stand in rows",
                    maps.max(axis=(0, 1)).reshape(-1, COLUMNS),
                    "{:.2f}".format,
                    rows=[f"from map {number}" for number in range(0, maps.shape[-1], COLUMNS)],
                ),
            ],
        )

    def state_facts(self, run: Activations) -> dict[str, str]:
        flat, maps = run.outputs["flatten"], run.outputs["conv2d_3"]
        return {
            "size": str(size_derivation(run.outputs["conv2d_3"].shape)),
            "numbers": f"{flat.size:,}",
            "zeros": f"{np.count_nonzero(flat == 0):,}",
            "maps": str(maps.shape[-1]),
            "blank maps": str(np.count_nonzero((maps == 0).all(axis=(0, 1)))),
        }
