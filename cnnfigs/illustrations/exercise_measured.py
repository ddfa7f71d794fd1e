"""Exercises whose answers the experiments gave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cnnfigs.experiments.findings import fewer_examples
from cnnfigs.illustrations.base import require
from cnnfigs.illustrations.exercise import Exercise
from cnnfigs.illustrations.networks import as_percent
from cnnfigs.runs.exercises import Prediction, Values

WANTED = (300, 1_000, 3_000)


@dataclass(frozen=True)
class CatchingUp(Exercise):
    """An exercise: how many examples a dense network needs to be as good as the convnet.

    Parameters
    ----------
    wanted
        With how many images the convnet sets the mark: 300, 1000 or 3000.

    Raises
    ------
    ValueError
        If it is another number, or, when it runs, if the dense network never gets there.
    """

    wanted: Literal[300, 1_000, 3_000] = 1_000

    def __post_init__(self) -> None:
        require(self.wanted in WANTED, "wanted", self.wanted, ", ".join(map(str, WANTED)))

    def run(self) -> Prediction:
        """Read the records of the experiment."""
        found = fewer_examples(self.wanted)
        convnet, dense = (found.findings.of(name, str(self.wanted)) for name in ("convnet", "dense_512"))
        reading = next((each for each in found.readings if each.network == "dense_512"), None)
        if reading is None:
            raise ValueError(f"wanted is {self.wanted}: accepted is an amount where the dense network catches up")
        errors = (1 - dense.mean) / (1 - convnet.mean)
        return Prediction(
            right=(reading.mean,),
            wrong={
                "examples were needed in proportion to the errors": (self.wanted * errors,),
                "examples were needed in proportion to the parameters": (
                    self.wanted * dense.parameters / convnet.parameters,
                ),
                "only the number of training steps counted, which is the same": (float(self.wanted),),
            },
            given={"convnet": convnet.mean, "dense": dense.mean, "errors": errors},
        )

    def ask(self, run: Prediction) -> str:
        """Ask for the number of images."""
        convnet, dense = (as_percent(run.given[name], 1) for name in ("convnet", "dense"))
        return f"""With {self.wanted:,} training images the convnet answers {convnet} of the test images rightly, and
            `dense_512` {dense}. With how many images is `dense_512` as good as the convnet with {self.wanted:,}?"""

    def explain(self, run: Prediction) -> str:
        """Say why no simple rule gives it."""
        return f"""At {self.wanted:,} images the dense network makes {run.given["errors"]:.1f} times the errors of the
            convnet, but errors fall ever more slowly as images are added: to be rid of half of them takes far more than
            twice the images. So the number has to be read off the measured curve, sideways."""

    def write(self, values: Values) -> str:
        """Write a number of images with two figures."""
        return f"about {float(f'{float(values[0]):.2g}'):,.0f} images"
