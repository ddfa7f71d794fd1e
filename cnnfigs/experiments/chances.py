"""The two kinds of chance in a measured share of errors: other images, and another training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnfigs.experiments.catalog import FIVE, by_recipe
from cnnfigs.experiments.conditions import conditions
from cnnfigs.experiments.results import results

#: Puts the test images into the order in which they are dealt out.
SHUFFLE = 1


@dataclass(frozen=True)
class Chances:
    """Shares of errors of one network in two rows, each with one kind of chance."""

    network: str
    #: The seed of the training that is asked about several sets of images.
    seed: int
    #: How many images each set has.
    images: int
    #: Its share of errors on each set, shape (sets,), values 0 to 1.
    by_images: NDArray[np.float64]
    #: How many test images there are.
    all_images: int
    #: The seeds of all trainings, and the share of errors of each on all test images, shape (seeds,).
    seeds: tuple[int, ...]
    by_seed: NDArray[np.float64]
    #: What they were trained on and asked.
    conditions: str


def chances(network: str, sets: int) -> Chances:
    """Count the errors of one training on several sets of test images, and of several trainings on all of them.

    Parameters
    ----------
    network
        Name of a network that was trained by the tutorial's recipe with several seeds.
    sets
        Into how many sets to deal out the test images, at random, since they do not lie in a random order.
    """
    trained = results(lambda seed: by_recipe(network, seed), FIVE)
    wrong = ~trained.right
    dealt = np.random.default_rng(SHUFFLE).permutation(wrong.shape[1])
    each = wrong.shape[1] // sets
    return Chances(
        network=network,
        seed=trained.seeds[0],
        images=each,
        by_images=wrong[0, dealt[: each * sets]].reshape(sets, each).mean(axis=1),
        all_images=wrong.shape[1],
        seeds=trained.seeds,
        by_seed=wrong.mean(axis=1),
        conditions=conditions([trained]),
    )
