"""What an image looks like, in words that are computed from its pixels: for those who hear it.

Each function says only what it has measured: where the ink or the strong values lie, in how many pieces and loops, what
colour is there, whether it is even and how its lines run.
"""

from __future__ import annotations

import colorsys
from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from cnnfigs.words import as_percent, counted, listed, span

#: What counts as ink, of paper 0 and full ink 1, and the pixels that a closed loop or a piece has at least.
INK, LEAST = 0.3, 2
#: Between which shares of a sign's height its middle is.
MIDDLE = 0.42, 0.58
#: Names of the thirds of an image, from above and from the left.
ROWS, COLUMNS = ("upper", "middle", "lower"), ("left", "middle", "right")
#: Up to which hue, in degrees, a colour has which name; what is darker or paler has another one.
HUES = ((18, "red"), (38, "orange"), (70, "yellow"), (165, "green"), (255, "blue"), (330, "purple"), (360, "red"))
OTHERWISE = {
    "red": ("dark red", "red", "pink"),
    "orange": ("dark brown", "brown", "beige"),
    "yellow": ("dark olive", "olive", "yellow"),
}
#: The names of dull ones, where these are others.
DULL = {"red": ("dark reddish brown", "reddish brown", "dusty pink")}
#: Below which saturation a colour is called grey, and dull, and up to which lightness a grey has which name.
GREYISH, DULLISH = 0.1, 0.4
GREYS = ((0.14, "black"), (0.38, "dark grey"), (0.65, "grey"), (0.9, "light grey"), (1.0, "white"))
#: Up to which spread of brightness, 0 to 1, a piece is even, and up to which its contrast is weak.
EVEN, WEAK = 0.025, 0.08
#: How far from an edge, as a share of the side, something may end and still be said to touch it.
TOUCHING = 0.01
#: On a stained smear: how much more red than blue red cells have, and how much more blue than red and green has what
#: took the stain, of 255 steps.
REDDISH, STAINED = 12, 12
#: How far the colours of its pale ground are apart at most, and how bright it is at least.
NEARLY_GREY, PALE = 25, 160
#: Below which share of its largest value a map is called empty, and what is full ink of 1.
FAINT, FULL = 0.1, 0.5
#: So many of the outermost pixels are the edge of a drawing.
OUTERMOST = 3
#: Of how much the brighter half differs from the darker one to be named, and how much lines must agree to have a way.
HALVES, AGREEING = 0.08, 0.3


def strong_places(values: ArrayLike, most: int = 3) -> str:
    r"""Say which of the nine parts of a map hold most of it; a map of three by three cells has a part for each.

    A part is named if it holds more than its share, a ninth, the largest first.

    Parameters
    ----------
    values
        Shape (rows, columns) of at least 3 by 3; what is below zero does not count.
    most
        How many parts to name at most.

    Examples
    --------
    >>> strong_places([[0, 0, 3], [0, 1, 0], [0, 0, 0]])
    '75\xa0% of it in the upper right and 25\xa0% in the centre'
    >>> strong_places(np.zeros((3, 3))), strong_places(np.ones((6, 6)))
    ('it is empty', 'spread evenly')
    """
    kept = np.maximum(np.asarray(values, dtype=float), 0)
    if not kept.any():
        return "it is empty"
    shares = _shares(kept)
    named = sorted((name for name in shares if shares[name] > 1.15 / 9), key=shares.__getitem__, reverse=True)[:most]
    if not named:
        return "spread evenly"
    first, *others = named
    told = [f"{as_percent(shares[first])} of it in the {first}"]
    return listed(told + [f"{as_percent(shares[name])} in the {name}" for name in others])


def _shares(values: NDArray[np.floating]) -> dict[str, float]:
    """Return the share of the sum that each of the nine parts has, by its name."""
    return {
        _place(row, column): float(part.sum() / values.sum())
        for row, line in enumerate(np.array_split(values, 3))
        for column, part in enumerate(np.array_split(line, 3, axis=1))
    }


def weak_place(values: ArrayLike) -> str:
    r"""Say which of the nine parts of a map of numbers from 0 on holds least of it, and how much.

    Examples
    --------
    >>> weak_place([[1, 1, 1], [1, 0, 1], [1, 1, 1]])
    'least in the centre, 0\xa0%'
    """
    shares = _shares(np.asarray(values, dtype=float))
    least = min(shares, key=shares.__getitem__)
    return f"least in the {least}, {as_percent(shares[least])}"


