"""Reports on models of all kinds, read as a browser reads them, and what is refused."""

import io
import itertools
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
import onnx
import onnx.parser
import pytest
from matplotlib.text import Text
from PIL import Image

from cnnfigs.arithmetic.receptive import receptive_field
from cnnfigs.commands import explain
from cnnfigs.commands.report import architecture
from cnnfigs.commands.report.architecture import Stage, draw_stages, stages
from cnnfigs.data import FOLDER
from cnnfigs.drawing.layout import two_drawings
from cnnfigs.drawing.style import style
from cnnfigs.illustrations.architectures.architecture import Architecture
from cnnfigs.models.files import _OURS, ModelFileError, read_model
from cnnfigs.models.networks import NETWORKS
from cnnfigs.models.opening import opened
from cnnfigs.models.records import layer_records
from cnnfigs.models.weights import load
from cnnfigs.runs.own_model import ShownRange, answer_heat, look, shown_range

pytestmark = pytest.mark.usefixtures("seeded")
layers = keras.layers
UNIT = ShownRange(0, 1, "")
CAT = FOLDER / "chelsea.png"
FIRST = ["Architecture", "Findings", "Layers", "Costs"]
ALL = [*FIRST, "Receptive fields", "Feature maps", "Answer", "Grad-CAM: where the answer comes from"]


def branched():
    image = keras.Input((32, 32, 3))
    narrow = layers.Conv2D(4, 3, padding="same", activation="relu", name="narrow")(image)
    wide = layers.Conv2D(4, 5, padding="same", activation="relu", name="wide")(image)
    joined = layers.Concatenate(name="joined")([narrow, wide])
    pooled = layers.MaxPooling2D(name="pooled")(joined)
    added = layers.Add(name="added")([layers.Conv2D(8, 1, name="one")(pooled), pooled])
    answer = layers.Dense(4, activation="softmax", name="answer")(layers.GlobalAveragePooling2D()(added))
    return keras.Model(image, answer, name="branched")


def transferred():
    """A Sequential model around another one, as in transfer learning."""
    base = keras.Sequential(
        [
            keras.Input((24, 24, 3)),
            layers.Conv2D(6, 3, name="inner"),
            layers.BatchNormalization(name="normal"),
            layers.ReLU(name="relu"),
        ],
        name="base",
    )
    last = [layers.GlobalMaxPooling2D(), layers.Dense(3, activation="softmax", name="answer")]
    return keras.Sequential([keras.Input((24, 24, 3)), layers.Rescaling(1 / 255), base, *last], name="transferred")


def test_model_with_branches_has_all_sections_with_right_numbers(explained):
    model = branched()
    report = explained(model, "--image", CAT)
    assert (list(report.sections), report.left_out) == (ALL, {})
    rows = report.rows()
    assert list(rows)[:-1] == [layer.name for layer in model.layers[1:]]
    for layer in model.layers[1:]:
        assert rows[layer.name][1] == type(layer).__name__
        assert rows[layer.name][2] == str(layer.output.shape)
        assert rows[layer.name][3] == f"{layer.count_params():,}"
    assert rows["wide"][5] == "5·5·3·4 + 4 = 304"
    assert rows["joined"][6] == "narrow, wide"
    assert rows["added"][4] == "6×6"  # 5×5, and one pixel more for the pooling
    assert rows["Total"][3] == f"{model.count_params():,}"
    (stages,) = report.pictures("Architecture")
    assert "maps of 32×32" in stages
    assert "maps of 16×16" in stages
    assert len(report.pictures("Feature maps")) == 2


def test_answer_and_heat_map_are_those_of_the_model(explained):
    model = branched()
    report = explained(model, "--image", CAT)
    pixels = explain.fitted_image(explain.read_image(CAT), (32, 32, 3), UNIT)
    answer = model.predict(pixels[None], verbose=0)[0]
    best = int(answer.argmax())
    (told,) = report.pictures("Answer")
    assert f"class {best}, {100 * answer[best]:.1f}\N{NO-BREAK SPACE}%" in told
    # Grad-CAM of a pooled linear head, by hand: the weights of the class times the maps.
    maps = keras.Model(model.inputs, model.get_layer("added").output)(pixels[None])[0].numpy()
    by_hand = np.maximum(maps @ model.get_layer("answer").kernel.numpy()[:, best], 0)
    heat, cells = answer_heat(model, pixels, best, "added")
    assert cells == by_hand.shape
    np.testing.assert_allclose(heat[1::2, 1::2].max(), heat.max(), rtol=0.3)
    row, column = np.unravel_index(by_hand.argmax(), by_hand.shape)
    assert heat[2 * row : 2 * row + 2, 2 * column : 2 * column + 2].max() > 0.6


