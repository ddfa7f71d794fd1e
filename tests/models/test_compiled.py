"""A compiled network answers as Keras does."""

import numpy as np

from cnnfigs.data import mnist
from cnnfigs.models.compiled import compiled, outputs
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
