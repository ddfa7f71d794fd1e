"""The pictures of LeNet-5 against Keras called anew."""

import json

import keras
import numpy as np
import pytest
from lxml import html
from scipy import stats
from svg_numbers import texts

from cnnfigs.data import mnist
from cnnfigs.drawing.style import style
from cnnfigs.drawing.widths import PHONE, WIDTH
from cnnfigs.experiments.catalog import by_recipe
from cnnfigs.experiments.findings import lenet5_errors
from cnnfigs.experiments.records import path_of, record_of, write
from cnnfigs.experiments.training import packed
from cnnfigs.illustrations.architectures.lenet5 import ConnectionTable, LeNet5, LeNet5Codes, LeNet5Recipe, LeNet5Table
from cnnfigs.illustrations.training_and_measured.lenet5_errors import LeNet5Seeds, conclusion
from cnnfigs.models.lenet5 import bitmaps
from cnnfigs.models.networks import build
from cnnfigs.models.training import as_input
from cnnfigs.models.weights import load
from cnnfigs.runs.architectures.lenet5 import lenet5_codes


@pytest.fixture(scope="module")
def model():
    return load("lenet5")


@pytest.mark.parametrize("index", [4, 18])
def test_architecture_shows_what_the_network_computes(model, index):
    picture = LeNet5(index)
    image = as_input(mnist().x_test[index : index + 1])
    for name in ("C1", "S2", "C3", "S4", "C5", "F6", "softmax"):
        reader = keras.Model(model.inputs, model.get_layer(name).output)
        expected = np.asarray(reader([image]))[0]
        np.testing.assert_allclose(picture.result.outputs[name], expected, atol=1e-4)
    answer = model.predict(image, verbose=0)[0]
    assert picture.facts["answer"].endswith(str(answer.argmax()))
    for phone in (False, True):
        shapes = [text for text in texts(picture, phone) if text in {"120", "84"} or ("×" in text and " " not in text)]
        assert shapes == ["32×32", "6@28×28", "6@14×14", "16@10×10", "16@5×5", "120", "84"]


@pytest.mark.parametrize("which", [0, 7])
def test_codes_and_distances_are_those_of_the_network(model, which):
    labels = mnist().y_test
    images = as_input(mnist().x_test[[np.flatnonzero(labels == digit)[which] for digit in range(10)]])
    codes = keras.Model(model.inputs, model.get_layer("F6").output).predict(images, verbose=0)
    distances = ((codes[:, None] - bitmaps().reshape(1, 10, 84)) ** 2).sum(axis=2)
    picture = LeNet5Codes(which)
    np.testing.assert_allclose(picture.result.codes.reshape(10, 84), codes, atol=1e-4)
    for phone in (False, True):
        drawn = [text for text in texts(picture, phone) if text.replace(".", "").isdigit()]
        # Digit by digit on a phone, else row by row.
        nearest, least = (drawn[::2], drawn[1::2]) if phone else (drawn[:10], drawn[10:])
        assert nearest == [str(answer) for answer in distances.argmin(axis=1)]
        np.testing.assert_allclose(np.array(least, dtype=float), distances.min(axis=1), atol=0.051)


def test_codes_beyond_the_rarest_digit_are_refused():
    assert LeNet5Codes.declared[0].values.most == np.bincount(mnist().y_test).min() - 1
    with pytest.raises(ValueError, match="which: expected a whole number from 0 to 891, got -1"):
        lenet5_codes(-1)


def test_connection_table_marks_every_slice_that_is_not_zero(model):
    kernel = np.asarray(model.get_layer("C3").kernel)
    connected = (np.abs(kernel).max(axis=(0, 1)) > 0).astype(int)
    for phone in (False, True):
        drawn = texts(ConnectionTable(), phone)
        assert drawn.count("×") == connected.sum() == 60
        names = [*range(16), *range(6)] if phone else [*range(6), *range(16)]
        assert [int(text) for text in drawn if text.isdigit()] == [*names, *connected.sum(axis=0)]
    assert ConnectionTable().facts["full parameters"] == f"{5 * 5 * 6 * 16 + 16:,}"


def test_table_gives_the_papers_numbers():
    """Section II.B: parameters and connections of each layer, and 340,908 connections in all."""
    rows = [[cell.text or "" for cell in row] for row in html.fragment_fromstring(LeNet5Table().to_html()).iter("tr")]
    counted = {row[0]: (row[-2], row[-1]) for row in rows[1:]}
    assert counted == {
        "C1": ("156", "122,304"),
        "S2": ("12", "5,880"),
        "C3": ("1,516", "151,600"),
        "S4": ("32", "2,000"),
        "C5": ("48,120", "48,120"),
        "F6": ("10,164", "10,164"),
        "output": ("0", "840"),
        "All": ("60,000", "340,908"),
    }
    for layer in LeNet5Table().result.layers:
        assert layer.derivation.total == layer.parameters
        product = layer.derivation.product.replace(",", "").replace("·", "*")
        assert eval(product or "0") == layer.parameters


