"""The weights that ship are what their records say, and a file that is not says so."""

import json
import shutil

import numpy as np
import pytest

from cnnfigs.data import DataError, mnist
from cnnfigs.models import weights
from cnnfigs.models.networks import NETWORKS, build
from cnnfigs.models.records import layer_records
from cnnfigs.models.training import RECIPE, Recipe, as_input, fit
from cnnfigs.models.weights import StaleWeightsError, load, record


@pytest.fixture
def shipped(tmp_path):
    """A copy of the shipped weights, to be damaged."""
    return shutil.copytree(weights.WEIGHTS, tmp_path / "shipped")


@pytest.mark.parametrize("name", NETWORKS)
def test_record_says_how_the_weights_were_made(name):
    found = record(name)
    assert found["recipe"] == {
        "optimizer": "adam",
        "learning_rate": 0.001,
        "loss": "sparse_categorical_crossentropy",
        "batch_size": 128,
        "epochs": 30,
        "patience": 3,
        "validation_images": 5000,
        "seed": 1,
    }
    assert {"python", "keras", "numpy", "tensorflow", "threads"} <= set(found["made_with"])
    losses = found["history"]["val_loss"]
    assert found["best_epoch"] == int(np.argmin(losses)) + 1
    # The stopping rule: three epochs without a better loss, or all thirty.
    assert len(losses) == min(found["best_epoch"] + RECIPE.patience, RECIPE.epochs)


@pytest.mark.parametrize("name", NETWORKS)
def test_record_tells_the_layers_of_the_network(name):
    told = [weights.as_json(layer) for layer in layer_records(build(name))]
    # Keras numbers the input layers of a session.
    renamed = json.loads(json.dumps(told).replace(f'"{told[0]["name"]}"', '"input_layer"'))
    assert record(name)["layers"] == renamed


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("convnet", 0.988, 0.994),
        ("dense_512", 0.976, 0.985),
        ("dense_131", 0.974, 0.983),
        ("unpooled", 0.980, 0.992),
        ("convnet_global_max", 0.983, 0.993),
        ("lenet5", 0.984, 0.991),
    ],
)
def test_shipped_weights_do_as_well_as_recorded(name, least, most):
    """Evaluated anew on all test images; on another processor a digit or two may tip over."""
    model = load(name)
    predicted = model.predict(as_input(mnist().x_test), batch_size=1000, verbose=0).argmax(axis=1)
    accuracy = (predicted == mnist().y_test).mean()
    assert accuracy == pytest.approx(record(name)["test_accuracy"], abs=0.0005)
    assert least <= accuracy <= most


def test_held_out_accuracy_is_recorded_truly():
    model = load("convnet")
    images, labels = as_input(mnist().x_train[-5000:]), mnist().y_train[-5000:]
    accuracy = (model.predict(images, batch_size=1000, verbose=0).argmax(axis=1) == labels).mean()
    found = record("convnet")
    assert accuracy == pytest.approx(found["history"]["val_accuracy"][found["best_epoch"] - 1], abs=0.0005)


def test_moments_of_the_convnet_are_three_different_ones():
    kernels = [load("convnet", moment).layers[0].get_weights()[0] for moment in ("initial", "first_epoch", "trained")]
    assert not np.array_equal(kernels[0], kernels[1])
    assert not np.array_equal(kernels[1], kernels[2])
    # Keras begins with values within the bounds of Glorot and Bengio (2010).
    assert np.abs(kernels[0]).max() <= np.sqrt(6 / (9 * 1 + 9 * 32)) + 1e-6


def test_same_seed_gives_the_same_weights_twice():
    import keras

    images, labels = as_input(mnist().x_train[:600]), mnist().y_train[:600]
    recipe = Recipe(epochs=2, validation_images=100)
    found = []
    for _ in range(2):
        keras.utils.set_random_seed(recipe.seed)
        found.append(fit(build("dense_131"), images, labels, recipe))
    for one, other in zip(found[0].weights["trained"], found[1].weights["trained"], strict=True):
        np.testing.assert_array_equal(one, other)


