"""Where a window can stand on its input: output sizes, padding, and the cells that each window covers.

Every function here tells one axis of an image; the axes of a convolution do not know of each other. A window of
`kernel_size` cells, `dilation_rate` apart, stands at the first cell of the padded input and moves on by `strides`
cells as long as it fits. Cells are counted from 0; negative numbers and those from `size` on are padding.

Padding is ``"valid"`` (none), ``"same"`` (as Keras and TensorFlow have it: so much that the output has
``ceil(size / strides)`` cells, the odd one after), or a pair of numbers of cells ``(before, after)``.

The formulas are those of V. Dumoulin and F. Visin (2016), *A guide to convolution arithmetic for deep learning*,
arXiv:1603.07285: relationship 6 for convolution, 7 for pooling, 14 for transposed convolution, 15 for dilation; with
the padding before and after told apart, as "same" needs it.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cnnfigs.arithmetic import Derivation

AxisPadding = Literal["valid", "same"] | tuple[int, int]


def effective_kernel_size(kernel_size: int, dilation_rate: int = 1) -> int:
    """Tell how many cells a window spans from its first to its last, holes of the dilation included.

    Raises
    ------
    ValueError
        If a number is not whole or less than 1.

    Examples
    --------
    >>> effective_kernel_size(3), effective_kernel_size(3, dilation_rate=2)
    (3, 5)
    """
    _check_whole(kernel_size=kernel_size, dilation_rate=dilation_rate)
    return dilation_rate * (kernel_size - 1) + 1


def padding_amounts(
    size: int, kernel_size: int, strides: int = 1, padding: AxisPadding = "valid", dilation_rate: int = 1
) -> tuple[int, int]:
    """Tell how many cells are added before and after an axis for a convolution or a pooling.

    With ``"same"``, the odd cell is added after: an even kernel gets one more there, and so do strides, according
    to the size.

    Parameters
    ----------
    size
        Cells of the input, at least 1.
    kernel_size
        Cells of the window, at least 1.
    strides
        Cells from one window to the next, at least 1; with a `dilation_rate` above 1 only 1.
    padding
        ``"valid"``, ``"same"`` or ``(before, after)``.
    dilation_rate
        Cells from one cell of the window to its next, at least 1.

    Returns
    -------
    before, after : int

    Raises
    ------
    ValueError
        If an argument is not accepted.

    Examples
    --------
    >>> padding_amounts(5, 3, padding="same")
    (1, 1)
    >>> padding_amounts(6, 3, strides=2, padding="same")
    (0, 1)
    """
    span = effective_kernel_size(kernel_size, dilation_rate)
    _check_whole(size=size, strides=strides)
    _check_strides(strides, dilation_rate)
    if padding == "valid":
        return 0, 0
    if padding == "same":
        positions = -(-size // strides)
        total = max((positions - 1) * strides + span - size, 0)
        return total // 2, total - total // 2
    return _pair(padding, minimum=0)


def output_size(
    size: int, kernel_size: int, strides: int = 1, padding: AxisPadding = "valid", dilation_rate: int = 1
) -> int:
    """Count the places where a window can stand: the output size of a convolution or a pooling.

    ``floor((size + before + after - span) / strides) + 1``, where `span` is the :func:`effective_kernel_size`:
    what remains after the last full stride is not looked at.

    Parameters
    ----------
    size, kernel_size, strides, padding, dilation_rate
        See :func:`padding_amounts`. A pooling's kernel size is its pool size.

    Returns
    -------
    int
        At least 1.

    Raises
    ------
    ValueError
        If an argument is not accepted, or the window does not fit on the padded input. (Keras' MaxPooling2D layer
        silently returns an empty array there.)

    Examples
    --------
    >>> output_size(28, 3), output_size(5, 3, padding="same"), output_size(11, 2, strides=2)
    (26, 5, 5)
    """
    before, after = padding_amounts(size, kernel_size, strides, padding, dilation_rate)
    span = effective_kernel_size(kernel_size, dilation_rate)
    _check_fit(kernel_size, span, size, before + after)
    return (size + before + after - span) // strides + 1


def output_size_derivation(
    size: int, kernel_size: int, strides: int = 1, padding: AxisPadding = "valid", dilation_rate: int = 1
) -> Derivation:
    """Write the formula of :func:`output_size` with its numbers filled in.

    Examples
    --------
    >>> print(output_size_derivation(11, 2, strides=2))
    ⌊(11 − 2) / 2⌋ + 1 = 5
    >>> print(output_size_derivation(5, 3, padding="same"))
    ⌊(5 + 1 + 1 − 3) / 1⌋ + 1 = 5
    """
    total = output_size(size, kernel_size, strides, padding, dilation_rate)
    before, after = padding_amounts(size, kernel_size, strides, padding, dilation_rate)
    added = f" + {before} + {after}" if before or after else ""
    span = effective_kernel_size(kernel_size, dilation_rate)
    return Derivation(f"⌊({size:,}{added} − {span}) / {strides}⌋ + 1", total)


def windows(
    size: int, kernel_size: int, strides: int = 1, padding: AxisPadding = "valid", dilation_rate: int = 1
) -> NDArray[np.intp]:
    """List the input cells that each window covers.

    Parameters
    ----------
    size, kernel_size, strides, padding, dilation_rate
        See :func:`padding_amounts`.

    Returns
    -------
    ndarray of int, shape (positions, kernel_size)
        Row p holds the cells under the window in place p. Numbers below 0 and from `size` on are padded cells.

    Raises
    ------
    ValueError
        As :func:`output_size`.

    Examples
    --------
    >>> windows(5, 3, strides=2)
    array([[0, 1, 2],
           [2, 3, 4]])
    >>> windows(3, 3, padding="same")
    array([[-1,  0,  1],
           [ 0,  1,  2],
           [ 1,  2,  3]])
    """
    positions = output_size(size, kernel_size, strides, padding, dilation_rate)
    before, _ = padding_amounts(size, kernel_size, strides, padding, dilation_rate)
    first_cells = strides * np.arange(positions) - before
    return first_cells[:, np.newaxis] + dilation_rate * np.arange(kernel_size)


def unread_cells(
    size: int, kernel_size: int, strides: int = 1, padding: AxisPadding = "valid", dilation_rate: int = 1
) -> tuple[int, ...]:
    """List the input cells that no window covers: between strides, or after the last one.

    Parameters
    ----------
    size, kernel_size, strides, padding, dilation_rate
        See :func:`padding_amounts`.

    Raises
    ------
    ValueError
        As :func:`output_size`.

    Examples
    --------
    >>> unread_cells(11, 2, strides=2), unread_cells(5, 1, strides=2)
    ((10,), (1, 3))
    """
    covered = windows(size, kernel_size, strides, padding, dilation_rate)
    return tuple(np.setdiff1d(np.arange(size), covered).tolist())


def transposed_cropping(
    kernel_size: int, strides: int = 1, padding: AxisPadding = "valid", dilation_rate: int = 1
) -> tuple[int, int]:
    """Tell how many cells a transposed convolution cuts off before and after an axis.

    A transposed convolution spreads each input cell over a window, the windows `strides` apart. Of what they
    cover, ``"valid"`` keeps all and ``"same"`` the middle ``size * strides`` cells. Where the windows leave gaps
    (strides larger than the kernel), Keras keeps the gap after the last one too: -1 means one cell of zeros more.

    Parameters
    ----------
    kernel_size, strides, dilation_rate
        See :func:`padding_amounts`.
    padding
        ``"valid"``, ``"same"``, or the cells to cut off ``(before, after)``, as PyTorch has it; a negative `after`
        adds zeros, which is how Keras' `output_padding` is told.

    Returns
    -------
    before, after : int

    Raises
    ------
    ValueError
        If an argument is not accepted.

    Examples
    --------
    >>> transposed_cropping(3, strides=2, padding="same"), transposed_cropping(2, strides=3)
    ((0, 1), (0, -1))
    """
    span = effective_kernel_size(kernel_size, dilation_rate)
    _check_whole(strides=strides)
    _check_strides(strides, dilation_rate)
    if padding == "valid":
        return 0, min(span - strides, 0)
    if padding == "same":
        before = max(span - strides, 0) // 2
        return before, span - strides - before
    return _pair(padding, minimum=None)


def transposed_output_size(
    size: int, kernel_size: int, strides: int = 1, padding: AxisPadding = "valid", dilation_rate: int = 1
) -> int:
    """Count the cells that a transposed convolution makes.

    ``(size - 1) * strides + span - before - after``, where `before` and `after` are the
    :func:`transposed_cropping`. With ``"same"`` that is ``size * strides``.

    Parameters
    ----------
    size
        Cells of the input, at least 1.
    kernel_size, strides, padding, dilation_rate
        See :func:`transposed_cropping`.

    Returns
    -------
    int
        At least 1.

    Raises
    ------
    ValueError
        If an argument is not accepted, or nothing would be left. Dilation is accepted here, although Keras' layer
        fails with it on a CPU.

    Examples
    --------
    >>> transposed_output_size(2, 3, strides=2), transposed_output_size(2, 3, strides=2, padding="same")
    (5, 4)
    """
    _check_whole(size=size)
    before, after = transposed_cropping(kernel_size, strides, padding, dilation_rate)
    covered = (size - 1) * strides + effective_kernel_size(kernel_size, dilation_rate)
    if covered - before - after < 1:
        raise ValueError(
            f"padding {padding!r} cuts {before + after} cells off the {covered} that a transposed convolution of "
            f"size {size} covers: at most {covered - 1} are accepted"
        )
    return covered - before - after


def transposed_output_size_derivation(
    size: int, kernel_size: int, strides: int = 1, padding: AxisPadding = "valid", dilation_rate: int = 1
) -> Derivation:
    """Write the formula of :func:`transposed_output_size` with its numbers filled in.

    Examples
    --------
    >>> print(transposed_output_size_derivation(2, 3, strides=2, padding="same"))
    (2 − 1)·2 + 3 − 0 − 1 = 4
    """
    total = transposed_output_size(size, kernel_size, strides, padding, dilation_rate)
    before, after = transposed_cropping(kernel_size, strides, padding, dilation_rate)
    span = effective_kernel_size(kernel_size, dilation_rate)
    cut = _less(before) + _less(after) if before or after else ""
    return Derivation(f"({size:,} − 1)·{strides} + {span}{cut}", total)


def transposed_windows(
    size: int, kernel_size: int, strides: int = 1, padding: AxisPadding = "valid", dilation_rate: int = 1
) -> NDArray[np.intp]:
    """List the output cells over which a transposed convolution spreads each input cell.

    Parameters
    ----------
    size, kernel_size, strides, padding, dilation_rate
        See :func:`transposed_output_size`.

    Returns
    -------
    ndarray of int, shape (size, kernel_size)
        Row p holds the output cells that input cell p adds to. Numbers below 0 and from the output size on are
        cut off.

    Raises
    ------
    ValueError
        As :func:`transposed_output_size`.

    Examples
    --------
    >>> transposed_windows(2, 3, strides=2, padding="same")
    array([[0, 1, 2],
           [2, 3, 4]])
    """
    transposed_output_size(size, kernel_size, strides, padding, dilation_rate)  # raises what it does not accept
    before, _ = transposed_cropping(kernel_size, strides, padding, dilation_rate)
    first_cells = strides * np.arange(size) - before
    return first_cells[:, np.newaxis] + dilation_rate * np.arange(kernel_size)


def _less(number: int) -> str:
    return f" − {number}" if number >= 0 else f" + {-number}"


def _check_whole(**arguments: Any) -> None:
    for name, value in arguments.items():
        if not _is_whole(value) or value < 1:
            raise ValueError(f"{name} is {value!r}: a whole number of at least 1 is accepted")


def _check_strides(strides: int, dilation_rate: int) -> None:
    if strides > 1 and dilation_rate > 1:
        raise ValueError(
            f"strides is {strides} and dilation_rate is {dilation_rate}: one of them must be 1, as in Keras"
        )


def _check_fit(kernel_size: int, span: int, size: int, added: int) -> None:
    if span > size + added:
        spans = "" if span == kernel_size else f", which spans {span} cells with its dilation_rate"
        padded = f"of size {size}" if added == 0 else f"of size {size} with {added} padded cells"
        raise ValueError(f"kernel_size is {kernel_size}{spans}: on an input {padded} at most {size + added} fits")


def _pair(padding: Any, minimum: int | None) -> tuple[int, int]:
    pair = isinstance(padding, tuple | list) and len(padding) == 2 and all(map(_is_whole, padding))
    if not pair or (minimum is not None and min(padding) < minimum):
        least = "" if minimum is None else f" of at least {minimum}"
        raise ValueError(
            f"padding is {padding!r}: 'valid', 'same' or a pair (before, after) of whole numbers{least} is accepted"
        )
    before, after = padding
    return before, after


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)
