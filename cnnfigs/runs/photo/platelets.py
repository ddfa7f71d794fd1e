"""A classifier of crops that slides over whole blood smears, and how well it finds the platelets there.

It is trained twice: on the crops of the training part, then on these and on the places of the training photos where it
saw a platelet and there is no box.

References
----------
J. Long, E. Shelhamer and T. Darrell, "Fully convolutional networks for semantic segmentation", IEEE Conference on
Computer Vision and Pattern Recognition (2015), 3431–3440.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import Bytes
from cnnfigs.data.blood_cells import HEIGHT, SIDE, WIDTH, Box, boxes, crops, part, photo
from cnnfigs.models.backend import load_keras
from cnnfigs.models.compiled import compiled, outputs, stepping
from cnnfigs.models.transfer import BATCH, PREPARED, VIEWS, as_convolution, as_input, small_convnet, view
from cnnfigs.runs.photo.blood import half

if TYPE_CHECKING:
    import keras

#: Steps of 32 crops in each of the two trainings, the step size of Adam, and the seed.
STEPS, RATE, SEED = (300, 800), 0.001, 1
#: For the second training, so many of its mistakes in each photo.
MISTAKEN = 5
#: From one place of the network to the next, in pixels: the product of its strides.
STRIDE = 8
#: Two places that are nearer than half a crop are one platelet, seen twice.
APART = SIDE // 2
#: A place found is right if it lies in a box, or at most so many pixels beside it: as far as one place from the next.
BESIDE = STRIDE
#: Logits that were tried as the mark from which on a place counts.
MARKS = tuple(range(-4, 11))
#: Where a crop may lie when the whole network is compared with it: every so many places.
EVERY = 10


@dataclass(frozen=True)
class LayerOnBoth:
    """One layer, as part of the classifier of crops and of the network that reads a whole photo."""

    #: What kind of layer it is in each; "" where it has none.
    kinds: tuple[str, str]
    #: What comes out of it in each.
    shapes: tuple[tuple[int, ...], tuple[int, ...]]
    #: How many parameters it has in each.
    parameters: tuple[int, int]


@dataclass(frozen=True)
class Found:
    """What the network marks with one mark for its logits."""

    #: The mark.
    mark: float
    #: Places that are right, places that are not, and boxes that have none.
    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Share of the marked places that are right."""
        return self.right / max(self.right + self.wrong, 1)

    @property
    def recall(self) -> float:
        """Share of the boxes that have a place."""
        return self.right / max(self.right + self.missed, 1)

    @property
    def score(self) -> float:
        """Harmonic mean of both, by which the mark is chosen."""
        return 2 * self.right / max(2 * self.right + self.wrong + self.missed, 1)


@dataclass(frozen=True)
class PlateletRun:
    """A whole photo, the network's map of it, and how well it finds platelets in all test photos."""

    #: The photo's name, and the photo, shape (240, 320, 3).
    name: str
    photo: Bytes
    #: Its boxes around platelets.
    boxes: tuple[Box, ...]
    #: Probability of a platelet in each place, shape (51, 71).
    probabilities: NDArray[np.float32]
    #: Places found, (column, row) of their middles in pixels, and whether each is right.
    places: tuple[tuple[int, int], ...]
    right: tuple[bool, ...]
    #: The layers.
    layers: tuple[LayerOnBoth, ...]
    #: On how many crops both networks were asked, and the largest difference of a logit.
    compared: int
    difference: float
    #: How many crops without a platelet were added for the second training.
    added: int
    #: Precision and recall on the validation part with each mark after the first and after the second training, and the
    #: mark with the best score after the second.
    once: tuple[Found, ...]
    twice: tuple[Found, ...]
    mark: float
    #: The same on the test part with that mark, and how many photos and boxes it has.
    test: Found
    photos: int
    platelets: int
    #: Crops around places that are not right, and around boxes that were missed; at most eight of each.
    wrong: Bytes
    missed: Bytes