@pytest.mark.parametrize("name", NETWORKS)
def test_the_tutorials_own_networks_are_explained_by_name(cnnfigs, read_report, tmp_path, monkeypatch, name):
    # Compressing pictures takes longer than all else.
    monkeypatch.setattr(explain, "SHOWN_LAYERS", 1)
    if name != "convnet":
        monkeypatch.setattr(architecture, "DRAWN_LAYERS", 0)
    status, _, err = cnnfigs("explain", name, "--image", CAT, "-o", "report")
    assert status == 0, err
    report = read_report(tmp_path / "report" / "index.html")
    assert report.rows()["Total"][3] == f"{load(name).count_params():,}"
    assert "Architecture" in report.sections
    assert "Answer" in report.sections
    if name.startswith("dense"):
        assert "no layer gives feature maps" in report.left_out["Grad-CAM: where the answer comes from"]
    else:
        assert "Grad-CAM: where the answer comes from" in report.sections


def test_model_inside_of_a_model_is_opened_and_computes_the_same(explained):
    model = transferred()
    report = explained(model, "--image", CAT)
    assert report.left_out == {}
    assert report.rows()["inner"][5] == "3·3·3·6 + 6 = 168"
    assert report.rows()["relu"][4] == "3×3"
    image = np.random.default_rng(0).uniform(0, 255, (24, 24, 3)).astype(np.float32)
    flat = opened(model)
    assert not any(isinstance(layer, keras.Model) for layer in flat.layers)
    np.testing.assert_allclose(flat.predict(image[None], verbose=0), model.predict(image[None], verbose=0), rtol=1e-5)
    assert (shown_range(flat).low, shown_range(flat).high) == (0, 255)
    made = look(flat, image, ["inner"])
    np.testing.assert_allclose(made.maps["inner"], model.layers[1].layers[0](image[None] / 255)[0], atol=1e-5)


def test_layer_names_that_stand_twice_are_told_apart():
    inner = keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(2, 3, name="conv")], name="inner")
    image = keras.Input((8, 8, 1))
    model = keras.Model(image, inner(layers.Conv2D(1, 1, name="conv")(image)))
    assert [layer.name for layer in opened(model).layers][1:] == ["conv", "inner_conv"]


def test_layer_called_twice_has_one_copy_with_its_weights():
    shared = keras.Sequential([keras.Input((6,)), layers.Dense(6, name="again")], name="block")
    row = keras.Input((6,))
    model = keras.Model(row, shared(shared(row)))
    flat = opened(model)
    assert flat.count_params() == model.count_params() == 42
    values = np.arange(6, dtype=np.float32)[None]
    np.testing.assert_allclose(flat(values), model(values), rtol=1e-6)
    assert [record.name for record in layer_records(flat)][1:] == ["again", "again (call 2)"]


def test_open_size_is_settled(explained):
    image = keras.Input((None, None, 3))
    model = keras.Model(image, layers.Conv2D(4, 3, strides=2, name="conv")(image), name="open")
    report = explained(model)
    assert report.rows()["conv"][2] == "(None, 111, 111, 4)"
    assert report.left_out == {"Feature maps, answer and Grad-CAM": "they need an image: add --image FILE"}


def test_what_does_not_apply_is_named_with_its_reason(explained):
    numbers = keras.Sequential([keras.Input((9,)), layers.Dense(5, name="d"), layers.Dense(1)], name="numbers")
    report = explained(numbers)
    assert list(report.sections) == [*FIRST, "What does not apply"]
    assert "no images" in report.left_out["Feature maps, answer and Grad-CAM"]
    assert "reads rows of numbers" in report.left_out["Receptive fields"]

    image = keras.Input((16, 16, 1))
    up = layers.Conv2DTranspose(2, 2, strides=2, name="up")(layers.Conv2D(2, 3, strides=2, name="down")(image))
    report = explained(keras.Model(image, up, name="unet"), "--image", CAT)
    assert list(report.left_out) == ["Answer", "Grad-CAM: where the answer comes from"]
    assert "Conv2DTranspose" in report.sections["Receptive fields"].text_content()
    assert (report.rows()["down"][4], report.rows()["up"][4]) == ("3×3", "")

    normal = keras.Sequential([keras.Input((8, 8, 3)), layers.LayerNormalization(name="n")], name="normal")
    assert explained(normal).rows()["n"][5] == "not derived"


