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

from cnnfigs.arithmetic import Layer, multiply_adds
from cnnfigs.arithmetic.receptive import KnownFields, as_image, known_fields
from cnnfigs.commands.arguments import read_image
from cnnfigs.commands.errors import CommandError
from cnnfigs.commands.files import write
from cnnfigs.commands.report_pictures import (
    ANSWERS,
    Drawn,
    axis_names,
    draw_answer,
    draw_fields,
    draw_heat,
    draw_maps,
    draw_stages,
    kind,
    stages,
    told_number,
)
from cnnfigs.drawing.document import document, scrolling
from cnnfigs.drawing.style import style
from cnnfigs.drawing.svg import inline_svg
from cnnfigs.drawing.tables import Cell, html_table
from cnnfigs.illustrations.architectures.architecture import Architecture
from cnnfigs.illustrations.architectures.layer_table import how_counted
from cnnfigs.models.files import read_model
from cnnfigs.models.networks import NETWORKS
from cnnfigs.models.opening import input_names, opened
from cnnfigs.models.records import layer_records
from cnnfigs.models.weights import load
from cnnfigs.runs.own_model import Answer, Floats, Look, ShownRange, answer_heat, image_shape, look, shown_range
from cnnfigs.telling import NAME, one_line
from cnnfigs.words import written

if TYPE_CHECKING:
    import keras

#: Layers whose maps are shown, at most; and layers that a picture of each layer by itself can hold.
SHOWN_LAYERS, DRAWN_LAYERS = 6, 14
#: Sheets that stand for the maps of one layer, at most.
MOST_SHEETS = 40
#: Rows of a table that is shown without a click.
OPEN_ROWS = 40
ARROW = " → "
#: The option for the range of values, as reports name it.
RANGE = "--range LOW-HIGH"
#: How long a reason may be why something does not apply.
REASON = 300
NO_MAPS = "no layer gives feature maps of more than one cell"
NO_CLASSES = "the network answers with no row of numbers, one for each class"


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
        except ValueError as error:
            self.leave_out(heading, str(error))
        except Exception as error:
            self.leave_out(heading, f"{type(error).__name__}: {error}")

    def leave_out(self, heading: str, why: str) -> None:
        """Name what does not apply."""
        self.left_out.append((heading, one_line(why, REASON)))


