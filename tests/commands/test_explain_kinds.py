"""``cnnfigs explain`` on ordinary models of many kinds: each value is compared with what the model itself gives."""

import re
import zipfile

import keras
import numpy as np
import pytest
from PIL import Image, ImageOps

from cnnfigs.commands.arguments import read_image
from cnnfigs.commands.errors import CommandError
from cnnfigs.data import FOLDER
from cnnfigs.models.opening import _equal

pytestmark = pytest.mark.usefixtures("seeded")
layers = keras.layers
CAT = FOLDER / "chelsea.png"
GRAD_CAM = "Grad-CAM: where the answer comes from"
SEEN, COUNTED = "One number sees", "How the parameters are counted"


def sequential(*stack, shape=(16, 16, 3), **named):
    return keras.Sequential([keras.Input(shape, **named), *stack])


def classifier(*stack, shape=(16, 16, 3), classes=3):
    """A small network with all sections, behind some layers."""
    end = [layers.Conv2D(4, 3, activation="relu"), layers.GlobalAveragePooling2D(), layers.Dense(classes, "softmax")]
    return sequential(*stack, *end, shape=shape)


def shown(shape, low, high):
    """The photo as a model reads it, made without the package."""
    photo = Image.open(CAT).convert("RGB" if shape[2] == 3 else "L")
    fitted = ImageOps.fit(photo, (shape[1], shape[0]), Image.Resampling.BILINEAR)
    return low + (high - low) * np.asarray(fitted, np.float32).reshape(1, *shape) / 255


def check_answer(report, model, low=0, high=1):
    """The largest answer, and the range of values told, are those of the model that reads such values."""
    answer = model.predict(shown(model.input_shape[1:], low, high), verbose=0)[0]
    best = int(answer.argmax())
    (told,) = report.pictures("Answer")
    assert f"class {best}, {100 * answer[best]:.1f}\N{NO-BREAK SPACE}%" in told
    text = report.page.text_content().replace("\N{MINUS SIGN}", "-")
    assert f"values from {low} to {high}" in text


# The copy that is looked into is the model


def test_sequential_models_from_files_have_every_section(explained):
    model = classifier()
    report = explained(model, "--image", CAT)
    assert report.left_out == {}
    check_answer(report, model)


def adapted():
    normal = layers.Normalization(name="adapted")
    normal.adapt(np.random.default_rng(0).uniform(0, 255, (8, 16, 16, 3)).astype("float32"))
    return normal


def transfer():
    base = keras.Sequential([keras.Input((16, 16, 3)), adapted(), layers.Conv2D(4, 3, activation="relu")], name="base")
    return sequential(base, layers.GlobalAveragePooling2D(), layers.Dense(4, "softmax"))


def open_size():
    image = keras.Input((None, None, 3))
    maps = layers.Conv2D(4, 3, strides=4, activation="relu")(adapted()(image))
    return keras.Model(image, layers.Dense(4, "softmax")(layers.GlobalAveragePooling2D()(maps)))


@pytest.mark.parametrize("make", [transfer, open_size])
def test_adapted_normalization_answers_what_the_model_answers(explained, make):
    model = make()
    report = explained(model, "--image", CAT)
    shape = (224, 224, 3) if make is open_size else (16, 16, 3)
    answer = model.predict(shown(shape, 0, 255), verbose=0)[0]
    assert f"class {answer.argmax()}, {100 * answer.max():.1f}\N{NO-BREAK SPACE}%" in report.pictures("Answer")[0]


def test_what_cannot_be_compared_is_an_error_that_names_the_layer(refused, tmp_path):
    """A recurrent layer that goes on from what it read before never gives the same twice."""
    steps = keras.Input(batch_shape=(1, 10, 4))
    kept = layers.GRU(3, stateful=True, name="goes_on")(layers.Conv1D(4, 3)(steps))
    keras.Model(steps, layers.Dense(3)(kept)).save(tmp_path / "kept.keras")
    line = refused("explain", "kept.keras", "-o", "report")
    assert line.startswith("kept.keras: opened, it does not compute the same: on one input layer 'goes_on' gives other")
    assert not (tmp_path / "report").exists()