@pytest.mark.parametrize("name", ["MobileNetV3Small", "VGG16"])
def test_networks_of_keras_applications_are_explained(read_report, tmp_path, monkeypatch, name):
    """Small ones, without the detour through a file; tests/prove has more of them, as they are."""
    model = getattr(keras.applications, name)(weights=None, input_shape=(32, 32, 3), classes=10)
    monkeypatch.setattr(explain, "read_model", lambda path: model)
    monkeypatch.setattr(explain, "SHOWN_LAYERS", 1)
    report = read_report(explain.write_report(explain.explain(tmp_path / "any.keras", [CAT]), tmp_path / "report"))
    assert list(report.sections)[:7] == ALL[:7]
    assert set(report.left_out) <= {ALL[7]}  # untrained, it may be that no map speaks for the answer
    assert report.rows()["Total"][3] == f"{model.count_params():,}"
    assert not [row for row in report.rows().values() if row[5] == "not derived"]
    records = layer_records(model)
    last = [record for record in records if len(record.output_shape) == 3 and record.output_shape[0] > 1][-1]
    assert report.rows()[last.name][4] == "×".join(map(str, receptive_field(records, last.name).size))


def test_report_is_the_same_each_time(explained):
    model = branched()
    assert explained(model, "--image", CAT).text == explained(model, "--image", CAT).text


def code_in_a_layer():
    return keras.Sequential([keras.Input((4,)), layers.Lambda(lambda x: x / 2, name="half")])


def class_of_its_own():
    @keras.saving.register_keras_serializable("somebody")
    class Gate(layers.Layer):
        def call(self, inputs):
            return inputs

    return keras.Sequential([keras.Input((4,)), Gate(name="gate")])


def function_of_its_own():
    def odd(values):
        return values

    return keras.Sequential([keras.Input((4,)), layers.Dense(2, activation=odd, name="strange")])


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (code_in_a_layer, "layer 'half' is a Lambda"),
        (class_of_its_own, "layer 'gate' is of the class somebody>Gate, which Keras does not have"),
        (function_of_its_own, "layer 'strange' uses the function odd, which Keras does not have"),
    ],
)
def test_model_with_code_of_its_own_is_refused(refused, tmp_path, make, told):
    make().save(tmp_path / "own.keras")
    line = refused("explain", "own.keras", "-o", "report")
    assert line == f"own.keras is not opened: {told}, and code that comes with a model is never run"
    assert not (tmp_path / "report").exists()


def test_code_from_a_file_is_never_run(tmp_path):
    """Configurations that name things to call, planted in a file that is else in order."""
    mark = tmp_path / "was here"
    keras.Sequential([keras.Input((4,)), layers.Dense(2, name="d")]).save(tmp_path / "good.keras")
    planted = [
        ('"keras.layers", "class_name": "Dense"', '"os", "class_name": "system"'),
        ('"keras.layers", "class_name": "Dense"', '"keras.layers", "class_name": "TFSMLayer"'),
        ('"activation": "linear"', '"activation": {"class_name": "__lambda__", "config": {"value": "x"}}'),
        (
            '"activation": "linear"',
            f'"activation": {{"module": "subprocess", "class_name": "function", "config": "run(\'{mark}\')"}}',
        ),
    ]
    for number, (old, new) in enumerate(planted):
        bad = tmp_path / f"bad{number}.keras"
        with zipfile.ZipFile(tmp_path / "good.keras") as source, zipfile.ZipFile(bad, "w") as target:
            for name in source.namelist():
                content = source.read(name)
                if name == "config.json":
                    assert old in content.decode()
                    content = content.decode().replace(old, new).encode()
                target.writestr(name, content)
        with pytest.raises(ModelFileError, match="is not opened: "):
            read_model(bad)
    assert not mark.exists()
    assert read_model(tmp_path / "good.keras").count_params() == 10


def test_the_tutorials_own_layers_are_read_from_files(tmp_path):
    model = load("lenet5")
    model.save(tmp_path / "lenet5.keras")
    image = np.random.default_rng(0).uniform(0, 1, (1, *model.input_shape[1:])).astype("float32")
    np.testing.assert_array_equal(read_model(tmp_path / "lenet5.keras")(image), model(image))
    ours = {name for name in keras.saving.get_custom_objects() if name.startswith("cnnfigs>")}
    assert ours == set(_OURS)