def place_on(middle: tuple[float, float], shape: tuple[int, ...]) -> str:
    """Say in which of the nine parts of an image a place lies.

    Examples
    --------
    >>> place_on((10, 280), (225, 353)), place_on((112, 176), (225, 353)), place_on((112, 5), (225, 353))
    ('upper right', 'centre', 'middle left')
    """
    return _place(*(min(2, int(3 * at / size)) for at, size in zip(middle, shape, strict=False)))


def _place(row: int, column: int) -> str:
    return "centre" if row == column == 1 else f"{ROWS[row]} {COLUMNS[column]}"


def box_on(box: tuple[int, int, int, int], shape: tuple[int, ...]) -> str:
    """Say in which of the nine parts of an image the middle of a box lies, and which edges or corner the box touches.

    Parameters
    ----------
    box
        Its first row and column, height and width.
    shape
        Rows and columns of the image.

    Examples
    --------
    >>> box_on((40, 0, 20, 10), (100, 100)), box_on((40, 40, 20, 20), (100, 100))
    ('middle left, at the left edge', 'centre')
    """
    top, left, rows, columns = box
    edges = edges_of(box, shape)
    return place_on((top + rows / 2, left + columns / 2), shape) + (f", at the {edges}" if edges else "")


def edges_of(box: tuple[int, int, int, int], shape: tuple[int, ...]) -> str:
    """Name the corner, the edge or the edges of an image that a box reaches; "" if it reaches none.

    Examples
    --------
    >>> edges_of((0, 30, 90, 70), (100, 100)), edges_of((0, 30, 100, 20), (100, 100)), edges_of((9, 9, 9, 9), (99, 99))
    ('upper right corner', 'upper and lower edge', '')
    """
    sides = []
    for first, length, size, names in zip(box[:2], box[2:], shape, (ROWS, COLUMNS), strict=False):
        near = first <= TOUCHING * size, first + length >= (1 - TOUCHING) * size
        sides.append([name for name, is_near in zip((names[0], names[-1]), near, strict=True) if is_near])
    up, across = sides
    if len(up) == len(across) == 1:
        return f"{up[0]} {across[0]} corner"
    return f"{listed(up + across)} edge" if up or across else ""


def clouds_in_words(values: ArrayLike) -> str:
    r"""Say how much of a map is more than a tenth of its largest value, in how many pieces, and where most of it lies.

    Parameters
    ----------
    values
        Shape (rows, columns), of at least 3 by 3.

    Examples
    --------
    >>> spot = np.zeros((10, 10))
    >>> spot[:2, 8:] = 1
    >>> clouds_in_words(spot), clouds_in_words(np.zeros((3, 3)))
    ('more than faint on 4\xa0% of the image, in one piece; 100\xa0% of it in the upper right', 'it is empty')
    """
    kept = np.maximum(np.asarray(values, dtype=float), 0)
    if not kept.any():
        return "it is empty"
    marked = kept > FAINT * kept.max()
    pieces = _sizes(marked, np.ones((3, 3))).size
    parts = "one piece" if pieces == 1 else counted(pieces, "piece")
    return f"more than faint on {as_percent(float(marked.mean()))} of the image, in {parts}; {strong_places(kept)}"


def strokes_in_words(image: ArrayLike) -> str:
    r"""Say how much of a drawing is full ink, how much of that is one stroke, and how much lies at the edges.

    Examples
    --------
    >>> drawn = np.zeros((20, 20))
    >>> drawn[5:15, 10], drawn[:10, 0] = 1, 1
    >>> strokes_in_words(drawn)
    'black on 5\xa0% of it; of this 50\xa0% in one connected stroke, and 50\xa0% within 3 pixels of the edges'
    """
    ink = np.asarray(image) >= FULL
    if not ink.any():
        return "nowhere black"
    largest = _sizes(ink, np.ones((3, 3))).max() / ink.sum()
    inner = ink[OUTERMOST:-OUTERMOST, OUTERMOST:-OUTERMOST].sum()
    return (
        f"black on {as_percent(float(ink.mean()))} of it; of this {as_percent(float(largest))} in one connected "
        f"stroke, and {as_percent(float(1 - inner / ink.sum()))} within {OUTERMOST} pixels of the edges"
    )