def write_report(
    model_file: Path, image_file: Path | None, folder: Path, shown: tuple[float, float] | None = None
) -> Path:
    """Write a report on a model.

    Parameters
    ----------
    model_file
        A ``.keras`` file; or the name of one of the tutorial's networks.
    image_file
        A picture to show to the model.
    folder
        Where to write ``index.html``.
    shown
        From which to which value its images go; found out when it is not given.

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
        loaded, model = model, opened(model)
        layers = layer_records(model)
    except Exception as error:  # what a stranger's model makes impossible is not known beforehand
        raise CommandError(f"{model_file}: {one_line(str(error), REASON)}") from error
    image, values = None, None
    if pixels is not None:
        try:
            values = ShownRange(*shown, "as --range says") if shown else shown_range(model)
            image = fitted_image(pixels, image_shape(model, layers), values)
        except ValueError as error:
            raise CommandError(f"{model_file} cannot be shown {image_file}: {error}") from error
    report = _explained(model, layers, image)
    words = [
        f"{one_line(model_file.name, NAME)}: reads {_shapes(input_names(model), model.inputs)}, gives "
        f"{_shapes(model.output_names, model.outputs)}. Its layers are Keras' own; no code came with them."
    ]
    open_sizes = [tuple(tensor.shape[1:]) for tensor in loaded.inputs if None in tensor.shape[1:]]
    if open_sizes:
        words.append(f"It leaves the size of what it reads open, {' and '.join(map(str, open_sizes))}: this is one.")
    if values is not None:
        words.append(f"It was shown the picture with values from {values.low:g} to {values.high:g}, {values.why}.")
    path = folder / "index.html"
    write(path, _as_document(report, model, words).encode())
    return path


def fitted_image(pixels: NDArray[np.uint8], shape: tuple[int, int, int], values: ShownRange) -> Floats:
    """Make of a photo what a model reads: the largest part of its shape from the middle, made smaller or larger.

    Parameters
    ----------
    pixels
        Shape (height, width, 3), RGB from 0 to 255.
    shape
        Height, width and channels that the model reads; with one channel it gets greys.
    values
        What black and white are to the model.
    """
    from PIL import Image, ImageOps

    photo = Image.fromarray(pixels).convert("L" if shape[2] == 1 else "RGB")
    fitted = ImageOps.fit(photo, (shape[1], shape[0]), Image.Resampling.BILINEAR)
    shares = np.asarray(fitted, dtype=np.float32).reshape(shape) / np.float32(255)
    return shares * np.float32(values.high - values.low) + np.float32(values.low)


def _explained(model: keras.Model, layers: Sequence[Layer], image: Floats | None) -> Report:
    report = Report()
    begun, fields, why = layers, KnownFields({}, {}, {}), ""
    if len(model.inputs) == 1:
        try:
            begun = as_image(layers)
            fields = known_fields(begun)
        except Exception as error:  # as in Report.add
            why = str(error) or type(error).__name__
    else:
        why = f"it has {len(model.inputs)} inputs, {', '.join(input_names(model))}, and fields are told in one of them"
    report.add("Architecture", lambda: _architecture(model, layers, image))
    report.add("Layers", lambda: _layer_table(model, layers, fields))
    report.add("Receptive fields", lambda: _receptive_fields(begun, fields, why))
    if image is None:
        try:
            image_shape(model, layers)
            why = "they need an image: add --image FILE"
        except ValueError as error:
            why = str(error)
        report.leave_out("Feature maps, answer and Grad-CAM", why)
        return report
    names = _evenly(_last_of_stages(layers), SHOWN_LAYERS)
    try:
        made = look(model, image, names)
    except Exception as error:  # as in Report.add
        report.leave_out("Feature maps, answer and Grad-CAM", str(error) or type(error).__name__)
        return report
    report.add("Feature maps", lambda: _feature_maps(made, layers))
    report.add("Answer", lambda: _answer(made))
    report.add("Grad-CAM: where the answer comes from", lambda: _grad_cam(model, begun, fields, made))
    return report


def _architecture(model: keras.Model, layers: Sequence[Layer], image: Floats | None) -> str:
    inputs = {layer.name: layer.output_shape for layer in layers if not layer.inputs}
    chain = all(layer.inputs == (before.name,) for before, layer in pairwise(layers)) and len(layers) <= DRAWN_LAYERS
    found = stages(layers)
    steps = ARROW.join(written(stage.size) for stage in found if stage.size)
    what = kind(next((stage.size for stage in found if stage.size), ()))
    words = f"{len(layers) - len(inputs):,} layers; " + (
        f"the {what} {'go' if ARROW in steps else 'are'} {steps}."
        if steps
        else "none of them makes feature maps of more than one cell."
    )
    if chain and image is not None and inputs[layers[0].name] == image.shape:
        channels = max(layer.output_shape[-1] for layer in layers if len(layer.output_shape) == 3)
        picture = Architecture(network=model, image=image, maps_per_sheet=max(8, -(-channels // MOST_SHEETS)))
        shown = _figure(
            picture.to_html(),
            "layers as stacks of maps",
            f"{words} Inside of each map is what the layer makes of the image.",
        )
    else:
        drawn = draw_stages(inputs, found, model.name)
        shown = _figure(
            _svg(drawn, "stages-"),
            "layers as stacks of maps",
            f"{words} Layers whose {what if steps else 'outputs'} have one size are drawn together.",
        )
    return shown


def _layer_table(model: keras.Model, layers: Sequence[Layer], fields: KnownFields) -> str:
    head = [
        *[Cell("Name"), Cell("Layer"), Cell("Output shape"), Cell("Parameters", number=True)],
        *[Cell("One number sees", number=True), Cell("How the parameters are counted"), Cell("Reads")],
    ]
    inputs = {layer.name for layer in layers if not layer.inputs}
    body: list[list[Cell]] = []
    above = ""
    for layer in layers:
        if not layer.inputs:
            continue
        reads = ", ".join("the input" if {name} == inputs else name for name in layer.inputs)
        body.append(
            [
                Cell(layer.name, heading=True),
                Cell(layer.class_name),
                Cell("(" + ", ".join(["None", *map(str, layer.output_shape)]) + ")"),
                Cell("" if layer.shares_weights_with else f"{layer.parameters:,}", number=True),
                Cell(written(fields.sizes.get(layer.name, ())), number=True),
                Cell(_counted(layer)),
                Cell("the layer above" if layer.inputs == (above,) else reads),
            ]
        )
        above = layer.name
    total = model.count_params()
    body.append([Cell("Total", heading=True), *[Cell("")] * 2, Cell(f"{total:,}", number=True), *[Cell("")] * 3])
    described = (
        f"The {len(body) - 1:,} layers of {model.name} with output shape and number of parameters, {total:,} in all."
    )
    table = scrolling(html_table([head, *body], described), "table of layers", wide=True)
    learned = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    size = sum(
        int(np.prod(weight.shape)) * np.dtype(_kind_of_number(weight.dtype)).itemsize for weight in model.weights
    )
    words = (
        f"<p>{total:,} parameters, of which training may change {learned:,}; they take {_memory(size)}. "
        f"{_work(layers)}Each number is derived from the layer's own sizes where its kind allows, and agrees with what "
        "Keras counts.</p>"
    )
    if len(body) > OPEN_ROWS:
        return f"{words}\n<details><summary>All {len(body) - 1:,} layers</summary>\n{table}\n</details>"
    return f"{words}\n{table}"


def _counted(layer: Layer) -> str:
    """Tell how a layer's parameters are counted, where what is derived agrees with Keras."""
    try:
        return how_counted(layer)
    except (ValueError, IndexError):  # such as of a layer whose weights are quantised
        return "not derived"


