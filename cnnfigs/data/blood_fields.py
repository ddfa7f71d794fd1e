"""Which photos of the blood smears show the same place: the microscope moved by less than its field of view.

Two such photos have cells in common. Where one is trained on and the other is tested with, the test asks about what was
shown in the training: a leak.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data.blood_cells import HEIGHT, WIDTH, all_pictures, part, photo

#: The photos are compared at this fraction of their size.
SMALLER = 8
#: So many of the most promising pairs are compared by their pixels.
PROMISING = 3_000
#: Two photos show the same place if they correlate at least so well where they overlap, and overlap in at least this
#: share of the field. Between true pairs and all others lies a wide gap.
ALIKE, OVERLAP = 0.8, 0.15


@dataclass(frozen=True)
class Pair:
    """Two photos that show the same place.

    Attributes
    ----------
    one, other
        Their names.
    right, down
        What is at column x and row y of `other` is at x + right and y + down of `one`, to within 8 pixels.
    correlation
        Of the grey values where they overlap.
    """

    one: str
    other: str
    right: int
    down: int
    correlation: float


@cache
def pairs() -> tuple[Pair, ...]:
    """Find all pairs of photos that show the same place, the most alike first.

    The spectra of two photos, all frequencies made equally strong, give a peak at the shift between them. The most
    promising pairs are laid over each other by that shift.

    References
    ----------
    C. D. Kuglin and D. C. Hines, "The phase correlation image alignment method", IEEE Conference on Cybernetics and
    Society (1975), 163–165.
    """
    names = all_pictures()
    small = np.stack([_small(name) for name in names])
    height, width = small.shape[1:]
    # Falls to 0 at the edges, where a photo that is repeated on all sides would jump.
    window = (np.hanning(height)[:, np.newaxis] * np.hanning(width)) ** 0.25
    spectra = np.fft.rfft2((small - small.mean(axis=(1, 2), keepdims=True)) * window)
    spectra = (spectra / (np.abs(spectra) + 1e-6)).astype(np.complex64)
    peaks: list[tuple[float, int, int, int, int]] = []
    for one in range(len(names) - 1):
        heights = np.fft.irfft2(spectra[one] * spectra[one + 1 :].conj(), s=(height, width))
        flat = heights.reshape(len(heights), -1)
        for later, place in enumerate(flat.argmax(axis=1).tolist()):
            peaks.append((float(flat[later, place]), one, one + 1 + later, *divmod(place, width)))
    found = []
    for _, one, other, down, right in sorted(peaks, reverse=True)[:PROMISING]:
        # The peak tells the shift but for a whole height or width.
        correlation, down, right = max(
            (_correlation(small[one], small[other], y, x), y, x)
            for y in (down, down - height)
            for x in (right, right - width)
        )
        if correlation >= ALIKE:
            found.append(Pair(names[one], names[other], SMALLER * right, SMALLER * down, correlation))
    return tuple(sorted(found, key=lambda pair: -pair.correlation))


def across(one: Iterable[str], other: Iterable[str]) -> tuple[Pair, ...]:
    """Return the pairs with one photo among `one` and one among `other`."""
    first, second = {*one}, {*other}
    return tuple(
        pair
        for pair in pairs()
        if (pair.one in first and pair.other in second) or (pair.one in second and pair.other in first)
    )


def away_from_test() -> tuple[str, ...]:
    """Return the training photos that show no place which a test photo shows."""
    seen = {name for pair in across(part("train"), part("test")) for name in (pair.one, pair.other)}
    return tuple(name for name in part("train") if name not in seen)


def _small(name: str) -> NDArray[np.float64]:
    grey = photo(name).mean(axis=2)
    smaller: NDArray[np.float64] = grey.reshape(HEIGHT // SMALLER, SMALLER, WIDTH // SMALLER, SMALLER).mean(axis=(1, 3))
    return smaller


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64], down: int, right: int) -> float:
    """Correlate two images where they overlap when the second is moved; −1 where that is too little to tell."""
    height, width = one.shape[0] - abs(down), one.shape[1] - abs(right)
    if height <= 0 or width <= 0 or height * width < OVERLAP * one.size:
        return -1.0
    first = one[max(down, 0) :, max(right, 0) :][:height, :width]
    second = other[max(-down, 0) :, max(-right, 0) :][:height, :width]
    return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])
