"""What one answer costs, in parameters and in multiply-adds."""

from __future__ import annotations

from dataclasses import dataclass

from cnnfigs.drawing.tables import Cell, number_table
from cnnfigs.illustrations.base import Table
from cnnfigs.illustrations.description import Description
from cnnfigs.illustrations.networks import NETWORK_NAMES
from cnnfigs.runs.architectures.answer_costs import AnswerCost, AnswerCosts, answer_costs
from cnnfigs.words import written_number

NETWORKS = ("dense_131", "dense_512", "convnet", "mobilenet_v2")


@dataclass(frozen=True)
class CostsOfAnAnswer(Table):
    """Parameters of networks, and the multiply-adds that one answer of each takes."""

    def run(self) -> AnswerCosts:
        return answer_costs(NETWORKS)

    def tabulate(self, run: AnswerCosts) -> list[list[Cell]]:
        """Return a row for each network."""
        heads = ("Network", "Image", "Parameters", "Multiply-adds", "Uses of a parameter, mean")
        rows = (
            (
                NETWORK_NAMES[each.network],
                f"{each.size[0]}×{each.size[1]}",
                f"{each.parameters:,}",
                f"{each.multiply_adds:,}",
                _uses(each),
            )
            for each in run.networks
        )
        return number_table(heads, rows)

    def describe(self, run: AnswerCosts) -> Description:
        return Description(
            "Networks by what one answer costs: parameters, multiply-adds, and how often a parameter is used.",
            [
                f"{NETWORK_NAMES[each.network]}: {each.parameters:,} parameters, {each.multiply_adds:,} multiply-adds "
                f"for an image of {each.size[0]}×{each.size[1]}, so each parameter is used {_uses(each)} times on "
                "average."
                for each in run.networks
            ],
        )

    def state_facts(self, run: AnswerCosts) -> dict[str, str]:
        facts = {}
        for each in run.networks:
            facts[f"{each.network} parameters"] = f"{each.parameters:,}"
            facts[f"{each.network} multiply-adds"] = f"{each.multiply_adds:,}"
            facts[f"{each.network} uses"] = _uses(each)
            facts[f"{each.network} millions"] = written_number(each.multiply_adds / 1e6)
        convnet, dense, photos = (run.of(name) for name in ("convnet", "dense_512", "mobilenet_v2"))
        return facts | {
            "times dense_512": written_number(convnet.multiply_adds / dense.multiply_adds, 0),
            "parameters of dense_512": written_number(dense.parameters / convnet.parameters, 0),
            "times convnet": written_number(photos.multiply_adds / convnet.multiply_adds, 0),
        }


def _uses(each: AnswerCost) -> str:
    return written_number(each.multiply_adds / each.parameters, 0 if each.multiply_adds > 9 * each.parameters else 1)