def test_dropout_that_is_asked_for_is_left_out_as_in_predict(explained):
    image = keras.Input((16, 16, 3))
    maps = layers.Dropout(0.5)(layers.Conv2D(4, 3, activation="relu")(image), training=True)
    model = keras.Model(image, layers.Dense(3, "softmax")(layers.GlobalAveragePooling2D()(maps)))
    check_answer(explained(model, "--image", CAT), model)


def test_copy_that_computes_something_else_is_found_out_at_its_first_layer(monkeypatch):
    from cnnfigs.models import opening

    inner = sequential(layers.Conv2D(2, 3, name="first"), layers.Conv2D(2, 3, name="second"))
    image = keras.Input((16, 16, 3))
    model = keras.Model(image, layers.Conv2D(2, 3, name="third")(inner(image)))
    second, computed = inner.get_layer("second"), []
    plain = second.call

    def call(inputs):
        computed.append(hasattr(inputs, "numpy"))  # the model's own pass comes first, then that of the copy
        return plain(inputs) + float(sum(computed) > 1)

    monkeypatch.setattr(second, "call", call)
    with pytest.raises(ValueError, match="on one input layer 'second' gives other numbers"):
        opening.opened(model)


def test_numbers_without_end_hide_no_difference():
    for none in (np.inf, -np.inf, np.nan):
        one = np.array([none, 1], np.float32)
        assert _equal(one, one.copy())
        assert not _equal(one, np.array([none, 2], np.float32))


# The score


def thirds(path):
    """A picture that is red at the left, green in the middle and blue at the right."""
    pixels = np.zeros((24, 24, 3), np.uint8)
    for channel in range(3):
        pixels[:, 8 * channel : 8 * channel + 8, channel] = 255
    Image.fromarray(pixels).save(path)
    return path


def red_green_blue(*end):
    maps = layers.Conv2D(3, 1, use_bias=False, name="colours")
    model = sequential(maps, *end, shape=(24, 24, 3))
    maps.set_weights([np.diag([1.5, 1, 1]).reshape(1, 1, 3, 3)])
    return model


@pytest.mark.parametrize(
    "end",
    [
        [layers.GlobalAveragePooling2D],
        [layers.GlobalAveragePooling2D, lambda: layers.Activation("softmax")],
        [layers.GlobalAveragePooling2D, layers.Softmax],
        [layers.GlobalMaxPooling2D, layers.Flatten],
        [layers.GlobalAveragePooling2D, lambda: layers.Reshape((3,)), layers.BatchNormalization],
    ],
)
def test_heat_is_where_the_colour_of_the_answer_is(explained, tmp_path, end):
    report = explained(red_green_blue(*(make() for make in end)), "--image", thirds(tmp_path / "thirds.png"))
    assert "that of class 0" in report.sections["Answer"].text_content()
    (told,) = report.pictures(GRAD_CAM)
    assert "what speaks for class 0" not in report.left_out
    assert re.search(r"strongest at the (upper |lower )?left", told), told


def slopes(score, maps):
    """The mean derivative of a score by the numbers of each map, by finite differences."""
    step = 1e-2
    found = []
    for channel in range(maps.shape[-1]):
        moved = np.zeros_like(maps)
        moved[..., channel] = step
        found.append((score(maps + moved) - score(maps - moved)) / (2 * step) / maps[..., 0].size)
    return np.array(found)


@pytest.mark.parametrize(
    ("end", "score"),
    [
        ([layers.Flatten(), layers.Dense(4, "softmax", name="d")], lambda d, maps: maps.ravel() @ d[0] + d[1]),
        (
            [layers.GlobalAveragePooling2D(), layers.Dense(4, name="d"), layers.Activation("sigmoid")],
            lambda d, maps: maps.mean(axis=(0, 1)) @ d[0] + d[1],
        ),
        (
            [layers.Conv2D(4, 8, activation="softmax", name="d"), layers.Flatten()],
            lambda d, maps: np.tensordot(maps, d[0], 3) + d[1],
        ),
        (
            [layers.Conv2D(4, 8, name="d"), layers.Reshape((4,)), layers.Dropout(0.5), layers.Softmax()],
            lambda d, maps: np.tensordot(maps, d[0], 3) + d[1],
        ),
    ],
)
def test_heat_is_of_the_output_before_its_last_activation(end, score):
    """By finite differences of what the end of the network computes, written down in NumPy."""
    from cnnfigs.models.opening import opened
    from cnnfigs.runs.own_model import answer_heat

    model = sequential(layers.Conv2D(5, 3, padding="same", activation="relu", name="maps"), *end, shape=(8, 8, 3))
    image = np.random.default_rng(1).uniform(size=(8, 8, 3)).astype("float32")
    maps = np.asarray(model.get_layer("maps")(image[None]))[0].astype(float)
    weights = [each.astype(float) for each in model.get_layer("d").get_weights()]
    flat, compared = opened(model), 0
    for number in range(4):
        expected = np.maximum(maps @ slopes(lambda each, n=number: score(weights, each)[n], maps), 0)
        if expected.max() < 1e-4:
            continue
        heat, _ = answer_heat(flat, image, number, "maps")
        np.testing.assert_allclose(heat, expected / expected.max(), atol=1e-3)
        compared += 1
    assert compared


