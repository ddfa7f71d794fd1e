"""The gradient has the size that small steps of the weights show, and skips are what they are said to be."""

import numpy as np
import pytest

from cnnfigs.data import mnist
from cnnfigs.errors import ParameterError
from cnnfigs.illustrations.architectures.residual import SkipGradients
from cnnfigs.models.backend import load_keras
from cnnfigs.runs.architectures.residual import IMAGES, gradient_size, stack


def mean_loss(model):
    """Cross-entropy of the digits that the run averages over, by NumPy in double precision."""
    images = mnist().x_train[:IMAGES].astype(np.float32)[..., None] / 255
    logits = np.asarray(model(images), dtype=np.float64)
    logits -= logits.max(axis=1, keepdims=True)
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return -np.log(shares[np.arange(IMAGES), mnist().y_train[:IMAGES]]).mean()


@pytest.mark.thorough
@pytest.mark.parametrize(("skips", "initializer"), [(True, "glorot_uniform"), (False, "he_normal")])
def test_gradient_is_what_small_steps_show(skips, initializer):
    model = stack(6, skips, initializer, seed=1)
    layer = model.get_layer("first")
    kernel, bias = layer.get_weights()
    squares = []
    for place in np.ndindex(kernel.shape):
        losses = []
        for step in (0.02, -0.02):
            moved = kernel.copy()
            moved[place] += step
            layer.set_weights([moved, bias])
            losses.append(mean_loss(model))
        squares.append(((losses[0] - losses[1]) / 0.04) ** 2)
    layer.set_weights([kernel, bias])
    assert gradient_size(model) == pytest.approx(np.sqrt(np.mean(squares)), rel=0.05)


def test_a_block_that_adds_nothing_passes_its_input_on():
    """With all weights of the blocks zero, a stack with skips is its first layer alone; a plain one gives nothing."""
    image = mnist().x_train[:1].astype(np.float32)[..., None] / 255
    outputs = {}
    for skips in (True, False):
        model = stack(10, skips, "glorot_uniform", seed=1)
        convolutions = [layer for layer in model.layers if isinstance(layer, load_keras().layers.Conv2D)]
        assert len(convolutions) == 11
        for layer in convolutions[1:]:
            layer.set_weights([np.zeros_like(weights) for weights in layer.get_weights()])
        kernel, bias = model.get_layer("logits").get_weights()
        first = load_keras().Model(model.input, model.get_layer("first").output)
        maps = np.maximum(np.asarray(first(image)), 0).mean(axis=(1, 2))
        outputs[skips] = np.asarray(model(image)), maps @ kernel + bias, bias
    np.testing.assert_allclose(outputs[True][0], outputs[True][1], atol=1e-6)
    np.testing.assert_allclose(outputs[False][0][0], outputs[False][2], atol=1e-6)


def test_facts_are_those_of_the_stacks():
    picture = SkipGradients()
    run = picture.result
    plain = run.stacks[0].sizes
    assert plain.shape == (len(run.depths), 2)
    assert plain[1, 0] == pytest.approx(gradient_size(stack(16, False, "glorot_uniform", seed=1)), rel=1e-3)
    factor = float(picture.facts["plain factor"].replace(",", ""))
    ratio = np.sqrt(np.prod(plain[0]) / np.prod(plain[-1]))
    assert factor == pytest.approx(ratio, rel=0.5)
    assert picture.facts["plain way"] == "smaller"


def test_depths_that_do_not_increase_are_refused():
    with pytest.raises(ParameterError, match=r"^depths: expected numbers in increasing order, got "):
        SkipGradients(depths=(10, 2))
