"""Where the platelets are: a classifier of crops that slides over whole blood smears."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes

from cnnfigs.data import Bytes
from cnnfigs.data.blood_cells import HEIGHT, SIDE, WIDTH, boxes
from cnnfigs.drawing.charts import lines, plain
from cnnfigs.drawing.layout import CLOSE, Piece, column, flow, grid, row
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.pieces import Arrow, Mark, Photo, Raster, Words, panel, swatch
from cnnfigs.drawing.tables import Cell, number_table
from cnnfigs.illustrations.base import Picture, Table
from cnnfigs.illustrations.description import Description, Numbers, Part
from cnnfigs.illustrations.networks import PLAIN_NAMES
from cnnfigs.illustrations.photo.blood_crops import box_mark, where
from cnnfigs.looks import inside_and_outside, largest_spot, pale_ground, reddish
from cnnfigs.parameters import Such
from cnnfigs.runs.photo.blood import HALF
from cnnfigs.runs.photo.platelets import APART, BESIDE, MISTAKEN, STRIDE, Found, PlateletRun, find_platelets, matched
from cnnfigs.statistics import CONFIDENCE, wilson
from cnnfigs.words import as_percent, counted, written, written_number

#: A place that was found is drawn as a square of this side, in pixels of the whole photo.
SPOT = 20
#: Precision is drawn where it is a share of so many places at least.
FEWEST = 10
#: Colour and dashes of both lines of the chart.
_LOOKS = {"precision": ("series-1", "solid"), "recall": ("series-2", "dashed")}


def _is_test_photo(value: object) -> bool:
    return isinstance(value, str) and value.startswith("BloodImage_")


@dataclass(frozen=True)
class PlateletMap(Picture):
    """A whole blood smear, the network's map of platelets, and the places that it finds against the boxes."""

    name: Annotated[
        str, Such(_is_test_photo, "the name of a test photo, such as BloodImage_00068"), "which test photo"
    ] = "BloodImage_00068"

    def run(self) -> PlateletRun:
        return find_platelets(self.name)

    def draw(self, run: PlateletRun) -> Piece:
        """Draw the photo with boxes and places, and the map."""
        marks = [box_mark(box, "input") for box in run.boxes]
        marks += [
            Mark(
                (y - SPOT / 2) / HALF,
                (x - SPOT / 2) / HALF,
                SPOT / HALF,
                SPOT / HALF,
                "output" if right else "error",
            )
            for (x, y), right in zip(run.places, run.right, strict=True)
        ]
        key = [swatch("input", "somebody’s box", line=True), swatch("output", "found", line=True)]
        key += [swatch("error", "found, no box", line=True)] * (not all(run.right))
        return flow(
            panel(
                "input: a photo",
                column(Photo(run.photo, 320, frame="input", marks=marks), row(*key), gap=CLOSE),
                f"{WIDTH}×{HEIGHT} pixels",
                name="input",
            ),
            Arrow(),
            panel(
                "output: a map",
                Raster(run.probabilities, 284, limit=1.0, frame="output"),
                f"{written(run.probabilities.shape)} places",
                note="stronger: a platelet is more probable",
                name="output",
            ),
            gap=14,
        )

    def describe(self, run: PlateletRun) -> Description:
        rows, columns = run.probabilities.shape
        hits = sum(run.right)
        return Description(
            f"A whole blood smear and the network’s map of it: {hits} of {counted(len(run.boxes), 'platelet')} with a "
            "box are found.",
            [
                f"The photo has {len(run.boxes)} platelets with a box. The network finds {len(run.places)} places; "
                f"{hits} of them lie in a box.",
                f"The map has {rows} by {columns} places. It is strong in spots, one at each place that is found, and "
                "weaker nearly everywhere else.",
                *self._boxes_told(run),
                *self._white_cells_told(run),
            ],
            [
                Numbers(
                    "Middles of the places found, in pixels, and whether each lies in a box",
                    [[x, y, right] for (x, y), right in zip(run.places, run.right, strict=True)],
                    rows=[f"place {number}" for number in range(1, len(run.places) + 1)],
                    columns=["column", "row", "in a box"],
                )
            ]
            * bool(run.places),
        )

    @staticmethod
    def _boxes_told(run: PlateletRun) -> list[Part]:
        """Tell where each box lies, from left to right, and whether its platelet is found."""
        found = matched(run.places, run.boxes).values()
        told = [
            f"{where(box).capitalize()}: "
            f"{'found, a small square is in or beside it' if box in found else 'missed, no small square is in it'}."
            for box in sorted(run.boxes, key=lambda box: box.left)
        ]
        return [Part("The boxes of platelets, from left to right", tuple(told))] if told else []

    @staticmethod
    def _white_cells_told(run: PlateletRun) -> Iterator[str]:
        """Tell where white cells lie, and how the map is there: the mean of the places whose middle is in the box."""
        for box in boxes(run.name, "WBC"):
            top, left, bottom, right = (
                min(max(-(-(edge - SIDE // 2) // STRIDE), 0), size)
                for edge, size in zip(
                    (box.top, box.left, box.bottom, box.right), run.probabilities.shape * 2, strict=True
                )
            )
            told = f"A white cell, large and purple, lies in the photo: {where(box)}"
            if top < bottom and left < right:
                inside, outside = inside_and_outside(run.probabilities, (top, left, bottom - top, right - left))
                paler = "paler" if inside < outside else "stronger"
                told += (
                    f". The map is {paler} there than elsewhere, {as_percent(inside)} on average against "
                    f"{as_percent(outside)}"
                )
                row, column = np.unravel_index(int(run.probabilities.argmin()), run.probabilities.shape)
                if top <= row < bottom and left <= column < right:
                    told += ", and nowhere so pale as at one of these places"
            yield f"{told}."

    def state_facts(self, run: PlateletRun) -> dict[str, str]:
        test = run.test
        facts = {
            "boxes": str(len(run.boxes)),
            "found": str(len(run.places)),
            "right": str(sum(run.right)),
            "map": written(run.probabilities.shape),
            "places": f"{run.probabilities.size:,}",
            "stride": str(STRIDE),
            "side": str(SIDE),
            "apart": str(APART),
            "beside": str(BESIDE),
            "photos": str(run.photos),
            "platelets": str(run.platelets),
            "added": f"{run.added:,}",
            "a photo": str(MISTAKEN),
            "test right": str(test.right),
            "test wrong": str(test.wrong),
            "test missed": str(test.missed),
            "test places": str(test.right + test.wrong),
            "mark": written_number(run.mark, 0),
            "confidence": as_percent(CONFIDENCE),
        }
        for name, found in (("test", test), ("once", _best(run.once)), ("twice", _best(run.twice))):
            facts |= {f"{name} precision": as_percent(found.precision), f"{name} recall": as_percent(found.recall)}
        for name, of in (("precision", test.right + test.wrong), ("recall", test.right + test.missed)):
            low, high = wilson(test.right, of)
            facts[f"test {name} interval"] = f"{as_percent(low)} to {as_percent(high)}"
        return facts


#: What the others show more of: one network is trained and asked for all of them.
_FOUND = PlateletMap()


@dataclass(frozen=True)
class HeadAsConvolution(Table):
    """The layers of a classifier of crops, and of the same weights as a network that reads a whole photo."""

    def run(self) -> PlateletRun:
        run: PlateletRun = _FOUND.result
        return run

    def tabulate(self, run: PlateletRun) -> list[list[Cell]]:
        """Return a row for each layer."""
        return number_table(
            ("Layer", f"On a crop of {SIDE}×{SIDE}", f"On a photo of {HEIGHT}×{WIDTH}", "Parameters of each"),
            [
                (_kind(layer.kinds), _shape(layer.shapes[0]), _shape(layer.shapes[1]), f"{layer.parameters[0]:,}")
                for layer in run.layers
            ],
        )

    def describe(self, run: PlateletRun) -> Description:
        return Description(
            "The layers of a classifier of crops, and what the same weights give on a whole photo.",
            [
                f"{_kind(layer.kinds).capitalize()}: {_shape(layer.shapes[0])} on a crop, {_shape(layer.shapes[1])} on "
                f"a photo, {layer.parameters[0]:,} parameters."
                for layer in run.layers
            ],
        )

    def state_facts(self, run: PlateletRun) -> dict[str, str]:
        before, last = run.layers[-3], run.layers[-1]
        return {
            "compared": str(run.compared),
            "difference": f"{run.difference:.7f}",
            "maps": _shape(before.shapes[0]),
            "numbers": f"{int(np.prod(before.shapes[0])):,}",
            "kernel": "×".join(map(str, before.shapes[0][:2])),
            "units": str(last.shapes[0][-1]),
            "parameters": f"{last.parameters[0]:,}",
            "all parameters": f"{sum(layer.parameters[0] for layer in run.layers):,}",
        }


@dataclass(frozen=True)
class PlateletScores(Picture):
    """Precision and recall on the validation part, by the threshold from which on a place counts."""

    def run(self) -> PlateletRun:
        run: PlateletRun = _FOUND.result
        return run

    def draw(self, run: PlateletRun) -> Piece:
        """Draw both as lines, and the threshold that was chosen."""
        return lines("of the platelets, or of the places, %", partial(self._plot, run), _LOOKS, 320, 300)

    def _plot(self, run: PlateletRun, axes: Axes, narrow: bool) -> dict[str, float]:
        shown = _drawn(run)
        marks = [found.mark for found in shown]
        ends = {}
        for name, (shade, dashes) in _LOOKS.items():
            values = [100 * getattr(found, name) for found in shown]
            axes.plot(marks, values, "o", color=color(shade), linestyle=dashes, markersize=5)
            ends[name] = values[-1]
        axes.axvline(run.mark, color=color("accent"), linewidth=1.5, linestyle=(0, (4, 3)))
        axes.set_ylim(0, 104)
        axes.text(run.mark + 0.2, 3, "chosen", color=color("accent"), weight="bold", va="bottom")
        axes.set_xlim(min(marks), max(marks))
        axes.set_xlabel("logit from which on a place counts")
        plain(axes)
        return ends

    def describe(self, run: PlateletRun) -> Description:
        first, last = (_drawn(run)[end] for end in (0, -1))
        return Description(
            "Precision and recall on the validation photos, by the logit from which on a place counts as a platelet.",
            [
                f"From {written_number(first.mark, 0)} to {written_number(last.mark, 0)}, precision, a "
                f"{_LOOKS['precision'][1]} line, goes from {as_percent(first.precision)} to "
                f"{as_percent(last.precision)}, and recall, a {_LOOKS['recall'][1]} one, from "
                f"{as_percent(first.recall)} to {as_percent(last.recall)}.",
                f"The threshold that was chosen, {written_number(run.mark, 0)}, is an upright line: there precision is "
                f"{as_percent(_best(run.twice).precision)} and recall {as_percent(_best(run.twice).recall)}.",
            ],
            [
                Numbers(
                    "Precision and recall by the threshold",
                    [[found.precision, found.recall] for found in _drawn(run)],
                    as_percent,
                    rows=[written_number(found.mark, 0) for found in _drawn(run)],
                    columns=["precision", "recall"],
                )
            ],
        )

    def state_facts(self, run: PlateletRun) -> dict[str, str]:
        first, last = (_drawn(run)[end] for end in (0, -1))
        return {
            "low": written_number(first.mark, 0),
            "high": written_number(last.mark, 0),
            "low precision": as_percent(first.precision),
            "low recall": as_percent(first.recall),
            "high precision": as_percent(last.precision),
            "high recall": as_percent(last.recall),
        }


@dataclass(frozen=True)
class PlateletMistakes(Picture):
    """Places where the network sees a platelet and there is no box, and platelets with a box that it misses."""

    def run(self) -> PlateletRun:
        run: PlateletRun = _FOUND.result
        return run

    def draw(self, run: PlateletRun) -> Piece:
        """Draw the crops of both kinds."""
        groups = (("found, and no box there", run.wrong), ("a box, and not found", run.missed))
        return flow(
            *(
                panel(title, grid([Photo(each, 76) for each in crops], columns=4, gap=6), name="error")
                if len(crops)
                else panel(title, Words("none"))
                for title, crops in groups
            ),
            gap=28,
            align="start",
            below="start",
        )

    def describe(self, run: PlateletRun) -> Description:
        return Description(
            "Mistakes of the network on the test photos: places without a box, and boxes that it misses.",
            [
                f"{counted(len(run.wrong), 'crop')} around places that it finds where nobody drew a box; "
                f"{counted(len(run.missed), 'crop')} around platelets with a box that it misses.",
                "Many of the first hold a purple spot: some look like a platelet that was left out, others like a part "
                "of a white cell.",
                *_ground("Places without a box", run.wrong),
                *_ground("Missed boxes", run.missed),
            ],
        )

    def state_facts(self, run: PlateletRun) -> dict[str, str]:
        return {"wrong": str(len(run.wrong)), "missed": str(len(run.missed))}


def _ground(name: str, crops: Bytes) -> tuple[Part, ...]:
    """Tell of each crop how much is red cells and how much ground, and how large its largest stained spot is."""
    if not len(crops):
        return ()
    red, pale = (sum(share(crop) > 0.5 for crop in crops) for share in (reddish, pale_ground))
    told = (
        f"Row {number // 4 + 1}, crop {number % 4 + 1}: {as_percent(reddish(crop))} reddish, "
        f"{as_percent(pale_ground(crop))} pale ground, "
        + (f"a spot {counted(spot, 'pixel')} across." if (spot := largest_spot(crop)) else "no clear spot.")
        for number, crop in enumerate(crops)
    )
    return (
        Part(
            f"{name}, 4 in a row: red cells, pale ground, and the largest purple or blue spot",
            (f"In {red} of {len(crops)} red cells fill more than half, in {pale} pale ground does.", *told),
        ),
    )


def _drawn(run: PlateletRun) -> list[Found]:
    """Leave out marks that fewer than ten places reach: a share of so few says little, and of none nothing."""
    return [found for found in run.twice if found.right + found.wrong >= FEWEST]


def _best(found: tuple[Found, ...]) -> Found:
    return max(found, key=lambda each: each.score)


def _kind(kinds: tuple[str, str]) -> str:
    one, other = (PLAIN_NAMES.get(kind, kind) for kind in kinds)
    return one if one == other or not other else f"{one}, as a {other}"


def _shape(shape: tuple[int, ...]) -> str:
    return "×".join(f"{each:,}" for each in shape) if shape else "–"
