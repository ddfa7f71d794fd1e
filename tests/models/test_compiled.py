"""A compiled network answers, and learns, as Keras does."""

import keras
import numpy as np

from cnnfigs.data import mnist
from cnnfigs.models.compiled import compiled, outputs, stepping
from cnnfigs.models.networks import build
from cnnfigs.models.training import as_input
from cnnfigs.models.weights import load

IMAGES = as_input(mnist().x_test[:25])


def test_answers_are_those_of_keras_for_batches_of_any_length():
    model = load("convnet")
    read = compiled(model)
    expected = model.predict(IMAGES, verbose=0)
    for at_once in (1, 10, 100):
        np.testing.assert_allclose(outputs(read, IMAGES, at_once), expected, atol=1e-6)


def test_a_later_change_of_the_weights_does_not_change_it():
    model = load("dense_131")
    read = compiled(model)
    before = outputs(read, IMAGES)
    model.set_weights([np.zeros_like(each) for each in model.get_weights()])
    np.testing.assert_array_equal(outputs(read, IMAGES), before)
    np.testing.assert_allclose(outputs(compiled(model), IMAGES), 0.1, atol=1e-6)


def test_steps_are_those_that_keras_makes():
    ours, theirs = build("dense_131"), build("dense_131")
    theirs.set_weights(ours.get_weights())
    theirs.compile("adam", "sparse_categorical_crossentropy")
    step = stepping(ours, keras.optimizers.Adam(), keras.losses.SparseCategoricalCrossentropy())
    for first in (0, 10, 20):  # the last batch is shorter
        batch = IMAGES[first : first + 10], mnist().y_test[:25][first : first + 10]
        np.testing.assert_allclose(step(*batch), theirs.train_on_batch(*batch), rtol=1e-6)
    for mine, keras_own in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(mine, keras_own, atol=1e-6)
