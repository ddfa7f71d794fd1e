"""Pooling and convolution, point by point."""

from __future__ import annotations

from dataclasses import dataclass

from cnnfigs.drawing.tables import Cell
from cnnfigs.illustrations.base import Table
from cnnfigs.illustrations.description import Description
from cnnfigs.illustrations.networks import trained_on
from cnnfigs.runs.windows.pooling import PoolingAndConvolution, compare_layers
from cnnfigs.words import written


@dataclass(frozen=True)
class PoolingTable(Table):
    """The convnet's first pooling beside the convolution that follows it: weights, window, strides, channels."""

    def run(self) -> PoolingAndConvolution:
        return compare_layers()

    def tabulate(self, run: PoolingAndConvolution) -> list[list[Cell]]:
        """Return a row for each point."""
        pair = (run.pooling, run.convolution)
        points: list[tuple[str, list[str]]] = [
            ("Parameters to learn", [f"{layer.parameters:,}" for layer in pair]),
            ("Window", [written(layer.kernel_size or ()) for layer in pair]),
            ("Strides", [written(layer.strides or ()) for layer in pair]),
            ("Shape in", [written(layer.input_shape) for layer in pair]),
            ("Shape out", [written(layer.output_shape) for layer in pair]),
            ("One output map reads", [_maps(run.pooling_reads), _maps(run.convolution_reads)]),
        ]
        head = [Cell("Layer"), Cell("Max pooling"), Cell("Convolution")]
        return [head, *([Cell(point, heading=True), *(Cell(text) for text in texts)] for point, texts in points)]

    def describe(self, run: PoolingAndConvolution) -> Description:
        return Description(
            "A max pooling and a convolution of the convnet, compared point by point: only the convolution has "
            "parameters and mixes maps.",
            [
                f"The pooling has {run.pooling.parameters} parameters and makes each output map of "
                f"{run.pooling_reads} input map.",
                f"The convolution has {run.convolution.parameters:,} parameters and makes each of all "
                f"{run.convolution_reads}.",
                "Six rows: parameters, window, strides, shape in, shape out, and what one output map reads.",
            ],
        )

    def state_facts(self, run: PoolingAndConvolution) -> dict[str, str]:
        return {
            "pooling reads": str(run.pooling_reads),
            "convolution reads": str(run.convolution_reads),
            "trained": trained_on("convnet"),
        }


def _maps(count: int) -> str:
    return "1 map" if count == 1 else f"all {count} maps"
