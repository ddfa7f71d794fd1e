"""Where a page is in the network: a small strip above its title, in which the layers that it is about are lit.

A page names them in its front matter, as Keras spells them::

    ---
    about: Conv2D MaxPooling2D
    ---

``InputLayer`` is the image, ``answer`` what comes out at the end, and ``all`` everything. Layers and sizes are those of
the first convnet. The strip is for the eye; the words beside it say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sphinx.util import logging

from cnnfigs.models import weights
from cnnfigs.words import counted, listed

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

#: What the parts are called on the strip; several layers of a kind have a plural.
NAMES = {
    "InputLayer": ("the image", ""),
    "Conv2D": ("the convolution", "the convolutions"),
    "MaxPooling2D": ("the pooling", "the poolings"),
    "Flatten": ("the flattening", ""),
    "Dense": ("the dense layer", "the dense layers"),
    "answer": ("the answer", ""),
}
#: Height of the strip and the widest gap between two parts, in pixels.
HEIGHT, GAP = 34, 7

logger = logging.getLogger(__name__)


def parts() -> list[dict[str, Any]]:
    """Return the records of the convnet's layers, the image first and the answer last."""
    layers: list[dict[str, Any]] = weights.record("convnet")["layers"]
    return [*layers, {"class_name": "answer", "output_shape": layers[-1]["output_shape"]}]


def words(about: Sequence[str], layers: Sequence[dict[str, Any]]) -> str:
    """Say what a page is about, and which layers of how many those are.

    Examples
    --------
    >>> words(["Conv2D"], parts())
    'the convolutions, layers 1, 3 and 5 of 7'
    >>> words(["InputLayer", "answer"], parts())
    'the image and the answer'
    >>> words(list(NAMES), parts())
    'the whole network, 7 layers'
    """
    total = len(layers) - 2
    if set(about) == set(NAMES):
        return f"the whole network, {counted(total, 'layer')}"
    kinds = [layer["class_name"] for layer in layers]
    named = listed([NAMES[kind][kinds.count(kind) > 1] for kind in NAMES if kind in about])
    numbers = [str(place) for place, kind in enumerate(kinds[1:-1], 1) if kind in about]
    if not numbers:
        return named
    return f"{named}, layer{'s' * (len(numbers) > 1)} {listed(numbers)} of {total}"


def strip(about: Sequence[str]) -> str:
    """Draw the strip, its words beside it."""
    layers = parts()
    drawn, place = [], 0.0
    for layer in layers:
        state = "lit" if layer["class_name"] in about else "dim"
        shapes, width = _part(layer)
        drawn.append(f'<g class="{state}" transform="translate({place + 1:g})">{"".join(shapes)}</g>')
        place += width + GAP
    width = place - GAP + 2
    return (
        f'<p class="cnn-here"><svg viewBox="0 0 {width:g} {HEIGHT}" width="{width:g}" height="{HEIGHT}"'
        ' aria-hidden="true">'
        f"{''.join(drawn)}</svg> <span>Here: {words(about, layers)}</span></p>\n"
    )


def _part(layer: dict[str, Any]) -> tuple[Iterator[str], float]:
    """Return the shapes of one part, and how wide it is: maps as sheets of their size, vectors as bars."""
    shape = layer["output_shape"]
    if layer["class_name"] == "answer":
        return (_box(0, 1 + 3.25 * row, 6, 2) for row in range(shape[0])), 6
    if len(shape) == 1:
        height = HEIGHT - 2 if layer["class_name"] == "Flatten" else HEIGHT / 2
        return iter([_box(0, (HEIGHT - height) / 2, 3, height)]), 3
    side, sheets = max(shape[0], 5), 1 if shape[2] == 1 else 3
    top = (HEIGHT - side - 2 * (sheets - 1)) / 2
    return (_box(2 * sheet, top + 2 * sheet, side, side) for sheet in range(sheets)), side + 2 * (sheets - 1)


def _box(x: float, y: float, width: float, height: float) -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"/>'


def show(app: Sphinx, name: str, template: str, context: dict[str, Any], page: nodes.document | None) -> None:
    """Give a page its strip, if it names parts."""
    named = str(app.env.metadata.get(name, {}).get("about", "")).split()
    if page is None or app.builder.name != "html" or not named:
        return
    about = list(NAMES) if named == ["all"] else named
    if unknown := [part for part in about if part not in NAMES]:
        known = ", ".join([*NAMES, "all"])
        logger.warning("about: expected some of %s, got %s", known, " ".join(unknown), location=name)
        return
    context["here"] = strip(about)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    app.connect("html-page-context", show)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
