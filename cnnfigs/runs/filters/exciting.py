"""Images that excite a filter most: made by gradient ascent, and found among real ones.

One unit of the filter's map, the middle one, is made as large as possible by changing the pixels that it can see.
Followed alone, the gradient ends in glitter. So it is held back in the usual ways:

- *decay* (Simonyan, Vedaldi and Zisserman 2014), in digits: ink costs something;
- *smooth steps* (Olah, Mordvintsev and Schubert 2017, as the older blur of Yosinski et al. 2015): what changes are the
  frequencies of the image, the coarse ones faster than the fine ones;
- *jitter* (Olah, Mordvintsev and Schubert 2017): before each step the image is moved by a pixel or a few.

References
----------
D. Erhan, Y. Bengio, A. Courville and P. Vincent, "Visualizing higher-layer features of a deep network", technical
report 1341, Université de Montréal (2009), whose idea it is.

K. Simonyan, A. Vedaldi and A. Zisserman, "Deep inside convolutional networks: Visualising image classification models
and saliency maps", ICLR workshop (2014).

J. Yosinski, J. Clune, A. Nguyen, T. Fuchs and H. Lipson, "Understanding neural networks through deep visualization",
ICML workshop on deep learning (2015).

C. Olah, A. Mordvintsev and L. Schubert, "Feature visualization", Distill (2017),
https://doi.org/10.23915/distill.00007.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from cnnfigs.arithmetic.receptive import receptive_fields
from cnnfigs.data import Bytes, cat_photo, imagenet_classes, mnist
from cnnfigs.images import resized
from cnnfigs.models.backend import load_keras
from cnnfigs.models.compiled import compiled, outputs
from cnnfigs.models.compiled_mobilenet import follow, sums_reader
from cnnfigs.models.folded import records
from cnnfigs.models.imagenet import DEVIATION, LONG, MEAN, RELU_LAYERS, SHORT, fitted, network_input
from cnnfigs.models.records import layer_records
from cnnfigs.models.training import as_input
from cnnfigs.models.weights import load
from cnnfigs.runs.photo.visual_hierarchy import gradients, peak, smallest_box

if TYPE_CHECKING:
    import keras

Floats = NDArray[np.float32]
Network = Literal["convnet", "mobilenet_v2"]

#: The layers of both networks whose units can be excited, from the image to the answer.
LAYERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "convnet": ("conv2d_1", "conv2d_2", "conv2d_3", "dense"),
        "mobilenet_v2": (*RELU_LAYERS, "predictions"),
    }
)
#: Sides of the images that MobileNetV2 is shown: the smallest that holds a unit's field, or the last.
SIDES = (33, 65, 129)
#: Steps of the ascent, and by how much Adam changes a number in one.
STEPS, RATE = 64, 0.05
#: What ink costs, and the largest shift of the jitter as a share of the side. Photos are held back enough without cost.
DECAY, JITTER = {"convnet": 0.02, "mobilenet_v2": 0.0}, 1 / 16
#: Where the ascent begins, before the function that keeps pixels from 0 to 1: nearly paper for digits, grey for photos.
BEGIN = {"convnet": -1.0, "mobilenet_v2": 0.0}
#: Directions in which the colours of natural images vary, most in the first: brightness, then blue to yellow, then
#: green to magenta. Rounded from those that the software of Olah, Mordvintsev and Schubert (2017) uses.
COLORS = np.array([[0.26, 0.09, 0.02], [0.27, 0.0, -0.05], [0.27, -0.09, 0.03]], dtype=np.float32) / 0.47
#: From how many starts an image is made, to see how far the end depends on the start.
STARTS = 10
#: Heights and widths in which the photo is searched, each also turned and mirrored: one more than multiples of 32.
VIEW_SIZES = ((129, 193), (193, 289), (225, 353), (289, 449))
#: A kept crop of a photo has at most so many pixels on a side.
CROP = 72


@dataclass(frozen=True)
class Ascent:
    """An image on its way to excite a unit."""

    #: After how many steps each image was kept.
    steps: tuple[int, ...]
    #: Shape (kept, side, side, channels), values 0 to 1.
    images: Floats
    #: The unit's sum before its activation function, for each of them.
    sums: tuple[float, ...]


@dataclass(frozen=True)
class Found:
    """A piece of a real image that excites a filter."""

    #: Which test digit it is from; 0 for the photo.
    image: int
    #: Row and column of the unit on the filter's map; none for a layer without maps.
    place: tuple[int, ...]
    #: What the unit sees there: first row, first column, height, width.
    box: tuple[int, int, int, int]
    #: That piece, shape (height, width, channels), values 0 to 1; photos are made smaller where they are large.
    crop: Floats
    #: The unit's sum before its activation function.
    sum: float


@dataclass(frozen=True)
class Excited:
    """What excites one filter."""

    #: Its number.
    filter: int
    #: What its activations speak for, where it is a class.
    name: str
    #: The image that gradient ascent made, from its start to its end.
    made: Ascent
    #: Pieces of real images, those that excite it most first.
    found: tuple[Found, ...]
    #: The share of all test digits that bring it above zero somewhere; of the photo, the share of places.
    fires: float
    #: The largest sum that any image can give it, see :func:`largest_possible`; None where nobody can compute it.
    possible: float | None
    #: The largest sum anywhere in any view of the photo, see :func:`largest_in_views`; None for digits.
    in_views: float | None


@dataclass(frozen=True)
class ExcitedLayer:
    """What excites some filters of a layer."""

    layer: str
    #: How many filters it has.
    filters: int
    #: How many of these never come above zero, for any test digit or anywhere on the photo.
    silent: int
    #: Side of the square that one of its units can see, cut off at the side of the image it was shown.
    field_size: int
    #: What excites each of the chosen filters.
    excited: tuple[Excited, ...]


@dataclass(frozen=True)
class ExcitedRun:
    """What excites filters of some layers of a network."""

    #: From the image to the answer.
    layers: tuple[ExcitedLayer, ...]
    #: In how many test digits the pieces were searched for; 1 for the photo.
    searched: int
    #: In how many views of the photo larger sums were searched for; 0 for digits.
    views: int


def excite(network: Network, layers: Sequence[str], filters: Sequence[int], pieces: int) -> ExcitedRun:
    """Make and find what excites some filters of some layers.

    Parameters
    ----------
    network
        "convnet", whose real images are the test digits, or "mobilenet_v2", whose real image is the photo of the cat.
    layers
        Names out of :data:`LAYERS`.
    filters
        The same numbers for each layer.
    pieces
        How many real pieces to find for each filter, at most.

    Raises
    ------
    ValueError
        If a layer has not so many filters.
    """
    count = len(mnist().x_test) if network == "convnet" else 1
    levels = []
    ordered = sorted(layers, key=LAYERS[network].index)
    units = [middle_unit(network, layer) for layer in ordered]
    for layer, unit in zip(ordered, units, strict=True):
        refuse_filters(network, layer, filters, unit.filters)
    views = [] if network == "convnet" else photo_views()
    in_views = largest_in_views(views, ordered)
    for layer, unit in zip(ordered, units, strict=True):
        (made,) = ascend(unit, filters)
        if network == "convnet":
            real, fires, silent = search_digits(count, layer, filters, pieces)
        else:
            real, fires, silent = search_photo(fitted(cat_photo()), layer, filters, pieces)
        names = [class_name(network, layer, each) for each in filters]
        possible = [largest_possible(layer, each) if network == "convnet" else None for each in filters]
        seen = [float(in_views[layer][each]) if views else None for each in filters]
        excited = tuple(Excited(*each) for each in zip(filters, names, made, real, fires, possible, seen, strict=True))
        levels.append(ExcitedLayer(layer, unit.filters, silent, unit.side, excited))
    return ExcitedRun(tuple(levels), count, len(views))


@cache
def _convnet() -> keras.Model:
    """Load the convnet once, since nothing here changes it."""
    return load("convnet")


def photo_views() -> list[Bytes]:
    """Return the photo of the cat in several sizes, each turned by quarters, and all of these mirrored."""
    turned = [np.rot90(resized(cat_photo(), *size), quarters) for size in VIEW_SIZES for quarters in range(4)]
    return [np.ascontiguousarray(view) for each in turned for view in (each, each[:, ::-1])]


def largest_in_views(views: Sequence[Bytes], layers: Sequence[str]) -> dict[str, Floats]:
    """Find the largest sum that each filter of MobileNetV2 has anywhere in any of some photos.

    Parameters
    ----------
    views
        Photos, each of shape (height, width, 3), RGB from 0 to 255; sides one more than a multiple of 32.
    layers
        Names out of :data:`LAYERS`.

    Returns
    -------
    dict
        For each layer an array of shape (filters,); empty without photos.
    """
    by_layer: dict[str, Floats] = {}
    for view in views:
        for layer, values in zip(layers, sums_reader(*layers)(network_input(view[np.newaxis])), strict=True):
            largest = np.asarray(values).reshape(-1, values.shape[-1]).max(axis=0)
            by_layer[layer] = np.maximum(by_layer.get(layer, largest), largest)
    return by_layer


def largest_possible(layer: str, filter: int) -> float | None:
    """Compute the largest sum that any image can give a filter of the convnet's first convolution; None for others.

    Its sum is a weighted sum of pixels, each from 0 to 1. So it is largest with full ink where a weight is positive,
    and blank paper elsewhere. Behind a ReLU there is no such rule.
    """
    if layer != LAYERS["convnet"][0]:
        return None
    kernel, bias = _convnet().get_layer(layer).get_weights()
    return float(np.maximum(kernel[..., filter], 0).sum() + bias[filter])


def class_name(network: Network, layer: str, filter: int) -> str:
    """Return the class that a filter of the last layer speaks for; nothing for other layers.

    Examples
    --------
    >>> class_name("convnet", "dense", 3), class_name("convnet", "conv2d_1", 3)
    ('digit 3', '')
    >>> class_name("mobilenet_v2", "predictions", 1)
    'goldfish'
    """
    if layer != LAYERS[network][-1]:
        return ""
    return f"digit {filter}" if network == "convnet" else imagenet_classes()[filter]


def refuse_filters(network: str, layer: str, filters: Sequence[int], count: int) -> None:
    """Refuse numbers of filters that a layer does not have.

    Raises
    ------
    ValueError
        Naming the first such filter and the range.
    """
    for each in filters:
        if not 0 <= each < count:
            raise ValueError(f"filter: expected 0 to {count - 1} for {layer} of {network}, got {each}")


@dataclass(frozen=True)
class Unit:
    """The middle unit of each of a layer's maps, and what it can see."""

    network: str
    #: From images, a batch of (size, size, channels) with values 0 to 1, to the sums of the middle units of all
    #: filters, (batch, filters).
    reader: Any
    #: How many filters there are.
    filters: int
    #: Side of the images that the network is shown.
    size: int
    #: First row and column that the unit sees.
    first: int
    #: Side of the square that it sees.
    side: int


