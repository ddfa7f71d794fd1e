"""All explorers: which scripts each needs, in which order, and which settings it accepts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cnnfigs.explorers.kernels import KERNELS, SCALABLE
from cnnfigs.explorers.settings import OFF_ON, ON_OFF, Choice, Setting, Text, Whole

#: The file that holds the code of all explorers.
BUNDLE = "explorers.js"
#: What every explorer is made of.
SHARED = ("explorer.js",)


@dataclass(frozen=True)
class Explorer:
    """One explorer.

    Parameters
    ----------
    name
        Its name in pages and addresses; its element is ``<cnn-NAME>``.
    scripts
        Its code besides :data:`SHARED`: files of ``scripts/``, each after those that it uses.
    data
        Data scripts that must be there before it starts, of :data:`cnnfigs.explorers.assets.DATA`.
    settings
        What can be set, by name.
    """

    name: str
    scripts: tuple[str, ...]
    data: tuple[str, ...] = ()
    settings: Mapping[str, Setting] = field(default_factory=dict)

    @property
    def files(self) -> tuple[str, ...]:
        """What a page loads for it."""
        return (BUNDLE, *self.data)


_NUMBER = r"-?\d{1,4}(?:\.\d{1,4})?"

_WINDOWS = ("arithmetic.js", "grid.js", "windows.js", "pictures.js")

_MORE = Choice("More settings", OFF_ON)

CONVOLUTION = Explorer(
    name="convolution",
    scripts=(*_WINDOWS, "convolution.js"),
    data=("inputs.js",),
    settings={
        "picture": Choice("Input", ("digit", "cat", "ink", "drawing", "upload")),
        "size": Whole("Input size", 2, 28, 7),
        "drawing": Text("Drawing", "[01]{0,784}", "up to 784 digits 0 and 1, row by row", ""),
        "kernel": Text(
            "Kernel",
            rf"{'|'.join((*SCALABLE, *KERNELS))}|{_NUMBER}(?:,{_NUMBER}){{0,49}}",
            "the name of a kernel, or its numbers, row by row, with commas between them",
            "left-right",
        ),
        "kernel_size": Whole("Kernel size", 1, 5, 3),
        "strides": Whole("Strides", 1, 5, 1),
        "padding": Choice("Padding", ("valid", "same", "explicit")),
        "before": Whole("Zeros before", 0, 5, 1),
        "after": Whole("Zeros after", 0, 5, 1),
        "dilation_rate": Whole("Dilation rate", 1, 4, 1),
        "channels": Choice("Channels", ("1", "2")),
        "bias": Choice("Bias", ("0", "0.5", "-0.5", "1", "-1")),
        "relu": Choice("ReLU", OFF_ON),
        "operation": Choice("Operation", ("convolution", "transposed")),
        "more": _MORE,
    },
)

POOLING = Explorer(
    name="pooling",
    scripts=(*_WINDOWS, "pooling.js"),
    data=("inputs.js",),
    settings={
        "picture": Choice("Input", ("map", "digit", "upload")),
        "way": Choice("Keep", ("maximum", "average", "pick one")),
        "pool_size": Whole("Window", 1, 5, 2),
        "strides": Whole("Strides", 1, 5, 2),
        "padding": Choice("Padding", ("valid", "same")),
        "size": Whole("Input size", 2, 26, 8),
        "down": Whole("Pixels down", -4, 4, 0),
        "right": Whole("Pixels to the right", -4, 4, 0),
        "more": _MORE,
    },
)

_WINDOW = r"[cp]\d{1,2}(?:s\d)?(?:d\d)?(?:same|e\d)?"

RECEPTIVE_FIELD = Explorer(
    name="receptive-field",
    scripts=(*_WINDOWS, "receptive-field.js"),
    data=("inputs.js", "photo.js"),
    settings={
        "picture": Choice("Image", ("digit", "photo")),
        "layers": Text(
            "Layers",
            rf"{_WINDOW}(?:,{_WINDOW}){{0,39}}",
            "up to 40 layers such as c3s2same,p2s2: convolution or pooling, window, strides, dilation rate d, padding",
            "c3,p2s2,c3,p2s2,c3",
        ),
        "layer": Whole("Layer", 1, 40, 40),
        "row": Whole("Row", 0, 1000, 500),
        "column": Whole("Column", 0, 1000, 500),
    },
)

#: A layer's name. Maps, rows, columns, filters and test digits are counted from 0, as everywhere in the tutorial.
_LAYER = "[a-z0-9_]{1,32}"
_DIGIT: Mapping[str, Setting] = {
    "digit": Whole("Test digit", -2, 49, -2),  # -1 for blank paper, -2 for the sample until something is drawn
    "sample": Whole("Sample", 0, 49, 20),
    "drawing": Text(
        "Drawing",
        "(?=.{0,4000}$)(?:(?:[0-9a-f]{4})+(?:-(?:[0-9a-f]{4})+)*)?",
        "the places of the pen, four hexadecimal digits each, with - between strokes",
        "",
    ),
}

DIGIT_PAD = Explorer(
    name="digit-pad",
    scripts=("arithmetic.js", "forward.js", "ink.js", "raster.js", "digit.js"),
    data=("digits.js", "convnet.js"),
    settings=_DIGIT,
)

DIGIT = Explorer(
    name="digit",
    scripts=(*DIGIT_PAD.scripts, "networks.js"),
    data=(*DIGIT_PAD.data, "dense_131.js", "convnet_global_max.js"),
    settings={
        **_DIGIT,
        "prepare": Choice("Prepare the drawing", ON_OFF),
        "down": Whole("Pixels down", -12, 12, 0),
        "right": Whole("Pixels to the right", -12, 12, 0),
        "network": Choice("Look inside", ("convnet", "convnet_global_max", "dense_131")),
        "unit": Text(
            "Number",
            rf"(?:{_LAYER}(?:,\d{{1,3}}){{3}})?",
            "a layer, a map, a row and a column, such as conv2d_1,0,0,0",
            "",
        ),
        "off": Text(
            "Filters switched off",
            rf"(?:{_LAYER}\.\d{{1,3}}(?:,{_LAYER}\.\d{{1,3}}){{0,199}})?",
            "layers and filters, such as conv2d_1.0,conv2d_1.3",
            "",
        ),
    },
)

HIERARCHY = Explorer(
    name="hierarchy",
    scripts=("hierarchy.js",),
    data=("data-hierarchy.js",),
    settings={
        "depth": Whole("Depth, from the photo to the answer", 1, 5, 3),
        "unit": Whole("Unit", 0, 11, 0),
        "tiles": Whole("Tiles, from one to many", 0, 4, 0),
        "order": Whole("Order of the tiles", 0, 19, 0),
    },
)

PEEPHOLE = Explorer(
    name="peephole",
    scripts=("raster.js", "ink.js", "peephole.js"),
    data=("digits.js", "data-peephole.js"),
    settings={
        "seed": Whole("Choice of digits", 1, 9999, 1),
        "guesses": Text("Guesses", "[0-9]{0,12}", "up to twelve digits", ""),
    },
)

EXPLORERS: Mapping[str, Explorer] = {
    each.name: each for each in (CONVOLUTION, POOLING, RECEPTIVE_FIELD, DIGIT_PAD, DIGIT, HIERARCHY, PEEPHOLE)
}
