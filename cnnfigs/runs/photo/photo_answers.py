"""What the ImageNet network says to a photo, whole, in parts, scrambled or turned."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median
from types import MappingProxyType
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from cnnfigs.data import Bytes, cat_photo, imagenet_classes
from cnnfigs.images import resized
from cnnfigs.models.imagenet import CATS, LONG, SHORT, best_answers, fitted, probabilities

Rest = Literal["grey", "blurred"]
#: Whether boxes are all that is left of a photo, or all that is hidden.
Boxed = Literal["left", "hidden"]
#: A box on a photo: first row, first column, height, width.
Box = tuple[int, int, int, int]

#: Where the parts of the cat are on the photo of 225×353 pixels: drawn by hand around what a person calls so, before
#: anything was measured with them.
PARTS: Mapping[str, tuple[Box, ...]] = MappingProxyType(
    {
        "eyes": ((60, 98, 56, 74), (76, 222, 54, 56)),
        "nose and mouth": ((158, 160, 60, 84),),
        "ears": ((0, 22, 34, 56), (0, 246, 58, 74)),
    }
)
#: The blur that hides a photo, as the standard deviation of its Gaussian in pixels, and the grey that does.
BLUR, GREY = 12, 124
#: The square from the middle of the cat photo: its rows and columns.
SQUARE = (slice(0, 300), slice(75, 375))


@dataclass(frozen=True)
class Answer:
    """What the network says to one photo."""

    #: The classes with the largest probabilities, the best first.
    classes: tuple[int, ...]
    #: Their names and probabilities.
    names: tuple[str, ...]
    probabilities: tuple[float, ...]
    #: The probability of the five domestic cats together.
    cats: float


@dataclass(frozen=True)
class PhotoAnswer:
    """A photo as the network got it, and what it said."""

    #: Shape (height, width, 3), RGB from 0 to 255.
    photo: Bytes
    #: The answer.
    answer: Answer


def answer_of(shares: NDArray[np.float32], count: int) -> Answer:
    """Name the best answers among 1,000 probabilities."""
    best = best_answers(shares, count)
    names = imagenet_classes()
    return Answer(
        classes=tuple(best),
        names=tuple(names[index] for index in best),
        probabilities=tuple(float(shares[index]) for index in best),
        cats=float(shares[list(CATS)].sum()),
    )


def ask(photo: Bytes, count: int) -> PhotoAnswer:
    """Show a photo of any size to the network, and keep its best answers."""
    shown = fitted(photo)
    return PhotoAnswer(shown, answer_of(probabilities(shown[np.newaxis])[0], count))


@dataclass(frozen=True)
class Parts:
    """What the network says to parts of the cat, each with so much of the photo around it."""

    #: By how many pixels the boxes around the parts were grown on every side.
    margin: int
    #: The photos at half their size, shape (n, 112, 176, 3), RGB from 0 to 255.
    photos: Bytes
    #: The best answer to each and the probability of a cat.
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class PartsRun:
    """What the network says to parts of the cat."""

    #: What was left to be seen, of the photo with each margin: single parts, pairs, all three, and all but these.
    shown: tuple[str, ...]
    #: The answers, for each margin.
    margins: tuple[Parts, ...]
    #: The answer to the whole photo, and to one of which all is hidden.
    whole: Answer
    nothing: Answer


def show_parts(rest: Rest, margins: tuple[int, ...]) -> PartsRun:
    """Show the network single parts of the cat, pairs of them, and all, and hide the rest of the photo.

    Parameters
    ----------
    rest
        Whether the rest is made grey or blurred.
    margins
        By how many pixels to grow the boxes around the parts.
    """
    photo = fitted(cat_photo())
    hidden = hide(photo, rest)
    chosen: list[tuple[str, ...]] = [each for count in (1, 2, 3) for each in combinations(PARTS, count)]
    parts = []
    for margin in margins:
        seen = [part_mask(names, margin) for names in chosen]
        photos = np.stack([np.where(each, photo, hidden) for each in [*seen, ~seen[-1]]])
        answers = tuple(answer_of(shares, 1) for shares in probabilities(photos))
        parts.append(Parts(margin, np.stack([resized(each, 112, 176) for each in photos]), answers))
    whole, nothing = (answer_of(shares, 1) for shares in probabilities(np.stack([photo, hidden])))
    names = (*(" + ".join(each) for each in chosen[:-1]), "all three", "all but these")
    return PartsRun(names, tuple(parts), whole, nothing)


def part_mask(names: tuple[str, ...], margin: int) -> NDArray[np.bool_]:
    """Mark the pixels in the boxes around some parts, shape (225, 353, 1)."""
    return box_mask([box for name in names for box in PARTS[name]], margin)


def box_mask(boxes: Sequence[Box], margin: int) -> NDArray[np.bool_]:
    """Mark the pixels in boxes that are grown by a margin on every side, shape (225, 353, 1)."""
    mask = np.zeros((SHORT, LONG, 1), dtype=bool)
    for top, left, height, width in boxes:
        mask[max(0, top - margin) : top + height + margin, max(0, left - margin) : left + width + margin] = True
    return mask


@dataclass(frozen=True)
class Control:
    """How sure of a cat the network is by the parts, and by other boxes of the same sizes."""

    #: What was put in the place of what is hidden.
    rest: Rest
    #: By how many pixels all boxes were grown on every side.
    margin: int
    #: Whether the boxes are all that is left of the photo, or all that is hidden.
    boxed: Boxed
    #: The probability of a cat with the boxes around the parts.
    parts: float
    #: The same with boxes in random places, shape (draws,).
    others: NDArray[np.float32]
    #: Which share of the photo lies in the boxes around the parts, and in the others on average.
    area: float
    other_area: float

    @property
    def median(self) -> float:
        """The median of those in random places."""
        return float(np.median(self.others))


@dataclass(frozen=True)
class ControlRun:
    """The parts against other boxes of the same sizes."""

    #: With the rest grey and the second margin: only the parts left, only the first draw's boxes left; the parts
    #: hidden, the first draw's boxes hidden. Shape (4, 112, 176, 3), RGB from 0 to 255.
    photos: Bytes
    #: For each way to hide, margin, and whether the boxes are left or hidden.
    controls: tuple[Control, ...]


def compare_with_random(margins: tuple[int, ...], draws: int) -> ControlRun:
    """Show and hide the parts of the cat, and boxes of the same sizes in random places."""
    photo = fitted(cat_photo())
    places = [[box for boxes in PARTS.values() for box in boxes], *(random_boxes(seed) for seed in range(draws))]
    shown: list[Bytes] = []
    controls = []
    for rest in get_args(Rest):
        hidden = hide(photo, rest)
        for margin in margins:
            masks = np.stack([box_mask(each, margin) for each in places])
            areas = masks.mean(axis=(1, 2, 3))
            ways: dict[Boxed, Bytes] = {
                "left": np.where(masks, photo, hidden),
                "hidden": np.where(masks, hidden, photo),
            }
            for boxed, photos in ways.items():
                parts, *others = probabilities(photos)[:, list(CATS)].sum(axis=1)
                controls.append(
                    Control(rest, margin, boxed, float(parts), np.array(others), float(areas[0]), areas[1:].mean())
                )
                if (rest, margin) == ("grey", margins[min(1, len(margins) - 1)]):
                    shown += [resized(each, 112, 176) for each in photos[:2]]
    return ControlRun(np.stack(shown), tuple(controls))


def random_boxes(seed: int) -> list[Box]:
    """Draw places for boxes as large as those around the parts; like these, they do not overlap.

    Examples
    --------
    >>> [box[2:] for box in random_boxes(0)] == [box[2:] for boxes in PARTS.values() for box in boxes]
    True
    """
    generator = np.random.default_rng(seed)
    sizes = [box[2:] for boxes in PARTS.values() for box in boxes]
    while True:
        boxes = [
            (int(generator.integers(SHORT - height + 1)), int(generator.integers(LONG - width + 1)), height, width)
            for height, width in sizes
        ]
        if box_mask(boxes, 0).sum() == sum(height * width for height, width in sizes):
            return boxes


@dataclass(frozen=True)
class Together:
    """Several parts at once, against what they give alone."""

    #: How the rest was hidden, and by how many pixels the boxes around the parts were grown.
    rest: Rest
    margin: int
    #: Which parts.
    shown: str
    #: The probability of a cat if each part multiplied the odds as it does alone.
    added: float
    #: The probability that the network gives.
    measured: float


@dataclass(frozen=True)
class TogetherRun:
    """Pairs of parts, and all three, for each way to hide the rest and each margin."""

    together: tuple[Together, ...]


def show_together(margins: tuple[int, ...]) -> TogetherRun:
    """Compare pairs of parts, and all three, with what the parts would give if their evidence added up."""
    cases = []
    for rest in get_args(Rest):
        run = show_parts(rest, margins)
        for parts in run.margins:
            cats = dict(zip(run.shown, (answer.cats for answer in parts.answers), strict=True))
            sets = {" + ".join(names): names for names in combinations(PARTS, 2)} | {"all three": tuple(PARTS)}
            for shown, names in sets.items():
                added = odds_multiplied(run.nothing.cats, [cats[name] for name in names])
                cases.append(Together(rest, parts.margin, shown, added, cats[shown]))
    return TogetherRun(tuple(cases))


def odds_multiplied(nothing: float, alone: Sequence[float]) -> float:
    """Predict a probability from several pieces of evidence that are independent of each other.

    Each piece multiplies the odds, probability by counter-probability, by some factor: so the logarithms add up.

    Parameters
    ----------
    nothing
        The probability without any of them.
    alone
        The probability with each of them alone.

    Examples
    --------
    >>> round(odds_multiplied(0.5, [0.8, 0.8]), 3)  # 1 to 1, then 4 to 1 by each: 16 to 1
    0.941
    """

    def log_odds(probability: float) -> float:
        return math.log(probability / (1 - probability))

    total = log_odds(nothing) + sum(log_odds(each) - log_odds(nothing) for each in alone)
    return 1 / (1 + math.exp(-total))


def hide(photo: Bytes, rest: Rest) -> Bytes:
    """Make a photo unrecognisable: one grey, or blurred until only large patches of colour are left."""
    from PIL import Image, ImageFilter

    if rest == "grey":
        return np.full_like(photo, GREY)
    return np.array(Image.fromarray(photo).filter(ImageFilter.GaussianBlur(BLUR)))


@dataclass(frozen=True)
class Scramble:
    """One way to change the photo, and what the network says to it."""

    #: Side of the tiles that were shuffled, in pixels; 0 if none were.
    tile_size: int
    #: What was done.
    change: str
    #: The first photo made so, shape (112, 112, 3), RGB from 0 to 255.
    photo: Bytes
    #: The best answer to each photo made so, and the probability of a cat.
    answers: tuple[Answer, ...]

    @property
    def cats(self) -> list[float]:
        """The probability of a cat in each."""
        return [answer.cats for answer in self.answers]

    @property
    def commonest(self) -> tuple[str, int]:
        """The answer that comes first most often, and how often."""
        return Counter(answer.names[0] for answer in self.answers).most_common(1)[0]

    @property
    def median(self) -> float:
        """The median of the probabilities of a cat."""
        return median(self.cats)


@dataclass(frozen=True)
class ScrambleRun:
    """What the network says to the photo with its pieces in another order, and turned."""

    #: Each way to change the photo; the first is to leave it as it is.
    changes: tuple[Scramble, ...]


def scramble(tile_sizes: tuple[int, ...], seeds: int) -> ScrambleRun:
    """Show the network the square from the cat photo, as it is, in shuffled tiles, mirrored and upside down.

    Parameters
    ----------
    tile_sizes
        Sides of the tiles, divisors of 225.
    seeds
        How many orders of the tiles to try for each size.
    """
    photo = resized(cat_photo()[SQUARE], SHORT, SHORT)
    ways: list[tuple[int, str, list[Bytes]]] = [(0, "as it is", [photo])]
    for size in tile_sizes:
        ways.append((size, f"tiles of {size}", [shuffled(photo, size, seed) for seed in range(seeds)]))
    ways += [(0, "mirrored", [photo[:, ::-1]]), (0, "upside down", [photo[::-1]])]
    changes = []
    for size, change, photos in ways:
        answers = tuple(answer_of(shares, 1) for shares in probabilities(np.stack(photos)))
        changes.append(Scramble(size, change, resized(photos[0], 112, 112), answers))
    return ScrambleRun(tuple(changes))


def shuffled(photo: Bytes, tile_size: int, seed: int) -> Bytes:
    """Cut a photo into square tiles and put them together in another order.

    Parameters
    ----------
    photo
        Shape (height, width, 3), both multiples of `tile_size`.
    tile_size
        Side of a tile.
    seed
        For the order.

    Examples
    --------
    >>> photo = np.arange(16, dtype=np.uint8).reshape(4, 4, 1)
    >>> shuffled(photo, 2, seed=0)[..., 0]
    array([[ 8,  9,  0,  1],
           [12, 13,  4,  5],
           [ 2,  3, 10, 11],
           [ 6,  7, 14, 15]], dtype=uint8)
    """
    rows, columns = photo.shape[0] // tile_size, photo.shape[1] // tile_size
    tiles = photo.reshape(rows, tile_size, columns, tile_size, -1).swapaxes(1, 2)
    tiles = tiles.reshape(rows * columns, tile_size, tile_size, -1)
    order = np.random.default_rng(seed).permutation(len(tiles))
    tiles = tiles[order].reshape(rows, columns, tile_size, tile_size, -1)
    return tiles.swapaxes(1, 2).reshape(photo.shape)
