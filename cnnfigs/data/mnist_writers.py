"""Who wrote the digits that MNIST tests with: numbers instead of names, and whether a student or an employee.

MNIST itself does not say. Yadav and Bottou found each of its digits in the collection of NIST from which it was made,
and published what NIST knows about its writer.

References
----------
C. Yadav and L. Bottou, "Cold case: the lost MNIST digits", Advances in Neural Information Processing Systems 32 (2019).
"""

from __future__ import annotations

import tomllib
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import FOLDER, checked

#: NIST numbered its writers: employees of the Census Bureau below this number, high-school students from it on.
FIRST_STUDENT = 2100


@cache
def manifest() -> dict[str, dict[str, str]]:
    """Describe the data file as :func:`cnnfigs.data.manifest` describes the others."""
    return tomllib.loads((FOLDER / "mnist_writers.toml").read_text(encoding="utf-8"))


@cache
def writers() -> NDArray[np.int64]:
    """Load the number of the writer of each of MNIST's test digits, shape (10000,).

    Examples
    --------
    >>> writers()[:3].tolist(), int((writers() >= FIRST_STUDENT).sum())
    ([2578, 2359, 2530], 5001)
    """
    name = "mnist_writers.txt"
    path = checked(FOLDER / name, manifest()[name]["sha256"], f"restore it with `git checkout -- cnnfigs/data/{name}`")
    numbers = np.array(path.read_text(encoding="ascii").split(), dtype=np.int64)
    numbers.setflags(write=False)
    return numbers
