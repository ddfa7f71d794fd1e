"""The one large network of the tutorial: MobileNetV2 as torchvision trained it on the photos of ImageNet.

Its weights and the names of its classes ship; what it takes as input is exact: :func:`network_input`.

References
----------
M. Sandler, A. Howard, M. Zhu, A. Zhmoginov and L.-C. Chen, "MobileNetV2: Inverted residuals and linear bottlenecks",
IEEE Conference on Computer Vision and Pattern Recognition (2018), 4510–4520.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import Bytes, imagenet_weights
from cnnfigs.errors import ParameterError
from cnnfigs.images import as_bytes, resized
from cnnfigs.models.backend import load_keras
from cnnfigs.models.compiled import outputs
from cnnfigs.models.compiled_mobilenet import ANSWER, follow, sums_reader

if TYPE_CHECKING:
    import keras

#: Number of classes, and how many photos the network is shown at once: more take more memory, and hardly less time.
CLASSES, AT_ONCE = 1000, 4
#: The five classes of domestic cats: tabby, tiger cat, Persian cat, Siamese cat, Egyptian cat.
CATS = (281, 282, 283, 284, 285)

#: Length of a photo's shorter side, and most of its longer one, as the network gets it. At these odd sizes, one more
#: than a multiple of 32, Keras pads each map as the network was trained with; at even sizes it does not.
SHORT, LONG = 225, 353

#: The layers that give the feature maps their last form, a ReLU that ends at 6, from the image to the answer.
RELU_LAYERS = (
    "Conv1_relu",
    "expanded_conv_depthwise_relu",
    *(f"block_{block}_{part}_relu" for block in range(1, 17) for part in ("expand", "depthwise")),
    "out_relu",
)

#: Mean and standard deviation of red, green and blue in ImageNet's photos, with which the network was trained.
MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)
DEVIATION = np.array([0.229, 0.224, 0.225], dtype=np.float32)

#: What a photo can be.
PHOTO = (
    "an array of shape (height, width) or (height, width, 1 to 4 channels), whole numbers from 0 to 255 or fractions "
    "from 0 to 1"
)


@cache
def mobilenet_v2(height: int = SHORT, width: int = SHORT) -> keras.Model:
    """Load the network for photos of one size; it gives logits, the sums before softmax.

    Parameters
    ----------
    height, width
        Size of the photos, each one more than a multiple of 32.

    Returns
    -------
    keras.Model
        Reads (height, width, 3) as :func:`network_input` makes it, gives (1000,).

    Raises
    ------
    ValueError
        If the padding would not be that of the training at this size.
    cnnfigs.data.DataError
        If the weights are missing or damaged.
    """
    for name, size in (("height", height), ("width", width)):
        if size < 33 or size % 32 != 1:
            raise ValueError(f"{name}: expected one more than a multiple of 32, such as 225, got {size}")
    keras = load_keras()
    return keras.applications.MobileNetV2(
        input_shape=(height, width, 3), weights=str(imagenet_weights()), classifier_activation=None
    )


def network_input(photos: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Turn photos into the network's input: from 0 to 1, minus the mean, divided by the standard deviation.

    Parameters
    ----------
    photos
        Shape (..., 3), RGB from 0 to 255.

    Examples
    --------
    >>> [f"{value:.2f}" for value in network_input(np.array([255, 0, 104], dtype=np.uint8))]
    ['2.25', '-2.04', '0.01']
    """
    return ((photos.astype(np.float32) / 255 - MEAN) / DEVIATION).astype(np.float32)


def probabilities(photos: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Show photos to the network.

    Parameters
    ----------
    photos
        Shape (n, height, width, 3), RGB from 0 to 255; height and width each one more than a multiple of 32.

    Returns
    -------
    ndarray of float32
        Shape (n, 1000).
    """
    images = network_input(photos)
    if len(photos) > AT_ONCE:
        logits = outputs(lambda batch: sums_reader(ANSWER)(batch)[0], images, AT_ONCE)
    else:  # too few to be worth compiling
        logits = follow(images, ANSWER).sums[ANSWER]
    return np.asarray(load_keras().ops.softmax(logits))


def as_photo(image: Any) -> Bytes:
    """Read an image of any kind as RGB.

    Parameters
    ----------
    image
        An array, or what NumPy can make one of, such as a Pillow image: shape (height, width) for grey, or (height,
        width, channels) with 1 channel for grey, 2 for grey and alpha, 3 for RGB, 4 for RGB and alpha; whole numbers
        from 0 to 255, or fractions from 0 to 1. Where it is transparent, white shows through.

    Returns
    -------
    ndarray of uint8
        Shape (height, width, 3).

    Raises
    ------
    ParameterError
        If it is not an image.

    Examples
    --------
    >>> as_photo(np.array([[0.0, 1.0]])).tolist()
    [[[0, 0, 0], [255, 255, 255]]]
    """
    try:
        array = np.asarray(image)
    except (TypeError, ValueError) as error:
        raise ParameterError(f"image: expected {PHOTO}, got a {type(image).__name__}: {error}") from error
    numbers = array.size > 0 and array.dtype.kind in "uif"
    photo = numbers and (array.ndim == 2 or (array.ndim == 3 and array.shape[2] <= 4))
    most = 1 if array.dtype.kind == "f" else 255
    if not photo or not ((array >= 0) & (array <= most)).all():
        got = f"an array of {array.dtype} of shape {array.shape}"
        if numbers:
            got += f" with numbers from {array.min():g} to {array.max():g}"
        raise ParameterError(f"image: expected {PHOTO}, got {got}")
    channels = (array if array.ndim == 3 else array[..., np.newaxis]).astype(np.float64) / most
    if channels.shape[2] in (2, 4):
        alpha = channels[..., -1:]
        channels = channels[..., :-1] * alpha + (1 - alpha)
    rgb = np.broadcast_to(channels, (*channels.shape[:2], 3))
    return as_bytes(rgb)


def fitted(photo: Bytes) -> Bytes:
    """Resize a photo to a size at which the network works as it was trained.

    The shorter side becomes 225 pixels, the longer one the nearest of 225, 257, 289, 321 and 353: so the proportions
    change by 7 % at most. Of a photo that is longer still, the middle is taken.

    Parameters
    ----------
    photo
        Shape (height, width, 3), RGB from 0 to 255.

    Examples
    --------
    >>> fitted(np.zeros((300, 451, 3), dtype=np.uint8)).shape
    (225, 353, 3)
    >>> fitted(np.zeros((9, 2, 3), dtype=np.uint8)).shape
    (353, 225, 3)
    """
    short = min(photo.shape[:2])
    longest = max(1, round(short * LONG / SHORT))
    for axis in (0, 1):
        cut = max(0, photo.shape[axis] - longest)
        photo = photo.take(range(cut // 2, photo.shape[axis] - cut + cut // 2), axis=axis)
    height, width = (min(LONG, 32 * round((size / short * SHORT - 1) / 32) + 1) for size in photo.shape[:2])
    return resized(photo, height, width)


def best_answers(answer: NDArray[np.float32], count: int) -> Sequence[int]:
    """Return the classes with the largest probabilities, the best first.

    Examples
    --------
    >>> best_answers(np.array([0.1, 0.7, 0.2], dtype=np.float32), 2)
    [1, 2]
    """
    order: list[int] = np.argsort(-answer, kind="stable")[:count].tolist()
    return order