def test_what_is_no_model_is_told_in_one_line(refused, tmp_path):
    no_weights = io.BytesIO()
    h5py.File(no_weights, "w").close()
    (tmp_path / "text.keras").write_text("no model")
    with zipfile.ZipFile(tmp_path / "other.keras", "w") as archive:
        archive.writestr("notes.txt", "no model either")
    with zipfile.ZipFile(tmp_path / "empty.keras", "w") as archive:
        archive.writestr("config.json", '{"module": "keras", "class_name": "Sequential", "config": {"nothing": 1}}')
        with archive.open("model.weights.h5", "w") as weights:
            weights.write(no_weights.getvalue())
    (tmp_path / "folder.keras").mkdir()
    (tmp_path / "weights.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    told = {
        "none.keras": "none.keras: expected a Keras model, saved with model.save('NAME.keras'), got no file",
        "folder.keras": "folder.keras: expected a Keras model, saved with model.save('NAME.keras'), got a folder",
        "weights.h5": "weights.h5: expected a Keras model, saved with model.save('NAME.keras'), got HDF5",
        "text.keras": "text.keras: expected a Keras model, saved with model.save('NAME.keras'), got something else",
        "other.keras": "other.keras: expected a Keras model, saved with model.save('NAME.keras'), got an archive ",
        "empty.keras": "empty.keras cannot be read by Keras ",
    }
    for name, line in told.items():
        assert refused("explain", name, "-o", "report").startswith(line)
    assert not (tmp_path / "report").exists()


@pytest.mark.parametrize("words", [["explain"], ["render", "LayerTable", "--network"]], ids=lambda words: words[0])
def test_what_is_wrong_with_a_broken_model_is_told(refused, tmp_path, words):
    keras.Sequential([keras.Input((5,)), layers.Dense(2)]).save("whole.keras")
    whole = Path("whole.keras").read_bytes()
    for name, missing in (("bare", "config.json"), ("light", "model.weights.h5")):
        with zipfile.ZipFile("whole.keras") as archive, zipfile.ZipFile(f"{name}.keras", "w") as rest:
            for each in set(archive.namelist()) - {missing}:
                rest.writestr(each, archive.read(each))
    Path("empty.keras").touch()
    Path("cut.keras").write_bytes(whole[: len(whole) // 2])
    graph = onnx.parser.parse_graph("g (float[1, 3] x) => (float[1, 3] y) { y = Relu(x) }")
    onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)]), "model.onnx")
    Path("model.onnx").rename("other.keras")
    told = {
        "empty.keras": "an empty file",
        "cut.keras": "an archive that ends early or is damaged",
        "bare.keras": "an archive without config.json",
        "light.keras": "an archive without model.weights.h5",
        "other.keras": "an ONNX model: call it NAME.onnx",
    }
    for name, got in told.items():
        line = refused(*words, name)
        assert line == f"{name}: expected a Keras model, saved with model.save('NAME.keras'), got {got}"


def test_an_empty_onnx_file_is_told_to_be_one(refused, tmp_path):
    (tmp_path / "empty.onnx").touch()
    assert refused("explain", "empty.onnx") == "empty.onnx: expected an ONNX model, got an empty file"


def test_model_that_cannot_be_laid_out_is_told_in_one_line(refused, tmp_path):
    with pytest.warns(UserWarning, match="not yet been built"):
        keras.Sequential([layers.Dense(2)], name="bare").save(tmp_path / "bare.keras")
    assert refused("explain", "bare.keras", "-o", "r").startswith(
        "bare.keras: model 'bare': expected one that is built"
    )


def test_image_of_the_wrong_kind_is_told_in_one_line(refused, tmp_path):
    keras.Sequential([keras.Input((9,)), layers.Dense(1)]).save(tmp_path / "numbers.keras")
    keras.Sequential([keras.Input((8, 8, 5)), layers.Flatten()]).save(tmp_path / "many.keras")
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "cut.png").write_bytes(CAT.read_bytes()[:5000])
    line = refused("explain", "numbers.keras", "--image", CAT, "-o", "r")
    assert line == (
        f"numbers.keras cannot be shown {CAT}: it reads rows of numbers, arrays of shape (9,), which are no images "
        "with 1 or 3 channels"
    )
    assert "it reads arrays of shape (8, 8, 5)" in refused("explain", "many.keras", "--image", CAT, "-o", "r")
    for name, told in {"text.png": "is not a picture", "cut.png": "cannot be read", "no.png": "cannot be read"}.items():
        assert refused("explain", "numbers.keras", "--image", name, "-o", "r").startswith(f"{name} {told}")
    assert not (tmp_path / "r").exists()