def find_platelets(name: str) -> PlateletRun:
    """Train, slide, and count."""
    load_keras().utils.set_random_seed(SEED)
    network = small_convnet()
    train = _trainer(network)
    cut = crops(part("train"))
    train(cut.images, cut.labels, STEPS[0])
    maps = _maps(network, part("val") + part("train"))
    once = _counted(part("val"), [smoothed(maps[each]) for each in part("val")], MARKS)
    added = np.concatenate([_mistaken(each, maps[each]) for each in part("train")])
    labels = np.concatenate([cut.labels, np.zeros(len(added), np.uint8)])
    train(np.concatenate([cut.images, added]), labels, STEPS[1])
    maps = _maps(network, part("val") + part("test"))
    twice = _counted(part("val"), [smoothed(maps[each]) for each in part("val")], MARKS)
    mark = max(twice, key=lambda found: found.score).mark
    means = [smoothed(maps[each]) for each in part("test")]
    own = maps[name]
    places = found_places(smoothed(own), mark)
    compared, difference = _difference(network, own, photo(name))
    wrong, missed = _mistakes(part("test"), means, mark)
    (test,) = _counted(part("test"), means, [mark])
    return PlateletRun(
        name,
        half(photo(name)),
        boxes(name, "Platelets"),
        (1 / (1 + np.exp(-own))).astype(np.float32),
        tuple(places),
        tuple(place in matched(places, boxes(name, "Platelets")) for place in places),
        _layers(network, as_convolution(network, HEIGHT, WIDTH)),
        compared,
        difference,
        len(added),
        once,
        twice,
        mark,
        test,
        len(part("test")),
        sum(len(boxes(each, "Platelets")) for each in part("test")),
        wrong,
        missed,
    )