@pytest.mark.parametrize("activation", ["sigmoid", None])
@pytest.mark.parametrize("sign", [1, -1])
def test_binary_classifiers_have_an_answer_and_a_heat_map(explained, tmp_path, activation, sign):
    dense = layers.Dense(1, activation)
    model = red_green_blue(layers.GlobalAveragePooling2D(), dense)
    dense.set_weights([sign * np.array([[2.0], [-0.1], [-0.1]]), np.zeros(1)])
    report = explained(model, "--image", thirds(tmp_path / "thirds.png"))
    assert report.left_out == {}
    answer = float(model.predict(np.asarray(Image.open(tmp_path / "thirds.png"))[None] / 255, verbose=0)[0, 0])
    text = report.sections["Answer"].text_content()
    if activation:
        assert f"how sure it is of class 1: {100 * answer:.1f}\N{NO-BREAK SPACE}%" in text
        assert f"speak for class {int(sign > 0)}" in report.sections[GRAD_CAM].text_content()
    else:
        assert f"answer is {answer:.3f}".rstrip("0").replace("-", "−") in text
        assert f"a {'larger' if sign > 0 else 'smaller'} number" in report.sections[GRAD_CAM].text_content()
    assert re.search(r"strongest at the (upper |lower )?left", report.pictures(GRAD_CAM)[0])


def test_several_outputs_are_told_by_name(explained):
    image = keras.Input((16, 16, 3))
    maps = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3, activation="relu")(image))
    kind, colour = layers.Dense(3, "softmax", name="kind")(maps), layers.Dense(4, "softmax", name="colour")(maps)
    model = keras.Model(image, [kind, colour])
    report = explained(model, "--image", CAT)
    answers = model.predict(shown((16, 16, 3), 0, 1), verbose=0)
    assert [each.text for each in report.sections["Answer"].iter("h3")] == ["kind", "colour"]
    for told, answer in zip(report.pictures("Answer"), answers, strict=True):
        assert f"class {answer[0].argmax()}, {100 * answer[0].max():.1f}\N{NO-BREAK SPACE}%" in told


# The range of values


def beginning(change):
    image = keras.Input((16, 16, 3))
    maps = layers.Conv2D(4, 3, activation="relu")(change(image))
    return keras.Model(image, layers.Dense(3, "softmax")(layers.GlobalAveragePooling2D()(maps)))


def moving(mean, variance):
    def change(image):
        normal = layers.BatchNormalization()
        made = normal(image)
        normal.set_weights([np.ones(3), np.zeros(3), np.full(3, mean), np.full(3, variance)])
        return made

    return change


@pytest.mark.parametrize(
    ("change", "high"),
    [
        (lambda image: image / 127.5 - 1, 255),
        (lambda image: (image - 127.5) * (1 / 127.5), 255),
        (layers.Normalization(mean=[120.0, 115.0, 100.0], variance=[3600.0, 3500.0, 3700.0]), 255),
        (layers.Normalization(mean=[0.48, 0.45, 0.4], variance=[0.05, 0.05, 0.05]), 1),
        (keras.applications.vgg16.preprocess_input, 255),
        (keras.applications.densenet.preprocess_input, 255),
        (keras.applications.mobilenet_v2.preprocess_input, 255),
        (moving(110.0, 4000.0), 255),
        (lambda image: layers.Rescaling(1 / 255)(layers.RandomFlip()(image)), 255),
        (lambda image: layers.Rescaling(2.0, -1.0)(image), 1),
        (lambda image: image * 255.0, 1),
    ],
)
def test_range_is_recognised_and_stated(explained, change, high):
    model = beginning(change)
    report = explained(model, "--image", CAT)
    check_answer(report, model, 0, high)
    assert "at its beginning is for" in report.page.text_content()


