"""The training of the small networks against Keras' own."""

import keras
import numpy as np
import pytest

from cnnfigs.data.small_digits import as_small_input, small_digits
from cnnfigs.illustrations.training_and_measured.small_training import FEWER, LearningSideBySide
from cnnfigs.models.records import layer_records
from cnnfigs.models.small import RECIPE, SMALL_NETWORKS


@pytest.mark.parametrize("name", SMALL_NETWORKS)
def test_it_learns_what_fit_learns(name):
    """Up to the first question, from the fewer digits."""
    illustration, digits = LearningSideBySide(), small_digits()
    keras.utils.set_random_seed(illustration.seed)
    model = SMALL_NETWORKS[name]()
    model.compile(keras.optimizers.SGD(RECIPE.learning_rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    asked = {"x": as_small_input(digits.x_test), "y": digits.y_test, "batch_size": 1000, "verbose": 0}
    before = model.evaluate(**asked)[1]
    history = model.fit(
        as_small_input(digits.x_train[:FEWER]),
        digits.y_train[:FEWER],
        batch_size=RECIPE.batch_size,
        epochs=RECIPE.interval * RECIPE.batch_size // FEWER,
        verbose=0,
    ).history
    run = illustration.result.of(name, FEWER)
    accuracies = run.right[:2] / len(digits.y_test)
    np.testing.assert_allclose(accuracies, [before, model.evaluate(**asked)[1]], atol=1e-6)
    np.testing.assert_allclose(run.loss[0], np.mean(history["loss"]), rtol=1e-5)


@pytest.mark.parametrize("name", SMALL_NETWORKS)
def test_names_tell_nothing_of_what_was_built_before(name):
    assert layer_records(SMALL_NETWORKS[name]()) == layer_records(SMALL_NETWORKS[name]())
