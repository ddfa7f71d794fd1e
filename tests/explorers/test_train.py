"""Train it yourself, as readers do it; what is learned is what Keras learns."""

import base64
import json
import re
import zlib

import keras
import numpy as np
import pytest
from checks import PHONE
from exploring import SEVEN, draw_with_mouse, wait_until

from cnnfigs.data import mnist
from cnnfigs.data.small_digits import DARKEST, SIDE, TEST, TRAINING, as_small_input, small_digits
from cnnfigs.explorers.registry import SMALL
from cnnfigs.explorers.small import small_script
from cnnfigs.illustrations.training_and_measured.small_training import LearningSideBySide
from cnnfigs.models.small import RECIPE, SMALL_NETWORKS
from cnnfigs.statistics import wilson

#: The most that the script of the digits may weigh, as it is: opened from a folder, nothing compresses it.
HEAVY = 60_000
TOLERANCE = 1e-6

WEIGHTS = """({networks}) => networks.map(({layers}) =>
    layers.flatMap(({kernel, bias}) => kernel ? [[...kernel], [...bias]] : []))"""


def ready(opened):
    """Wait until the worker has answered what it was asked last."""
    wait_until(opened.page, lambda: opened.element.evaluate("({right, waiting}) => right.length > 0 && !waiting"))
    return opened


def train(opened):
    """Train to the end; returns the share of test digits that each network reads."""
    ready(opened).choose("Speed", "fast")
    opened.element.get_by_role("button", name="Train", exact=True).click()
    opened.element.get_by_role("button", name="Train again").wait_for()
    return [right / TEST for right in opened.element.evaluate("({right}) => right.at(-1)")]


