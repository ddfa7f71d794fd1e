"""The table of errors holds every answer, and its colours say the same in both themes."""

import numpy as np
import pytest
from lxml import etree
from matplotlib.colors import to_rgb
from svg_numbers import numbers

from cnnfigs.drawing.palette import VALUES, color, darkened, relative_luminance
from cnnfigs.drawing.widths import PHONE, WIDTH
from cnnfigs.illustrations.training_and_measured.confusion_matrix import ConfusionMatrix
from cnnfigs.runs.training_and_measured.evaluation import evaluate


def counted():
    """How often each digit got each answer, shape (10, 10)."""
    run = evaluate("convnet")
    pairs = list(zip(run.labels, run.probabilities.argmax(axis=1), strict=True))
    return np.array([[pairs.count((digit, answer)) for answer in range(10)] for digit in range(10)])


def test_every_answer_is_counted():
    """The headings are the ten digits twice; after them the counts that are not zero, row by row."""
    counts = counted()
    for phone in (False, True):
        assert numbers(ConfusionMatrix(), phone)[20:] == counts[counts > 0].tolist()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_more_errors_the_farther_from_the_background(theme):
    """A cell that follows the theme beside one that does not would turn the order round on a dark page."""
    picture = ConfusionMatrix()
    (image,) = picture.figure.axes[0].images
    fills, counts = np.asarray(image.get_array())[..., :3], counted()
    if theme == "dark":
        fills = darkened(fills)
    errors = [(counts[place], relative_luminance(fills[place])) for place in np.ndindex(10, 10) if place[0] != place[1]]
    shades = [{round(light, 6) for count, light in errors if count == level} for level in range(counts.max() + 1)]
    shades = [shade for shade in shades if shade]
    assert all(len(shade) == 1 for shade in shades)
    order = [shade.pop() for shade in shades]
    assert order == sorted(order, reverse=theme == "light")
    drawn = [*etree.fromstring(picture.to_html()).iter("{http://www.w3.org/2000/svg}image")]
    assert drawn
    assert all(image.get("class") == VALUES for image in drawn)


@pytest.mark.parametrize("width", [WIDTH, PHONE])
def test_the_commonest_error_is_framed(width):
    counts = counted() * (1 - np.eye(10, dtype=int))
    axes = ConfusionMatrix().drawn(width).axes[0]
    (frame,) = [each for each in axes.patches if each.get_edgecolor()[:3] == to_rgb(color("error"))]
    (image,) = axes.images
    left, right, _, top = image.get_extent()
    cell = (right - left) / 10
    digit, answer = round((frame.get_y() - top) / cell), round((frame.get_x() - left) / cell)
    assert counts[digit, answer] == counts.max()
    assert ConfusionMatrix().facts["commonest times"] == str(counts.max())
