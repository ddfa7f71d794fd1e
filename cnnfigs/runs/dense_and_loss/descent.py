"""The loss as a function of the weights: its slope along one of them, and what steps against the slope do to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import mnist
from cnnfigs.models.backend import load_keras
from cnnfigs.models.compiled import stepping
from cnnfigs.models.networks import build
from cnnfigs.models.training import RECIPE, as_input

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Slope:
    """The loss along one weight, and one step of gradient descent."""

    #: Name of the network, untrained.
    network: str
    #: How many parameters it has.
    parameters: int
    #: Over how many training images the loss is averaged.
    images: int
    #: The weight joins this hidden unit to the output of this digit.
    unit: int
    digit: int
    #: Values of the weight and the loss at each of them, all other weights left alone; shape (points,).
    weights: NDArray[np.float64]
    losses: NDArray[np.float64]
    #: Where the step starts: the weight, the loss, and the derivative of the loss by the weight.
    weight: float
    loss: float
    slope: float
    #: The step is the slope times this.
    learning_rate: float
    #: Where the step ends.
    next_weight: float
    next_loss: float


def slope_along_weight(network: str, learning_rate: float, images: int = 1000, points: int = 41) -> Slope:
    """Take the steepest weight of an untrained network's last layer, and make one step down its slope.

    Parameters
    ----------
    network
        Name of one of the tutorial's networks; the weights are those that its training starts from.
    learning_rate
        How far to go: this times the slope.
    images
        How many training images the loss is averaged over: the first ones.
    points
        At how many values of the weight to compute the loss.
    """
    keras = load_keras()
    import tensorflow as tf

    model = _untrained(network)
    inputs, labels = as_input(mnist().x_train[:images]), mnist().y_train[:images]
    mean_loss = keras.losses.SparseCategoricalCrossentropy()
    kernel = model.layers[-1].kernel

    def loss_now() -> float:
        return float(mean_loss(labels, model(inputs)))

    with tf.GradientTape() as tape:
        loss = mean_loss(labels, model(inputs))
    gradient = np.asarray(tape.gradient(loss, kernel.value))
    unit, digit = (int(axis) for axis in np.unravel_index(np.abs(gradient).argmax(), gradient.shape))

    start = np.asarray(kernel)
    only_one = np.zeros_like(start)
    only_one[unit, digit] = 1
    keras.optimizers.SGD(learning_rate).apply([tf.constant(gradient * only_one)], [kernel])
    end, end_loss = np.asarray(kernel), loss_now()

    begin = start[unit, digit]
    downhill = -np.sign(gradient[unit, digit])
    weights = np.linspace(begin - 1.2 * downhill, begin + 3.6 * downhill, points)
    losses = []
    for weight in weights:
        kernel.assign(start + only_one * (weight - begin))
        losses.append(loss_now())
    return Slope(
        network=network,
        parameters=model.count_params(),
        images=images,
        unit=unit,
        digit=digit,
        weights=weights,
        losses=np.array(losses),
        weight=float(begin),
        loss=float(loss),
        slope=float(gradient[unit, digit]),
        learning_rate=learning_rate,
        next_weight=float(end[unit, digit]),
        next_loss=end_loss,
    )


@dataclass(frozen=True)
class Steps:
    """The first steps of a training."""

    network: str
    #: Images per step.
    batch_size: int
    #: Loss on each step's images, before the step; shape (steps,).
    losses: NDArray[np.float64]
    #: The loss of giving every digit the same probability.
    guess_loss: float
    #: How many images are held out.
    held_out: int
    #: Share of the held-out images that it gets right before the first and after the last step.
    accuracy_before: float
    accuracy_after: float

    @property
    def last_ten(self) -> float:
        """The mean loss of the last ten steps."""
        return float(self.losses[-10:].mean())


def first_steps(network: str, steps: int) -> Steps:
    """Train a network by the recipe for a few steps, and keep the loss of each."""
    keras = load_keras()
    digits, size = mnist(), RECIPE.batch_size
    held_out = RECIPE.validation_images
    unseen, unseen_labels = as_input(digits.x_train[-held_out:]), digits.y_train[-held_out:]
    model = _untrained(network)
    optimizer = {"class_name": RECIPE.optimizer, "config": {"learning_rate": RECIPE.learning_rate}}
    train = stepping(model, keras.optimizers.get(optimizer), keras.losses.SparseCategoricalCrossentropy())

    def accuracy() -> float:
        answers = model.predict(unseen, batch_size=1000, verbose=0).argmax(axis=1)
        return float((answers == unseen_labels).mean())

    before = accuracy()
    losses = []
    for step in range(steps):
        batch = slice(step * size, (step + 1) * size)
        losses.append(float(train(as_input(digits.x_train[batch]), digits.y_train[batch])))
    guess = keras.losses.sparse_categorical_crossentropy(np.zeros(1, dtype=int), np.full((1, 10), 0.1))
    return Steps(
        network=network,
        batch_size=size,
        losses=np.array(losses),
        guess_loss=float(guess[0]),
        held_out=held_out,
        accuracy_before=before,
        accuracy_after=accuracy(),
    )


def _untrained(network: str) -> keras.Model:
    """Build a network with the weights that its training starts from."""
    load_keras().utils.set_random_seed(RECIPE.seed)
    return build(network)
