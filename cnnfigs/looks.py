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