def _work(layers: Sequence[Layer]) -> str:
    """Tell how much one pass of convolutions and Dense layers takes."""
    try:
        work = sum(multiply_adds(layer) for layer in layers)
    except ValueError:
        return ""
    return f"For one input its convolutions and Dense layers multiply and add {work:,} times. " if work else ""


def _memory(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{size / 1e3:,.1f} kB"


def _kind_of_number(dtype: str) -> str:
    return "float16" if dtype == "bfloat16" else dtype  # which NumPy does not have


def _receptive_fields(begun: Sequence[Layer], fields: KnownFields, why: str) -> str:
    unknown = next(iter(fields.unknown.values()), why)
    if why:
        raise ValueError(why)
    image = begun[0].output_shape
    names = [
        layer.name
        for layer in begun
        if layer.name in fields.fields
        and layer.inputs
        and len(layer.output_shape) == len(image)
        and max((0, *layer.output_shape[:-1])) > 1
    ]
    if len(image) == 1:
        raise ValueError("it reads rows of numbers, and of these none has a place")
    if not names:
        raise ValueError(unknown or NO_MAPS)
    last = fields.fields[names[-1]]
    axes = axis_names(len(last.size))
    unit = {1: "steps", 2: "pixels"}.get(len(axes), "cells")
    told = list(zip(last.jump, axes, strict=True))
    if len(set(last.jump)) == 1:
        told = [(last.jump[0], unit)]
    steps = " and ".join(f"{jump} {each[:-1] if jump == 1 else each}" for jump, each in told)
    further = f"its neighbour's field begins {steps} further on" if any(last.jump) else "and so can its neighbour"
    words = (
        f"One number of {names[-1]}, the last layer with {kind(image[:-1])} whose field is known, can see "
        f"{written(last.size)} {unit} of the {written(image[:-1])}; {further}."
    )
    if unknown:
        words += f" Not known further: {unknown}"
    if len(names) == 1:
        return f"<p>{escape(words)}</p>"
    return _figure(_svg(draw_fields(names, fields.fields, image), "fields-"), "size of the receptive fields", words)


def _last_of_stages(layers: Sequence[Layer]) -> list[str]:
    """Name the last layer of each stage that makes maps."""
    return [stage.layers[-1] for stage in stages(layers) if len(stage.size) == 2]


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
    if not made.answers:
        raise ValueError(NO_CLASSES)
    if len(made.answers) == 1:
        return _one_answer(made.answers[0], "answer-")
    parts = []
    for number, answer in enumerate(made.answers):
        parts += [f"<h3>{escape(answer.name)}</h3>", _one_answer(answer, f"answer-{number}-")]
    return "\n".join(parts)


def _one_answer(answer: Answer, prefix: str) -> str:
    values = answer.values
    if values.size == 1:
        value = float(values[0])
        if answer.activation != "sigmoid":
            words = f"Its one answer is {told_number(value, False)}, {_by(answer)}."
            if answer.activation == "linear":
                words += f" If it tells two classes apart, this is class {int(value > 0)}: above zero would be class 1."
            return f"<p>{escape(words)}</p>"
        values = np.array([1 - value, value], dtype=np.float32)
    best = _best(values)
    shares = answer.activation in ("softmax", "sigmoid") or _adds_up(values)
    largest = told_number(float(values[best[0]]), shares)
    words = f"The largest of {values.size:,} answers is that of class {best[0]}, counted from 0: {largest}."
    if answer.values.size == 1:
        words = f"Its one answer, {_by(answer)}, is how sure it is of class 1: {told_number(float(values[1]), True)}."
    return _figure(_svg(draw_answer(values, best, shares), prefix), "largest answers", words)


def _by(answer: Answer) -> str:
    return "without an activation function" if answer.activation == "linear" else f"from {answer.activation}"


def _adds_up(values: Floats) -> bool:
    """Whether numbers are probabilities that add up to 1."""
    return bool(values.min() >= 0 and abs(float(values.sum()) - 1) < 1e-3)


def _grad_cam(model: keras.Model, layers: Sequence[Layer], fields: KnownFields, made: Look) -> str:
    if not made.answers:
        raise ValueError(NO_CLASSES)
    answer = made.answers[0]
    before = _before(layers, answer.layer)
    names = _last_of_stages([layer for layer in layers if layer.name in before])
    if not names:
        raise ValueError(NO_MAPS)
    turned = _laid_out(layers, fields)
    names = [name for name in names if name not in turned]
    if not names:
        raise ValueError("no layer gives feature maps whose places stand as those of the image do")
    best, sign, told = _best(answer.values)[0], 1, ""
    if answer.values.size == 1:
        sign = 1 if answer.values[0] > (0.5 if answer.activation == "sigmoid" else 0) else -1
        told = (
            f"class {int(sign > 0)}"
            if answer.activation == "sigmoid"
            else f"a {'larg' if sign > 0 else 'small'}er number"
        )
    told = told or f"class {best}"
    heat, cells = answer_heat(model, made.image, best, names[-1], sign=sign)
    words = (
        f"Orange is where the maps of {names[-1]} speak for {told}. The maps have {written(cells)} cells, so the "
        "picture is no finer than that. It tells what moves this score, not why, and not whether that is right."
    )
    if len(made.answers) > 1:
        words = f"Of the output {answer.name}: {words}"
    return _figure(_svg(draw_heat(made.image, heat, cells, told), "heat-"), "Grad-CAM map", words)


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


def _svg(drawn: Drawn, prefix: str) -> str:
    return inline_svg(drawn.figure, drawn.description, prefix)


def _figure(svg: str, name: str, caption: str) -> str:
    """Put a picture into a box that is called by its name, with a caption."""
    return f"<figure>\n{scrolling(svg, name)}\n<figcaption>{escape(caption)}</figcaption>\n</figure>"


def _as_document(report: Report, model: Any, words: Sequence[str]) -> str:
    title = f"The network {model.name}"
    begin = escape(" ".join(words)).replace(RANGE, f'<code class="whole">{RANGE}</code>')
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{begin}</p>",
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


def _shapes(names: Sequence[str], tensors: Sequence[Any]) -> str:
    """Tell shapes, by name where there are several."""
    shapes = [written(tuple(tensor.shape[1:])) or "one number" for tensor in tensors]
    if len(shapes) == 1:
        return shapes[0]
    return " and ".join(f"{name} {shape}" for name, shape in zip(names, shapes, strict=True))


def _id(heading: str) -> str:
    return heading.partition(":")[0].lower().replace(" ", "-")
