"""The explorers' forward pass in a browser, against Keras and against NumPy, layer by layer."""

import math

import keras
import numpy as np
import pytest
from forward_numbers import as_stored, layers_of, values_in_numpy

from cnnfigs.arithmetic.receptive import receptive_region
from cnnfigs.data import mnist
from cnnfigs.explorers.assets import SCRIPTS
from cnnfigs.models import export
from cnnfigs.models.records import layer_records
from cnnfigs.models.training import as_input
from cnnfigs.models.weights import as_json, load

NAMES = ("convnet", "dense_131", "convnet_global_max")
COUNT = 200
#: What numbers may be off by, of the largest of their layer: since float32 sums have another order; and since
#: weights are stored in 8 bits, which maps show less than probabilities do.
ROUNDING, STORED, STORED_ANSWER = 1e-5, 0.01, 0.04

ORIGIN = "http://explorers.test"
#: Post all numbers of all layers of some digits, one digit after the other, as float32.
POST = """async ([name, digits]) => {
    const network = new cnn.Network(cnn.data[name]);
    const all = [];
    for (const digit of digits) {
        network.run(digit);
        all.push(...network.values.map(values => values.slice()));
    }
    await fetch("/values", {method: "POST", body: new Blob(all)});
    return network.layers.map(({name, shape}) => [name, shape]);
}"""


@pytest.fixture(scope="module")
def page(browser):
    """A page with the scripts, which can post numbers back."""
    context = browser.new_context()
    page = context.new_page()
    page.posted = []

    def answer(route):
        if route.request.method == "POST":
            page.posted.append(route.request.post_data_buffer)
        route.fulfill(body="<!doctype html><title>Networks</title>", content_type="text/html")

    page.route(f"{ORIGIN}/*", answer)
    page.goto(ORIGIN)
    for script in ("arithmetic.js", "forward.js"):
        page.add_script_tag(path=SCRIPTS / script)
    for name in NAMES:
        page.add_script_tag(content=export.network_script(name))
    yield page
    context.close()


@pytest.fixture(scope="module")
def digits():
    return as_input(mnist().x_test[:COUNT])


def values_in_browser(page, name, digits):
    """Return what each layer makes of digits, by the layer's name: arrays of shape (digits, …)."""
    found = []
    for some in np.array_split(digits, 4):
        layers = page.evaluate(POST, [name, some.reshape(len(some), -1).tolist()])
        found.append(np.frombuffer(page.posted.pop(), dtype="<f4").reshape(len(some), -1))
    ends = np.cumsum([math.prod(shape) for _, shape in layers])
    pieces = np.split(np.concatenate(found), ends[:-1], axis=1)
    assert ends[-1] == sum(piece.shape[1] for piece in pieces)
    return {layer: piece.reshape(len(digits), *shape) for (layer, shape), piece in zip(layers, pieces, strict=True)}


def values_in_keras(model, digits):
    reader = keras.Model(model.inputs, [layer.output for layer in model.layers])
    return {layer.name: np.asarray(values) for layer, values in zip(model.layers, reader([digits]), strict=True)}


@pytest.mark.parametrize("name", NAMES)
def test_every_layer_is_as_in_keras_and_in_numpy(page, digits, name):
    ours = values_in_browser(page, name, digits)
    stored = as_stored(name)
    theirs = values_in_keras(stored, digits)
    plain = values_in_numpy(layers_of(stored), digits.astype(np.float64))
    trained = values_in_keras(load(name), digits)
    # Flatten, which changes nothing, is left out here.
    assert list(ours)[1:] == [layer for layer in trained if layer != "flatten"]
    np.testing.assert_array_equal(ours["input_layer"], digits)
    for layer in list(ours)[1:]:
        values, largest = ours[layer].reshape(len(digits), -1), np.abs(trained[layer]).max()
        stored_tolerance = STORED_ANSWER if layer == list(ours)[-1] else STORED
        for expected, tolerance in ((theirs, ROUNDING), (plain, ROUNDING), (trained, stored_tolerance)):
            apart = np.abs(values - expected[layer].reshape(len(digits), -1)).max()
            assert apart <= tolerance * largest, f"{layer} is off by {apart:.2g} of {largest:.2g}"
    answers = [list(each.values())[-1].reshape(len(digits), -1).argmax(axis=1) for each in (ours, trained, plain)]
    np.testing.assert_array_equal(answers[0], answers[1])
    np.testing.assert_array_equal(answers[0], answers[2])


def test_rounded_weights_hardly_change_the_errors():
    """8 bits cost each network at most 5 in 5,000 answers, one way or the other."""
    images, labels = as_input(mnist().x_test[:5000]), mnist().y_test[:5000]
    for name in NAMES:
        answers = [
            model.predict(images, batch_size=1000, verbose=0).argmax(1) for model in (load(name), as_stored(name))
        ]
        wrong = [int((each != labels).sum()) for each in answers]
        assert abs(wrong[0] - wrong[1]) <= 5, name


EXPLAIN = """([name, digit, asked]) => {
    const network = new cnn.Network(cnn.data[name]);
    network.run(digit);
    const sums = [...network.sums];
    return asked.map(([index, unit]) => ({...network.explain(index, unit), sums}));
}"""


