"""Where a network fails: digits that a person still reads, and how sure the network stays of its wrong answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cnnfigs.drawing.charts import grid
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.shapes import box, digit, label
from cnnfigs.drawing.style import LARGE, NORMAL, SMALL, canvas
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.networks import Network, trained_on
from cnnfigs.parameters import Several, TestImage, Whole, require
from cnnfigs.runs.training_and_measured.disturbances import Disturbance, Kind, ask_disturbed
from cnnfigs.runs.training_and_measured.disturbances import Disturbances as Run
from cnnfigs.words import as_percent, percent, with_article

#: The rows of the picture, each with its disturbances, the milder first, and what they are called.
ROWS: tuple[tuple[str, tuple[tuple[Kind, float, str], ...]], ...] = (
    ("turned", (("turned", 15, "15°"), ("turned", 30, "30°"), ("turned", 45, "45°"))),
    ("moved", (("moved", 2, "2 pixels"), ("moved", 4, "4 pixels"), ("moved", 6, "6 pixels"))),
    ("pen", (("thinner", 2, "thinner"), ("thicker", 3, "thicker"), ("thicker", 5, "much thicker"))),
    ("noise", (("noise", 0.2, "a little"), ("noise", 0.4, "more"), ("noise", 0.6, "much"))),
    ("paper", (("grey paper", 0.25, "light grey"), ("grey paper", 0.5, "grey"), ("inverted", 1, "inverted"))),
)
SIDE = 72


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

    def draw(self, run: Run) -> Figure:
        """Draw the digit as it is, then a row for each kind, with answers and shares of right answers."""
        width, height = 138, 122
        figure, axes = canvas(62 + 3 * width, 114 + len(ROWS) * height)
        untouched, *others = run.asked
        _cell(axes, untouched, run.label, "as it is", 62, 4)
        label(axes, 62 + width, 40, "bar and number: right answers", align="left", size=SMALL, name="muted")
        label(axes, 62 + width, 58, f"to all {untouched.asked:,} digits", align="left", size=SMALL, name="muted")
        disturbances = iter(others)
        for row, (title, steps) in enumerate(ROWS):
            top = 122 + row * height
            label(axes, 4, top + 16 + SIDE / 2, title, align="left", size=NORMAL, bold=True)
            for column, (_, _, name) in enumerate(steps):
                _cell(axes, next(disturbances), run.label, name, 62 + column * width, top)
        return figure

    def describe(self, run: Run) -> str:
        untouched, *others = run.asked
        disturbances = iter(others)
        kinds = []
        for title, steps in ROWS:
            each = "; ".join(f"{name} {_in_words(next(disturbances))}" for _, _, name in steps)
            where = " to the right" if title == "moved" else ""
            kinds.append(f"{title.capitalize()}{where}: {each}")
        return f"""{with_article(run.label).capitalize()} as it is, and disturbed in {len(others)} ways, which a person
            mostly still reads. For each way, the share of right answers to all {untouched.asked:,} test digits, and
            what this one is taken for. As it is: {_in_words(untouched)}. {". ".join(kinds)}."""

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


#: How wide the chart over the angles is, in pixels.
ANGLES_WIDTH = 480


def _across(angle: float) -> float:
    """Return how far from its left edge an angle stands in the chart, which begins and ends two degrees farther out."""
    return ANGLES_WIDTH * (angle + 2) / 184


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

    def draw(self, run: Run) -> Figure:
        """Draw both lines over the angle, and the digit below, turned."""
        figure, axes = canvas(576, 392)
        left, top, width, height = 72, 16, ANGLES_WIDTH, 252
        plot = figure.add_axes((left / 576, 1 - (top + height) / 392, width / 576, height / 392))
        accuracy = [100 * each.accuracy for each in run.asked]
        sureness = [100 * each.mean_probability for each in run.asked]
        plot.fill_between(self.angles, accuracy, sureness, color=color("padding-fill"), linewidth=0)
        place = 2 * len(self.angles) // 3
        lines = (("how sure it is", sureness, "series-2", -18), ("right answers", accuracy, "series-1", -18))
        for name, values, shade, beside in lines:
            plot.plot(self.angles, values, "o-", color=color(shade), markersize=5, clip_on=False)
            plot.annotate(
                name,
                (self.angles[place], values[place]),
                xytext=(0, beside),
                textcoords="offset points",
                ha="center",
                va="center_baseline",
                color=color(shade),
                fontsize=NORMAL,
                weight="bold",
            )
        plot.set(xlim=(-2, 182), ylim=(0, 100))
        plot.set_yticks([0, 25, 50, 75, 100], [as_percent(tick / 100) for tick in (0, 25, 50, 75, 100)])
        plot.set_xticks([])
        grid(plot, "y")
        below = top + height + 10
        pictured = self._pictured()
        for angle, each in zip(self.angles, run.asked, strict=True):
            if angle not in pictured:
                continue
            x = left + _across(angle)
            digit(axes, each.image, x - 19, below, 38, frame="input")
            label(axes, x, below + 52, f"{angle}°", size=SMALL)
            right = each.answer == run.label
            label(axes, x, below + 72, f"“{each.answer}”", size=NORMAL, bold=True, name="text" if right else "error")
            label(axes, x, below + 90, _short(each.probability), size=SMALL, name="muted")
        label(axes, 4, below + 72, "answer", align="left", size=SMALL, name="muted")
        return figure

    def describe(self, run: Run) -> str:
        pictured = self._pictured()
        angles = "; ".join(
            f"{angle}°: {as_percent(each.accuracy)} right, {as_percent(each.mean_probability)} sure"
            + (f", this one taken for {with_article(each.answer)}" if angle in pictured else "")
            for angle, each in zip(self.angles, run.asked, strict=True)
        )
        angle, worst = self._worst(run)
        return f"""Two lines over the angle by which all {run.asked[0].asked:,} test digits are turned: the share of
            right answers, and the mean of the probability that the network gives to its answer. The share of right
            answers is lowest at {angle}°, {as_percent(worst.accuracy)}, where the network is still
            {as_percent(worst.mean_probability)} sure. Below, {with_article(run.label)}, turned, with the network's
            answers. {angles}."""

    def _pictured(self) -> list[int]:
        """Choose the angles with room for a picture beside that of the angle before."""
        chosen: list[int] = []
        for angle in self.angles:
            if not chosen or _across(angle) - _across(chosen[-1]) >= 40:
                chosen.append(angle)
        return chosen

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


def _cell(axes: Axes, each: Disturbance, true_label: int, title: str, x: float, y: float) -> None:
    """Draw a disturbed digit, its title above, the answer beside it, and a bar for the share of right answers below."""
    label(axes, x, y + 6, title, align="left", size=SMALL)
    digit(axes, each.image, x, y + 16, SIDE, frame="grid")
    beside, name = x + SIDE + 8, "text" if each.answer == true_label else "error"
    label(axes, beside, y + 36, f"“{each.answer}”", align="left", size=LARGE, bold=True, name=name)
    label(axes, beside, y + 56, _short(each.probability), align="left", size=SMALL, name="muted")
    box(axes, x, y + 22 + SIDE, SIDE, 10, edge="grid", fill="surface", line_width=0.75)
    if each.accuracy:
        box(axes, x, y + 22 + SIDE, SIDE * each.accuracy, 10, edge=None, fill="output")
    label(axes, beside, y + 27 + SIDE, as_percent(each.accuracy, 1), align="left", size=NORMAL, bold=True)


def _short(probability: float) -> str:
    r"""Write a probability where there is little room.

    Examples
    --------
    >>> _short(0.9999), _short(0.5)
    ('>99.9\xa0%', '50.0\xa0%')
    """
    return percent(probability).replace("over ", ">")


def _in_words(each: Disturbance) -> str:
    answer = f"{with_article(each.answer)} with {percent(each.probability)}"
    return f"{as_percent(each.accuracy, 1)}, this one taken for {answer}"
