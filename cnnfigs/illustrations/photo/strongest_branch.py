"""One branch of the tree behind an answer: from a unit of the last maps down to one of the first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from matplotlib.figure import Figure

from cnnfigs.drawing.shapes import arrow, box, label, photo
from cnnfigs.drawing.style import NORMAL, SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.photo.visual_hierarchy import HierarchyTree, draw_crop, share
from cnnfigs.images import fit
from cnnfigs.parameters import Whole
from cnnfigs.runs.photo.visual_hierarchy import Tree, Unit


@dataclass(frozen=True)
class StrongestBranch(Picture):
    """What one unit sees of the cat, what the unit sees that drives it most, and so on down to the first layers."""

    number: Annotated[int, Whole(0, HierarchyTree.top - 1), "which unit of the tree's first row to begin with"] = 1

    def run(self) -> Tree:
        """Take the tree as it was computed."""
        tree: Tree = HierarchyTree().result
        return tree

    def draw(self, run: Tree) -> Figure:
        """Draw the photo with a frame for each unit, and what is in them."""
        chain = branch(run, self.number)
        side, first, top, gap = 84, 222, 30, 18
        figure, axes = canvas(first + len(chain) * (side + gap) - gap + 2, 180)
        label(axes, 2, 12, "where on the photo", align="left", size=NORMAL, name="input", bold=True)
        label(axes, first, 12, "what the units see", align="left", size=NORMAL, name="kernel", bold=True)
        width, height = fit(run.small, 200, 128)
        photo(axes, run.small, 2, top, width, height, frame="input")
        scale = width / run.shown.photo.shape[1]
        for unit, _ in chain:
            row, column, rows, columns = (scale * each for each in unit.box)
            box(axes, 2 + column, top + row, columns, rows, edge="background", line_width=3.5)
            box(axes, 2 + column, top + row, columns, rows, edge="kernel", line_width=1.75)
        for place, (unit, part) in enumerate(chain):
            left = first + place * (side + gap)
            draw_crop(axes, unit, left, top, side)
            label(axes, left + side / 2, top + side + 12, f"{unit.box[2]} px", size=SMALL, bold=True)
            lines = (f"map {unit.channel}:", f"{share(part)} of all for", "the unit before" if place else "the answer")
            for line, text in enumerate(lines):
                label(axes, left + side / 2, top + side + 28 + 14 * line, text, size=SMALL, name="muted")
            if place:
                arrow(axes, (left - 2, top + side / 2), (left - gap + 2, top + side / 2))
        return figure

    def describe(self, run: Tree) -> str:
        steps = [
            f"{'a unit of map' if place else 'The first unit is of map'} {unit.channel}"
            f"{'' if place else ' and'} sees {unit.box[2]}×{unit.box[3]} pixels at row {unit.box[0]} and "
            f"column {unit.box[1]}; its whole map gives {share(part)} of all that "
            f"{'drives that one' if place else 'speaks for the answer'}"
            for place, (unit, part) in enumerate(branch(run, self.number))
        ]
        return f"""The photo of the cat with frames, each within or over the one before, and what is in them as
            {len(steps)} pictures in a row, joined by arrows that lead to what each drives.
            {". Driving it most, ".join(steps)}."""

    def state_facts(self, run: Tree) -> dict[str, str]:
        sides = [unit.box[2] for unit, _ in branch(run, self.number)]
        return {"sides": ", ".join(map(str, sides)), "levels": str(len(sides))}


def branch(tree: Tree, first: int) -> list[tuple[Unit, float]]:
    """Follow the strongest links of a tree down from a unit of its first row, as long as there are some.

    Returns
    -------
    list of (Unit, float)
        Each unit with its share in what it drives: the answer, then the unit before.
    """
    unit = tree.levels[0].units[first]
    chain, number = [(unit, unit.share)], first
    for joined, level in zip(tree.links, tree.levels[1:], strict=True):
        driving = [link for link in joined if link.upper == number]
        if not driving:
            break
        strongest = max(driving, key=lambda link: link.share)
        number = strongest.lower
        chain.append((level.units[number], strongest.share))
    return chain
