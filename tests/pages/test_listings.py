"""Every listing of the pages: how wide it is, and that it prints what the page says it prints.

The code of a task, of its solution, and of listings with an output is run by itself, as by a reader who copies it.
What a task promises beyond that is compared below with something independent.
"""

import ast
import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnfigs.arithmetic import Layer, parameter_derivation
from cnnfigs.arithmetic.sizes import Axis
from cnnfigs.checking import sources
from cnnfigs.checking.pages import Page, first_line, parse, split_options
from cnnfigs.illustrations.windows.field_growth import FieldGrowth
from cnnfigs.models.training import RECIPE
from cnnfigs.runs.architectures.layers import layers_of

DOCS = Path(__file__).parents[2] / "docs"
#: What a page has room for; a longer line is cut off at the right.
WIDTH = 84


@dataclass(frozen=True)
class Listing:
    """Code on a page, and what the page says that it prints; None where it says nothing."""

    page: str
    line: int
    code: str
    printed: str | None
    #: The directives around it: ``("task",)``, ``("task", "solution")`` or none.
    within: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def found_in(page: str, text: str, offset: int = 0, within: tuple[str, ...] = ()) -> Iterator[Listing]:
    """Yield the listings of a text in MyST, those inside of its directives too."""
    tokens = [token for token in parse(text) if token.level == 0]
    for number, token in enumerate(tokens):
        line = first_line(token) + offset
        if token.type == "fence" and token.info.strip() == "python":
            after = tokens[number + 1 :]
            if [each.type for each in after[:2]] == ["paragraph_open", "paragraph_close"]:
                after = after[2:]  # words between code and output, such as "It prints"
            is_output = bool(after) and after[0].type == "fence" and after[0].info.strip() == "text"
            yield Listing(page, line, token.content, after[0].content if is_output else None, within)
        elif token.type == "fence" and token.info.startswith("{code-cell}"):
            yield Listing(page, line, split_options(token.content)[1], None, ("code-cell",))
        elif token.type in {"fence", "colon_fence"} and token.info.startswith("{"):
            name = token.info[1:].partition("}")[0]
            yield from found_in(page, token.content, line, (*within, name))


@cache
def listings() -> tuple[Listing, ...]:
    return tuple(each for path in sorted(DOCS.glob("*.md")) for each in found_in(path.stem, path.read_text("utf-8")))


def tasks() -> dict[str, list[Listing]]:
    """Return the code of the tasks and of their solutions, by the pages."""
    by_page: dict[str, list[Listing]] = {}
    for each in listings():
        if "task" in each.within:
            by_page.setdefault(each.page, []).append(each)
    return by_page


@cache
def run(code: str) -> tuple[dict[str, Any], str]:
    """Run code by itself; return its names and what it prints."""
    names: dict[str, Any] = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(code, "listing", "exec"), names)
    return names, printed.getvalue()


