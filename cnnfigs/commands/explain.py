"""A report on a reader's own Keras model: one HTML file with whatever applies to the model, and the rest named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.arithmetic import Layer
from cnnfigs.arithmetic.receptive import ReceptiveField, receptive_field, receptive_fields
from cnnfigs.commands.arguments import read_image
from cnnfigs.commands.errors import CommandError
from cnnfigs.commands.files import write
from cnnfigs.commands.report_pictures import (
    ANSWERS,
    Drawn,
    draw_answer,
    draw_fields,
    draw_heat,
    draw_maps,
    draw_stages,
    is_shares,
    stages,
    told_number,
)
from cnnfigs.drawing.document import document, scrolling
from cnnfigs.drawing.style import style
from cnnfigs.drawing.svg import inline_svg
from cnnfigs.drawing.tables import Cell, html_table
from cnnfigs.illustrations.architecture import Architecture
from cnnfigs.illustrations.layer_table import how_counted
from cnnfigs.illustrations.networks import written
from cnnfigs.models.files import read_model
from cnnfigs.models.networks import NETWORKS
from cnnfigs.models.records import layer_records
from cnnfigs.models.weights import load
from cnnfigs.runs.own_model import Floats, Look, answer_heat, image_shape, look, opened, reads_bytes

if TYPE_CHECKING:
    import keras

#: Size of the images of a model that leaves it open.
OPEN_SIZE = 224
#: Layers whose maps are shown, at most; and layers that a picture of each layer by itself can hold.
SHOWN_LAYERS, DRAWN_LAYERS = 6, 14
#: Rows of a table that is shown without a click.
OPEN_ROWS = 40
NO_MAPS = "no layer gives feature maps of more than one cell"
NO_CLASSES = "the network does not answer with one number for each of several classes"


@dataclass
class Report:
    """What is gathered for a report.

    Attributes
    ----------
    sections
        Heading and HTML of each section.
    left_out
        What does not apply, and why.
    """

    sections: list[tuple[str, str]] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)

    def add(self, heading: str, make: Callable[[], str]) -> None:
        """Add a section, or name it with the reason why it does not apply.

        What a stranger's model makes impossible is not known beforehand, so every failure is a reason.
        """
        try:
            with style():
                self.sections.append((heading, make()))
        except Exception as error:
            self.leave_out(heading, str(error) or type(error).__name__)

    def leave_out(self, heading: str, why: str) -> None:
        """Name what does not apply."""
        told = " ".join(why.split())
        self.left_out.append((heading, told if len(told) <= 300 else told[:299] + "…"))


def write_report(model_file: Path, image_file: Path | None, folder: Path) -> Path:
    """Write a report on a model.

    Parameters
    ----------
    model_file
        A ``.keras`` file; or the name of one of the tutorial's networks.
    image_file
        A picture to show to the model.
    folder
        Where to write ``index.html``.

    Returns
    -------
    pathlib.Path
        The report.

    Raises
    ------
    CommandError
        If the image cannot be read, the model reads no images, its layers cannot be known, or the report cannot be
        written.
    cnnfigs.models.files.ModelFileError
        If there is no model in the file, or one with code of its own.
    """
    pixels = None if image_file is None else read_image(image_file)
    model = load(str(model_file)) if str(model_file) in NETWORKS else read_model(model_file)
    try:
        model = opened(model, OPEN_SIZE, OPEN_SIZE)
        layers = layer_records(model)
    except ValueError as error:
        raise CommandError(f"{model_file}: {' '.join(str(error).split())}") from error
    image = None
    if pixels is not None:
        try:
            image = fitted_image(pixels, image_shape(model), reads_bytes(model))
        except ValueError as error:
            raise CommandError(f"{model_file} cannot be shown {image_file}: {error}") from error
    report = _explained(model, layers, image)
    path = folder / "index.html"
    write(path, _as_document(report, model, model_file).encode())
    return path


def fitted_image(pixels: NDArray[np.uint8], shape: tuple[int, int, int], whole_numbers: bool) -> Floats:
    """Make of a photo what a model reads: the largest part of its shape from the middle, made smaller or larger.

    Parameters
    ----------
    pixels
        Shape (height, width, 3), RGB from 0 to 255.
    shape
        Height, width and channels that the model reads; with one channel it gets greys.
    whole_numbers
        Whether values go from 0 to 255, or from 0 to 1.
    """
    from PIL import Image, ImageOps

    photo = Image.fromarray(pixels).convert("L" if shape[2] == 1 else "RGB")
    fitted = ImageOps.fit(photo, (shape[1], shape[0]), Image.Resampling.BILINEAR)
    values = np.asarray(fitted, dtype=np.float32).reshape(shape)
    return values if whole_numbers else values / np.float32(255)


def _explained(model: keras.Model, layers: Sequence[Layer], image: Floats | None) -> Report:
    report = Report()
    fields, unknown = _known_fields(layers)
    report.add("Architecture", lambda: _architecture(model, layers, image))
    report.add("Layers", lambda: _layer_table(model, layers, fields))
    report.add("Receptive fields", lambda: _receptive_fields(layers, fields, unknown))
    if image is None:
        try:
            image_shape(model)
            why = "they need an image: add --image FILE"
        except ValueError as error:
            why = str(error)
        report.leave_out("Feature maps, answer and Grad-CAM", why)
        return report
    names = _evenly(_last_of_stages(model, layers), SHOWN_LAYERS)
    try:
        made = look(model, image, names)
    except Exception as error:  # as in Report.add
        report.leave_out("Feature maps, answer and Grad-CAM", str(error))
        return report
    report.add("Feature maps", lambda: _feature_maps(made, layers))
    report.add("Answer", lambda: _answer(made))
    report.add("Grad-CAM: where the answer comes from", lambda: _grad_cam(model, layers, made))
    return report


def _known_fields(layers: Sequence[Layer]) -> tuple[dict[str, ReceptiveField], str]:
    """Follow the receptive field as far as it is known; tell why no further."""
    try:
        return receptive_fields(layers), ""
    except ValueError as error:
        why = str(error)
    fields = {}
    for layer in layers:
        # What comes after a layer whose field is not known has none either.
        if all(name in fields for name in layer.inputs):
            try:
                fields[layer.name] = receptive_field(layers, layer.name)
            except ValueError:
                continue
    return fields, why


def _architecture(model: keras.Model, layers: Sequence[Layer], image: Floats | None) -> str:
    chain = all(layer.inputs == (before.name,) for before, layer in pairwise(layers)) and len(layers) <= DRAWN_LAYERS
    found = stages(layers)
    steps = " → ".join(written(stage.size) for stage in found if stage.size)
    words = f"{len(layers) - 1:,} layers; " + (
        f"the maps go {steps}." if steps else "none of them makes feature maps of more than one cell."
    )
    if chain and image is not None:
        picture = Architecture(network=model, image=image)
        shown = _figure(
            picture.to_html(),
            "layers as stacks of maps",
            f"{words} Inside of each map is what the layer makes of the image.",
        )
    else:
        drawn = draw_stages(layers[0].output_shape, found, model.name)
        shown = _figure(
            _svg(drawn, "stages-"),
            "layers as stacks of maps",
            f"{words} Layers whose maps have one size are drawn together.",
        )
    return shown


def _layer_table(model: keras.Model, layers: Sequence[Layer], fields: dict[str, ReceptiveField]) -> str:
    head = [
        *[Cell("Name"), Cell("Layer"), Cell("Reads"), Cell("Output shape"), Cell("How the parameters are counted")],
        *[Cell("Parameters", number=True), Cell("One number sees", number=True)],
    ]
    body: list[list[Cell]] = []
    for before, layer in zip([None, *layers], layers, strict=False):
        if not layer.inputs:
            continue
        plain = before is not None and layer.inputs == (before.name,)
        seen = fields.get(layer.name)
        body.append(
            [
                Cell(layer.name, heading=True),
                Cell(layer.class_name),
                Cell("the layer above" if plain and body else ", ".join(layer.inputs)),
                Cell("(" + ", ".join(["None", *map(str, layer.output_shape)]) + ")"),
                Cell(how_counted(layer)),
                Cell("" if layer.shares_weights_with else f"{layer.parameters:,}", number=True),
                Cell(written(seen.size) if seen and seen.size else "", number=True),
            ]
        )
    total = model.count_params()
    body.append([Cell("Total", heading=True), *[Cell("")] * 4, Cell(f"{total:,}", number=True), Cell("", number=True)])
    described = (
        f"The {len(body) - 1:,} layers of {model.name} with output shape and number of parameters, {total:,} in all."
    )
    table = scrolling(html_table([head, *body], described), "table of layers")
    learned = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    words = (
        f"<p>{total:,} parameters, of which training may change {learned:,}. Each number is derived from the layer's "
        "own sizes where its kind allows, and agrees with what Keras counts.</p>"
    )
    if len(body) > OPEN_ROWS:
        return f"{words}\n<details><summary>All {len(body) - 1:,} layers</summary>\n{table}\n</details>"
    return f"{words}\n{table}"


def _receptive_fields(layers: Sequence[Layer], fields: dict[str, ReceptiveField], unknown: str) -> str:
    image = layers[0].output_shape
    known = [each for each in layers if each.name in fields and each.inputs and max((0, *each.output_shape[:-1])) > 1]
    names = [layer.name for layer in known if len(layer.output_shape) == 3]
    if not names:
        raise ValueError(unknown or NO_MAPS)
    last = fields[names[-1]]
    words = (
        f"One number of {names[-1]}, the last layer with maps whose field is known, can see {written(last.size)} "
        f"pixels of the {written(image[:2])}; its neighbour's field begins {last.jump[0]} pixels further on."
    )
    if unknown:
        words += f" Not known further: {unknown}"
    return _figure(_svg(draw_fields(names, fields, image), "fields-"), "size of the receptive fields", words)


def _last_of_stages(model: keras.Model, layers: Sequence[Layer]) -> list[str]:
    """Name the last layer of each stage that makes maps; sums and the like that are no layers cannot be asked."""
    known = {layer.name for layer in model.layers}
    found = []
    for stage in stages(layers):
        found += [name for name in stage.layers if stage.size and name in known][-1:]
    return found


def _evenly(names: list[str], most: int) -> list[str]:
    """Choose some of many, the first and the last among them.

    Examples
    --------
    >>> _evenly(list("abcdefg"), 4)
    ['a', 'c', 'e', 'g']
    """
    if len(names) <= most:
        return names
    return [names[number] for number in np.linspace(0, len(names) - 1, most).round().astype(int)]


def _feature_maps(made: Look, layers: Sequence[Layer]) -> str:
    kinds = {layer.name: layer.class_name for layer in layers}
    if not made.maps:
        raise ValueError(NO_MAPS)
    parts = ["<p>Of some layers, the maps that together tell the most, each with its number.</p>"]
    for number, (name, maps) in enumerate(made.maps.items()):
        drawn = draw_maps(name, maps)
        words = f"{name} ({kinds[name]}), {written(maps.shape)}."
        parts += [f"<h3>{escape(name)}</h3>", _figure(_svg(drawn, f"maps-{number}-"), f"maps of {name}", words)]
    return "\n".join(parts)


def _best(answer: Floats) -> list[int]:
    return [int(index) for index in np.argsort(-answer, kind="stable")[:ANSWERS]]


def _answer(made: Look) -> str:
    if made.answer.size < 2:
        raise ValueError(NO_CLASSES)
    best = _best(made.answer)
    largest = told_number(float(made.answer[best[0]]), is_shares(made.answer))
    words = f"The largest of {made.answer.size:,} answers is that of class {best[0]}, counted from 0: {largest}."
    return _figure(_svg(draw_answer(made.answer, best), "answer-"), "largest answers", words)


def _grad_cam(model: keras.Model, layers: Sequence[Layer], made: Look) -> str:
    if made.answer.size < 2:
        raise ValueError(NO_CLASSES)
    names = _last_of_stages(model, layers)
    if not names:
        raise ValueError(NO_MAPS)
    best = _best(made.answer)[0]
    heat, cells = answer_heat(model, made.image, best, names[-1])
    words = (
        f"Orange is where the maps of {names[-1]} speak for class {best}. The maps have {written(cells)} cells, so the "
        "picture is no finer than that. It tells what moves this score, not why, and not whether that is right."
    )
    return _figure(_svg(draw_heat(made.image, heat, cells, best), "heat-"), "Grad-CAM map", words)


def _svg(drawn: Drawn, prefix: str) -> str:
    return inline_svg(drawn.figure, drawn.description, prefix)


def _figure(svg: str, name: str, caption: str) -> str:
    """Put a picture into a box that is called by its name, with a caption."""
    return f"<figure>\n{scrolling(svg, name)}\n<figcaption>{escape(caption)}</figcaption>\n</figure>"


def _as_document(report: Report, model: Any, model_file: Path) -> str:
    title = f"The network {model.name}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{escape(model_file.name)}: reads {_shapes(model.inputs)}, gives {_shapes(model.outputs)}. "
        "Its layers are Keras' own; no code came with them.</p>",
        "<nav aria-label='Contents'><ul>",
        *(f'<li><a href="#{_id(heading)}">{escape(heading)}</a></li>' for heading, _ in report.sections),
        *(['<li><a href="#left-out">What does not apply</a></li>'] if report.left_out else []),
        "</ul></nav>",
    ]
    parts += [_section(_id(heading), heading, content) for heading, content in report.sections]
    if report.left_out:
        items = "\n".join(f"<li><strong>{escape(what)}</strong>: {escape(why)}</li>" for what, why in report.left_out)
        parts.append(_section("left-out", "What does not apply", f"<ul>\n{items}\n</ul>"))
    return document(title, "\n".join(parts))


def _section(name: str, heading: str, content: str) -> str:
    return f'<section aria-labelledby="{name}">\n<h2 id="{name}">{escape(heading)}</h2>\n{content}\n</section>'


def _shapes(tensors: Sequence[Any]) -> str:
    return " and ".join(escape(written(tuple(tensor.shape[1:]))) for tensor in tensors)


def _id(heading: str) -> str:
    return heading.partition(":")[0].lower().replace(" ", "-")
