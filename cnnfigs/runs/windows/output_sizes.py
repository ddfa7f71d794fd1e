"""Output sizes of real layers, each with its formula and the numbers in it."""

from __future__ import annotations

from dataclasses import dataclass

from cnnfigs.arithmetic.sizes import Axis
from cnnfigs.models.backend import load_keras


@dataclass(frozen=True)
class Case:
    """One layer on one input."""

    #: Its class in Keras.
    layer: str
    #: What it was told, as one writes it in Python.
    arguments: str
    #: Side of its square input.
    size: int
    #: Side of its output, as Keras tells it.
    output: int
    #: The formula with the numbers.
    derivation: str


@dataclass(frozen=True)
class OutputSizes:
    """Several layers with their output sizes."""

    cases: tuple[Case, ...]


def output_sizes() -> OutputSizes:
    """Ask Keras for the output sizes of the layers that the pages show.

    Raises
    ------
    ValueError
        If a formula gives another size than Keras.
    """
    cases = (
        _case("Conv2D", 28, kernel_size=3),
        _case("Conv2D", 8, kernel_size=3, strides=2),
        _case("Conv2D", 6, kernel_size=3, strides=2),
        _case("Conv2D", 5, kernel_size=3, strides=2, padding="same"),
        _case("MaxPooling2D", 11, pool_size=2, strides=2),
    )
    return OutputSizes(cases)


def _case(layer: str, size: int, **arguments: int | str) -> Case:
    keras = load_keras()
    made = getattr(keras.layers, layer)(**({} if layer == "MaxPooling2D" else {"filters": 1}), **arguments)
    output = made.compute_output_shape((1, size, size, 1))[1]
    window = {"kernel_size" if name == "pool_size" else name: value for name, value in arguments.items()}
    derivation = Axis(size, **window).derivation()  # type: ignore[arg-type]
    text = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
    if derivation.total != output:
        raise ValueError(f"{layer}({text}) on size {size}: the formula says {derivation}, but Keras says {output}")
    return Case(layer, text, size, output, str(derivation))
