"""How much pooled maps change when the digit moves by one pixel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from matplotlib.figure import Figure

from cnnfigs.drawing.shapes import box, label
from cnnfigs.drawing.style import NORMAL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.networks import trained_on
from cnnfigs.parameters import Whole
from cnnfigs.runs.windows.pooling import PoolingShift as Run
from cnnfigs.runs.windows.pooling import shift_one_pixel
from cnnfigs.words import as_percent


@dataclass(frozen=True)
class PoolingShift(Picture):
    """The change of the first layer's maps, pooled in several ways, when digits move by one pixel."""

    digits: Annotated[int, Whole(1, 1000), "how many test digits"] = 200

    def run(self) -> Run:
        return shift_one_pixel(self.digits)

    def draw(self, run: Run) -> Figure:
        """Draw a bar for each way."""
        figure, axes = canvas(480, 40 * len(run.change) + 12)
        longest = max(run.change.values())
        for row, (way, change) in enumerate(run.change.items()):
            middle = 26 + row * 40
            width = 260 * change / longest
            label(axes, 110, middle, way, align="right", size=NORMAL, bold=way == "maximum")
            box(axes, 122, middle - 12, width, 24, edge=None, fill="muted" if way == "no pooling" else "output")
            label(axes, 130 + width, middle, as_percent(change), align="left", size=NORMAL)
        return figure

    def describe(self, run: Run) -> str:
        changes = ", ".join(f"{way} {as_percent(change)}" for way, change in run.change.items())
        return f"""Bars for how much the first layer's maps change when a digit moves by one pixel, relative to the
            maps themselves, mean over {run.digits} digits and four directions: {changes}."""

    def state_facts(self, run: Run) -> dict[str, str]:
        facts = {way: as_percent(change) for way, change in run.change.items()}
        facts |= {f"{way} absolute": f"{change:.3f}" for way, change in run.absolute.items()}
        facts |= {f"{way} correlation": f"{correlation:.2f}" for way, correlation in run.correlation.items()}
        return facts | {"digits": str(run.digits), "trained": trained_on("convnet")}
