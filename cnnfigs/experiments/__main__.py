"""Train networks and make experiments: ``python -m cnnfigs.experiments [NAME ...]``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial

from rich.console import Console

from cnnfigs.cluster import ClusterError
from cnnfigs.data import DataError, checked
from cnnfigs.experiments.catalog import EXPERIMENTS, all_trials
from cnnfigs.experiments.cluster import make_on_cluster
from cnnfigs.experiments.making import make_here, make_missing
from cnnfigs.experiments.records import RecordError
from cnnfigs.experiments.verifying import compare, sample, siblings_of
from cnnfigs.models import weights
from cnnfigs.models.networks import NETWORKS

INTERRUPTED = 130


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says, and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="nox -s train --",
        description="Train networks again and make what experiments miss; without a name, make all that is missing.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join([*NETWORKS, *EXPERIMENTS])}")
    parser.add_argument("--scheduler", metavar="tcp://HOST:PORT", help="make experiments on this Dask cluster")
    parser.add_argument("--verify", type=int, metavar="COUNT", help="make so many recorded trials again and compare")
    options = parser.parse_args(arguments)
    console = Console(stderr=True)
    unknown = [name for name in options.names if name not in {**NETWORKS, **EXPERIMENTS}]
    if unknown:
        console.print(
            f"NAME: expected a network, {', '.join(NETWORKS)}, or an experiment, {', '.join(EXPERIMENTS)}, "
            f"got {', '.join(unknown)}",
            highlight=False,
            soft_wrap=True,
        )
        return 2
    experiments = [name for name in options.names if name in EXPERIMENTS] or ([] if options.names else [*EXPERIMENTS])
    try:
        if options.verify is not None:
            return verify(experiments, options.verify, console)
        for name in [name for name in options.names if name in NETWORKS] if options.names else missing_networks():
            made = weights.train(name)
            console.print(f"{name}: best epoch {made['best_epoch']}, test accuracy {made['test_accuracy']:.4f}")
        if experiments:
            maker = partial(make_on_cluster, options.scheduler) if options.scheduler else make_here
            make_missing(all_trials(experiments), maker=maker, console=console)
    except (ClusterError, DataError, RecordError) as error:
        console.print(str(error), highlight=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("stopped; what was done is kept, and the same command goes on")
        return INTERRUPTED
    return 0


def missing_networks() -> list[str]:
    """Return the networks whose weights are missing, damaged or stale."""
    missing = []
    for name in NETWORKS:
        try:
            for file in weights.record(name)["weights"].values():
                checked(weights.WEIGHTS / file["file"], file["sha256"], weights.REMEDY)
        except (DataError, weights.StaleWeightsError):
            missing.append(name)
    return missing


def verify(experiments: Sequence[str], count: int, console: Console) -> int:
    """Make a sample of the recorded trials again, and return the exit status: 1 if one gives another result."""
    trials = all_trials(experiments)
    drawn = sample(trials, count)
    if not drawn:
        console.print("there is no record to compare with: run `nox -s train`", highlight=False)
        return 1
    verdicts = []
    for trial in drawn:
        comparison = compare(trial, siblings_of(trial, trials))
        console.print(f"{comparison.verdict}: {trial.name}, {comparison.reason}", highlight=False, soft_wrap=True)
        verdicts.append(comparison.verdict)
    return int("different" in verdicts)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