@pytest.mark.parametrize("name", NAMES)
def test_the_sum_of_a_unit_makes_its_value(page, digits, name):
    model = as_stored(name)
    layers = [layer for layer in model.layers if type(layer).__name__ != "Flatten"]
    random = np.random.default_rng(1)
    for digit in digits[:2]:
        theirs = values_in_keras(model, digit[np.newaxis])
        asked = [
            (index, int(unit))
            for index, layer in enumerate(layers, 1)
            for unit in random.choice(math.prod(layer.output.shape[1:]), 6)
        ]
        found = page.evaluate(EXPLAIN, [name, digit.ravel().tolist(), asked])
        for (index, unit), explained in zip(asked, found, strict=True):
            layer = layers[index - 1]
            expected = theirs[layer.name].ravel()[unit]
            read = math.prod(layer.input.shape[1:])
            assert all(0 <= term["unit"] < read for term in explained["terms"])
            assert len({term["unit"] for term in explained["terms"]}) == len(explained["terms"])
            products = [term["input"] * term["weight"] for term in explained["terms"]]
            if "Pooling" in type(layer).__name__:
                value = max(products)
                assert "bias" not in explained
            else:
                kernel, bias = layer.get_weights()
                assert len(products) == kernel[..., 0].size
                assert explained["bias"] == pytest.approx(float(bias[unit % bias.size]))
                total = math.fsum([explained["bias"], *products])
                assert explained["sum"] == pytest.approx(total, abs=1e-9)
                if layer.activation.__name__ == "relu":
                    value = max(0.0, total)
                else:
                    value = math.exp(total) / math.fsum(map(math.exp, explained["sums"]))
            assert explained["value"] == pytest.approx(value, rel=1e-4, abs=2e-5)
            assert explained["value"] == pytest.approx(expected, rel=1e-4, abs=2e-5)


@pytest.mark.parametrize("name", NAMES)
def test_fields_are_those_of_the_arithmetic(page, name):
    fields = page.evaluate(
        """name => {
            const network = new cnn.Network(cnn.data[name]);
            return network.layers.map(({shape: [rows, columns, channels]}, index) =>
                Array.from({length: rows * columns}, (_, cell) => network.field(index, cell * channels)));
        }""",
        name,
    )
    model = load(name)
    layers = [layer for layer in layer_records(model) if layer.class_name != "Flatten"]
    compared = 0
    for layer, found in zip(layers, fields, strict=True):
        for position, field in zip(np.ndindex(layer.output_shape[:-1]), found, strict=True):
            rows, columns = receptive_region(layer_records(model), position, layer.name)
            assert (field["row"], field["height"]) == (rows.start, len(rows)), layer.name
            assert (field["column"], field["width"]) == (columns.start, len(columns)), layer.name
            compared += 1
    assert compared >= 784


def test_a_filter_that_is_switched_off_is_one_without_weights(page, digits):
    model, off = as_stored("convnet"), {1: [0, 5], 3: [63], 5: [7]}
    found = page.evaluate(
        """([digit, off]) => {
            const network = new cnn.Network(cnn.data.convnet);
            for (const [index, filters] of Object.entries(off)) filters.forEach(each => network.off[index].add(each));
            return [...network.run(digit)];
        }""",
        [digits[0].ravel().tolist(), off],
    )
    for index, filters in off.items():
        kernel, bias = model.layers[index - 1].get_weights()
        kernel[..., filters] = bias[filters] = 0
        model.layers[index - 1].set_weights([kernel, bias])
    np.testing.assert_allclose(found, model.predict(digits[:1], verbose=0)[0], rtol=1e-4, atol=1e-6)


def test_same_padding_and_strides_are_as_in_keras(page):
    """None of the three networks has them."""
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(5, (4, 3), strides=(2, 3), padding="same", activation="relu", name="a"),
            keras.layers.MaxPooling2D((3, 2), strides=2, padding="same", name="b"),
            keras.layers.Conv2D(6, 2, padding="same", name="c"),
            keras.layers.GlobalMaxPooling2D(name="e"),
            keras.layers.Dense(10, activation="softmax", name="f"),
        ]
    )
    layers = []
    for record in layer_records(model):
        told_layer = {export.FIELDS[field]: value for field, value in as_json(record).items() if field in export.FIELDS}
        layer = next((each for each in model.layers if each.name == record.name), None)
        if layer is not None and layer.get_weights():
            told_layer["weights"] = export.packed(*layer.get_weights())
            layer.set_weights(export.unpacked(told_layer["weights"], layer.kernel.shape))
        layers.append(told_layer)
    image = np.random.default_rng(0).random((1, 28, 28, 1), dtype=np.float32)
    found = page.evaluate(
        """([layers, image]) => {
            const network = new cnn.Network({name: "made up", layers});
            network.run(image);
            return network.values.map(values => [...values]);
        }""",
        [layers, image.ravel().tolist()],
    )
    expected = values_in_keras(model, image)
    for values, (name, theirs) in zip(found[1:], expected.items(), strict=True):
        np.testing.assert_allclose(values, theirs.ravel(), rtol=1e-5, atol=1e-6, err_msg=name)
