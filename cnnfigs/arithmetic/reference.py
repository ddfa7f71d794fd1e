"""Convolution and pooling in their plainest form: what a layer does with one image, cell by cell.

These functions are for reading, and for checking what a layer returns; they are slow. They compute in float64. An
image has the shape (height, width, channels), a signal (length, channels): all of them work on both, as they look
at each axis by itself.

`strides` and `dilation_rate` are one number, or one for each axis. `padding` is ``"valid"``, ``"same"``, or the
cells added before and after each axis: ``((1, 1), (1, 1))``. :class:`cnnfigs.arithmetic.sizes.Axis` says what they
mean on an axis. A :class:`cnnfigs.errors.ParameterError` is raised where it refuses them, and where shapes do not fit
together, are empty, or numbers are not finite.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnfigs.arithmetic import Padding
from cnnfigs.arithmetic.sizes import Axis, TransposedAxis
from cnnfigs.errors import ParameterError

Floats = NDArray[np.float64]
PerAxis = int | tuple[int, ...]


def patches(
    image: ArrayLike,
    kernel_size: PerAxis,
    strides: PerAxis = 1,
    padding: Padding = "valid",
    dilation_rate: PerAxis = 1,
    fill: float = 0.0,
) -> Floats:
    """Cut out what a window sees in each of its places.

    Parameters
    ----------
    image
        Shape (height, width, channels) or (length, channels).
    kernel_size, strides, padding, dilation_rate
        The window, see the top of this module.
    fill
        The value of the padded cells.

    Returns
    -------
    ndarray of float64
        Shape (rows, columns, kernel height, kernel width, channels), or (positions, kernel size, channels):
        ``patches(...)[row, column]`` is the patch at that place.

    Examples
    --------
    >>> image = np.arange(9.0).reshape(3, 3, 1)
    >>> patches(image, 2)[1, 0, :, :, 0]
    array([[3., 4.],
           [6., 7.]])
    """
    image = _check_image(image)
    sizes = image.shape[:-1]
    covered = [axis.windows() for axis in _axes(Axis, sizes, kernel_size, strides, padding, dilation_rate)]
    places, taps = zip(*(axis.shape for axis in covered), strict=True)
    result = np.full((*places, *taps, image.shape[-1]), float(fill))
    for place in np.ndindex(*places):
        for tap in np.ndindex(*taps):
            cell = tuple(axis[p, t] for axis, p, t in zip(covered, place, tap, strict=True))
            if all(0 <= c < size for c, size in zip(cell, sizes, strict=True)):
                result[place + tap] = image[cell]
    return result


def convolution(
    image: ArrayLike,
    kernel: ArrayLike,
    bias: ArrayLike | None = None,
    strides: PerAxis = 1,
    padding: Padding = "valid",
    dilation_rate: PerAxis = 1,
) -> Floats:
    """Convolve an image with filters, as Conv1D and Conv2D do.

    Each filter is laid on the image in each place, the numbers that lie on each other are multiplied, and all
    products are added, over all channels; then the filter's bias is added. The filter is not flipped: strictly, this
    is the cross-correlation (Goodfellow, Bengio and Courville 2016, *Deep Learning*, equation 9.6).

    Parameters
    ----------
    image
        Shape (height, width, channels) or (length, channels).
    kernel
        All filters: shape (kernel height, kernel width, channels, filters) or (kernel size, channels, filters).
    bias
        A number per filter; None for none.
    strides, padding, dilation_rate
        See the top of this module.

    Returns
    -------
    ndarray of float64
        The feature maps, shape (rows, columns, filters) or (positions, filters): ``maps[:, :, n]`` is filter n's.

    Examples
    --------
    >>> image = np.array([[0, 0, 1], [0, 1, 1], [1, 1, 1]], dtype=float).reshape(3, 3, 1)
    >>> edge = np.array([[-1, 1], [-1, 1]], dtype=float).reshape(2, 2, 1, 1)
    >>> convolution(image, edge)[:, :, 0]
    array([[1., 1.],
           [1., 0.]])
    """
    image = _check_image(image)
    kernel = _check_kernel(kernel, image, "channels, filters")
    channels, filters = kernel.shape[-2:]
    _check_channels(channels, image)
    bias = _check_bias(bias, filters)
    seen = patches(image, kernel.shape[:-2], strides, padding, dilation_rate)
    places = seen.shape[: image.ndim - 1]
    maps = np.zeros((*places, filters))
    for place in np.ndindex(*places):
        for n in range(filters):
            maps[place][n] = np.sum(seen[place] * kernel[..., n]) + bias[n]
    return maps


def transposed_convolution(
    image: ArrayLike,
    kernel: ArrayLike,
    bias: ArrayLike | None = None,
    strides: PerAxis = 1,
    padding: Padding = "valid",
    dilation_rate: PerAxis = 1,
) -> Floats:
    """Spread each cell of an image over a window of the output, as Conv1DTranspose and Conv2DTranspose do.

    Each cell of the image, times the kernel, is added to the output where the window of that cell stands: what a
    convolution collects, this one hands out. It turns a convolution's output shape back into its input shape, not
    its values. Keras' layers fail with dilation on a CPU; here it is accepted.

    Parameters
    ----------
    image
        Shape (height, width, channels) or (length, channels).
    kernel
        Shape (kernel height, kernel width, filters, channels) or (kernel size, filters, channels): the last two
        axes stand the other way round than in a convolution.
    bias
        A number per filter; None for none.
    strides, dilation_rate
        See the top of this module.
    padding
        What is cut off: see :class:`cnnfigs.arithmetic.sizes.TransposedAxis`.

    Returns
    -------
    ndarray of float64
        Shape (height, width, filters) or (length, filters).

    Examples
    --------
    >>> image = np.array([1.0, 10.0]).reshape(2, 1)
    >>> kernel = np.array([1.0, 2.0, 3.0]).reshape(3, 1, 1)
    >>> transposed_convolution(image, kernel, strides=2)[:, 0]
    array([ 1.,  2., 13., 20., 30.])
    """
    image = _check_image(image)
    kernel = _check_kernel(kernel, image, "filters, channels")
    filters, channels = kernel.shape[-2:]
    _check_channels(channels, image)
    kernel_size = kernel.shape[:-2]
    axes = _axes(TransposedAxis, image.shape[:-1], kernel_size, strides, padding, dilation_rate)
    sizes = tuple(axis.output_size() for axis in axes)
    reached = [axis.windows() for axis in axes]
    maps = np.zeros((*sizes, filters)) + _check_bias(bias, filters)
    for place in np.ndindex(*image.shape[:-1]):
        for tap in np.ndindex(*kernel_size):
            cell = tuple(axis[p, t] for axis, p, t in zip(reached, place, tap, strict=True))
            if all(0 <= c < size for c, size in zip(cell, sizes, strict=True)):
                maps[cell] += kernel[tap] @ image[place]
    return maps


def max_pooling(
    image: ArrayLike, pool_size: PerAxis = 2, strides: PerAxis | None = None, padding: Padding = "valid"
) -> Floats:
    """Keep the largest value of each window, channel by channel, as MaxPooling1D and MaxPooling2D do.

    Padded cells do not count: the maximum is taken over the image's own cells.

    Parameters
    ----------
    image
        Shape (height, width, channels) or (length, channels).
    pool_size
        Size of the window.
    strides
        None for the pool size: windows side by side.
    padding
        See the top of this module.

    Returns
    -------
    ndarray of float64
        Shape (rows, columns, channels) or (positions, channels).

    Raises
    ------
    ParameterError
        Also if a window stands on padding alone.

    Examples
    --------
    >>> image = np.array([[1, 7, 2], [3, 5, 9], [8, 0, 4]], dtype=float).reshape(3, 3, 1)
    >>> max_pooling(image, 2)[:, :, 0], max_pooling(image, 2, padding="same")[:, :, 0]
    (array([[7.]]), array([[7., 9.],
           [8., 4.]]))
    """
    seen = _pooling_patches(image, pool_size, strides, padding)
    return np.asarray(np.nanmax(seen, axis=_window_axes(seen)))


def average_pooling(
    image: ArrayLike, pool_size: PerAxis = 2, strides: PerAxis | None = None, padding: Padding = "valid"
) -> Floats:
    """Take the mean of each window, channel by channel, as AveragePooling1D and AveragePooling2D do.

    Padded cells do not count: the sum is divided by the number of the image's own cells in the window.

    Parameters
    ----------
    image, pool_size, strides, padding
        See :func:`max_pooling`; what is returned and refused, too.

    Examples
    --------
    >>> signal = np.array([2.0, 4.0, 9.0]).reshape(3, 1)
    >>> average_pooling(signal, 2, padding="same")[:, 0]
    array([3., 9.])
    """
    seen = _pooling_patches(image, pool_size, strides, padding)
    return np.asarray(np.nanmean(seen, axis=_window_axes(seen)))


def _pooling_patches(image: ArrayLike, pool_size: PerAxis, strides: PerAxis | None, padding: Padding) -> Floats:
    """Cut out the windows of a pooling, with NaN for the padded cells."""
    seen = patches(image, pool_size, pool_size if strides is None else strides, padding, fill=np.nan)
    if np.isnan(seen).all(axis=_window_axes(seen)).any():
        raise ParameterError(f"padding: expected a cell of the image in each window of {pool_size}, got {padding!r}")
    return seen


def _window_axes(seen: Floats) -> tuple[int, ...]:
    """Return the axes of the window: patches have the places first, then the window, then the channels."""
    rank = (seen.ndim - 1) // 2
    return tuple(range(rank, 2 * rank))


def _axes(
    kind: type[Axis],
    sizes: tuple[int, ...],
    kernel_size: PerAxis,
    strides: PerAxis,
    padding: Padding,
    dilation_rate: PerAxis,
) -> list[Axis]:
    """Sort the arguments by axis."""
    window = {"kernel_size": kernel_size, "strides": strides, "padding": padding, "dilation_rate": dilation_rate}
    each = {name: _per_axis(name, value, len(sizes)) for name, value in window.items()}
    if any(s != 1 for s in each["strides"]) and any(d != 1 for d in each["dilation_rate"]):
        raise ParameterError(
            f"strides: expected 1 where dilation_rate is {each['dilation_rate']}, as in Keras, got {each['strides']}"
        )
    return [kind(*axis) for axis in zip(sizes, *each.values(), strict=True)]


def _per_axis(name: str, value: Any, rank: int) -> tuple[Any, ...]:
    """Repeat what stands for all axes; what each may be is checked axis by axis."""
    if not isinstance(value, tuple | list):
        return (value,) * rank
    if len(value) != rank:
        raise ParameterError(f"{name}: expected one for each of {rank} spatial axes, got {value!r}")
    return tuple(value)


def _check_image(image: ArrayLike) -> Floats:
    array = np.asarray(image, dtype=np.float64)
    if array.ndim not in (2, 3):
        raise ParameterError(
            f"image: expected shape (height, width, channels) or (length, channels), got {array.shape}"
        )
    if array.size == 0:
        raise ParameterError(f"image: expected a size of 1 or more on each axis, got shape {array.shape}")
    if not np.isfinite(array).all():
        cell = tuple(np.argwhere(~np.isfinite(array))[0].tolist())
        raise ParameterError(f"image: expected finite numbers, got {array[cell]} at {cell}")
    return array


def _check_kernel(kernel: ArrayLike, image: Floats, last_axes: str) -> Floats:
    array = np.asarray(kernel, dtype=np.float64)
    if array.ndim != image.ndim + 1 or array.size == 0:
        size = "kernel height, kernel width" if image.ndim == 3 else "kernel size"
        raise ParameterError(f"kernel: expected shape ({size}, {last_axes}) for this image, got {array.shape}")
    if not np.isfinite(array).all():
        raise ParameterError("kernel: expected finite numbers, got NaN or infinity")
    return array


def _check_channels(channels: int, image: Floats) -> None:
    if channels != image.shape[-1]:
        raise ParameterError(f"kernel: expected slices for the {image.shape[-1]} channels of the image, got {channels}")


def _check_bias(bias: ArrayLike | None, filters: int) -> Floats:
    array = np.zeros(filters) if bias is None else np.asarray(bias, dtype=np.float64)
    if array.shape != (filters,) or not np.isfinite(array).all():
        raise ParameterError(f"bias: expected a finite number per filter, shape ({filters},), got {bias!r}")
    return array