def began_and_solved(page: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Run the code that the task of a page begins with, and its solution."""
    begun, solved = tasks()[page]
    return run(begun.code)[0], run(solved.code)[0]


def test_listings_are_found_with_what_they_print() -> None:
    text = "# A\n\n```python\n1\n```\n\nIt prints\n\n```text\n2\n```\n\n````{task} B\n```python\n3\n```\n````\n"
    assert [(each.line, each.code, each.printed, each.within) for each in found_in("a", text)] == [
        (3, "1\n", "2\n", ()),
        (14, "3\n", None, ("task",)),
    ]


@pytest.mark.parametrize("listing", listings(), ids=str)
def test_no_line_of_code_is_cut_off(listing: Listing) -> None:
    limit = 120 if listing.within == ("code-cell",) else WIDTH
    assert [line for line in listing.code.splitlines() if len(line) > limit] == []


@pytest.mark.parametrize("listing", [each for each in listings() if each.printed is not None], ids=str)
def test_code_prints_what_the_page_says(listing: Listing) -> None:
    assert run(listing.code)[1] == listing.printed
    assert max(map(len, listing.printed.splitlines())) <= WIDTH


def test_pages_that_teach_how_a_network_works_have_a_task() -> None:
    pages = {path.stem: Page(DOCS.parent, path) for path in DOCS.glob("*.md")}
    assert len(sources.taught(pages)) > 5
    assert [str(mistake) for mistake in sources.tasks(pages)] == []
    assert not set(sources.NO_TASK) & set(tasks()), "these have a task by now"


@pytest.mark.parametrize("page", tasks())
def test_a_task_is_code_and_a_solution_that_need_numpy_and_keras_alone(page: str) -> None:
    """The solution differs, in a few lines: nobody should have to type more."""
    assert [each.within for each in tasks()[page]] == [("task",), ("task", "solution")]
    begun, solved = (each.code for each in tasks()[page])
    for code in (begun, solved):
        imported = {
            name.partition(".")[0]
            for node in ast.walk(ast.parse(code))
            for name in (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else []
            )
        }
        assert imported <= {"numpy", "keras"}
    new = {*solved.splitlines()} - {*begun.splitlines()}
    assert 1 <= len(new) <= 4
    run(begun)
    assert tasks()[page][1].printed is not None


# What each task promises, beside what is printed.


def test_shuffled_pixels_give_the_same_sums() -> None:
    begun, solved = began_and_solved("images-and-dense-layers")
    np.testing.assert_allclose(begun["sums"], solved["sums"])
    assert (begun["pixels"] != solved["pixels"]).any()


def test_only_the_dense_layer_has_more_parameters_when_the_size_is_kept() -> None:
    begun, solved = (names["model"] for names in began_and_solved("first-convnet"))
    changed = [
        type(here).__name__
        for here, there in zip(begun.layers, solved.layers, strict=True)
        if here.count_params() != there.count_params()
    ]
    assert changed == ["Dense"]


def test_the_lines_of_numpy_are_a_convolution_layer() -> None:
    begun, solved = began_and_solved("convolution")
    for names, bias, activation in ((begun, 0, "linear"), (solved, -1, "relu")):
        np.testing.assert_array_equal(names["output"], keras_convolution(names, bias=bias, activation=activation))
    assert (solved["output"][0] > 0).all(), "the upper stroke of the 7"
    assert not solved["output"][1:].any(), "all others are zero"
    (listing,) = [each for each in listings() if each.page == "convolution" and each.printed and not each.within]
    assert listing.code == tasks()["convolution"][0].code


def test_the_padding_of_the_task_is_that_of_keras() -> None:
    begun, solved = began_and_solved("padding-and-strides")
    np.testing.assert_array_equal(begun["output"], keras_convolution(begun))
    unpadded = {**solved, "image": begun["image"]}
    np.testing.assert_array_equal(solved["output"], keras_convolution(unpadded, strides=2, padding="same"))
    kept = {*begun["output"].flat} & {*solved["output"].flat}
    assert len(kept) == 4
    around = {**solved, "image": np.pad(begun["image"], 1)}
    assert (keras_convolution(around, strides=2) != solved["output"]).all(), "with zeros on all sides"


def keras_convolution(names: dict[str, Any], bias: int = 0, activation: str = "linear", **settings: Any) -> np.ndarray:
    """Return what a layer of Keras makes of the listing's image with its kernel."""
    import keras

    image = names["image"][None, ..., None].astype("float32")
    layer = keras.layers.Conv2D(1, names["kernel"].shape, activation=activation, **settings)
    layer.build(image.shape)
    layer.set_weights([names["kernel"][..., None, None], np.array([bias])])
    return np.asarray(layer(image))[0, :, :, 0]


def test_pooling_by_hand_is_pooling() -> None:
    import keras

    begun, solved = began_and_solved("pooling")
    image = begun["feature_map"][None, ..., None].astype("float32")
    for names, width in ((begun, 2), (solved, 3)):
        pooled = keras.layers.MaxPooling2D(width, strides=2)(image)
        np.testing.assert_array_equal(names["output"], np.asarray(pooled)[0, :, :, 0])
    assert not {7, 9} & {*begun["output"].flat}
    assert {7, 9} <= {*solved["output"].flat}
    assert (np.unique(solved["output"], return_counts=True)[1] > 1).all(), "every number is there more than once"


def test_what_is_learned_is_the_kernel_that_made_the_map() -> None:
    begun, solved = began_and_solved("convolution-in-other-words")
    np.testing.assert_allclose(begun["kernel"], begun["sobel"], atol=0.01)
    np.testing.assert_allclose(solved["kernel"], solved["sobel"][::-1, ::-1], atol=0.01)


def test_fields_are_those_of_the_networks() -> None:
    begun, solved = began_and_solved("downsampling")
    for names, network in ((begun, "unpooled"), (solved, "convnet")):
        assert FieldGrowth().facts[f"{network} last"] == f"{names['field']}×{names['field']}"


def test_a_convolution_with_one_place_is_a_dense_layer() -> None:
    begun, solved = (names["model"] for names in began_and_solved("lenet5"))
    counts = [
        [(type(each).__name__, each.count_params()) for each in model.layers if each.count_params()]
        for model in (begun, solved)
    ]
    assert [count for _, count in counts[0]] == [count for _, count in counts[1]]
    assert [(here[0], there[0]) for here, there in zip(*counts, strict=True) if here != there] == [("Conv2D", "Dense")]
    kernel, bias = begun.layers[4].get_weights()
    solved.set_weights([*begun.get_weights()[:4], kernel.reshape(-1, len(bias)), bias, *begun.get_weights()[6:]])
    image = np.random.default_rng(0).normal(size=(1, 32, 32, 1))
    np.testing.assert_allclose(begun(image), solved(image), rtol=1e-4, atol=1e-6)
    # On a larger image the convolution has more places, and the same weights; the dense layer would need more.
    assert begun.layers[4].compute_output_shape((None, 6, 6, 16)) == (None, 2, 2, 120)


# The first convnet in another library, which is not installed here: its calls are read and followed by our arithmetic.


def calls_of(listing: Listing) -> list[tuple[str, list[int], dict[str, int]]]:
    """Return the layers in ``nn.Sequential``, with their arguments."""
    (sequential,) = (
        node
        for node in ast.walk(ast.parse(listing.code))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "nn.Sequential"
    )
    found = []
    for call in sequential.args:
        assert isinstance(call, ast.Call)
        words = {word.arg: ast.literal_eval(word.value) for word in call.keywords if word.arg}
        found.append((ast.unparse(call.func), [ast.literal_eval(each) for each in call.args], words))
    return found


def twin() -> Listing:
    (listing,) = [each for each in listings() if each.page == "first-convnet" and "import torch" in each.code]
    return listing


def test_the_network_in_pytorch_is_the_convnet() -> None:
    """Layer by layer: what it reads fits what comes, and shapes and parameters are those of the convnet."""
    shape, seen = (28, 28, 1), []
    for name, values, words in calls_of(twin()):
        parameters = 0
        if name == "nn.Conv2d":
            channels, filters = values
            (width,) = words.values()
            assert list(words) == ["kernel_size"]
            assert channels == shape[-1]
            layer = Layer(
                "", "Conv2D", input_shapes=(shape,), kernel_size=(width, width), filters=filters, use_bias=True,
                output_shape=(*(Axis(size, width).output_size() for size in shape[:2]), filters),
            )  # fmt: skip
            shape, parameters = layer.output_shape, parameter_derivation(layer).total
        elif name == "nn.MaxPool2d":
            (width,) = words.values()
            assert list(words) == ["kernel_size"]  # its strides are the window's width, as in Keras
            shape = (*(Axis(size, width, strides=width).output_size() for size in shape[:2]), shape[-1])
        elif name == "nn.Flatten":
            shape = (int(np.prod(shape)),)
        elif name == "nn.Linear":
            (read, units) = values
            assert (read,) == shape
            layer = Layer("", "Dense", input_shapes=(shape,), units=units, output_shape=(units,), use_bias=True)
            shape, parameters = layer.output_shape, parameter_derivation(layer).total
        else:
            assert (name, values, words) == ("nn.ReLU", [], {})
            assert seen[-1][0] == "nn.Conv2d"
            continue
        seen.append((name, shape, parameters))
    ours = [
        (each.output_shape, each.parameters) for each in layers_of("convnet").layers if each.class_name != "InputLayer"
    ]
    assert [each[1:] for each in seen] == ours
    relus = sum(name == "nn.ReLU" for name, _, _ in calls_of(twin()))
    assert relus == sum(each.activation == "relu" for each in layers_of("convnet").layers)


def test_the_network_in_pytorch_learns_as_ours() -> None:
    assert "CrossEntropyLoss" in twin().code
    assert "Softmax" not in twin().code
    assert RECIPE.optimizer == "adam"
    assert f"lr={RECIPE.learning_rate})" in twin().code
