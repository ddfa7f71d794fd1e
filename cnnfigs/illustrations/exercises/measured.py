"""Exercises whose answers the experiments gave."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Literal

import numpy as np

from cnnfigs.experiments.catalog import FIVE, by_recipe
from cnnfigs.experiments.findings import downsampling, fewer_examples
from cnnfigs.experiments.groups import groups
from cnnfigs.experiments.results import results
from cnnfigs.illustrations.exercises.exercise import Exercise
from cnnfigs.illustrations.training_and_measured.measuring import points
from cnnfigs.parameters import Choice, Whole
from cnnfigs.runs.exercises.prediction import Mistake, Prediction, Values
from cnnfigs.statistics import with_both_chances
from cnnfigs.words import as_percent

#: Each with the amount at which a reader may have looked instead.
WANTED = {300: 1_000, 1_000: 300}
#: How many units dense networks have.
UNITS = {"dense_512": 512, "dense_131": 131}
#: What the maximum is compared with, in words.
REPLACED = {
    "convnet_strided": "strides",
    "convnet_mean_pooling": "the mean",
    "convnet_pick_one": "one cell of each window",
    "unpooled": "no pooling at all",
}


@dataclass(frozen=True)
class CatchingUp(Exercise):
    """An exercise: how many examples a dense network needs to be as good as the convnet."""

    wanted: Annotated[Literal[300, 1_000], Choice(*WANTED), "with how many images the convnet sets the mark"] = 1_000
    network: Annotated[Literal["dense_512", "dense_131"], Choice(*UNITS), "which network is to catch up"] = "dense_512"

    others = (
        {"wanted": 1000, "network": "dense_512"},
        {"wanted": 1000, "network": "dense_131"},
        {"wanted": 300, "network": "dense_512"},
        {"wanted": 300, "network": "dense_131"},
    )

    def run(self) -> Prediction:
        """Read the records of the experiment."""
        examples = fewer_examples(self.wanted)
        convnet, dense = (examples.findings.of(name, self.wanted) for name in ("convnet", self.network))
        elsewhere = WANTED[self.wanted]
        reading, other = (
            next(each for each in fewer_examples(amount).readings if each.network == self.network)
            for amount in (self.wanted, elsewhere)
        )
        errors = (1 - dense.mean) / (1 - convnet.mean)
        factor = other.mean / elsewhere
        return Prediction(
            right=(reading.mean,),
            wrong=(
                Mistake(
                    "examples were needed in proportion to the errors",
                    (self.wanted * errors,),
                    f"{self.wanted:,}·{errors:.3f}",
                ),
                Mistake(
                    f"the lead were worth as many times the images as it is at {elsewhere:,}",
                    (self.wanted * factor,),
                    f"{self.wanted:,}·{factor:.3f}",
                ),
                Mistake(
                    "only the number of training steps counted, which is the same",
                    (float(self.wanted),),
                    f"{self.wanted:,} as well",
                ),
            ),
            given={
                "convnet": convnet.mean,
                "dense": dense.mean,
                "errors": errors,
                "fewest": float(reading.amounts.min()),
                "most": float(reading.amounts.max()),
            },
        )

    def ask(self, run: Prediction) -> str:
        convnet, dense = (as_percent(run.given[name], 1) for name in ("convnet", "dense"))
        return f"""With {self.wanted:,} training images the convnet answers {convnet} of the test images rightly, and
            the dense network with {UNITS[self.network]} units {dense}. Read off the figure above: with how many images
            is that one as good as the convnet with {self.wanted:,}?"""

    def explain(self, run: Prediction) -> str:
        return f"""At {self.wanted:,} images the dense network makes {run.given["errors"]:.1f} times the errors of the
            convnet, but errors fall ever more slowly as images are added: to halve them takes far more than twice the
            images. So no rule gives the number; the measured curve does, read sideways. From seed to seed it lies
            between {run.given["fewest"]:,.0f} and {run.given["most"]:,.0f}."""

    def write(self, values: Values) -> str:
        return f"about {float(f'{float(values[0]):.2g}'):,.0f} images"


@dataclass(frozen=True)
class WhereTheyDiffer(Exercise):
    """An exercise: on the images where two networks differ it is decided which makes fewer errors."""

    other: Annotated[Literal["dense_131", "dense_512"], Choice("dense_131", "dense_512"), "which dense network"] = (
        "dense_131"
    )
    seed: Annotated[int, Choice(*FIVE), "which training"] = 1

    fields = ("errors",)
    others = (
        {"other": "dense_512"},
        {"seed": 2},
        {"other": "dense_512", "seed": 3},
    )

    def run(self) -> Prediction:
        """Read how many images only one of two trainings got right, and count the errors of both."""
        one, two = (results(partial(by_recipe, name), [self.seed]).right[0] for name in ("convnet", self.other))
        errors, others = int((~one).sum()), int((~two).sum())
        gained, lost = int((one & ~two).sum()), int((two & ~one).sum())
        return Prediction(
            right=(others,),
            wrong=(
                Mistake(
                    "only the images counted that the convnet alone got right",
                    (errors + gained,),
                    f"{errors} + {gained}",
                ),
                Mistake(
                    "all images counted where they differ",
                    (errors + gained + lost,),
                    f"{errors} + {gained} + {lost}",
                ),
                Mistake("the convnet’s own errors did not count", (gained,), f"{gained} alone"),
            ),
            given={
                "convnet": errors,
                "seed": self.seed,
                "only convnet": gained,
                "only other": lost,
                "asked": len(one),
            },
        )

    def ask(self, run: Prediction) -> str:
        given = {name: f"{value:,.0f}" for name, value in run.given.items()}
        return f"""With seed {given["seed"]}, the convnet gets {given["convnet"]} of {given["asked"]} test images wrong.
            {given["only convnet"]} images are right only with the convnet, {given["only other"]} only with the dense
            network with {UNITS[self.other]} units. How many images does the dense network get wrong?"""

    def explain(self, run: Prediction) -> str:
        given = {name: f"{value:,.0f}" for name, value in run.given.items()}
        return f"""Begin with the convnet’s {given["convnet"]} errors. The dense network does not make
            {given["only other"]} of these, and makes {given["only convnet"]} others: {given["convnet"]} −
            {given["only other"]} + {given["only convnet"]}. How many images both get right was not needed."""


@dataclass(frozen=True)
class BothChances(Exercise):
    """An exercise: how far an interval reaches that holds the chance of the images and that of the seeds."""

    other: Annotated[
        Literal["convnet_strided", "convnet_mean_pooling", "convnet_pick_one", "unpooled"],
        Choice(*REPLACED),
        "what the maximum is compared with",
    ] = "convnet_strided"

    others = (
        {"other": "convnet_mean_pooling"},
        {"other": "convnet_pick_one"},
        {"other": "unpooled"},
    )

    def run(self) -> Prediction:
        """Read the comparison of the maximum with strides, and put its interval together."""
        comparison = next(each for each in downsampling().comparisons if each.name == self.other)
        images, seeds, count = comparison.images_error, comparison.seeds_error, len(comparison.seeds)

        def reach(images_error: float, seeds_error: float) -> float:
            return with_both_chances(0.0, images_error, seeds_error, count).high

        one, two, t = f"{100 * images:.4f}", f"{100 * seeds:.4f}", f"{reach(1, 0):.3f}"
        return Prediction(
            right=(reach(images, seeds),),
            wrong=(
                Mistake(
                    "the two standard errors were added as they are",
                    (reach(images, 0) + reach(seeds, 0),),
                    f"({one} + {two})·{t}",
                ),
                Mistake("only the seeds were a chance", (reach(0, seeds),), f"{two}·{t}"),
                Mistake(
                    "Student’s t were forgotten", (float(np.hypot(images, seeds)),), f"the root of {one}² + {two}²"
                ),
            ),
            given={"mean": comparison.difference, "images": images, "seeds": seeds, "count": count, "t": reach(1, 0)},
        )

    def ask(self, run: Prediction) -> str:
        given = run.given
        return f"""With {given["count"]:.0f} seeds the maximum is ahead of {REPLACED[self.other]} by
            {points(given["mean"], 2)} points. The standard error of this difference is {100 * given["images"]:.4f}
            points over images and {100 * given["seeds"]:.4f} over seeds; Student’s t for so many seeds is
            {given["t"]:.3f}. How far does the 95 % interval reach to each side?"""

    def explain(self, run: Prediction) -> str:
        given, (reach,) = run.given, run.right
        low = given["mean"] - float(reach)
        conclusion = (
            "above zero, so the lead is shown" if low > 0 else "not above zero, so the lead is too close to call"
        )
        errors = " + ".join(f"{100 * given[name]:.4f}²" for name in ("images", "seeds"))
        return f"""Independent chances are added as squares: the root of {errors}, times
            {given["t"]:.3f}. The interval begins at {points(low, 3)}: {conclusion}."""

    def write(self, values: Values) -> str:
        return f"by {100 * float(values[0]):.2f} points"


@dataclass(frozen=True)
class OtherMix(Exercise):
    """An exercise: an error rate is that of a mix of people, and another mix has another."""

    employees: Annotated[int, Whole(4, 50), "how many digits of employees for one of a student"] = 9

    others = (
        {"employees": 4},
        {"employees": 19},
        {"employees": 49},
    )

    def run(self) -> Prediction:
        """Take the errors on students' and on employees' digits, and mix the two groups otherwise."""
        found = groups("convnet")
        students, others = (each.mean for each in found.people)
        share = 1 / (1 + self.employees)
        return Prediction(
            right=(share * students + (1 - share) * others,),
            wrong=(
                Mistake("the mix made no difference", (found.whole.mean,), f"{as_percent(found.whole.mean, 2)} stays"),
                Mistake(
                    "the two groups had been exchanged",
                    ((1 - share) * students + share * others,),
                    f"({self.employees}·{as_percent(students, 2)} + {as_percent(others, 2)}) / {self.employees + 1}",
                ),
                Mistake("only the larger group counted", (others,), f"{as_percent(others, 2)} of the employees"),
            ),
            given={"students": students, "employees": others, "whole": found.whole.mean},
        )

    def ask(self, run: Prediction) -> str:
        students, employees, whole = (as_percent(run.given[name], 2) for name in ("students", "employees", "whole"))
        return f"""On students’ digits the convnet makes {students} errors, on employees’ {employees}. The test images
            are half and half, which makes {whole}. What would a test say with {self.employees} digits of employees for
            each digit of a student?"""

    def explain(self, run: Prediction) -> str:
        students, employees, right = (
            as_percent(float(each), 2) for each in (run.given["students"], run.given["employees"], run.right[0])
        )
        return f"""One digit in {self.employees + 1} is a student’s: 1/{self.employees + 1} of {students} and
            {self.employees}/{self.employees + 1} of {employees} make {right}. The network is the same, and so is what
            students get from it."""

    def write(self, values: Values) -> str:
        return f"{as_percent(float(values[0]), 2)} errors"
