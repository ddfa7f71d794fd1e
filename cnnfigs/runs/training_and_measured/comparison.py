"""Several networks on the same test images."""

from __future__ import annotations

from dataclasses import dataclass

from cnnfigs.models.weights import record
from cnnfigs.runs.training_and_measured.evaluation import evaluate


@dataclass(frozen=True)
class NetworkErrors:
    """How many test images a network gets wrong."""

    network: str
    #: How many parameters it has.
    parameters: int
    #: After how many passes over the training images its weights were taken.
    epochs: int
    #: How many test images there are.
    images: int
    #: How many of them it gets wrong.
    errors: int
    #: The 95 % Wilson interval of the share of errors, 0 to 1.
    interval: tuple[float, float]

    @property
    def share(self) -> float:
        """The share of errors, 0 to 1."""
        return self.errors / self.images


@dataclass(frozen=True)
class Comparison:
    """The errors of several networks, in the order asked for."""

    networks: tuple[NetworkErrors, ...]


def compare(names: tuple[str, ...]) -> Comparison:
    """Evaluate several of the tutorial's networks on all test images."""
    compared = []
    for name in names:
        evaluation = evaluate(name)
        compared.append(
            NetworkErrors(
                network=name,
                parameters=evaluation.parameters,
                epochs=record(name)["best_epoch"],
                images=len(evaluation.labels),
                errors=evaluation.errors,
                interval=evaluation.interval,
            )
        )
    return Comparison(tuple(compared))
