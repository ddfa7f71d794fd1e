"""Digits to learn from and networks to train, as a script for a browser."""

from __future__ import annotations

import base64
import json
import zlib

import numpy as np

from cnnfigs.data import Bytes
from cnnfigs.data.small_digits import DARKEST, SIDE, small_digits
from cnnfigs.explorers.inputs import script
from cnnfigs.illustrations.training_and_measured.small_training import LearningSideBySide
from cnnfigs.models.export import spelled


def small_script() -> str:
    """Write both networks without weights, how they are trained, and the digits, packed: first those to learn from."""
    digits, run = small_digits(), LearningSideBySide().result
    labels, shades = (
        np.concatenate(each) for each in ((digits.y_train, digits.y_test), (digits.x_train, digits.x_test))
    )
    recipe = {"steps": run.steps, "size": run.batch_size, "interval": run.interval}
    counts = {"train": len(digits.y_train), "test": len(digits.y_test)}
    small = {"packed": packed_digits(labels, shades), "side": SIDE, "darkest": DARKEST, "counts": counts}
    networks = [
        f"(cnn.data ??= {{}}).{name} = {json.dumps({'name': name, 'layers': [*map(spelled, layers)]})};\n"
        for name, layers in run.layers.items()
    ]
    return "".join([script(small={**small, "recipe": recipe}), *networks])


def packed_digits(labels: Bytes, shades: Bytes) -> str:
    """Pack digits, compressed and in base64: what each shows, and then their pixels, see :func:`in_fours`."""
    return base64.b64encode(zlib.compress(labels.tobytes() + in_fours(shades).tobytes(), 9)).decode()


def in_fours(shades: Bytes) -> Bytes:
    """Write four pixels that stand below each other in a byte, the uppermost first: so they are smallest, compressed.

    Parameters
    ----------
    shades
        Digits, shape (n, side, side), 0 to 3.

    Returns
    -------
    ndarray
        Shape (n, a quarter of the side, rounded up, side); below the last row is paper.

    Examples
    --------
    >>> digit = np.zeros((1, SIDE, SIDE), dtype=np.uint8)
    >>> digit[0, :4, 0] = 0, 1, 2, 3
    >>> f"{in_fours(digit)[0, 0, 0]:08b}"
    '00011011'
    """
    side = shades.shape[-1]
    rows = np.pad(shades, ((0, 0), (0, -side % 4), (0, 0))).reshape(len(shades), -1, 4, side)
    fours: Bytes = np.bitwise_or.reduce(rows << np.array([6, 4, 2, 0], dtype=np.uint8)[:, np.newaxis], axis=2)
    return fours
