"""Where a window can stand on its input: output sizes, padding, and the cells that each window covers.

An :class:`Axis` is one axis of an image with the window on it; the axes of a convolution do not know of each other. A
window of `kernel_size` cells, `dilation_rate` apart, stands at the first cell of the padded input and moves on by
`strides` cells as long as it fits. Cells are counted from 0; negative numbers and those from `size` on are padding.

The formulas are those of V. Dumoulin and F. Visin (2016), *A guide to convolution arithmetic for deep learning*,
arXiv:1603.07285: relationship 6 for convolution, 7 for pooling, 14 for transposed convolution, 15 for dilation; with
the padding before and after told apart, as "same" needs it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cnnfigs.arithmetic import Derivation
from cnnfigs.errors import ParameterError

AxisPadding = Literal["valid", "same"] | tuple[int, int]


@dataclass(frozen=True)
class Axis:
    """One axis of the input of a convolution or a pooling, with the window on it.

    Parameters
    ----------
    size
        Cells of the input, at least 1.
    kernel_size
        Cells of the window, at least 1; of a pooling its pool size.
    strides
        Cells from one window to the next, at least 1; with a `dilation_rate` above 1 only 1.
    padding
        ``"valid"`` (none), ``"same"`` (as Keras and TensorFlow have it: so much that the output has
        ``ceil(size / strides)`` cells), or the cells added ``(before, after)``.
    dilation_rate
        Cells from one cell of the window to its next, at least 1.

    Raises
    ------
    ParameterError
        If one of them is something else, or the window does not fit on the padded input. (Keras' MaxPooling2D layer
        silently returns an empty array there.)

    Examples
    --------
    >>> Axis(28, 3).output_size(), Axis(5, 3, padding="same").output_size(), Axis(11, 2, strides=2).output_size()
    (26, 5, 5)
    """

    size: int
    kernel_size: int
    strides: int = 1
    padding: AxisPadding = "valid"
    dilation_rate: int = 1

    def __post_init__(self) -> None:
        for name in ("size", "kernel_size", "strides", "dilation_rate"):
            value = getattr(self, name)
            if not _is_whole(value) or value < 1:
                raise ParameterError(f"{name}: expected a whole number of 1 or more, got {value!r}")
        if self.strides > 1 and self.dilation_rate > 1:
            raise ParameterError(
                f"strides: expected 1 where dilation_rate is {self.dilation_rate}, as in Keras, got {self.strides}"
            )
        if self.padding not in ("valid", "same") and not _is_pair(self.padding):
            raise ParameterError(
                f"padding: expected 'valid', 'same' or two whole numbers (before, after), got {self.padding!r}"
            )
        self._check_fit()

    def _check_fit(self) -> None:
        amounts = self.padding_amounts()
        if min(amounts) < 0:
            raise ParameterError(f"padding: expected 0 or more cells before and after, got {self.padding!r}")
        room, span = self.size + sum(amounts), self.span()
        if span > room:
            padded = f" with {sum(amounts)} padded cells" if sum(amounts) else ""
            spans = f", which spans {span} cells with its dilation_rate" if span > self.kernel_size else ""
            raise ParameterError(
                f"kernel_size: expected a span of at most {room} on an input of size {self.size}{padded}, "
                f"got {self.kernel_size}{spans}"
            )

    def span(self) -> int:
        """Count the cells from the window's first to its last, holes of the dilation included.

        Examples
        --------
        >>> Axis(9, 3).span(), Axis(9, 3, dilation_rate=2).span()
        (3, 5)
        """
        return self.dilation_rate * (self.kernel_size - 1) + 1

    def padding_amounts(self) -> tuple[int, int]:
        """Count the cells that are added before and after the input.

        With ``"same"``, the odd cell is added after: an even kernel gets one more there, and so do strides, according
        to the size.

        Examples
        --------
        >>> Axis(5, 3, padding="same").padding_amounts(), Axis(6, 3, strides=2, padding="same").padding_amounts()
        ((1, 1), (0, 1))
        """
        if self.padding == "valid":
            return 0, 0
        if self.padding == "same":
            positions = -(-self.size // self.strides)
            total = max((positions - 1) * self.strides + self.span() - self.size, 0)
            return total // 2, total - total // 2
        before, after = self.padding
        return before, after

    def output_size(self) -> int:
        """Count the places where the window can stand, at least 1.

        ``floor((size + before + after - span) / strides) + 1``: what remains after the last full stride is not looked
        at.
        """
        return (self.size + sum(self.padding_amounts()) - self.span()) // self.strides + 1

    def derivation(self) -> Derivation:
        """Write the formula of the output size with its numbers filled in.

        Examples
        --------
        >>> print(Axis(11, 2, strides=2).derivation())
        ⌊(11 − 2) / 2⌋ + 1 = 5
        >>> print(Axis(5, 3, padding="same").derivation())
        ⌊(5 + 1 + 1 − 3) / 1⌋ + 1 = 5
        """
        before, after = self.padding_amounts()
        added = f" + {before} + {after}" if before or after else ""
        return Derivation(f"⌊({self.size:,}{added} − {self.span()}) / {self.strides}⌋ + 1", self.output_size())

    def windows(self) -> NDArray[np.intp]:
        """List the input cells that each window covers.

        Returns
        -------
        ndarray of int, shape (places, kernel_size)
            Row p holds the cells under the window in place p. Numbers below 0 and from `size` on are padded cells.

        Examples
        --------
        >>> Axis(3, 3, padding="same").windows()
        array([[-1,  0,  1],
               [ 0,  1,  2],
               [ 1,  2,  3]])
        """
        return self._windows(self.output_size())

    def _windows(self, places: int) -> NDArray[np.intp]:
        before, _ = self.padding_amounts()
        first_cells = self.strides * np.arange(places) - before
        return first_cells[:, np.newaxis] + self.dilation_rate * np.arange(self.kernel_size)


@dataclass(frozen=True)
class TransposedAxis(Axis):
    """One axis of the input of a transposed convolution, each cell of which is spread over a window of the output.

    The windows stand `strides` apart. Of what they cover, ``"valid"`` keeps all and ``"same"`` the middle
    ``size * strides`` cells. A pair is what is cut off ``(before, after)``, as PyTorch has it; a negative `after` adds
    zeros, which is Keras' `output_padding`. Dilation is accepted, although Keras' layer fails with it on a CPU.

    Raises
    ------
    ParameterError
        As :class:`Axis`, or if nothing would be left.

    Examples
    --------
    >>> TransposedAxis(2, 3, strides=2).output_size(), TransposedAxis(2, 3, strides=2, padding="same").output_size()
    (5, 4)
    """

    def _check_fit(self) -> None:
        if self.output_size() < 1:
            covered = self._covered()
            raise ParameterError(
                f"padding: expected at most {covered - 1} of the {covered} cells cut off that a transposed convolution "
                f"of size {self.size} covers, got {self.padding!r}"
            )

    def _covered(self) -> int:
        return (self.size - 1) * self.strides + self.span()

    def padding_amounts(self) -> tuple[int, int]:
        """Count the cells that are cut off before and after the output.

        Where the windows leave gaps (strides larger than the kernel), Keras keeps the gap after the last one too: -1
        means one cell of zeros more.

        Examples
        --------
        >>> TransposedAxis(2, 3, strides=2, padding="same").padding_amounts()
        (0, 1)
        >>> TransposedAxis(2, 2, strides=3).padding_amounts()
        (0, -1)
        """
        excess = self.span() - self.strides
        if self.padding == "valid":
            return 0, min(excess, 0)
        if self.padding == "same":
            before = max(excess, 0) // 2
            return before, excess - before
        before, after = self.padding
        return before, after

    def output_size(self) -> int:
        """Count the cells of the output, at least 1: ``(size - 1) * strides + span - before - after``."""
        return self._covered() - sum(self.padding_amounts())

    def derivation(self) -> Derivation:
        """Write the formula of the output size with its numbers filled in.

        Examples
        --------
        >>> print(TransposedAxis(2, 3, strides=2, padding="same").derivation())
        (2 − 1)·2 + 3 − 0 − 1 = 4
        """
        amounts = self.padding_amounts()
        cut = "".join(f" − {n}" if n >= 0 else f" + {-n}" for n in amounts) if any(amounts) else ""
        return Derivation(f"({self.size:,} − 1)·{self.strides} + {self.span()}{cut}", self.output_size())

    def windows(self) -> NDArray[np.intp]:
        """List the output cells over which each input cell is spread.

        Returns
        -------
        ndarray of int, shape (size, kernel_size)
            Row p holds the output cells that input cell p adds to. Numbers below 0 and from the output size on are
            cut off.

        Examples
        --------
        >>> TransposedAxis(2, 3, strides=2, padding="same").windows()
        array([[0, 1, 2],
               [2, 3, 4]])
        """
        return self._windows(self.size)


def _is_pair(padding: Any) -> bool:
    return isinstance(padding, tuple | list) and len(padding) == 2 and all(map(_is_whole, padding))


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)
