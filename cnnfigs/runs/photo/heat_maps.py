"""Where on an image an answer comes from: Grad-CAM, occlusion, and the sums of the dense layer; a check on such maps.

References
----------
R. R. Selvaraju, M. Cogswell, A. Das, R. Vedantam, D. Parikh and D. Batra, "Grad-CAM: Visual explanations from deep
networks via gradient-based localization", IEEE International Conference on Computer Vision (2017), 618–626.

M. D. Zeiler and R. Fergus, "Visualizing and understanding convolutional networks", European Conference on Computer
Vision (2014), 818–833.

J. Adebayo, J. Gilmer, M. Muelly, I. Goodfellow, M. Hardt and B. Kim, "Sanity checks for saliency maps", Advances in
Neural Information Processing Systems 31 (2018).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.arithmetic.receptive import receptive_fields
from cnnfigs.data import Bytes, cat_photo, imagenet_classes
from cnnfigs.models.backend import load_keras
from cnnfigs.models.compiled import compiled
from cnnfigs.models.compiled_mobilenet import ANSWER, follow, sums_reader
from cnnfigs.models.folded import records
from cnnfigs.models.imagenet import fitted, mobilenet_v2, network_input
from cnnfigs.models.records import layer_records
from cnnfigs.models.weights import load
from cnnfigs.runs.activations import test_digit
from cnnfigs.runs.filters.exciting import sums
from cnnfigs.runs.photo.photo_answers import GREY, PARTS, Box, box_mask

if TYPE_CHECKING:
    import keras

Floats = NDArray[np.float32]

#: Covered images are shown to the network so many at a time: more take more memory, and hardly less time.
AT_ONCE = 8
#: The layer of MobileNetV2 up to which a covered photo is computed around the patch alone; later units see too much.
FRONT = "block_3_project_BN"
#: Row and column where a patch begins.
Place = tuple[int, int]
#: From images, a batch, to the maps of the layer that Grad-CAM weighs and to all scores before softmax.
Show = Callable[[Any], tuple[Any, Any]]
#: What covers a digit: paper. What covers a photo is grey.
PAPER = 0


@dataclass(frozen=True)
class PartHeat:
    """What both maps say about one part of the cat."""

    #: The part.
    name: str
    #: Mean of the Grad-CAM map there, as a share of its largest value.
    grad_cam: float
    #: Mean of the occlusion map there: by how much the score falls on average under a patch that touches it.
    occlusion: float
    #: By how much the score falls when the whole part is hidden, and nothing else.
    hidden: float
    #: By how much it falls when one piece of the part is hidden alone, one eye for example.
    hidden_piece: tuple[float, ...]


@dataclass(frozen=True)
class PlaceSums:
    """What each place of the last maps adds to a score, where a flatten and one dense layer stand behind them."""

    #: Shape (rows, columns): weights times activations, summed over the maps at this place.
    cells: Floats
    #: What the dense layer adds to the sum of all cells to get the score.
    bias: float
    #: Side of the square of pixels that each place sees.
    field: int


@dataclass(frozen=True)
class Heat:
    """Where on an image one answer comes from."""

    #: The class.
    class_index: int
    name: str
    #: Its logit for the whole image.
    score: float
    #: Shape (height, width) of the image, values 0 to 1.
    grad_cam: Floats
    #: Grad-CAM before it is enlarged: shape (rows, columns) of the maps that it is made of, 0 or more.
    weighed: Floats
    #: Same shape: how much the score falls, on average, when a patch that covers this pixel hides the image; negative
    #: where hiding makes the score rise.
    occlusion: Floats
    #: By how much the score falls, and rises, under the single patch that changes it most.
    fall: float
    rise: float
    #: Same shape: the pixel's rank by occlusion minus its rank by Grad-CAM, each from 0 for the least to 1 for the
    #: most.
    disagreement: Floats
    #: Spearman's rank correlation of both maps.
    correlation: float
    #: Both maps at the parts of the cat; none for other images.
    parts: tuple[PartHeat, ...]
    #: What each place adds to the score, where that can be read off the last layer; None for MobileNetV2.
    exact: PlaceSums | None


@dataclass(frozen=True)
class HeatRun:
    """Heat maps of one image."""

    #: Shape (height, width, channels), values 0 to 1; 1 is ink for digits.
    image: Floats
    #: At how many places the image was covered.
    patches: int
    #: One for each class.
    heats: tuple[Heat, ...]


def photo_heat(image: Bytes, classes: Sequence[int], layer: str, patch_size: int, strides: int) -> HeatRun:
    """Ask MobileNetV2 where on a photo its answers come from.

    Parameters
    ----------
    image
        A photo of any size, shape (height, width, 3), RGB from 0 to 255.
    classes
        The classes, 0 to 999.
    layer
        Name of the layer whose maps Grad-CAM weighs.
    patch_size, strides
        Side of the grey square that covers the photo, and from one place to the next, in pixels.
    """
    photo = fitted(image)
    covering = network_input(np.full(3, GREY, dtype=np.uint8))
    parts = PARTS if np.array_equal(photo, fitted(cat_photo())) else {}
    reader = covered_photo_reader(network_input(photo), covering, patch_size)

    def show(pixels: Any) -> tuple[Any, Any]:
        maps = follow(pixels, ANSWER).maps
        return maps[layer], maps[ANSWER]

    maps = _heat_maps(show, network_input(photo), reader, classes, patch_size, strides)
    hidden = {
        part: _scores_without(network_input(photo), covering, [boxes, *((box,) for box in boxes)])
        for part, boxes in parts.items()
    }
    heats = []
    for index, (score, weighed, grad_cam, falls, fall, rise) in zip(classes, maps, strict=True):
        means = []
        for part, boxes in parts.items():
            inside = box_mask(boxes, 0)[..., 0]
            whole, *pieces = (score - float(scores[index]) for scores in hidden[part])
            means.append(
                PartHeat(part, float(grad_cam[inside].mean()), float(falls[inside].mean()), whole, tuple(pieces))
            )
        name, ranks = imagenet_classes()[index], compared(grad_cam, falls)
        heats.append(Heat(index, name, score, grad_cam, weighed, falls, fall, rise, *ranks, tuple(means), None))
    count = len(starts(photo.shape[0], patch_size, strides)) * len(starts(photo.shape[1], patch_size, strides))
    return HeatRun((photo / 255).astype(np.float32), count, tuple(heats))


def digit_heat(index: int, classes: Sequence[int], layer: str, patch_size: int, strides: int) -> HeatRun:
    """Ask the convnet where on a digit its answers come from.

    Parameters
    ----------
    index
        Which test digit.
    classes
        The classes, 0 to 9.
    layer, patch_size, strides
        As for :func:`photo_heat`; what covers a digit is paper.
    """
    image = test_digit(index)
    covering = np.full(1, PAPER, dtype=np.float32)
    model = load("convnet")
    reader = covered_digit_reader(model, image, covering, patch_size)
    show = _maps_and_logits(model, sums(model, "dense"), layer)
    maps = _heat_maps(show, image, reader, classes, patch_size, strides)
    exact = place_sums(model, image)
    heats = tuple(
        Heat(each, str(each), score, grad_cam, weighed, falls, fall, rise, *compared(grad_cam, falls), (), exact[each])
        for each, (score, weighed, grad_cam, falls, fall, rise) in zip(classes, maps, strict=True)
    )
    return HeatRun(image, len(starts(28, patch_size, strides)) ** 2, heats)


def place_sums(model: keras.Model, image: Floats) -> tuple[PlaceSums, ...]:
    """Split each score into what the places of the last maps add to it.

    A dense layer behind a flatten has a weight for each map at each place. Its sum can be taken place by place: nothing
    is left out, and nothing is estimated.

    Parameters
    ----------
    model
        A network that ends with maps, a flatten and one dense layer.
    image
        As the network reads it, shape (height, width, channels).

    Returns
    -------
    tuple of PlaceSums
        One for each class.
    """
    flatten, dense = model.layers[-2:]
    maps = np.asarray(load_keras().Model(model.inputs, flatten.input)([image[np.newaxis]], training=False))[0]
    kernel, biases = dense.get_weights()
    added = np.einsum("rcm,rcmk->krc", maps, kernel.reshape(*maps.shape, -1))
    field, _ = receptive_fields(layer_records(model))[model.layers[-3].name].size
    return tuple(PlaceSums(cells, float(bias), field) for cells, bias in zip(added, biases, strict=True))


def _heat_maps(
    show: Show,
    image: Floats,
    covered: Callable[[Sequence[Place]], Floats],
    classes: Sequence[int],
    patch_size: int,
    strides: int,
) -> list[tuple[float, Floats, Floats, Floats, float, float]]:
    """Make the score, Grad-CAM before and after it is enlarged, and the occlusion map with its extremes, by class."""
    whole, coarse_maps = _grad_cams(show, image, classes)
    falls = whole - occluded_scores(covered, image.shape, patch_size, strides)
    spread = spread_over_pixels(falls[..., list(classes)], image.shape[:2], patch_size, strides)
    heats = []
    for number, (each, coarse) in enumerate(zip(classes, coarse_maps, strict=True)):
        # The largest is 1; where no map speaks for the class, all is 0.
        smooth = enlarged(coarse / (coarse.max() or 1), *image.shape[:2])
        fall, rise = float(falls[..., each].max()), float(-falls[..., each].min())
        heats.append((float(whole[each]), coarse, smooth, spread[..., number], fall, rise))
    return heats


def _scores_without(image: Floats, covering: Floats, ways: Sequence[Sequence[Box]]) -> Floats:
    """Return all scores of the cat's photo with some boxes covered, in each of several ways."""
    hidden = [np.where(box_mask(boxes, 0), covering, image) for boxes in ways]
    scores: Floats = np.asarray(follow(np.stack(hidden), ANSWER).sums[ANSWER])
    return scores


