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

_WAYS = f"moved {', '.join([*DIRECTIONS][:-1])} and {[*DIRECTIONS][-1]}"
_WHERE: Mapping[str, str] = MappingProxyType(
    {
        "at home": "",
        "shifts": f", {_WAYS} by {min(LENGTHS)} to {max(LENGTHS)} pixels",
        "shifts and back": f", {_WAYS} by {' or '.join(map(str, LENGTHS[3::4]))} pixels and back again",
        "upper left": " in the upper left corner",
    }
)
#: What is asked of a network: the test images where they are, or every second of them elsewhere.
Asked = Literal["at home", "shifts", "shifts and back", "upper left"]


def conditions(found: Iterable[Results], asked: Asked = "at home") -> str:
    """Say what some networks were trained on, and what they were asked.

    Parameters
    ----------
    found
        The networks of one picture, or of one part of it.
    asked
        Which of their answers it shows.

    Returns
    -------
    str
        Such as "trained on 10,000 images, 1,000 steps of 128, Adam at 0.001 · asked about 10,000 test images". What
        differs between the networks is a range; how pixels were shuffled is not told.

    Raises
    ------
    ValueError
        If there is no network.
    """
    results = list(found)
    trials = [trial for each in results for trial in each.trials]
    if not trials:
        raise ValueError("found is empty: at least one network with a record is accepted")
    images = [trial.test_images // (1 if asked == "at home" else SKIP) for trial in trials]
    return f"trained on {_trained(results, trials)} · asked about {_range(images)} test images{_WHERE[asked]}"


def _trained(results: list[Results], trials: list[Training]) -> str:
    held_out = [0 if trial.steps else RECIPE.validation_images for trial in trials]
    parts = [f"{_range(trial.images - held for trial, held in zip(trials, held_out, strict=True))} images"]
    if any(trial.canvas != SIDE for trial in trials):
        where = "in the lower right" if trials[0].place else "in the middle"
        parts[0] += f" {where} of {_range(trial.canvas for trial in trials)}×{trials[0].canvas} pixels"
    if any(trial.random_shift for trial in trials):
        parts[0] += f" moved at random by up to {_range(trial.random_shift for trial in trials)} pixels"
    steps = f"{_range(int(step) for each in results for step in each.steps)} steps of {BATCH}"
    if all(trial.steps is None for trial in trials):
        steps += f", stopped by the loss on {RECIPE.validation_images:,} others or after {RECIPE.epochs} passes"
    rates = " or ".join(f"{rate:g}" for rate in sorted({trial.learning_rate for trial in trials}))
    return ", ".join([*parts, steps, f"Adam at {rates}"])


def _range(numbers: Iterable[int]) -> str:
    """Write whole numbers as the range that they span.

    Examples
    --------
    >>> _range([5, 5]), _range([100, 60_000, 300])
    ('5', '100 to 60,000')
    """
    ordered = sorted(numbers)
    low, high = ordered[0], ordered[-1]
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"
