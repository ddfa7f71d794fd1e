"""All explorers: which scripts each needs, in which order, and which settings it accepts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cnnfigs.explorers.kernels import KERNELS, SCALABLE
from cnnfigs.explorers.settings import OFF_ON, ON_OFF, Setting
from cnnfigs.parameters import Choice, Text, Whole

#: The script that hands this registry to a browser.
REGISTRY = "registry.js"
#: What every explorer is made of.
SHARED = (REGISTRY, "explorer.js", "tour.js")
#: Files that hold several scripts, each after those that it uses, and in the order in which they are smallest. What
#: mostly comes together is compressed together: with each script in a file of its own, all would weigh a tenth more.
#: What stands beside the networks needs their file too.
BUNDLES: Mapping[str, tuple[str, ...]] = {
    "core.js": (REGISTRY, "arithmetic.js", "pictures.js", "explorer.js", "tour.js"),
    "on-windows.js": (
        *("grid.js", "predictions.js", "windows.js"),
        *("pooling.js", "convolution.js", "receptive-field.js"),
    ),
    "on-networks.js": (
        *("ink.js", "forward.js", "backward.js", "raster.js"),
        *("digit.js", "which-ink.js", "networks.js"),
    ),
    "beside-networks.js": ("peephole.js", "train.js", "hierarchy.js", "own-photo.js", "break.js"),
}
_BUNDLE_OF = {script: bundle for bundle, scripts in BUNDLES.items() for script in scripts}


@dataclass(frozen=True)
class Explorer:
    """One explorer.

    Parameters
    ----------
    name
        Its name in pages and addresses; its element is ``<cnn-NAME>``.
    title
        What people call it: it stands above the explorer, and is heard on coming to it.
    scripts
        Its code besides :data:`SHARED`: files of ``scripts/``, each after those that it uses.
    data
        Data scripts that must be there before it starts, of :data:`cnnfigs.explorers.assets.DATA`.
    settings
        What can be set, by name.
    worker
        Whether it computes in a worker, which the policy of its pages has to allow.
    """

    name: str
    title: str
    scripts: tuple[str, ...]
    data: tuple[str, ...] = ()
    settings: Mapping[str, Setting] = field(default_factory=dict)
    worker: bool = False

    @property
    def files(self) -> tuple[str, ...]:
        """What a page loads for it, in this order."""
        scripts = dict.fromkeys(_BUNDLE_OF.get(script, script) for script in (*SHARED, *self.scripts))
        return (*scripts, *self.data)


_NUMBER = r"-?\d{1,4}(?:\.\d{1,4})?"

_WINDOWS = ("arithmetic.js", "grid.js", "predictions.js", "windows.js", "pictures.js")

_MORE = Setting("More settings", Choice(*OFF_ON))
_COVER = Setting("Cover the output", Choice(*OFF_ON))

CONVOLUTION = Explorer(
    name="convolution",
    title="Convolution, step by step",
    scripts=(*_WINDOWS, "convolution.js"),
    data=("inputs.js",),
    settings={
        "picture": Setting("Input", Choice("digit", "cat", "ink", "drawing", "upload")),
        "size": Setting("Input size", Whole(2, 28), 7),
        "drawing": Setting("Drawing", Text("[01]{0,784}", "up to 784 digits 0 and 1, row by row"), ""),
        "kernel": Setting(
            "Kernel",
            Text(
                rf"{'|'.join((*SCALABLE, *KERNELS))}|{_NUMBER}(?:,{_NUMBER}){{0,49}}",
                "the name of a kernel, or its numbers, row by row, with commas between them",
            ),
            "left-right",
        ),
        "kernel_size": Setting("Kernel size", Whole(1, 5), 3),
        "strides": Setting("Strides", Whole(1, 5), 1),
        "padding": Setting("Padding", Choice("valid", "same", "explicit")),
        "before": Setting("Zeros before", Whole(0, 5), 1),
        "after": Setting("Zeros after", Whole(0, 5), 1),
        "dilation_rate": Setting("Dilation rate", Whole(1, 4), 1),
        "channels": Setting("Channels", Choice("1", "2")),
        "bias": Setting("Bias", Choice("0", "0.5", "-0.5", "1", "-1")),
        "relu": Setting("ReLU", Choice(*OFF_ON)),
        "operation": Setting("Operation", Choice("convolution", "transposed")),
        "cover": _COVER,
        "more": _MORE,
    },
)

POOLING = Explorer(
    name="pooling",
    title="Pooling, window by window",
    scripts=(*_WINDOWS, "pooling.js"),
    data=("inputs.js",),
    settings={
        "picture": Setting("Input", Choice("map", "digit", "upload")),
        "way": Setting("Keep", Choice("maximum", "average", "pick one")),
        "pool_size": Setting("Window", Whole(1, 5), 2),
        "strides": Setting("Strides", Whole(1, 5), 2),
        "padding": Setting("Padding", Choice("valid", "same")),
        "size": Setting("Input size", Whole(2, 26), 8),
        "down": Setting("Pixels down", Whole(-4, 4), 0),
        "right": Setting("Pixels to the right", Whole(-4, 4), 0),
        "cover": _COVER,
        "more": _MORE,
    },
)

_WINDOW = r"[cp]\d{1,2}(?:s\d)?(?:d\d)?(?:same|e\d)?"

RECEPTIVE_FIELD = Explorer(
    name="receptive-field",
    title="What one unit sees",
    scripts=(*_WINDOWS, "receptive-field.js"),
    data=("inputs.js", "photo.js"),
    settings={
        "picture": Setting("Image", Choice("digit", "photo")),
        "layers": Setting(
            "Layers",
            Text(
                rf"{_WINDOW}(?:,{_WINDOW}){{0,39}}",
                "up to 40 layers such as c3s2same,p2s2: convolution or pooling, window, strides, dilation rate d, "
                "padding",
            ),
            "c3,p2s2,c3,p2s2,c3",
        ),
        "layer": Setting("Layer", Whole(1, 40), 40),
        "row": Setting("Row", Whole(0, 1000), 500),
        "column": Setting("Column", Whole(0, 1000), 500),
    },
)

#: A layer's name. Maps, rows, columns, filters and test digits are counted from 0, as everywhere in the tutorial.
_LAYER = "[a-z0-9_]{1,32}"
#: The networks that read what is drawn.
NETWORKS = ("convnet", "convnet_global_max", "dense_131")
_DIGIT: Mapping[str, Setting] = {
    "digit": Setting("Test digit", Whole(-2, 49), -2),  # -1 for blank paper, -2 for the sample until something is drawn
    "sample": Setting("Sample", Whole(0, 49), 20),
    "drawing": Setting(
        "Drawing",
        Text(
            "(?=.{0,4000}$)(?:(?:[0-9a-f]{4})+(?:-(?:[0-9a-f]{4})+)*)?",
            "the places of the pen, four hexadecimal digits each, with - between strokes",
        ),
        "",
    ),
}

DIGIT_PAD = Explorer(
    name="digit-pad",
    title="Your digit, read by a network",
    scripts=("arithmetic.js", "forward.js", "ink.js", "raster.js", "digit.js"),
    data=("digits.js", "convnet.js"),
    settings=_DIGIT,
)

_DIGITS = tuple(str(digit) for digit in range(10))
_ASKED: Mapping[str, Setting] = {
    "of": Setting("For the digit", Choice("the answer", *_DIGITS)),
    "into": Setting("Another digit", Whole(0, 9), 9),
}

WHICH_INK = Explorer(
    name="which-ink",
    title="Which ink matters, and what flips the answer",
    scripts=(*DIGIT_PAD.scripts, "backward.js", "which-ink.js"),
    data=(*DIGIT_PAD.data, "dense_131.js"),
    settings={**_DIGIT, **_ASKED, "show": Setting("Show", Choice("matters", "flip", "nothing"))},
)

DIGIT = Explorer(
    name="digit",
    title="Your digit, and every number behind the answer",
    scripts=(*WHICH_INK.scripts, "networks.js"),
    data=(*WHICH_INK.data, "convnet_global_max.js"),
    settings={
        **_DIGIT,
        **_ASKED,
        "show": Setting("Show", Choice("nothing", "matters", "flip")),
        "prepare": Setting("Prepare the drawing", Choice(*ON_OFF)),
        "down": Setting("Pixels down", Whole(-12, 12), 0),
        "right": Setting("Pixels to the right", Whole(-12, 12), 0),
        "network": Setting("Look inside", Choice(*NETWORKS)),
        "unit": Setting(
            "Number",
            Text(
                rf"(?:{_LAYER}(?:,\d{{1,3}}){{3}})?",
                "a layer, a map, a row and a column, such as conv2d_1,0,0,0",
            ),
            "",
        ),
        "off": Setting(
            "Filters switched off",
            Text(
                rf"(?:{_LAYER}\.\d{{1,3}}(?:,{_LAYER}\.\d{{1,3}}){{0,199}})?",
                "layers and filters, such as conv2d_1.0,conv2d_1.3",
            ),
            "",
        ),
    },
)

HIERARCHY = Explorer(
    name="hierarchy",
    title="From pixels to a cat: what drives what",
    scripts=("raster.js", "hierarchy.js"),
    data=("data-hierarchy.js",),
    settings={
        "depth": Setting("Depth, from the photo to the answer", Whole(1, 5), 3),
        "unit": Setting("Unit", Whole(0, 11), 0),
        "tiles": Setting("Tiles, from one to many", Whole(0, 4), 0),
        "order": Setting("Order of the tiles", Whole(0, 19), 0),
    },
)

#: The layers in which units come to see more, of those that the explorer of photos has.
SEEING_MORE = (
    "Conv1_relu",
    "expanded_conv_depthwise_relu",
    *(f"block_{block}_depthwise_relu" for block in range(1, 7)),
)

OWN_PHOTO = Explorer(
    name="own-photo",
    title="Your photo, and what a network makes of it",
    scripts=("arithmetic.js", "forward.js", "pictures.js", "raster.js", "hierarchy.js", "own-photo.js"),
    data=("data-own-photo.js",),
    settings={
        "layer": Setting("Layer", Choice(*SEEING_MORE), "block_3_depthwise_relu"),
        "map": Setting("Map", Whole(0, 191), 85),
        "row": Setting("Row", Whole(-1, 1000), -1),  # in thousandths of the map; -1 for the strongest place
        "column": Setting("Column", Whole(-1, 1000), -1),
    },
)

PEEPHOLE = Explorer(
    name="peephole",
    title="Read a digit through a hole",
    scripts=("raster.js", "ink.js", "peephole.js"),
    data=("digits.js", "data-peephole.js"),
    settings={
        "seed": Setting("Choice of digits", Whole(1, 9999), 1),
        "guesses": Setting("Guesses", Text("[0-9]{0,12}", "up to twelve digits"), ""),
    },
)

#: The networks that learn in the browser.
SMALL = ("small_convnet", "small_dense")

TRAIN = Explorer(
    name="train",
    title="Train it yourself",
    scripts=(*DIGIT_PAD.scripts, "backward.js", "train.js"),
    data=("digits.js", "data-small.js"),
    settings={
        "pixels": Setting("Pixels", Choice("in order", "shuffled")),
        "images": Setting("Training digits", Choice("1,000", "250", "100")),
        "rate": Setting("Learning rate", Choice("0.01", "0.1", "1"), "0.1"),
        "speed": Setting("Speed", Choice("slow", "medium", "fast"), "medium"),
        "seed": Setting("Noise", Whole(1, 999), 1),
        **_DIGIT,
    },
    worker=True,
)

_BLOCK = r"(?:2|4|8|16|32|64)k[1357][pas]?"

DESIGN = Explorer(
    name="design",
    title="Design a convnet",
    scripts=("arithmetic.js", "design.js"),
    data=("data-designs.js",),
    settings={
        "blocks": Setting(
            "Blocks",
            Text(
                rf"{_BLOCK}(?:,{_BLOCK}){{0,3}}",
                "up to 4 blocks such as 8k3p,16k3: filters, kernel size, and p, a or s for max pooling, mean pooling "
                "or strides",
            ),
            "8k3p,8k3p",
        ),
        "last": Setting("Last maps", Choice("flatten", "global max")),
        "dense": Setting("Dense units", Choice("0", "16", "32", "64", "128")),
        "challenge": Setting("Challenge", Choice("none", "small", "cheap", "moved")),
        "cost": Setting("Costs", Choice("parameters", "multiply-adds")),
        "right": Setting("Digits", Choice("in place", "moved")),
    },
)

_EDIT = r"\d{1,3}_\d{1,3}_-?\d{1,2}(?:\.\d{1,3})?"

BREAK = Explorer(
    name="break",
    title="Break it: knock filters out",
    scripts=(*DIGIT_PAD.scripts, "break.js"),
    data=(*DIGIT_PAD.data, "data-breaking.js"),
    settings={
        "out": Setting(
            "Filters out", Text("[0-9a-f]{1,56}", "up to 56 hexadecimal digits, a bit for each filter"), "0"
        ),
        "filter": Setting("Filter", Whole(0, 223), 0),  # counted from the first layer on
        "slice": Setting("Slice", Whole(0, 63), 0),
        "weights": Setting(
            "Weights",
            Text(
                rf"(?:{_EDIT}(?:,{_EDIT}){{0,49}})?",
                "edits such as 3_8_-0.5, filter, weight and a number below 100",
            ),
            "",
        ),
        **_DIGIT,
        "digit": Setting("Test digit", Whole(-2, 549), -2),  # from 50 on those that are asked
    },
)

EXPLORERS: Mapping[str, Explorer] = {
    each.name: each
    for each in (
        CONVOLUTION,
        POOLING,
        RECEPTIVE_FIELD,
        DIGIT_PAD,
        WHICH_INK,
        DIGIT,
        HIERARCHY,
        OWN_PHOTO,
        PEEPHOLE,
        TRAIN,
        DESIGN,
        BREAK,
    )
}
