"""How large the gradient is in the first layer of deep stacks of convolutions, with and without skips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import mnist
from cnnfigs.models.backend import load_keras
from cnnfigs.models.training import as_input

if TYPE_CHECKING:
    import keras

FILTERS = 16
#: Training digits that the loss is averaged over.
IMAGES = 32


@dataclass(frozen=True)
class StackGradients:
    """Gradients of one kind of stack, at its first weights."""

    #: What the stack is.
    kind: str
    #: Shape (depths, seeds): root mean square of the gradient of the first convolution's kernel.
    sizes: NDArray[np.float64]

    @property
    def means(self) -> NDArray[np.float64]:
        """The geometric mean over the seeds, shape (depths,)."""
        means: NDArray[np.float64] = np.exp(np.log(self.sizes).mean(axis=1))
        return means


@dataclass(frozen=True)
class DeepGradients:
    """Gradients in stacks of several depths."""

    #: How many convolutions the stacks have after the first one.
    depths: tuple[int, ...]
    #: How many filters each convolution has.
    filters: int
    #: Over how many training digits the loss is averaged.
    images: int
    #: The kinds of stack.
    stacks: tuple[StackGradients, ...]


def deep_gradients(depths: tuple[int, ...], seeds: int) -> DeepGradients:
    """Build deep stacks, and measure how strongly the loss reacts to the first layer's weights before any training.

    Parameters
    ----------
    depths
        How many convolutions after the first one, even numbers.
    seeds
        How many times to build each: every seed gives other first weights.
    """
    kinds = {
        "plain": (False, "glorot_uniform"),
        "plain, larger first weights": (False, "he_normal"),
        "with skips": (True, "glorot_uniform"),
    }
    # Building takes longer than the gradient: so stacks of the same layers are one, with other weights each time.
    built = {(depth, skips): _layers(depth, skips) for depth in depths for skips in (False, True)}

    def size(depth: int, skips: bool, kernel_initializer: str, seed: int) -> float:
        return gradient_size(_drawn(built[depth, skips], kernel_initializer, seed))

    stacks = [
        StackGradients(kind, np.array([[size(depth, *how, seed) for seed in range(1, seeds + 1)] for depth in depths]))
        for kind, how in kinds.items()
    ]
    return DeepGradients(depths, FILTERS, IMAGES, tuple(stacks))


def stack(depth: int, skips: bool, kernel_initializer: str, seed: int) -> keras.Model:
    """Build a network of 3×3 convolutions of one size, for digits of half their size.

    Parameters
    ----------
    depth
        How many convolutions after the first one, an even number: two to a block.
    skips
        Whether a block's input is added to what its two convolutions make of it.
    kernel_initializer
        Keras' name of how the first weights are drawn.
    seed
        Seed of the first weights.

    References
    ----------
    K. He, X. Zhang, S. Ren and J. Sun, "Deep residual learning for image recognition", IEEE Conference on Computer
    Vision and Pattern Recognition (2016), figure 2; without its batch normalisation.
    """
    return _drawn(_layers(depth, skips), kernel_initializer, seed)


def _drawn(model: keras.Model, kernel_initializer: str, seed: int) -> keras.Model:
    """Draw the first weights of a stack; the last layer's are drawn as Keras does it for all layers."""
    keras = load_keras()
    keras.utils.set_random_seed(seed)
    *convolutions, last = (layer for layer in model.layers if layer.weights)
    for layer in convolutions:
        layer.kernel.assign(keras.initializers.get(kernel_initializer)(layer.kernel.shape))
    last.kernel.assign(keras.initializers.get("glorot_uniform")(last.kernel.shape))
    return model


def _layers(depth: int, skips: bool) -> keras.Model:
    keras = load_keras()
    layers = keras.layers

    def convolution(maps: Any, name: str | None = None) -> Any:
        return layers.Conv2D(FILTERS, 3, padding="same", name=name)(maps)

    image = keras.Input((28, 28, 1))
    maps = layers.ReLU()(convolution(layers.AveragePooling2D(2)(image), "first"))
    for _ in range(depth // 2):
        block = convolution(layers.ReLU()(convolution(maps)))
        maps = layers.ReLU()(layers.Add()([block, maps]) if skips else block)
    logits = layers.Dense(10, name="logits")(layers.GlobalAveragePooling2D()(maps))
    return keras.Model(image, logits)


def gradient_size(model: keras.Model) -> float:
    """Return the root mean square of the loss's gradient for the kernel of a stack's first convolution."""
    keras = load_keras()
    import tensorflow as tf

    images, labels = as_input(mnist().x_train[:IMAGES]), mnist().y_train[:IMAGES]
    mean_loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    with tf.GradientTape() as tape:
        loss = mean_loss(labels, model(images, training=True))
    gradient = np.asarray(tape.gradient(loss, model.get_layer("first").kernel.value), dtype=np.float64)
    return float(np.sqrt(np.mean(np.square(gradient))))
