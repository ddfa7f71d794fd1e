"""What the page says in words is what the numbers say, and its code is the recipe really used."""

import re
from pathlib import Path

import numpy as np
import pytest

from cnnfigs.experiments.catalog import by_recipe
from cnnfigs.experiments.results import results
from cnnfigs.illustrations.architectures.answer_costs import CostsOfAnAnswer
from cnnfigs.illustrations.architectures.layer_table import LayerTable
from cnnfigs.illustrations.architectures.shape_mistakes import WithoutBatch
from cnnfigs.illustrations.dense_and_loss.flattening import Flattening
from cnnfigs.illustrations.training_and_measured.errors import ErrorTable
from cnnfigs.illustrations.training_and_measured.seed_errors import SeedErrors
from cnnfigs.illustrations.training_and_measured.training_curves import TrainingCurves
from cnnfigs.models.networks import build
from cnnfigs.models.training import RECIPE
from cnnfigs.models.weights import load

PAGE = (Path(__file__).parents[2] / "docs" / "first-convnet.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def trainings():
    return {each.network: each for each in SeedErrors().result.networks}


@pytest.mark.parametrize("network", ["convnet", "dense_512", "dense_131"])
def test_what_the_page_says_of_seeds_is_in_the_records(trainings, network):
    found = results(lambda seed: by_recipe(network, seed), range(1, 6))
    accuracy = 1000 * (1 - found.accuracy)
    assert len(accuracy) >= 3
    facts = SeedErrors().facts
    assert facts[f"{network} in a thousand"] == f"{accuracy.mean():.1f}"
    assert facts[f"{network} range"] == f"{accuracy.min():.1f} to {accuracy.max():.1f}"
    # The training that the pages show is one of them: what ships makes the same errors.
    (shipped,) = (each for each in ErrorTable((network,)).result.networks)
    assert accuracy[found.seeds.index(trainings[network].shown)] == pytest.approx(1000 * shipped.share)


def test_the_place_of_the_training_that_is_shown(trainings):
    convnet = trainings["convnet"]
    better = sum(errors < convnet.of_shown for errors in convnet.errors)
    assert convnet.place == "the best of 5" if better == 0 else convnet.place != "the best of 5"
    assert "`fig-errors convnet place`" in PAGE


def test_a_comparison_is_headlined_by_means_over_seeds():
    """One training is not a result: no table of single networks stands for a comparison, and no overlap of bars."""
    assert "ErrorTable" not in PAGE
    assert "ErrorIntervals" not in PAGE
    assert "half the errors" not in PAGE


def test_the_convnet_has_more_layers_and_computes_more():
    """So the page does not say that the parameters alone make the difference."""
    networks = {each.network: each for each in CostsOfAnAnswer().result.networks}
    assert networks["convnet"].multiply_adds > 2 * networks["dense_512"].multiply_adds
    layers = {
        name: sum(bool(each.weights) for each in build(name).layers) for name in ("convnet", "dense_512", "dense_131")
    }
    assert layers["convnet"] > max(layers["dense_512"], layers["dense_131"])


def test_convnet_has_about_as_many_parameters_as_the_smaller_dense_network(trainings):
    assert trainings["convnet"].parameters == pytest.approx(trainings["dense_131"].parameters, rel=0.01)


def test_one_image_is_taken_for_narrow_ones():
    run = WithoutBatch().result
    assert run.taken_for == (*run.image, 1)
    image = np.zeros(run.image, dtype=np.float32)
    with pytest.raises(Exception, match=r"size would be negative: -1 \[input_size: 1, effective_filter_size: 3"):
        load("convnet")(image)
    assert "size would be negative" in run.complaint
    assert not {"image", "batch"} & set(run.complaint.split()), "the page says that neither is named"


def test_dense_layer_costs_almost_four_times_the_convnet():
    dense = LayerTable("dense_512").result.layers[1].parameters
    assert 3.5 < dense / LayerTable().result.parameters < 4


def test_most_of_the_flattened_numbers_are_zero():
    facts = {name: int(value.replace(",", "")) for name, value in Flattening().facts.items() if name != "size"}
    assert facts["zeros"] > facts["numbers"] / 2
    assert facts["blank maps"] < facts["maps"] / 2, "fewer patterns are absent everywhere"
    assert "absent from most digits" not in PAGE


def test_curves_part_as_the_page_tells():
    run = TrainingCurves().result
    assert run.loss[0] > run.validation_loss[0]
    assert run.loss[-1] < run.validation_loss[-1]
    assert (np.diff(run.loss) < 0).all()
    assert (np.diff(run.accuracy) < 0).sum() == 1, "the caption says that the errors rise once"
    assert "keeps falling" not in PAGE
    facts = TrainingCurves().facts
    for trained, held_out, which in (
        (run.loss, run.validation_loss, "loss"),
        (1 - run.accuracy, 1 - run.validation_accuracy, "errors"),
    ):
        at = int(facts[f"{which} crossing"]) - 1
        assert (trained[at:] < held_out[at:]).all()
        assert trained[at - 1] >= held_out[at - 1]
    least = run.validation_loss[run.best_epoch - 1]
    assert run.validation_loss[-1] > least
    assert run.validation_loss[3] - least < (run.validation_loss[0] - run.validation_loss[3]) / 5, "hardly any more"


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
    code = re.findall(r"```python\n(import keras.*?)```", PAGE, flags=re.S)[0]
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
