"""A gallery of kernels that people wrote by hand: their numbers, and what they make of a photo and of a digit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from cnnfigs.drawing.layout import Piece, grid, row
from cnnfigs.drawing.pieces import NumberGrid, Raster, panel
from cnnfigs.drawing.shapes import inked, stepped
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers, Part
from cnnfigs.parameters import Choice, Several, TestImage
from cnnfigs.runs.filters.classic_kernels import CLASSIC, ClassicKernelsRun, KernelResult, classic_kernels
from cnnfigs.words import written_number


@dataclass(frozen=True)
class ClassicKernels(Picture):
    """Classic 3×3 kernels with their numbers, and what each makes of a cat's face and of a digit."""

    names: Annotated[tuple[str, ...], Several(Choice(*CLASSIC), again=True), "which kernels"] = tuple(CLASSIC)
    index: TestImage = 4

    def run(self) -> ClassicKernelsRun:
        return classic_kernels(self.names, self.index)

    def draw(self, run: ClassicKernelsRun) -> Piece:
        """Draw a card for each kernel: its numbers, and what it makes of the photo and of the digit."""
        cards = [
            panel(
                result.name,
                row(
                    NumberGrid(result.numbers, 32, written_number, signed=True, frame="kernel", size=14),
                    self._made(result, result.photo, 1 - result.photo),
                    self._made(result, result.digit, result.digit),
                    gap=12,
                ),
                _note(result),
            )
            for result in run.results
        ]
        return grid(cards, columns=2, gap=24)

    def describe(self, run: ClassicKernelsRun) -> Description:
        kernels = [
            f"{result.name}, {_note(result)}: {_range(result.photo)} on the photo and {_range(result.digit)} on the "
            "digit."
            for result in run.results
        ]
        return Description(
            f"{len(run.results)} kernels that people wrote, each with its 3×3 numbers, and what it makes of a cat’s "
            "face in grey and of a handwritten digit.",
            [
                f"The photo has values from {_range(run.photo)}, and the digit from {_range(run.digit)}.",
                "The blurs soften both pictures; sharpen makes the fur crisper.",
                "The edge kernels leave flat areas at 0, and give opposite signs on the two sides of strokes that "
                "cross their direction; the Laplacian gives the same sign on both.",
                Part("The smallest and the largest value that each gives", tuple(kernels)),
            ],
            [Numbers(f"{result.name}, {_note(result)}", result.numbers) for result in run.results],
        )

    def state_facts(self, run: ClassicKernelsRun) -> dict[str, str]:
        facts = {"count": str(len(run.results))}
        for result in run.results:
            facts[f"{result.name} sum"] = f"{result.total}"
            for name, values in (("photo", result.photo), ("digit", result.digit)):
                facts[f"{result.name} {name} smallest"] = written_number(float(values.min()), 2)
                facts[f"{result.name} {name} largest"] = written_number(float(values.max()), 2)
        return facts

    @staticmethod
    def _made(result: KernelResult, values: NDArray[np.float32], dark: NDArray[np.float32]) -> Piece:
        """Draw what a kernel gives: as a picture, or with its signs if zero is its middle."""
        if result.total or result.bias:
            # Values around those of the image: cut off at black and white.
            return Raster(inked(stepped(np.clip(dark, 0, 1), 16)), 112, frame="output")
        largest = float(np.abs(values).max())
        return Raster(stepped(values / largest, 8), 112, limit=1, signed=True, frame="output")


def _note(result: KernelResult) -> str:
    """Write what a kernel is divided by, the sum of its weights, and its bias."""
    divided = "" if result.divisor == 1 else f"÷ {result.divisor}, "
    return f"{divided}sum {result.total}" + (f", + {result.bias:g}" if result.bias else "")


def _range(values: NDArray[np.float32]) -> str:
    """Write the smallest and the largest value."""
    return " to ".join(written_number(float(each), 2) for each in (values.min(), values.max()))
