"""The kernels that people wrote by hand, under names that an address can hold."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cnnfigs.runs.filters.classic_kernels import CLASSIC


def slug(name: str) -> str:
    """Write a name as an address does.

    Examples
    --------
    >>> slug("Sobel, vertical edges")
    'sobel-vertical-edges'
    """
    return re.sub(r"\W+", "-", name).lower()


#: Name to the nine weights of a 3×3 kernel, row by row.
KERNELS: Mapping[str, tuple[float, ...]] = {
    slug(name): tuple(number / divisor for row in rows for number in row)
    for name, (rows, divisor, _) in CLASSIC.items()
}
#: Kernels that ``convolution.js`` makes at every size.
SCALABLE = ("left-right", "top-bottom", "ones")
