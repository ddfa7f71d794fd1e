"""Digits as hands draw them: twenty-eight shapes, and a dozen ways to draw each.

A shape is a list of strokes, a stroke a list of places (x, y) in pixels of the paper, which is 28 pixels wide. They are
those that American schools teach, as MNIST's writers learnt them: no bar through a seven or a zero, no flag on a one.
"""

import math
from collections.abc import Callable

import numpy as np

Place = tuple[float, float]
Strokes = list[list[Place]]


def arc(x: float, y: float, across: float, down: float, first: float, last: float) -> list[Place]:
    """Go along an ellipse around a place; angles in degrees, 0 to the right, 90 down."""
    angles = np.radians(np.linspace(first, last, max(3, round(abs(last - first) / 15) + 1)))
    return [(x + across * math.cos(angle), y + down * math.sin(angle)) for angle in angles]


#: By digit: each shape that is taught.
SHAPES: dict[int, list[Strokes]] = {
    0: [
        [arc(14, 14, 6, 9, -90, -450)],
        [arc(14, 14, 8, 9, -60, 310)],
        [arc(14, 14, 5, 10, -120, -475)],
    ],
    1: [
        [[(14, 5), (14, 23)]],
        [[(16, 5), (12, 23)]],
    ],
    2: [
        [[*arc(14, 10, 5.5, 5, -170, 40), (8, 22), (20, 22)]],
        [[(8, 7), *arc(13, 9, 6, 4, -120, 30), (8, 22), (21, 23)]],
        [[*arc(14, 10, 5, 5, -200, 45), *arc(10, 21, 2, 2, -30, -300), (14, 22), (20, 22)]],
    ],
    3: [
        [[*arc(13, 9.5, 5, 4.5, -150, 80), *arc(13, 18.5, 6, 5, -90, 150)]],
        [[(8, 6), (19, 6), (13, 12), *arc(13, 17.5, 6, 5.5, -80, 150)]],
        [[*arc(13, 10, 5, 5, -130, 60), (12, 14), *arc(13, 19, 5, 4.5, -70, 130)]],
    ],
    4: [
        [[(9, 5), (8, 14), (20, 14)], [(18, 5), (18, 23)]],
        [[(8, 6), (7, 13), (20, 12)], [(17, 6), (15, 23)]],
        [[(17, 23), (17, 5), (7, 16), (21, 16)]],
    ],
    5: [
        [[(10, 6), (9, 13), *arc(13, 17.5, 6, 5.5, -110, 140)], [(10, 6), (20, 6)]],
        [[(20, 5), (10, 5), (9, 13), *arc(13, 17.5, 6.5, 5.5, -115, 145)]],
        [[(19, 6), (11, 7), (10, 12), *arc(13, 17, 5, 5.5, -90, 130)]],
    ],
    6: [
        [[(17, 5), *arc(14, 16, 6, 8, -140, -200), *arc(13, 18, 5.5, 5, -190, -540)]],
        [[(15, 4), (10, 12), *arc(13.5, 18, 5.5, 5.5, -160, -510)]],
        [[*arc(16, 14, 8, 10, -80, -180), *arc(13, 18.5, 5, 4.5, 170, -170)]],
    ],
    7: [
        [[(7, 6), (20, 6), (12, 23)]],
        [[(8, 7), (20, 6), (15, 14), (13, 23)]],
        [[(7, 7), (21, 7), (10, 24)]],
    ],
    8: [
        [[*arc(14, 9.5, 4.5, 4.5, -60, -270), *arc(14, 18.5, 5.5, 4.5, -90, 270), *arc(14, 9.5, 4.5, 4.5, 90, -60)]],
        [arc(14, 9.5, 4.5, 4.5, -90, -450), arc(14, 18.5, 5.5, 5, -90, -450)],
    ],
    9: [
        [[*arc(13, 10, 5, 5, -20, -380), (18, 10), (17, 23)]],
        [[*arc(13, 10, 5.5, 5, 0, -360), (18, 14), *arc(12, 15, 6, 8, 20, 90)]],
        [[*arc(14, 10, 5, 5, -10, -370), (16, 16), (13, 24)]],
    ],
}

#: Every shape with what it is.
HANDS: list[tuple[int, Strokes]] = [(digit, shape) for digit, shapes in SHAPES.items() for shape in shapes]


def turned(strokes: Strokes, matrix: list[list[float]], to: Place = (14, 14)) -> Strokes:
    """Turn, lean or scale strokes about the middle of the paper, and move that."""
    return [[tuple(np.array(matrix) @ (np.array(place) - 14) + to) for place in stroke] for stroke in strokes]


def scaled(strokes: Strokes, share: float, to: Place = (14, 14)) -> Strokes:
    return turned(strokes, [[share, 0], [0, share]], to)


def along(strokes: Strokes, step: float) -> Strokes:
    """Put places along strokes, so many pixels from one to the next, as a hand of that pace leaves them."""
    drawn = []
    for stroke in strokes:
        lengths = np.hypot(*np.diff(stroke, axis=0).T) if len(stroke) > 1 else np.zeros(0)
        way = np.concatenate([[0], np.cumsum(lengths)])
        places = np.linspace(0, way[-1], max(2, round(way[-1] / step) + 1))
        drawn.append(list(zip(*(np.interp(places, way, axis) for axis in np.transpose(stroke)), strict=True)))
    return drawn


def trembling(strokes: Strokes, by: float) -> Strokes:
    """A hand that is slow trembles; the same way each time."""
    random = np.random.default_rng(0)
    return [[tuple(np.array(place) + random.normal(0, by, 2)) for place in stroke] for stroke in along(strokes, 1)]


def retraced(strokes: Strokes, by: float) -> Strokes:
    """Draw each stroke twice, a little aside: as thick as with a pen so much wider."""
    return [[(x + by * side, y + by * side) for x, y in stroke] for stroke in strokes for side in (-0.5, 0.5)]


def leaning(strokes: Strokes, by: float) -> Strokes:
    return turned(strokes, [[1, -by], [0, 1]])


def rotated(strokes: Strokes, degrees: float) -> Strokes:
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return turned(strokes, [[cosine, -sine], [sine, cosine]])


#: Each way to draw: what it makes of a shape.
WAYS: dict[str, Callable[[Strokes], Strokes]] = {
    "as taught": lambda shape: shape,
    "large, so that the pen is thin": lambda shape: scaled(shape, 1.3),
    "drawn twice, so that the pen is thick": lambda shape: retraced(shape, 1.4),
    "half as large": lambda shape: scaled(shape, 0.5),
    "small: a quarter": lambda shape: scaled(shape, 0.25),
    "small, in a corner": lambda shape: scaled(shape, 0.25, (4, 23)),
    "at the edge": lambda shape: scaled(shape, 0.6, (21, 8)),
    "leaning to the right": lambda shape: leaning(shape, 0.25),
    "leaning to the left": lambda shape: leaning(shape, -0.15),
    "turned by 8 degrees": lambda shape: rotated(shape, 8),
    "wide": lambda shape: turned(shape, [[1.25, 0], [0, 0.85]]),
    "narrow": lambda shape: turned(shape, [[0.75, 0], [0, 1.1]]),
    "fast: few places": lambda shape: along(shape, 5),
    "slow: a trembling hand": lambda shape: trembling(shape, 0.35),
}