def test_recipe_says_the_same_where_it_is_the_same(model):
    rows = [[cell.text or "" for cell in row] for row in html.fragment_fromstring(LeNet5Recipe().to_html()).iter("tr")]
    entries = {name: (paper, here) for name, paper, here in rows[1:]}
    for name in ("Input", "C1 to F6", "Squashing"):
        assert entries[name][1] == "the same"
    blank, ink = (
        np.asarray(keras.Model(model.inputs, model.get_layer("rescaling").output)(np.full((1, 28, 28, 1), value)))
        for value in (0.0, 1.0)
    )
    assert blank.shape == (1, 32, 32, 1)
    assert entries["Input"][0] == f"32×32, paper −{-blank[0, 16, 16, 0]:g}, ink {ink[0, 16, 16, 0]:.3f}"
    assert "±2.4" in entries["First weights"][0]
    assert entries["First weights"][1].startswith("the same")
    kernels = [layer.kernel for layer in build("lenet5").layers if layer.name in ("C1", "C5", "F6")]
    for kernel in kernels:
        reach = np.abs(kernel).max() * np.prod(kernel.shape[:-1])
        assert 2.2 < reach <= 2.4 + 1e-6


def made_up(folder, errors):
    """Write records of the convnet and of LeNet-5 with these numbers of errors, the same images wrong first."""
    for seed, wrong in enumerate(errors, 1):
        outcome = json.loads(path_of(by_recipe("convnet", 1)).read_text("utf-8"))["outcome"]
        for network, count in (("lenet5", wrong), ("convnet", 90 + seed)):
            right = np.ones(10_000, dtype=bool)
            right[:count] = False
            test = {"asked": 10_000, "right": 10_000 - count, "bits": packed(right)}
            trial = by_recipe(network, seed)
            write(trial, record_of(trial, outcome | {"test": test}), folder)


@pytest.mark.parametrize(
    ("errors", "said"),
    [
        ([130], "cannot say"),
        ([300, 310], "cannot say"),
        ([96, 120, 110], "does not follow that our training is worse"),
        ([300, 310, 290], "hardly explains that ours makes more errors"),
        ([10, 12, 8, 10], "hardly explains that ours makes fewer errors"),
    ],
)
def test_difference_to_the_paper_is_claimed_only_where_seeds_and_images_allow(tmp_path, monkeypatch, errors, said):
    made_up(tmp_path, errors)
    run = lenet5_errors(tmp_path)
    assert said in conclusion(run)
    monkeypatch.setattr(LeNet5Seeds, "result", run)
    shown = LeNet5Seeds()
    assert f"{np.mean(errors) / 10:.1f}" in texts(shown)
    small = [line for line in shown.figure.axes[1].lines if (line.get_marker(), line.get_markersize()) == ("o", 6)]
    assert [len(line.get_xdata()) for line in small] == [len(errors)] * 2
    assert run.behind == pytest.approx(np.mean(errors) / 10_000 - 0.0095)
    assert (run.behind_interval is None) == (len(errors) < 3)
    left, right = shown.figure.axes[1].get_xlim()
    for line in shown.figure.axes[1].lines:
        assert left <= min(line.get_xdata()) <= max(line.get_xdata()) <= right
    if len(errors) >= 3:
        spread = np.std(errors, ddof=1) / 10_000
        share = np.array([sum(at < each for each in errors) / len(errors) for at in range(10_000)])
        variance = share.var(ddof=1) / 10_000 + 0.0095 * 0.9905 / 10_000 + spread**2 * (1 + 1 / len(errors))
        low, high = run.behind_interval
        narrowest = 1.96 * variance**0.5
        widest = stats.t.ppf(0.975, len(errors) - 1) * variance**0.5
        assert narrowest <= (high - low) / 2 * 1.0001
        assert (high - low) / 2 <= widest * 1.0001


@pytest.mark.parametrize("width", [WIDTH, PHONE])
def test_axis_begins_at_zero_and_each_row_has_its_name_and_its_number(width):
    with style():
        axes = LeNet5Seeds().drawn(width).axes[1]
    assert axes.get_xlim()[0] == 0
    bars = [line for line in axes.lines if line.get_marker() == "None"]
    assert len(bars) == 3
    words = [text.get_text() for text in (*axes.texts, *axes.get_yticklabels())]
    for name in ("LeNet-5, paper", "LeNet-5, here", "convnet, here", "9.5"):
        assert name in words


def test_papers_count_has_its_wilson_interval(tmp_path):
    made_up(tmp_path, [130])
    facts = LeNet5Seeds().state_facts(lenet5_errors(tmp_path))
    assert [facts[f"paper {end}"].split()[0] for end in ("low", "high")] == ["0.78", "1.16"]