def test_range_that_nothing_tells_is_said_to_be_assumed_and_can_be_set(explained, refused):
    model = classifier()
    report = explained(model, "--image", CAT)
    check_answer(report, model, 0, 1)
    assert "which is assumed" in report.page.text_content()
    report = explained(model, "--image", CAT, "--range", "-1-1")
    check_answer(report, model, -1, 1)
    assert "as --range says" in report.page.text_content()
    for wrong in ("5", "1-0", "a-b", "0-0"):
        assert refused("explain", "own.keras", "--image", CAT, "--range", wrong, "-o", "r").startswith(
            "--range: expected two numbers"
        )
    assert "--range says how a picture is shown: add --image" in refused(
        "explain", "own.keras", "--range", "0-1", "-o", "r"
    )


# Pictures


def test_pictures_of_16_bits_are_scaled(tmp_path):
    values = np.linspace(0, 65535, 64 * 64).reshape(64, 64)
    for name, mode in (("grey.png", None), ("grey.tiff", None)):
        Image.fromarray(values.astype(np.uint16), mode).save(tmp_path / name)
        read = read_image(tmp_path / name)
        assert read.dtype == np.uint8
        assert np.abs(read - (values / 65535 * 255)[..., None]).max() <= 0.51


def test_pictures_of_other_modes_are_read_right(tmp_path):
    cat = Image.open(CAT).convert("RGB").resize((40, 30))
    cat.convert("CMYK").save(tmp_path / "cmyk.tiff")
    np.testing.assert_allclose(read_image(tmp_path / "cmyk.tiff"), np.asarray(cat), atol=2)
    cat.quantize(64).save(tmp_path / "palette.png")
    np.testing.assert_array_equal(read_image(tmp_path / "palette.png"), np.asarray(cat.quantize(64).convert("RGB")))
    turned = Image.Exif()
    turned[0x0112] = 6  # the camera was held upright
    cat.save(tmp_path / "turned.png", exif=turned)
    np.testing.assert_array_equal(read_image(tmp_path / "turned.png"), np.rot90(np.asarray(cat), -1))


def test_what_is_transparent_is_white(tmp_path):
    half = np.zeros((4, 4, 4), np.uint8)
    half[..., 0], half[:2, :, 3] = 200, 255
    expected = np.full((4, 4, 3), 255)
    expected[:2] = 200, 0, 0
    Image.fromarray(half).save(tmp_path / "half.png")
    np.testing.assert_array_equal(read_image(tmp_path / "half.png"), expected)
    palette = Image.fromarray(np.arange(4, dtype=np.uint8).reshape(2, 2)).convert("P")
    palette.save(tmp_path / "palette.png", transparency=0)
    assert read_image(tmp_path / "palette.png")[0, 0].tolist() == [255, 255, 255]


@pytest.mark.parametrize(
    ("kind", "told"), [(np.float32, "holds floating-point numbers"), (np.int32, "holds 32-bit numbers")]
)
def test_pictures_without_a_range_are_refused(tmp_path, kind, told):
    Image.fromarray(np.ones((4, 4), kind)).save(tmp_path / "values.tiff")
    with pytest.raises(CommandError, match=f"values.tiff {told}, and not what black and white are: save it with 8"):
        read_image(tmp_path / "values.tiff")


# Receptive fields


def test_digits_without_an_axis_for_channels_are_images(explained):
    stack = [layers.Reshape((28, 28, 1)), layers.Conv2D(4, 3, activation="relu", name="conv")]
    end = [layers.MaxPooling2D(name="pool"), layers.Flatten(name="flat"), layers.Dense(10, "softmax", name="dense")]
    report = explained(sequential(*stack, *end, shape=(28, 28)), "--image", CAT)
    assert report.left_out == {}
    cells = report.cells()
    assert [cells[name][SEEN] for name in ("conv", "pool", "flat", "dense")] == ["3×3", "4×4", "4×4", "28×28"]
    assert "begins 2 pixels further on" in report.sections["Receptive fields"].text_content()