def with_weights(network, weights, dtype="float32"):
    """Build a network in Keras with weights of the page."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(dtype)
    model = SMALL_NETWORKS[network]()
    keras.config.set_dtype_policy(before)
    model.set_weights([np.reshape(each, made.shape) for each, made in zip(weights, model.get_weights(), strict=True)])
    return model


def test_the_digits_are_mnists_averaged():
    """The mean of 2×2 pixels, in four shades; every sixtieth training digit and every tenth test digit."""
    text = small_script()
    assert len(text.encode()) <= HEAVY
    small = json.loads(text.split("\n")[0].partition("), ")[2].removesuffix(");"))["small"]
    assert small["counts"] == {"train": TRAINING, "test": TEST}
    content = np.frombuffer(zlib.decompress(base64.b64decode(small["packed"])), dtype=np.uint8)
    labels, pixels = np.split(content, [TRAINING + TEST])
    fours = pixels.reshape(-1, 4, 1, SIDE) >> np.array([6, 4, 2, 0])[:, np.newaxis]
    images = (fours & 3).reshape(-1, 16, SIDE)
    assert not images[:, SIDE:].any()
    images = images[:, :SIDE]
    parts = ((mnist().x_train[::60], mnist().y_train[::60]), (mnist().x_test[::10], mnist().y_test[::10]))
    whole = np.concatenate([each for each, _ in parts]) / 255
    means = (whole[:, ::2, ::2] + whole[:, ::2, 1::2] + whole[:, 1::2, ::2] + whole[:, 1::2, 1::2]) / 4
    np.testing.assert_array_equal(labels, np.concatenate([each for _, each in parts]))
    assert set(np.unique(images)) == set(range(DARKEST + 1))
    assert np.abs(images / DARKEST - means).max() <= 0.5 / DARKEST + 1e-9


def test_it_begins_as_keras_does_and_twenty_steps_are_those_of_keras(open_explorer):
    opened = ready(open_explorer("train", "seed=3"))
    before = opened.element.evaluate(WEIGHTS)
    keras.utils.set_random_seed(1)
    for network, weights in zip(SMALL, before, strict=True):
        for ours, theirs in zip(weights, SMALL_NETWORKS[network]().get_weights(), strict=True):
            assert len(ours) == theirs.size
            if theirs.ndim == 1:
                assert not np.any(ours)
                continue
            # Glorot's limit: both keep within it, and come near.
            limit = np.sqrt(6 / (np.prod(theirs.shape[:-2]) * sum(theirs.shape[-2:])))
            assert 0.9 * limit < np.abs(theirs).max() <= limit
            assert 0.9 * limit < np.abs(ours).max() <= limit
    step = opened.element.get_by_role("button", name="One step")
    for count in range(20):
        step.press("Enter")
        wait_until(opened.page, lambda count=count: opened.element.evaluate("({step}) => step") == count + 1)
    assert re.match(r"Step 20, epoch 0\.2 of 8, loss: .* At step 0, of 1,000 test digits are right: ", opened.told)
    after, losses = opened.element.evaluate(WEIGHTS), opened.element.evaluate("({losses}) => losses")
    plan = {"images": TRAINING, "size": RECIPE.batch_size, "seed": 3}
    batches = opened.page.evaluate("plan => Array.from({length: 20}, (_, step) => cnn.chance.batch(plan, step))", plan)
    assert len(set(np.ravel(batches))) == 20 * RECIPE.batch_size, "no digit comes twice in an epoch"
    digits = small_digits()
    images = digits.x_train[..., np.newaxis] / DARKEST
    for number, network in enumerate(SMALL):
        model = with_weights(network, before[number], "float64")
        model.compile(
            keras.optimizers.SGD(RECIPE.learning_rate), keras.losses.SparseCategoricalCrossentropy(dtype="float64")
        )
        for count, batch in enumerate(batches):
            model.reset_metrics()
            loss = float(model.train_on_batch(images[batch], digits.y_train[batch]))
            assert losses[count][number] == pytest.approx(loss, abs=TOLERANCE)
        for ours, theirs in zip(after[number], model.get_weights(), strict=True):
            np.testing.assert_allclose(ours, theirs.ravel(), rtol=0, atol=TOLERANCE)


def test_training_reads_as_many_digits_as_keras_and_then_the_readers_own(open_explorer):
    opened = open_explorer("train")
    shares = train(opened)
    run = LearningSideBySide().result
    for network, share in zip(SMALL, shares, strict=True):
        low, high = wilson(int(run.of(network, TRAINING).right[-1]), TEST)
        assert low <= share <= high, network
    assert opened.told.startswith("Trained: of 1,000 test digits are right: small convnet ")
    # What is drawn is made as small as the digits were, and answered as Keras answers with these weights.
    draw_with_mouse(opened, SEVEN)
    image = np.array(opened.element.evaluate("({image}) => [...image]"))
    assert set(np.rint(image * DARKEST)) <= set(range(DARKEST + 1))
    assert np.abs(image * DARKEST - np.rint(image * DARKEST)).max() < 1e-9
    assert image.sum() > 10
    answers = opened.element.evaluate("({networks}) => networks.map(({values}) => [...values.at(-1)])")
    weights = opened.element.evaluate(WEIGHTS)
    for network, ours, trained in zip(SMALL, answers, weights, strict=True):
        model = with_weights(network, trained)
        theirs = model.predict(image.reshape(1, SIDE, SIDE, 1).astype(np.float32), verbose=0)[0]
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
        # The share that is told is what Keras finds with these weights.
        digits = small_digits()
        found = model.predict(as_small_input(digits.x_test), batch_size=TEST, verbose=0).argmax(axis=1)
        assert (found == digits.y_test).mean() == pytest.approx(shares[SMALL.index(network)], abs=0.0011)
    assert re.fullmatch(r"small convnet says \d, .*; dense, 32 units says \d, .*\.", opened.told)


def seen_digits(opened):
    """The digits that are shown, as the networks see them."""
    return opened.element.evaluate(
        """({examples: {image, canvas}}) => Array.from({length: 8}, (_, digit) => Array.from({length: 196}, (_, at) => {
            const [x, y] = [digit * 46 + 3 * (at % 14), 3 * Math.floor(at / 14)];
            return image.data[4 * (y * canvas.width + x)];
        }))"""
    )


def test_shuffled_every_digit_has_the_same_permutation_the_readers_too(open_explorer):
    work = "seed=5&drawing=40304030a030a03068b868b8"
    opened = ready(open_explorer("train", work))
    plain, drawn = np.array(seen_digits(opened)), np.array(opened.element.evaluate("({image}) => [...image]"))
    opened.choose("Pixels", "shuffled")
    ready(opened)
    order = opened.page.evaluate("cnn.chance.shuffled(196, 5)")
    assert sorted(order) == list(range(196))
    assert np.mean(np.array(order) == np.arange(196)) < 0.1
    np.testing.assert_array_equal(seen_digits(opened), plain[:, order])
    np.testing.assert_array_equal(opened.element.evaluate("({image}) => [...image]"), drawn[order])
    # The networks get them in this order too: of the first step, the loss is that of Keras.
    weights = opened.element.evaluate(WEIGHTS)
    opened.element.get_by_role("button", name="One step").click()
    wait_until(opened.page, lambda: opened.element.evaluate("({step}) => step") == 1)
    batch = opened.page.evaluate("cnn.chance.batch({images: 1000, size: 10, seed: 5}, 0)")
    images = small_digits().x_train[batch].reshape(-1, 196)[:, order].reshape(-1, SIDE, SIDE, 1) / DARKEST
    for number, network in enumerate(SMALL):
        answers = with_weights(network, weights[number], "float64").predict(images, verbose=0)
        loss = -np.log(answers[np.arange(10), small_digits().y_train[batch]]).mean()
        assert opened.element.evaluate("({losses}) => losses[0]")[number] == pytest.approx(loss, abs=TOLERANCE)


def test_by_keyboard_it_is_heard_calmly_and_paused(open_explorer):
    opened = ready(open_explorer("train", "speed=fast"))
    opened.listen()
    main = opened.element.get_by_role("button", name="Train", exact=True)
    main.focus()
    opened.page.keyboard.press("Enter")
    wait_until(opened.page, lambda: opened.element.evaluate("({step}) => step > 0"))
    opened.page.keyboard.press("Enter")
    ready(opened)
    paused = opened.element.evaluate("({step}) => step")
    assert 0 < paused < RECIPE.steps
    heard = opened.heard
    assert heard[-1].startswith(f"Step {paused}, ")
    assert len(heard) <= 2
    opened.page.keyboard.press("Enter")
    opened.element.get_by_role("button", name="Train again").wait_for()
    heard = opened.heard
    assert heard[-1].startswith("Trained: of 1,000 test digits are right: small convnet ")
    assert len(heard) <= 1 + opened.element.evaluate("() => performance.now()") / 5000
    # Another start makes other networks, and what was reached before is kept in the table.
    opened.element.get_by_role("button", name="Other noise").press("Enter")
    assert opened.state["seed"] == 2
    assert opened.told.startswith("Noise 2: in both networks, each weight is a number of chance")
    assert opened.element.get_by_role("rowheader", name="1,000 in order, rate 0.1, noise 1").count() == 1
    ready(opened)
    assert opened.element.evaluate("({step}) => step") == 0


def test_who_pauses_hears_and_reads_how_far_it_is(open_explorer):
    """Also between two steps, when nothing is being computed that would tell it later."""
    opened = ready(open_explorer("train", "speed=slow"))
    main = opened.element.locator(".player .primary")
    opened.listen()
    main.press("Enter")
    wait_until(opened.page, lambda: opened.element.evaluate("({step, waiting}) => step > 1 && !waiting"))
    main.press("Enter")
    ready(opened)
    step, losses = opened.element.evaluate("({step, losses}) => [step, losses]")
    told = rf"Step {step}, epoch 0(\.\d)? of 8, loss: small convnet {losses[-1][0]:.3g}; .*"
    assert re.fullmatch(told, opened.heard[-1])
    cells = opened.element.get_by_role("row", name=re.compile("^loss ")).get_by_role("cell").all_inner_texts()
    assert [float(cell) for cell in cells] == pytest.approx(np.mean(losses, axis=0), abs=0.0051)


def test_each_other_noise_is_told_by_its_number(open_explorer):
    opened = ready(open_explorer("train", "seed=997"))
    opened.listen()
    for seed in (998, 999, 1):
        opened.element.get_by_role("button", name="Other noise").press("Enter")
        assert opened.state["seed"] == seed
        ready(opened)
        assert [sentence.partition(":")[0] for sentence in opened.heard] == [f"Noise {seed}"]


def test_no_loss_is_told_as_nothing(open_explorer):
    opened = open_explorer("train", "images=100&rate=1&pixels=shuffled&seed=3")
    train(opened)
    cells = opened.element.get_by_role("row", name=re.compile("^loss ")).get_by_role("cell").all_inner_texts()
    losses = opened.element.evaluate("({losses}) => losses.slice(-20)")
    means = np.mean(losses, axis=0)
    assert means.min() < 0.005, "with two decimals it would be 0"
    for told, mean in zip(cells, means, strict=True):
        assert float(told) == pytest.approx(mean, abs=0.005 if mean >= 0.01 else 5e-6)
        assert float(told) > 0


def test_a_learning_rate_that_is_too_large_breaks_nothing(open_explorer):
    opened = open_explorer("train", "rate=1&images=100", viewport=PHONE, has_touch=True, is_mobile=True)
    shares = train(opened)
    assert all(0 <= share <= 1 for share in shares)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert "NaN" not in opened.element.evaluate("({shadowRoot}) => shadowRoot.textContent")


def test_it_works_from_disk(open_explorer):
    assert train(open_explorer("train", way="from disk", load=True))[0] > 0.5
