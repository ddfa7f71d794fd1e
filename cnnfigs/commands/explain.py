"""What is told of a reader's own network: read from its file, counted and judged; images are shown to it if given.

:func:`explain` gathers everything; :mod:`cnnfigs.commands.report` writes it as a page, as data or as text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.arithmetic import Layer
from cnnfigs.arithmetic.costs import Costs, Network, costs
from cnnfigs.arithmetic.receptive import KnownFields, as_image, known_fields
from cnnfigs.commands.arguments import read_image
from cnnfigs.commands.broken_models import broken_file_told
from cnnfigs.commands.errors import CommandError
from cnnfigs.commands.files import write
from cnnfigs.commands.report.document import REASON, Report, as_document
from cnnfigs.errors import asking_for_keras
from cnnfigs.findings.observed import Observed
from cnnfigs.findings.rules import Finding, findings, require_rules
from cnnfigs.models.archive import NotStaticError, described_archive
from cnnfigs.models.described import described
from cnnfigs.models.files import ModelFileError, read_model
from cnnfigs.models.networks import NETWORKS
from cnnfigs.models.onnx_files import read_onnx
from cnnfigs.models.onnx_passes import Pass
from cnnfigs.models.onnx_records import described_onnx, open_inputs
from cnnfigs.models.opening import input_names, opened
from cnnfigs.models.weights import load
from cnnfigs.runs.observed import observe
from cnnfigs.runs.onnx_model import Shower, onnx_range
from cnnfigs.runs.own_model import Floats, Look, ShownRange, image_shape, look, shown_range
from cnnfigs.telling import NAME, one_line
from cnnfigs.words import listed, written, written_number

if TYPE_CHECKING:
    import keras
    import onnx

    from cnnfigs.drawing.formats import Format, Theme

#: Layers whose maps are shown, at most.
SHOWN_LAYERS = 6
#: The sections that need an image, where they are left out together.
OF_IMAGES = "Feature maps, answer and Grad-CAM"


@dataclass(frozen=True)
class Shown:
    """What a network made of images.

    Attributes
    ----------
    image
        The first, as the network read it.
    view
        What it made of that one; None where it could not be computed.
    why_not
        Why.
    observed
        What it made of all of them.
    shower
        What shows it more images, of a model in ONNX.
    """

    image: Floats
    view: Look | None = None
    why_not: str = ""
    observed: Observed | None = None
    shower: Shower | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Explained:
    """All that is told of a network.

    Attributes
    ----------
    network, costs, findings
        Its records, what they cost, and what the rules found.
    kind
        What it was read as: ``"Keras"`` or ``"ONNX"``.
    words
        Sentences about the file and what it reads and gives.
    from_image, fields, no_fields
        The records from the image on, what they see of it, and why that is not known.
    no_images
        Why no image is shown to it, if none is.
    shown
        What it made of images.
    model
        The Keras model; None where none was needed.
    """

    network: Network
    kind: str
    words: tuple[str, ...]
    costs: Costs
    findings: tuple[Finding, ...]
    from_image: tuple[Layer, ...]
    fields: KnownFields
    no_fields: str
    no_images: str = ""
    shown: Shown | None = None
    model: Any = field(default=None, repr=False)

    @property
    def measured_on(self) -> tuple[int, ...]:
        """Shape of what the fields are measured on; empty where they are not known."""
        return () if self.no_fields else self.from_image[0].output_shape


def explain(
    source: Path,
    image_files: Sequence[Path] = (),
    limits: tuple[float, float] | None = None,
    ignore: Sequence[str] = (),
) -> Explained:
    """Gather all that is told of a network.

    Parameters
    ----------
    source
        A ``.keras`` or ``.onnx`` file; or the name of one of the tutorial's networks.
    image_files
        Pictures to show to it. The first one's maps, answer and heat are told; all of them are looked at by rules.
    limits
        From which to which value its images go; inferred from the model when they are not given.
    ignore
        Names of rules that are not asked.

    Raises
    ------
    CommandError
        If an image cannot be read, the model reads no images, or its layers cannot be known.
    cnnfigs.models.files.ModelFileError
        If there is no model in the file, or one with code of its own.
    cnnfigs.errors.ParameterError
        If there is no rule of a name.
    """
    require_rules(ignore)
    pictures = {path: read_image(path) for path in image_files}
    with broken_file_told(source):
        return _explained(source, pictures, limits, ignore)


Pictures = Mapping[Path, NDArray[np.uint8]]


def _explained(
    source: Path, pictures: Pictures, limits: tuple[float, float] | None, ignore: Sequence[str]
) -> Explained:
    if source.suffix == ".onnx":
        return explain_onnx(read_onnx(source), source.name, pictures, limits, ignore, source.parent)
    what = f"showing an image to {source}" if pictures else f"the tutorial's network {source}"
    if not pictures and str(source) not in NETWORKS:
        try:
            return explain_archive(source, ignore)
        except NotStaticError as error:  # Keras knows more
            what = f"telling of {source} ({error})"
    with asking_for_keras(what):
        model = load(str(source)) if str(source) in NETWORKS else read_model(source)
        return explain_keras(model, str(source), pictures, limits, ignore)


def explain_keras(
    model: keras.Model,
    name: str,
    pictures: Pictures,
    limits: tuple[float, float] | None = None,
    ignore: Sequence[str] = (),
) -> Explained:
    """Gather all that is told of a Keras model; see :func:`explain`."""
    try:
        loaded, model = model, opened(model)
        network = described(model)
    except Exception as error:  # what a stranger's model makes impossible is not known beforehand
        raise CommandError(f"{name}: {one_line(str(error), REASON)}") from error
    words = [
        f"{one_line(Path(name).name, NAME)}: reads {_shapes(input_names(model), model.inputs)}, gives "
        f"{_shapes(model.output_names, model.outputs)}. Its layers are Keras' own; no code came with them."
    ]
    open_sizes = [tuple(tensor.shape[1:]) for tensor in loaded.inputs if None in tensor.shape[1:]]
    if open_sizes:
        words.append(f"It leaves the size of what it reads open, {listed(open_sizes)}: this is one.")
    images = _fitted(pictures, name, network, limits, lambda: shown_range(model), words)
    shown = _show(model, network, images) if images else None
    return judged(network, "Keras", words, shown, _no_images(network), ignore, model)


def explain_archive(path: Path, ignore: Sequence[str] = ()) -> Explained:
    """Gather all that is told of a ``.keras`` file without running it, and without Keras.

    Raises
    ------
    cnnfigs.models.archive.NotStaticError
        If it takes Keras to know.
    """
    try:
        network, open_sizes = described_archive(path)
    except (ModelFileError, NotStaticError):
        raise
    except ValueError as error:
        raise CommandError(f"{path}: {one_line(str(error), REASON)}") from error
    outputs = {name: network.shape(name) for name in network.outputs}
    words = [
        f"{one_line(path.name, NAME)}: reads {shapes_written(network.inputs)}"
        + (f", gives {shapes_written(outputs)}" if outputs else "")
        + ". Its layers are Keras' own; no code came with them."
    ]
    if open_sizes:
        words.append(f"It leaves the size of what it reads open, {listed(open_sizes)}: this is one.")
    return judged(network, "archive", words, None, _no_images(network), ignore)


def explain_onnx(
    model: onnx.ModelProto,
    name: str,
    pictures: Pictures,
    limits: tuple[float, float] | None = None,
    ignore: Sequence[str] = (),
    folder: Path | None = None,
) -> Explained:
    """Gather all that is told of an ONNX model that has been checked; see :func:`explain`.

    Parameters
    ----------
    folder
        Where the files lie in which it keeps weights.
    """
    try:
        made = described_onnx(model, Path(name).stem)
    except ModelFileError:
        raise
    except Exception as error:  # as above
        raise CommandError(f"{name}: {one_line(str(error), REASON)}") from error
    network = made.network
    outputs = {each: network.shape(each) for each in network.outputs}
    words = [
        f"{one_line(Path(name).name, NAME)}: reads {shapes_written(network.inputs)}"
        + (f", gives {shapes_written(outputs)}" if outputs else "")
        + ". It is a model in ONNX, told with the channels last and in the words of Keras."
    ]
    if open_inputs(model):
        words.append("It leaves the size of what it reads open: this is one.")
    images = _fitted(pictures, name, network, limits, lambda: onnx_range(model), words)
    shown = None
    if images:
        try:
            shower = Shower(made, Pass(model, name, folder))
            view = shower.look(images[0], _shown_layers(network))
            shown = Shown(images[0], view, "", shower.observe(images), shower)
        except Exception as error:  # as in Report.add
            shown = Shown(images[0], None, str(error) or type(error).__name__)
    return judged(network, "ONNX", words, shown, _no_images(network), ignore)


def _fitted(
    pictures: Pictures,
    name: str,
    network: Network,
    limits: tuple[float, float] | None,
    found: Callable[[], ShownRange],
    words: list[str],
) -> list[Floats]:
    """Make of pictures what a network reads, and say with which values."""
    if not pictures:
        return []
    images = []
    values = ShownRange(0, 1, "")
    for path, pixels in pictures.items():
        try:
            shape = image_shape(network)
            values = ShownRange(*limits, "as --range says") if limits else found()
            images.append(fitted_image(pixels, shape, values))
        except ValueError as error:
            raise CommandError(f"{name} cannot be shown {path}: {error}") from error
    low, high = written_number(values.low, 3), written_number(values.high, 3)
    words.append(f"It was shown the picture with values from {low} to {high}, {values.why}.")
    return images


def _no_images(network: Network) -> str:
    """Say why no image is shown to a network."""
    try:
        image_shape(network)
    except ValueError as error:
        return str(error)
    return "they need an image: add --image FILE"


def _shown_layers(network: Network) -> list[str]:
    from cnnfigs.commands.report.architecture import last_of_stages

    return evenly(last_of_stages(network.layers), SHOWN_LAYERS)


def judged(
    network: Network,
    kind: str,
    words: Sequence[str],
    shown: Shown | None = None,
    no_images: str = "",
    ignore: Sequence[str] = (),
    model: Any = None,
) -> Explained:
    """Count and judge a network whose records are known."""
    from_image, fields, no_fields = network.layers, KnownFields({}, {}, {}), ""
    if len(network.inputs) == 1:
        try:
            from_image = as_image(network.layers)
            fields = known_fields(from_image)
        except Exception as error:  # as in Report.add
            no_fields = str(error) or type(error).__name__
    else:
        inputs = ", ".join(network.inputs)
        no_fields = f"it has {len(network.inputs)} inputs, {inputs}, and fields are told in one of them"
    return Explained(
        network,
        kind,
        tuple(words),
        costs(network.layers, network.outputs),
        findings(network, ignore, shown.observed if shown is not None else None),
        from_image,
        fields,
        no_fields,
        no_images,
        shown,
        model,
    )


def _show(model: keras.Model, network: Network, images: Sequence[Floats]) -> Shown:
    """Show images to a Keras model."""
    try:
        view = look(model, images[0], _shown_layers(network))
        activation = view.answers[0].activation if view.answers else "linear"
        return Shown(images[0], view, "", observe(model, network.layers, images, activation))
    except Exception as error:  # as in Report.add
        return Shown(images[0], None, str(error) or type(error).__name__)


def write_report(explained: Explained, folder: Path) -> Path:
    """Write what is told of a network as a page, ``index.html`` in a folder, and return its path.

    Raises
    ------
    CommandError
        If it cannot be written.
    """
    path = folder / "index.html"
    page = as_document(report(explained), explained.network.name, explained.words)
    write(path, page.encode())
    return path


def write_architecture(explained: Explained, path: Path, form: Format, theme: Theme) -> None:
    """Write the picture of the architecture alone, layers whose maps have one size together.

    Raises
    ------
    CommandError
        If it cannot be written.
    """
    from cnnfigs.commands.report.architecture import draw_stages, stages
    from cnnfigs.drawing.export import picture_file
    from cnnfigs.drawing.formats import Look as FileLook
    from cnnfigs.drawing.layout import laid_out
    from cnnfigs.drawing.style import style

    network = explained.network
    with style():
        drawn = draw_stages(network.inputs, stages(network.layers), network.name)
        write(path, picture_file([laid_out(drawn.piece)], drawn.description, form, FileLook(theme)))


def report(explained: Explained) -> Report:
    """Write each section of the report, or the reason why it does not apply."""
    from cnnfigs.commands.report.answers import answer, feature_maps, grad_cam, occlusion
    from cnnfigs.commands.report.architecture import architecture
    from cnnfigs.commands.report.costs import cost_table
    from cnnfigs.commands.report.fields import receptive_fields
    from cnnfigs.commands.report.findings import finding_list
    from cnnfigs.commands.report.layers import COUNTED_BY, layer_table

    made = Report()
    network, fields, from_image = explained.network, explained.fields, explained.from_image
    shown, model = explained.shown, explained.model
    image = shown.image if shown is not None else None
    made.add("Architecture", lambda: architecture(network, model, image))
    made.add("Findings", lambda: finding_list(explained.findings))
    if network.broken:
        made.sections.append(("Where it breaks off", f"<p>{escape(network.broken)}. What stands above it is told.</p>"))
    made.add("Layers", lambda: layer_table(network, fields, COUNTED_BY[explained.kind]))
    made.add("Costs", lambda: cost_table(network, explained.costs, fields, explained.measured_on))
    if explained.no_fields:
        made.leave_out("Receptive fields", explained.no_fields)
    else:
        made.add("Receptive fields", lambda: receptive_fields(from_image, fields))
    if shown is None or shown.view is None:
        made.leave_out(OF_IMAGES, explained.no_images if shown is None else shown.why_not)
        return made
    view = shown.view
    made.add("Feature maps", lambda: feature_maps(view, network.layers))
    made.add("Answer", lambda: answer(view))
    if shown.shower is not None:
        shower = shown.shower
        made.add("Occlusion: where the answer comes from", lambda: occlusion(shower.answer, view, shower.cells))
    else:
        made.add("Grad-CAM: where the answer comes from", lambda: grad_cam(model, from_image, fields, view))
    return made


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


def evenly(names: list[str], most: int) -> list[str]:
    """Choose some of many, the first and the last among them.

    Examples
    --------
    >>> evenly(list("abcdefg"), 4)
    ['a', 'c', 'e', 'g']
    """
    if len(names) <= most:
        return names
    return [names[number] for number in np.linspace(0, len(names) - 1, most).round().astype(int)]


def _shapes(names: Sequence[str], tensors: Sequence[Any]) -> str:
    """Write shapes, by name where there are several."""
    return shapes_written({name: tuple(tensor.shape[1:]) for name, tensor in zip(names, tensors, strict=True)})


def shapes_written(shapes: dict[str, tuple[int, ...]]) -> str:
    """Write shapes, by name where there are several.

    Examples
    --------
    >>> shapes_written({"image": (28, 28, 1)}), shapes_written({"a": (3,), "b": ()})
    ('28×28×1', 'a 3 and b one number')
    """
    told = {name: written(shape) or "one number" for name, shape in shapes.items()}
    if len(told) == 1:
        return next(iter(told.values()))
    return listed(f"{name} {shape}" for name, shape in told.items())
