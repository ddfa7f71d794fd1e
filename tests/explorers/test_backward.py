"""The explorers' backward pass and training in a browser: against Keras in float64, and against finite differences."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from cnnfigs.data import mnist
from cnnfigs.explorers.assets import SCRIPTS
from cnnfigs.models.export import FIELDS
from cnnfigs.models.records import layer_records
from cnnfigs.models.training import as_input
from cnnfigs.models.weights import as_json

COUNT = 100
#: So many of them are built in Keras too.
IN_KERAS = 30
TOLERANCE = 1e-6
#: Keras takes the learning rate through 32 bits, which hold this exactly.
STEPS, BATCH, RATE = 20, 8, 1 / 64

#: Make a network of 64 bits, and what learns with its layers.
MADE = """
const made = ({layers}) => {
    const arrays = ({kernel, bias}) => kernel && {kernel: Float64Array.from(kernel), bias: Float64Array.from(bias)};
    const network = new cnn.Network({layers: layers.map(layer => ({...layer, ...arrays(layer)}))}, Float64Array);
    return new cnn.backward.Learner(network.layers, Float64Array);
};
const weightsOf = (layers) => layers.flatMap(({kernel, bias}) => kernel ? [kernel, bias] : []);
const toPixels = (learner, image, label) => {
    const gradient = new Float64Array(learner.run(image).length);
    gradient[label] = 1;
    return cnn.backward.back(learner.layers, learner.values, gradient);
};
"""
#: The gradient of a class's sum to the pixels, and those of the loss to all weights.
GRADIENTS = f"""cases => {{
    {MADE}
    return cases.map(({{image, label, ...network}}) => {{
        const learner = made(network);
        const pixels = [...toPixels(learner, image, label)];
        const {{loss}} = learner.learn([image], [label]);
        const weights = learner.gradients.flatMap(each => each ? [[...each.kernel], [...each.bias]] : []);
        return {{pixels, loss, weights}};
    }});
}}"""
#: How far they are from finite differences at most: of the sum for each pixel, and of the loss for each weight.
DIFFERENCES = f"""cases => {{
    {MADE}
    const step = 1e-6;
    return cases.map(({{image, label, ...network}}) => {{
        const learner = made(network);
        const slope = (array, at, measure) => {{
            const before = array[at];
            const [above, below] = [1, -1].map(sign => {{
                array[at] = before + sign * step;
                return measure();
            }});
            array[at] = before;
            return (above - below) / (2 * step);
        }};
        const sum = () => (learner.run(image), learner.values.at(-1)[label]);
        const loss = () => -Math.log(learner.run(image)[label]);
        const pixels = toPixels(learner, image, label);
        learner.learn([image], [label]);
        const gradients = weightsOf(learner.gradients.map(each => each ?? {{}})).map(each => each.slice());
        const apart = [...pixels].map((gradient, at) => Math.abs(gradient - slope(image, at, sum)));
        weightsOf(learner.layers).forEach((array, which) => array.forEach((_, at) =>
            apart.push(Math.abs(gradients[which][at] - slope(array, at, loss)))));
        return [Math.max(...apart), apart.length, pixels.some(Boolean)];
    }});
}}"""
#: Train on batches: the loss of each, and the weights at the end.
TRAIN = f"""([network, rate, batches]) => {{
    {MADE}
    const learner = made(network);
    const losses = batches.map(({{images, labels}}) => learner.step(images, labels, rate).loss);
    return [losses, weightsOf(learner.layers).map(each => [...each])];
}}"""
#: The same in a worker that knows nothing but the text.
IN_A_WORKER = f"""all => new Promise((resolve, reject) => {{
    const code = `const cnn = {{backward: ${{cnn.backward.text}}}};
        onmessage = ({{data: [layers, images, labels, rate]}}) => {{
            const learner = new cnn.backward.Learner(layers, Float64Array);
            postMessage(learner.step(images, labels, rate));
        }};`;
    {MADE}
    const [network, rate, {{images, labels}}] = all;
    const worker = new Worker(URL.createObjectURL(new Blob([code])));
    worker.onmessage = ({{data}}) => resolve(data);
    worker.onerror = ({{message}}) => reject(new Error(message));
    worker.postMessage([made(network).layers, images, labels, rate]);
}})"""


@pytest.fixture
def page(tab):
    tab.goto("about:blank")
    for name in ("arithmetic.js", "forward.js", "backward.js"):
        tab.add_script_tag(path=SCRIPTS / name)
    return tab


def random_network(generator):
    """Build a small network of layers of all kinds that ours have, with random weights, in float64."""
    pick = generator.integers
    size = [int(each) for each in pick(6, 10, 2)]
    layers = [keras.Input((*size, int(pick(1, 3))), dtype="float64")]
    for deep in range(pick(0, 3)):
        window = [int(each) for each in pick(1, 4, 2)]
        activation = ["relu", None][pick(2)]
        padding = "same" if deep else ["valid", "same"][pick(2)]  # by then maps may be smaller than a window
        layers.append(keras.layers.Conv2D(int(pick(1, 5)), window, int(pick(1, 3)), padding, activation=activation))
        if pick(2):
            layers.append(keras.layers.MaxPooling2D(int(pick(1, 3)), padding="same"))
    layers.append(keras.layers.GlobalMaxPooling2D() if pick(4) == 0 else keras.layers.Flatten())
    if pick(2):
        layers.append(keras.layers.Dense(int(pick(2, 7)), activation="relu"))
    layers.append(keras.layers.Dense(int(pick(2, 6)), activation="softmax"))
    model = keras.Sequential(layers)
    model.set_weights([generator.normal(0, 0.5, weights.shape) for weights in model.get_weights()])
    return model


def message(model):
    """Write a model as JavaScript takes it, with its weights."""
    layers = []
    for record in layer_records(model):
        fields = as_json(record)
        layer = {script: fields[field] for field, script in FIELDS.items() if field in fields}
        kept = [] if record.class_name == "InputLayer" else model.get_layer(record.name).get_weights()
        layers.append(
            {**layer, **dict(zip(("kernel", "bias"), (each.ravel().tolist() for each in kept), strict=False))}
        )
    return {"layers": layers}


@pytest.fixture
def in_float64():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float64")
    yield
    keras.config.set_dtype_policy(before)


def random_cases():
    generator = np.random.default_rng(21)
    for _ in range(COUNT):
        model = random_network(generator)
        image = generator.normal(size=model.input_shape[1:])
        yield model, image, int(generator.integers(model.output_shape[-1]))


def in_keras(model, image, label):
    """Return the gradient of a class's sum to the pixels, the loss, and its gradients to the weights."""
    *_, last = model.layers
    reader = keras.Model(model.inputs, last.input)
    pixels = tf.Variable(image[np.newaxis])
    with tf.GradientTape() as of_sum, tf.GradientTape() as of_loss:
        read = reader(pixels)
        sums = read @ last.kernel + last.bias
        loss = -tf.nn.log_softmax(sums)[0, label]
        chosen = sums[0, label]
    return (
        of_sum.gradient(chosen, pixels),
        loss,
        of_loss.gradient(loss, [each.value for each in model.trainable_weights]),
    )