def sums(model: keras.Model, layer: str) -> Any:
    """Return a layer's sums before its activation function as a symbolic output of the model."""
    chosen = model.get_layer(layer)
    return _without_activation(chosen, chosen.input)


def _without_activation(layer: keras.Layer, read: Any) -> Any:
    """Apply the same layer with the same weights, only without the function."""
    bare = type(layer).from_config({**layer.get_config(), "activation": "linear"})
    output = bare(read)
    bare.set_weights(layer.get_weights())
    return output


def middle_unit(network: Network, layer: str) -> Unit:
    """Prepare the middle unit of a layer to be read, in an image that is hardly larger than what it sees."""
    if network == "convnet":
        model = _convnet()
        layers, summed = layer_records(model), load_keras().Model(model.inputs, sums(model, layer))
    else:
        layers = records(SHORT, LONG)
    (shape,) = (each.output_shape for each in layers if each.name == layer)
    field = receptive_fields(layers)[layer]
    if network == "convnet":
        size, maps = 28, shape[:-1]
    else:
        # Of what its units see, the size of the image changes nothing.
        size = next((each for each in SIDES if field.size[0] <= each), SIDES[-1])
        maps = tuple((size - 1) // field.jump[0] + 1 for _ in shape[:-1])
    middle = tuple(side // 2 for side in maps)
    inside = range(size)
    if middle:
        rows, _ = field.at(middle)
        inside = range(max(0, rows.start), min(size, rows.stop))

    def read(images: Any) -> Any:
        if network == "convnet":
            values = summed([images], training=False)
        else:
            values = follow((images - MEAN) / DEVIATION, layer).sums[layer]
        return values[(slice(None), *middle)]

    return Unit(network, read, shape[-1], size, inside.start, len(inside))


def ascend(
    unit: Unit,
    filters: Sequence[int],
    keep: Sequence[int] = (0, STEPS),
    regularized: bool = True,
    seeds: Sequence[int] = (0,),
) -> tuple[tuple[Ascent, ...], ...]:
    """Change images step by step so that each excites its filter more.

    Parameters
    ----------
    unit
        From :func:`middle_unit`.
    filters
        Numbers of the filters; each gets an image.
    keep
        After how many steps to keep the images, in order.
    regularized
        With decay, smooth steps and jitter, or none of them.
    seeds
        For the faint noise at the start, and for the jitter; each begins anew, with what has been compiled.

    Returns
    -------
    tuple of tuple of Ascent
        For each seed, an ascent for each filter.
    """
    keras = load_keras()
    import tensorflow as tf

    side, count = unit.side, len(filters)
    channels = 1 if unit.network == "convnet" else 3
    begin = BEGIN[unit.network]
    empty = 0.0 if unit.network == "convnet" else 0.5
    edges = (unit.first, unit.size - unit.first - side)
    # The coarsest frequencies of a small image are no coarser than its side.
    rows, columns = np.fft.fftfreq(side)[:, np.newaxis], np.fft.rfftfreq(side)[np.newaxis]
    scale = (1 / np.maximum(np.hypot(rows, columns), 1 / side)).astype(np.float32)
    shape = (2, count, channels, *scale.shape) if regularized else (count, side, side, channels)
    changed = tf.Variable(np.zeros(shape, np.float32))
    optimizer = keras.optimizers.Adam(RATE)
    optimizer.build([changed])
    fresh = [(variable, variable.numpy()) for variable in optimizer.variables]

    def pictures() -> Any:
        if not regularized:
            return tf.sigmoid(changed + begin)
        waves = tf.complex(changed[0], changed[1]) * tf.cast(scale, tf.complex64)
        values = tf.transpose(max(4.0, side / 4) * tf.signal.irfft2d(waves, fft_length=[side, side]), [0, 2, 3, 1])
        if channels == 3:
            values = tf.einsum("nhwc,dc->nhwd", values, COLORS)
        return tf.sigmoid(values + begin)

    def read(images: Any) -> Any:
        around = tf.pad(images, [[0, 0], edges, edges, [0, 0]], constant_values=empty)
        return tf.gather(unit.reader(around), list(filters), axis=1)

    def climb(down: Any, right: Any) -> Any:
        with tf.GradientTape() as tape:
            images = pictures()
            totals = tf.linalg.diag_part(read(tf.roll(images, [down, right], axis=[1, 2])))
            wanted = tf.reduce_sum(totals)
            if regularized:
                wanted -= DECAY[unit.network] * tf.reduce_sum(images**2)
        optimizer.apply([-tape.gradient(wanted, changed)], [changed])
        return images, totals

    step = tf.function(climb, autograph=False)  # there is nothing in it that only TensorFlow could decide
    most = round(JITTER * side) if regularized else 0

    def climbed(seed: int) -> tuple[Ascent, ...]:
        random, kept = np.random.default_rng(seed), []
        changed.assign(random.normal(0, 0.01 if regularized else 0.1, shape).astype(np.float32))
        for variable, value in fresh:
            variable.assign(value)
        for number in range(max(keep) + 1):
            # What is kept is looked at where it is.
            moves = [0, 0] if number in keep else random.integers(-most, most + 1, size=2).tolist()
            images, totals = step(*map(tf.constant, moves))
            if number in keep:
                kept.append((images.numpy(), totals.numpy()))
        return tuple(
            Ascent(
                tuple(keep),
                np.stack([images[number] for images, _ in kept]),
                tuple(float(values[number]) for _, values in kept),
            )
            for number in range(count)
        )

    return tuple(map(climbed, seeds))


def search_digits(
    count: int, layer: str, filters: Sequence[int], pieces: int
) -> tuple[list[tuple[Found, ...]], list[float], int]:
    """Find the pieces of different digits that excite filters of the convnet most.

    Parameters
    ----------
    count
        In how many test digits to search, the first ones.
    layer, filters, pieces
        As for :func:`excite`.

    Returns
    -------
    list of tuple of Found
        The pieces for each filter.
    list of float
        The share of digits that bring it above zero somewhere.
    int
        How many of all filters of the layer no digit brings above zero.
    """
    keras = load_keras()
    model = _convnet()
    largest = largest_sums(count)[layer]
    best = largest[:, list(filters)]
    output = sums(model, layer)
    reader = keras.Model(model.inputs, output)
    field = receptive_fields(layer_records(model))[layer]
    crops = []
    for number, each in enumerate(filters):
        chosen = np.argsort(-best[:, number], kind="stable")[:pieces]
        images = as_input(mnist().x_test[chosen])
        some = []
        for index, image, maps in zip(chosen, images, np.asarray(reader([images]))[..., each], strict=True):
            # A layer without maps has one place, and sees everything.
            place = peak(maps) if maps.ndim else ()
            rows, columns = field.at(place) if place else (range(28), range(28))
            box = (rows.start, columns.start, len(rows), len(columns))
            crop = image[rows.start : rows.stop, columns.start : columns.stop]
            some.append(Found(int(index), place, box, crop, float(best[index, number])))
        crops.append(tuple(some))
    return crops, [float(share) for share in (best > 0).mean(axis=0)], int((largest <= 0).all(axis=0).sum())


@cache
def largest_sums(count: int) -> Mapping[str, Floats]:
    """Find the largest sum before its activation function that each filter of the convnet has in each test digit.

    All layers are read in one go and remembered, since every illustration of the convnet's filters asks for some.

    Parameters
    ----------
    count
        How many test digits, the first ones.

    Returns
    -------
    mapping
        From each name out of :data:`LAYERS` to an array of shape (count, filters).
    """
    keras = load_keras()
    model = _convnet()
    maps, largest = model.inputs[0], []
    for layer in model.layers:
        if layer.name in LAYERS["convnet"]:
            summed = _without_activation(layer, maps)
            places = tuple(range(1, len(summed.shape) - 1))
            largest.append(keras.ops.max(summed, axis=places) if places else summed)
            maps = layer.activation(summed)
        else:
            maps = layer(maps)
    # One table of all layers' filters side by side.
    reader = compiled(keras.Model(model.inputs, keras.ops.concatenate(largest, axis=-1)))
    answers = outputs(reader, as_input(mnist().x_test[:count]))
    ends = np.cumsum([each.shape[-1] for each in largest])
    return dict(zip(LAYERS["convnet"], np.split(answers, ends[:-1], axis=1), strict=True))


def search_photo(
    photo: Bytes, layer: str, filters: Sequence[int], pieces: int
) -> tuple[list[tuple[Found, ...]], list[float], int]:
    """Find the places of a photo that excite filters of MobileNetV2 most.

    What a unit sees is, as for the visual hierarchy, the smallest square that holds 90 % of its absolute gradient.
    Places in the middle of such a square that was taken already are left out.

    Parameters
    ----------
    photo
        Shape (height, width, 3), RGB from 0 to 255; height and width one more than a multiple of 32.
    layer, filters, pieces
        As for :func:`excite`.

    Returns
    -------
    list of tuple of Found
        The pieces for each filter.
    list of float
        The share of the photo's places that bring it above zero.
    int
        How many of all filters of the layer are nowhere above zero.
    """
    values = np.asarray(follow(network_input(photo[np.newaxis]), layer).sums[layer])[0]
    if values.ndim == 1:  # the answers, which see everything
        height, width = photo.shape[:2]
        crop = _small(photo)
        return (
            [(Found(0, (), (0, 0, height, width), crop, float(values[each])),) for each in filters],
            [float(values[each] > 0) for each in filters],
            int((values <= 0).sum()),
        )
    step = [photo.shape[axis] / values.shape[axis] for axis in (0, 1)]
    crops: list[list[Found]] = [[] for _ in filters]
    left = [values[..., each].copy() for each in filters]
    for _ in range(pieces):
        units = [(each, peak(remaining), 0.0) for each, remaining in zip(filters, left, strict=True)]
        seen, _ = gradients(photo, layer, units)
        for number, ((each, place, _), gradient) in enumerate(zip(units, seen, strict=True)):
            if left[number][place] == -np.inf:
                continue  # no other place is left
            box = top, first, height, width = smallest_box(gradient)
            crop = _small(photo[top : top + height, first : first + width])
            crops[number].append(Found(0, place, box, crop, float(values[(*place, each)])))
            rows = (np.arange(values.shape[0]) + 0.5) * step[0]
            columns = (np.arange(values.shape[1]) + 0.5) * step[1]
            near = np.ix_(
                (rows >= top + height / 4) & (rows < top + 3 * height / 4),
                (columns >= first + width / 4) & (columns < first + 3 * width / 4),
            )
            left[number][near] = -np.inf
            left[number][place] = -np.inf
    fires = [float((values[..., each] > 0).mean()) for each in filters]
    return [tuple(each) for each in crops], fires, int((values.max(axis=(0, 1)) <= 0).sum())


def _small(crop: Bytes) -> Floats:
    scale = min(1.0, CROP / max(crop.shape[:2]))
    if scale < 1:
        height, width = (max(1, round(scale * side)) for side in crop.shape[:2])
        crop = resized(crop, height, width)
    return np.asarray(crop / 255, dtype=np.float32)


@dataclass(frozen=True)
class AscentRun:
    """Two ways up, each from several starts."""

    #: With the gradient alone, and with decay, smooth steps and jitter: one ascent for each start.
    plain: tuple[Ascent, ...]
    regularized: tuple[Ascent, ...]
    #: The largest sum that any test digit reaches.
    best: float
    #: Which digit's mean the last image of the first start of each way is most like, and their correlation.
    likest: tuple[tuple[int, float], tuple[int, float]]

    @property
    def noise(self) -> float:
        """By how much the pixels of the first images differ: their standard deviation, the larger of both ways."""
        return max(float(ways[0].images[0].std()) for ways in (self.plain, self.regularized))


def ascend_both(layer: str, filter: int, keep: Sequence[int]) -> AscentRun:
    """Excite a filter of the convnet with and without regularisation, from :data:`STARTS` starts.

    Parameters
    ----------
    layer
        Name out of :data:`LAYERS`.
    filter
        Number of the filter.
    keep
        After how many steps to keep the images.

    Raises
    ------
    ValueError
        If the layer has not so many filters.
    """
    unit = middle_unit("convnet", layer)
    refuse_filters("convnet", layer, [filter], unit.filters)
    plain, regularized = (
        tuple(made for (made,) in ascend(unit, [filter], keep, regularized=each, seeds=range(STARTS)))
        for each in (False, True)
    )
    ((piece,),), _, _ = search_digits(len(mnist().x_test), layer, [filter], 1)
    alone, held_back = (likest_digit(ways[0].images[-1][..., 0]) for ways in (plain, regularized))
    return AscentRun(plain, regularized, piece.sum, (alone, held_back))


@cache
def _mean_digits() -> Floats:
    """Return the mean of the test images of each digit, shape (10, 28, 28)."""
    images, labels = mnist().x_test, mnist().y_test
    return np.stack([images[labels == digit].mean(axis=0, dtype=np.float32) for digit in range(10)])


def likest_digit(image: Floats) -> tuple[int, float]:
    """Find the digit of which the mean test image is most like an image, shape (28, 28), and their correlation.

    Examples
    --------
    >>> likest_digit(mnist().x_test[3].astype(np.float32))[0]
    0
    """
    correlations = [float(np.corrcoef(image.ravel(), each.ravel())[0, 1]) for each in _mean_digits()]
    likest = int(np.argmax(correlations))
    return likest, correlations[likest]