def test_rows_that_are_laid_out_first_are_images(explained):
    stack = [layers.Reshape((28, 28, 1)), layers.Conv2D(4, 5, strides=3, activation="relu", name="conv")]
    model = sequential(*stack, layers.Flatten(), layers.Dense(10, "softmax"), shape=(784,))
    report = explained(model, "--image", CAT)
    assert report.left_out == {}
    assert report.cells()["conv"][SEEN] == "5×5"
    answer = model.predict(shown((28, 28, 1), 0, 1).reshape(1, 784), verbose=0)[0]
    assert f"class {answer.argmax()}, {100 * answer.max():.1f}\N{NO-BREAK SPACE}%" in report.pictures("Answer")[0]


def lit(model, layer):
    """The most rows and columns of the image that one number of a layer depends on, by its gradient."""
    import tensorflow as tf

    reader = keras.Model(model.inputs, model.get_layer(layer).output)
    image = tf.random.uniform((1, *model.input_shape[1:]), seed=1)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(image)
        numbers = tf.reshape(reader([image], training=False), [-1])
    # One number after the other: of all at once, those of attention end the process on some processors.
    gradients = tape.jacobian(numbers, image, experimental_use_pfor=False)
    rows = np.abs(np.asarray(gradients)).reshape(len(numbers), *model.input_shape[1:3], -1).sum(-1)
    spans = [[np.ptp(np.nonzero(each)[axis]) + 1 for each in rows if each.any()] for axis in (0, 1)]
    return "×".join(str(max(span)) for span in spans)


def tokens():
    image = keras.Input((12, 12, 1))
    patches = layers.Conv2D(4, 4, strides=4, name="patches")(image)
    rows = layers.LayerNormalization(name="normal")(layers.Reshape((9, 4), name="rows")(patches))
    dense = layers.Dense(3, name="dense")(rows)
    mixed = layers.MultiHeadAttention(2, 2, name="mixed")(dense, dense)
    return keras.Model(image, layers.Flatten(name="flat")(layers.Add(name="sum")([dense, mixed])))


def space_to_depth():
    image = keras.Input((12, 8, 1))
    cut = layers.Permute((1, 3, 2, 4), name="cut")(layers.Reshape((6, 2, 4, 2), name="two")(image))
    patches = layers.Reshape((6, 4, 4), name="patches")(cut)
    return keras.Model(image, layers.Conv2D(2, (3, 2), strides=(2, 1), name="conv")(patches))


def there_and_back():
    stack = [layers.Conv2D(2, 3, name="one"), layers.Flatten(name="flat"), layers.Reshape((10, 10, 2), name="back")]
    return sequential(*stack, layers.Conv2D(2, 3, name="two"), shape=(12, 12, 1))


def kept_places():
    image = keras.Input((12, 12, 3))
    same = layers.RandomFlip(name="flip")(layers.LayerNormalization(name="normal")(image[..., ::-1] / 255.0))
    maps = layers.Conv2D(2, 3, activation="gelu", name="conv")(layers.RandomRotation(0.2, name="turn")(same))
    return keras.Model(image, layers.UnitNormalization(name="unit")(maps))


@pytest.mark.thorough
@pytest.mark.parametrize("make", [tokens, space_to_depth, there_and_back, kept_places])
def test_fields_are_followed_number_by_number(explained, make):
    model = make()
    report = explained(model)
    for layer in model.layers[1:]:
        assert report.cells()[layer.name][SEEN] == lit(model, layer.name), layer.name


def test_fields_and_steps_are_told_per_axis(explained):
    model = sequential(layers.Conv2D(2, (3, 5), (1, 4), name="c"), layers.Conv2D(2, 3, name="d"), shape=(16, 40, 1))
    report = explained(model)
    assert report.cells()["d"][SEEN] == lit(model, "d") == "5×13"
    assert "begins 1 row and 4 columns further on" in report.sections["Receptive fields"].text_content()
    (told,) = report.pictures("Receptive fields")
    assert "3 rows for c" in told
    assert "5 columns for c" in told


# One layer costs its row


