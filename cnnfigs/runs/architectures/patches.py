"""How a vision transformer begins: a photo cut into patches, each one a vector, and dot products between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnfigs.arithmetic.receptive import receptive_fields
from cnnfigs.data import cat_photo
from cnnfigs.images import resized
from cnnfigs.models.backend import load_keras
from cnnfigs.models.imagenet import mobilenet_v2, network_input
from cnnfigs.models.records import layer_records

Values = NDArray[np.float32]

if TYPE_CHECKING:
    import keras

#: The photo is cut into 15×15 patches of 16×16 pixels, as many as MobileNetV2 has places at this depth.
PATCH, SIDE = 16, 15
#: Numbers in a vector: those of one attention head of the published transformers, and of this layer of MobileNetV2.
WIDTH, LAYER = 64, "block_9_add"


@dataclass(frozen=True)
class PatchVectors:
    """A photo cut into patches, and one patch on its way to a vector."""

    #: Shape (240, 240, 3), RGB from 0 to 255.
    photo: NDArray[np.uint8]
    #: The patch, shape (16, 16, 3), RGB from 0 to 255.
    patch: NDArray[np.uint8]
    #: Its numbers in one row, as the network gets them, shape (768,).
    flattened: Values
    #: What the dense layer makes of them, shape (64,).
    vector: Values
    #: How many there are.
    patches: int
    #: How many weights and biases the dense layer has.
    parameters: int
    #: Between the vectors of all patches and what a convolution with these weights and strides of 16 makes.
    largest_difference: float


@dataclass(frozen=True)
class Attention:
    """What some patches of a photo attend to."""

    #: Shape (240, 240, 3), RGB from 0 to 255.
    photo: NDArray[np.uint8]
    #: Row and column of each asking patch, 0 to 14.
    patches: tuple[tuple[int, int], ...]
    #: Shape (asking, 15, 15): the weights that each gives to all places, which add up to 1; from projected pixels,
    #: and from what a trained network found there.
    untrained: Values
    trained: Values
    #: Side of the square that each vector of the trained network sees, and of the photo that it was shown, in pixels.
    field: int
    side: int


def patch_vectors(row: int, column: int, seed: int) -> PatchVectors:
    """Cut the photo of the cat into patches and project them with a dense layer that is not trained.

    Parameters
    ----------
    row, column
        Which patch to keep, 0 to 14.
    seed
        Seed of the dense layer's weights.
    """
    keras = load_keras()
    photo = square_photo(SIDE * PATCH)
    patches, vectors, dense = _projected(photo, seed)
    convolution = keras.layers.Conv2D(WIDTH, PATCH, strides=PATCH)
    convolution.build((None, *photo.shape))
    weights, biases = dense.get_weights()
    convolution.set_weights([weights.reshape(PATCH, PATCH, 3, WIDTH), biases])
    convolved = np.asarray(convolution(network_input(photo)[np.newaxis]))[0]
    return PatchVectors(
        photo=photo,
        patch=photo[row * PATCH : (row + 1) * PATCH, column * PATCH : (column + 1) * PATCH],
        flattened=patches[row, column],
        vector=vectors[row, column],
        patches=SIDE * SIDE,
        parameters=dense.count_params(),
        largest_difference=float(np.abs(convolved - vectors).max()),
    )


def attention(patches: tuple[tuple[int, int], ...], seed: int) -> Attention:
    """Let patches of the photo ask all others, with dot products, for what is like them.

    The vectors are normalised, and queries and keys are these vectors themselves, where a transformer would first
    multiply them by matrices that it learned.

    Parameters
    ----------
    patches
        Row and column of each asking patch, 0 to 14.
    seed
        Seed of the dense layer that projects the pixels.

    References
    ----------
    A. Vaswani et al., "Attention is all you need", Advances in Neural Information Processing Systems 30 (2017),
    equation 1.
    """
    keras = load_keras()
    photo = square_photo(SIDE * PATCH)
    _, projected, _ = _projected(photo, seed)
    network = mobilenet_v2()
    reader = keras.Model(network.input, network.get_layer(LAYER).output)
    maps = np.asarray(reader(network_input(square_photo(network.input_shape[1]))[np.newaxis]))[0]
    rows = [row * SIDE + column for row, column in patches]
    untrained, trained = (_weights(vectors)[rows].reshape(-1, SIDE, SIDE) for vectors in (projected, maps))
    field = receptive_fields(layer_records(network))[LAYER].size[0]
    return Attention(photo, patches, untrained, trained, field, network.input_shape[1])


def square_photo(side: int) -> NDArray[np.uint8]:
    """Return the cat's face, shape (side, side, 3), RGB from 0 to 255."""
    return resized(cat_photo()[:, 75:375], side, side)


def _projected(photo: NDArray[np.uint8], seed: int) -> tuple[Values, Values, keras.layers.Dense]:
    """Cut a photo into patches and project each: shapes (15, 15, 768) and (15, 15, 64), and the dense layer."""
    keras = load_keras()
    dense = keras.layers.Dense(WIDTH, kernel_initializer=keras.initializers.GlorotUniform(seed))
    patches = keras.ops.image.extract_patches(network_input(photo)[np.newaxis], PATCH)
    return np.asarray(patches)[0], np.asarray(dense(patches))[0], dense


def _weights(vectors: Values) -> Values:
    """Return the attention of every place to every place, shape (225, 225), for vectors of shape (15, 15, 64)."""
    keras = load_keras()
    layers = keras.layers
    normalized = layers.LayerNormalization()(vectors.reshape(1, -1, vectors.shape[-1]))
    scaled = normalized / np.sqrt(vectors.shape[-1])
    _, weights = layers.Attention()([scaled, normalized, normalized], return_attention_scores=True)
    shares: Values = np.asarray(weights)[0]
    return shares
