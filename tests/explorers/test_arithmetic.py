"""The arithmetic of the explorers, run in a browser, against the NumPy reference and Keras."""

import arithmetic_checks
import numpy as np
import pytest
from arithmetic_checks import OPERATIONS, cases
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnfigs.arithmetic import Layer
from cnnfigs.arithmetic.receptive import receptive_fields
from cnnfigs.arithmetic.sizes import Axis, TransposedAxis
from cnnfigs.explorers.assets import SCRIPTS

#: Random configurations of each of the four operations.
EACH = 300
TOLERANCE = 1e-9

COMPUTE = """cases => cases.map(({operation, image, kernel, bias, axes}) => {
    const result = operation.endsWith("pooling")
        ? cnn.arithmetic.pooling(image, operation == "max pooling" ? "maximum" : "average", axes)
        : cnn.arithmetic.convolution(image, kernel, bias, axes);
    return {size: result.size, values: [...result.values]};
})"""

# What an axis gives, or null where it is refused in a sentence.
TELL = """axes => axes.map(axis => {
    try {
        const {outputSize, paddingAmounts, sizeFormula, sources} = cnn.arithmetic;
        return [outputSize(axis), paddingAmounts(axis), sizeFormula(axis), sources(axis)];
    } catch (error) {
        if (!(error instanceof cnn.Refusal)) throw error;
        return null;
    }
})"""


@pytest.fixture
def page(tab):
    tab.goto("about:blank")
    for name in ("explorer.js", "arithmetic.js"):
        tab.add_script_tag(path=SCRIPTS / name)
    return tab


def drawn(strategy, count):
    """Draw so many different examples."""
    found = {}

    @settings(max_examples=4 * count, database=None)
    @given(strategy)
    def collect(example):
        if len(found) < count:
            found[repr(example)] = example

    collect()
    assert len(found) == count
    return list(found.values())


def told_axis(axis, transposed):
    names = ("size", "kernelSize", "strides", "padding", "dilationRate")
    return dict(zip(names, axis, strict=True), transposed=transposed)


def message(case, image, kernel, bias):
    """Write a case as JSON has it."""
    if case.operation == "transposed convolution":  # Keras has filters before channels there
        kernel = kernel.swapaxes(-1, -2)
    return {
        "operation": case.operation,
        "image": {"size": case.size, "channels": case.channels, "values": image.ravel().tolist()},
        "kernel": {"filters": case.filters, "values": kernel.ravel().tolist()},
        "bias": bias.tolist(),
        "axes": [told_axis(axis, case.operation == "transposed convolution") for axis in case.axes],
    }


def test_three_ways_agree(page):
    """JavaScript, the NumPy reference and Keras give the same, within 1e-9 of the sum of absolute products."""
    compared = 0
    for operation in OPERATIONS:
        planar = cases(operation, largest=12, fitting=True).filter(lambda case: case.rank == 2)
        batch = [(case, *arithmetic_checks.numbers(case)) for case in drawn(planar, EACH)]
        expected = [arithmetic_checks.theirs(*each) for each in batch]
        # A transposed convolution that is cut off whole is refused: see the next test.
        batch, expected = zip(*[pair for pair in zip(batch, expected, strict=True) if pair[1].size], strict=True)
        answers = page.evaluate(COMPUTE, [message(*each) for each in batch])
        for each, keras, answer in zip(batch, expected, answers, strict=True):
            case = each[0]
            found = np.array(answer["values"]).reshape(*answer["size"], -1)
            assert found.shape == keras.shape, case
            scale = TOLERANCE * arithmetic_checks.theirs(case, *map(np.abs, each[1:]))
            assert (np.abs(found - keras) <= scale).all(), case
            assert (np.abs(found - arithmetic_checks.ours(*each)) <= scale).all(), case
            compared += 1
    assert compared >= 1_000


