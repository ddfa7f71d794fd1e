"""Images as arrays, as everything that shows one needs them: moved by pixels, resized, and as addresses in a page."""

from __future__ import annotations

import base64
import io
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Pixel = TypeVar("Pixel", bound=np.generic)
Bytes = NDArray[np.uint8]


def shifted(images: NDArray[Pixel], rows: int, columns: int) -> NDArray[Pixel]:
    """Move images down and to the right; paper comes in from the other side.

    Parameters
    ----------
    images
        Shape (..., height, width, channels).
    rows, columns
        By how many pixels, 0 or more.

    Examples
    --------
    >>> shifted(np.array([[1, 2], [3, 4]]).reshape(2, 2, 1), 0, 1)[:, :, 0]
    array([[0, 1],
           [0, 3]])
    """
    height, width = images.shape[-3:-1]
    moved = np.zeros_like(images)
    moved[..., rows:, columns:, :] = images[..., : height - rows, : width - columns, :]
    return moved


def as_bytes(values: NDArray[np.floating]) -> Bytes:
    """Turn values from 0 to 1 into bytes from 0 to 255; what lies beyond is cut off.

    Examples
    --------
    >>> as_bytes(np.array([-0.1, 0.5, 1.0])).tolist()
    [0, 128, 255]
    """
    pixels: Bytes = np.rint(255 * values.clip(0, 1)).astype(np.uint8)
    return pixels


def resized(image: Bytes, height: int, width: int, *, bicubic: bool = False) -> Bytes:
    """Resize an image, antialiased: where it shrinks, each new pixel is a weighted mean.

    Parameters
    ----------
    image
        Shape (rows, columns, 3), RGB from 0 to 255.
    height, width
        The new size.
    bicubic
        Whether to interpolate by cubic polynomials instead of linearly.

    Examples
    --------
    >>> resized(np.array([[[0, 0, 0], [255, 255, 255]]], dtype=np.uint8), 1, 1)[0, 0, 0] in (127, 128)
    True
    """
    from PIL import Image

    way = Image.Resampling.BICUBIC if bicubic else Image.Resampling.BILINEAR
    return np.array(Image.fromarray(np.ascontiguousarray(image)).resize((width, height), way))


def fit(image: Bytes, width: float, height: float) -> tuple[float, float]:
    """Return width and height of an image, shape (rows, columns, 3), as large as fits.

    Examples
    --------
    >>> fit(np.zeros((10, 20, 3), dtype=np.uint8), 100, 100)
    (100.0, 50.0)
    """
    scale = min(width / image.shape[1], height / image.shape[0])
    return scale * image.shape[1], scale * image.shape[0]


def smaller(image: Bytes, most: int) -> Bytes:
    """Resize an image so that its longer side has at most so many pixels.

    Examples
    --------
    >>> smaller(np.zeros((50, 200, 3), dtype=np.uint8), 100).shape
    (25, 100, 3)
    """
    scale = min(1.0, most / max(image.shape[:2]))
    return resized(image, round(scale * image.shape[0]), round(scale * image.shape[1]), bicubic=True)


def jpeg(image: Bytes, quality: int) -> str:
    """Write a photo, shape (rows, columns, 3), as a data URL of a JPEG, which every browser reads."""
    from PIL import Image

    content = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(image)).save(content, "JPEG", quality=quality, optimize=True)
    return data_url("image/jpeg", content.getvalue())


def data_url(kind: str, content: bytes) -> str:
    """Write the content of a file of a MIME type as a URL that holds it.

    Examples
    --------
    >>> data_url("image/png", b"?")
    'data:image/png;base64,Pw=='
    """
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
