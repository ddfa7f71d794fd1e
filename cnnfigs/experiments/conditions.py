"""Under which conditions networks were trained and asked, in words, read off their records.

A share of right answers says little without them: moved by four pixels, a convnet that saw 10,000 images for 1,000
steps does not read as well as one that saw 60,000 until it stopped learning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal

from cnnfigs.experiments.results import Results
from cnnfigs.experiments.training import BATCH, DIRECTIONS, LENGTHS, SIDE, SKIP
from cnnfigs.experiments.trials import Training
from cnnfigs.models.training import RECIPE
from cnnfigs.parameters import require
from cnnfigs.words import listed, span

_WAYS = f"moved {listed(DIRECTIONS)}"
_WHERE: Mapping[str, str] = MappingProxyType(
    {
        "at home": "",
        "shifts": f", {_WAYS} by {span(LENGTHS)} pixels",
        "shifts and back": f", {_WAYS} by {listed(LENGTHS[3::4], 'or')} pixels and back again",
        "upper left": " in the upper left corner",
    }
)
#: What a network is asked: the test images where they are, or every second of them elsewhere.
Question = Literal["at home", "shifts", "shifts and back", "upper left"]


def conditions(networks: Iterable[Results], question: Question = "at home") -> str:
    """Return in words what some networks were trained on, and what they were asked.

    Parameters
    ----------
    networks
        Those of one picture, or of one part of it.
    question
        Which of their answers it shows.

    Returns
    -------
    str
        To stand behind "The networks were": "trained on 10,000 images, in 1,000 steps of 128 images with Adam at
        0.001, and asked about 10,000 test images". What differs between the networks is a range; how
        pixels were shuffled does not stand there.

    Raises
    ------
    ParameterError
        If there is no network.
    """
    results = list(networks)
    trials = [trial for each in results for trial in each.trials]
    require(bool(trials), "networks", results, "at least one with a record")
    images = [trial.test_images // (1 if question == "at home" else SKIP) for trial in trials]
    return f"trained on {_trained(results, trials)}, and asked about {span(images)} test images{_WHERE[question]}"


def _trained(results: list[Results], trials: list[Training]) -> str:
    held_out = [0 if trial.steps else RECIPE.validation_images for trial in trials]
    parts = [f"{span(trial.images - held for trial, held in zip(trials, held_out, strict=True))} images"]
    if any(trial.canvas != SIDE for trial in trials):
        where = "in the lower right" if trials[0].place else "in the middle"
        parts[0] += f" {where} of {span(trial.canvas for trial in trials)}×{trials[0].canvas} pixels"
    if any(trial.random_shift for trial in trials):
        parts[0] += f" moved at random by up to {span(trial.random_shift for trial in trials)} pixels"
    rates = listed((f"{rate:g}" for rate in sorted({trial.learning_rate for trial in trials})), "or")
    steps = f"in {span(int(step) for each in results for step in each.steps)} steps of {BATCH} images"
    parts.append(f"{steps} with Adam at {rates}")
    if all(trial.steps is None for trial in trials):
        others = f"the loss on {RECIPE.validation_images:,} other images"
        parts.append(f"until {others} stopped falling, {RECIPE.epochs} passes at most")
    return ", ".join(parts)