def grad_cam(model: keras.Model, logits: Any, image: Floats, class_index: int, layer: str) -> Floats:
    """Weigh a layer's maps by the mean gradient of a class's score, add them up, and keep what is positive.

    Parameters
    ----------
    model
        The network.
    logits
        Its scores before softmax, a symbolic output.
    image
        As the network reads it, shape (height, width, channels).
    class_index
        The class.
    layer
        Name of a layer with maps.

    Returns
    -------
    ndarray of float32
        Shape of the layer's maps, 0 or more.

    References
    ----------
    Selvaraju and others (2017), equations 1 and 2.
    """
    _, (weighed,) = _grad_cams(_maps_and_logits(model, logits, layer), image, [class_index])
    return weighed


def _maps_and_logits(model: keras.Model, logits: Any, layer: str) -> Show:
    """Return the function from images to a layer's maps and the scores before softmax."""
    reader = load_keras().Model(model.inputs, [model.get_layer(layer).output, logits])

    def show(images: Any) -> tuple[Any, Any]:
        maps, scores = reader([images], training=False)
        return maps, scores

    return show


def _grad_cams(show: Show, image: Floats, classes: Sequence[int]) -> tuple[Floats, list[Floats]]:
    """Return all scores of an image, and Grad-CAM for each of some classes; the image is shown once for all."""
    import tensorflow as tf

    pixels = tf.constant(image[np.newaxis])
    with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape:
        # The layer's maps are part of the way only where something before them is watched.
        tape.watch(pixels)
        maps, scores = show(pixels)
        wanted = [scores[0, each] for each in classes]
    return scores[0].numpy(), [weighed_maps(maps, tape.gradient(each, maps))[0].numpy() for each in wanted]


