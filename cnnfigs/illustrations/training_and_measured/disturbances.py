"""Where a network fails: digits that a person still reads, and how sure the network stays of its wrong answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from matplotlib.axes import Axes

from cnnfigs.drawing import charts
from cnnfigs.drawing.layout import Piece, column, either, grid, row
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.pieces import Chart, Digit, Drawing, Words, panel
from cnnfigs.drawing.shapes import box
from cnnfigs.drawing.widths import TEXT, TITLE
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers, Part
from cnnfigs.illustrations.networks import Network, trained_on
from cnnfigs.parameters import Several, TestImage, Whole, require
from cnnfigs.runs.training_and_measured.disturbances import Disturbance, Kind, ask_disturbed
from cnnfigs.runs.training_and_measured.disturbances import Disturbances as Run
from cnnfigs.words import as_percent, percent, short_percent, with_article

#: The rows of the picture, each with its disturbances, the milder first, and what they are called.
ROWS: tuple[tuple[str, tuple[tuple[Kind, float, str], ...]], ...] = (
    ("turned", (("turned", 15, "15°"), ("turned", 30, "30°"), ("turned", 45, "45°"))),
    ("moved", (("moved", 2, "2 pixels"), ("moved", 4, "4 pixels"), ("moved", 6, "6 pixels"))),
    ("pen", (("thinner", 2, "thinner"), ("thicker", 3, "thicker"), ("thicker", 5, "much thicker"))),
    ("noise", (("noise", 0.2, "a little"), ("noise", 0.4, "more"), ("noise", 0.6, "much"))),
    ("paper", (("grey paper", 0.25, "light grey"), ("grey paper", 0.5, "grey"), ("inverted", 1, "inverted"))),
)
#: Side of a digit in the column and on a phone, in pixels.
SIDE, ON_PHONE = 112, 100


@dataclass(frozen=True)
class Disturbances(Picture):
    """A digit turned, moved, written with another pen, with noise, on other paper; and how many such are read.

    One test image is shown; the shares are those of all 10,000. `network` may be a Keras model that reads (28, 28, 1)
    and gives ten probabilities.
    """

    network: Network = "convnet"
    index: TestImage = 4

    def run(self) -> Run:
        """Disturb all test images in each way, and ask the network."""
        wanted: tuple[tuple[Kind, float], ...] = (
            ("none", 0),
            *((kind, amount) for _, steps in ROWS for kind, amount, _ in steps),
        )
        return ask_disturbed(self.network, self.index, wanted)

    def draw(self, run: Run) -> Piece:
        """Draw the digit as it is, then each kind, with answers and shares of right answers."""
        untouched, *others = run.asked
        words = column(
            Words("answer to this digit, and how sure the network is of it", "muted"),
            Words(f"bar and number: right answers to all {untouched.asked:,} digits", "muted"),
        )

        def kinds(side: float) -> list[tuple[str, list[Piece]]]:
            cells = iter(others)
            return [(kind, [_cell(next(cells), run.label, name, side) for _, _, name in steps]) for kind, steps in ROWS]

        wide = row(*(panel(kind, column(*cells, gap=16)) for kind, cells in kinds(SIDE)), gap=34, align="start")
        narrow = column(*(panel(kind, row(*cells, gap=11)) for kind, cells in kinds(ON_PHONE)))

        def as_it_is(side: float) -> Piece:
            return row(_cell(untouched, run.label, "as it is", side), words, gap=16, align="end")

        return either(column(as_it_is(SIDE), wide), column(as_it_is(ON_PHONE), narrow))

    def describe(self, run: Run) -> Description:
        untouched, *others = run.asked
        disturbances = iter(others)
        kinds = [
            Part(
                f"{kind.capitalize()}{' to the right' if kind == 'moved' else ''}",
                tuple(f"{name.capitalize()}: {_in_words(next(disturbances))}." for _, _, name in steps),
            )
            for kind, steps in ROWS
        ]
        return Description(
            f"{with_article(run.label).capitalize()} as it is and disturbed in {len(others)} ways, most still easy to "
            "read for a person, and how many such digits the network still reads.",
            [
                f"For each way the share of right answers to all {untouched.asked:,} test digits, and what this one "
                "is taken for.",
                f"As it is: {_in_words(untouched)}.",
                *kinds,
            ],
        )

    def state_facts(self, run: Run) -> dict[str, str]:
        untouched, *others = run.asked
        names = [f"{title} {name}" for title, steps in ROWS for _, _, name in steps]
        return {
            "images": f"{untouched.asked:,}",
            "trained": trained_on(self.network),
            "index": str(self.index),
            "ways": str(len(others)),
            "as it is": as_percent(untouched.accuracy, 1),
            **{name: as_percent(each.accuracy) for name, each in zip(names, others, strict=True)},
            **{
                f"{name} times": f"{(1 - each.accuracy) / (1 - untouched.accuracy):.0f}"
                for name, each in zip(names, others, strict=True)
                if untouched.accuracy < 1
            },
        }


@dataclass(frozen=True)
class TurnedDigits(Picture):
    """How many digits are read when they are turned, and how sure the network is of its answers.

    The test image is shown below the chart. `network` may be a Keras model that reads (28, 28, 1) and gives ten
    probabilities.
    """

    network: Network = "convnet"
    index: TestImage = 4
    angles: Annotated[
        tuple[int, ...], Several(Whole(0, 180), 2), "by how many degrees to turn, counterclockwise, in order"
    ] = (0, 15, 30, 45, 60, 90, 135, 180)

    def __post_init__(self) -> None:
        super().__post_init__()
        require(sorted(self.angles) == list(self.angles), "angles", self.angles, "angles in order")

    def run(self) -> Run:
        """Turn all test images by each angle, and ask the network."""
        turns: tuple[tuple[Kind, float], ...] = tuple(
            ("turned", angle) if angle else ("none", 0) for angle in self.angles
        )
        return ask_disturbed(self.network, self.index, turns)

    def draw(self, run: Run) -> Piece:
        """Draw both lines over the angle, and the digit, turned, with its answers."""
        accuracy = [100 * each.accuracy for each in run.asked]
        sureness = [100 * each.mean_probability for each in run.asked]
        place = max(range(len(run.asked)), key=lambda each: sureness[each] - accuracy[each])
        lines = (("how sure it is", sureness, "accent", 17), ("right answers", accuracy, "output", -18))

        def plot(axes: Axes, narrow: bool) -> None:
            axes.fill_between(self.angles, accuracy, sureness, color=color("padding-fill"), linewidth=0)
            for name, values, shade, above in lines:
                axes.plot(self.angles, values, "o-", color=color(shade), markersize=5, clip_on=False)
                axes.annotate(
                    name,
                    (self.angles[place], values[place]),
                    xytext=(0, above),
                    textcoords="offset points",
                    ha="center",
                    va="center_baseline",
                    color=color(shade),
                    fontsize=TEXT,
                    weight="bold",
                )
            axes.set(xlim=(-2, 182), ylim=(0, 100))
            axes.set_yticks([0, 25, 50, 75, 100], [as_percent(tick / 100) for tick in (0, 25, 50, 75, 100)])
            angles = [*range(0, 181, 45 if narrow else 15)]
            axes.set_xticks(angles, [f"{angle}°" for angle in angles])
            charts.grid(axes, "y")

        digits = [
            column(
                Words(f"{angle}°"),
                Digit(each.image, 68, frame="grid"),
                *_answer(each, run.label),
                gap=3,
                align="middle",
            )
            for angle, each in zip(self.angles, run.asked, strict=True)
        ]
        return column(
            panel(f"all {run.asked[0].asked:,} digits, turned", Chart(plot, 660, 290, 240)),
            panel("one of them, and the answers to it", grid(digits, gap=14)),
        )

    def describe(self, run: Run) -> Description:
        angle, worst = self._worst(run)
        return Description(
            "Two lines over the angle by which test digits are turned: right answers become few, while the network "
            "stays sure of its answers.",
            [
                f"The first line is the share of right answers to all {run.asked[0].asked:,} digits, the second the "
                "mean of the probability that the network gives to its answer.",
                f"The share of right answers is lowest at {angle}°, {as_percent(worst.accuracy)}, where the network is "
                f"still {as_percent(worst.mean_probability)} sure.",
                Part(
                    f"{with_article(run.label).capitalize()}, turned, with the network’s answers",
                    tuple(
                        f"{angle}°: this one taken for {with_article(each.answer)} with {percent(each.probability)}."
                        for angle, each in zip(self.angles, run.asked, strict=True)
                    ),
                ),
            ],
            [
                Numbers(
                    "Over the angle",
                    [[each.accuracy for each in run.asked], [each.mean_probability for each in run.asked]],
                    as_percent,
                    ["right answers", "how sure it is"],
                    [f"{angle}°" for angle in self.angles],
                )
            ],
        )

    def state_facts(self, run: Run) -> dict[str, str]:
        facts = {
            "images": f"{run.asked[0].asked:,}",
            "last angle": f"{self.angles[-1]}°",
            "trained": trained_on(self.network),
        }
        for angle, each in zip(self.angles, run.asked, strict=True):
            facts[f"right {angle}"] = as_percent(each.accuracy)
            facts[f"sure {angle}"] = as_percent(each.mean_probability)
            facts[f"sure errors {angle}"] = f"{each.sure_errors:,}"
        last = run.asked[-1].confusion
        shares = last / last.sum(axis=1, keepdims=True)
        for shown, answer in ((6, 9), (9, 6), (0, 0), (1, 1), (8, 8)):
            facts[f"last {shown} as {answer}"] = as_percent(shares[shown, answer])
        angle, worst = self._worst(run)
        return facts | {
            "worst angle": f"{angle}°",
            "worst right": as_percent(worst.accuracy),
            "worst sure": as_percent(worst.mean_probability),
        }

    def _worst(self, run: Run) -> tuple[int, Disturbance]:
        """Return the angle with the fewest right answers."""
        return min(zip(self.angles, run.asked, strict=True), key=lambda pair: pair[1].accuracy)


def _answer(each: Disturbance, true_label: int) -> tuple[Piece, Piece]:
    """Write the network's answer, red if it is wrong, and how sure it is."""
    shade = "text" if each.answer == true_label else "error"
    return Words(f"“{each.answer}”", shade, TITLE, bold=True), Words(short_percent(each.probability), "muted")


def _cell(each: Disturbance, true_label: int, title: str, side: float) -> Piece:
    """Draw a disturbed digit with its answer, and a bar for the share of right answers to all."""

    def bar(axes: Axes, x: float, y: float, scale: float) -> None:
        box(axes, x, y, side, 10, edge="grid", fill="surface", line_width=0.75)
        if each.accuracy:
            box(axes, x, y, side * each.accuracy, 10, edge=None, fill="output")

    return column(
        Words(title),
        Digit(each.image, side, frame="grid"),
        row(*_answer(each, true_label), gap=6),
        Drawing(side, 10, bar),
        Words(as_percent(each.accuracy, 1), bold=True),
        gap=4,
    )


def _in_words(each: Disturbance) -> str:
    answer = f"{with_article(each.answer)} with {percent(each.probability)}"
    return f"{as_percent(each.accuracy, 1)}, this one taken for {answer}"
