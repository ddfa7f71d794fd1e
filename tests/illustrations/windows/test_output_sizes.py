"""Tables of sizes against Keras, and each formula against Python's own arithmetic."""

import re

import keras
import pytest
from lxml import html

from cnnfigs.arithmetic import Derivation
from cnnfigs.arithmetic.sizes import Axis
from cnnfigs.illustrations.windows.output_sizes import OutputSizes
from cnnfigs.illustrations.windows.same_sizes import SameSizes
from cnnfigs.runs.windows.output_sizes import output_sizes


def rows(table):
    fragment = html.fragment_fromstring(table.to_html())
    return [[cell.text_content() for cell in row] for row in fragment.findall(".//tbody/tr")]


@pytest.mark.parametrize("row", rows(OutputSizes()), ids=lambda row: row[1])
def test_formula_says_what_keras_says(row):
    layer, arguments = row[1].split(": ")
    size, output = map(int, row[0].split("\xa0→\xa0"))
    filters = "" if layer == "MaxPooling2D" else "1, "
    made = eval(f"keras.layers.{layer}({filters}{arguments})", {"keras": keras})
    formula, text = row[2].replace("\xa0", " ").split(" = ")
    python = re.sub(r"⌊(.*)⌋", r"int(\1)", formula).replace("−", "-").replace("·", "*")
    assert eval(python) == int(text) == output == made(keras.ops.ones((1, size, size, 1))).shape[1]


def test_formula_that_differs_from_keras_stops_the_build(monkeypatch):
    """A planted off-by-one."""
    monkeypatch.setattr(Axis, "derivation", lambda axis: Derivation("1", axis.size - 1))
    with pytest.raises(ValueError, match=r"Conv2D\(kernel_size=3\) on size 28: the formula says 1 = 27, but Keras"):
        output_sizes()


@pytest.mark.parametrize("kernel_size", [1, 2, 3, 5])
def test_same_sizes_are_those_of_keras(kernel_size):
    for row in rows(SameSizes(kernel_size)):
        size = int(row[0].removesuffix(" cells"))
        image = keras.ops.ones((1, size, size, 1))
        for strides, cell in zip((1, 2, 3), row[1:], strict=True):
            made, before, after = map(int, re.fullmatch(r"(\d+), zeros (\d+) \+ (\d+)", cell).groups())
            same = keras.layers.Conv2D(1, kernel_size, strides=strides, padding="same", kernel_initializer="ones")
            padded = keras.layers.ZeroPadding2D(((before, after), (before, after)))(image)
            valid = keras.layers.Conv2D(1, kernel_size, strides=strides, kernel_initializer="ones")
            assert same(image).shape[1] == made
            assert keras.ops.all(same(image) == valid(padded)[:, :made, :made])