def reddish(pixels: ArrayLike) -> float:
    """Measure how much of a piece of a stained blood smear is reddish, as red cells are.

    Examples
    --------
    >>> reddish([[[200, 160, 150], [190, 195, 198]]])
    0.5
    """
    red, _, blue = np.moveaxis(np.asarray(pixels, dtype=float), -1, 0)
    return float((red - blue > REDDISH).mean())


def pale_ground(pixels: ArrayLike) -> float:
    """Measure how much of a piece of a stained blood smear is its pale ground, on which nothing lies.

    Examples
    --------
    >>> pale_ground([[[200, 160, 150], [190, 195, 198], [60, 60, 60], [200, 205, 203]]])
    0.5
    """
    array = np.asarray(pixels, dtype=float)
    is_grey = np.ptp(array, axis=-1) <= NEARLY_GREY
    is_red = array[..., 0] - array[..., 2] > REDDISH
    return float((is_grey & (array.mean(axis=-1) >= PALE) & ~is_red).mean())


def largest_spot(pixels: ArrayLike) -> int:
    """Measure the largest purple or blue spot of a piece of a stained smear: how wide a disc of its size is, in pixels.

    Examples
    --------
    >>> smear = np.full((40, 40, 3), (200, 205, 205))
    >>> smear[10:20, 10:20] = 120, 90, 190
    >>> largest_spot(smear), largest_spot(smear[20:])
    (11, 0)
    """
    red, green, blue = np.moveaxis(np.asarray(pixels, dtype=float), -1, 0)
    sizes = _sizes(blue - np.maximum(red, green) > STAINED, np.ones((3, 3)))
    return round(float(np.sqrt(4 * max(sizes, default=0) / np.pi)))


def inside_and_outside(values: ArrayLike, box: tuple[int, int, int, int]) -> tuple[float, float]:
    """Return the mean of a map inside a box of first row and column, height and width, and that of all the rest.

    Examples
    --------
    >>> inside_and_outside([[1, 1, 0], [1, 1, 0], [0, 0, 3]], (0, 0, 2, 2))
    (1.0, 0.6)
    """
    array = np.asarray(values, dtype=float)
    inside = np.zeros(array.shape, dtype=bool)
    top, left, rows, columns = box
    inside[top : top + rows, left : left + columns] = True
    return float(array[inside].mean()), float(array[~inside].mean())


def ink_in_words(image: ArrayLike) -> str:
    r"""Say how much of an image is ink, where the ink lies, in how many pieces, and what loops it closes.

    Parameters
    ----------
    image
        Shape (rows, columns), from 0 for paper to 1 for ink.

    Examples
    --------
    >>> ring = np.array([[1, 1, 1, 0], [1, 0, 1, 0], [1, 0, 1, 0], [1, 1, 1, 0], [0, 0, 1, 0], [0, 0, 1, 0]])
    >>> ink_in_words(ring)
    'ink on 50\xa0% of it, in rows 0 to 5 and columns 0 to 2, in one piece, with one closed loop, in the upper half'
    >>> ink_in_words(np.eye(4)), ink_in_words(np.zeros((4, 4)))
    ('ink on 25\xa0% of it, in rows 0 to 3 and columns 0 to 3, in one piece, without a closed loop', 'no ink')
    """
    ink = np.asarray(image) >= INK
    if not ink.any():
        return "no ink"
    (top, bottom), (left, right) = ((int(each.min()), int(each.max())) for each in np.nonzero(ink))
    pieces = sum(size >= LEAST for size in _sizes(ink, np.ones((3, 3)))) or 1
    loops = [_third((row - top) / (bottom - top)) for row in _loops(ink)]
    many = "one closed loop" if len(loops) == 1 else f"{len(loops)} closed loops"
    closed = f"with {many}, {listed(dict.fromkeys(loops))}" if loops else "without a closed loop"
    where = " and ".join(
        f"{name}{'' if first == last else 's'} {span((first, last))}"
        for name, first, last in (("row", top, bottom), ("column", left, right))
    )
    parts = "one piece" if pieces == 1 else counted(pieces, "piece")
    return f"ink on {as_percent(float(ink.mean()))} of it, in {where}, in {parts}, {closed}"


