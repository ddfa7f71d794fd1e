"""What the page says in words is what the numbers say, and its code is the recipe really used."""

import re
from pathlib import Path

import numpy as np
import pytest

from cnnfigs.illustrations.errors import ErrorTable
from cnnfigs.illustrations.flattening import Flattening
from cnnfigs.illustrations.layer_table import LayerTable
from cnnfigs.illustrations.training_curves import TrainingCurves
from cnnfigs.models.networks import build
from cnnfigs.models.training import RECIPE

PAGE = (Path(__file__).parents[2] / "docs" / "first-convnet.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def errors():
    return {each.network: each for each in ErrorTable().result.networks}


def test_convnet_makes_fewer_than_half_the_errors(errors):
    assert 2 * errors["convnet"].errors < min(errors["dense_512"].errors, errors["dense_131"].errors)


def test_convnet_has_about_as_many_parameters_as_the_smaller_dense_network(errors):
    assert errors["convnet"].parameters == pytest.approx(errors["dense_131"].parameters, rel=0.01)


def test_interval_of_the_convnet_is_far_from_the_others_and_theirs_overlap(errors):
    assert errors["convnet"].interval[1] < min(errors["dense_512"].interval[0], errors["dense_131"].interval[0])
    assert errors["dense_512"].interval[1] > errors["dense_131"].interval[0]


def test_dense_layer_costs_almost_four_times_the_convnet():
    dense = LayerTable("dense_512").result.layers[1].parameters
    assert 3.5 < dense / LayerTable().result.parameters < 4


def test_most_of_the_flattened_numbers_are_zero():
    facts = {name: int(value.replace(",", "")) for name, value in Flattening().facts.items() if name != "size"}
    assert facts["zeros"] > facts["numbers"] / 2


def test_curves_part_as_the_page_tells():
    run = TrainingCurves().result
    assert run.loss[0] > run.validation_loss[0]
    assert run.loss[-1] < run.validation_loss[-1]
    assert (np.diff(run.loss) < 0).all()
    assert run.validation_loss[-1] > run.validation_loss[run.best_epoch - 1]


class RecordedError(Exception):
    """Raised in place of training, with what training would have been given."""


def test_code_on_the_page_is_the_recipe_really_used(monkeypatch):
    import keras

    from cnnfigs.data import mnist

    digits = mnist()
    monkeypatch.setattr(
        keras.datasets.mnist,
        "load_data",
        lambda: ((digits.x_train, digits.y_train), (digits.x_test, digits.y_test)),
    )
    fitted = {}

    def fit(model, images, labels, **arguments):
        fitted.update(arguments, model=model, images=images, labels=labels)
        raise RecordedError

    monkeypatch.setattr(keras.Model, "fit", fit)
    (code,) = re.findall(r"```python\n(import keras.*?)```", PAGE, flags=re.S)
    with pytest.raises(RecordedError):
        exec(compile(code, "first-convnet.md", "exec"), {})

    model, shipped = fitted["model"], build("convnet")
    for layer, ours in zip(model.layers, shipped.layers, strict=True):
        theirs = {key: value for key, value in layer.get_config().items() if key != "name"}
        assert theirs == {key: value for key, value in ours.get_config().items() if key != "name"}
    # Its name counts the optimisers that other tests have made before.
    assert type(model.optimizer) is type(keras.optimizers.get(RECIPE.optimizer))
    assert float(model.optimizer.learning_rate) == pytest.approx(RECIPE.learning_rate)
    assert model.loss == RECIPE.loss
    assert fitted["batch_size"] == RECIPE.batch_size
    assert fitted["epochs"] == RECIPE.epochs
    assert len(fitted["validation_data"][0]) == RECIPE.validation_images
    assert len(fitted["images"]) == len(digits.x_train) - RECIPE.validation_images
    assert fitted["images"].max() == 1
    (stopping,) = fitted["callbacks"]
    assert (stopping.monitor, stopping.patience) == ("val_loss", RECIPE.patience)
    assert stopping.restore_best_weights
