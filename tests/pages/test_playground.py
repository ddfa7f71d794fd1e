"""What the page says about its explorers is so."""

import re
from pathlib import Path

import keras
import numpy as np

from cnnfigs.explorers.registry import EXPLORERS
from cnnfigs.illustrations.photo.scrambled import ScrambledCat
from cnnfigs.models.networks import build

PAGE = (Path(__file__).parents[2] / "docs" / "playground.md").read_text("utf-8")


def test_all_explorers_are_on_the_page():
    shown = set(re.findall(r"```\{explorer\} ([\w-]+)", PAGE))
    alone = {"digit-pad"}  # the paper alone; the explorer of digits has it too
    assert shown | alone == set(EXPLORERS)


def test_a_one_in_the_upper_left_corner_moves_the_digit_down_and_to_the_right():
    assert "kernel=1,0,0,0,0,0,0,0,0" in PAGE
    image = np.random.default_rng(2).random((1, 6, 6, 1)).astype(np.float32)
    layer = keras.layers.Conv2D(1, 3, padding="same", use_bias=False)
    layer.build(image.shape)
    layer.set_weights([np.eye(9, 1, dtype=np.float32).reshape(3, 3, 1, 1)])
    np.testing.assert_array_equal(np.asarray(layer(image))[0, 1:, 1:], image[0, :-1, :-1])


def test_the_last_step_of_the_tiles_has_225_of_them():
    """The steps of the explorer are the photo as it is, and then each size of tiles."""
    assert "225 tiles <hierarchy?tiles=4>" in PAGE
    sizes = [0, *(change.tile_size for change in ScrambledCat().result.changes if change.tile_size)]
    assert (225 // sizes[4]) ** 2 == 225


def test_the_dense_network_has_131_units():
    assert build("dense_131").layers[-2].units == 131
