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
    """Write both networks without weights, how they are trained, and the digits, packed.

    Unpacked, these are bytes: first what each digit shows, those to learn from and then those to be judged by, and in
    the same order their pixels, as :func:`in_fours` has them.
    """
    digits, run = small_digits(), LearningSideBySide().result
    arrays = (digits.y_train, digits.y_test, in_fours(digits.x_train), in_fours(digits.x_test))
    packed = zlib.compress(b"".join(array.tobytes() for array in arrays), 9)
    recipe = {"steps": run.steps, "size": run.batch_size, "interval": run.interval}
    counts = {"train": len(digits.y_train), "test": len(digits.y_test)}
    small = {"packed": base64.b64encode(packed).decode(), "side": SIDE, "darkest": DARKEST, "counts": counts}
    networks = [
        f"(cnn.data ??= {{}}).{name} = {json.dumps({'name': name, 'layers': [*map(spelled, layers)]})};\n"
        for name, layers in run.layers.items()
    ]
    return "".join([script(small={**small, "recipe": recipe}), *networks])


def in_fours(shades: Bytes) -> Bytes:
    """Write four pixels that stand below each other in a byte, the uppermost first: so they are smallest, compressed.

    Parameters
    ----------
    shades
        Small digits, shape (n, 14, 14), 0 to 3.

    Returns
    -------
    ndarray
        Shape (n, 4, 14); below the last row is paper.

    Examples
    --------
    >>> digit = np.zeros((1, SIDE, SIDE), dtype=np.uint8)
    >>> digit[0, :4, 0] = 0, 1, 2, 3
    >>> f"{in_fours(digit)[0, 0, 0]:08b}"
    '00011011'
    """
    rows = np.pad(shades, ((0, 0), (0, -SIDE % 4), (0, 0))).reshape(len(shades), -1, 4, SIDE)
    fours: Bytes = np.bitwise_or.reduce(rows << np.array([6, 4, 2, 0], dtype=np.uint8)[:, np.newaxis], axis=2)
    return fours
