"""The three parts of the images and overfitting, against Keras' own evaluation."""

import numpy as np
import pytest
from svg_numbers import PERCENT, number, texts

from cnnfigs.data import mnist
from cnnfigs.illustrations.training_and_measured.generalization import DataSplit, Overfitting
from cnnfigs.models.training import as_input
from cnnfigs.models.weights import load, record


def test_errors_of_the_parts_are_those_that_keras_finds():
    model = load("dense_512")
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    digits = mnist()
    words = [number(text) for text in texts(DataSplit()) if text.replace(".", "").isdigit()]
    parts = (
        (digits.x_train[:55_000], digits.y_train[:55_000]),
        (digits.x_train[55_000:], digits.y_train[55_000:]),
        (digits.x_test, digits.y_test),
    )
    for shown, (images, labels) in zip(words, parts, strict=True):
        _, accuracy = model.evaluate(as_input(images), labels, batch_size=5000, verbose=0)
        assert shown == pytest.approx(1000 * (1 - accuracy), abs=0.06)


def test_parts_agree_with_the_record_of_the_training():
    """The record was written when the network was trained."""
    result = record("dense_512")
    split = {part.name: part for part in DataSplit().result.parts}
    assert split["test"].share == pytest.approx(1 - result["test_accuracy"], abs=3e-4)
    best = result["history"]["val_accuracy"][result["best_epoch"] - 1]
    assert split["validation"].share == pytest.approx(1 - best, abs=5e-4)
    assert [part.count for part in split.values()] == [55_000, 5_000, 10_000]


def test_network_overfits_few_images():
    run = Overfitting().result
    last = len(run.loss) - 1
    assert run.accuracy[last] == 1
    assert run.validation_accuracy[last] < 0.9
    assert run.best_epoch - 1 < last
    assert run.validation_loss[last] > run.validation_loss.min() + 0.02
    assert run.loss[last] < 0.05
    assert np.abs(np.diff(run.validation_accuracy[run.best_epoch - 1 :])).max() < 0.02


def test_overfitting_tells_what_its_run_found():
    picture = Overfitting()
    run = picture.result
    assert picture.facts["last training errors"] == "none"
    assert picture.facts["last validation errors"] == f"{100 * (1 - run.validation_accuracy[-1]):.1f}{PERCENT}"
    assert "none on the images trained on" in picture.description
