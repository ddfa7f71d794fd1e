"""What the page says in words is what the numbers say, and its code does what it says."""

import re
from pathlib import Path

import keras
import numpy as np
from page_words import says

from cnnfigs.data import mnist
from cnnfigs.illustrations.filters.dense_equivalent import DenseEquivalent
from cnnfigs.illustrations.filters.one_by_one import OneByOne
from cnnfigs.illustrations.filters.rectifying import TwoAreOne
from cnnfigs.illustrations.filters.second_layer import SecondLayer
from cnnfigs.models.weights import load
from cnnfigs.runs.filters.classic_kernels import CLASSIC

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "convolution-in-other-words.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


def test_every_citation_is_in_the_bibliography():
    known = set(re.findall(r"^@\w+\{(\w+),", (DOCS / "references.bib").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert known >= set(re.findall(r"\{cite\}`([^`]+)`", PAGE))


def test_code_for_all_places_at_once_runs():
    model = load("convnet")
    image = mnist().x_test[4][..., None].astype("float32") / 255
    images = np.asarray(model.layers[1](model.layers[0](image[None])))
    kernel, bias = model.layers[2].get_weights()
    (all_places,) = [block for block in BLOCKS if "filters" in block]
    names = {"keras": keras, "images": images, "kernel": kernel, "bias": bias, "filters": 64}
    exec(all_places, names)
    np.testing.assert_allclose(np.maximum(names["maps"], 0), model.layers[2](images), atol=1e-4)


def test_turning_changes_sobel_but_neither_blurs_nor_laplacian():
    turned = {name: np.rot90(numbers, 2) for name, (numbers, *_) in CLASSIC.items()}
    for name in ("box blur", "Gaussian blur", "Laplacian"):
        np.testing.assert_array_equal(turned[name], CLASSIC[name][0])
    np.testing.assert_array_equal(turned["Sobel, vertical edges"], -np.array(CLASSIC["Sobel, vertical edges"][0]))


def test_fur_is_more_red_than_green_irises_less_so_and_pupils_not_at_all():
    red_minus_green = OneByOne().result.maps[..., 1]
    pupil, iris, forehead = red_minus_green[21:24, 33:36], red_minus_green[20:26, 29:32], red_minus_green[5:15, 40:55]
    assert abs(pupil).mean() < 0.05
    assert 0.05 < iris.mean() < 0.12
    assert forehead.mean() > 1.3 * iris.mean()


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


def test_the_heaviest_slice_adds_less_than_nothing_and_the_large_ones_most_of_all():
    run = SecondLayer().result
    heaviest = np.abs(run.slices).sum(axis=(0, 1)).argmax()
    assert run.contributions[heaviest] < 0
    assert (run.contributions[run.order[:6]] > 0).all()
    assert run.contributions[run.order[:6]].sum() > run.contributions.sum() / 2


def test_shared_weights_are_credited_on_the_page_on_history():
    """Told once: this page leads there."""
    history = (DOCS / "computer-vision.md").read_text(encoding="utf-8")
    for source in ("fukushima1980", "rumelhart1986chapter", "lecun1989"):
        assert source in history
        assert source not in PAGE
    assert "[](computer-vision.md)" in PAGE


def test_a_dense_layer_on_maps_is_a_window_of_one_pixel():
    assert says("convolution-in-other-words", "on maps, `Dense(16)` computes what `Conv2D(16, 1)` does")
    maps = np.random.default_rng(0).random((2, 5, 5, 8), dtype=np.float32)
    dense, window = keras.layers.Dense(16), keras.layers.Conv2D(16, 1)
    dense.build(maps.shape)
    window.build(maps.shape)
    weights, bias = dense.get_weights()
    window.set_weights([weights[None, None], bias])
    np.testing.assert_allclose(np.asarray(window(maps)), np.asarray(dense(maps)), atol=1e-6)


def test_own_weights_in_each_place_are_those_that_are_not_zero():
    facts = {name: int(DenseEquivalent().facts[name]) for name in ("nonzero", "outputs", "kernel weights")}
    assert facts["nonzero"] == facts["outputs"] * facts["kernel weights"]
