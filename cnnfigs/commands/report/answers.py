"""What one pass of an image gives: feature maps, the answer, and where in the image it comes from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from cnnfigs.arithmetic import Layer
from cnnfigs.arithmetic.receptive import KnownFields
from cnnfigs.commands.report.architecture import NO_MAPS, last_of_stages
from cnnfigs.commands.report.document import Drawn, captioned
from cnnfigs.drawing.layout import CLOSE, Piece, flow, grid
from cnnfigs.drawing.pieces import Bars, Photo, Raster, Tiles, panel
from cnnfigs.runs.activations import most_telling
from cnnfigs.runs.onnx_model import covered
from cnnfigs.runs.own_model import Answer, Floats, Look, answer_heat
from cnnfigs.runs.photo.heat_maps import enlarged
from cnnfigs.words import as_percent, written, written_number

if TYPE_CHECKING:
    import keras

#: Side of a feature map in pixels, how many stand in a row, and of these together on a phone.
SIDE, COLUMNS, TOGETHER = 84, 6, 3
#: How many are shown of a layer with maps that are no larger than this; one row of larger ones.
MAPS, SMALL_SIDE = 12, 32
#: So many answers are named; an image of more rows than this is drawn as a photo.
ANSWERS, FEW_CELLS = 5, 64
#: The longer side of a picture with heat on it, in pixels.
HEAT_SIDE = 240
#: In fewer rows and columns than this an image is not covered.
FEWEST_CELLS = 3
NO_CLASSES = "the network answers with no row of numbers, one for each class"


def feature_maps(view: Look, layers: Sequence[Layer]) -> str:
    """Write the section on the feature maps."""
    kinds = {layer.name: layer.class_name for layer in layers}
    if not view.maps:
        raise ValueError(NO_MAPS)
    parts = ["<p>Of some layers, the maps that together tell the most, each with its number.</p>"]
    for number, (name, maps) in enumerate(view.maps.items()):
        svg = draw_maps(name, maps).svg(f"maps-{number}-")
        words = f"{name} ({kinds[name]}), {written(maps.shape)}."
        parts += [f"<h3>{escape(name)}</h3>", captioned(svg, words)]
    return "\n".join(parts)


def draw_maps(name: str, maps: Floats) -> Drawn:
    """Draw the feature maps of a layer that together tell the most; large ones in fewer cells."""
    small = _fewer_cells(maps, SIDE)
    count = MAPS if max(small.shape[:2]) <= SMALL_SIDE else COLUMNS
    channels = np.sort(most_telling(small)[:count])
    cell = max(1, SIDE // max(small.shape[:2]))
    signed = bool(maps.min() < 0)
    # In few steps of colour, which hardly anyone can tell from more, the file is smaller.
    limit = float(np.abs(small[..., channels]).max()) or 1.0
    steps = np.round(small / limit * 32) / 32
    # Parts that stand as they are in both widths are embedded once.
    sheets = [
        Tiles(steps[..., part], cell, TOGETHER, names=[str(each) for each in part], limit=1, signed=signed)
        for part in np.split(channels, range(TOGETHER, len(channels), TOGETHER))
    ]
    maps_drawn = grid(sheets, COLUMNS // TOGETHER, gap=CLOSE)
    silent = int((np.abs(maps).max(axis=(0, 1)) == 0).sum())
    sign = "Orange is above zero, purple below." if signed else "The stronger the colour, the larger."
    return Drawn(
        maps_drawn,
        f"{len(channels)} of the {maps.shape[-1]:,} feature maps of {name}, {written(maps.shape[:2])} cells each, "
        f"numbers {', '.join(map(str, channels))}. {sign} The largest value of all its maps is "
        f"{written_number(float(maps.max()), 2)}; {silent:,} of them are zero everywhere.",
    )


def _fewer_cells(maps: Floats, most: int) -> Floats:
    """Average squares of cells, so that a side has at most so many."""
    height, width, channels = maps.shape
    side = -(-max(height, width) // most)
    if side == 1:
        return maps
    down, across = min(side, height), min(side, width)
    rows, columns = height // down, width // across
    squares = maps[: rows * down, : columns * across].reshape(rows, down, columns, across, channels)
    averages: Floats = squares.mean(axis=(1, 3))
    return averages


def answer(view: Look) -> str:
    """Write the section on what the network answers."""
    if not view.answers:
        raise ValueError(NO_CLASSES)
    if len(view.answers) == 1:
        return _one_answer(view.answers[0], "answer-")
    parts = []
    for number, each in enumerate(view.answers):
        parts += [f"<h3>{escape(each.name)}</h3>", _one_answer(each, f"answer-{number}-")]
    return "\n".join(parts)


def _one_answer(answer: Answer, prefix: str) -> str:
    values = answer.values
    if values.size == 1:
        value = float(values[0])
        if answer.activation != "sigmoid":
            words = f"Its one answer is {answer_text(value, False)}, {_by(answer)}."
            if answer.activation == "linear":
                words += f" If it tells two classes apart, this is class {int(value > 0)}: above zero would be class 1."
            return f"<p>{escape(words)}</p>"
        values = np.array([1 - value, value], dtype=np.float32)
    best = _best(values)
    shares = answer.activation in ("softmax", "sigmoid") or _adds_up(values)
    largest = answer_text(float(values[best[0]]), shares)
    words = f"The largest of {values.size:,} answers is that of class {best[0]}, counted from 0: {largest}."
    if answer.values.size == 1:
        words = f"Its one answer, {_by(answer)}, is how sure it is of class 1: {answer_text(float(values[1]), True)}."
    return captioned(draw_answer(values, best, shares).svg(prefix), words)


def _best(answer: Floats) -> list[int]:
    return [int(index) for index in np.argsort(-answer, kind="stable")[:ANSWERS]]


def _by(answer: Answer) -> str:
    return "without an activation function" if answer.activation == "linear" else f"from {answer.activation}"


def _adds_up(values: Floats) -> bool:
    """Whether numbers are probabilities that add up to 1."""
    return bool(values.min() >= 0 and abs(float(values.sum()) - 1) < 1e-3)


def answer_text(value: float, share: bool) -> str:
    """Write one number of an answer."""
    return as_percent(value, 1) if share else written_number(value, 3)


def draw_answer(answer: Floats, names: Sequence[int], shares: bool) -> Drawn:
    """Draw the largest numbers of an answer as bars."""
    lengths = answer[list(names)] if shares else answer[list(names)] / (np.abs(answer).max() or 1)
    texts = [answer_text(float(answer[name]), shares) for name in names]
    drawn = Bars(np.maximum(lengths, 0), [f"class {name}" for name in names], 180, texts, highlight=0)
    classes = "; ".join(f"class {name}, {text}" for name, text in zip(names, texts, strict=True))
    return Drawn(drawn, f"The {len(names)} largest of the network's {answer.size:,} answers: {classes}.")


def grad_cam(model: keras.Model, layers: Sequence[Layer], fields: KnownFields, view: Look) -> str:
    """Write the section on where the first answer comes from."""
    if not view.answers:
        raise ValueError(NO_CLASSES)
    answer = view.answers[0]
    before = _before(layers, answer.layer)
    names = last_of_stages([layer for layer in layers if layer.name in before])
    if not names:
        raise ValueError(NO_MAPS)
    turned = _laid_out(layers, fields)
    names = [name for name in names if name not in turned]
    if not names:
        raise ValueError("no layer gives feature maps whose places stand as those of the image do")
    best, sign, which = asked(answer)
    heat, cells = answer_heat(model, view.image, best, names[-1], sign=sign)
    words = (
        f"Orange is where the maps of {names[-1]} speak for {which}. The maps have {written(cells)} cells, so the "
        "picture is no finer than that. It tells what moves this score, not why, and not whether that is right."
    )
    if len(view.answers) > 1:
        words = f"Of the output {answer.name}: {words}"
    return captioned(draw_heat(view.image, heat, cells, which).svg("heat-"), words)


def asked(answer: Answer) -> tuple[int, int, str]:
    """Return of which number of an answer the heat is told, -1 if against it, and what that is called."""
    if answer.values.size > 1:
        best = _best(answer.values)[0]
        return best, 1, f"class {best}"
    sign = 1 if answer.values[0] > (0.5 if answer.activation == "sigmoid" else 0) else -1
    if answer.activation == "sigmoid":
        return 0, sign, f"class {int(sign > 0)}"
    return 0, sign, f"a {'larg' if sign > 0 else 'small'}er number"


def occlusion(read: Callable[[Floats], Floats], view: Look, cells: int) -> str:
    """Write the section on where the first answer comes from, by covering parts of the image.

    Parameters
    ----------
    read
        Returns the answer to an image.
    view
        What the network made of the image.
    cells
        In how many rows and columns of parts the image is covered, one part at a time.
    """
    if not view.answers:
        raise ValueError(NO_CLASSES)
    if cells < FEWEST_CELLS:
        raise ValueError("it takes a pass for each part of the image that is covered, and one pass takes long")
    best, sign, which = asked(view.answers[0])
    coarse = covered(read, view.image, cells, best, sign)
    largest = float(coarse.max())
    if not largest > 0:
        raise ValueError(f"whatever part of the image is covered, nothing less speaks for {which}")
    heat = enlarged(coarse / largest, *view.image.shape[:2])
    words = (
        f"Orange is where a grey cover makes the network less sure of {which}, in {written(coarse.shape)} parts; no "
        "gradient is needed for it, as it is for Grad-CAM, which is told of Keras models only. It tells what moves "
        "this score, not why, and not whether that is right."
    )
    return captioned(draw_heat(view.image, heat, coarse.shape, which).svg("heat-"), words)


def _laid_out(layers: Sequence[Layer], fields: KnownFields) -> set[str]:
    """Name the layers whose numbers do not stand as those of the image do, and those behind them."""
    turned: set[str] = set()
    for layer in layers:
        if layer.name not in fields.fields and (layer.name in fields.sizes or turned & set(layer.inputs)):
            turned.add(layer.name)
    return turned


def _before(layers: Sequence[Layer], name: str) -> set[str]:
    """Name the layers that one layer is made of, and itself; all where it is none."""
    wanted = {name}
    for layer in reversed(layers):
        if layer.name in wanted:
            wanted.update(layer.inputs)
    return wanted if name else {layer.name for layer in layers}


def draw_heat(image: Floats, heat: Floats, cells: tuple[int, int], answer: str) -> Drawn:
    """Draw the image with the Grad-CAM map over it, and as it was."""
    width = HEAT_SIDE * image.shape[1] / max(image.shape[:2])
    low, high = float(image.min()), float(image.max())
    shades = (image - low) / ((high - low) or 1)
    grey = np.repeat(shades.mean(axis=-1, keepdims=True), 3, axis=-1)
    warm = np.array([0.66, 0.30, 0.02])  # the orange of what a window is on
    strength = 0.75 * heat[..., np.newaxis]
    over = (0.35 + 0.65 * grey) * (1 - strength) + warm * strength
    plain = np.repeat(shades, 3, axis=-1) if shades.shape[-1] == 1 else shades

    def shown(pixels: Floats, title: str) -> Piece:
        if image.shape[0] > FEW_CELLS:
            return panel(title, Photo((255 * np.clip(pixels, 0, 1)).astype(np.uint8), width))
        return panel(title, Raster(np.clip(pixels, 0, 254 / 255), width))  # cells that can be told apart stay sharp

    drawn = flow(
        shown(over, f"what speaks for {answer}"), shown(plain, "what it was shown"), align="end", below="start"
    )
    row, column = np.unravel_index(int(heat.argmax()), heat.shape)
    share = float((heat > 0.5).mean())
    return Drawn(
        drawn,
        f"Two pictures: what the network was shown, in grey with orange where the {written(cells)} maps speak for "
        f"{answer}, and as it is. The orange is strongest {_place(row / image.shape[0], column / image.shape[1])}; "
        f"{as_percent(share)} of the picture are more than half as strong.",
    )


def _place(down: float, across: float) -> str:
    """Name where on a picture a place is.

    Examples
    --------
    >>> _place(0.1, 0.9), _place(0.5, 0.5), _place(0.5, 0.1)
    ('at the upper right', 'in the middle', 'at the left')
    """
    vertical = ("upper", "", "lower")[min(2, int(3 * down))]
    horizontal = ("left", "", "right")[min(2, int(3 * across))]
    if not vertical and not horizontal:
        return "in the middle"
    words = {"upper": "top", "lower": "bottom"}
    return f"at the {vertical} {horizontal}" if vertical and horizontal else f"at the {words.get(vertical, horizontal)}"