def weighed_maps(maps: Any, gradient: Any) -> Any:
    """Weigh maps by the mean of the gradient over each, add them up, and keep what is positive."""
    import tensorflow as tf

    weights = tf.reduce_mean(gradient, axis=[1, 2], keepdims=True)
    return tf.nn.relu(tf.reduce_sum(weights * maps, axis=-1))


def starts(size: int, patch_size: int, strides: int) -> list[int]:
    """Return where patches begin so that they cover a side of the image to its end.

    Examples
    --------
    >>> starts(10, 4, 3), starts(9, 4, 3)
    ([0, 3, 6], [0, 3, 5])
    """
    return [*range(0, size - patch_size, strides), size - patch_size]


def occluded_scores(
    covered: Callable[[Sequence[Place]], Floats], shape: tuple[int, ...], patch_size: int, strides: int
) -> Floats:
    """Cover the image at one place after the other, and read all scores.

    Returns
    -------
    ndarray of float32
        Shape (rows of places, columns of places, classes).
    """
    rows, columns = (starts(size, patch_size, strides) for size in shape[:2])
    places = [(row, column) for row in rows for column in columns]
    scores = [covered(places[first : first + AT_ONCE]) for first in range(0, len(places), AT_ONCE)]
    return np.concatenate(scores).reshape(len(rows), len(columns), -1)