@pytest.mark.usefixtures("in_float64")
def test_gradients_are_those_of_keras_and_of_finite_differences(page):
    """Over random networks of all kinds of layers, to each pixel and each weight."""
    cases = list(random_cases())
    told = [{**message(model), "image": image.ravel().tolist(), "label": label} for model, image, label in cases]
    kinds = {layer["className"] for each in told for layer in each["layers"]}
    assert kinds == {"InputLayer", "Conv2D", "MaxPooling2D", "GlobalMaxPooling2D", "Flatten", "Dense"}
    apart = page.evaluate(DIFFERENCES, told)
    assert max(largest for largest, *_ in apart) < TOLERANCE
    assert sum(compared for _, compared, _ in apart) > 100 * COUNT
    assert sum(flows for *_, flows in apart) > 0.9 * COUNT
    for (model, image, label), found in zip(cases[:IN_KERAS], page.evaluate(GRADIENTS, told[:IN_KERAS]), strict=True):
        pixels, loss, weights = in_keras(model, image, label)
        np.testing.assert_allclose(found["pixels"], np.ravel(pixels), rtol=0, atol=TOLERANCE)
        assert found["loss"] == pytest.approx(float(loss), abs=TOLERANCE)
        for ours, theirs in zip(found["weights"], weights, strict=True):
            np.testing.assert_allclose(ours, np.ravel(theirs), rtol=0, atol=TOLERANCE)


def batches():
    """Give the first training images, half as wide, in batches."""
    images = as_input(mnist().x_train[: STEPS * BATCH])[:, ::2, ::2].astype(np.float64)
    return np.split(images, STEPS), np.split(mnist().y_train[: STEPS * BATCH], STEPS)


def told_batches():
    return [
        {"images": images.reshape(BATCH, -1).tolist(), "labels": labels.tolist()}
        for images, labels in zip(*batches(), strict=True)
    ]


def small_convnet():
    keras.utils.set_random_seed(21)
    return keras.Sequential(
        [
            keras.Input((14, 14, 1)),
            keras.layers.Conv2D(4, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(6, 3, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


@pytest.mark.usefixtures("in_float64")
def test_twenty_steps_of_training_are_those_of_keras(page):
    model = small_convnet()
    start = message(model)
    model.compile(keras.optimizers.SGD(RATE), keras.losses.SparseCategoricalCrossentropy(dtype="float64"))
    expected = [float(model.train_on_batch(*batch)) for batch in zip(*batches(), strict=True)]
    losses, weights = page.evaluate(TRAIN, [start, RATE, told_batches()])
    np.testing.assert_allclose(losses, expected, rtol=0, atol=TOLERANCE)
    assert np.mean(losses[-5:]) < np.mean(losses[:5])
    for ours, theirs in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs.ravel(), rtol=0, atol=TOLERANCE)


@pytest.mark.usefixtures("in_float64")
def test_the_text_of_the_code_learns_in_a_worker(page):
    start, batch = message(small_convnet()), told_batches()[0]
    in_the_page, _ = page.evaluate(TRAIN, [start, RATE, [batch]])
    assert page.evaluate(IN_A_WORKER, [start, RATE, batch])["loss"] == in_the_page[0]