def test_training_writes_weights_that_load_again(tmp_path, monkeypatch):
    few = mnist()
    monkeypatch.setattr(
        weights, "mnist", lambda: type(few)(few.x_train[:600], few.y_train[:600], few.x_test[:100], few.y_test[:100])
    )
    made = weights.train("dense_131", tmp_path, Recipe(epochs=1, validation_images=100), verbose=0)
    model = load("dense_131", folder=tmp_path)
    predicted = model.predict(as_input(few.x_test[:100]), verbose=0).argmax(axis=1)
    assert (predicted == few.y_test[:100]).mean() == pytest.approx(made["test_accuracy"])


def test_held_out_images_are_not_trained_on():
    """Labels that are wrong among the held-out images change the stopping, not the first epoch's weights."""
    import keras

    images, labels = as_input(mnist().x_train[:600]), mnist().y_train[:600].copy()
    recipe = Recipe(epochs=1, validation_images=100)
    found = []
    for change in (0, 1):
        labels[-100:] = (labels[-100:] + change) % 10
        keras.utils.set_random_seed(recipe.seed)
        found.append(fit(build("dense_131"), images, labels, recipe))
    np.testing.assert_array_equal(found[0].weights["trained"][0], found[1].weights["trained"][0])
    assert found[0].history["val_loss"] != found[1].history["val_loss"]


@pytest.mark.parametrize("damage", ["flipped", "truncated", "deleted"])
def test_damaged_weights_are_refused_with_the_remedy(shipped, damage):
    path = shipped / "convnet.trained.weights.h5"
    content = bytearray(path.read_bytes())
    if damage == "flipped":
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    elif damage == "truncated":
        path.write_bytes(content[: len(content) // 2])
    else:
        path.unlink()
    with pytest.raises(DataError, match=r"convnet\.trained\.weights\.h5 is (damaged|missing).*nox -s train") as caught:
        load("convnet", folder=shipped)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"network": "convnet"}'])
def test_damaged_record_is_refused_with_the_remedy(shipped, content):
    (shipped / "convnet.json").write_text(content)
    with pytest.raises(DataError, match=r"convnet\.json is damaged.*nox -s train"):
        record("convnet", shipped)


def test_weights_of_another_recipe_are_stale(shipped):
    path = shipped / "convnet.json"
    found = json.loads(path.read_text())
    found["digest"] = "0" * 64
    path.write_text(json.dumps(found))
    with pytest.raises(StaleWeightsError, match=r"run `nox -s train -- convnet`"):
        load("convnet", folder=shipped)


def test_digest_follows_network_and_recipe(tmp_path):
    """A changed learning rate or layer makes all or just its own weights stale; a changed comment none."""
    import subprocess
    import sys
    from pathlib import Path

    import cnnfigs

    package = shutil.copytree(
        Path(cnnfigs.__file__).parent, tmp_path / "cnnfigs", ignore=shutil.ignore_patterns("*.h5", "__pycache__")
    )

    def digests():
        code = "from cnnfigs.models.weights import digest; print(digest('convnet'), digest('dense_131'))"
        done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
        return done.stdout.split()

    def change(file, old, new):
        text = (package / "models" / file).read_text()
        assert old in text
        (package / "models" / file).write_text(text.replace(old, new, 1))

    before = digests()
    assert before == [weights.digest("convnet"), weights.digest("dense_131")]
    change("networks.py", "layers.Conv2D(32, kernel_size=3", "layers.Conv2D(33, kernel_size=3")
    changed_layer = digests()
    assert changed_layer[0] != before[0]
    assert changed_layer[1] == before[1]
    change("training.py", "learning_rate: float = 0.001", "learning_rate: float = 0.002")
    changed_recipe = digests()
    assert changed_recipe[0] != changed_layer[0]
    assert changed_recipe[1] != changed_layer[1]
    change("training.py", '"""Training of the tutorial', '"""The training of the tutorial')
    assert digests() == changed_recipe


def test_unknown_network_and_moment_are_named():
    with pytest.raises(ValueError, match=r"network: expected 'convnet'"):
        record("resnet")
    with pytest.raises(ValueError, match=r"moment: expected 'trained' of dense_512, got 'initial'"):
        load("dense_512", "initial")