@pytest.mark.parametrize("transposed", [False, True], ids=["convolution", "transposed"])
def test_axes_are_those_of_the_python_arithmetic(page, transposed):
    """Sizes, padding, windows and formulas agree, and what one refuses the other refuses."""
    operation = "transposed convolution" if transposed else "convolution"
    # Strides with dilation are not among the cases.
    configurations = [axis for case in drawn(cases(operation, largest=20), EACH) for axis in case.axes]
    configurations += [(9, 3, 2, "same", 2), (9, 3, 3, "valid", 2)]
    answers = page.evaluate(TELL, [told_axis(axis, transposed) for axis in configurations])
    refused = 0
    for axis, answer in zip(configurations, answers, strict=True):
        try:
            made = (TransposedAxis if transposed else Axis)(*axis)
        except ValueError:
            refused += 1
            assert answer is None, axis
            continue
        assert answer is not None, axis
        size, windows = made.output_size(), made.windows()
        sources = {(place, source["cell"], source["tap"]) for place, all in enumerate(answer[3]) for source in all}
        if transposed:
            expected = {(o, cell, tap) for (cell, tap), o in np.ndenumerate(windows) if 0 <= o < size}
        else:
            expected = {(place, cell, tap) for (place, tap), cell in np.ndenumerate(windows)}
        assert answer[:3] == [size, list(made.padding_amounts()), str(made.derivation())], axis
        assert sources == expected, axis
    assert refused > 0
    assert len(answers) - refused > EACH / 2, "mostly what fits is asked"


def test_picking_one_is_what_strides_alone_do(page):
    """Picking one is Keras' pooling with a window of one cell."""
    values = np.random.default_rng(0).normal(size=(9, 8, 2))
    axis = {"kernelSize": 1, "strides": 2, "padding": "valid"}
    picked = page.evaluate(
        "([image, axes]) => { const {size, values} = cnn.arithmetic.pooling(image, 'pick one', axes);"
        " return [size, [...values]]; }",
        [
            {"size": [9, 8], "channels": 2, "values": values.ravel().tolist()},
            [axis | {"size": 9}, axis | {"size": 8}],
        ],
    )
    import keras

    expected = np.asarray(keras.layers.MaxPooling2D(1, strides=2, dtype="float64")(values[np.newaxis]))[0]
    assert picked[0] == list(expected.shape[:2])
    assert np.array_equal(np.reshape(picked[1], expected.shape), expected)


@st.composite
def stacks(draw):
    """Draw an image size and a stack of windows that fits on it."""
    size = places = draw(st.integers(20, 224))
    layers = []
    for _ in range(draw(st.integers(1, 8))):
        strides = draw(st.integers(1, 3))
        dilation_rate = draw(st.integers(1, 3)) if strides == 1 else 1
        pair = st.tuples(st.integers(0, 3), st.integers(0, 3))
        padding = draw(st.one_of(st.sampled_from(("valid", "same")), pair))
        axis = (places, draw(st.integers(1, 7)), strides, padding, dilation_rate)
        try:
            places = Axis(*axis).output_size()
        except ValueError:
            break
        layers.append(axis)
    return size, layers


def test_receptive_fields_are_those_of_the_python_arithmetic(page):
    tried = [stack for stack in drawn(stacks(), EACH) if stack[1]]
    told = [[size, [told_axis(axis, False) for axis in layers]] for size, layers in tried]
    answers = page.evaluate("all => all.map(one => cnn.arithmetic.receptiveFields(...one))", told)
    for (size, layers), answer in zip(tried, answers, strict=True):
        records = [Layer("0", "InputLayer", output_shape=(size, 1))]
        for number, (places, kernel_size, strides, padding, dilation_rate) in enumerate(layers, 1):
            window = {"kernel_size": (kernel_size,), "strides": (strides,), "dilation_rate": (dilation_rate,)}
            shape = (Axis(places, kernel_size, strides, padding, dilation_rate).output_size(), 1)
            padding = (padding,) if isinstance(padding, tuple) else padding
            record = Layer(str(number), "Conv1D", (str(number - 1),), ((places, 1),), shape, padding=padding, **window)
            records.append(record)
        fields = list(receptive_fields(records).values())[1:]
        expected = [
            {"size": f.size[0], "jump": f.jump[0], "start": f.start[0], "places": record.output_shape[0]}
            for f, record in zip(fields, records[1:], strict=True)
        ]
        assert answer == expected
    assert len(tried) > EACH / 2
