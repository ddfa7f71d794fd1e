"""How large a network may be that is only described, so that a small file cannot ask for much work."""

from __future__ import annotations

import math

from cnnfigs.arithmetic.costs import Network
from cnnfigs.models.opening import MOST_NUMBERS, MOST_WORK

#: So many cells may a side have, and so many cells of windows are there on one axis, which are looked at one by one.
MOST_CELLS = 10_000_000


def require_modest(network: Network) -> None:
    """Refuse a network whose layers give or multiply more than any that is used.

    Raises
    ------
    ValueError
        With what is too much, in the words of :func:`cnnfigs.models.opening.opened`.
    """
    made = work = cells = 0
    for layer in network.layers:
        if 0 in layer.output_shape:
            raise ValueError(f"layer '{layer.name}' gives no numbers: its shape is {(None, *layer.output_shape)}")
        size, places = math.prod(layer.output_shape), math.prod(layer.output_shape[:-1])
        kernel = layer.kernel_size or ()
        made += size
        work += places * layer.parameters + size * math.prod(kernel)
        cells = max(
            (cells, *layer.output_shape[:-1], *(n * k for n, k in zip(layer.output_shape, kernel, strict=False)))
        )
    for what, count, most in (
        ("numbers that its layers give", made, MOST_NUMBERS),
        ("multiplications", work, MOST_WORK),
    ):
        if count > most:
            raise ValueError(f"{what}: expected at most {most:,} in one pass, got {count:,}")
    if cells > MOST_CELLS:
        raise ValueError(f"cells of one axis that windows stand on: expected at most {MOST_CELLS:,}, got {cells:,}")
