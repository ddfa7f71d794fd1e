"""What the page says in words is what the numbers say, and its code does what it says."""

import re
from pathlib import Path

import keras
import numpy as np
import pytest

from cnnfigs.data import mnist
from cnnfigs.experiments.catalog import usual
from cnnfigs.illustrations.filters.color_filter import ColorFilter
from cnnfigs.illustrations.filters.equivariance import ShiftTable
from cnnfigs.illustrations.filters.global_and_local import GlobalAndLocal
from cnnfigs.illustrations.filters.local_patterns import LocalPatterns
from cnnfigs.illustrations.filters.one_by_one import OneByOne
from cnnfigs.illustrations.filters.rectifying import TwoAreOne
from cnnfigs.illustrations.filters.response_map import AllMaps, ResponseMap
from cnnfigs.illustrations.filters.second_layer import SecondLayer
from cnnfigs.illustrations.windows.window_steps import WindowSteps
from cnnfigs.models.training import RECIPE
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


def test_turning_changes_sobel_but_neither_blurs_nor_laplacian():
    turned = {name: np.rot90(numbers, 2) for name, (numbers, *_) in CLASSIC.items()}
    for name in ("box blur", "Gaussian blur", "Laplacian"):
        np.testing.assert_array_equal(turned[name], CLASSIC[name][0])
    np.testing.assert_array_equal(turned["Sobel, vertical edges"], -np.array(CLASSIC["Sobel, vertical edges"][0]))


def test_colour_filter_finds_the_nose():
    row, column = np.unravel_index(ColorFilter().result.response.argmax(), ColorFilter().result.response.shape)
    # The nose of the cat is in rows 225 to 265 and columns 235 to 290 of the photo.
    assert 225 <= 10 * (row + 1.5) <= 265
    assert 235 <= 10 * (column + 1.5) <= 290


def test_fur_is_more_red_than_green_irises_less_so_and_pupils_not_at_all():
    red_minus_green = OneByOne().result.maps[..., 1]
    pupil, iris, forehead = red_minus_green[21:24, 33:36], red_minus_green[20:26, 29:32], red_minus_green[5:15, 40:55]
    assert abs(pupil).mean() < 0.05
    assert 0.05 < iris.mean() < 0.12
    assert forehead.mean() > 1.3 * iris.mean()


def test_response_map_is_of_a_filter_with_ink_above_and_paper_below():
    kernel = ResponseMap().result.kernel
    assert (kernel[0] > 0).all()
    assert (kernel[2] < 0).all()


def test_maps_where_empty_paper_is_not_zero_have_a_positive_bias(model):
    paper = AllMaps().result.maps[0, 0]
    np.testing.assert_array_equal(paper > 0, model.layers[0].get_weights()[1] > 0)


def test_patches_of_the_second_layer_show_the_same_thing():
    """Any two are more alike than ten digits' patches at random places are on average."""
    patches = SecondLayer().result.patches.reshape(8, -1)
    random = np.random.default_rng(0)
    images = mnist().x_test[random.integers(0, 10_000, 200)] / 255
    corners = random.integers(4, 16, size=(200, 2))
    others = np.stack([image[r : r + 8, c : c + 8].ravel() for image, (r, c) in zip(images, corners, strict=True)])
    others = others[others.std(axis=1) > 0]
    alike = np.corrcoef(patches)[np.triu_indices(8, 1)]
    assert alike.min() > np.corrcoef(others)[np.triu_indices(len(others), 1)].mean() + 0.2


def test_one_kernel_does_what_two_do():
    assert TwoAreOne().result.difference == 0
    assert TwoAreOne().result.rectified_difference > 1


def test_code_for_one_map_and_for_all_places_at_once_runs(model):
    image = mnist().x_test[4][..., None].astype("float32") / 255
    one, all_places = BLOCKS
    names = {"model": model, "image": image, "n": 31}
    exec(one, names)
    np.testing.assert_allclose(names["maps"][:, :, 31], ResponseMap().result.response_map, atol=1e-6)

    images = np.asarray(model.layers[1](names["maps"][None]))
    kernel, bias = model.layers[2].get_weights()
    names = {"keras": keras, "images": images, "kernel": kernel, "bias": bias, "filters": 64}
    exec(all_places, names)
    np.testing.assert_allclose(np.maximum(names["maps"], 0), model.layers[2](images), atol=1e-4)


def test_the_heaviest_slice_adds_less_than_nothing_and_the_large_ones_most_of_all():
    run = SecondLayer().result
    heaviest = np.abs(run.slices).sum(axis=(0, 1)).argmax()
    assert run.contributions[heaviest] < 0
    assert (run.contributions[run.order[:6]] > 0).all()
    assert run.contributions[run.order[:6]].sum() > run.contributions.sum() / 2


def test_moved_by_four_pixels_is_said_with_its_conditions():
    """Two shares of right answers after the same shift stand on the page: each says which network, trained on what."""
    facts = ShiftTable().facts
    assert facts["trained on"] == f"{60_000 - RECIPE.validation_images:,}"
    assert facts["seed"] == str(RECIPE.seed)
    assert (facts["usual images"], facts["usual steps"]) == ("10,000", "1,000")
    assert usual("convnet", 1).asked[0] == "shifts"
    (section,) = re.findall(r"## Where that ends\n(.*?)\n## ", PAGE, flags=re.DOTALL)
    for words in ("shifts trained on", "shifts seed", "to\nthe right", "shifts usual images", "shifts usual steps"):
        assert words in section
    assert "the four\ndirections" in section


def test_shared_weights_are_credited_as_on_the_page_on_history():
    history = (DOCS / "computer-vision.md").read_text(encoding="utf-8")
    for source in ("fukushima1980", "rumelhart1986chapter", "lecun1989"):
        assert source in history
        assert source in PAGE


def test_moved_ink_stays_in_the_image_and_reaches_in_some_what_the_network_never_reads():
    facts = ShiftTable().facts
    looked = int(facts["looked"].replace(",", ""))
    digits = mnist().x_test[:looked]
    moved = digits[~digits[:, :, -4:].any(axis=(1, 2))]
    assert len(moved) == int(facts["images"].replace(",", ""))
    # Moved by four, what was four columns from the end is there: the last two are not read (page on downsampling).
    unread = moved[:, :, -6:-4].any(axis=(1, 2)).sum()
    assert 0 < unread < len(moved) / 2
