"""The kernels drawn are those of the weights that ship, at the moments that are written beside them."""

import numpy as np
import pytest
from svg_numbers import number, numbers, texts

from cnnfigs.illustrations.filters.kernels_born import KernelsBorn
from cnnfigs.models.weights import load, record


@pytest.fixture(scope="module")
def kernels():
    return {
        moment: load("convnet", moment).layers[0].get_weights()[0] for moment in ("initial", "first_epoch", "trained")
    }


def test_kernels_are_those_of_the_three_moments(kernels):
    run = KernelsBorn().result
    for moment, kernel in kernels.items():
        np.testing.assert_array_equal(getattr(run, moment), kernel)
    assert not np.allclose(run.initial, run.first_epoch)
    assert not np.allclose(run.first_epoch, run.trained)


def test_filters_and_epochs_are_written(kernels):
    picture = KernelsBorn()
    assert numbers(picture) == list(range(kernels["trained"].shape[-1]))
    best = int(np.argmin(record("convnet")["history"]["val_loss"])) + 1
    assert texts(picture).count(f"{best} epochs") == 2


def test_facts_are_those_of_the_weights(kernels):
    facts = KernelsBorn().facts
    for moment, kernel in kernels.items():
        assert number(facts[f"{moment} largest"]) == pytest.approx(np.abs(kernel).max(), abs=0.005)
    kept = sum(a * b > 0 for a, b in zip(kernels["initial"].ravel(), kernels["trained"].ravel(), strict=True))
    assert int(facts["signs kept"]) == kept
    assert facts["weights"] == str(kernels["trained"].size)
    # Glorot's uniform initialisation: nothing beyond sqrt(6 / (9 inputs + 9·32 outputs)).
    assert np.abs(kernels["initial"]).max() <= np.sqrt(6 / (9 + 9 * 32))
