"""What is asked in each form of the concept test: which function puts the options of each item to the test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, get_args

from cnnfigs.experiments import concept as measured
from cnnfigs.runs import concept_test as asking
from cnnfigs.runs.concept_test import Asked
from cnnfigs.runs.training_and_measured.certainty import scribble

Form = Literal["A", "B"]
FORMS: tuple[Form, ...] = get_args(Form)


def recorded(told: Callable[..., measured.Told], *arguments: Any, **others: Any) -> Callable[[], Asked]:
    """Ask about records of trainings."""
    return lambda: Asked(*told(*arguments, **others))


def scribbled() -> Asked:
    """Ask about a digit and a scribble."""
    return asking.far_ahead(813, scribble(41))


def upside_down() -> Asked:
    """Ask about a digit and another that stands on its head."""
    return asking.far_ahead(760, asking.upside_down(569))


#: What is asked in each form.
RUNS: dict[str, dict[str, Any]] = {
    "A": {
        "filter-depth": partial(asking.filter_depth, 24, 16, 3),
        "zeroed": partial(asking.zeroed, 8, 3, 3, (2, 1)),
        "read-size": partial(asking.read_size, 14, 3),
        "flat-image": partial(asking.flat_image, asking.LEFT_RIGHT, 1, 6, 0.5),
        "halved": partial(asking.halved, (88, 90, 96, 100), 3),
        "moved-map": partial(asking.moved_map, 4, 28, 2, 4),
        "ends": recorded(measured.ends, 4),
        "transposed": partial(asking.there_and_back, (3, 1, 4, 2), (1, 3)),
        "pooling": recorded(measured.less_work),
        "no-digit": scribbled,
        "sure-elsewhere": partial(asking.sure_elsewhere, "moved", 4),
        "gaps": recorded(measured.remedy, "dense_512", 10_000, other="dense_131", more=30_000),
        "two-places": partial(asking.two_places, 3181),
        "one-training": recorded(measured.one_training, "convnet", "convnet_mean_pooling"),
        "what-to-buy": recorded(measured.what_to_buy, 1, 100_000, 4, 400_000),
    },
    "B": {
        "filter-depth": partial(asking.filter_depth, 12, 20, 5),
        "zeroed": partial(asking.zeroed, 6, 4, 5, (3, 1, 1)),
        "read-size": partial(asking.read_size, 8, 5),
        "flat-image": partial(asking.flat_image, asking.ABOVE_BELOW, 0, 5, 0.8),
        "halved": partial(asking.halved, (120, 124, 126, 136), 3),
        "moved-map": partial(asking.moved_map, 35, 11, 4, 2),
        "ends": recorded(measured.far_corner),
        "transposed": partial(asking.there_and_back, (1, 4, 2, 5), (1, 2)),
        "pooling": recorded(measured.wider_view),
        "no-digit": upside_down,
        "sure-elsewhere": partial(asking.sure_here, "inverted", 0),
        "gaps": recorded(measured.remedy, "dense_131", 30_000, other="dense_512", more=60_000),
        "two-places": partial(asking.two_places, 898),
        "one-training": recorded(measured.five_trainings, "dense_512", "convnet"),
        "what-to-buy": recorded(measured.what_to_buy, 5, 100, 5, 100),
    },
}


@dataclass(frozen=True)
class Material:
    """What was computed for a form, by the items' names without their form."""

    asked: dict[str, Asked]


@dataclass(frozen=True)
class Asking:
    """All items of a form, to be put to the test; apart from their words, of which the results know nothing."""

    form: Form

    def run(self) -> Material:
        """Put them to the test."""
        return Material({name: ask() for name, ask in RUNS[self.form].items()})
