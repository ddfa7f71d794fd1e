"""The table of what each layer costs and how much of the input it sees."""

from __future__ import annotations

from collections.abc import Sequence

from cnnfigs.arithmetic.costs import Costs, Network, share_of_input
from cnnfigs.arithmetic.receptive import KnownFields
from cnnfigs.commands.report.document import folded
from cnnfigs.commands.report.layers import memory
from cnnfigs.drawing.document import scrolling
from cnnfigs.drawing.tables import Cell, html_table
from cnnfigs.words import as_percent, counted, written

#: Bytes of a number that a layer gives: activations are reckoned in float32.
BYTES = 4
HEADS = ("Name", "Parameters", "Multiply-adds", "Share", "Memory", "One number sees", "Jump", "Share of the input")
CONVENTION = (
    "One multiply-add is a multiplication with a weight and the addition behind it; FLOPs are twice as many. "
    "Convolutions and Dense layers count, places on padding too; biases, normalisation, pooling and activation "
    "functions do not."
)


def cost_rows(network: Network, costs: Costs, fields: KnownFields, image: Sequence[int]) -> list[tuple[str, ...]]:
    """Write what each layer costs and sees, a row for each under :data:`HEADS`, the total last.

    Parameters
    ----------
    network, costs, fields
        The network, what it costs, and what its layers see.
    image
        Shape of what the fields are measured on; empty where they are not known.
    """
    rows = []
    for layer in network.layers:
        if not layer.inputs:
            continue
        work, size = costs.multiply_adds[layer.name], fields.sizes.get(layer.name, ())
        field = fields.fields.get(layer.name)
        numbers = costs.numbers[layer.name]
        share = as_percent(share_of_input(size, image), 1) if size and len(size) == len(image) - 1 else ""
        rows.append(
            (
                layer.name,
                "" if layer.shares_weights_with else f"{layer.parameters:,}",
                "not counted" if work is None else f"{work:,}",
                as_percent(work / costs.total, 1) if work else "",
                memory(BYTES * numbers) if numbers else "",
                written(size),
                written(field.jump) if field is not None and any(field.jump) else "",
                share,
            )
        )
    total = ("Total", f"{network.parameters:,}", f"{costs.total:,}", "", memory(BYTES * costs.kept), "", "", "")
    return [*rows, total]


def cost_words(costs: Costs) -> list[str]:
    """Write the totals, one sentence each."""
    left = len(costs.uncounted)
    words = [
        f"For one input it takes {costs.total:,} multiply-adds, {costs.flops:,} FLOPs"
        + (f", without those of {counted(left, 'layer')} of a kind that is not counted." if left else "."),
        f"What its layers give takes {memory(BYTES * costs.at_once)} at once when it answers, and "
        f"{memory(BYTES * costs.kept)} for each image when it is trained, with {BYTES} bytes a number.",
    ]
    return [*words, CONVENTION]


def cost_table(network: Network, costs: Costs, fields: KnownFields, image: Sequence[int]) -> str:
    """Write the section on what each layer costs and sees."""
    head = [Cell(HEADS[0]), *(Cell(each, number=True) for each in HEADS[1:])]
    rows = cost_rows(network, costs, fields, image)
    body = [[Cell(name, heading=True), *(Cell(each, number=True) for each in others)] for name, *others in rows]
    description = (
        f"What each of the {len(rows) - 1:,} layers of {network.name} costs and sees; {costs.total:,} multiply-adds."
    )
    table = scrolling(html_table([head, *body], description), "table of costs", wide=True)
    jump = "" if not image else " The jump is how far the field of the next number is from this one's."
    return f"<p>{' '.join(cost_words(costs))}{jump}</p>\n{folded(table, len(rows) - 1)}"