def _trainer(model: keras.Model) -> Callable[[Bytes, Bytes, int], None]:
    """Make the function that trains the network on crops, each time from the same start, for a number of steps."""
    keras = load_keras()
    optimizer = keras.optimizers.Adam(RATE)
    step = stepping(model, optimizer, keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    start = [(variable, variable.numpy()) for variable in (*model.variables, *optimizer.variables)]

    def train(images: Bytes, labels: Bytes, steps: int) -> None:
        for variable, value in start:
            variable.assign(value)
        views = np.stack([view(images, number) for number in range(VIEWS)])
        holding, empty = np.flatnonzero(labels), np.flatnonzero(labels == 0)
        # As many of each kind, though there are fewer platelets: else the network may answer "none" to everything.
        chosen = np.concatenate([empty, np.tile(holding, round(len(empty) / len(holding)))])
        # As `fit_views` does it, step by step: only the crops of one step are ever kept as numbers of 32 bits.
        random = np.random.default_rng(SEED)
        rounds = -(-steps * BATCH // len(chosen))
        stream = np.concatenate([random.permutation(chosen) for _ in range(rounds)])[: steps * BATCH]
        for part_of_it in np.split(stream, steps // PREPARED):
            turns = random.integers(0, VIEWS, len(part_of_it))
            for first in range(0, len(part_of_it), BATCH):
                batch = slice(first, first + BATCH)
                step(as_input(views[turns[batch], part_of_it[batch]]), labels[part_of_it[batch]])

    return train


def _mistaken(name: str, logits: NDArray[np.float32]) -> Bytes:
    """Cut the crops of a training photo that the network takes most surely for platelets, and that meet no box."""
    targets = boxes(name, "Platelets")
    corners = [(x - APART, y - APART) for x, y in found_places(smoothed(logits), 0)]
    wrong = [corner for corner in corners if not any(box.meets(*corner, SIDE) for box in targets)][:MISTAKEN]
    pixels = photo(name)
    cut = [pixels[top : top + SIDE, left : left + SIDE] for left, top in wrong]
    return np.array(cut, np.uint8).reshape(-1, SIDE, SIDE, 3)


def _maps(model: keras.Model, names: Iterable[str]) -> dict[str, NDArray[np.float32]]:
    """Slide over whole photos: by name the logit of a platelet minus that of none, in each place."""
    read: Callable[[Any], Any] = compiled(as_convolution(model, HEIGHT, WIDTH))
    logits = {name: outputs(read, as_input(photo(name)[np.newaxis]))[0] for name in names}
    return {name: each[..., 1] - each[..., 0] for name, each in logits.items()}


def smoothed(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give each place the mean over it and its eight neighbours; at the border the nearest places count twice."""
    padded = np.pad(logits, 1, mode="edge")
    means: NDArray[np.float32] = np.lib.stride_tricks.sliding_window_view(padded, (3, 3)).mean(axis=(2, 3))
    return means


def found_places(means: NDArray[np.float32], mark: float) -> list[tuple[int, int]]:
    """Choose the places where a platelet is seen, the surest first, none nearer to another than half a crop.

    Parameters
    ----------
    means
        Logits, one for each place, from :func:`smoothed`.
    mark
        From which one on a place counts.

    Returns
    -------
    list of tuple
        Middle of the crop there, (column, row), in pixels of the photo.

    Examples
    --------
    >>> logits = np.full((3, 20), -9.0, np.float32)
    >>> logits[:, 3:6] = 9
    >>> found_places(smoothed(logits), 8)
    [(72, 40)]
    """
    free = means >= mark
    places = np.argwhere(free)
    order = np.argsort(-means[tuple(places.T)], kind="stable")
    near = (APART - 1) // STRIDE
    kept: list[tuple[int, int]] = []
    for row, column in places[order].tolist():
        if free[row, column]:
            kept.append((STRIDE * column + SIDE // 2, STRIDE * row + SIDE // 2))
            free[max(row - near, 0) : row + near + 1, max(column - near, 0) : column + near + 1] = False
    return kept


def matched(places: Sequence[tuple[int, int]], targets: Sequence[Box]) -> dict[tuple[int, int], Box]:
    """Give each place, the surest first, a box that it lies in or beside, and no box to two places."""
    left, pairs = list(targets), {}
    for x, y in places:
        for box in left:
            if box.meets(x - BESIDE, y - BESIDE, 2 * BESIDE + 1):
                pairs[x, y] = box
                left.remove(box)
                break
    return pairs


def _counted(names: Sequence[str], maps: Sequence[NDArray[np.float32]], marks: Sequence[float]) -> tuple[Found, ...]:
    """Count for each mark; the places found with a high one are the surest of those found with a low one."""
    logits: dict[bool, list[float]] = {True: [], False: []}  # of the places that are right, and of those that are not
    platelets = 0
    for name, means in zip(names, maps, strict=True):
        targets = boxes(name, "Platelets")
        places = found_places(means, min(marks))
        pairs = matched(places, targets)
        for x, y in places:
            logits[(x, y) in pairs].append(means[(y - SIDE // 2) // STRIDE, (x - SIDE // 2) // STRIDE])
        platelets += len(targets)
    found = []
    for mark in marks:
        right, wrong = (int(np.sum(np.array(logits[each]) >= mark)) for each in (True, False))
        found.append(Found(float(mark), right, wrong, platelets - right))
    return tuple(found)


def _mistakes(names: Sequence[str], maps: Sequence[NDArray[np.float32]], mark: float) -> tuple[Bytes, Bytes]:
    wrong, missed = [], []
    for name, means in zip(names, maps, strict=True):
        targets = boxes(name, "Platelets")
        places = found_places(means, mark)
        pairs = matched(places, targets)
        wrong += [_around(name, x, y) for x, y in places if (x, y) not in pairs]
        missed += [
            _around(name, (box.left + box.right) // 2, (box.top + box.bottom) // 2)
            for box in targets
            if box not in pairs.values()
        ]
    empty = np.zeros((0, SIDE, SIDE, 3), np.uint8)
    return np.stack(wrong[:8]) if wrong else empty, np.stack(missed[:8]) if missed else empty


def _around(name: str, x: int, y: int) -> Bytes:
    left = min(max(x - APART, 0), WIDTH - SIDE)
    top = min(max(y - APART, 0), HEIGHT - SIDE)
    return photo(name)[top : top + SIDE, left : left + SIDE]


def _difference(network: keras.Model, logits: NDArray[np.float32], pixels: Bytes) -> tuple[int, float]:
    """Cut crops where the network of whole photos has places, and compare its answers with the classifier's."""
    rows, columns = (range(0, length, EVERY) for length in logits.shape)
    cut = [pixels[STRIDE * y : STRIDE * y + SIDE, STRIDE * x : STRIDE * x + SIDE] for y in rows for x in columns]
    answers = np.asarray(network(as_input(np.stack(cut)), training=False))
    here = np.array([logits[y, x] for y in rows for x in columns])
    return len(cut), float(np.abs(answers[:, 1] - answers[:, 0] - here).max())


def _layers(network: keras.Model, whole: keras.Model) -> tuple[LayerOnBoth, ...]:
    by_name = {layer.name: layer for layer in whole.layers}
    rows = []
    for layer in network.layers:
        twin = by_name.get(layer.name)
        rows.append(
            LayerOnBoth(
                (type(layer).__name__, type(twin).__name__ if twin else ""),
                (tuple(layer.output.shape[1:]), tuple(twin.output.shape[1:]) if twin else ()),
                (layer.count_params(), twin.count_params() if twin else 0),
            )
        )
    return tuple(rows)
