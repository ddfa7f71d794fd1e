"""A report on a reader's own Keras model: one HTML file with whatever applies to the model, and the rest named."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.arithmetic import Layer
from cnnfigs.arithmetic.receptive import KnownFields, as_image, known_fields
from cnnfigs.commands.arguments import read_image
from cnnfigs.commands.errors import CommandError
from cnnfigs.commands.files import write
from cnnfigs.commands.report.answers import answer, feature_maps, grad_cam
from cnnfigs.commands.report.architecture import architecture, last_of_stages
from cnnfigs.commands.report.document import REASON, Report, as_document
from cnnfigs.commands.report.fields import receptive_fields
from cnnfigs.commands.report.layers import layer_table
from cnnfigs.models.files import read_model
from cnnfigs.models.networks import NETWORKS
from cnnfigs.models.opening import input_names, opened
from cnnfigs.models.records import layer_records
from cnnfigs.models.weights import load
from cnnfigs.runs.own_model import Floats, ShownRange, image_shape, look, shown_range
from cnnfigs.telling import NAME, one_line
from cnnfigs.words import listed, written, written_number

if TYPE_CHECKING:
    import keras

#: Layers whose maps are shown, at most.
SHOWN_LAYERS = 6


def write_report(
    model_file: Path, image_file: Path | None, folder: Path, limits: tuple[float, float] | None = None
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
    limits
        From which to which value its images go; inferred from the model when they are not given.

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
            values = ShownRange(*limits, "as --range says") if limits else shown_range(model)
            image = fitted_image(pixels, image_shape(model, layers), values)
        except ValueError as error:
            raise CommandError(f"{model_file} cannot be shown {image_file}: {error}") from error
    report = _report(model, layers, image)
    words = [
        f"{one_line(model_file.name, NAME)}: reads {_shapes(input_names(model), model.inputs)}, gives "
        f"{_shapes(model.output_names, model.outputs)}. Its layers are Keras' own; no code came with them."
    ]
    open_sizes = [tuple(tensor.shape[1:]) for tensor in loaded.inputs if None in tensor.shape[1:]]
    if open_sizes:
        words.append(f"It leaves the size of what it reads open, {listed(open_sizes)}: this is one.")
    if values is not None:
        low, high = written_number(values.low, 3), written_number(values.high, 3)
        words.append(f"It was shown the picture with values from {low} to {high}, {values.why}.")
    path = folder / "index.html"
    write(path, as_document(report, model.name, words).encode())
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


def _report(model: keras.Model, layers: Sequence[Layer], image: Floats | None) -> Report:
    report = Report()
    from_image, fields, why = layers, KnownFields({}, {}, {}), ""
    if len(model.inputs) == 1:
        try:
            from_image = as_image(layers)
            fields = known_fields(from_image)
        except Exception as error:  # as in Report.add
            why = str(error) or type(error).__name__
    else:
        why = f"it has {len(model.inputs)} inputs, {', '.join(input_names(model))}, and fields are told in one of them"
    report.add("Architecture", lambda: architecture(model, layers, image))
    report.add("Layers", lambda: layer_table(model, layers, fields))
    if why:
        report.leave_out("Receptive fields", why)
    else:
        report.add("Receptive fields", lambda: receptive_fields(from_image, fields))
    if image is None:
        try:
            image_shape(model, layers)
            why = "they need an image: add --image FILE"
        except ValueError as error:
            why = str(error)
        report.leave_out("Feature maps, answer and Grad-CAM", why)
        return report
    names = _evenly(last_of_stages(layers), SHOWN_LAYERS)
    try:
        view = look(model, image, names)
    except Exception as error:  # as in Report.add
        report.leave_out("Feature maps, answer and Grad-CAM", str(error) or type(error).__name__)
        return report
    report.add("Feature maps", lambda: feature_maps(view, layers))
    report.add("Answer", lambda: answer(view))
    report.add("Grad-CAM: where the answer comes from", lambda: grad_cam(model, from_image, fields, view))
    return report


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


def _shapes(names: Sequence[str], tensors: Sequence[Any]) -> str:
    """Write shapes, by name where there are several."""
    shapes = [written(tuple(tensor.shape[1:])) or "one number" for tensor in tensors]
    if len(shapes) == 1:
        return shapes[0]
    return listed(f"{name} {shape}" for name, shape in zip(names, shapes, strict=True))
