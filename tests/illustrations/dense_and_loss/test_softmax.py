"""Softmax step by step, against Keras called anew."""

import keras
import numpy as np
import pytest
from svg_numbers import PERCENT, number, texts

from cnnfigs.data import mnist
from cnnfigs.illustrations.dense_and_loss.softmax import Softmax
from cnnfigs.models.training import as_input
from cnnfigs.models.weights import load


@pytest.mark.parametrize(("index", "network"), [(18, "dense_512"), (8, "dense_131"), (4, "convnet")])
def test_numbers_drawn_are_those_of_keras(index, network):
    model = load(network)
    image = as_input(mnist().x_test[index : index + 1])
    probabilities = np.asarray(model(image))[0]
    model.layers[-1].activation = keras.activations.linear
    cut = keras.models.clone_model(model)
    cut.set_weights(model.get_weights())
    logits = np.asarray(cut(image))[0]

    picture = Softmax(index, network)
    for phone in (False, True):
        # The columns are drawn one after the other, each below its heading; two end with their sum.
        written = [word for word in texts(picture, phone) if any(letter.isdigit() for letter in word)]
        names, logit_words, (*exponential_words, total), (*share_words, whole) = (
            written[start:end] for start, end in ((0, 10), (10, 20), (20, 31), (31, 42))
        )
        assert names == [str(digit) for digit in range(10)]
        assert whole == f"100{PERCENT}"
        assert number(total) == pytest.approx(np.exp(logits).sum(), rel=1e-3)
        for digit, (logit, exponential, share) in enumerate(
            zip(logit_words, exponential_words, share_words, strict=True)
        ):
            assert number(logit) == pytest.approx(logits[digit], abs=6e-3)
            exact = float(np.exp(logits[digit]))
            if exponential == "< 0.001":
                assert exact < 0.001
            else:
                assert number(exponential) == pytest.approx(exact, rel=1e-3, abs=0.06 if exact >= 10 else 6e-4)
            if share == f"> 99.9{PERCENT}":
                assert probabilities[digit] >= 0.999
            elif share == f"< 0.1{PERCENT}":
                assert 0 < probabilities[digit] <= 0.00051
            else:
                assert number(share.removesuffix(PERCENT)) > 0
                assert number(share.removesuffix(PERCENT)) == pytest.approx(100 * probabilities[digit], abs=0.06)


def test_shares_add_up_to_one_and_are_exponential_by_sum():
    run = Softmax().result
    assert run.probabilities.sum() == pytest.approx(1, abs=1e-6)
    np.testing.assert_allclose(run.exponentials / run.total, run.probabilities, rtol=1e-4, atol=1e-7)