def test_layer_that_cannot_be_derived_costs_its_row(explained):
    stack = [layers.Conv2D(4, 3, activation="relu", name="conv"), layers.Flatten(), layers.Dense(8, name="quantised")]
    model = sequential(*stack, layers.Dense(3, "softmax"))
    model.quantize("int8")
    report = explained(model, "--image", CAT)
    assert report.left_out == {}
    cells = report.cells()
    assert cells["conv"][COUNTED] == "3·3·3·4 + 4 = 112"
    assert cells["quantised"][COUNTED] == "not derived"
    assert cells["quantised"]["Parameters"] == f"{model.get_layer('quantised').count_params():,}"
    check_answer(report, model)


def test_normalisation_along_another_axis_is_derived(explained):
    model = classifier(layers.BatchNormalization(axis=1, name="rows"), shape=(16, 12, 3))
    assert explained(model).cells()["rows"][COUNTED] == "4·16 = 64"


def test_operations_in_a_chain_are_drawn(explained):
    model = beginning(lambda image: keras.activations.relu(image / 255.0))
    report = explained(model, "--image", CAT)
    assert report.left_out == {}
    assert "TrueDivide, 16×16×3" in report.pictures("Architecture")[0]


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16", "float64"])
def test_other_precisions_have_every_section(explained, policy):
    stack = [layers.Conv2D(4, 3, activation="relu", dtype=policy), layers.GlobalAveragePooling2D(dtype=policy)]
    model = sequential(*stack, layers.Dense(3, dtype=policy), layers.Softmax(dtype="float32"))
    report = explained(model, "--image", CAT)
    assert report.left_out == {}
    answer = model.predict(shown((16, 16, 3), 0, 1), verbose=0)[0].astype(float)
    told = re.search(rf"class {answer.argmax()}, ([\d.]+)\s%", report.pictures("Answer")[0])
    assert float(told[1]) == pytest.approx(100 * answer.max(), abs=1)


# Other inputs


def test_several_inputs_are_drawn_and_named(explained):
    left, right = keras.Input((16, 16, 1), name="left"), keras.Input((7,), name="right")
    maps = layers.Flatten(name="flat")(layers.Conv2D(2, 3, name="conv")(left))
    table = layers.Dense(4, name="table")(right)
    model = keras.Model([left, right], layers.Dense(2)(layers.Concatenate(name="both")([maps, table])))
    report = explained(model)
    assert "Inputs left 16×16×1, right 7" in report.pictures("Architecture")[0]
    cells = report.cells()
    assert [cells[name]["Reads"] for name in ("conv", "table", "both")] == ["left", "right", "flat, table"]
    assert "reads left 16×16×1 and right 7" in report.page.text_content()
    assert report.left_out["Receptive fields"] == "it has 2 inputs, left, right, and fields are told in one of them"


def test_nested_models_that_are_called_twice_are_opened(explained):
    encoder = sequential(layers.Conv2D(2, 3), layers.BatchNormalization(), layers.Flatten(), shape=(8, 8, 1))
    left, right = keras.Input((8, 8, 1), name="left"), keras.Input((8, 8, 1), name="right")
    model = keras.Model([left, right], layers.Subtract()([encoder(left), encoder(right)]))
    assert explained(model).cells()["Total"]["Parameters"] == f"{model.count_params():,}"


def test_sequences_and_volumes_are_called_so(explained):
    report = explained(sequential(layers.Conv1D(4, 5), layers.MaxPooling1D(name="p"), layers.Dense(2), shape=(50, 3)))
    assert "sequences of 46, 4; 2 layers with sequences of 23" in report.pictures("Architecture")[0]
    assert report.cells()["p"][SEEN] == "6"
    assert "sequences" in report.left_out["Feature maps, answer and Grad-CAM"]
    words = report.sections["Receptive fields"].text_content()
    assert "can see 6 steps of the 50; its neighbour's field begins 2 steps further on" in words
    report = explained(sequential(layers.Conv3D(4, 3), layers.MaxPooling3D(), shape=(8, 12, 12, 1)))
    assert "volumes of 6×10×10, 4" in report.pictures("Architecture")[0]
    assert "volumes" in report.left_out["Feature maps, answer and Grad-CAM"]


@pytest.mark.parametrize("shape", [(16, 400, 1), (400, 16, 3), (8, 120, 3)])
def test_wide_and_tall_inputs_have_every_section(explained, shape):
    assert explained(classifier(shape=shape), "--image", CAT).left_out == {}