def test_report_that_cannot_be_written_is_told_in_one_line(refused, tmp_path):
    keras.Sequential([keras.Input((9,)), layers.Dense(1)]).save(tmp_path / "numbers.keras")
    (tmp_path / "file").write_text("in the way")
    assert refused("explain", "numbers.keras", "-o", "file").startswith("file/index.html cannot be written: ")


def test_image_is_cut_from_the_middle_and_keeps_its_shape(tmp_path):
    pixels = np.zeros((10, 30, 3), np.uint8)
    pixels[:, 10:20] = 200
    fitted = explain.fitted_image(pixels, (5, 5, 1), ShownRange(0, 255, ""))
    assert fitted.shape == (5, 5, 1)
    assert (fitted[:, 1:-1] == 200).all()
    assert explain.fitted_image(pixels, (5, 5, 3), UNIT).max() == pytest.approx(200 / 255)
    Image.fromarray(pixels).save(tmp_path / "turned.jpg", exif=Image.Exif())
    assert explain.read_image(tmp_path / "turned.jpg").shape == (10, 30, 3)


def overlapping(drawn):
    """What overlaps or is cut in a drawing, for the text column and for a phone."""
    return [each for figure in two_drawings(drawn.piece) if figure for each in texts_that_overlap(figure)]


def texts_that_overlap(figure):
    """Pairs of texts of a drawing that stand on each other, and texts that its edge cuts, in a font as wide as any."""
    figure.draw_without_rendering()
    boxes = [(text.get_text(), text.get_window_extent()) for text in figure.findobj(Text) if text.get_text().strip()]
    width, height = figure.bbox.size
    found = [one for one, box in boxes if box.x0 < -0.5 or box.x1 > width + 0.5 or box.y0 < -1 or box.y1 > height + 1]
    for (one, box), (other, its) in itertools.combinations(boxes, 2):
        if box.x1 > its.x0 + 1 and its.x1 > box.x0 + 1 and box.y1 > its.y0 + 2 and its.y1 > box.y0 + 2:
            found.append((one, other))
    return found


def test_stages_of_large_networks_stand_apart_and_padding_is_none():
    model = keras.applications.ResNet50(weights=None)
    with style():
        found = stages(layer_records(model))
        drawn = draw_stages({"image": (224, 224, 3)}, found, "resnet50")
        assert [stage.size for stage in found] == [(112, 112), (56, 56), (28, 28), (14, 14), (7, 7), ()]
        assert sum(len(stage.layers) for stage in found) == len(model.layers) - 1
        assert overlapping(drawn) == []
        many = [Stage((9 - n, 9 - n), (1024, 4096), ("a", "b")) for n in range(8)]
        assert overlapping(draw_stages({"image": (9, 9, 1)}, many, "deep")) == []


def test_long_names_stand_apart():
    names = [layers.BatchNormalization, layers.LayerNormalization, layers.ActivityRegularization]
    stack = [layers.Conv2D(2, 9), layers.GlobalAveragePooling2D(keepdims=True), *(make() for make in names * 3)]
    model = keras.Sequential([keras.Input((20, 20, 1)), *stack])
    assert texts_that_overlap(Architecture(network=model, image=np.zeros((20, 20, 1), np.float32)).figure) == []
    inputs = {f"an_input_with_a_rather_long_name_{number}": (8, 8, 1) for number in range(3)}
    with style():
        assert overlapping(draw_stages(inputs, [Stage((8, 8), (4, 4), ("a",))], "many")) == []


def test_stages_leave_out_what_weighs_maps_and_count_every_other_layer():
    model = keras.applications.MobileNetV3Small(weights=None, input_shape=(32, 32, 3))
    found = stages(layer_records(model))
    sizes = [stage.size for stage in found]
    assert all(one != other for one, other in itertools.pairwise(sizes))
    assert (1, 1) not in sizes  # the branches that weigh the maps
    assert sizes[-1] == ()
    assert found[-1].channels[1] == 1000
