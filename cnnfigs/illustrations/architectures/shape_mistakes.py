"""Two mistakes with shapes, and what Keras makes of them."""

from __future__ import annotations

from dataclasses import dataclass

from cnnfigs.drawing.tables import Cell
from cnnfigs.illustrations.architectures.layer_table import how_counted, layer_rows
from cnnfigs.illustrations.base import Table
from cnnfigs.illustrations.description import Description, Part
from cnnfigs.runs.architectures.shape_mistakes import Unbatched, Unflattened, without_batch, without_flatten


@dataclass(frozen=True)
class WithoutFlatten(Table):
    """The dense network without its layer Flatten: it is built without a warning, and is another network."""

    def run(self) -> Unflattened:
        return without_flatten()

    def tabulate(self, run: Unflattened) -> list[list[Cell]]:
        """Return a row for each layer, and one for the total."""
        return layer_rows(run.layers, run.parameters)

    def describe(self, run: Unflattened) -> Description:
        return Description(
            "The dense network without Flatten: Keras builds it without a word, and it is another network, with only "
            f"{run.parameters:,} parameters.",
            [
                Part(
                    f"Its {len(run.layers)} layers",
                    tuple(
                        f"{each.name}, shape {shape((None, *each.output_shape))}: {how_counted(each)}."
                        for each in run.layers
                    ),
                ),
                f"Only when it is to be trained, on {run.images} images, Keras says: {run.complaint}.",
            ],
        )

    def state_facts(self, run: Unflattened) -> dict[str, str]:
        facts = {"parameters": f"{run.parameters:,}", "complaint": run.complaint}
        for each in run.layers:
            facts[f"{each.name} shape"] = shape((None, *each.output_shape))
            facts[f"{each.name} derivation"] = how_counted(each)
        return facts


@dataclass(frozen=True)
class WithoutBatch(Table):
    """One image given to the convnet as it is and as a batch of one, and what Keras makes of either."""

    def run(self) -> Unbatched:
        return without_batch()

    def tabulate(self, run: Unbatched) -> list[list[Cell]]:
        """Return a row for each."""
        return [
            [Cell("You give"), Cell("Its shape"), Cell("Keras takes it for"), Cell("What comes out")],
            [
                Cell("image", heading=True),
                Cell(_unbroken(shape(run.image))),
                Cell(f"{run.taken_for[0]} images of {run.taken_for[1]}×{run.taken_for[2]}"),
                Cell(f"“{run.complaint}”"),
            ],
            [
                Cell("image[None]", heading=True),
                Cell(_unbroken(shape(run.batch))),
                Cell(f"{run.batch[0]} image of {run.batch[1]}×{run.batch[2]}"),
                Cell(f"answers of shape {shape(run.answers)}"),
            ],
        ]

    def describe(self, run: Unbatched) -> Description:
        return Description(
            "One image, given to the convnet as it is, which Keras refuses, and as a batch of one, which gives its "
            "answers.",
            [
                f"An image of shape {shape(run.image)} given as it is: Keras takes it for an array of shape "
                f"{shape(run.taken_for)} and says: {run.complaint}.",
                f"The same image as a batch of one, of shape {shape(run.batch)}: the answers have the shape "
                f"{shape(run.answers)}.",
            ],
        )

    def state_facts(self, run: Unbatched) -> dict[str, str]:
        return {
            "image": shape(run.image),
            "taken for": shape(run.taken_for),
            "images": str(run.taken_for[0]),
            "size": f"{run.taken_for[1]}×{run.taken_for[2]}",
            "complaint": run.complaint,
            "batch": shape(run.batch),
            "answers": shape(run.answers),
        }


def shape(sizes: tuple[int | None, ...]) -> str:
    """Write a shape as Python does.

    Examples
    --------
    >>> shape((None, 28, 28, 10))
    '(None, 28, 28, 10)'
    """
    return f"({', '.join(map(str, sizes))})"


def _unbroken(text: str) -> str:
    return text.replace(" ", "\N{NO-BREAK SPACE}")
