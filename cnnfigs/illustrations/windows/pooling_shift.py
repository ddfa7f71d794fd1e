"""How much pooled maps change when the digit moves by one pixel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cnnfigs.drawing.layout import Piece
from cnnfigs.drawing.pieces import Bars, panel
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers
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

    def draw(self, run: Run) -> Piece:
        """Draw a bar for each way, that of the convnet filled."""
        ways, changes = list(run.change), [*run.change.values()]
        bars = Bars(
            [change / max(changes) for change in changes],
            ways,
            width=440,
            values=[as_percent(change) for change in changes],
            highlight=ways.index("maximum"),
            pitch=32,
            track=False,
        )
        return panel("change of the maps when the digit moves by one pixel", bars)

    def describe(self, run: Run) -> Description:
        return Description(
            "Bars for how much the first layer’s maps change when a digit moves by one pixel: least when they are "
            "pooled by the maximum.",
            [
                f"The change is relative to the maps; it is the mean over {run.digits} digits and four directions.",
                *(f"{way.capitalize()}: {as_percent(change)}." for way, change in run.change.items()),
            ],
            [Numbers("Change of the maps", [[*run.change.values()]], as_percent, ["change"], [*run.change])],
        )

    def state_facts(self, run: Run) -> dict[str, str]:
        facts = {way: as_percent(change) for way, change in run.change.items()}
        facts |= {f"{way} absolute": f"{change:.3f}" for way, change in run.absolute.items()}
        facts |= {f"{way} correlation": f"{correlation:.2f}" for way, correlation in run.correlation.items()}
        return facts | {"digits": str(run.digits), "trained": trained_on("convnet")}