def _third(share: float) -> str:
    """Say how high something lies that is this share of the way down."""
    return "in the upper half" if share < MIDDLE[0] else "in the middle" if share <= MIDDLE[1] else "in the lower half"


def _sizes(marked: NDArray[np.bool_], neighbours: ArrayLike) -> NDArray[np.intp]:
    """Count the cells of each connected piece."""
    labels, _ = ndimage.label(marked, neighbours)
    return np.bincount(labels.ravel())[1:]


def _loops(ink: NDArray[np.bool_]) -> Iterator[float]:
    """Yield the middle row of each piece of paper that ink encloses."""
    labels, count = ndimage.label(np.pad(~ink, 1, constant_values=True))
    outside = labels[0, 0]
    for number in range(1, count + 1):
        rows, _ = np.nonzero(labels == number)
        if number != outside and len(rows) >= LEAST:
            yield float(rows.mean()) - 1


def color_in_words(pixels: ArrayLike) -> str:
    """Name the mean colour of a piece of a photo.

    Parameters
    ----------
    pixels
        Shape (rows, columns, 3), RGB from 0 to 255.

    Examples
    --------
    >>> [color_in_words([[each]]) for each in ((255, 0, 0), (120, 75, 40), (215, 180, 150), (128, 128, 128))]
    ['red', 'brown', 'beige', 'grey']
    """
    red, green, blue = (float(each) / 255 for each in np.asarray(pixels, dtype=float).reshape(-1, 3).mean(axis=0))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    if saturation < GREYISH:
        return next(name for most, name in GREYS if lightness <= most)
    name = next(name for most, name in HUES if 360 * hue <= most)
    dark, middle, pale = OTHERWISE.get(name, (f"dark {name}", name, f"pale {name}"))
    if saturation < DULLISH:
        dark, middle, pale = DULL.get(name, (dark, middle, pale))
    return dark if lightness < 0.25 else middle if lightness <= 0.5 else pale


def piece_in_words(pixels: ArrayLike) -> str:
    """Say what a piece of a photo looks like: its colour, how even it is, which half is darker, how its lines run.

    Parameters
    ----------
    pixels
        Shape (rows, columns, 3), RGB from 0 to 255.

    Examples
    --------
    >>> stripes = np.zeros((8, 8, 3))
    >>> stripes[::4] = stripes[1::4] = 255
    >>> piece_in_words(stripes), piece_in_words(np.full((4, 4, 3), (200, 160, 130)))
    ('grey, of strong contrast, its lines level', 'beige and even')
    """
    color = color_in_words(pixels)
    bright = np.asarray(pixels, dtype=float).mean(axis=-1) / 255
    spread = float(bright.std())
    if spread <= EVEN:
        return f"{color} and even"
    said = [color, f"of {'weak' if spread <= WEAK else 'strong'} contrast"]
    if darker := _darker(bright):
        said.append(f"darker {darker}")
    if lines := _lines(bright):
        said.append(f"its lines {lines}")
    return ", ".join(said)


def _darker(bright: NDArray[np.floating]) -> str:
    """Name the half that is clearly darker than the opposite one, if one is."""
    rows, columns = (np.array_split(bright, 2, axis=axis) for axis in (0, 1))
    down, across = (float(first.mean() - second.mean()) for first, second in (rows, columns))
    largest = down if abs(down) >= abs(across) else across
    if abs(largest) < HALVES:
        return ""
    names = ("below", "above") if largest == down else ("at the right", "at the left")
    return names[0] if largest > 0 else names[1]


def _lines(bright: NDArray[np.floating]) -> str:
    """Say how most lines run, by the structure tensor, if they agree."""
    if min(bright.shape) < 3:
        return ""
    down, across = np.gradient(bright)
    xx, yy, xy = float((across**2).sum()), float((down**2).sum()), float((across * down).sum())
    if not xx + yy or np.hypot(xx - yy, 2 * xy) / (xx + yy) < AGREEING:
        return ""
    # The angle of the lines is a right angle from that of the steepest change; rows count downwards.
    angle = np.degrees(0.5 * np.arctan2(2 * xy, xx - yy)) + 90
    return ("level", "falling to the right", "upright", "rising to the right")[int((angle + 22.5) % 180 // 45)]
