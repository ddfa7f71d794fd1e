"""Networks as scripts: what is stored of the weights, without Keras."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest

from cnnfigs.models import export
from cnnfigs.models.weights import load

NAMES = ("convnet", "dense_131", "convnet_global_max")


@pytest.fixture(scope="module", params=NAMES)
def network(request):
    """Name, and the description in its script."""
    script = export.network_script(request.param)
    entered = re.fullmatch(rf"\(\(window\.cnn \?\?= {{}}\)\.data \?\?= {{}}\)\.{request.param} = (.*);\n", script)
    return request.param, json.loads(entered[1])


def test_each_weight_is_off_by_half_a_step_at_most(network):
    name, description = network
    stored = {layer["name"]: layer for layer in description["layers"]}
    counted = 0
    for layer in load(name).layers:
        if layer.get_weights():
            kernel, bias = layer.get_weights()
            found, found_bias = export.unpacked(stored[layer.name]["weights"], kernel.shape)
            steps = np.abs(kernel).reshape(-1, kernel.shape[-1]).max(axis=0) / 127
            assert (np.abs(found - kernel) <= steps * (0.5 + 1e-4)).all()
            np.testing.assert_array_equal(found_bias, bias)
            counted += kernel.size + bias.size
    assert counted == load(name).count_params()


def test_layers_are_those_of_the_network_in_order(network):
    name, description = network
    layers = load(name).layers
    first, *others = description["layers"]
    assert first == {"name": "input_layer", "className": "InputLayer", "outputShape": [28, 28, 1]}
    assert [layer["className"] for layer in others] == [type(layer).__name__ for layer in layers]
    assert [layer["outputShape"] for layer in others] == [[*layer.output.shape[1:]] for layer in layers]


def test_the_script_is_the_same_every_time_and_needs_no_keras():
    code = (
        "import hashlib, sys; from cnnfigs.models.export import network_script;"
        "print(hashlib.sha256(network_script('convnet').encode()).hexdigest(), 'keras' in sys.modules)"
    )
    first, second = (
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
        for _ in range(2)
    )
    assert first == second
    assert first.endswith(" False\n")


def test_a_filter_of_zeros_stays_one():
    kernel = np.zeros((3, 3, 1, 2), dtype=np.float32)
    kernel[..., 1] = 1
    found, _ = export.unpacked(export.packed(kernel, np.ones(2, dtype=np.float32)), kernel.shape)
    np.testing.assert_allclose(found, kernel)


def test_no_script_of_a_network_that_does_not_exist():
    with pytest.raises(ValueError, match=r"network: expected .*, got 'lenet'"):
        export.network_script("lenet")
