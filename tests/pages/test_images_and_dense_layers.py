"""What the page says in words is what the numbers say, and its code is the network really used."""

import re
from pathlib import Path

import keras
import numpy as np
import pytest

from cnnfigs.illustrations.architectures.shape_mistakes import WithoutFlatten
from cnnfigs.illustrations.dense_and_loss.dense_layer import DenseLayer, DenseUnit, Relu
from cnnfigs.illustrations.dense_and_loss.shuffled_pixels import ShuffledPixels
from cnnfigs.illustrations.dense_and_loss.softmax import Softmax
from cnnfigs.illustrations.training_and_measured.neighborhood import Neighborhood
from cnnfigs.models.networks import build

PAGE = (Path(__file__).parents[2] / "docs" / "images-and-dense-layers.md").read_text(encoding="utf-8")


def test_code_on_the_page_is_the_network_really_used():
    (code,) = re.findall(r"```python\n(import keras.*?)```", PAGE, flags=re.S)
    names = {}
    exec(compile(code, "images-and-dense-layers.md", "exec"), names)
    ours = build("dense_512")
    for layer, shipped in zip(names["model"].layers, ours.layers, strict=True):
        assert isinstance(layer, type(shipped))
        for setting in ("units", "activation", "use_bias"):
            assert layer.get_config().get(setting) == shipped.get_config().get(setting)
    assert names["model"].count_params() == ours.count_params()
    assert isinstance(names["model"], keras.Sequential)


def test_unit_has_a_high_sum_and_an_orange_stroke_in_the_lower_right():
    run = DenseUnit().result
    others = DenseLayer().result.pre_activations
    assert run.pre_activation > np.quantile(others, 0.98)
    weights = run.weights / np.abs(run.weights).max()
    quarters = {(row, column): weights[row : row + 14, column : column + 14] for row in (0, 14) for column in (0, 14)}
    strong = {place: (quarter[:-4] > 0.5).sum() for place, quarter in quarters.items()}
    assert max(strong, key=strong.get) == (14, 14)


def test_most_units_fall_silent():
    facts = Relu().facts
    assert int(facts["zeros"]) > int(facts["positive"])


def test_answer_is_right_and_its_logit_the_highest():
    run = Softmax().result
    assert run.logits.argmax() == run.probabilities.argmax() == run.label
    assert run.logits.min() < 0


def test_every_answer_survives_the_shuffle():
    run = ShuffledPixels().result
    assert run.same_answers == run.asked
    assert 0 < run.largest_difference < 1e-6 * 10


def test_without_flatten_keras_builds_another_network_and_complains_only_in_training():
    layers = keras.layers
    model = keras.Sequential([keras.Input((28, 28, 1)), layers.Dense(512), layers.Dense(10, activation="softmax")])
    facts = WithoutFlatten().facts
    assert facts["dense_2 shape"] == str(model.output_shape)
    assert facts["parameters"] == f"{model.count_params():,}"
    model.compile(loss="sparse_categorical_crossentropy")
    with pytest.raises(ValueError, match="must have rank") as raised:
        model.fit(np.zeros((32, 28, 28, 1)), np.zeros(32, dtype=int), shuffle=False, verbose=0)
    assert " ".join(str(raised.value).split()) == facts["complaint"]
    assert "Flatten" not in facts["complaint"]


def test_the_shuffle_takes_the_convnets_lead_but_not_its_reading():
    """The page says that neighbours are a help to it, not a condition."""
    facts = Neighborhood().facts
    assert (facts["none against"], facts["pixels against"]) == ("above", "below")
    read = {each.shuffle: each.mean for each in Neighborhood().result.findings.measured if each.network == "convnet"}
    assert 0.9 < read["pixels"] < read["none"]
    assert "would be lost" not in PAGE


def test_some_logits_are_negative_and_no_share_is():
    run = Softmax().result
    assert run.logits.min() < 0 < run.probabilities.min()
    assert Softmax().facts["lowest logit"].startswith("−")
