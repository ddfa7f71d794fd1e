"""Names of layers as parameters: checked without TensorFlow, and an unknown one is told names like it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from cnnfigs.illustrations.base import require


def require_layer(field: str, value: object, known: Sequence[str]) -> None:
    """Refuse what is not one of some names of layers.

    Raises
    ------
    ValueError
        Naming the value and names like it.

    Examples
    --------
    >>> require_layer("layer", "conv2", ("conv2d_1", "conv2d_2", "dense"))
    Traceback (most recent call last):
        ...
    ValueError: layer is 'conv2': accepted are layers such as conv2d_2, conv2d_1, dense
    """
    if value not in known:
        near = difflib.get_close_matches(str(value), known, n=3, cutoff=0)
        raise ValueError(f"{field} is {value!r}: accepted are layers such as {', '.join(near)}")


def require_layer_tuple(field: str, value: object, known: Sequence[str]) -> None:
    """Refuse what is not a tuple of different names of layers.

    Raises
    ------
    ValueError
        Naming the value, and what is accepted or names like an unknown one.
    """
    require(isinstance(value, tuple) and bool(value), field, value, f"a tuple of names such as {known[0]}")
    names: tuple[object, ...] = value  # type: ignore[assignment]
    for name in names:
        require_layer(field, name, known)
    require(len(set(names)) == len(names), field, value, "each layer once")


def require_numbers(field: str, value: object, least: int, most: int | None, at_most: int) -> None:
    """Refuse what is not a tuple of different whole numbers, such as classes or filters.

    Parameters
    ----------
    field, value
        The parameter.
    least, most
        The range of each number; None if only the network knows the largest.
    at_most
        How many there may be.

    Raises
    ------
    ValueError
        Naming the value and what is accepted.

    Examples
    --------
    >>> require_numbers("classes", (285, 1000), 0, 999, 3)
    Traceback (most recent call last):
        ...
    ValueError: classes is (285, 1000): accepted is a tuple of 1 to 3 different whole numbers from 0 to 999
    """
    limits = f"from {least} to {most}" if most is not None else f"of {least} or more"
    accepted = f"a tuple of 1 to {at_most} different whole numbers {limits}"
    listed = isinstance(value, tuple) and 1 <= len(value) <= at_most and all(type(each) is int for each in value)
    require(listed, field, value, accepted)
    numbers: tuple[int, ...] = value  # type: ignore[assignment]
    inside = all(least <= each and (most is None or each <= most) for each in numbers)
    require(inside and len(set(numbers)) == len(numbers), field, value, accepted)