def test_heat_map_is_of_a_layer_that_the_answer_depends_on(explained):
    image = keras.Input((16, 16, 3))
    maps = layers.Conv2D(4, 3, activation="relu", name="maps")(image)
    answer = layers.Dense(3, "softmax")(layers.GlobalAveragePooling2D()(maps))
    beside = layers.Conv2D(1, 3, name="beside")(layers.ReLU()(layers.Conv2D(4, 3)(maps)))
    report = explained(keras.Model(image, [answer, beside]), "--image", CAT)
    assert "the maps of maps" in report.sections[GRAD_CAM].text_content()


def test_heat_map_is_of_maps_that_stand_as_the_image_does(explained):
    image = keras.Input((16, 32, 3))
    maps = layers.Conv2D(4, 3, activation="relu", name="upright")(image)
    turned = layers.ReLU()(layers.Permute((2, 1, 3), name="turned")(maps))
    model = keras.Model(image, layers.Dense(3, "softmax")(layers.GlobalAveragePooling2D()(turned)))
    assert "the maps of upright" in explained(model, "--image", CAT).sections[GRAD_CAM].text_content()


# Looks


def test_parameters_and_field_stand_at_the_left(explained):
    model = sequential(layers.Conv2D(2, 3, name="a_convolution_with_a_name_that_is_rather_long"))
    report = explained(model)
    (head,) = report.sections["Layers"].xpath(".//thead/tr")
    assert [cell.text_content() for cell in head][:5] == ["Name", "Layer", "Output shape", "Parameters", SEEN]
    assert report.sections["Receptive fields"].xpath(".//*[name()='svg']") == []  # no chart of one dot


# Files


def test_files_of_other_formats_are_told_with_what_to_do(refused, tmp_path):
    again = "open it in the Keras that made it and save it again"
    (tmp_path / "old.keras").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    (tmp_path / "old.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    (tmp_path / "loud.KERAS").write_bytes(b"PK")
    (tmp_path / "only.weights.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    (tmp_path / "other.pt").write_bytes(b"PK")
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "saved_model.pb").write_bytes(b"")
    (tmp_path / "unpacked").mkdir()
    classifier().save(tmp_path / "good.keras")
    with zipfile.ZipFile(tmp_path / "good.keras") as archive:
        archive.extractall(tmp_path / "unpacked")
    told = {
        "old.keras": f"HDF5, the older format of Keras: {again}",
        "old.h5": f"HDF5, the older format of Keras: {again}",
        "loud.KERAS": "another ending: rename it to loud.keras",
        "only.weights.h5": "weights without a model",
        "other.pt": "a model of PyTorch: write it as NAME.onnx, with torch.onnx.export",
        "saved": f"a TensorFlow SavedModel, an older format: {again}",
        "unpacked": "a .keras file unpacked: name the file that it came from, or pack what is in the folder as a zip "
        "file",
    }
    for name, got in told.items():
        line = f"{name}: expected a Keras model, saved with model.save('NAME.keras'), got {got}"
        assert refused("explain", name, "-o", "report") == line


def test_models_of_keras_2_are_told_so(refused, tmp_path):
    """As Keras 2.15 wrote them: other names of modules, ``batch_input_shape``."""
    import json

    classifier().save(tmp_path / "good.keras")
    old = {
        "module": "keras",
        "class_name": "Sequential",
        "config": {
            "name": "old",
            "layers": [
                {
                    "module": "keras.layers",
                    "class_name": "ThresholdedReLU",
                    "config": {"name": "gone", "theta": 1.0, "batch_input_shape": [None, 4]},
                    "registered_name": None,
                }
            ],
        },
        "registered_name": None,
    }
    with zipfile.ZipFile(tmp_path / "good.keras") as good, zipfile.ZipFile(tmp_path / "old.keras", "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "2.15.0", "date_saved": "2023-11-01@10:00:00"}))
        archive.writestr("config.json", json.dumps(old))
        archive.writestr("model.weights.h5", good.read("model.weights.h5"))
    assert refused("explain", "old.keras", "-o", "report") == (
        "old.keras: expected a Keras model, saved with model.save('NAME.keras'), got one of Keras 2.15.0, in an older "
        "format: open it in the Keras that made it and save it again"
    )
