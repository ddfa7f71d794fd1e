"""The photo in shuffled tiles, mirrored and upside down, and how sure of a cat the network is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from matplotlib.figure import Figure

from cnnfigs.drawing.palette import color
from cnnfigs.drawing.shapes import box, label, on_top, photo
from cnnfigs.drawing.style import SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.models.imagenet import SHORT
from cnnfigs.parameters import Choice, Several, Whole
from cnnfigs.runs.photo.photo_answers import ScrambleRun, scramble
from cnnfigs.words import as_percent, percent

#: The divisors of the photo's shorter side but for itself.
TILE_SIZES = (1, 3, 5, 9, 15, 25, 45, 75)
#: Height of the strips in pixels, and room for their scale on the left.
STRIP, SCALE = 130, 46


@dataclass(frozen=True)
class ScrambledCat(Picture):
    """A cat cut into tiles and shuffled, mirrored, and upside down, and whether the network still sees a cat."""

    tile_sizes: Annotated[
        tuple[int, ...], Several(Choice(*TILE_SIZES), 1, 5, again=True), "sides of the tiles in pixels"
    ] = (75, 45, 25, 15)
    seeds: Annotated[int, Whole(1, 40), "how many orders of the tiles to try for each size"] = 20

    def run(self) -> ScrambleRun:
        return scramble(self.tile_sizes, self.seeds)

    def draw(self, run: ScrambleRun) -> Figure:
        """Draw the first photo of each kind, and below it a dot for each photo of its kind."""
        pitch = (720 - SCALE) / len(run.changes)
        side = pitch - 7
        top = side + 36
        figure, axes = canvas(720, top + STRIP + 46)
        for level in (0, 50, 100):
            y = top + STRIP * (1 - level / 100)
            axes.plot([SCALE, 720], [y, y], color=color("padding-fill"), linewidth=1, zorder=0)
            label(axes, SCALE - 6, y, as_percent(level / 100), align="right", size=SMALL, name="muted")
        label(axes, 2, top + STRIP + 18, "median", align="left", size=SMALL, name="muted")
        label(axes, 2, top + STRIP + 36, "says", align="left", size=SMALL, name="muted")
        for column, change in enumerate(run.changes):
            left = SCALE + column * pitch + 3
            middle = left + side / 2
            label(axes, middle, 12, change.change, size=SMALL, bold=True)
            photo(axes, change.photo, left, 24, side, frame="input")
            cats = change.cats
            box(axes, left, top, side, STRIP, edge="padding-fill", fill="surface")
            step = min(3.5, (side - 12) / len(cats))
            axes.plot(
                [middle + (number - (len(cats) - 1) / 2) * step for number in range(len(cats))],
                [top + STRIP * (1 - share) for share in cats],
                "o",
                markersize=5,
                markerfacecolor=color("output"),
                markeredgecolor=color("background"),
                markeredgewidth=0.75,
                clip_on=False,
                zorder=on_top(axes),
            )
            label(axes, middle, top + STRIP + 18, percent(change.median), size=SMALL)
            label(axes, middle, top + STRIP + 36, change.commonest[0], size=SMALL, name="muted")
        return figure

    def describe(self, run: ScrambleRun) -> str:
        changes = []
        for change in run.changes:
            cats, (name, times) = change.cats, change.commonest
            if len(cats) == 1:
                changes.append(f"{change.change}: a cat with {percent(cats[0])}, best answer {name}")
            else:
                changes.append(
                    f"{change.change} pixels, {len(cats)} orders: a cat with {percent(min(cats))} to "
                    f"{percent(max(cats))}, median {percent(change.median)}, commonest answer {name}, {times} times"
                )
        return f"""{len(run.changes)} small photos of the cat in a row, the first as it is, the next cut into square
            tiles that are shuffled, the last mirrored and upside down; below each a strip with a dot for each photo of
            its kind at the height of the probability of a cat. {"; ".join(changes)}."""

    def state_facts(self, run: ScrambleRun) -> dict[str, str]:
        facts = {"seeds": str(self.seeds)}
        before = run.changes[0].answers[0].cats
        for change in run.changes:
            cats = change.cats
            facts |= {
                f"{change.change} median": percent(change.median),
                f"{change.change} least": percent(min(cats)),
                f"{change.change} most": percent(max(cats)),
                f"{change.change} surer": str(sum(share > before for share in cats)),
                f"{change.change} says": change.commonest[0],
                f"{change.change} tiles": str((SHORT // change.tile_size) ** 2 if change.tile_size else 1),
            }
        return facts
