"""What the page says in words is what the numbers say, and its code does what it says."""

import re
from pathlib import Path

import numpy as np
import pytest

from cnnfigs.data import mnist
from cnnfigs.illustrations.filters.color_filter import ColorFilter
from cnnfigs.illustrations.filters.global_and_local import GlobalAndLocal
from cnnfigs.illustrations.filters.local_patterns import LocalPatterns
from cnnfigs.illustrations.filters.response_map import AllMaps, ResponseMap
from cnnfigs.illustrations.windows.window_steps import WindowSteps
from cnnfigs.models.weights import load
from cnnfigs.runs.filters.classic_kernels import CLASSIC

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "convolution.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def model():
    return load("convnet")


def test_every_citation_is_in_the_bibliography():
    known = set(re.findall(r"^@\w+\{(\w+),", (DOCS / "references.bib").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert known >= set(re.findall(r"\{cite\}`([^`]+)`", PAGE))


def test_weights_at_the_border_are_what_they_were_by_chance():
    """Where no training image has ink, a weight still lies within the bounds in which Keras chose it."""
    never = ~mnist().x_train[:-5000].any(axis=0)
    weights = GlobalAndLocal().result.unit_weights
    bound = np.sqrt(6 / (784 + 512))
    assert never.sum() > 50
    assert abs(weights[never]).max() <= bound < abs(weights).max()


def test_filters_have_ink_where_they_are_positive():
    for pattern in LocalPatterns().result.patterns:
        for patch in pattern.patches:
            positive, negative = patch[pattern.kernel > 0].mean(), patch[pattern.kernel < 0].mean()
            assert positive > negative, pattern.channel


def test_filters_ask_for_ink_above_and_to_the_upper_left():
    balances = [
        (kernel[0].sum() - kernel[2].sum(), kernel[:, 0].sum() - kernel[:, 2].sum())
        for kernel in (pattern.kernel for pattern in LocalPatterns().result.patterns)
    ]
    assert any(above > 0.5 and left < 0 for above, left in balances)
    assert any(above > 0.5 and left > 0.5 for above, left in balances)


def test_kernel_of_the_window_is_that_of_prewitt():
    (prewitt,) = (numbers for name, (numbers, *_) in CLASSIC.items() if name == "Prewitt, vertical edges")
    np.testing.assert_array_equal(WindowSteps().result.kernel, prewitt)


def test_colour_filter_finds_the_nose():
    row, column = np.unravel_index(ColorFilter().result.response.argmax(), ColorFilter().result.response.shape)
    # The nose of the cat is in rows 225 to 265 and columns 235 to 290 of the photo.
    assert 225 <= 10 * (row + 1.5) <= 265
    assert 235 <= 10 * (column + 1.5) <= 290


def test_response_map_is_of_a_filter_with_ink_above_and_paper_below():
    kernel = ResponseMap().result.kernel
    assert (kernel[0] > 0).all()
    assert (kernel[2] < 0).all()


def test_maps_where_empty_paper_is_not_zero_have_a_positive_bias(model):
    paper = AllMaps().result.maps[0, 0]
    np.testing.assert_array_equal(paper > 0, model.layers[0].get_weights()[1] > 0)


def test_code_for_one_map_runs(model):
    image = mnist().x_test[4][..., None].astype("float32") / 255
    (one,) = [block for block in BLOCKS if "model" in block]
    names = {"model": model, "image": image, "n": 31}
    exec(one, names)
    np.testing.assert_allclose(names["maps"][:, :, 31], ResponseMap().result.response_map, atol=1e-6)
