"""Making a sample of the recorded trials again, and comparing.

With the same versions, kind of processor and number of threads a trial gives the same record to the last digit. With
others the numbers are added up in another order, small differences grow in the course of a training, and the same seed
is like another seed: then the accuracy is compared, and may differ as seeds do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Literal

import numpy as np

from cnnfigs.experiments.records import RECORDS, made_with, read_record, state, unpacked
from cnnfigs.experiments.trials import Trial

Verdict = Literal["equal", "as good", "different"]

#: What another machine may miss at least, as a share of the answers: half a percentage point.
LEAST = 0.005


@dataclass(frozen=True)
class Comparison:
    """A recorded trial, made again.

    Attributes
    ----------
    trial
        Which.
    verdict
        "equal" to the last digit, "as good" on other versions or another processor, or "different".
    reason
        The two accuracies and why the verdict is this one.
    """

    trial: Trial
    verdict: Verdict
    reason: str


def sample(trials: Sequence[Trial], count: int, folder: Path = RECORDS) -> list[Trial]:
    """Draw some of the trials that have a good record, others each time."""
    recorded = [trial for trial in trials if state(trial, folder) == "good"]
    drawn = np.random.default_rng().permutation(len(recorded))[:count]
    return [recorded[index] for index in sorted(drawn)]


def compare(
    trial: Trial, siblings: Sequence[Trial], folder: Path = RECORDS, here: Callable[[], dict[str, Any]] = made_with
) -> Comparison:
    """Make a recorded trial again and compare.

    Parameters
    ----------
    trial
        A trial with a good record.
    siblings
        Trials with good records that differ from it in their seed only, and itself: twice their spread, and 1.5 times
        the share of images on which two of them disagree, is what another machine may differ by, and half a percentage
        point at least.
    folder
        Where the records are.
    here
        Returns what trials are made with here.
    """
    record = read_record(trial, folder)
    again = trial.run()
    before, after = (_accuracy(outcome) for outcome in (record["outcome"], again))
    reason = f"accuracy {before:.4f} recorded, {after:.4f} now"
    if again == record["outcome"]:
        return Comparison(trial, "equal", f"{reason}, and all else equal")
    ours, theirs = here(), record["made_with"]
    other = [f"{name} {theirs.get(name)}, here {value}" for name, value in ours.items() if theirs.get(name) != value]
    if not other:
        return Comparison(trial, "different", f"{reason}, on the same versions and kind of processor")
    outcomes = [read_record(each, folder)["outcome"] for each in siblings]
    allowed = max(2 * float(np.ptp([_accuracy(each) for each in outcomes])), LEAST)
    apart = max([1.5 * _apart(one, two) for one, two in combinations(outcomes, 2)], default=0.0)
    apart = max(apart, LEAST)
    good = abs(after - before) <= allowed and _apart(record["outcome"], again) <= apart
    reason += (
        f", allowed ±{allowed:.4f}; right on other images {_apart(record['outcome'], again):.4f}, allowed {apart:.4f}"
    )
    return Comparison(trial, "as good" if good else "different", f"{reason} ({'; '.join(other)})")


def siblings_of(trial: Trial, trials: Sequence[Trial], folder: Path = RECORDS) -> list[Trial]:
    """Find the trials with good records that differ from one in their seed only, and itself."""
    return [each for each in trials if each.seedless == trial.seedless and state(each, folder) == "good"]


def _apart(one: dict[str, Any], other: dict[str, Any]) -> float:
    """Calculate the share of the test images that only one of two outcomes has right; 0 where that is not recorded."""
    if "bits" not in one["test"]:
        return 0.0
    asked = one["test"]["asked"]
    return float((unpacked(one["test"]["bits"], asked) != unpacked(other["test"]["bits"], asked)).mean())


def _accuracy(outcome: dict[str, Any]) -> float:
    return float(outcome["test"]["right"] / outcome["test"]["asked"])
