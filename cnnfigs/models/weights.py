"""The weights that ship: how they are made, and loaded again.

For each network there are the weights and a record beside them: layers, history, test accuracy, seed, library versions,
and a digest of the code and data that produced them. Whoever loads the weights later compares that digest with today's,
so that weights and code cannot drift apart unnoticed.
"""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from cnnfigs import provenance
from cnnfigs.arithmetic import Layer
from cnnfigs.data import DataError, checked, manifest, mnist
from cnnfigs.errors import CnnfigsError
from cnnfigs.models.backend import THREADS, load_keras
from cnnfigs.models.networks import NETWORKS, build
from cnnfigs.models.records import layer_records
from cnnfigs.models.training import RECIPE, Moment, Recipe, as_input, fit

if TYPE_CHECKING:
    import keras

WEIGHTS = Path(__file__).parent / "shipped"

#: Networks whose weights before training and after the first epoch ship too.
WATCHED = ("convnet",)

REMEDY = "restore it with `git checkout -- cnnfigs/models/shipped` or run `nox -s train`"


class StaleWeightsError(CnnfigsError, RuntimeError):
    """The shipped weights were produced by other code or data than today's."""


def digest(name: str) -> str:
    """Return the digest of all that decides a network's weights: its builder, the recipe, and the data.

    Library versions are recorded beside the weights, but do not enter: a new version makes them no less trained.
    """
    targets = [f"{made.__module__}:{made.__qualname__}" for made in (NETWORKS[name], fit, as_input)]
    code = provenance.digest(*targets, libraries=False)
    return hashlib.sha256(f"{code} {manifest()['mnist.npz']['sha256']}".encode()).hexdigest()


def train(name: str, folder: Path = WEIGHTS, recipe: Recipe = RECIPE, verbose: int = 1) -> dict[str, Any]:
    """Train one of the tutorial's networks and write its weights and record: return the record.

    They become ``NAME.MOMENT.weights.h5`` and ``NAME.json`` in the folder. `verbose` 1 shows Keras' progress bar.
    """
    load_keras().utils.set_random_seed(recipe.seed)
    model = build(name)
    digits = mnist()
    training = fit(model, as_input(digits.x_train), digits.y_train, recipe, verbose)
    predicted = model.predict(as_input(digits.x_test), batch_size=1000, verbose=0).argmax(axis=1)

    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    kept: tuple[Moment, ...] = get_args(Moment) if name in WATCHED else ("trained",)
    for moment in kept:
        # A fresh model has no optimiser, whose state would triple the file.
        bare = build(name)
        bare.set_weights(training.weights[moment])
        path = folder / f"{name}.{moment}.weights.h5"
        bare.save_weights(path)
        files[moment] = {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}

    record = {
        "network": name,
        "parameters": model.count_params(),
        "layers": [as_json(layer) for layer in layer_records(model)],
        "recipe": asdict(recipe),
        "history": training.history,
        "best_epoch": int(np.argmin(training.history["val_loss"])) + 1,
        "test_accuracy": float((predicted == digits.y_test).mean()),
        "weights": files,
        "digest": digest(name),
        "made_with": {
            "python": platform.python_version(),
            "machine": platform.machine(),
            "threads": THREADS,
            **provenance.library_versions(["keras", "numpy"]),
        },
    }
    (folder / f"{name}.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return record


def as_json(layer: Layer) -> dict[str, Any]:
    """Return what of a layer's record differs from the default, for a file from which it is known without Keras.

    Examples
    --------
    >>> as_json(Layer("flatten", "Flatten", output_shape=(784,)))
    {'name': 'flatten', 'class_name': 'Flatten', 'output_shape': (784,)}
    """
    values = ((field.name, getattr(layer, field.name), field.default) for field in fields(layer))
    return {name: value for name, value, default in values if value != default}


def record(name: str, folder: Path = WEIGHTS) -> dict[str, Any]:
    """Read the record of a network's training, without TensorFlow.

    Raises
    ------
    ValueError
        If there is no network of that name.
    cnnfigs.data.DataError
        If the record is missing or is not a record.
    StaleWeightsError
        If network, recipe or data have changed since.
    """
    if name not in NETWORKS:
        raise ValueError(f"network: expected {', '.join(map(repr, NETWORKS))}, got {name!r}")
    path = folder / f"{name}.json"
    if not path.is_file():
        raise DataError(f"{path} is missing: {REMEDY}")
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        trained_by = content["digest"]
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} is damaged ({error}): {REMEDY}") from error
    if trained_by != digest(name):
        raise StaleWeightsError(
            f"the weights of {name} were trained by other code or data than today's "
            f"(digest {trained_by[:12]}, today {digest(name)[:12]}): run `nox -s train -- {name}`"
        )
    return content


def load(name: str, moment: Moment = "trained", folder: Path = WEIGHTS) -> keras.Model:
    """Build one of the tutorial's networks with the weights that ship.

    Raises
    ------
    ValueError
        If there is no network of that name, or its weights at that moment were not kept.
    cnnfigs.data.DataError
        If a weights file is missing or damaged.
    StaleWeightsError
        If network, recipe or data have changed since the training.
    """
    kept = record(name, folder)["weights"]
    if moment not in kept:
        raise ValueError(f"moment: expected {', '.join(map(repr, kept))} of {name}, got {moment!r}")
    path = checked(folder / kept[moment]["file"], kept[moment]["sha256"], REMEDY)
    model = build(name)
    model.load_weights(path)
    return model


def resolve(network: str | keras.Model) -> keras.Model:
    """Return a network of the tutorial, trained, by its name; a Keras model is returned as it is.

    Raises
    ------
    ValueError
        If there is no network of that name.
    """
    return load(network) if isinstance(network, str) else network


def fingerprint(model: keras.Model) -> str:
    """Return a digest of a model's layers and weights, for a cache to tell models apart."""
    content = hashlib.sha256(model.to_json().encode())
    for array in model.get_weights():
        content.update(np.ascontiguousarray(array).tobytes())
    return content.hexdigest()
