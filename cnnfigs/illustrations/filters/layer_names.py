"""What illustrations accept that are told layers by name, and classes or filters by number."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Annotated

from cnnfigs.parameters import Several, Such, require


def is_name(value: object) -> bool:
    """Return whether a value can be a name; whether there is such a layer, :func:`require_layer` says."""
    return isinstance(value, str)


def are_names(value: object) -> bool:
    """Return whether a value can be different names of layers; None is right too."""
    return value is None or Several(Such(is_name)).include(value)


#: Which layers there are, the network says: see :func:`require_layer`.
LayerNames = Annotated[
    tuple[str, ...] | None,
    Such(are_names, "a tuple of different names, or None", wrong=((), ("dense", "dense"), (3,), "dense", 3)),
    "layers of the network, by default some at every depth",
]


def require_layer(field: str, value: object, known: Sequence[str]) -> None:
    """Refuse what is not one of some names of layers.

    Raises
    ------
    ParameterError
        Naming the value and names like it.

    Examples
    --------
    >>> require_layer("layer", "conv2", ("conv2d_1", "conv2d_2", "dense"))
    Traceback (most recent call last):
        ...
    cnnfigs.errors.ParameterError: layer: expected a layer such as conv2d_2, conv2d_1, dense, got 'conv2'
    """
    near = difflib.get_close_matches(str(value), known, n=3, cutoff=0)
    require(value in known, field, value, f"a layer such as {', '.join(near)}")