def covered_digit_reader(
    model: keras.Model, image: Floats, covering: Floats, patch_size: int
) -> Callable[[Sequence[Place]], Floats]:
    """Make the function from places, where a patch that covers the image begins, to the scores of each such image."""
    read = compiled(load_keras().Model(model.inputs, sums(model, "dense")))

    def scores(places: Sequence[Place]) -> Floats:
        return np.asarray(read(np.stack([_covered(image, covering, patch_size, place) for place in places])))

    return scores


def covered_photo_reader(image: Floats, covering: Floats, patch_size: int) -> Callable[[Sequence[Place]], Floats]:
    """Make the same function for MobileNetV2, which computes its first layers only around the patch.

    A unit of the layer :data:`FRONT` that sees nothing of the patch is what it is for the whole photo. All others are
    computed from a part of the covered photo that holds what they see. Its sides are such as the network works with,
    and it begins at a multiple of the layer's step, so that each unit stands where it stands on the whole photo.
    """
    load_keras()
    import tensorflow as tf

    field = receptive_fields(records(*image.shape[:2]))[FRONT]
    step, reach = field.jump[0], field.size[0] // 2
    sides = [min(size, 32 * math.ceil((patch_size + 4 * reach + step) / 32) + 1) for size in image.shape[:2]]
    (front_maps,) = sums_reader(FRONT)(image[np.newaxis])
    whole = np.asarray(front_maps)[0]
    back = tf.function(
        lambda maps: follow(maps, ANSWER, behind=FRONT, folded=True).sums[ANSWER],
        input_signature=[tf.TensorSpec((None, *whole.shape), tf.float32)],
        autograph=False,
    )

    def around(start: int, axis: int) -> tuple[int, slice, slice]:
        """Find where the part begins, and which units of the whole photo, and of the part, see the patch."""
        first = max(0, math.ceil((start - reach) / step))
        last = min(whole.shape[axis] - 1, (start + patch_size - 1 + reach) // step)
        begin = min(max(0, (first * step - reach) // step * step), image.shape[axis] - sides[axis])
        return begin, slice(first, last + 1), slice(first - begin // step, last + 1 - begin // step)

    def scores(places: Sequence[Place]) -> Floats:
        regions = [(around(row, 0), around(column, 1)) for row, column in places]
        parts = [
            _covered(image, covering, patch_size, place)[top : top + sides[0], left : left + sides[1]]
            for place, ((top, _, _), (left, _, _)) in zip(places, regions, strict=True)
        ]
        maps = np.repeat(whole[np.newaxis], len(places), axis=0)
        (fronts,) = sums_reader(FRONT)(np.stack(parts))
        for each, computed, (rows, columns) in zip(maps, np.asarray(fronts), regions, strict=True):
            each[rows[1], columns[1]] = computed[rows[2], columns[2]]
        return np.asarray(back(maps))

    return scores


def _covered(image: Floats, covering: Floats, patch_size: int, place: Place) -> Floats:
    copy = image.copy()
    copy[place[0] : place[0] + patch_size, place[1] : place[1] + patch_size] = covering
    return copy


def spread_over_pixels(values: Floats, size: tuple[int, ...], patch_size: int, strides: int) -> Floats:
    """Give each pixel the mean of the values of all patches that cover it.

    Parameters
    ----------
    values
        Shape (rows of places, columns of places, n).
    size
        Height and width of the image.

    Returns
    -------
    ndarray of float32
        Shape (height, width, n).

    Examples
    --------
    >>> spread_over_pixels(np.array([[[2], [4]]], dtype=np.float32), (2, 3), 2, 1)[..., 0].tolist()
    [[2.0, 3.0, 4.0], [2.0, 3.0, 4.0]]
    """
    total = np.zeros((*size, values.shape[-1]), dtype=np.float32)
    count = np.zeros((*size, 1), dtype=np.float32)
    for number, row in enumerate(starts(size[0], patch_size, strides)):
        for other, column in enumerate(starts(size[1], patch_size, strides)):
            total[row : row + patch_size, column : column + patch_size] += values[number, other]
            count[row : row + patch_size, column : column + patch_size] += 1
    return np.asarray(total / count, dtype=np.float32)


def enlarged(values: Floats, height: int, width: int) -> Floats:
    """Enlarge a map to the size of the image, by bilinear interpolation."""
    from PIL import Image

    return np.array(Image.fromarray(values).resize((width, height), Image.Resampling.BILINEAR), dtype=np.float32)


def compared(one: Floats, other: Floats) -> tuple[Floats, float]:
    """Rank the pixels of two maps; return the second ranks minus the first, from -1 to 1, and Spearman's correlation.

    Both are 0 if one of the maps is the same everywhere.

    Examples
    --------
    >>> difference, correlation = compared(np.array([[0.0, 1.0, 2.0]]), np.array([[5.0, 4.0, 3.0]]))
    >>> difference.tolist(), round(correlation, 3)
    ([[1.0, 0.0, -1.0]], -1.0)
    """
    from scipy.stats import rankdata

    first, second = ((rankdata(each) - 1) / (each.size - 1) for each in (one.ravel(), other.ravel()))
    if first.std() == 0 or second.std() == 0:  # a map that is the same everywhere has no order to compare
        return np.zeros(one.shape, dtype=np.float32), 0.0
    difference: Floats = (second - first).astype(np.float32).reshape(one.shape)
    return difference, float(np.corrcoef(first, second)[0, 1])


#: So large a share of the pixels of the sanity check's second map are less bright than those that get the last colour.
BRIGHTEST = 0.995


@dataclass(frozen=True)
class Spoilt:
    """Maps of a network some of whose layers know nothing."""

    #: What was done to its weights.
    weights: str
    #: The two maps with the first seed, shapes (height, width): Grad-CAM with values 0 to 1, and the absolute gradient
    #: of the score times the pixel, added up over the colours and averaged over squares of pixels.
    grad_cam: Floats
    gradient_input: Floats
    #: Spearman's rank correlation with the map of the trained network, for each seed; none for that one.
    grad_cam_correlations: tuple[float, ...]
    gradient_input_correlations: tuple[float, ...]

    @property
    def products(self) -> Floats:
        """The second map from 0 to 1, where the brightest pixels end: all others would be pale beside them."""
        ends: Floats = np.minimum(self.gradient_input / np.quantile(self.gradient_input, BRIGHTEST), 1)
        return ends

    @property
    def gradient_input_mean(self) -> float:
        """The mean of the second map's correlations."""
        return float(np.mean(self.gradient_input_correlations))


@dataclass(frozen=True)
class SanityRun:
    """Heat maps of the trained network and of two that are spoilt."""

    #: The class that is asked for.
    name: str
    #: Shape (height, width, 3), values 0 to 1.
    photo: Floats
    #: The trained one, the one with a last layer at random, and the one that is at random as a whole.
    networks: tuple[Spoilt, ...]


#: The maps of the sanity check are averaged over squares of so many pixels, to be compared and drawn.
SQUARE = 3


def sanity_check(class_index: int, seeds: int) -> SanityRun:
    """Make heat maps of the cat photo with the trained network, and with networks that know less or nothing.

    Parameters
    ----------
    class_index
        The class, 0 to 999.
    seeds
        How many networks of each kind.
    """
    photo = fitted(cat_photo())
    pixels = network_input(photo)
    trained = mobilenet_v2(*photo.shape[:2])
    *below, kernel, bias = trained.get_weights()
    two_maps = _two_maps(trained, pixels, class_index)
    reference = two_maps(trained.get_weights())
    last, whole = [], []
    for seed in range(seeds):
        whole.append(two_maps(_untrained(trained, seed)))
        # The same numbers in another order: their spread stays, what they mean is lost.
        mixed = np.random.default_rng(seed).permutation(kernel.ravel()).reshape(kernel.shape)
        last.append(two_maps([*below, mixed, bias]))
    return SanityRun(
        imagenet_classes()[class_index],
        (photo / 255).astype(np.float32),
        (
            Spoilt("trained", *reference, (), ()),
            _spoilt("last layer shuffled", reference, last),
            _spoilt("never trained", reference, whole),
        ),
    )


def _untrained(model: keras.Model, seed: int) -> list[Floats]:
    """Draw the weights that Keras gives such a model when it builds it, which takes far longer."""
    keras = load_keras()
    keras.utils.set_random_seed(seed)
    return [
        np.asarray(keras.initializers.GlorotUniform()(weights.shape))
        if weights.name == "kernel"
        else np.full(weights.shape, weights.name in {"gamma", "moving_variance"}, dtype=np.float32)
        for weights in model.weights
    ]


def _two_maps(
    model: keras.Model, pixels: Floats, class_index: int
) -> Callable[[Sequence[Floats]], tuple[Floats, Floats]]:
    """Make the function from weights, as ``model.get_weights()`` gives them, to both maps; it is compiled only once."""
    keras = load_keras()
    import tensorflow as tf

    reader = keras.Model(model.inputs, [model.get_layer("out_relu").output, model.output])

    def differentiate(trainable: Any, others: Any, watched: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(watched)
            (maps, scores), _ = reader.stateless_call(trainable, others, watched, training=False)
            score = scores[0, class_index]
        by_maps, by_pixels = tape.gradient(score, [maps, watched])
        return weighed_maps(maps, by_maps)[0], (by_pixels * watched)[0]

    read = tf.function(differentiate, autograph=False)

    def two_maps(weights: Sequence[Floats]) -> tuple[Floats, Floats]:
        given = {variable.path: values for variable, values in zip(model.weights, weights, strict=True)}
        trainable, others = (
            [tf.constant(given[variable.path]) for variable in variables]
            for variables in (reader.trainable_variables, reader.non_trainable_variables)
        )
        coarse, product = (np.asarray(each) for each in read(trainable, others, tf.constant(pixels[np.newaxis])))
        reaction: Floats = np.abs(product.sum(axis=-1))
        height, width = (size // SQUARE for size in reaction.shape)
        squares = reaction[: height * SQUARE, : width * SQUARE].reshape(height, SQUARE, width, SQUARE)
        shares = np.asarray(coarse / (coarse.max() or 1), dtype=np.float32)
        return enlarged(shares, *pixels.shape[:2]), squares.mean(axis=(1, 3))

    return two_maps


def _spoilt(weights: str, reference: tuple[Floats, Floats], maps: Sequence[tuple[Floats, Floats]]) -> Spoilt:
    correlations = [
        tuple(compared(reference[which], each[which])[1] for each in maps) for which in range(len(reference))
    ]
    return Spoilt(weights, *maps[0], *correlations)
