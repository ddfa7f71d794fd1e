"""What Keras makes of two mistakes that are easily made: a layer Flatten that is left out, a batch that is none."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cnnfigs.arithmetic import Layer
from cnnfigs.data import mnist
from cnnfigs.models.backend import load_keras
from cnnfigs.models.training import RECIPE, as_input
from cnnfigs.models.weights import load
from cnnfigs.runs.architectures.layers import layers_of


@dataclass(frozen=True)
class Unflattened:
    """The dense network without its layer Flatten."""

    #: Records of its layers in order.
    layers: tuple[Layer, ...]
    #: How many parameters it has, as Keras counts them.
    parameters: int
    #: How many images it was to be trained on.
    images: int
    #: What Keras says when it is to be trained.
    complaint: str


@dataclass(frozen=True)
class Unbatched:
    """One image given to the convnet as it is, and as a batch of one."""

    #: Shape of the image, and the shape that Keras made of it.
    image: tuple[int, ...]
    taken_for: tuple[int, ...]
    #: What Keras says.
    complaint: str
    #: Shape of the batch of one, and of what the network answers.
    batch: tuple[int, ...]
    answers: tuple[int, ...]


def without_flatten() -> Unflattened:
    """Build the network of the page on dense layers without Flatten, and try to train it.

    Raises
    ------
    RuntimeError
        If Keras trains it without a word.
    """
    keras = load_keras()
    hidden, answers = (layer.units for layer in load("dense_512").layers if isinstance(layer, keras.layers.Dense))
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Dense(hidden, activation="relu", name="dense_1"),
            keras.layers.Dense(answers, activation="softmax", name="dense_2"),
        ]
    )
    unflattened = layers_of(model)
    model.compile(optimizer=RECIPE.optimizer, loss=RECIPE.loss)
    digits = mnist()
    images, labels = as_input(digits.x_train[: RECIPE.batch_size]), digits.y_train[: RECIPE.batch_size]
    try:
        model.fit(images, labels, shuffle=False, verbose=0)
    except ValueError as error:
        return Unflattened(unflattened.layers, unflattened.parameters, len(images), plain(str(error)))
    raise RuntimeError("Keras trains the network without Flatten: the page says that it does not")


def without_batch() -> Unbatched:
    """Give the convnet one image without the axis of the batch.

    Raises
    ------
    RuntimeError
        If it answers without a word.
    """
    model = load("convnet")
    image = as_input(mnist().x_test[:1])[0]
    batch = image[None]
    answers = tuple(model(batch).shape)
    try:
        model(image)
    except Exception as error:  # each backend has an exception of its own
        message = str(error)
        shape = re.search(r"inputs=.*?shape=\(([\d, ]+)\)", message)
        if shape is None:
            raise RuntimeError(f"Keras says something else than the page expects: {message}") from error
        taken_for = tuple(int(size) for size in shape[1].split(","))
        return Unbatched(image.shape, taken_for, plain(message), batch.shape, answers)
    raise RuntimeError("Keras reads an image that is no batch: the page says that it does not")


def plain(message: str) -> str:
    r"""Leave out of an error message the colours, who says it and to what, and where it was executed.

    Examples
    --------
    >>> plain("Exception encountered when calling A.\n\n\x1b[1m{{node a}} No room: -1 [Op:A]\x1b[0m\n\nArguments: …")
    'No room: -1'
    """
    sentence = re.search(r"\x1b\[1m(.*?)\x1b\[0m", message, re.DOTALL)
    text = sentence[1] if sentence else message
    return " ".join(re.sub(r"\{\{.*?\}\}|\[Op:\w+\]", "", text).split())
