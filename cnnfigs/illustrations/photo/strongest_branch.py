"""One branch of the tree behind an answer: from a unit of the last maps down to one of the first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from matplotlib.axes import Axes

from cnnfigs.drawing.layout import CLOSE, Piece, column, either, row, within
from cnnfigs.drawing.pieces import Drawing, Words, panel
from cnnfigs.drawing.shapes import arrow
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description
from cnnfigs.illustrations.photo.visual_hierarchy import HierarchyTree, branch, crop, framed, seen, share
from cnnfigs.parameters import Whole
from cnnfigs.runs.photo.visual_hierarchy import Tree

#: Side of what a unit sees.
SIDE = 84


@dataclass(frozen=True)
class StrongestBranch(Picture):
    """What one unit sees of the cat, what the unit sees that drives it most, and so on down to the first layers."""

    number: Annotated[int, Whole(0, HierarchyTree.top - 1), "which unit of the tree's first row to begin with"] = 1

    def run(self) -> Tree:
        """Take the tree as it was computed."""
        tree: Tree = HierarchyTree().result
        return tree

    def draw(self, run: Tree) -> Piece:
        """Draw the photo with a frame for each unit, and what is in them; each arrow leads to what a unit drives."""
        chain = branch(run, self.number)
        frames = [framed(run, [unit for unit, _ in chain], *size) for size in ((176, 130), (322, 220))]
        photos = [panel("where on the photo", each, name="input") for each in frames]
        sizes = [f"{unit.box[2]} px" for unit, _ in chain]
        notes = [
            f"map {unit.channel:,}: {share(part)} of all for {'the unit before' if place else 'the answer'}"
            for place, (unit, part) in enumerate(chain)
        ]
        wide: list[Piece] = []
        narrow: list[Piece] = []
        for (unit, _), size, note in zip(chain, sizes, notes, strict=True):
            if wide:
                wide.append(Drawing(14, SIDE, _left))
                narrow.append(Drawing(SIDE, 22, _up))
            wide.append(within(SIDE, column(crop(unit, SIDE), Words(size, bold=True), Words(note, "muted"), gap=CLOSE)))
            words = column(Words(size, bold=True), Words(note, "muted"), gap=2)
            narrow.append(row(crop(unit, SIDE), within(210, words), gap=14))
        return either(
            row(photos[0], panel("what the units see", row(*wide, gap=4, align="start"), name="kernel"), align="start"),
            column(photos[1], panel("what the units see", column(*narrow, gap=4), name="kernel")),
        )

    def describe(self, run: Tree) -> Description:
        chain = branch(run, self.number)
        return Description(
            "One branch of the tree, from the top down: what a unit sees, then what the unit sees that drives it most, "
            f"and so on, {chain[0][0].box[2]} to {chain[-1][0].box[2]} pixels.",
            [
                "The photo of the cat has frames, each within or over the one before.",
                f"What is in them follows as {len(chain)} pictures; arrows lead to what each drives.",
                *(
                    f"{'Driving it most, a unit' if place else 'The first unit is'} of map {unit.channel:,}"
                    f"{'' if place else ' and'} sees {seen(unit, run, is_cat=True)}; its whole map gives "
                    f"{share(part)} of all that {'drives that one' if place else 'speaks for the answer'}."
                    for place, (unit, part) in enumerate(chain)
                ),
            ],
        )

    def state_facts(self, run: Tree) -> dict[str, str]:
        sides = [unit.box[2] for unit, _ in branch(run, self.number)]
        return {"sides": ", ".join(map(str, sides)), "levels": str(len(sides))}


def _left(axes: Axes, x: float, y: float, scale: float) -> None:
    arrow(axes, (x + 14, y + SIDE / 2), (x, y + SIDE / 2))


def _up(axes: Axes, x: float, y: float, scale: float) -> None:
    arrow(axes, (x + SIDE / 2, y + 20), (x + SIDE / 2, y + 2))
