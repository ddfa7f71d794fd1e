"""Exercises about transfer learning, and about networks that slide over whole photos."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from cnnfigs.data.blood_cells import HEIGHT, WIDTH
from cnnfigs.experiments.catalog import CROPS
from cnnfigs.experiments.transfer import WAYS, Way
from cnnfigs.experiments.transferred import transferred
from cnnfigs.illustrations.exercises.exercise import Exercise
from cnnfigs.parameters import Choice, Whole
from cnnfigs.runs.exercises import transfer as computed
from cnnfigs.runs.exercises.prediction import Mistake, Prediction, Values
from cnnfigs.words import as_percent

#: How a network learned, as the beginning of a sentence.
LEARNED = {
    "scratch": "Trained from scratch,",
    "frozen": "With frozen features, trained",
    "fine-tuned": "Fine-tuned",
}


@dataclass(frozen=True)
class NewHead(Exercise):
    """An exercise: how many numbers are trained when a network gets a new head and all else is frozen."""

    classes: Annotated[int, Whole(2, 20), "how many classes the new task has"] = 3

    fields = ("numbers",)
    others = (
        {"classes": 5},
        {"classes": 8},
        {"classes": 12},
    )

    def run(self) -> Prediction:
        return computed.new_head(self.classes)

    def ask(self, run: Prediction) -> str:
        return f"""You have photos of {self.classes} kinds of leaves. You freeze MobileNetV2, which gives
            {run.given["features"]:,.0f} numbers for a photo, and put `Dense({self.classes})` behind it. How many
            numbers does the training change?"""

    def explain(self, run: Prediction) -> str:
        features = run.given["features"]
        return f"""Each of the {self.classes} units has a weight for each of the {features:,.0f} numbers, and one bias:
            {self.classes} · ({features:,.0f} + 1). The {run.given["body"]:,.0f} numbers before them are frozen."""


@dataclass(frozen=True)
class GreyCrops(Exercise):
    """An exercise: what a network does without colour that learned with it."""

    way: Annotated[Way, Choice(*WAYS), "how it learned"] = "frozen"
    crops: Annotated[
        Literal[10, 30, 100, 209], Choice(*CROPS), "from how many crops with a platelet, and as many without"
    ] = 209

    others = (
        {"way": "scratch"},
        {"way": "fine-tuned"},
        {"way": "fine-tuned", "crops": 100},
    )

    def run(self) -> Prediction:
        """Read the records of the experiment."""
        found = transferred().of(self.way, self.crops)
        stained = found.in_other_colors("twice the stain")
        return Prediction(
            right=(found.in_other_colors("grey"),),
            wrong=(
                Mistake("shape alone were enough for it", (found.mean,), f"{as_percent(found.mean)} as in colour"),
                Mistake(
                    "it lost no more than with twice the stain",
                    (stained,),
                    f"with twice the stain it answers {as_percent(stained, 1)} rightly",
                ),
                Mistake(
                    "it got every answer wrong that colour had made right",
                    (0.0,),
                    f"nothing is left of {as_percent(found.mean)}",
                ),
            ),
            given={"before": found.mean},
        )

    def ask(self, run: Prediction) -> str:
        return f"""{LEARNED[self.way]} from {self.crops} crops with a platelet and as many without, the network answers
            {as_percent(run.given["before"])} of the test crops rightly. You can see the platelets in grey photos too.
            The same crops are shown to it in grey. How many does it answer rightly?"""

    def explain(self, run: Prediction) -> str:
        return """Nothing in the training asked it to do without colour. In the crops that it learned from, purple was
            enough, and so purple, it seems, is what it learned. Half of the crops hold a platelet: if you always
            give the same answer, you are right on every second one."""

    def write(self, values: Values) -> str:
        return as_percent(float(values[0]))


@dataclass(frozen=True)
class AnswersOnAPhoto(Exercise):
    """An exercise: at how many places a classifier of crops answers when it reads a whole photo."""

    height: Annotated[int, Choice(240, 320, 400, HEIGHT), "height of the photo"] = 240
    width: Annotated[int, Choice(320, 400, HEIGHT, WIDTH), "width of the photo"] = 320

    form = "{:,} × {:,}"
    fields = ("rows", "columns")
    others = (
        {"height": 320, "width": 400},
        {"height": 400, "width": 480},
        {"height": 240, "width": 640},
    )

    def run(self) -> Prediction:
        return computed.answers_on_a_photo(self.height, self.width)

    def ask(self, run: Prediction) -> str:
        side, stride = run.given["side"], run.given["stride"]
        return f"""A classifier reads crops of {side:.0f}×{side:.0f} pixels. Read as a convolution, it steps by
            {stride:.0f} pixels. How large is its map of a photo of {self.height}×{self.width}?"""

    def explain(self, run: Prediction) -> str:
        side, stride = run.given["side"], run.given["stride"]
        rows, columns = run.right
        return f"""It is the formula of a window without padding: ({self.height} − {side:.0f}) / {stride:.0f} + 1 =
            {rows}, and ({self.width} − {side:.0f}) / {stride:.0f} + 1 = {columns}."""


@dataclass(frozen=True)
class BothShares(Exercise):
    """An exercise: precision and recall from three counts."""

    right: Annotated[int, Whole(1, 1_000), "places found that lie in a box"] = 48
    wrong: Annotated[int, Whole(1, 1_000), "places found that lie in none"] = 32
    missed: Annotated[int, Whole(1, 1_000), "boxes without a place"] = 12

    others = (
        {"right": 30, "wrong": 20, "missed": 45},
        {"right": 63, "wrong": 7, "missed": 27},
        {"right": 18, "wrong": 54, "missed": 2},
    )

    def run(self) -> Prediction:
        return computed.both_shares(self.right, self.wrong, self.missed)

    def ask(self, run: Prediction) -> str:
        return f"""{run.given["there"]:.0f} platelets have a box. A network marks {run.given["marked"]:.0f} places, and
            {run.given["right"]:.0f} of them lie in a box, each in another one. What are its precision and its
            recall?"""

    def explain(self, run: Prediction) -> str:
        marked, there, right = (f"{run.given[name]:.0f}" for name in ("marked", "there", "right"))
        return f"""Precision asks about the places: {right} of {marked} are right. Recall asks about the platelets:
            {right} of {there} were found."""

    def write(self, values: Values) -> str:
        precision, recall = (as_percent(float(value)) for value in values)
        return f"{precision} and {recall}"
