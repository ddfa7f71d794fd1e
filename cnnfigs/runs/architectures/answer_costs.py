"""What one answer costs: the multiply-adds of the tutorial's networks beside their parameters."""

from __future__ import annotations

from dataclasses import dataclass

from cnnfigs.arithmetic.costs import costs
from cnnfigs.models.imagenet import mobilenet_v2
from cnnfigs.models.networks import build
from cnnfigs.models.records import layer_records

MOBILENET = "mobilenet_v2"


@dataclass(frozen=True)
class AnswerCost:
    """What a network costs for one image."""

    network: str
    #: How many parameters it has, as Keras counts them.
    parameters: int
    #: How many multiply-adds one answer takes.
    multiply_adds: int
    #: Height and width of its image.
    size: tuple[int, int]


@dataclass(frozen=True)
class AnswerCosts:
    """What several networks cost, the cheapest answer first."""

    networks: tuple[AnswerCost, ...]

    def of(self, network: str) -> AnswerCost:
        """Return the costs of one of them."""
        return next(each for each in self.networks if each.network == network)


def answer_costs(networks: tuple[str, ...]) -> AnswerCosts:
    """Count what an answer of each network takes.

    Parameters
    ----------
    networks
        Names of networks of the tutorial, or "mobilenet_v2".
    """
    found = []
    for name in networks:
        model = mobilenet_v2() if name == MOBILENET else build(name)
        height, width = model.inputs[0].shape[1:3]
        total = costs(layer_records(model)).total
        found.append(AnswerCost(name, model.count_params(), total, (int(height), int(width))))
    return AnswerCosts(tuple(sorted(found, key=lambda each: each.multiply_adds)))
