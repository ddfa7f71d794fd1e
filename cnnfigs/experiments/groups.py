"""Whose digits are read wrongly: the errors of the recorded trainings by the digit, and by who wrote it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import mnist
from cnnfigs.data.mnist_writers import FIRST_STUDENT, writers
from cnnfigs.experiments.catalog import FIVE, by_recipe
from cnnfigs.experiments.conditions import conditions
from cnnfigs.experiments.results import results
from cnnfigs.statistics import standard_error, with_both_chances


@dataclass(frozen=True)
class Group:
    """The errors that a network makes in a group of test images."""

    #: What they have in common.
    name: str
    #: How many images.
    images: int
    #: The share that is answered wrongly by each training, shape (seeds,), values 0 to 1.
    errors: NDArray[np.float64]

    @property
    def mean(self) -> float:
        """The mean over the trainings."""
        return float(self.errors.mean())


@dataclass(frozen=True)
class Groups:
    """The errors of one network's trainings, by groups of test images."""

    network: str
    seeds: tuple[int, ...]
    #: What the trainings were trained on and asked about.
    conditions: str
    #: Of all test images.
    whole: Group
    #: By who wrote them: students, then employees.
    people: tuple[Group, Group]
    #: By the digit, from 0.
    digits: tuple[Group, ...]
    #: How much larger the share of errors is for students, with an interval that holds the chance of the images, taken
    #: as if each had a writer of its own, and that of the seeds.
    difference: float
    interval: tuple[float, float]
    #: How many people wrote the test images: students and employees.
    writers: tuple[int, int]
    #: Each writer's share of errors, the mean over the trainings, the largest first; shape (writers,).
    by_writer: NDArray[np.float64]
    #: How many digits of each, in the same order; shape (writers,).
    of_writer: NDArray[np.int64]

    @property
    def without_errors(self) -> int:
        """How many writers' digits are all read rightly, by every training."""
        return int((self.by_writer == 0).sum())

    def made_by_worst(self, share: float) -> float:
        """Return which share of all errors comes from those writers, so large a share of all, who have the most."""
        errors = np.sort(self.by_writer * self.of_writer)[::-1]
        return float(errors[: round(share * len(errors))].sum() / errors.sum())


def groups(network: str) -> Groups:
    """Count the errors of a network, trained by the tutorial's recipe, by groups.

    Parameters
    ----------
    network
        Name of a network that was trained so.
    """
    trained = results(lambda seed: by_recipe(network, seed), FIVE)
    wrong = ~trained.right
    labels, who = mnist().y_test, writers()
    students = who >= FIRST_STUDENT

    def group(name: str, members: NDArray[np.bool_]) -> Group:
        return Group(name, int(members.sum()), wrong[:, members].mean(axis=1))

    people = (group("students", students), group("employees", ~students))
    by_image = wrong.mean(axis=0)
    images_error = float(np.hypot(standard_error(by_image[students]), standard_error(by_image[~students])))
    by_seed = people[0].errors - people[1].errors
    difference = float(by_seed.mean())
    numbers, places, counts = np.unique(who, return_inverse=True, return_counts=True)
    by_writer = np.bincount(places, weights=by_image) / counts
    order = np.argsort(-by_writer, kind="stable")
    low, high = with_both_chances(difference, images_error, standard_error(by_seed), len(trained.seeds))
    from_school = int((numbers >= FIRST_STUDENT).sum())
    return Groups(
        network=network,
        seeds=trained.seeds,
        conditions=conditions([trained]),
        whole=group("all", np.ones(len(labels), dtype=bool)),
        people=people,
        digits=tuple(group(str(digit), labels == digit) for digit in range(10)),
        difference=difference,
        interval=(low, high),
        writers=(from_school, len(numbers) - from_school),
        by_writer=by_writer[order],
        of_writer=counts[order],
    )
