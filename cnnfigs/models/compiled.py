"""Networks compiled to one function each, for runs that show them many images.

Keras calls layer after layer, and :meth:`keras.Model.predict` compiles anew for each model. Here a network is traced
once, with its weights as constants, for batches of any length: so TensorFlow can join a convolution with its bias and
its activation function. What it computes differs from what Keras computes by rounding alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.models.backend import load_keras

if TYPE_CHECKING:
    import keras

#: Images are shown so many at a time: with more, the maps of a layer are no longer in the processor's cache.
AT_ONCE = 100


def compiled(model: keras.Model) -> Callable[[Any], Any]:
    """Compile a network as it is now; what changes its weights later does not change the function.

    Parameters
    ----------
    model
        A built model with one input.

    Returns
    -------
    callable
        From a batch of float32, an array or a tensor, to the model's outputs as tensors. Gradients go through it.
    """
    load_keras()
    import tensorflow as tf

    # Arrays become constants of the function; tensors would become inputs.
    trainable = [np.asarray(each) for each in model.trainable_variables]
    others = [np.asarray(each) for each in model.non_trainable_variables]

    def read(images: Any) -> Any:
        answers, _ = model.stateless_call(trainable, others, images, training=False)
        return answers

    signature = [tf.TensorSpec((None, *model.inputs[0].shape[1:]), tf.float32)]
    function: Callable[[Any], Any] = tf.function(read, input_signature=signature, autograph=False)
    return function


def stepping(model: keras.Model, optimizer: keras.optimizers.Optimizer, loss: Any) -> Callable[[Any, Any], Any]:
    """Compile one step of a training, without what :meth:`keras.Model.train_on_batch` does around it.

    Parameters
    ----------
    model
        A built model; each step changes its weights.
    optimizer, loss
        An optimizer, and a loss that gives one number for a batch.

    Returns
    -------
    callable
        From a batch of images and their labels to the loss before the step.
    """
    load_keras()
    import tensorflow as tf

    variables = model.trainable_variables
    optimizer.build(variables)

    def step(images: Any, labels: Any) -> Any:
        with tf.GradientTape() as tape:
            mean = loss(labels, model(images, training=True))
        optimizer.apply(tape.gradient(mean, [each.value for each in variables]), variables)
        return mean

    signature = [tf.TensorSpec((None, *model.inputs[0].shape[1:]), tf.float32), tf.TensorSpec((None,), tf.uint8)]
    function: Callable[[Any, Any], Any] = tf.function(step, input_signature=signature, autograph=False)
    return function


def outputs(read: Callable[[Any], Any], images: NDArray[np.float32], at_once: int = AT_ONCE) -> NDArray[np.float32]:
    """Show images to a compiled network, some at a time.

    Parameters
    ----------
    read
        From :func:`compiled`, of a model with one output.
    images
        Shape (n, height, width, channels).
    at_once
        How many at a time.

    Returns
    -------
    ndarray of float32
        Shape (n, ...), as the network answers.
    """
    batches = (images[first : first + at_once] for first in range(0, len(images), at_once))
    return np.concatenate([np.asarray(read(batch)) for batch in batches])
